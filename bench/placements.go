package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/tenantc/tenantc/bench/turns"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/schema"
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
	socketBlocks     = 301 // short ones: whatever else the machine does lasts longer than one
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

// appRole is the application's role where policies bind it, and schemaRole
// where each tenant has a schema.
const appRole, schemaRole = "bench_app", "bench_schemas"

// referenceDatabase makes the reference application's database with policies
// for the application's role, and a schema with the same tables.
func referenceDatabase(ctx context.Context, server *pgtest.Server) (string, error) {
	migrations, err := schema.Up()
	if err != nil {
		return "", err
	}
	const user = `insert into tenants (id, name, subdomain) values ('0198f1b2-0000-7000-8000-000000000001', 'Acme', 'acme');
		insert into users (tenant_id, id, name, email, age) values
			('0198f1b2-0000-7000-8000-000000000001', '0198f1b2-0000-7000-8000-0000000000aa', 'Ann', 'ann@acme.test', 41);
		insert into users (tenant_id, name, email, age)
			select '0198f1b2-0000-7000-8000-000000000001', 'user ' || n, n || '@acme.test', 20 from generate_series(1, 1000) n;
		analyze;`
	const rights = `grant select on tenants, users, documents to `
	texts := append([]string{`create role ` + appRole + ` login; create role ` + schemaRole + ` login`}, migrations...)
	texts = append(texts, user, rights+appRole)
	for table, key := range map[string]string{"tenants": "id", "users": "tenant_id", "documents": "tenant_id"} {
		texts = append(texts, `alter table `+table+` enable row level security; alter table `+table+` force row level security;
			create policy everything on `+table+` using (true);
			create policy tenant on `+table+` as restrictive using (`+key+` = (select current_setting('app.tenant_id')::uuid));`)
	}
	texts = append(texts, `create schema acme; grant usage on schema acme to `+schemaRole+`; set search_path = acme; create table tenants (like public.tenants including all);
		create table users (like public.users including all); create table documents (like public.documents including all);
		`+user+rights+schemaRole)
	return server.CreateDatabase(ctx, texts...)
}

// benchServer measures whole calls, the server included, on the clock on the
// wall: round trips are what counts.
func benchServer(ctx context.Context, r *turns.Report, dsn string, delay time.Duration) (err error) {
	over, bound, blocks, n := "local socket", maxRLSRatio, socketBlocks, 50
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return err
	}
	cfg.MaxConns = 1
	if delay > 0 {
		over, bound, blocks, n = "1 ms link", maxRLSLinkRatio, callBlocks, 20
		proxy, err := pgtest.StartProxy(dsn, delay)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, proxy.Close()) }()
		proxy.Through(&cfg.ConnConfig.Config)
	}
	open := func(user string, mode pgx.QueryExecMode) (*pgxpool.Pool, error) {
		cfg := cfg.Copy()
		cfg.ConnConfig.User, cfg.ConnConfig.DefaultQueryExecMode = user, mode
		return pgxpool.NewWithConfig(ctx, cfg)
	}
	plain, err := open("postgres", pgx.QueryExecModeCacheStatement)
	if err != nil {
		return err
	}
	defer plain.Close()
	guarded, err := open(appRole, pgx.QueryExecModeCacheStatement)
	if err != nil {
		return err
	}
	defer guarded.Close()
	unprepared, err := open(schemaRole, pgx.QueryExecModeExec)
	if err != nil {
		return err
	}
	defer unprepared.Close()
	rls, err := tenant.NewSharedRLS(ctx, guarded, tenant.RLSConfig{})
	if err != nil {
		return err
	}
	schemas, err := tenant.NewSchemas(ctx, unprepared, tenant.SchemasConfig{Name: func(tenant.Key) string { return "acme" }})
	if err != nil {
		return err
	}
	line, err := newWire(ctx, &cfg.ConnConfig.Config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, line.close()) }()
	onWire := cfg.Copy()
	line.through(&onWire.ConnConfig.Config)
	beside, err := pgxpool.NewWithConfig(ctx, onWire)
	if err != nil {
		return err
	}
	defer beside.Close()
	many, err := pools.New(pools.Config{
		Servers:   map[string]string{"main": dsn},
		Configure: func(_ string, own *pgx.ConnConfig) { line.through(&own.Config) },
	})
	if err != nil {
		return err
	}
	defer many.CloseAll(ctx)
	databases, err := tenant.NewDatabases(many, tenant.DatabasesConfig{
		At: func(tenant.Key) pools.Database { return pools.Database{Server: "main", Name: cfg.ConnConfig.Database} },
	})
	if err != nil {
		return err
	}
	for _, p := range []struct {
		name   string
		db     tenant.DB
		theirs func() error
		bound  float64
	}{
		{"shared, " + over, tenant.NewShared(plain), direct(ctx, plain, findUser), 0},
		{"database, " + over, databases, direct(ctx, beside, findUserToo), maxDatabaseRatio},
		{"row-level security, " + over, rls, direct(ctx, plain, findUser), bound},
		{"schema, " + over, schemas, direct(ctx, plain, findUser), 0},
	} {
		got, err := turns.CompareBy(turns.Wall, blocks, n, placed(ctx, p.db), p.theirs)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
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
