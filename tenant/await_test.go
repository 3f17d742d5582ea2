package tenant_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// patience is how long a test waits for what has to happen.
const patience = 20 * time.Second

// until waits until holds does, which is asked whenever there are news.
func until(t *testing.T, what string, news func() <-chan struct{}, holds func() bool) {
	t.Helper()
	late := time.After(patience)
	for {
		next := news() // of what happens from here on
		if holds() {
			return
		}
		select {
		case <-next:
		case <-late:
			t.Fatalf("not in time: %s", what)
		}
	}
}

// tally counts, and can be waited for. The zero value is of use.
type tally struct {
	mu    sync.Mutex
	n     int
	grown chan struct{}
}

func (c *tally) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	if c.grown != nil {
		close(c.grown)
		c.grown = nil
	}
}

func (c *tally) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

func (c *tally) news() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grown == nil {
		c.grown = make(chan struct{})
	}
	return c.grown
}

// grows waits until n more have been counted than when it was called.
func (c *tally) grows(t *testing.T, what string, n int) {
	t.Helper()
	from := c.count()
	until(t, what, c.news, func() bool { return c.count() >= from+n })
}

// waits is a context that tells, once, that somebody waits for its end.
type waits struct {
	context.Context
	tell func()
}

// waiting returns ctx, which calls tell when it is first waited for.
func waiting(ctx context.Context, tell func()) context.Context {
	return waits{ctx, sync.OnceFunc(tell)}
}

func (w waits) Done() <-chan struct{} {
	w.tell()
	return w.Context.Done()
}

// sleepers waits, on the server, until n statements of the pool's database
// sleep there.
func sleepers(t *testing.T, pool *pgxpool.Pool, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, err := pool.Exec(ctx, fmt.Sprintf(`do $$ begin
		while (select count(*) from pg_stat_activity
			where datname = current_database() and wait_event = 'PgSleep' and pid <> pg_backend_pid()) < %d
		loop
			perform pg_sleep(0.001);
			perform pg_stat_clear_snapshot();
		end loop;
	end $$`, n))
	if err != nil {
		t.Fatal(err)
	}
}

// returned closes the pool, which waits for every connection that is out.
func returned(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		pool.Close()
	}()
	select {
	case <-closed:
	case <-time.After(patience):
		t.Fatalf("%d connections are out", pool.Stat().AcquiredConns())
	}
}
