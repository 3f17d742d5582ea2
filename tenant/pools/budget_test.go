package pools_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant/pools"
)

// Many calls for many databases: each reaches its own, and the budget holds.
func TestBudget(t *testing.T) {
	t.Parallel()
	const budget, perDatabase = 5, 2
	counted := new(sockets)
	p, all := open(t, 12, pools.Config{MaxConns: budget, MaxConnsPerDatabase: perDatabase, Configure: counted.count})
	var group sync.WaitGroup
	for worker := range 24 {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 1))
			for range 25 {
				pool := all[min(random.IntN(len(all)), random.IntN(len(all)))]
				var name string
				if err := pool.QueryRow(t.Context(), `select current_database()`).Scan(&name); err != nil {
					t.Errorf("%s: %v", pool.Database(), err)
				} else if name != pool.Database().Name {
					t.Errorf("%s: reached %s", pool.Database(), name)
				}
			}
		})
	}
	group.Wait()
	if most := counted.most.Load(); most > budget {
		t.Errorf("%d connections at once, %d were allowed", most, budget)
	}
	s := p.Stats()
	if s.InUse != 0 || s.Waiting != 0 || s.Open != int(counted.now.Load()) || s.Evictions == 0 || s.Waits == 0 || s.WaitTime == 0 {
		t.Errorf("at the end: %+v, %d sockets", s, counted.now.Load())
	}
}

// The one idle longest goes; one in use never does.
func TestLeastRecentlyUsedGoes(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	p, all := open(t, 4, pools.Config{MaxConns: 3})
	tx, err := all[0].BeginTx(ctx, pgx.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	where(t, all[1])
	where(t, all[2])
	where(t, all[1])
	pid := func(q interface {
		QueryRow(context.Context, string, ...any) pgx.Row
	}) (n int) {
		t.Helper()
		if err := q.QueryRow(ctx, `select pg_backend_pid()`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	one, inUse := pid(all[1]), pid(tx)
	where(t, all[3]) // takes the place of all[2]'s
	if got := pid(all[1]); got != one {
		t.Error("the connection used last was closed")
	}
	if got := pid(tx); got != inUse {
		t.Error("a connection in use was closed")
	}
	if s := p.Stats(); s.Evictions != 1 || s.Open != 3 {
		t.Errorf("%+v", s)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Error(err)
	}
}

// While a database keeps every connection busy, a call for another waits for
// its turn and no longer.
func TestWaitingIsFair(t *testing.T) {
	t.Parallel()
	_, all := open(t, 2, pools.Config{MaxConns: 1, MaxConnsPerDatabase: 1})
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for ctx.Err() == nil {
				if _, err := all[0].Exec(t.Context(), `select pg_sleep(0.001)`); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 3 {
		start := time.Now()
		where(t, all[1])
		if took := time.Since(start); took > 500*pools.Patience {
			t.Errorf("a call of the other database's took %v", took)
		}
	}
	cancel()
	group.Wait()
}

func TestWaitingEndsWithCtx(t *testing.T) {
	t.Parallel()
	p, all := open(t, 2, pools.Config{MaxConns: 1})
	tx, err := all[0].BeginTx(t.Context(), pgx.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, pool := range all {
		ctx, cancel := context.WithCancel(t.Context())
		result := make(chan error)
		queued := newWaits(ctx)
		go func() { _, err := pool.Exec(queued, `select 1`); result <- err }()
		<-queued.begun
		if s := p.Stats(); s.Waiting != 1 {
			t.Errorf("%+v", s)
		}
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", pool.Database(), err)
		}
	}
	if s := p.Stats(); s.Waiting != 0 || s.Open != 1 {
		t.Errorf("%+v", s)
	}
	tx.Rollback(t.Context())
	where(t, all[1])
}

// Cancelled at any moment, a call leaves nothing behind.
func TestCancelledAtAnyMoment(t *testing.T) {
	t.Parallel()
	counted := new(sockets)
	p, all := open(t, 3, pools.Config{MaxConns: 2, Configure: counted.count})
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 2))
			for range 30 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(4000))*time.Microsecond)
				_, err := all[random.IntN(len(all))].Exec(ctx, `select 1`)
				deadline, _ := ctx.Deadline()
				if err != nil && time.Now().Before(deadline) {
					t.Error(err)
				}
				cancel()
			}
		})
	}
	group.Wait()
	for _, pool := range all {
		where(t, pool)
	}
	if s := p.Stats(); s.InUse != 0 || s.Waiting != 0 || s.Open > 2 {
		t.Errorf("%+v", s)
	}
}

// While a connection to a new database is dialled, everybody else is served, and
// so are figures. Calls that wait for that database dial no more often than it
// may have connections.
func TestDiallingBlocksNobody(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	const perDatabase, callers = 2, 20
	dsn := pgtest.DSN(t, schema)
	var dials atomic.Int64
	dialling, wired := make(chan struct{}, callers), make(chan struct{})
	p, err := pools.New(pools.Config{
		Servers:             map[string]string{"near": dsn, "far": dsn},
		MaxConnsPerDatabase: perDatabase,
		Configure: func(server string, cfg *pgx.ConnConfig) {
			if dial := cfg.DialFunc; server == "far" {
				cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
					dials.Add(1)
					dialling <- struct{}{}
					<-wired
					return dial(ctx, network, addr)
				}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, p)
	near, err := p.On(pools.Database{Server: "near"})
	if err != nil {
		t.Fatal(err)
	}
	far, err := p.On(pools.Database{Server: "far"})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			if _, err := far.Exec(ctx, `select 1`); err != nil {
				t.Error(err)
			}
		})
	}
	for range perDatabase {
		<-dialling
	}
	for range 10 {
		where(t, near)
	}
	if s := p.Stats(); s.InUse != perDatabase || s.Open != perDatabase+1 {
		t.Errorf("%+v", s)
	}
	close(wired)
	group.Wait()
	if n := dials.Load(); n != perDatabase {
		t.Errorf("%d dials for %d calls, want %d", n, callers, perDatabase)
	}
}
