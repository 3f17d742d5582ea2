package tenant

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ErrWrongDatabase says that a transaction is not in the tenant's database.
// Nothing but a question was sent in it.
var ErrWrongDatabase = errors.New("tenant: the transaction is not in the tenant's database")

// OnTx is [OnTx] for a transaction in the tenant's database, which is looked at:
// any other is ErrWrongDatabase. What began on a connection of the placement's
// own pools needs no question. Otherwise the transaction is asked which database
// of which running server it is in, and so, unless that is known, is a
// connection of the pools. A name and an address would not do: a pooler, a
// tunnel or a copy of a server has those of another. A transaction on a standby
// is another server's.
//
// What asking returns besides are the errors of any call. The DB is taken by
// [Isolate].
func (d *Databases) OnTx(ctx context.Context, tx pgx.Tx, id Key) (DB, error) {
	home, err := d.home(id)
	if err != nil {
		return nil, err
	}
	if tx == nil {
		return nil, errNoTx
	}
	if !home.pool.Has(tx.Conn()) {
		if err := home.holds(ctx, tx); err != nil {
			return nil, err
		}
	}
	return &bound{tx: tx, who: home.who, own: home.db.own}, nil
}

// instance is a database of a running server. No two servers have started in one
// microsecond with one database's number, not even one and its copy.
type instance struct {
	started  string
	database uint32
}

// whichInstance runs in transactions of others: its names are the system's,
// whatever their search path is, and it leaves no statement prepared.
const whichInstance = `select extract(epoch from pg_catalog.pg_postmaster_start_time())::pg_catalog.text, oid
from pg_catalog.pg_database where datname operator(pg_catalog.=) pg_catalog.current_database()`

func instanceOf(ctx context.Context, db querier) (at instance, err error) {
	err = db.QueryRow(ctx, whichInstance, pgx.QueryExecModeExec).Scan(&at.started, &at.database)
	if err != nil {
		return instance{}, fmt.Errorf("tenant: ask for the database of a transaction: %w", scrub(err))
	}
	return at, nil
}

// holds returns ErrWrongDatabase when tx is in another database.
func (h *home) holds(ctx context.Context, tx pgx.Tx) error {
	there, err := instanceOf(ctx, tx)
	if err != nil {
		return err
	}
	if known := h.instance.Load(); known != nil && *known == there {
		return nil
	}
	here, err := instanceOf(ctx, h.pool) // again, where the server has started anew
	if err != nil {
		return err
	}
	h.instance.Store(&here)
	if here != there {
		return fmt.Errorf("%w %s", ErrWrongDatabase, h.at)
	}
	return nil
}
