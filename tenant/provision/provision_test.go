package provision_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
	"github.com/tenantc/tenantc/tenant/provision"
)

const role = "tenantc_app"

var first = fstest.MapFS{
	"001_tenants.sql": {Data: []byte("-- +goose Up\ncreate table tenants (id uuid primary key, name text not null);\n-- +goose Down\ndrop table tenants;\n")},
	"002_notes.sql": {Data: []byte(`-- +goose Up
create table notes (tenant_id uuid not null, id bigint generated always as identity, body text not null, primary key (tenant_id, id));
create view bodies with (security_invoker = true) as select tenant_id, body from notes;
create table slugs (tenant_id varchar(8) not null);
`)},
}

func second() fstest.MapFS {
	files := fstest.MapFS{"003_tags.sql": {Data: []byte("-- +goose Up\ncreate table tags (tenant_id uuid not null, name text);\n")}}
	for name, file := range first {
		files[name] = file
	}
	return files
}

// setup returns a provisioner, and pools for the application's role.
func setup(t *testing.T, migrations fstest.MapFS) (*provision.Provisioner, *pools.Pools) {
	t.Helper()
	admin := pgtest.DSN(t)
	make, err := provision.New(provision.Config{
		Servers: map[string]string{"main": admin}, Migrations: migrations, Role: role,
		Columns: map[string]string{"tenants": "id"},
	})
	if err != nil {
		t.Fatal(err)
	}
	p, err := pools.New(pools.Config{
		Servers:   map[string]string{"main": admin},
		Configure: func(_ string, cfg *pgx.ConnConfig) { cfg.User = role },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.CloseAll(ctx); err != nil {
			t.Error(err)
		}
	})
	return make, p
}

// place returns a database that does not exist, and is dropped when t ends.
func place(t *testing.T, kind tenant.Kind, schema string) tenant.Placement {
	t.Helper()
	admin := pgtest.New(t)
	name := admin.Config().ConnConfig.Database + "_made"
	t.Cleanup(func() {
		if _, err := admin.Exec(context.Background(), `drop database if exists `+name+` with (force)`); err != nil {
			t.Error(err)
		}
	})
	return tenant.Placement{Kind: kind, Database: pools.Database{Server: "main", Name: name}, Schema: schema}
}

func pool(t *testing.T, p *pools.Pools, at tenant.Placement) *pools.Pool {
	t.Helper()
	pool, err := p.On(at.Database)
	if err != nil {
		t.Fatal(err)
	}
	return pool
}

func state(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return fmt.Sprint(err)
	}
	return pg.Code
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	make, p := setup(t, first)
	at := place(t, tenant.KindDatabase, "")
	for range 2 {
		if err := make.Make(ctx, at); err != nil {
			t.Fatal(err)
		}
	}
	app := pool(t, p, at)
	if _, err := app.Exec(ctx, `insert into notes (tenant_id, body) values (gen_random_uuid(), 'a')`); err != nil {
		t.Error(err)
	}
	var n int
	if err := app.QueryRow(ctx, `select count(*) from bodies`).Scan(&n); err != nil || n != 1 {
		t.Errorf("the view has %d rows, %v", n, err)
	}
	for _, forbidden := range []string{
		`create table more (id int)`, `truncate notes`, `drop table notes`, `alter table notes add x int`,
		`select * from goose_db_version`, `create schema more`, `create temporary table more (id int)`,
	} {
		if _, err := app.Exec(ctx, forbidden); state(err) != "42501" {
			t.Errorf("%s: %v", forbidden, err)
		}
	}
	// Later migrations run in what is there.
	later, _ := setup(t, second())
	if err := later.Make(ctx, at); err != nil {
		t.Fatal(err)
	}
	if _, err := app.Exec(ctx, `insert into tags values (gen_random_uuid(), 'a')`); err != nil {
		t.Error(err)
	}
}

func TestSchemas(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	make, p := setup(t, first)
	one := place(t, tenant.KindSchema, "tenant_one")
	two := one
	two.Schema = "tenant-Two"
	// Both at once, each twice, and others, in a database that is not there yet.
	all := []tenant.Placement{one, two, one, two}
	for n := range 6 {
		other := one
		other.Schema = fmt.Sprint("tenant_", n)
		all = append(all, other)
	}
	var group sync.WaitGroup
	for _, at := range all {
		group.Go(func() {
			if err := make.Make(ctx, at); err != nil {
				t.Errorf("%s: %v", at.Schema, err)
			}
		})
	}
	group.Wait()
	app := pool(t, p, one)
	for _, at := range []tenant.Placement{one, two} {
		insert := `insert into "` + at.Schema + `".notes (tenant_id, body) values (gen_random_uuid(), 'a')`
		if _, err := app.Exec(ctx, insert); err != nil {
			t.Error(err)
		}
		var n int
		if err := app.QueryRow(ctx, `select count(*) from "`+at.Schema+`".notes`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%s has %d rows, %v", at.Schema, n, err)
		}
	}
	if _, err := app.Exec(ctx, `select * from notes`); state(err) != "42P01" {
		t.Errorf("notes outside of schemas: %v", err)
	}
}

// What is made holds what NewSharedRLS asks for.
func TestSharedUnderPolicies(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	make, p := setup(t, first)
	at := place(t, tenant.KindSharedRLS, "")
	for range 2 {
		if err := make.Make(ctx, at); err != nil {
			t.Fatal(err)
		}
	}
	control := pgtest.New(t)
	catalog := tenant.NewCatalog(control)
	if err := catalog.Create(ctx); err != nil {
		t.Fatal(err)
	}
	acme, busy := tenant.NewID(), tenant.NewID()
	for _, id := range []tenant.ID{acme, busy} {
		if err := catalog.Put(ctx, id, at); err != nil {
			t.Fatal(err)
		}
	}
	router, err := tenant.NewRouter(ctx, tenant.RouterConfig{Catalog: catalog, Pools: p})
	if err != nil {
		t.Fatal(err)
	}
	defer router.Close()
	for id, body := range map[tenant.ID]string{acme: "a", busy: "b"} {
		if _, err := router.Exec(ctx, id, `insert into tenants values ($1, $2)`, id, body); err != nil {
			t.Fatal(err)
		}
		if _, err := router.Exec(ctx, id, `insert into notes (tenant_id, body) values ($1, $2)`, id, body); err != nil {
			t.Fatal(err)
		}
	}
	for id, want := range map[tenant.ID][]string{acme: {"a"}, busy: {"b"}} {
		for _, sql := range []string{`select body from notes`, `select name from tenants`, `select body from bodies`} {
			rows, err := router.Query(ctx, id, sql)
			if err != nil {
				t.Fatal(err)
			}
			got, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil || !cmp.Equal(got, want) {
				t.Errorf("%s: %q, %v", sql, got, err)
			}
		}
	}
	// A key of text is compared whole, not cut to the column's length.
	if _, err := router.Exec(ctx, acme, `insert into slugs values (left($1::text, 8))`, acme.String()); state(err) != "42501" {
		t.Errorf("a slug that begins like another: %v", err)
	}
}

func TestPoliciesNeedAKeyThatIsOne(t *testing.T) {
	t.Parallel()
	make, _ := setup(t, fstest.MapFS{"001_a.sql": {Data: []byte("-- +goose Up\ncreate table a (tenant_id float8);\n")}})
	if err := make.Make(t.Context(), place(t, tenant.KindSharedRLS, "")); err == nil {
		t.Error("a policy on a float")
	}
}

// A template has everything, and nothing is left to run.
func TestTemplate(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	make, _ := setup(t, first)
	template := place(t, tenant.KindDatabase, "")
	if err := make.Make(ctx, template); err != nil {
		t.Fatal(err)
	}
	fromTemplate, err := provision.New(provision.Config{
		Servers: map[string]string{"main": pgtest.DSN(t)}, Migrations: first, Role: role, Template: template.Database.Name,
	})
	if err != nil {
		t.Fatal(err)
	}
	at := place(t, tenant.KindDatabase, "")
	if err := fromTemplate.Make(ctx, at); err != nil {
		t.Fatal(err)
	}
	_, p := setup(t, first)
	if _, err := pool(t, p, at).Exec(ctx, `insert into notes (tenant_id, body) values (gen_random_uuid(), 'a')`); err != nil {
		t.Error(err)
	}
}

// What failed half-way is done again.
func TestFailedMigration(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	broken := second()
	broken["003_tags.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\ncreate table tags (id nonsense);\n")}
	at := place(t, tenant.KindDatabase, "")
	make, p := setup(t, broken)
	if err := make.Make(ctx, at); err == nil {
		t.Fatal("a migration that fails is no error")
	}
	mended, _ := setup(t, second())
	if err := mended.Make(ctx, at); err != nil {
		t.Fatal(err)
	}
	if _, err := pool(t, p, at).Exec(ctx, `insert into tags values (gen_random_uuid(), 'a')`); err != nil {
		t.Error(err)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	dsn := pgtest.DSN(t)
	good := provision.Config{Servers: map[string]string{"main": dsn}, Migrations: first, Role: role}
	for name, change := range map[string]func(*provision.Config){
		"no servers":    func(c *provision.Config) { c.Servers = nil },
		"no migrations": func(c *provision.Config) { c.Migrations = nil },
		"no role":       func(c *provision.Config) { c.Role = "" },
		"role":          func(c *provision.Config) { c.Role = `a"b` },
		"template":      func(c *provision.Config) { c.Template = "a b" },
		"setting":       func(c *provision.Config) { c.Setting = "x' or true --" },
		"extension":     func(c *provision.Config) { c.Extensions = []string{`a", b`} },
		"dsn":           func(c *provision.Config) { c.Servers = map[string]string{"main": "host=a port=b"} },
	} {
		cfg := good
		change(&cfg)
		if _, err := provision.New(cfg); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	make, err := provision.New(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]tenant.Placement{
		"nothing":      {},
		"no database":  {Kind: tenant.KindShared, Database: pools.Database{Server: "main"}},
		"no server":    {Kind: tenant.KindDatabase, Database: pools.Database{Server: "other", Name: "a"}},
		"bad schema":   {Kind: tenant.KindSchema, Database: pools.Database{Server: "main", Name: "a"}, Schema: `a"b`},
		"bad database": {Kind: tenant.KindDatabase, Database: pools.Database{Server: "main", Name: `a"; drop database b; --`}},
	} {
		if err := make.Make(ctx, at); err == nil {
			t.Errorf("%s is made", name)
		}
	}
	powerful := good
	powerful.Role = "postgres"
	make, err = provision.New(powerful)
	if err != nil {
		t.Fatal(err)
	}
	if err := make.Make(ctx, place(t, tenant.KindDatabase, "")); !errors.Is(err, tenant.ErrUnsafeRole) {
		t.Errorf("a superuser for the application: %v", err)
	}
}
