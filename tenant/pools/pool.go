package pools

import (
	"context"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A Pool is the connections of one database. It is a handle: further ones for
// the same database are the same. Its methods are those of a pgxpool and may be
// called concurrently; besides the server's errors they return ErrClosed and
// those that match ErrUnavailable. It must not be copied.
type Pool struct {
	pools *Pools
	key   key
	entry atomic.Pointer[entry] // the last one, which may be gone
}

// Database returns the database that p is for.
func (p *Pool) Database() Database { return p.key.db }

// MaxConns returns how many connections the database may have at most.
func (p *Pool) MaxConns() int {
	return min(p.pools.cfg.maxOf(p.key.db), p.pools.cfg.MaxConns)
}

// Has reports whether conn is, or was, a connection of this database and its
// pools. A nil one is not.
func (p *Pool) Has(conn *pgx.Conn) bool {
	if conn == nil {
		return false
	}
	return conn.PgConn().CustomData()[originData] == origin{p.pools, p.key.db}
}

// Exec runs a statement that returns no rows.
func (p *Pool) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	c, err := p.pools.acquire(ctx, p)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	defer p.pools.release(c)
	return c.Exec(ctx, sql, args...)
}

// Query runs a statement that returns rows, which hold a connection until they
// are closed.
func (p *Pool) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	c, err := p.pools.acquire(ctx, p)
	if err != nil {
		return failed{err: err}, err
	}
	l := lease{p.pools, c}
	defer func() { l.end() }() // unless the rows have it; an argument's Value may panic
	inner, err := c.Query(ctx, sql, args...)
	if err != nil {
		return failed{err: err}, err
	}
	l = lease{}
	return c.lend(p.pools, inner), nil
}

// QueryRow runs a statement that returns a row, which holds a connection until
// it is scanned.
func (p *Pool) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	c, err := p.pools.acquire(ctx, p)
	if err != nil {
		return failed{err: err}
	}
	l := lease{p.pools, c}
	defer func() { l.end() }()
	inner := c.QueryRow(ctx, sql, args...)
	l = lease{}
	r := c.lend(p.pools, nil)
	r.row = inner
	return (*row)(r)
}

// SendBatch sends b. The results hold a connection until they are closed, or
// until the transaction that b begins ends.
func (p *Pool) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	c, err := p.pools.acquire(ctx, p)
	if err != nil {
		return pgx.FailedBatchResults(b, err)
	}
	l := lease{p.pools, c}
	defer func() { l.end() }()
	inner := c.SendBatch(ctx, b)
	r := &results{BatchResults: inner}
	if begun := inner.Tx(); begun != nil {
		r.tx = &tx{begun, l}
	} else {
		r.lease = l
	}
	l = lease{}
	return r
}

// BeginTx begins a transaction, which holds a connection until it ends.
func (p *Pool) BeginTx(ctx context.Context, opts pgx.TxOptions) (pgx.Tx, error) {
	c, err := p.pools.acquire(ctx, p)
	if err != nil {
		return nil, err
	}
	begun, err := c.BeginTx(ctx, opts)
	if err != nil {
		p.pools.release(c)
		return nil, err
	}
	return &tx{begun, lease{p.pools, c}}, nil
}

// CopyFrom writes the rows of src to a table.
func (p *Pool) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	c, err := p.pools.acquire(ctx, p)
	if err != nil {
		return 0, err
	}
	defer p.pools.release(c)
	return c.CopyFrom(ctx, table, columns, src)
}

// With runs fn with a connection, which is fn's until it returns. What fn
// changes in the session it must undo.
func (p *Pool) With(ctx context.Context, fn func(*pgx.Conn) error) error {
	c, err := p.pools.acquire(ctx, p)
	if err != nil {
		return err
	}
	defer p.pools.release(c)
	return fn(c.Conn)
}
