package tenant

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/tenant/pools"
)

// open returns the DB of a place. It opens no connection.
func (r *Router) open(at Placement) (DB, error) {
	if err := at.Check(); err != nil {
		return nil, err
	}
	pool, err := r.cfg.Pools.WithMode(at.Database, modeOf(at.Kind))
	if err != nil {
		return nil, fmt.Errorf("tenant: %w", err)
	}
	switch at.Kind {
	case KindShared:
		return r.fairly(&shared{pool: pool}, pool, at), nil
	case KindDatabase:
		return &shared{pool: pool, own: itsOwn}, nil
	case KindSharedRLS:
		return r.fairly(newSharedRLS(pool, r.cfg.RLS.Setting), pool, at), nil
	case KindSchema:
		return r.fairly(newSchemas(pool, func(Key) string { return at.Schema }, r.cfg.Extensions), pool, at), nil
	}
	return nil, fmt.Errorf("tenant: placement of unknown kind %q", at.Kind)
}

// fairKey is what tenants share: the connections of one mode to a database.
type fairKey struct {
	at   pools.Database
	mode pgx.QueryExecMode
}

// fairly bounds what one tenant takes of a pool that it shares.
func (r *Router) fairly(db DB, pool *pools.Pool, at Placement) DB {
	most := r.cfg.PerTenant
	switch {
	case most < 0:
		return db
	case most == 0:
		most = fairShare(pool.MaxConns())
	}
	known, _ := r.fair.LoadOrStore(fairKey{at.Database, modeOf(at.Kind)}, newShares(most))
	return &Fair{db, known.(*shares)}
}

func modeOf(kind Kind) pgx.QueryExecMode {
	if kind == KindSchema {
		return pgx.QueryExecModeExec
	}
	return 0
}
