package pgtest

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestProxy(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	const delay = 5 * time.Millisecond
	dsn := DSN(t)
	proxy := NewProxy(t, dsn, delay)
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	proxy.Through(&cfg.Config)
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	call := func() error { return conn.QueryRow(ctx, `select 1`).Scan(new(int)) }
	if err := call(); err != nil {
		t.Fatal(err)
	}
	before, start := proxy.Flights(), time.Now()
	for range 3 {
		if err := call(); err != nil {
			t.Fatal(err)
		}
	}
	if n := proxy.Flights() - before; n != 3 {
		t.Errorf("three statements took %d flights", n)
	}
	if took := time.Since(start); took < 6*delay {
		t.Errorf("three statements over a slow link took %v", took)
	}
	proxy.Cut()
	if err := call(); err == nil {
		t.Error("a statement gets through a broken connection")
	}
	again, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		t.Fatalf("after the break: %v", err)
	}
	again.Close(ctx)
}
