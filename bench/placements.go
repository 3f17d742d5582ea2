package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/bench/turns"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
)

const (
	maxSharedRatio   = 1.03 // of pgx's own time on the client
	maxDatabaseRatio = 1.03
	maxRLSLinkRatio  = 1.05 // of pgx's own time, over a link of a millisecond
	maxRLSRatio      = 1.50 // over a local socket
	maxLookup        = 100 * time.Nanosecond
	linkDelay        = 500 * time.Microsecond // in either direction
	lookups          = 10000
	socketBlocks     = 1001 // short ones: whatever else the machine does lasts longer than one
)

const (
	findUser = `select name, email, age from users where tenant_id = $1 and id = $2`

	// findUserToo is the same for another client on one connection, where a
	// statement of the same text would have the same name.
	findUserToo = findUser + ` `
)

// querier is what a pool of pgx's and one of ours have in common here.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// direct reads a user without anything of ours in between.
func direct(ctx context.Context, pool querier, sql string) func() error {
	key, id := tenant.Key(acme), pgUUID(ann)
	return func() error {
		var name, email string
		var age int32
		return pool.QueryRow(ctx, sql, key, id).Scan(&name, &email, &age)
	}
}

// placed reads the same user through a placement.
func placed(ctx context.Context, db tenant.DB) func() error {
	key, id := tenant.Key(acme), pgUUID(ann)
	return func() error {
		var name, email string
		var age int32
		return db.QueryRow(ctx, key, findUser, key, id).Scan(&name, &email, &age)
	}
}

// benchPlacements prints what a placement adds to a statement.
func benchPlacements(r *turns.Report) error {
	ctx := context.Background()
	r.Section("A statement through a placement beside pgx's own",
		"placement", "µs", "pgx µs", "ratio", "95 % upper", "bound")
	if err := benchClient(ctx, r); err != nil {
		return err
	}
	server, err := pgtest.Start(ctx, pgtest.Config{Own: true})
	if err != nil {
		return err
	}
	defer server.Close()
	dsn, err := referenceDatabase(ctx, server)
	if err != nil {
		return err
	}
	if err := benchServer(ctx, r, dsn, 0); err != nil {
		return err
	}
	if err := benchServer(ctx, r, dsn, linkDelay); err != nil {
		return err
	}
	if err := benchLookup(ctx, r, dsn); err != nil {
		return err
	}
	return benchMaking(ctx, r, server)
}

func placementRow(r *turns.Report, name string, got turns.Ratio, bound float64) {
	limit := "none"
	if bound > 0 {
		limit = fmt.Sprintf("≤ %.2f", bound)
	}
	r.Row(bound == 0 || got.Median <= bound, name,
		fmt.Sprintf("%.2f", float64(got.Ours.Nanoseconds())/1e3), fmt.Sprintf("%.2f", float64(got.Theirs.Nanoseconds())/1e3),
		fmt.Sprintf("%.3f", got.Median), fmt.Sprintf("%.3f", got.Upper), limit)
}

// clients are calls on connections without a server.
type clients struct {
	shared, database, direct func() error
	close                    func()
}

func newClients(ctx context.Context) (*clients, error) {
	a := answer{oids(uuidOID, uuidOID), oids(textOID, textOID, 23), []any{"Ann", "ann@acme.test", int32(41)}, 1, "SELECT 1"}
	pool, err := fakePool(ctx, a)
	if err != nil {
		return nil, err
	}
	many, err := pools.New(pools.Config{
		Servers:   map[string]string{"fake": "host=fake user=fake dbname=fake sslmode=disable"},
		Configure: func(_ string, cfg *pgx.ConnConfig) { *cfg = *pool.Config().ConnConfig },
	})
	if err != nil {
		pool.Close()
		return nil, err
	}
	own, err := tenant.NewDatabases(many, tenant.DatabasesConfig{Server: "fake"})
	if err != nil {
		return nil, err
	}
	return &clients{
		shared:   placed(ctx, tenant.NewShared(pool)),
		database: placed(ctx, own),
		direct:   direct(ctx, pool, findUser),
		close: func() {
			many.CloseAll(ctx)
			pool.Close()
		},
	}, nil
}

// benchClient measures the client's processor time, on a connection without a
// server: what a placement costs beside everything that pgx does.
func benchClient(ctx context.Context, r *turns.Report) error {
	c, err := newClients(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	const n = 1000
	for _, p := range []struct {
		name  string
		call  func() error
		bound float64
	}{
		{"shared, client only", c.shared, maxSharedRatio},
		{"database, client only", c.database, maxDatabaseRatio},
	} {
		got, err := turns.Compare(callBlocks, n, p.call, c.direct)
		if err != nil {
			return err
		}
		placementRow(r, p.name, got, p.bound)
	}
	return nil
}

// benchLookup measures how long a router takes to say where a tenant is, one of
// many that it remembers.
func benchLookup(ctx context.Context, r *turns.Report, dsn string) error {
	control, err := pgxpool.New(ctx, dsn)
	if err != nil {
		return err
	}
	defer control.Close()
	catalog := tenant.NewCatalog(control)
	if err := catalog.Create(ctx); err != nil {
		return err
	}
	many, err := pools.New(pools.Config{Servers: map[string]string{"main": dsn}})
	if err != nil {
		return err
	}
	defer many.CloseAll(ctx)
	router, err := tenant.NewRouter(ctx, tenant.RouterConfig{Catalog: catalog, Pools: many, Size: 4 * lookups})
	if err != nil {
		return err
	}
	defer router.Close()
	keys := make([]tenant.Key, lookups)
	for i := range keys {
		keys[i] = tenant.NewID()
		if _, err := control.Exec(ctx, `insert into tenant_placements (tenant, kind, server) values ($1, 'shared', 'main')`, keys[i].String()); err != nil {
			return err
		}
	}
	all := func() error {
		for _, id := range keys {
			if _, err := router.Placement(ctx, id); err != nil {
				return err
			}
		}
		return nil
	}
	for range 2 { // the insertions are heard of meanwhile
		if err := all(); err != nil {
			return err
		}
		time.Sleep(time.Second)
	}
	const rounds = 50
	start := turns.Clock()
	for range rounds {
		if err := all(); err != nil {
			return err
		}
	}
	took := (turns.Clock() - start) / (rounds * lookups)
	r.Section("Where one of "+fmt.Sprint(lookups)+" tenants is", "ns", "bound")
	r.Row(took <= maxLookup, fmt.Sprint(took.Nanoseconds()), fmt.Sprintf("≤ %d", maxLookup.Nanoseconds()))
	return nil
}
