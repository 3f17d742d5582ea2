package prove_test

import (
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

const filterSchema = `
create table tenants (id uuid primary key);
create table users (tenant_id uuid not null references tenants (id), id uuid not null, name text, primary key (tenant_id, id));
create table plans (id uuid primary key, name text not null);`

// TestFilter: a statement that takes conditions is accepted when the texts that
// run are proven like it, and only where rows are a tenant's.
func TestFilter(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files: []config.File{{Name: "schema.sql", Text: filterSchema}},
		Tenancy: config.Tenancy{
			Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}, Root: "tenants"}},
			Tables:     []config.Table{{Name: "plans", Global: true}},
		},
	}, &rep)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	for _, c := range []struct{ name, sql, head, finding string }{
		{
			"under or", "-- tenant: filter users u\nselect name from users u where u.tenant_id = @tenant_id and (name = 'a' or name = 'b') order by 1",
			"where (u.tenant_id = $1 and (name = 'a' or name = 'b'))", "",
		},
		{
			"confined in the join alone", "-- tenant: filter users u\nselect u.name from tenants t join users u on u.tenant_id = t.id and t.id = @tenant_id",
			"t.id = $1 where true", "",
		},
		{"not confined", "-- tenant: filter users u\nselect name from users u where u.tenant_id = @tenant_id or true", "", "users u"},
		{"nobody's data", "-- tenant: filter plans\nselect name from plans", "", "holds nobody's data"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var rep diag.List
			stmts := query.Parse("queries/q.sql", "-- name: Q :many\n"+c.sql+";\n", cat, &rep)
			if len(stmts) != 1 || rep.HasErrors() {
				t.Fatal(rep.Sorted())
			}
			p := prove.One(cat, stmts[0])
			if c.finding != "" {
				if p.Verdict != prove.Refused || len(p.Findings) == 0 || !strings.Contains(p.Findings[0].Message, c.finding) {
					t.Errorf("%s: %v", p.Verdict, p.Findings)
				}
				return
			}
			if p.Verdict != prove.Confined {
				t.Fatalf("%s: %v", p.Verdict, p.Findings)
			}
			if f := stmts[0].Filter; f == nil || !strings.Contains(f.Head, c.head) {
				t.Errorf("the place is %+v, want a head with %q", f, c.head)
			}
		})
	}
}
