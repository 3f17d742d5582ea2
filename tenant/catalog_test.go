package tenant_test

import (
	"errors"
	"testing"

	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/tenant"
	"github.com/tenantc/tenantc/tenant/pools"
)

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
