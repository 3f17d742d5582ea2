package plan

import (
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// TestExpect: the texts on the right are sqlc's. One that is not foreseen costs
// time and nothing else, so the list says what is worth it.
func TestExpect(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files: []config.File{{Name: "s.sql", Text: `
create table tenants (id uuid primary key);
create table users (id int8, tenant_id uuid not null references tenants (id), "order" text, primary key (tenant_id, id));`}},
		Tenancy: config.Tenancy{Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}, Root: "tenants"}}},
	}, &rep)
	for text, want := range map[string]string{
		"select * from users where tenant_id = @tenant_id":                                                   `select id, tenant_id, "order" from users where tenant_id = $1`,
		"select sqlc.arg(a)::text, u.*, 1 from users u where u.tenant_id = @tenant_id and u.id = @long_name": `select $1::text, u.id, u.tenant_id, u."order", 1 from users u where u.tenant_id = $2 and u.id = $3`,
		"update users set \"order\" = @o where tenant_id = @tenant_id and id = @id returning *":              `update users set "order" = $1 where tenant_id = $2 and id = $3 returning id, tenant_id, "order"`,
		"select count(*)\n-- of one tenant\nfrom users where tenant_id = $1":                                 "select count(*)\nfrom users where tenant_id = $1",
		"delete from users where tenant_id = $1":                                                             "delete from users where tenant_id = $1",
		"select id * 2 from users where tenant_id = $1":                                                      "select id * 2 from users where tenant_id = $1",
		"select":  "select",
		"selec *": "selec *",
	} {
		stmts := query.Parse("q.sql", "-- name: A :many\n"+text+";\n", cat, &rep)
		if len(stmts) != 1 {
			t.Fatalf("%s: %d statements", text, len(stmts))
		}
		if got := expect(stmts[0]); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
	if rep.Len() > 0 {
		t.Errorf("findings: %v", rep.Sorted())
	}
}
