package tenant_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/tenantc/tenantc/tenant"
)

func TestGiven(t *testing.T) {
	t.Parallel()
	if got := tenant.Given([]*string{nil, nil}); got != nil {
		t.Errorf("no value is %v, want NULL", got)
	}
	if got := tenant.Given([]*string(nil)); got != nil {
		t.Errorf("no row is %v, want NULL", got)
	}
	empty := []*string{nil, new("")} // an empty text is a value
	if diff := cmp.Diff(any(empty), tenant.Given(empty)); diff != "" {
		t.Error(diff)
	}
	if got := tenant.Given(make([]pgtype.UUID, 3)); got != nil {
		t.Errorf("no uuid is %v, want NULL", got)
	}
	zero := []pgtype.UUID{{}, {Valid: true}}
	if diff := cmp.Diff(any(zero), tenant.Given(zero)); diff != "" {
		t.Error(diff)
	}
}
