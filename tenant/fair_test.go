package tenant_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
)

// checkSlowTenant runs more slow calls for a tenant than there are connections,
// and looks whether another tenant, whose keys are the same, is served all the
// while. share is what a tenant may have; owner sees what the server does.
func checkSlowTenant(t *testing.T, db tenant.DB, slow, other tenant.ID, share int, owner *pgxpool.Pool, queued func() int) {
	t.Helper()
	const calls = 12
	insert(t, db, slow, 1, "slow")
	insert(t, db, other, 1, "other")
	sleeping, wake := context.WithCancel(t.Context())
	var group sync.WaitGroup
	defer group.Wait()
	defer wake()
	var begun tally
	for i := range calls {
		group.Go(func() {
			var err error
			switch ctx := waiting(sleeping, begun.add); i % 3 {
			case 0:
				_, err = db.Exec(ctx, slow, `select pg_sleep(1000)`)
			case 1:
				err = db.QueryRow(ctx, slow, `select 1 from pg_sleep(1000)`).Scan(new(int))
			case 2:
				err = db.InTx(ctx, slow, pgx.TxOptions{}, func(tx tenant.DB) error {
					_, err := tx.Exec(ctx, slow, `select pg_sleep(1000)`)
					return err
				})
			}
			if sleeping.Err() == nil || err == nil {
				t.Errorf("slow call %d returned: %v", i, err)
			}
		})
	}
	until(t, "every slow call runs or waits", begun.news, func() bool { return begun.count() == calls })
	sleepers(t, owner, share)
	if n := queued(); n != calls-share {
		t.Errorf("%d slow calls wait, want %d", n, calls-share)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range 100 {
		var body string
		if err := db.QueryRow(ctx, other, getNote, other, 1).Scan(&body); err != nil || body != "other" {
			t.Fatalf("the other tenant: %q, %v", body, err)
		}
	}
	var asleep int
	err := owner.QueryRow(ctx, `select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`).Scan(&asleep)
	if err != nil || asleep != share {
		t.Errorf("%d statements of the slow tenant run, want %d: %v", asleep, share, err)
	}
	wake()
	group.Wait()
	if n := queued(); n != 0 {
		t.Errorf("%d calls wait for nothing", n)
	}
	if got := bodies(t, db, slow); !cmp.Equal(got, []string{"slow"}) {
		t.Errorf("the slow tenant has %q", got)
	}
}

// A tenant with slow statements leaves half of the connections to the others.
func TestSlowTenantAmongOthers(t *testing.T) {
	t.Parallel()
	const conns = 4
	for name, setup := range map[string]func(t *testing.T) (tenant.DB, *pgxpool.Pool){
		"shared": func(t *testing.T) (tenant.DB, *pgxpool.Pool) {
			owner := pgtest.New(t, appRole+notesSchema+`grant select, insert on notes to tenantc_app`)
			cfg := appConfig(t, owner.Config().ConnString())
			cfg.MaxConns = conns
			return tenant.NewShared(newPool(t, cfg)), owner
		},
		"row-level security": func(t *testing.T) (tenant.DB, *pgxpool.Pool) {
			owner := pgtest.New(t, policySchema)
			cfg := appConfig(t, owner.Config().ConnString())
			cfg.MaxConns = conns
			return newRLS(t, newPool(t, cfg)), owner
		},
		"schemas": func(t *testing.T) (tenant.DB, *pgxpool.Pool) {
			owner := pgtest.New(t, schemasSchema())
			cfg := appConfig(t, owner.Config().ConnString())
			cfg.MaxConns = conns
			cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
			return newSchemas(t, newPool(t, cfg)), owner
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner, owner := setup(t)
			db, err := tenant.NewFair(inner, tenant.FairConfig{})
			if err != nil {
				t.Fatal(err)
			}
			checkSlowTenant(t, db, acme, busy, conns/2, owner, func() int { return db.Stats().Waiting })
			if s := db.Stats(); s.Tenants != 0 || s.Waits == 0 {
				t.Errorf("at the end: %+v", s)
			}
		})
	}
}

// A router bounds tenants without being told, in each database that they share.
func TestSlowTenantOfARouter(t *testing.T) {
	t.Parallel()
	f := setupFleet(t, nil)
	for _, pair := range [][2]int{{0, 1}, {2, 3}} {
		slow, other := ids[pair[0]], ids[pair[1]]
		before := f.router.Stats().Waits
		checkSlowTenant(t, f.router, slow, other, 2, f.owner[kinds[pair[0]]], func() int { return f.router.Stats().Waiting })
		if f.router.Stats().Waits == before {
			t.Error("the router does not count calls that waited")
		}
	}
}

// A router that is told otherwise, and a tenant who shares nothing.
func TestBoundsOfARouter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		most, kind, want int
	}{
		{1, 0, 1},
		{3, 2, 3},
		{0, 4, 2},  // a schema
		{-1, 0, 4}, // what the database has
		{1, 5, 4},  // a database of its own
	} {
		f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.PerTenant = c.most })
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() { f.router.Exec(ctx, ids[c.kind], `select pg_sleep(1000)`) })
		}
		sleepers(t, f.owner[kinds[c.kind]], c.want)
		var stuck bool
		if c.want < 4 {
			short, cancel := context.WithCancel(ctx)
			tell := make(chan struct{})
			refused := make(chan error)
			go func() {
				_, err := f.router.Exec(waiting(short, func() { close(tell) }), ids[c.kind], `select 1`)
				refused <- err
			}()
			<-tell
			cancel()
			stuck = errors.Is(<-refused, context.Canceled)
		}
		if stuck != (c.want < 4) {
			t.Errorf("%+v: a further call waits: %v", c, stuck)
		}
		cancel()
		group.Wait()
	}
}

// However a call ends, its turn ends with it.
func TestTurnsEnd(t *testing.T) {
	t.Parallel()
	cfg, err := pgxpool.ParseConfig(pgtest.DSN(t, notesSchema))
	if err != nil {
		t.Fatal(err)
	}
	cfg.MaxConns = 1 // and so is a tenant's share
	db, err := tenant.NewFair(tenant.NewShared(newPool(t, cfg)), tenant.FairConfig{})
	if err != nil {
		t.Fatal(err)
	}
	insert(t, db, acme, 1, "a1")
	insert(t, db, acme, 2, "a2")
	for name, call := range endings(t, db) {
		call()
		if s := db.Stats(); s.Tenants != 0 || s.Waiting != 0 {
			t.Errorf("%s leaves %+v behind", name, s)
		}
	}
}

func TestFairIsConfigured(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t, notesSchema)
	p, at := severalDatabases(t, 1)
	databases, err := tenant.NewDatabases(p, tenant.DatabasesConfig{At: func(tenant.Key) pools.Database { return at[0] }})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		db   tenant.DB
		most int
		ok   bool
	}{
		"shared":                 {tenant.NewShared(pool), 0, true},
		"observed":               {tenant.Observe(tenant.NewShared(pool), tenant.NewCounters(1)), 0, true},
		"a negative bound":       {tenant.NewShared(pool), -1, false},
		"nothing":                {nil, 1, false},
		"many databases":         {databases, 0, false},
		"many databases, bound":  {databases, 1, true},
		"another package's":      {struct{ tenant.DB }{tenant.NewShared(pool)}, 0, false},
		"another's, but a bound": {struct{ tenant.DB }{tenant.NewShared(pool)}, 2, true},
	} {
		db, err := tenant.NewFair(c.db, tenant.FairConfig{PerTenant: c.most})
		if (err == nil) != c.ok || (db == nil) == c.ok {
			t.Errorf("%s: %v, %v", name, db, err)
		}
	}
	fair, err := tenant.NewFair(databases, tenant.FairConfig{PerTenant: 1})
	if err != nil {
		t.Fatal(err)
	}
	for method, err := range everyMethod(t.Context(), fair, tenant.ID{}) {
		if !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s for nobody: %v", method, err)
		}
	}
	isolated, err := tenant.Isolate(fair)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := isolated.Exec(t.Context(), acme, insertOpen, 1, "a"); err != nil {
		t.Error(err)
	}
	if _, err := isolated.Exec(t.Context(), busy, `delete from notes`); !errors.Is(err, tenant.ErrNotIsolated) {
		t.Errorf("another tenant of the database: %v", err)
	}
	if _, err := tenant.Isolate(&tenant.Fair{}); !errors.Is(err, tenant.ErrNotIsolated) {
		t.Errorf("an empty one: %v", err)
	}
}
