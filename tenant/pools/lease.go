package pools

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// lease is a connection that goes back once.
type lease struct {
	pools *Pools
	conn  *conn // nil once it went back
}

func (l *lease) end() {
	if c := l.conn; c != nil {
		l.conn = nil
		l.pools.release(c)
	}
}

// rows are pgx's, and end their lease when they are closed.
type rows struct {
	pgx.Rows
	row   pgx.Row // instead, for one that is scanned
	lease lease
}

// lend returns a value for the rows of one call. A connection makes them by the
// dozen, and hands out each once: a caller may hold on to it.
func (c *conn) lend(p *Pools, inner pgx.Rows) *rows {
	if len(c.rows) == 0 {
		c.rows = make([]rows, 32)
	}
	r := &c.rows[0]
	c.rows = c.rows[1:]
	r.Rows, r.lease = inner, lease{p, c}
	return r
}

func (r *rows) Close() {
	r.Rows.Close()
	r.lease.end()
}

func (r *rows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

func (r *rows) Scan(dest ...any) error {
	err := r.Rows.Scan(dest...)
	if err != nil {
		r.Close()
	}
	return err
}

func (r *rows) Values() ([]any, error) {
	values, err := r.Rows.Values()
	if err != nil {
		r.Close()
	}
	return values, err
}

type row rows

func (r *row) Scan(dest ...any) error {
	defer r.lease.end() // a Scan of the caller's may panic
	return r.row.Scan(dest...)
}

// results are pgx's, and end their lease when they are closed.
type results struct {
	pgx.BatchResults
	lease lease
	tx    *tx // has the lease instead
}

func (r *results) Close() error {
	defer r.lease.end() // a function of the caller's may panic
	return r.BatchResults.Close()
}

func (r *results) Tx() pgx.Tx {
	if r.tx == nil {
		return nil
	}
	return r.tx
}

// tx is pgx's, and ends its lease when it ends.
type tx struct {
	pgx.Tx
	lease lease
}

func (t *tx) Commit(ctx context.Context) error {
	err := t.Tx.Commit(ctx)
	t.lease.end()
	return err
}

func (t *tx) Rollback(ctx context.Context) error {
	err := t.Tx.Rollback(ctx)
	t.lease.end()
	return err
}

// failed are the rows and the row of a call that got no connection.
type failed struct{ err error }

func (failed) Close()                                       {}
func (f failed) Err() error                                 { return f.err }
func (failed) CommandTag() pgconn.CommandTag                { return pgconn.CommandTag{} }
func (failed) FieldDescriptions() []pgconn.FieldDescription { return nil }
func (failed) Next() bool                                   { return false }
func (f failed) Scan(...any) error                          { return f.err }
func (f failed) Values() ([]any, error)                     { return nil, f.err }
func (failed) RawValues() [][]byte                          { return nil }
func (failed) Conn() *pgx.Conn                              { return nil }
func (failed) TypeMap() *pgtype.Map                         { return nil }
