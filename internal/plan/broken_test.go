package plan_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// The checks of this file compare two readings. Each test breaks one side.

// small is a project whose plan is fine.
func small(t *testing.T) inputs {
	t.Helper()
	p := load(t, txtar.Parse([]byte(`
-- models/models.go --
package models

import "github.com/tenantc/tenantc/tenant"

type User struct {
	ID       int64     `+"`db:\"id,primaryKey\"`"+`
	TenantID tenant.ID `+"`db:\"tenant_id\"`"+`
	Name     *string   `+"`db:\"name\"`"+`
}
-- schema/001.sql --
create table users (id int8 not null, tenant_id uuid not null, name text, primary key (tenant_id, id));
-- queries/users.sql --
-- name: Named :many
select u.id from users u where u.tenant_id = @tenant_id and u.name = @name
and exists (select 1 from users v where v.tenant_id = @tenant_id and v.name = u.name and v.id <> u.id);
`)))
	if p.plan == nil {
		t.Fatalf("the small project has findings: %s", print(&p.rep))
	}
	return p.in
}

// copied returns in with a reading of sqlc's that a test may spoil.
func copied(in inputs) inputs {
	c := *in.Compiled
	c.Tables = nil
	for _, t := range in.Compiled.Tables {
		own := *t
		own.Columns = slices.Clone(t.Columns)
		c.Tables = append(c.Tables, &own)
	}
	in.Compiled = &c
	return in
}

// TestProofsDiffer: when sqlc ran another text than the one that was proven, that
// is a bug, and nothing comes out.
func TestProofsDiffer(t *testing.T) {
	t.Parallel()
	in := small(t)
	var original *sqlcrun.Query
	for q, err := range in.Compiled.Queries {
		if original = q; err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct{ name, old, new, says string }{
		{"no tenant", "u.tenant_id = $1 and ", "", "verdict confined and refused"},
		{"another parameter", "$1", "$2::uuid", "differ"},
		{"tenants swapped", "v.tenant_id = $1", "v.tenant_id = $2::uuid", "differ"},
		{"another alias", " v where v.tenant_id = $1 and v.name = u.name and v.id", " w where w.tenant_id = $1 and w.name = u.name and w.id", "alias v and w"},
		{"one relation less", " from users v where v.tenant_id = $1 and v.name = u.name and v.id <> u.id", "", "number of relation instances"},
		{"no SQL", "select", "selec", "verdict confined and refused"},
		{"one parameter more", "v.id <> u.id", "v.id <> $3", "the number of parameters"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := copied(in)
			q := *original
			q.Text = strings.ReplaceAll(q.Text, tt.old, tt.new)
			if q.Text == original.Text {
				t.Fatalf("%q is not in %q", tt.old, q.Text)
			}
			in.Compiled.Queries = func(yield func(*sqlcrun.Query, error) bool) { yield(&q, nil) }
			defer func() {
				bug, _ := recover().(error)
				if b := (*diag.Bug)(nil); !errors.As(bug, &b) || !strings.Contains(b.Message, tt.says) {
					t.Errorf("Finish panics with %v, want a bug that says %q", bug, tt.says)
				}
			}()
			p := in.makePlan(&diag.List{})
			t.Errorf("Finish = %v, want a panic", p)
		})
	}
}

func TestCatalogsDiffer(t *testing.T) {
	t.Parallel()
	in := small(t)
	tests := []struct {
		name  string
		spoil func(*sqlcrun.Compiled)
		says  string
	}{
		{"a table is missing", func(c *sqlcrun.Compiled) { c.Tables = nil }, "table users is not there for sqlc"},
		{"a table more", func(c *sqlcrun.Compiled) {
			c.Tables = append(c.Tables, &sqlcrun.Table{TableName: sqlcrun.TableName{Schema: "app", Name: "extra"}})
		}, "sqlc has a table app.extra"},
		{"a column is missing", func(c *sqlcrun.Compiled) { c.Tables[0].Columns = c.Tables[0].Columns[:2] }, "has 3 columns, and for sqlc it has 2"},
		{"another name", func(c *sqlcrun.Compiled) { c.Tables[0].Columns[2].Name = "label" }, "column 3 of users is name, and for sqlc it is label"},
		{"another type", func(c *sqlcrun.Compiled) { c.Tables[0].Columns[1].Type = &sqlcrun.DBType{Name: "text"} }, "of type uuid, and for sqlc of type text"},
		{"a type of another schema", func(c *sqlcrun.Compiled) { c.Tables[0].Columns[1].Type = &sqlcrun.DBType{Schema: "app", Name: "uuid"} }, "of type uuid, and for sqlc of type app.uuid"},
		{"an array", func(c *sqlcrun.Compiled) { c.Tables[0].Columns[1].Type = &sqlcrun.DBType{Name: "uuid", Dims: 1} }, "of type uuid, and for sqlc of type uuid[]"},
		{"not null", func(c *sqlcrun.Compiled) { c.Tables[0].Columns[2].NotNull = true }, "users.name may be null, and for sqlc it is not"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in := copied(in)
			tt.spoil(in.Compiled)
			var rep diag.List
			p := in.makePlan(&rep)
			if found := rep.Sorted(); p != nil || len(found) == 0 || found[0].Code != diag.CodeSqlcCatalog || !strings.Contains(found[0].Message, tt.says) {
				t.Errorf("Finish = %v with %s, want nothing and %q", p, print(&rep), tt.says)
			}
		})
	}
}

// TestNothingWithoutProof: one statement that is not proven, or proven under an
// assumption that nobody declared, and there is no plan at all.
func TestNothingWithoutProof(t *testing.T) {
	t.Parallel()
	in := small(t)
	good := *in.Proofs[0]
	for name, spoil := range map[string]func(*prove.Proof){
		"refused": func(p *prove.Proof) { p.Verdict = prove.Refused },
		"open":    func(p *prove.Proof) { p.Assumes = []prove.Assumption{{Subject: "trigger x"}} },
	} {
		bad := good
		spoil(&bad)
		in.Proofs = []*prove.Proof{&bad}
		if p := in.makePlan(&diag.List{}); p != nil {
			t.Errorf("%s: Finish = %v, want nil", name, p)
		}
	}
	in.Proofs = []*prove.Proof{&good}
	if p := in.makePlan(&diag.List{}); p == nil {
		t.Error("the good proof gives no plan")
	}
}

func TestNoModule(t *testing.T) {
	t.Parallel()
	in := small(t)
	in.ImportPath = ""
	var rep diag.List
	if p := in.makePlan(&rep); p != nil || rep.Sorted()[0].Code != diag.CodeNoModule {
		t.Errorf("Finish = %v with %s", p, print(&rep))
	}
}

func TestKeyType(t *testing.T) {
	t.Parallel()
	in := small(t)
	in.Catalog.Dimensions[0].Type = catalog.Builtin("numeric")
	var rep diag.List
	if p := in.makePlan(&rep); p != nil || rep.Sorted()[0].Code != diag.CodeKeyType {
		t.Errorf("Finish = %v with %s", p, print(&rep))
	}
}
