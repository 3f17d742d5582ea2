package pools_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant/pools"
)

// A database that cannot be reached pauses, and the others do not notice.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	down.Store(true)
	var tries atomic.Int64
	dsn := pgtest.DSN(t, schema)
	p, err := pools.New(pools.Config{
		Servers:  map[string]string{"up": dsn, "down": dsn},
		MaxConns: 2,
		Backoff:  time.Hour,
		Configure: func(server string, cfg *pgx.ConnConfig) {
			dial := cfg.DialFunc
			cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
				if server == "down" {
					tries.Add(1)
					if down.Load() {
						return nil, errors.New("cable unplugged")
					}
				}
				return dial(ctx, network, addr)
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, p)
	up, err := p.On(pools.Database{Server: "up"})
	if err != nil {
		t.Fatal(err)
	}
	gone, err := p.On(pools.Database{Server: "down"})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if _, err := gone.Exec(t.Context(), `select 1`); !errors.Is(err, pools.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
		where(t, up)
	}
	if n := tries.Load(); n != 1 {
		t.Errorf("%d attempts to connect within a pause", n)
	}
	if s := p.Stats(); s.DialFailures != 1 || s.Pausing != 1 || s.Open != 1 {
		t.Errorf("%+v", s)
	}
}

func TestPauseEnds(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	down.Store(true)
	_, all := open(t, 1, pools.Config{Backoff: time.Millisecond, AfterConnect: func(context.Context, *pgx.Conn) error {
		if down.Load() {
			return errors.New("not now")
		}
		return nil
	}})
	if _, err := all[0].Exec(t.Context(), `select 1`); !errors.Is(err, pools.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	down.Store(false)
	deadline := time.Now().Add(10 * time.Second)
	for {
		_, err := all[0].Exec(t.Context(), `select 1`)
		if err == nil {
			return
		}
		if !errors.Is(err, pools.ErrUnavailable) || time.Now().After(deadline) {
			t.Fatalf("got %v", err)
		}
	}
}

// A network that breaks takes connections with it. The next call finds out
// before it sends its statement.
func TestBrokenConnections(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t, schema)
	proxy := pgtest.NewProxy(t, dsn, 0)
	p, err := pools.New(pools.Config{
		Servers:             map[string]string{"main": dsn},
		MaxConnsPerDatabase: 3,
		Configure:           func(_ string, cfg *pgx.ConnConfig) { proxy.Through(&cfg.Config) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, p)
	pool, err := p.On(pools.Database{Server: "main"})
	if err != nil {
		t.Fatal(err)
	}
	var txs []pgx.Tx
	for range 3 {
		tx, err := pool.BeginTx(t.Context(), pgx.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		txs = append(txs, tx)
	}
	for _, tx := range txs {
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	proxy.Cut()
	if _, err := pool.Exec(t.Context(), `select 1`); err == nil {
		t.Error("a statement passed a broken connection")
	}
	for range 3 { // the other two are suspect now
		where(t, pool)
	}
	if s := p.Stats(); s.Open > 3 || s.InUse != 0 {
		t.Errorf("%+v", s)
	}
}
