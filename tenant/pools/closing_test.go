package pools_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/tenant/pools"
)

// patience is how long a test waits for what has to happen.
const patience = 20 * time.Second

// waits is a context that tells that somebody waits for its end: a call does
// that once it is in the queue.
type waits struct {
	context.Context
	begun chan struct{}
	tell  func()
}

func newWaits(ctx context.Context) waits {
	begun := make(chan struct{})
	return waits{ctx, begun, sync.OnceFunc(func() { close(begun) })}
}

func (w waits) Done() <-chan struct{} {
	w.tell()
	return w.Context.Done()
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	p, all := open(t, 2, pools.Config{MaxIdle: 10 * time.Millisecond})
	where(t, all[0])
	where(t, all[1])
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if !p.Until(ctx, func(open, databases int) bool { return open+databases == 0 }) {
		t.Fatalf("still there: %+v", p.Stats())
	}
	where(t, all[0])
}

func TestLifetime(t *testing.T) {
	t.Parallel()
	p, all := open(t, 1, pools.Config{MaxLifetime: time.Nanosecond})
	where(t, all[0])
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if !p.Until(ctx, func(open, _ int) bool { return open == 0 }) {
		t.Fatalf("still there: %+v", p.Stats())
	}
}

func TestCloseAll(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	p, all := open(t, 2, pools.Config{MaxConns: 2, MaxConnsPerDatabase: 1})
	where(t, all[1])
	tx, err := all[0].BeginTx(ctx, pgx.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	waiting := make(chan error)
	queued := newWaits(ctx)
	go func() { _, err := all[0].Exec(queued, `select 1`); waiting <- err }()
	<-queued.begun
	short, cancel := context.WithCancel(ctx)
	cancel()
	if err := p.CloseAll(short); !errors.Is(err, context.Canceled) {
		t.Errorf("CloseAll with a connection in use: %v", err)
	}
	if err := <-waiting; !errors.Is(err, pools.ErrClosed) {
		t.Errorf("the waiting call: %v", err)
	}
	if _, err := all[1].Exec(ctx, `select 1`); !errors.Is(err, pools.ErrClosed) {
		t.Errorf("a later call: %v", err)
	}
	if err := tx.Commit(ctx); err != nil {
		t.Errorf("the transaction in use: %v", err)
	}
	for range 2 {
		if err := p.CloseAll(ctx); err != nil {
			t.Error(err)
		}
	}
	if s := p.Stats(); s.Open != 0 {
		t.Errorf("%+v", s)
	}
}
