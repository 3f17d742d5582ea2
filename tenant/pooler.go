package tenant

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ErrPooler says that a pool's query mode needs what the pooler between it and
// the server does not keep: a prepared statement, from one transaction to the
// next. The modes cache_describe, exec and simple_protocol need nothing of the
// kind.
var ErrPooler = errors.New("tenant: this query mode does not work with the pooler in between")

// checkPooler returns ErrPooler where the pool's query mode loses statements.
func checkPooler(ctx context.Context, pool *pgxpool.Pool) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("tenant: connect: %w", scrub(err))
	}
	defer conn.Release()
	return checkPoolerOn(ctx, conn.Conn())
}

const probeStatement = "tenantc_probe"

// checkPoolerOn tells a pooler by the process number: it hands out one of its
// own. One that knows about prepared statements also gives them names of its
// own, since its clients share the server's connections.
func checkPoolerOn(ctx context.Context, conn *pgx.Conn) error {
	mode := conn.Config().DefaultQueryExecMode
	if mode != pgx.QueryExecModeCacheStatement && mode != pgx.QueryExecModeDescribeExec {
		return nil
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("tenant: ask for a pooler: %w", scrub(err))
	}
	defer tx.Rollback(ctx)
	var pid uint32
	if err := tx.QueryRow(ctx, `select pg_backend_pid()`, pgx.QueryExecModeExec).Scan(&pid); err != nil {
		return fmt.Errorf("tenant: ask for a pooler: %w", scrub(err))
	}
	if pid == conn.PgConn().PID() {
		return nil
	}
	if mode == pgx.QueryExecModeDescribeExec {
		return fmt.Errorf("%w: %s describes a statement and runs it in another transaction", ErrPooler, mode)
	}
	if _, err := conn.PgConn().Prepare(ctx, probeStatement, `select 1`, nil); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrPooler, mode, scrub(err))
	}
	var literal bool
	err = tx.QueryRow(ctx, `select exists (select from pg_prepared_statements where name = $1)`, pgx.QueryExecModeExec, probeStatement).Scan(&literal)
	if err != nil {
		return fmt.Errorf("tenant: ask for a pooler: %w", scrub(err))
	}
	if err := conn.PgConn().Deallocate(ctx, probeStatement); err != nil {
		return fmt.Errorf("tenant: ask for a pooler: %w", scrub(err))
	}
	if literal {
		return fmt.Errorf("%w: it does not keep prepared statements, which %s needs", ErrPooler, mode)
	}
	return nil
}
