package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/bench/rows"
	"github.com/tenantc/tenantc/bench/turns"
	"github.com/tenantc/tenantc/gen"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
)

const (
	maxMethod     = 1.03 // of pgx's time
	maxFiltered   = 1.05 // of the same statement's, written by hand
	maxList       = 0.92 // of sqlc's
	maxManyRow    = 0.07 // of a single insert, for each row
	maxManyCopy   = 1.1  // of CopyFrom's time
	manyRows      = 1000
	manyBlocks    = 31
	rowBlocks     = 101
	rowCalls      = 20        // in a block
	forEachRows   = 100000    // that one loop goes through
	maxForEachLag = 256 << 10 // bytes that it may hold more than a loop over a hundredth of them
)

// benchRepository prints what the methods that every model gets cost, on a server.
func benchRepository(r *turns.Report) error {
	ctx := context.Background()
	server, err := pgtest.Start(ctx, pgtest.Config{Own: true})
	if err != nil {
		return err
	}
	defer server.Close()
	dsn, err := rows.Database(ctx, server)
	if err != nil {
		return err
	}
	pool, err := onePool(ctx, dsn)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := benchMethods(ctx, r, pool); err != nil {
		return err
	}
	if err := benchMany(ctx, r, pool); err != nil {
		return err
	}
	return benchForEach(ctx, r, pool)
}

// onePool opens a pool of one connection, which both sides use by turns.
func onePool(ctx context.Context, dsn string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = 1
	return pgxpool.NewWithConfig(ctx, cfg)
}

// benchMethods compares each method with pgx and with sqlc, on the clock on the
// wall.
func benchMethods(ctx context.Context, r *turns.Report, pool *pgxpool.Pool) error {
	sides := []rows.Side{rows.Tenantc(pool), rows.Hand(pool), rows.Sqlc(pool)}
	var calls [3][]rows.Call
	for i, side := range sides {
		if err := rows.Isolated(ctx, side); err != nil {
			return err
		}
		calls[i] = rows.Calls(side)
	}
	r.Section("A method of the repository on a server, over a local socket",
		"call", "µs", "pgx µs", "sqlc µs", "of pgx", "95 % upper", "of sqlc", "95 % upper", "bound")
	for i, c := range calls[0] {
		got, err := turns.Sides(turns.Wall, rowBlocks, rowCalls, c.Run, calls[1][i].Run, calls[2][i].Run)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		bounded, of, bound := got[0], "pgx", maxMethod
		switch i {
		case rows.List:
			bounded, of, bound = got[1], "sqlc", maxList
		case rows.Filtered:
			bound = maxFiltered
		}
		r.Row(bounded.Median <= bound, c.Name, micro(got[0].Ours), micro(got[0].Theirs), micro(got[1].Theirs),
			three(got[0].Median), three(got[0].Upper), three(got[1].Median), three(got[1].Upper), fmt.Sprintf("≤ %.2f of %s", bound, of))
	}
	return nil
}

// benchMany compares CreateMany with as many single inserts and with CopyFrom. Only
// CreateMany gives the rows back.
func benchMany(ctx context.Context, r *turns.Report, pool *pgxpool.Pool) error {
	store := gen.New(tenant.NewShared(pool))
	filling := tenant.IDFrom(rows.Filling)
	batch := 0
	email := func(i int) string { return fmt.Sprintf("%d@batch%d.test", i, batch) }
	many := func() error {
		batch++
		items := make([]gen.NewUser, manyRows)
		for i := range items {
			items[i] = gen.NewUser{Name: "Ann", Email: email(i), Age: 41}
		}
		users, err := store.Users.CreateMany(ctx, filling, items)
		if err == nil && (len(users) != manyRows || users[manyRows-1].Email != email(manyRows-1)) {
			err = errors.New("CreateMany does not give the rows back in their order")
		}
		return err
	}
	single := func() error {
		batch++
		for i := range manyRows {
			if _, err := store.Users.Create(ctx, filling, gen.NewUser{Name: "Ann", Email: email(i), Age: 41}); err != nil {
				return err
			}
		}
		return nil
	}
	copied := func() error {
		batch++
		_, err := pool.CopyFrom(ctx, pgx.Identifier{"users"}, []string{"tenant_id", "name", "email", "age"},
			pgx.CopyFromSlice(manyRows, func(i int) ([]any, error) {
				return []any{pgUUID(rows.Filling), "Ann", email(i), int32(41)}, nil
			}))
		return err
	}
	got, err := turns.Sides(turns.Wall, manyBlocks, 1, many, single, copied)
	if err != nil {
		return err
	}
	r.Section(fmt.Sprintf("CreateMany of %d users, over a local socket", manyRows), "beside", "µs a row", "its µs a row", "ratio", "95 % upper", "bound")
	for i, beside := range []struct {
		name  string
		bound float64
	}{{"single inserts by Create", maxManyRow}, {"CopyFrom", maxManyCopy}} {
		r.Row(got[i].Median <= beside.bound, beside.name, micro(got[i].Ours/manyRows), micro(got[i].Theirs/manyRows),
			three(got[i].Median), three(got[i].Upper), fmt.Sprintf("≤ %.2f", beside.bound))
	}
	r.Note("CreateMany gives each row back as it is stored; CopyFrom gives back a number.")
	return nil
}

// benchForEach looks at what a loop over many rows holds in its middle.
func benchForEach(ctx context.Context, r *turns.Report, pool *pgxpool.Pool) error {
	held := make(map[int]int64)
	r.Section("ForEach, what is held at the end of the loop", "rows", "held", "bound")
	for _, n := range []int{forEachRows / 100, forEachRows} {
		if err := fillUsers(ctx, pool, n); err != nil {
			return err
		}
		seen, before := 0, live()
		for _, err := range gen.New(tenant.NewShared(pool)).Users.ForEach(ctx, tenant.IDFrom(rows.Filling)) {
			if err != nil {
				return err
			}
			if seen++; seen == n {
				held[n] = live() - before
			}
		}
		if seen != n {
			return fmt.Errorf("ForEach goes through %d rows, want %d", seen, n)
		}
	}
	few, many := held[forEachRows/100], held[forEachRows]
	r.Row(true, fmt.Sprint(forEachRows/100), kib(few), "none")
	r.Row(many <= few+maxForEachLag, fmt.Sprint(forEachRows), kib(many), "≤ "+kib(maxForEachLag)+" more")
	return nil
}

// fillUsers leaves n users of the filling tenant.
func fillUsers(ctx context.Context, pool *pgxpool.Pool, n int) error {
	if _, err := pool.Exec(ctx, `delete from users where tenant_id = $1`, pgUUID(rows.Filling)); err != nil {
		return err
	}
	_, err := pool.Exec(ctx, `insert into users (tenant_id, name, email, age)
		select $1, 'user ' || n, n || '@filling.test', 20 from generate_series(1, $2::int) n`, pgUUID(rows.Filling), n)
	return err
}

// live returns the bytes that are in use once the garbage is collected.
func live() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func kib(bytes int64) string { return fmt.Sprintf("%.0f KiB", float64(bytes)/(1<<10)) }

func micro(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d.Nanoseconds())/1e3) }

func three(ratio float64) string { return fmt.Sprintf("%.3f", ratio) }
