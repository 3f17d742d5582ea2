package tenant_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
)

// openSchema has no tenant column: nothing but the database tells tenants apart.
const openSchema = `create table notes (id bigint primary key, body text not null);`

const insertOpen = `insert into notes (id, body) values ($1, $2)`

// severalDatabases are databases of one server, and connections to them.
func severalDatabases(t *testing.T, n int) (*pools.Pools, []pools.Database) {
	t.Helper()
	var at []pools.Database
	var dsn string
	for range n {
		dsn = pgtest.DSN(t, openSchema)
		cfg, err := pgconn.ParseConfig(dsn)
		if err != nil {
			t.Fatal(err)
		}
		at = append(at, pools.Database{Server: "main", Name: cfg.Database})
	}
	p, err := pools.New(pools.Config{Servers: map[string]string{"main": dsn}})
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
	return p, at
}

// Where tenants share tables, or nothing is known of the place, there is no DB
// for isolated statements.
func TestIsolateRefuses(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	pool := pgtest.New(t, openSchema)
	tx, err := pool.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(ctx)
	onTx, err := tenant.OnTx(ctx, tx, acme)
	if err != nil {
		t.Fatal(err)
	}
	var nilDatabases *struct{ *tenant.Databases }
	for name, db := range map[string]tenant.DB{
		"shared":                  tenant.NewShared(pool),
		"row-level security":      new(tenant.SharedRLS),
		"schemas":                 new(tenant.Schemas),
		"a transaction":           onTx,
		"an observed one":         tenant.Observe(tenant.NewShared(pool), tenant.NewCounters(1)),
		"an observed transaction": tenant.Observe(onTx, tenant.NewCounters(1)),
		"what embeds databases":   struct{ *tenant.Databases }{new(tenant.Databases)},
		"what embeds a router":    struct{ *tenant.Router }{new(tenant.Router)},
		"nil of what embeds":      nilDatabases,
		"nothing":                 nil,
		"of another package's":    struct{ tenant.DB }{new(tenant.Databases)},
		"observed, of another's":  tenant.Observe(struct{ tenant.DB }{new(tenant.Databases)}, tenant.NewCounters(1)),
		"observed, and nothing":   tenant.Observe(nil, tenant.NewCounters(1)),
	} {
		if got, err := tenant.Isolate(db); !errors.Is(err, tenant.ErrNotIsolated) || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// Two tenants with the same keys in two databases, and statements that name no
// tenant. A third one is placed in the first one's database by mistake.
func TestIsolateDatabases(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	p, at := severalDatabases(t, 2)
	stray := tenant.NewID()
	databases, err := tenant.NewDatabases(p, tenant.DatabasesConfig{At: func(id tenant.Key) pools.Database {
		switch id {
		case acme, stray:
			return at[0]
		case busy:
			return at[1]
		}
		return pools.Database{}
	}})
	if err != nil {
		t.Fatal(err)
	}
	db, err := tenant.Isolate(databases)
	if err != nil {
		t.Fatal(err)
	}
	for id, body := range map[tenant.ID]string{acme: "a", busy: "b"} {
		if _, err := db.Exec(ctx, id, insertOpen, 1, body); err != nil {
			t.Fatal(err)
		}
	}
	for method, err := range everyMethod(ctx, db, stray) {
		if !errors.Is(err, tenant.ErrNotIsolated) {
			t.Errorf("%s of a second tenant of a database: %v", method, err)
		}
	}
	for method, err := range everyMethod(ctx, db, tenant.ID{}) {
		if !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s for nobody: %v", method, err)
		}
	}
	// All that Isolate makes of one Databases knows of it.
	again, err := tenant.Isolate(tenant.Observe(databases, tenant.NewCounters(1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Exec(ctx, stray, `delete from notes`); !errors.Is(err, tenant.ErrNotIsolated) {
		t.Errorf("a second view: %v", err)
	}
	if twice, err := tenant.Isolate(db); err != nil {
		t.Errorf("isolated twice: %v", err)
	} else if _, err := twice.Exec(ctx, stray, `delete from notes`); !errors.Is(err, tenant.ErrNotIsolated) {
		t.Errorf("isolated twice: %v", err)
	}

	within := func(outer tenant.DB, fn func(tx tenant.DB)) {
		t.Helper()
		err := outer.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error { fn(tx); return nil })
		if err != nil {
			t.Error(err)
		}
	}
	for name, outer := range map[string]tenant.DB{"isolated": db, "observed": again} {
		within(outer, func(tx tenant.DB) {
			store, err := tenant.Isolate(tx)
			if err != nil {
				t.Errorf("%s: a transaction: %v", name, err)
				return
			}
			within(store, func(nested tenant.DB) {
				if _, err := tenant.Isolate(nested); err != nil {
					t.Errorf("%s: a savepoint: %v", name, err)
				}
				if _, err := nested.Exec(ctx, busy, `select 1`); !errors.Is(err, tenant.ErrMismatch) {
					t.Errorf("%s: another tenant: %v", name, err)
				}
			})
		})
	}
	within(databases, func(tx tenant.DB) {
		if _, err := tenant.Isolate(tx); err != nil {
			t.Errorf("a transaction in the tenant's database: %v", err)
		}
	})
	err = databases.InTx(ctx, stray, pgx.TxOptions{}, func(tx tenant.DB) error { _, err := tenant.Isolate(tx); return err })
	if !errors.Is(err, tenant.ErrNotIsolated) {
		t.Errorf("a transaction of a second tenant of a database: %v", err)
	}
	for id, want := range map[tenant.ID]string{acme: "a", busy: "b"} {
		if got := everything(t, db, id); !cmp.Equal(got, []string{want}) {
			t.Errorf("notes %q, want %q", got, want)
		}
	}
}

// A router is isolated tenant by tenant, whatever it remembers of one, and each
// time anew.
func TestIsolateRouter(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := setupFleet(t, nil)
	db, err := tenant.Isolate(f.router)
	if err != nil {
		t.Fatal(err)
	}
	before := f.pools.Stats().Dials
	for i, id := range ids {
		for range 2 {
			for method, err := range everyMethod(ctx, db, id) {
				if kinds[i] == tenant.KindDatabase {
					if method != "InTx" && err != nil {
						t.Errorf("%s: %s: %v", kinds[i], method, err)
					}
				} else if !errors.Is(err, tenant.ErrNotIsolated) {
					t.Errorf("%s: %s: %v", kinds[i], method, err)
				}
			}
		}
	}
	if n := f.pools.Stats().Dials - before; n != 1 {
		t.Errorf("%d connections were opened, want the one to the database of its own", n)
	}
	for _, id := range ids[:1] { // the router itself serves everybody
		insert(t, f.router, id, 1, "shared")
		for method, err := range everyMethod(ctx, db, id) {
			if !errors.Is(err, tenant.ErrNotIsolated) {
				t.Errorf("%s of a tenant that the router has used: %v", method, err)
			}
		}
	}
	own := ids[5]
	err = f.router.InTx(ctx, own, pgx.TxOptions{}, func(tx tenant.DB) error {
		_, err := tenant.Isolate(tx)
		return err
	})
	if err != nil {
		t.Errorf("a transaction in a database that the catalog gives to one tenant: %v", err)
	}
	err = f.router.InTx(ctx, ids[0], pgx.TxOptions{}, func(tx tenant.DB) error {
		_, err := tenant.Isolate(tx)
		return err
	})
	if !errors.Is(err, tenant.ErrNotIsolated) {
		t.Errorf("a transaction in shared tables: %v", err)
	}

	// A tenant that is moved to shared tables has no isolated DB any more.
	loads := f.router.Stats().Changes
	if err := f.catalog.Put(ctx, own, f.places[ids[0]]); err != nil {
		t.Fatal(err)
	}
	until(t, "the router hears of the move", f.router.News, func() bool { return f.router.Stats().Changes > loads })
	if _, err := db.Exec(ctx, own, `delete from notes`); !errors.Is(err, tenant.ErrNotIsolated) {
		t.Errorf("after a move to shared tables: %v", err)
	}
}
