package tenant_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
)

// fleet is a control database and one database a kind, with a tenant in each
// and one more in those that tenants share.
type fleet struct {
	control *pgxpool.Pool
	catalog *tenant.Catalog
	pools   *pools.Pools
	router  *tenant.Router
	owner   map[tenant.Kind]*pgxpool.Pool // of each database

	places map[tenant.ID]tenant.Placement
}

var (
	ids   = []tenant.ID{acme, busy, tenant.NewID(), tenant.NewID(), tenant.NewID(), tenant.NewID()}
	kinds = []tenant.Kind{tenant.KindShared, tenant.KindShared, tenant.KindSharedRLS, tenant.KindSharedRLS, tenant.KindSchema, tenant.KindDatabase}
)

func setupFleet(t *testing.T, change func(*tenant.RouterConfig)) *fleet {
	t.Helper()
	ctx := t.Context()
	f := &fleet{control: pgtest.New(t), owner: make(map[tenant.Kind]*pgxpool.Pool), places: make(map[tenant.ID]tenant.Placement)}
	f.catalog = tenant.NewCatalog(f.control)
	if err := f.catalog.Create(ctx); err != nil {
		t.Fatal(err)
	}
	const granted = appRole + notesSchema + `grant select, insert, update, delete on notes to tenantc_app;`
	own := strings.ReplaceAll(ids[4].String(), "-", "_")
	databases := make(map[tenant.Kind]string)
	for kind, schema := range map[tenant.Kind]string{
		tenant.KindShared:    granted,
		tenant.KindSharedRLS: policySchema,
		tenant.KindSchema: granted + `create schema t_` + own + `; grant usage on schema t_` + own + ` to tenantc_app;
			set search_path = t_` + own + `;` + notesSchema + `grant select, insert, update, delete on notes to tenantc_app;`,
		tenant.KindDatabase: granted,
	} {
		f.owner[kind] = pgtest.New(t, schema)
		databases[kind] = f.owner[kind].Config().ConnConfig.Database
	}
	p, err := pools.New(pools.Config{
		Servers:   map[string]string{"main": f.control.Config().ConnString()},
		Configure: func(_ string, cfg *pgx.ConnConfig) { cfg.User = "tenantc_app" },
		Backoff:   time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	f.pools = p
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := p.CloseAll(ctx); err != nil {
			t.Error(err)
		}
	})
	for i, id := range ids {
		at := tenant.Placement{Kind: kinds[i], Database: pools.Database{Server: "main", Name: databases[kinds[i]]}}
		if at.Kind == tenant.KindSchema {
			at.Schema = "t_" + own
		}
		f.places[id] = at
		if err := f.catalog.Put(ctx, id, at); err != nil {
			t.Fatal(err)
		}
	}
	cfg := tenant.RouterConfig{Catalog: f.catalog, Pools: p}
	if change != nil {
		change(&cfg)
	}
	f.router, err = tenant.NewRouter(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.router.Close)
	eventually(t, "the router listens", func() bool { return f.router.Stats().Listening })
	return f
}

// eventually waits until holds does.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

// The same statements and the same keys for everybody: each sees its own.
func TestRouter(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := setupFleet(t, nil)
	for i, id := range ids {
		insert(t, f.router, id, 1, fmt.Sprint("note of ", i))
		b := new(pgx.Batch)
		b.Queue(insertNote, id, 2, fmt.Sprint("batch of ", i))
		b.Queue(getNote, id, 2).QueryRow(func(row pgx.Row) error { return row.Scan(new(string)) })
		if err := f.router.SendBatch(ctx, id, b).Close(); err != nil {
			t.Errorf("%s: %v", kinds[i], err)
		}
		err := f.router.InTx(ctx, id, pgx.TxOptions{}, func(tx tenant.DB) error {
			if _, err := tx.Exec(ctx, ids[(i+1)%len(ids)], `select 1`); !errors.Is(err, tenant.ErrMismatch) {
				t.Errorf("%s: another tenant in a transaction: %v", kinds[i], err)
			}
			_, err := tx.CopyFrom(ctx, id, pgx.Identifier{"notes"}, []string{"tenant_id", "id", "body"},
				pgx.CopyFromRows([][]any{{id, 3, fmt.Sprint("copy of ", i)}}))
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", kinds[i], err)
		}
		n, err := f.router.CopyFrom(ctx, id, pgx.Identifier{"notes"}, []string{"tenant_id", "id", "body"},
			pgx.CopyFromRows([][]any{{id, 4, fmt.Sprint("more of ", i)}}))
		if err != nil || n != 1 {
			t.Errorf("%s: copied %d, %v", kinds[i], n, err)
		}
	}
	for i, id := range ids {
		want := []string{fmt.Sprint("note of ", i), fmt.Sprint("batch of ", i), fmt.Sprint("copy of ", i), fmt.Sprint("more of ", i)}
		if diff := cmp.Diff(want, bodies(t, f.router, id)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kinds[i], diff)
		}
		var body string
		if err := f.router.QueryRow(ctx, id, getNote, id, 1).Scan(&body); err != nil || body != want[0] {
			t.Errorf("%s: %q, %v", kinds[i], body, err)
		}
		if got, err := f.router.Placement(ctx, id); err != nil || got != f.places[id] {
			t.Errorf("%s is at %+v, %v", kinds[i], got, err)
		}
	}
	if s := f.router.Stats(); s.Loads != int64(len(ids)) || s.Remembered != len(ids) || s.Moves != 0 {
		t.Errorf("%+v", s)
	}
}

func TestRouterRefuses(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Unknown = time.Hour })
	for method, err := range everyMethod(ctx, f.router, tenant.ID{}) {
		if !errors.Is(err, tenant.ErrNoTenant) {
			t.Errorf("%s for nobody: %v", method, err)
		}
	}
	stranger := tenant.NewID()
	before := f.router.Stats().Loads
	for method, err := range everyMethod(ctx, f.router, stranger) {
		if !errors.Is(err, tenant.ErrUnknownTenant) {
			t.Errorf("%s for a stranger: %v", method, err)
		}
	}
	if n := f.router.Stats().Loads - before; n != 1 {
		t.Errorf("the catalog was asked %d times about a stranger", n)
	}
	// A stranger who gets a place is no stranger from then on.
	if err := f.catalog.Put(ctx, stranger, f.places[acme]); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the stranger has a place", func() bool { _, err := f.router.Placement(ctx, stranger); return err == nil })

	suspended := f.places[acme]
	suspended.Suspended = true
	if err := f.catalog.Put(ctx, stranger, suspended); err != nil {
		t.Fatal(err)
	}
	eventually(t, "suspended", func() bool { _, err := f.router.Placement(ctx, stranger); return errors.Is(err, tenant.ErrSuspended) })
	for method, err := range everyMethod(ctx, f.router, stranger) {
		if !errors.Is(err, tenant.ErrSuspended) {
			t.Errorf("%s for a suspended tenant: %v", method, err)
		}
	}
	if err := f.catalog.Remove(ctx, stranger); err != nil {
		t.Fatal(err)
	}
	eventually(t, "removed", func() bool {
		_, err := f.router.Placement(ctx, stranger)
		return errors.Is(err, tenant.ErrUnknownTenant)
	})
	if err := f.catalog.Remove(ctx, stranger); !errors.Is(err, tenant.ErrUnknownTenant) {
		t.Errorf("removed twice: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	for method, err := range everyMethod(cancelled, f.router, tenant.NewID()) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled ctx: %v", method, err)
		}
	}
}

// A hundred calls for a tenant that nobody knows yet are one question.
func TestRouterAsksOnce(t *testing.T) {
	t.Parallel()
	f := setupFleet(t, nil)
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			if _, err := f.router.Placement(t.Context(), acme); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := f.router.Stats().Loads; n != 1 {
		t.Errorf("%d questions", n)
	}
}

func TestRouterRemembersAFew(t *testing.T) {
	t.Parallel()
	f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Size = 1 })
	for range 300 {
		f.router.Placement(t.Context(), tenant.NewID())
	}
	for _, id := range ids {
		insert(t, f.router, id, 1, "a")
	}
	if n := f.router.Stats().Remembered; n > 64 {
		t.Errorf("%d tenants are remembered", n)
	}
}

// move copies acme's notes to the database of its own kind.
func (f *fleet) move(t *testing.T, id tenant.ID, to tenant.Kind) {
	t.Helper()
	at := f.places[ids[5]]
	at.Kind = to
	if to == tenant.KindDatabase {
		if err := f.catalog.Remove(t.Context(), ids[5]); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.catalog.Put(t.Context(), id, at); err != nil {
		t.Fatal(err)
	}
}

func TestChangesArrive(t *testing.T) {
	t.Parallel()
	t.Run("by notification", func(t *testing.T) {
		t.Parallel()
		f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = time.Hour })
		insert(t, f.router, acme, 1, "old place")
		f.move(t, acme, tenant.KindDatabase)
		eventually(t, "moved", func() bool { return len(bodies(t, f.router, acme)) == 0 })
	})
	t.Run("after listening was lost", func(t *testing.T) {
		t.Parallel()
		f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = time.Hour })
		insert(t, f.router, acme, 1, "old place")
		if _, err := f.control.Exec(t.Context(), `select pg_terminate_backend(pid) from pg_stat_activity
			where datname = current_database() and query = 'listen tenant_placements'`); err != nil {
			t.Fatal(err)
		}
		f.move(t, acme, tenant.KindDatabase)
		eventually(t, "moved", func() bool { return len(bodies(t, f.router, acme)) == 0 })
	})
	t.Run("by asking", func(t *testing.T) {
		t.Parallel()
		f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = 5 * time.Millisecond })
		// As behind a pooler that does not know about LISTEN.
		if _, err := f.control.Exec(t.Context(), `create or replace function tenant_placements_changed() returns trigger language plpgsql as
			$$ begin new.changed_in := pg_current_xact_id(); return new; end $$`); err != nil {
			t.Fatal(err)
		}
		insert(t, f.router, acme, 1, "old place")
		f.move(t, acme, tenant.KindDatabase)
		eventually(t, "moved", func() bool { return len(bodies(t, f.router, acme)) == 0 })
	})
	// A transaction that began before another and commits after it.
	t.Run("out of order", func(t *testing.T) {
		t.Parallel()
		ctx := t.Context()
		f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = 5 * time.Millisecond })
		if _, err := f.control.Exec(ctx, `create or replace function tenant_placements_changed() returns trigger language plpgsql as
			$$ begin new.changed_in := pg_current_xact_id(); return new; end $$`); err != nil {
			t.Fatal(err)
		}
		tx, err := f.control.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback(ctx)
		if _, err := tx.Exec(ctx, `update tenant_placements set state = 'suspended' where tenant = $1`, acme.String()); err != nil {
			t.Fatal(err)
		}
		f.router.Placement(ctx, acme)
		f.router.Placement(ctx, busy)
		if err := f.catalog.Remove(ctx, busy); err != nil {
			t.Fatal(err)
		}
		eventually(t, "the later one is seen", func() bool { _, err := f.router.Placement(ctx, busy); return err != nil })
		if err := tx.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		eventually(t, "and the earlier one", func() bool { _, err := f.router.Placement(ctx, acme); return errors.Is(err, tenant.ErrSuspended) })
	})
}

// A process that has not heard of a move is turned away at the old place, and
// finds the new one.
func TestMoved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		who   int // of ids
		fence string
	}{
		"policy": {2, `drop policy tenant on notes; create policy tenant on notes as restrictive
			using (tenant_id = (select current_setting('app.tenant_id')::uuid)) with check (false);`},
		"rights of the table": {0, `revoke all on notes from tenantc_app`},
		"schema":              {4, `do $$ declare s text; begin select nspname into s from pg_namespace where nspname like 't\_%'; execute format('revoke usage on schema %I from tenantc_app', s); end $$`},
		"trigger": {0, `create function fence() returns trigger language plpgsql as $$ begin raise exception using errcode = 'TM001'; end $$;
			create trigger fence before insert or update or delete on notes for each row execute function fence();`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = time.Hour })
			id := ids[c.who]
			insert(t, f.router, id, 1, "old place")
			// A move that this process does not hear of.
			if _, err := f.control.Exec(ctx, `create or replace function tenant_placements_changed() returns trigger language plpgsql as
				$$ begin new.changed_in := pg_current_xact_id(); return new; end $$`); err != nil {
				t.Fatal(err)
			}
			f.move(t, id, tenant.KindDatabase)
			if _, err := f.owner[kinds[c.who]].Exec(ctx, c.fence, pgx.QueryExecModeSimpleProtocol); err != nil {
				t.Fatal(err)
			}
			_, err := f.router.Exec(ctx, id, insertNote, id, 2, "new place")
			if !errors.Is(err, tenant.ErrMoved) {
				t.Fatalf("got %v", err)
			}
			insert(t, f.router, id, 2, "new place")
			if got := bodies(t, f.router, id); !cmp.Equal(got, []string{"new place"}) {
				t.Errorf("read %q", got)
			}
			if n := f.router.Stats().Moves; n != 1 {
				t.Errorf("%d moves", n)
			}
		})
	}
}

// Every method says that a tenant has moved, and a mistake of the caller's own
// is no move.
func TestMovedInEveryMethod(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = time.Hour })
	for name, call := range map[string]func(sql string) error{
		"Exec":     func(sql string) error { _, err := f.router.Exec(ctx, acme, sql); return err },
		"QueryRow": func(sql string) error { return f.router.QueryRow(ctx, acme, sql).Scan(new(int)) },
		"Query": func(sql string) error {
			rows, err := f.router.Query(ctx, acme, sql)
			if err != nil {
				return err
			}
			for rows.Next() {
			}
			return rows.Err()
		},
		"SendBatch": func(sql string) error {
			b := new(pgx.Batch)
			b.Queue(sql)
			return f.router.SendBatch(ctx, acme, b).Close()
		},
		"SendBatch, Exec": func(sql string) error {
			b := new(pgx.Batch)
			b.Queue(sql)
			br := f.router.SendBatch(ctx, acme, b)
			defer br.Close()
			_, err := br.Exec()
			return err
		},
		"SendBatch, QueryRow": func(sql string) error {
			b := new(pgx.Batch)
			b.Queue(sql)
			br := f.router.SendBatch(ctx, acme, b)
			defer br.Close()
			return br.QueryRow().Scan(new(int))
		},
		"InTx": func(sql string) error {
			return f.router.InTx(ctx, acme, pgx.TxOptions{}, func(tx tenant.DB) error { _, err := tx.Exec(ctx, acme, sql); return err })
		},
	} {
		if err := call(`select moved from nothing`); errors.Is(err, tenant.ErrMoved) || code(err) != "42P01" {
			t.Errorf("%s: a table that there is nowhere: %v", name, err)
		}
		if err := call(`do $$ begin raise exception using errcode = 'TM001'; end $$`); !errors.Is(err, tenant.ErrMoved) || code(err) != "TM001" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A database that lets nobody in.
func TestMovedDatabase(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Refresh = time.Hour })
	id, old := ids[5], f.owner[tenant.KindDatabase]
	insert(t, f.router, id, 1, "old place")
	if _, err := f.control.Exec(ctx, `create or replace function tenant_placements_changed() returns trigger language plpgsql as
		$$ begin new.changed_in := pg_current_xact_id(); return new; end $$`); err != nil {
		t.Fatal(err)
	}
	if err := f.catalog.Put(ctx, id, f.places[acme]); err != nil {
		t.Fatal(err)
	}
	for _, fence := range []string{
		`revoke connect on database ` + old.Config().ConnConfig.Database + ` from public`,
		`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'tenantc_app'`,
	} {
		if _, err := old.Exec(ctx, fence); err != nil {
			t.Fatal(err)
		}
	}
	_, err := f.router.Exec(ctx, id, insertNote, id, 2, "new place")
	if err != nil && code(err) == "" {
		// The connection was found broken before the server's last words were
		// read. The next one is refused.
		_, err = f.router.Exec(ctx, id, insertNote, id, 2, "new place")
	}
	if !errors.Is(err, tenant.ErrMoved) {
		t.Fatalf("got %v", err)
	}
	insert(t, f.router, id, 2, "new place")
}

func TestRouterChecksDatabases(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := setupFleet(t, nil)
	// Shared tables without policies, under a placement that claims policies.
	wrong := f.places[acme]
	wrong.Kind = tenant.KindSharedRLS
	if err := f.catalog.Put(ctx, acme, wrong); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := f.router.Exec(ctx, acme, `select 1`); !errors.Is(err, tenant.ErrUnsafeRole) {
			t.Errorf("got %v", err)
		}
	}
	unknown := f.places[acme]
	unknown.Database.Server = "other"
	if err := f.catalog.Put(ctx, busy, unknown); err != nil {
		t.Fatal(err)
	}
	if _, err := f.router.Exec(ctx, busy, `select 1`); !errors.Is(err, pools.ErrUnknownServer) {
		t.Errorf("got %v", err)
	}
	// It is mended, and works.
	if err := f.catalog.Put(ctx, acme, f.places[acme]); err != nil {
		t.Fatal(err)
	}
	eventually(t, "mended", func() bool { _, err := f.router.Exec(ctx, acme, `select 1`); return err == nil })
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	catalog := tenant.NewCatalog(pgtest.New(t))
	for range 2 {
		if err := catalog.Create(ctx); err != nil {
			t.Fatal(err)
		}
	}
	main := pools.Database{Server: "main"}
	own := pools.Database{Server: "main", Name: "own"}
	for _, p := range []tenant.Placement{
		{},
		{Kind: "nowhere", Database: main},
		{Kind: tenant.KindShared},
		{Kind: tenant.KindShared, Database: main, Schema: "s"},
		{Kind: tenant.KindSchema, Database: main},
		{Kind: tenant.KindSchema, Database: main, Schema: "pg_temp"},
		{Kind: tenant.KindDatabase, Database: main},
		{Kind: tenant.KindDatabase, Database: pools.Database{Server: "main", Name: "a b"}},
	} {
		if err := catalog.Put(ctx, acme, p); err == nil {
			t.Errorf("%+v is accepted", p)
		}
	}
	if err := catalog.Put(ctx, tenant.ID{}, tenant.Placement{Kind: tenant.KindShared, Database: main}); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("a place for nobody: %v", err)
	}
	for _, p := range []tenant.Placement{
		{Kind: tenant.KindDatabase, Database: own},
		{Kind: tenant.KindSchema, Database: own, Schema: "s"},
	} {
		if err := catalog.Put(ctx, acme, p); err != nil {
			t.Fatal(err)
		}
		if got, err := catalog.Find(ctx, acme); err != nil || got != p {
			t.Errorf("found %+v, %v", got, err)
		}
		if err := catalog.Put(ctx, busy, p); !errors.Is(err, tenant.ErrConflict) {
			t.Errorf("two tenants in %+v: %v", p, err)
		}
		if err := catalog.Remove(ctx, acme); err != nil {
			t.Fatal(err)
		}
		if _, err := catalog.Find(ctx, acme); !errors.Is(err, tenant.ErrUnknownTenant) {
			t.Errorf("found after removal: %v", err)
		}
	}
}
