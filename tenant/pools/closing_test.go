package pools_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/tenant/pools"
)

func TestIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	p, all := open(t, 2, pools.Config{MaxIdle: 10 * time.Millisecond})
	where(t, all[0])
	where(t, all[1])
	deadline := time.Now().Add(10 * time.Second)
	for s := p.Stats(); s.Open > 0 || s.Databases > 0; s = p.Stats() {
		if time.Now().After(deadline) {
			t.Fatalf("still there: %+v", s)
		}
	}
	where(t, all[0])
}

func TestLifetime(t *testing.T) {
	t.Parallel()
	p, all := open(t, 1, pools.Config{MaxLifetime: time.Nanosecond})
	where(t, all[0])
	deadline := time.Now().Add(10 * time.Second)
	for s := p.Stats(); s.Open > 0; s = p.Stats() {
		if time.Now().After(deadline) {
			t.Fatalf("still there: %+v", s)
		}
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
	go func() { _, err := all[0].Exec(ctx, `select 1`); waiting <- err }()
	for p.Stats().Waiting == 0 {
	}
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
