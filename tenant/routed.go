package tenant

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func (r *Router) Exec(ctx context.Context, id Key, sql string, args ...any) (pgconn.CommandTag, error) {
	p, err := r.lookup(ctx, id)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := p.db.Exec(ctx, id, sql, args...)
	if err != nil {
		err = r.judge(ctx, id, p, err)
	}
	return tag, err
}

func (r *Router) Query(ctx context.Context, id Key, sql string, args ...any) (pgx.Rows, error) {
	p, err := r.lookup(ctx, id)
	if err != nil {
		return failedRows(err)
	}
	inner, err := p.db.Query(ctx, id, sql, args...)
	if err != nil {
		return failedRows(r.judge(ctx, id, p, err))
	}
	rows := routedRowsSlab.take()
	rows.Rows, rows.at = inner, place{ctx, r, id, p}
	return rows, nil
}

func (r *Router) QueryRow(ctx context.Context, id Key, sql string, args ...any) pgx.Row {
	p, err := r.lookup(ctx, id)
	if err != nil {
		return failedRow{err}
	}
	row := routedRowSlab.take()
	row.inner, row.at = p.db.QueryRow(ctx, id, sql, args...), place{ctx, r, id, p}
	return row
}

func (r *Router) SendBatch(ctx context.Context, id Key, b *pgx.Batch) pgx.BatchResults {
	p, err := r.lookup(ctx, id)
	if err != nil {
		return failedBatch(err)
	}
	return &routedResults{p.db.SendBatch(ctx, id, b), place{ctx, r, id, p}}
}

func (r *Router) CopyFrom(ctx context.Context, id Key, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	p, err := r.lookup(ctx, id)
	if err != nil {
		return 0, err
	}
	n, err := p.db.CopyFrom(ctx, id, table, columns, src)
	if err != nil {
		err = r.judge(ctx, id, p, err)
	}
	return n, err
}

func (r *Router) InTx(ctx context.Context, id Key, opts pgx.TxOptions, fn func(DB) error) error {
	p, err := r.lookup(ctx, id)
	if err != nil {
		return err
	}
	if err := p.db.InTx(ctx, id, opts, fn); err != nil {
		return r.judge(ctx, id, p, err)
	}
	return nil
}

// place is where a statement went.
type place struct {
	ctx    context.Context // the call's
	router *Router
	id     Key
	placed *placed
}

func (p place) judge(err error) error {
	if err == nil {
		return nil
	}
	return p.router.judge(p.ctx, p.id, p.placed, err)
}

// routedRows are rows whose errors may mean that the tenant has moved.
type routedRows struct {
	pgx.Rows
	at     place
	judged error // of Err
}

var routedRowsSlab slab[routedRows]

func (r *routedRows) Err() error {
	if r.judged == nil {
		r.judged = r.at.judge(r.Rows.Err())
	}
	return r.judged
}

func (r *routedRows) Scan(dest ...any) error { return r.at.judge(r.Rows.Scan(dest...)) }

func (r *routedRows) Values() ([]any, error) {
	values, err := r.Rows.Values()
	return values, r.at.judge(err)
}

type routedRow struct {
	inner pgx.Row
	at    place
}

var routedRowSlab slab[routedRow]

func (r *routedRow) Scan(dest ...any) error { return r.at.judge(r.inner.Scan(dest...)) }

type routedResults struct {
	inner pgx.BatchResults
	at    place
}

func (r *routedResults) Exec() (pgconn.CommandTag, error) {
	tag, err := r.inner.Exec()
	return tag, r.at.judge(err)
}

func (r *routedResults) Query() (pgx.Rows, error) {
	inner, err := r.inner.Query()
	if err != nil {
		return failedRows(r.at.judge(err))
	}
	rows := routedRowsSlab.take()
	rows.Rows, rows.at = inner, r.at
	return rows, nil
}

func (r *routedResults) QueryRow() pgx.Row {
	row := routedRowSlab.take()
	row.inner, row.at = r.inner.QueryRow(), r.at
	return row
}

func (r *routedResults) Close() error { return r.at.judge(r.inner.Close()) }
func (r *routedResults) Tx() pgx.Tx   { return nil }
