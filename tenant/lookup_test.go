package tenant

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"
)

// rememberingRouter is a router that remembers keys, all of which are in pool,
// and has nobody to ask.
func rememberingRouter(pool beginner, keys ...Key) *Router {
	r := &Router{routing: &routing{memory: newMemory(defaultSize, new(tasks))}}
	for _, id := range keys {
		p := &placed{who: id.identity(), db: &shared{pool: pool}}
		p.ready.Store(true)
		var s *shard
		s, p.hash = r.memory.shard(&p.who)
		s.put(p, r.memory.max)
	}
	return r
}

func TestLookupAllocatesNothing(t *testing.T) {
	ctx := t.Context()
	for _, id := range []Key{NewID(), NewInt64ID(7), NewTextID("acme")} {
		r := rememberingRouter(nil, id)
		if got := testing.AllocsPerRun(1000, func() { r.lookup(ctx, id) }); got != 0 {
			t.Errorf("%T: %v allocations", id, got)
		}
	}
}

// A routed statement allocates what the statement itself does: nothing.
func TestAllocationsOfARoute(t *testing.T) {
	ctx := t.Context()
	var key Key = NewID()
	r := rememberingRouter(&fake{rows: new(fakeRows)}, key)
	args := []any{key, 1}
	var n int
	dest := []any{&n}
	batch := new(pgx.Batch)
	batch.Queue(`select 1`)
	for method, c := range map[string]struct {
		want float64
		call func()
	}{
		"Exec": {0, func() { r.Exec(ctx, key, `select 1`, args...) }},
		"Query": {0, func() {
			rows, _ := r.Query(ctx, key, `select 1`, args...)
			for rows.Next() {
				rows.Scan(dest...)
			}
			rows.Close()
		}},
		"QueryRow":  {0, func() { r.QueryRow(ctx, key, `select 1`, args...).Scan(dest...) }},
		"SendBatch": {7, func() { r.SendBatch(ctx, key, batch).Close() }},
		"InTx":      {1, func() { r.InTx(ctx, key, pgx.TxOptions{}, func(DB) error { return nil }) }},
	} {
		if got := testing.AllocsPerRun(1000, c.call); got > c.want {
			t.Errorf("%s: %v allocations, want %v", method, got, c.want)
		}
	}
}

// What is forgotten while it is being asked for is not remembered.
func TestAnAnswerFromBefore(t *testing.T) {
	t.Parallel()
	m := newMemory(defaultSize, new(tasks))
	who := NewID().identity()
	s, hash := m.shard(&who)
	asked, answer := make(chan bool), make(chan bool)
	old, current := new(placed), new(placed)
	got := make(chan *placed)
	go func() {
		p, _ := m.ask(t.Context(), who, nil, func(context.Context) (*placed, error) {
			asked <- true
			<-answer
			return old, nil
		})
		got <- p
	}()
	<-asked
	m.forget(who)
	p, err := m.ask(t.Context(), who, nil, func(context.Context) (*placed, error) { return current, nil })
	if p != current || err != nil {
		t.Errorf("who asks after the change gets an answer from before: %v", err)
	}
	close(answer)
	if p := <-got; p != old {
		t.Error("who asked before the change waits for another answer")
	}
	if s.find(&who, hash) != current {
		t.Error("the answer from before is remembered")
	}
}

// Who found nothing, and asks only once the answer to another is there, gets
// that; who found what will not do asks anew.
func TestAnsweredMeanwhile(t *testing.T) {
	t.Parallel()
	m := newMemory(defaultSize, new(tasks))
	who := NewID().identity()
	first, second := new(placed), new(placed)
	for _, c := range []struct{ known, loads, want *placed }{
		{nil, first, first},
		{nil, second, first},
		{first, second, second},
		{first, first, second},
	} {
		p, err := m.ask(t.Context(), who, c.known, func(context.Context) (*placed, error) { return c.loads, nil })
		if p != c.want || err != nil {
			t.Errorf("%+v: got %p, %v", c, p, err)
		}
	}
}

func TestMemoryDropsRefusedTenantsFirst(t *testing.T) {
	t.Parallel()
	s := new(shard)
	s.known.Store(newTable(nil))
	put := func(number int64, used bool, err error) *placed {
		// One hash for all, so that the table has to tell them apart.
		p := &placed{who: NewInt64ID(number).identity(), hash: 7, err: err}
		p.used.Store(used)
		s.put(p, 3)
		return p
	}
	first, refused, unused := put(1, true, nil), put(2, false, ErrUnknownTenant), put(3, false, nil)
	for i, gone := range []*placed{refused, unused} {
		put(int64(i)+10, true, nil)
		if s.find(&gone.who, 7) != nil {
			t.Errorf("tenant %d is still there", gone.who.number)
		}
		if s.find(&first.who, 7) != first {
			t.Error("the tenant in use is gone")
		}
		first.used.Store(true)
	}
	again := put(1, true, nil)
	if s.find(&again.who, 7) != again {
		t.Error("what was remembered before is still there")
	}
	if n := len(s.known.Load().all); n != 3 {
		t.Errorf("%d tenants are remembered", n)
	}
}

func TestMovedErrorKeepsWhatTheOldPlaceSaid(t *testing.T) {
	t.Parallel()
	err := error(&movedError{ErrConflict})
	if !errors.Is(err, ErrMoved) || !errors.Is(err, ErrConflict) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkLookup(b *testing.B) {
	for _, n := range []int{1, 100, 10000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			keys := make([]Key, n)
			for i := range keys {
				keys[i] = NewID()
			}
			r := rememberingRouter(nil, keys...)
			ctx := b.Context()
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if _, err := r.lookup(ctx, keys[i]); err != nil {
					b.Fatal(err)
				}
				if i++; i == n {
					i = 0
				}
			}
		})
	}
}
