package tenant

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/tenant/pools"
)

// FairConfig bounds what one tenant takes of connections that it shares.
type FairConfig struct {
	// PerTenant is how many calls of one tenant run at a time. Zero means half
	// as many as there are connections, and at least one.
	PerTenant int
}

// Fair is a [DB] in which no tenant takes the connections of all. NewFair makes
// it.
//
// A call runs from its start until its rows are closed, its row is scanned, its
// batch is closed, or its transaction ends. Calls above the bound wait, those
// of one tenant in their order, and take no connection before it is their turn.
// While they wait they may be cancelled, with the error of their context. A
// call for a tenant that is made within a transaction of the same tenant, but
// not through the transaction's DB, is a further one: it may wait for the
// transaction that waits for it.
type Fair struct {
	db     DB
	shares *shares
}

var _ DB = (*Fair)(nil)

// NewFair returns db with a bound on the calls of each tenant, in this process.
// It returns an error for a negative bound, and for none where the connections
// of db are not known: what [NewShared], [NewSharedRLS] and [NewSchemas] return
// has one pool, whose size is; a [Router] has bounds of its own.
func NewFair(db DB, cfg FairConfig) (*Fair, error) {
	switch {
	case db == nil:
		return nil, errors.New("tenant: a fair DB needs one")
	case cfg.PerTenant < 0:
		return nil, errors.New("tenant: a negative bound on the calls of a tenant")
	case cfg.PerTenant == 0:
		n := connections(db)
		if n == 0 {
			return nil, errors.New("tenant: how many connections there are is not known: FairConfig.PerTenant must be set")
		}
		cfg.PerTenant = fairShare(n)
	}
	return &Fair{db, newShares(cfg.PerTenant)}, nil
}

// fairShare is what one tenant may have of n connections.
func fairShare(n int) int { return max(1, n/2) }

// connections returns the bound of db's only pool, or 0.
func connections(db DB) int {
	var pool beginner
	switch d := db.(type) {
	case *shared:
		pool = d.pool
	case *SharedRLS:
		pool = d.pool
	case *Schemas:
		pool = d.pool
	case *observed:
		return connections(d.db)
	}
	switch p := pool.(type) {
	case *pgxpool.Pool:
		return int(p.Stat().MaxConns())
	case *pools.Pool:
		return p.MaxConns()
	}
	return 0
}

// FairStats are figures for metrics.
type FairStats struct {
	// Tenants is how many tenants have a call that runs or waits now, and
	// Waiting how many calls wait for others of their tenant.
	Tenants, Waiting int

	// Waits counts calls that had to wait. It only grows.
	Waits int64
}

// Stats returns the figures of this moment.
func (d *Fair) Stats() FairStats { return d.shares.stats() }

func (s *shares) stats() FairStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return FairStats{Tenants: len(s.of), Waiting: s.queued, Waits: s.waits}
}

// take waits for the tenant's turn.
func (d *Fair) take(ctx context.Context, id Key) (turn, error) {
	who, err := identify(id)
	if err != nil {
		return turn{}, err
	}
	return d.shares.take(ctx, &who)
}

// belongs is db's own answer. See [transactional].
func (d *Fair) belongs(id Key) (bool, error) { return belongs(d.db, id) }

func (d *Fair) Exec(ctx context.Context, id Key, sql string, args ...any) (pgconn.CommandTag, error) {
	t, err := d.take(ctx, id)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	defer t.end()
	return d.db.Exec(ctx, id, sql, args...)
}

func (d *Fair) Query(ctx context.Context, id Key, sql string, args ...any) (pgx.Rows, error) {
	t, err := d.take(ctx, id)
	if err != nil {
		return failedRows(err)
	}
	defer func() { t.end() }() // unless the rows have it
	inner, err := d.db.Query(ctx, id, sql, args...)
	if err != nil {
		return inner, err
	}
	r := fairRowsSlab.take()
	r.Rows, r.turn = inner, t
	t = turn{}
	return r, nil
}

func (d *Fair) QueryRow(ctx context.Context, id Key, sql string, args ...any) pgx.Row {
	t, err := d.take(ctx, id)
	if err != nil {
		return failedRow{err}
	}
	defer func() { t.end() }()
	inner := d.db.QueryRow(ctx, id, sql, args...)
	r := fairRowSlab.take()
	r.inner, r.turn = inner, t
	t = turn{}
	return r
}

func (d *Fair) SendBatch(ctx context.Context, id Key, b *pgx.Batch) pgx.BatchResults {
	t, err := d.take(ctx, id)
	if err != nil {
		return failedBatch(err)
	}
	defer func() { t.end() }()
	inner := d.db.SendBatch(ctx, id, b)
	r := &fairResults{inner, t}
	t = turn{}
	return r
}

func (d *Fair) CopyFrom(ctx context.Context, id Key, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	t, err := d.take(ctx, id)
	if err != nil {
		return 0, err
	}
	defer t.end()
	return d.db.CopyFrom(ctx, id, table, columns, src)
}

func (d *Fair) InTx(ctx context.Context, id Key, opts pgx.TxOptions, fn func(DB) error) error {
	t, err := d.take(ctx, id)
	if err != nil {
		return err
	}
	defer t.end()
	return d.db.InTx(ctx, id, opts, fn)
}
