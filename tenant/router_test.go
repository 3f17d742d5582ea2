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
	until(t, "the router listens", f.router.News, func() bool { return f.router.Stats().Listening })
	return f
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
	until(t, "the stranger has a place", f.router.News, func() bool { _, err := f.router.Placement(ctx, stranger); return err == nil })

	suspended := f.places[acme]
	suspended.Suspended = true
	if err := f.catalog.Put(ctx, stranger, suspended); err != nil {
		t.Fatal(err)
	}
	until(t, "suspended", f.router.News, func() bool { _, err := f.router.Placement(ctx, stranger); return errors.Is(err, tenant.ErrSuspended) })
	for method, err := range everyMethod(ctx, f.router, stranger) {
		if !errors.Is(err, tenant.ErrSuspended) {
			t.Errorf("%s for a suspended tenant: %v", method, err)
		}
	}
	if err := f.catalog.Remove(ctx, stranger); err != nil {
		t.Fatal(err)
	}
	until(t, "removed", f.router.News, func() bool {
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

// That a tenant is unknown is forgotten by itself, without a notification.
func TestUnknownIsAskedAgain(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := setupFleet(t, func(cfg *tenant.RouterConfig) { cfg.Unknown, cfg.Refresh = time.Nanosecond, time.Hour })
	// As behind a pooler that does not know about LISTEN.
	if _, err := f.control.Exec(ctx, `drop trigger tenant_placements_changed on tenant_placements`); err != nil {
		t.Fatal(err)
	}
	stranger := tenant.NewID()
	for range 2 {
		if _, err := f.router.Placement(ctx, stranger); !errors.Is(err, tenant.ErrUnknownTenant) {
			t.Errorf("got %v", err)
		}
	}
	if n := f.router.Stats().Loads; n != 2 {
		t.Errorf("%d questions", n)
	}
	if err := f.catalog.Put(ctx, stranger, f.places[acme]); err != nil {
		t.Fatal(err)
	}
	insert(t, f.router, stranger, 1, "no stranger")
	if got := bodies(t, f.router, stranger); !cmp.Equal(got, []string{"no stranger"}) {
		t.Errorf("got %q", got)
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
	until(t, "mended", f.router.News, func() bool { _, err := f.router.Exec(ctx, acme, `select 1`); return err == nil })
}
