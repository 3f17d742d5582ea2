package main

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/internal/pgtest"
)

// Clients of a wire are one process of the server's, and each reads the answers
// to its own statements.
func TestWire(t *testing.T) {
	ctx := t.Context()
	cfg, err := pgxpool.ParseConfig(pgtest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	cfg.MaxConns = 1
	w, err := newWire(ctx, &cfg.ConnConfig.Config)
	if err != nil {
		t.Fatal(err)
	}
	var clients []*pgxpool.Pool
	for range 2 {
		cfg := cfg.Copy()
		w.through(&cfg.ConnConfig.Config)
		pool, err := pgxpool.NewWithConfig(ctx, cfg)
		if err != nil {
			t.Fatal(err)
		}
		clients = append(clients, pool)
	}
	var pids [2]uint32
	for round := range 50 {
		for i, pool := range clients {
			var got string
			sql := fmt.Sprintf(`select $1::text || ' of %d', pg_backend_pid()`, i)
			if err := pool.QueryRow(ctx, sql, fmt.Sprint(round)).Scan(&got, &pids[i]); err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprint(round, " of ", i); got != want {
				t.Fatalf("client %d read %q, want %q", i, got, want)
			}
		}
	}
	if pids[0] != pids[1] {
		t.Errorf("the clients have processes %d and %d", pids[0], pids[1])
	}
	for _, pool := range clients {
		pool.Close()
	}
	if err := w.close(); err != nil {
		t.Error(err)
	}
}
