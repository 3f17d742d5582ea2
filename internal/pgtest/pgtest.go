package pgtest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// startTimeout bounds the start of the process's server, initdb included.
	startTimeout = time.Minute
	// stepTimeout bounds each later step: creating or dropping a database.
	stepTimeout = time.Minute
	// closeTimeout is how long a test's pool may wait for its connections.
	closeTimeout = 10 * time.Second
)

// processServer is the one server of a test process. It is never closed: it
// ends with the process, because testing has no hook that runs after the last
// test of a package that declares no TestMain.
var processServer = sync.OnceValues(func() (*Server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	return Start(ctx, Config{})
})

// New returns a pool on a database of t's own in which schemaSQL has run, text
// after text. When t ends the pool is closed and the database dropped; a
// connection that t did not give back by then fails it.
func New(t testing.TB, schemaSQL ...string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), DSN(t, schemaSQL...))
	if err != nil {
		t.Fatalf("pgtest: open pool: %v", err)
	}
	t.Cleanup(func() { closePool(t, pool) })
	return pool
}

// DSN is New for callers that open their own connections. They close them
// before t ends: the database is dropped then, with whatever is still
// connected to it.
func DSN(t testing.TB, schemaSQL ...string) string {
	t.Helper()
	server, err := processServer()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), stepTimeout)
	defer cancel()
	dsn, err := server.CreateDatabase(ctx, schemaSQL...)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() { dropDatabase(t, server, dsn) })
	return dsn
}

// closePool closes pool. pgxpool waits for the last connection without end;
// here a forgotten rows.Close becomes a message instead of a hanging run.
func closePool(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	closed := make(chan struct{})
	go func() {
		pool.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(closeTimeout):
		t.Errorf("pgtest: %d connection(s) not released when the test ended", pool.Stat().AcquiredConns())
	}
}

func dropDatabase(t testing.TB, server *Server, dsn string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), stepTimeout)
	defer cancel()
	if err := server.DropDatabase(ctx, dsn); err != nil {
		t.Errorf("pgtest: %v", err)
	}
}
