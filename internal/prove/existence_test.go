package prove_test

import (
	"fmt"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

const existenceSchema = `
create table tenants (id uuid primary key);
create table users (tenant_id uuid not null references tenants (id), email text not null unique, name text not null default '', unique (tenant_id, email));`

var tenantTenancy = config.Tenancy{Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}}}}

// an existenceCase says whether `-- tenant: existence` accepts a statement.
type existenceCase struct {
	name, sql string
	verdict   prove.Verdict
	code      diag.Code
}

const insertUser = "insert into users (tenant_id, email) values (@tenant_id, @email) "

var existenceCases = []existenceCase{
	{"do nothing", insertUser + "on conflict (email) do nothing", prove.Confined, ""},
	{"do nothing, whatever the arbiter", insertUser + "on conflict do nothing", prove.Confined, ""},
	{"a guarded update", insertUser + "on conflict (email) do update set name = 'x' where users.tenant_id = @tenant_id", prove.Confined, ""},
	{"an update that nothing guards", insertUser + "on conflict (email) do update set name = 'x'", prove.Refused, diag.CodeConflict},
	{"a guard by another parameter", insertUser + "on conflict (email) do update set name = 'x' where users.tenant_id = @other", prove.Refused, diag.CodeConflict},
	{"a guard under OR", insertUser + "on conflict (email) do update set name = 'x' where users.tenant_id = @tenant_id or true", prove.Refused, diag.CodeConflict},
	{"an insert without the tenant", "insert into users (email) values (@email) on conflict (email) do nothing", prove.Refused, diag.CodeInsertTenant},
	{"a foreign row read beside", "insert into users (tenant_id, email) select @tenant_id, u.email from users u on conflict (email) do nothing", prove.Refused, diag.CodeNoTenant},
	{"nothing to notice", insertUser + "on conflict (tenant_id, email) do nothing", prove.Refused, diag.CodeStale},
	{"no conflict at all", "update users set name = 'x' where tenant_id = @tenant_id", prove.Refused, diag.CodeStale},
}

func (c existenceCase) text() string {
	return "-- name: Q :exec\n-- tenant: existence: addresses are public\n" + c.sql + ";\n"
}

// wrong says what the proof of the case is and should not be, or "".
func (c existenceCase) wrong(p *prove.Proof) string {
	switch {
	case p.Verdict != c.verdict:
		return fmt.Sprintf("got %s, want %s: %v", p.Verdict, c.verdict, p.Findings)
	case c.code != "" && (len(p.Findings) == 0 || p.Findings[0].Code != c.code):
		return fmt.Sprintf("got %v, want %s", p.Findings, c.code)
	case c.code == "" && (len(p.Assumes) == 0 || p.Assumes[0].Subject != "existence: addresses are public"):
		return fmt.Sprintf("the acceptance does not name its reason: %v", p.Assumes)
	}
	return ""
}

// TestExistence asks that `-- tenant: existence` accepts just that another
// tenant may notice a key, and is itself refused where nothing is noticed.
func TestExistence(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: existenceSchema}}, Tenancy: tenantTenancy}, &rep)
	for _, c := range existenceCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var rep diag.List
			if why := c.wrong(prove.One(cat, query.Parse("q.sql", c.text(), cat, &rep)[0])); why != "" {
				t.Error(why)
			}
		})
	}
}
