package tenant

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// NewShared returns a DB for tenants whose rows share their tables: all of
// them live in pool, and the statement's predicate alone tells them apart. The
// caller keeps the pool and closes it.
func NewShared(pool *pgxpool.Pool) DB { return &shared{pool: pool} }

// shared is the placement that knows one place.
type shared struct {
	pool beginner
	own  func() error // makes sure that the database is the tenant's own, where it may be: see Isolate
}

func (d *shared) Exec(ctx context.Context, id Key, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := admit(id); err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := d.pool.Exec(ctx, sql, args...)
	return tag, scrub(err)
}

func (d *shared) Query(ctx context.Context, id Key, sql string, args ...any) (pgx.Rows, error) {
	if err := admit(id); err != nil {
		return failedRows(err)
	}
	return scrubRows(d.pool.Query(ctx, sql, args...))
}

func (d *shared) QueryRow(ctx context.Context, id Key, sql string, args ...any) pgx.Row {
	if err := admit(id); err != nil {
		return failedRow{err}
	}
	return scrubRow(d.pool.QueryRow(ctx, sql, args...))
}

func (d *shared) SendBatch(ctx context.Context, id Key, b *pgx.Batch) pgx.BatchResults {
	if err := admit(id); err != nil {
		return failedBatch(err)
	}
	return sendBatch(ctx, d.pool, b, nil)
}

func (d *shared) CopyFrom(ctx context.Context, id Key, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	if err := admit(id); err != nil {
		return 0, err
	}
	n, err := d.pool.CopyFrom(ctx, table, columns, src)
	return n, scrub(err)
}

func (d *shared) InTx(ctx context.Context, id Key, opts pgx.TxOptions, fn func(DB) error) error {
	who, err := identify(id)
	if err != nil {
		return err
	}
	tx, err := d.pool.BeginTx(ctx, opts)
	if err != nil {
		return scrub(err)
	}
	return runTx(ctx, &bound{tx: tx, who: who, own: d.own}, fn)
}
