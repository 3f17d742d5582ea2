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

// TestUnclassified asks what is proposed for a table of which nothing is
// declared, and that the proposal can be written down and is taken.
func TestUnclassified(t *testing.T) {
	t.Parallel()
	const schema = `
create table tenants (id uuid primary key);
create schema app;
create table app.orders (tenant_id uuid not null references tenants (id), id int, place int, primary key (id, place));
create table app.lines (id int primary key, order_id int not null, place int not null, foreign key (order_id, place) references app.orders (id, place));
create table app.notes (id int primary key, order_id int, place int, foreign key (order_id, place) references app.orders (id, place));
create table plans (id int primary key);`
	for _, c := range []struct{ from, fix, declared, via string }{
		{"app.lines", "tables: {app.lines: {via: [order_id, place]}} when its rows belong to the owner of app.orders, or {global: true} when they are nobody's", "app.lines", "order_id place"},
		{"app.notes", "tables: {app.notes: {global: true}} when it is nobody's data, else give it the tenant column", "app.notes", ""},
		{"plans", "tables: {plans: {global: true}} when it is nobody's data, else give it the tenant column", "plans", ""},
	} {
		t.Run(c.from, func(t *testing.T) {
			t.Parallel()
			check := func(tables ...config.Table) (*prove.Proof, []diag.Diagnostic) {
				var rep diag.List
				cat := catalog.Build(catalog.Input{
					Files: []config.File{{Name: "schema.sql", Text: schema}},
					Tenancy: config.Tenancy{
						Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}, Root: "tenants"}}, Tables: tables,
					},
				}, &rep)
				stmts := query.Parse("q.sql", "-- name: Q :many\nselect id from "+c.from+";\n", cat, &rep)
				return prove.One(cat, stmts[0]), rep.Sorted()
			}
			p, _ := check()
			if len(p.Findings) != 1 || p.Findings[0].Code != diag.CodeUnclassified || p.Findings[0].Fix != c.fix {
				t.Errorf("%v is said, want the fix %s", p.Findings, c.fix)
			}
			declared, found := check(config.Table{Name: c.declared, Via: strings.Fields(c.via), Global: c.via == ""})
			for _, d := range append(found, declared.Findings...) {
				if d.Severity == diag.Error && d.Code != diag.CodeIDOnly && d.Code != diag.CodeNoTenant {
					t.Errorf("with the declaration: %v", d)
				}
			}
		})
	}
}
