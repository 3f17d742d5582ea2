package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/tenantc/tenantc/bench/turns"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant/pools"
)

const (
	// Nobody waits for a pool that is made for somebody else. Beside as many dials
	// of pgx's own, which take the machine's time as well, what is above 1 is
	// noise; without any it is that and the dials. Who waited for one would have a
	// ratio of a hundred.
	maxMakingRatio = 1.10
	maxBusyRatio   = 1.25
	makingBlocks   = 61
	makers         = 8
	dialTime       = 20 * time.Millisecond
	others         = 4   // databases that are used meanwhile, each by one caller
	callsOfEach    = 500 // in a block
)

// benchMaking measures the slowest requests to databases that have their
// connections, while connections to databases that were never used are made in
// the same pools, and while none are. A dial takes long and costs nothing: what
// shows is waiting.
func benchMaking(ctx context.Context, r *turns.Report, server *pgtest.Server) (err error) {
	described, answered, err := answer{params: oids(23), tag: "SELECT 0"}.encode()
	if err != nil {
		return err
	}
	dsn, err := server.CreateDatabase(ctx)
	if err != nil {
		return err
	}
	const farDSN = "host=fake user=fake dbname=fake sslmode=disable"
	far := func(cfg *pgx.ConnConfig) {
		cfg.LookupFunc = func(context.Context, string) ([]string, error) { return []string{"fake"}, nil }
		cfg.DialFunc = func(context.Context, string, string) (net.Conn, error) {
			time.Sleep(dialTime)
			return newFakeConn(described, answered), nil
		}
	}
	alone, err := pgx.ParseConfig(farDSN)
	if err != nil {
		return err
	}
	far(alone)
	many, err := pools.New(pools.Config{
		Servers: map[string]string{"near": dsn, "far": farDSN},
		Configure: func(server string, cfg *pgx.ConnConfig) {
			if server == "far" {
				far(cfg)
			}
		},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, many.CloseAll(ctx)) }()

	used := make([]*pools.Pool, others)
	for i := range used {
		dsn, err := server.CreateDatabase(ctx)
		if err != nil {
			return err
		}
		cfg, err := pgx.ParseConfig(dsn)
		if err != nil {
			return err
		}
		if used[i], err = many.On(pools.Database{Server: "near", Name: cfg.Database}); err != nil {
			return err
		}
	}
	m := &making{many: many, used: used, alone: alone}
	got, err := turns.Sides(func() time.Duration { return m.sum }, makingBlocks, 1,
		func() error { return m.beside(ctx, m.make) },
		func() error { return m.beside(ctx, m.dial) },
		func() error { return m.requests(ctx) })
	if err != nil {
		return err
	}
	r.Section(fmt.Sprintf("The slowest of a hundred requests to other databases while %d pools are made, dialling %d ms each", m.made.Load(), dialTime.Milliseconds()),
		"beside", "p99 µs", "its p99 µs", "ratio", "95 % upper", "bound")
	for i, side := range []struct {
		name  string
		bound float64
	}{{"as many dials of pgx's own", maxMakingRatio}, {"nothing", maxBusyRatio}} {
		r.Row(got[i].Median <= side.bound, side.name,
			fmt.Sprintf("%.1f", float64(got[i].Ours.Nanoseconds())/1e3), fmt.Sprintf("%.1f", float64(got[i].Theirs.Nanoseconds())/1e3),
			fmt.Sprintf("%.3f", got[i].Median), fmt.Sprintf("%.3f", got[i].Upper), fmt.Sprintf("≤ %.2f", side.bound))
	}
	return nil
}

// making is requests, and pools that are made beside them.
type making struct {
	many  *pools.Pools
	used  []*pools.Pool
	alone *pgx.ConnConfig // of a database that is never used, without pools
	made  atomic.Int64
	sum   time.Duration // of the slowest of a hundred requests, over all blocks
}

// requests runs a block of them, and adds what the slowest of a hundred took.
func (m *making) requests(ctx context.Context) error {
	took := make([]time.Duration, others*callsOfEach)
	failed := make([]error, others)
	var callers sync.WaitGroup
	for i, pool := range m.used {
		callers.Go(func() {
			for j := range callsOfEach {
				var one int
				begun := time.Now()
				failed[i] = errors.Join(failed[i], pool.QueryRow(ctx, `select 1`).Scan(&one))
				took[i*callsOfEach+j] = time.Since(begun)
			}
		})
	}
	callers.Wait()
	slices.Sort(took)
	m.sum += took[len(took)*99/100]
	return errors.Join(failed...)
}

// beside runs a block of requests while others make something, over and over.
func (m *making) beside(ctx context.Context, make func(context.Context) error) error {
	making, stop := context.WithCancel(ctx)
	var failed [makers]error
	var running sync.WaitGroup
	for i := range makers {
		running.Go(func() {
			for making.Err() == nil && failed[i] == nil {
				failed[i] = make(ctx)
			}
		})
	}
	err := m.requests(ctx)
	stop()
	running.Wait()
	return errors.Join(append(failed[:], err)...)
}

// make uses a database for the first time.
func (m *making) make(ctx context.Context) error {
	pool, err := m.many.On(pools.Database{Server: "far", Name: fmt.Sprint("tenant_", m.made.Add(1))})
	if err != nil {
		return err
	}
	_, err = pool.Exec(ctx, `select $1::int`, 1)
	return err
}

// dial is make without pools: a connection of pgx's, which is closed again.
func (m *making) dial(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, m.alone.Copy())
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `select $1::int`, 1)
	return errors.Join(err, conn.Close(ctx))
}
