package tenant_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
)

// withoutPrepared are the modes that need nothing of a pooler in transaction
// mode that does not know about prepared statements.
var withoutPrepared = []pgx.QueryExecMode{pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol}

// Many clients of a few server connections, for two tenants at once: none meets
// the other's setting.
func TestPoolerInTransactionMode(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			dsn := pgtest.DSN(t, policySchema)
			bouncer := pgtest.NewBouncer(t, dsn, nil, "tenantc_app")
			cfg := appConfig(t, dsn)
			bouncer.Through(&cfg.ConnConfig.Config)
			cfg.ConnConfig.DefaultQueryExecMode = mode
			cfg.MaxConns = 8
			pool := newPool(t, cfg)
			db, err := tenant.NewSharedRLS(ctx, pool, tenant.RLSConfig{})
			if !slices.Contains(withoutPrepared, mode) {
				if !errors.Is(err, tenant.ErrPooler) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			insert(t, db, acme, 1, "a1")
			insert(t, db, busy, 1, "b1")
			var group sync.WaitGroup
			for worker := range 8 {
				id, want := acme, []string{"a1"}
				if worker%2 == 1 {
					id, want = busy, []string{"b1"}
				}
				group.Go(func() {
					for i := range 20 {
						if i%4 == 3 {
							db.Exec(ctx, id, `select 1/0`)
						}
						if got := everything(t, db, id); !cmp.Equal(got, want) {
							t.Errorf("read %q, want %q", got, want)
						}
						err := db.InTx(ctx, id, pgx.TxOptions{}, func(tx tenant.DB) error {
							if got := everything(t, tx, id); !cmp.Equal(got, want) {
								t.Errorf("read %q in a transaction, want %q", got, want)
							}
							return nil
						})
						if err != nil {
							t.Error(err)
						}
					}
				})
			}
			group.Wait()
			for range 8 {
				if got := settingAfter(t, pool, "app.tenant_id"); got != "" {
					t.Errorf("%q was left behind", got)
				}
			}
		})
	}
}

func TestSchemasBehindAPooler(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t, schemasSchema())
	bouncer := pgtest.NewBouncer(t, dsn, nil, "tenantc_app")
	for _, mode := range schemaModes {
		cfg := appConfig(t, dsn)
		bouncer.Through(&cfg.ConnConfig.Config)
		cfg.ConnConfig.DefaultQueryExecMode = mode
		db := newSchemas(t, newPool(t, cfg))
		var group sync.WaitGroup
		for i, id := range []tenant.ID{acme, busy, acme, busy} {
			group.Go(func() {
				body := fmt.Sprint(mode, i)
				insert(t, db, id, int(mode)*10+i, body)
				for range 20 {
					if got := everything(t, db, id); !slices.Contains(got, body) {
						t.Errorf("read %q", got)
					}
				}
			})
		}
		group.Wait()
	}
}

// A pooler that hands out whole sessions keeps what was prepared, but cannot be
// told from one that does not: such a pool uses another mode.
func TestPoolerIsToldFromAServer(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t, policySchema)
	for _, mode := range modes {
		cfg := appConfig(t, dsn)
		cfg.ConnConfig.DefaultQueryExecMode = mode
		if _, err := tenant.NewSharedRLS(t.Context(), newPool(t, cfg), tenant.RLSConfig{}); err != nil {
			t.Errorf("%s without a pooler: %v", mode, err)
		}
	}
}

// A router whose servers are behind a pooler serves every kind of placement in
// the modes that need nothing of it, and refuses the others before it uses a
// database. Schemas have a mode of their own.
func TestRouterBehindAPooler(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	f := setupFleet(t, nil)
	dsn := f.control.Config().ConnString()
	bouncer := pgtest.NewBouncer(t, dsn, nil, "tenantc_app")
	for n, mode := range modes {
		p, err := pools.New(pools.Config{
			Servers: map[string]string{"main": dsn},
			Configure: func(_ string, cfg *pgx.ConnConfig) {
				cfg.User, cfg.DefaultQueryExecMode = "tenantc_app", mode
				bouncer.Through(&cfg.Config)
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		router, err := tenant.NewRouter(ctx, tenant.RouterConfig{Catalog: f.catalog, Pools: p})
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for i, id := range ids {
			works := slices.Contains(withoutPrepared, mode) || kinds[i] == tenant.KindSchema
			group.Go(func() {
				for call := range 8 {
					_, err := router.Exec(ctx, id, insertNote, id, 10*n+call, fmt.Sprint("of ", i))
					if works && err != nil || !works && !errors.Is(err, tenant.ErrPooler) {
						t.Errorf("%s, %s: %v", mode, kinds[i], err)
					}
				}
				if !works {
					return
				}
				for _, body := range bodies(t, router, id) {
					if body != fmt.Sprint("of ", i) {
						t.Errorf("%s, %s: read %q", mode, kinds[i], body)
					}
				}
			})
		}
		group.Wait()
		router.Close()
		if err := p.CloseAll(ctx); err != nil {
			t.Error(err)
		}
	}
}
