package tenant_test

import (
	"errors"
	"testing"

	"github.com/tenantc/tenantc/tenant"
)

func TestContext(t *testing.T) {
	t.Parallel()
	none := t.Context()
	ctx := tenant.NewContext(tenant.NewContext(none, orgID{busy}), acme)

	if id, err := tenant.FromContext[tenant.ID](ctx); err != nil || id != acme {
		t.Errorf("ID is %v, %v", id, err)
	}
	if id, err := tenant.FromContext[orgID](ctx); err != nil || id != (orgID{busy}) {
		t.Errorf("orgID is %v, %v", id, err)
	}
	if id, err := tenant.FromContext[tenant.ID](tenant.NewContext(ctx, busy)); err != nil || id != busy {
		t.Errorf("the inner ID is %v, %v", id, err)
	}
	if _, err := tenant.FromContext[tenant.ID](none); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("an empty context gives %v", err)
	}
	if _, err := tenant.FromContext[tenant.TextID](ctx); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("a context with another key gives %v", err)
	}
	if _, err := tenant.FromContext[tenant.ID](tenant.NewContext(ctx, tenant.ID{})); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("a zero key gives %v", err)
	}
	if _, err := tenant.FromContext[tenant.Key](tenant.NewContext(none, nil)); !errors.Is(err, tenant.ErrNoTenant) {
		t.Errorf("a nil key gives %v", err)
	}
}
