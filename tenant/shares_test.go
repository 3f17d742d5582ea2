package tenant

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Calls of one tenant come in their order, one that gives up is passed over,
// and another tenant's wait for none of them.
func TestTurns(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := newShares(1)
	acme, busy := NewInt64ID(1).identity(), NewTextID("1").identity()
	first, err := s.take(ctx, &acme)
	if err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	got := make(chan int, 3)
	gone := make(chan error)
	var group sync.WaitGroup
	for i, ctx := range []context.Context{ctx, cancelled, ctx} {
		queued := make(chan struct{})
		group.Go(func() {
			own, err := s.take(doneTold{ctx, sync.OnceFunc(func() { close(queued) })}, &acme)
			if err != nil {
				gone <- err
				return
			}
			got <- i
			own.end()
			own.end() // once
		})
		<-queued
	}
	if own, err := s.take(ctx, &busy); err != nil {
		t.Error(err)
	} else {
		own.end()
	}
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("one that gave up: %v", err)
	}
	if want := (FairStats{Tenants: 1, Waiting: 2, Waits: 3}); s.stats() != want {
		t.Errorf("%+v, want %+v", s.stats(), want)
	}
	first.end()
	if a, b := <-got, <-got; a != 0 || b != 2 {
		t.Errorf("%d came before %d", a, b)
	}
	group.Wait()
	if want := (FairStats{Waits: 3}); s.stats() != want {
		t.Errorf("at the end %+v, want %+v", s.stats(), want)
	}
}

// doneTold is a context that tells that somebody waits for its end.
type doneTold struct {
	context.Context
	tell func()
}

func (d doneTold) Done() <-chan struct{} {
	d.tell()
	return d.Context.Done()
}

// However calls come, give up and go, no tenant has more than its share at a
// time, and nothing is left behind.
func TestSharesHold(t *testing.T) {
	t.Parallel()
	const most, tenants = 2, 3
	s := newShares(most)
	var running [tenants]atomic.Int32
	var group sync.WaitGroup
	for worker := range 32 {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(worker), 1))
			for range 500 {
				n := random.IntN(tenants)
				who := NewInt64ID(int64(n + 1)).identity()
				ctx, cancel := context.WithCancel(t.Context())
				if random.IntN(3) == 0 {
					go cancel()
				}
				own, err := s.take(ctx, &who)
				if err == nil {
					if now := running[n].Add(1); now > most {
						t.Errorf("%d calls of a tenant run at once", now)
					}
					running[n].Add(-1)
				}
				own.end()
				cancel()
			}
		})
	}
	group.Wait()
	if got := s.stats(); got.Tenants != 0 || got.Waiting != 0 {
		t.Errorf("at the end: %+v", got)
	}
}

type panickingResults struct{ pgx.BatchResults }

func (panickingResults) Close() error { panic("a function of the caller's") }

// A function of the caller's that panics while a batch is closed ends the turn.
func TestTurnEndsWithAPanic(t *testing.T) {
	t.Parallel()
	s := newShares(1)
	who := NewInt64ID(1).identity()
	own, err := s.take(t.Context(), &who)
	if err != nil {
		t.Fatal(err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		results := fairResults{panickingResults{}, own}
		results.Close()
	}()
	if got := s.stats(); got.Tenants != 0 {
		t.Errorf("%+v", got)
	}
}

func TestAllocationsOfATurn(t *testing.T) {
	ctx := t.Context()
	var key Key = NewID()
	args := []any{key, 1}
	var n int
	dest := []any{&n}
	db := &Fair{&shared{pool: &fake{rows: new(fakeRows)}}, newShares(2)}
	for method, call := range map[string]func(){
		"Exec": func() { db.Exec(ctx, key, `select 1`, args...) },
		"Query": func() {
			rows, _ := db.Query(ctx, key, `select 1`, args...)
			for rows.Next() {
				rows.Scan(dest...)
			}
			rows.Close()
		},
		"QueryRow": func() { db.QueryRow(ctx, key, `select 1`, args...).Scan(dest...) },
	} {
		if got := testing.AllocsPerRun(1000, call); got != 0 {
			t.Errorf("%s: %v allocations", method, got)
		}
	}
}
