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

// appRole is the application's role where policies bind it, and schemaRole
// where each tenant has a schema.
const appRole, schemaRole = "bench_app", "bench_schemas"

// referenceDatabase makes the reference application's database with policies
// for the application's role, and a schema with the same tables and no policies.
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
		`+user+rights+schemaRole+`; grant usage on schema acme to `+appRole+`; grant select on acme.users to `+appRole)
	return server.CreateDatabase(ctx, texts...)
}

// findUserBeside is findUser where no policies are.
const findUserBeside = `select name, email, age from acme.users where tenant_id = $1 and id = $2`

// A serverRow is a placement that is measured with a server behind it.
type serverRow struct {
	name, role string
	place      func(ctx context.Context, cfg *pgxpool.Config) (db tenant.DB, end func(), err error) // end may be nil with err
	theirs     string                                                                               // what pgx alone reads the user with, as the same role
	bound      float64
}

// benchServer measures whole calls, the server included, on the clock on the
// wall: round trips are what counts.
func benchServer(ctx context.Context, r *turns.Report, dsn string, delay time.Duration) (err error) {
	over, bound, blocks, n := "local socket", maxRLSRatio, socketBlocks, 10
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
	for _, row := range []serverRow{
		{"shared", "postgres", placeShared, findUserToo, 0},
		{"database", "postgres", placeDatabase, findUserToo, maxDatabaseRatio},
		{"row-level security", appRole, placeRLS, findUserBeside, bound},
		{"schema", schemaRole, placeSchemas, findUserBeside, 0},
	} {
		got, err := row.measure(ctx, cfg, blocks, n)
		if err != nil {
			return fmt.Errorf("%s: %w", row.name, err)
		}
		placementRow(r, row.name+", "+over, got, row.bound)
	}
	return nil
}

// measure compares both sides on one connection.
func (row serverRow) measure(ctx context.Context, cfg *pgxpool.Config, blocks, n int) (ratio turns.Ratio, err error) {
	cfg = cfg.Copy()
	cfg.ConnConfig.User = row.role
	line, err := newWire(ctx, &cfg.ConnConfig.Config)
	if err != nil {
		return ratio, err
	}
	defer func() { err = errors.Join(err, line.close()) }()
	line.through(&cfg.ConnConfig.Config)
	beside, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return ratio, err
	}
	defer beside.Close()
	db, end, err := row.place(ctx, cfg.Copy())
	if end != nil {
		defer end()
	}
	if err != nil {
		return ratio, err
	}
	return turns.CompareBy(turns.Wall, blocks, n, placed(ctx, db), direct(ctx, beside, row.theirs))
}

func placeShared(ctx context.Context, cfg *pgxpool.Config) (tenant.DB, func(), error) {
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	return tenant.NewShared(pool), pool.Close, nil
}

func placeDatabase(ctx context.Context, cfg *pgxpool.Config) (tenant.DB, func(), error) {
	many, err := pools.New(pools.Config{
		Servers:   map[string]string{"main": cfg.ConnString()},
		Configure: func(_ string, own *pgx.ConnConfig) { *own = *cfg.ConnConfig },
	})
	if err != nil {
		return nil, nil, err
	}
	at := pools.Database{Server: "main", Name: cfg.ConnConfig.Database}
	db, err := tenant.NewDatabases(many, tenant.DatabasesConfig{At: func(tenant.Key) pools.Database { return at }})
	return db, func() { many.CloseAll(ctx) }, err
}

func placeRLS(ctx context.Context, cfg *pgxpool.Config) (tenant.DB, func(), error) {
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	db, err := tenant.NewSharedRLS(ctx, pool, tenant.RLSConfig{Except: []string{"acme.users"}})
	return db, pool.Close, err
}

func placeSchemas(ctx context.Context, cfg *pgxpool.Config) (tenant.DB, func(), error) {
	cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	db, err := tenant.NewSchemas(ctx, pool, tenant.SchemasConfig{Name: func(tenant.Key) string { return "acme" }})
	return db, pool.Close, err
}
