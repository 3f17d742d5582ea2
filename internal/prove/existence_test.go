package prove_test

import (
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// TestExistence asks that `-- tenant: existence` accepts just that another
// tenant may notice a key, and is itself refused where nothing is noticed.
func TestExistence(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files: []config.File{{Name: "schema.sql", Text: `
create table tenants (id uuid primary key);
create table users (tenant_id uuid not null references tenants (id), email text not null unique, name text not null default '', unique (tenant_id, email));`}},
		Tenancy: config.Tenancy{Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}}}},
	}, &rep)
	const insert = "insert into users (tenant_id, email) values (@tenant_id, @email) "
	for _, c := range []struct {
		name, sql string
		verdict   prove.Verdict
		code      diag.Code
	}{
		{"do nothing", insert + "on conflict (email) do nothing", prove.Confined, ""},
		{"do nothing, whatever the arbiter", insert + "on conflict do nothing", prove.Confined, ""},
		{"a guarded update", insert + "on conflict (email) do update set name = 'x' where users.tenant_id = @tenant_id", prove.Confined, ""},
		{"an update that nothing guards", insert + "on conflict (email) do update set name = 'x'", prove.Refused, diag.CodeConflict},
		{"a guard by another parameter", insert + "on conflict (email) do update set name = 'x' where users.tenant_id = @other", prove.Refused, diag.CodeConflict},
		{"a guard under OR", insert + "on conflict (email) do update set name = 'x' where users.tenant_id = @tenant_id or true", prove.Refused, diag.CodeConflict},
		{"an insert without the tenant", "insert into users (email) values (@email) on conflict (email) do nothing", prove.Refused, diag.CodeInsertTenant},
		{"a foreign row read beside", "insert into users (tenant_id, email) select @tenant_id, u.email from users u on conflict (email) do nothing", prove.Refused, diag.CodeNoTenant},
		{"nothing to notice", insert + "on conflict (tenant_id, email) do nothing", prove.Refused, diag.CodeStale},
		{"no conflict at all", "update users set name = 'x' where tenant_id = @tenant_id", prove.Refused, diag.CodeStale},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var rep diag.List
			stmts := query.Parse("q.sql", "-- name: Q :exec\n-- tenant: existence: addresses are public\n"+c.sql+";\n", cat, &rep)
			p := prove.One(cat, stmts[0])
			if p.Verdict != c.verdict {
				t.Fatalf("got %s, want %s: %v", p.Verdict, c.verdict, p.Findings)
			}
			if c.code != "" && (len(p.Findings) == 0 || p.Findings[0].Code != c.code) {
				t.Errorf("got %v, want %s", p.Findings, c.code)
			}
			if c.code == "" && (len(p.Assumes) == 0 || p.Assumes[0].Subject != "existence: addresses are public") {
				t.Errorf("the acceptance does not name its reason: %v", p.Assumes)
			}
		})
	}
}
