package prove_test

import (
	"fmt"
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
create table members (tenant_id uuid not null references tenants (id), id uuid not null, name text, primary key (tenant_id, id));
create table templates (tenant_id uuid references tenants (id), name text not null);
create table plans (id uuid primary key, name text not null);
create function named(text) returns text language plpgsql as $$ begin return (select $1); end $$;
create function titled(text) returns text language plpgsql as $$ begin return (select $1); end $$;`

var filterTenancy = config.Tenancy{
	Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}, Root: "tenants"}},
	Tables:     []config.Table{{Name: "plans", Global: true}, {Name: "templates", Nulls: config.NullsEverybody, HasNull: true}},
	Trust:      config.Trust{Functions: []config.Named{{Name: "named"}, {Name: "titled"}}},
}

// a filterCase is a statement that takes conditions. With was, the texts that
// run have is in its place: what the proof has to notice, should the reader cut
// a text that is not the statement's.
type filterCase struct{ name, mark, sql, was, is, head, finding string }

const filterUsers, anotherText = "users u", "is not proven with a condition"

var filterCases = []filterCase{
	{
		name: "under or", mark: filterUsers,
		sql:  "select name from users u where u.tenant_id = @tenant_id and (name = 'a' or name = 'b') order by 1",
		head: "where (u.tenant_id = $1 and (name = 'a' or name = 'b'))",
	},
	{
		name: "confined in the join alone", mark: filterUsers,
		sql:  "select u.name from tenants t join users u on u.tenant_id = t.id and t.id = @tenant_id",
		head: "t.id = $1 where true",
	},
	{
		name: "leaning on a declaration", mark: filterUsers,
		sql: "select named(u.name) from users u where u.tenant_id = @tenant_id", head: "where (u.tenant_id = $1)",
	},
	{
		name: "beside nobody's data", mark: filterUsers,
		sql: "select p.name from users u, plans p where u.tenant_id = @tenant_id", head: "where (u.tenant_id = $1)",
	},
	{name: "not confined", mark: filterUsers, sql: "select name from users u where u.tenant_id = @tenant_id or true", finding: "users u"},
	{name: "nobody's data", mark: "plans", sql: "select name from plans", finding: "holds nobody's data"},
	{
		name: "nobody's data beside the tenant's", mark: "plans p",
		sql: "select p.name from users u, plans p where u.tenant_id = @tenant_id", finding: "holds nobody's data",
	},
	{
		name: "cut without its tenant", mark: filterUsers, finding: anotherText,
		sql: "select name from users u where u.tenant_id = @tenant_id", was: "(u.tenant_id = $1)", is: "(u.tenant_id = $1 or true)",
	},
	{
		name: "cut with another tenant", mark: filterUsers, finding: anotherText,
		sql: "select name from users u where u.tenant_id = @tenant_id and u.id = @id",
		was: "u.tenant_id = $1 and u.id = $2", is: "u.tenant_id = $2 and u.id = $1",
	},
	{
		name: "cut with another declaration", mark: filterUsers, finding: anotherText,
		sql: "select named(u.name) from users u where u.tenant_id = @tenant_id", was: "named", is: "titled",
	},
	{
		name: "cut with one more entry", mark: filterUsers, finding: anotherText,
		sql: "select u.name from users u where u.tenant_id = @tenant_id", was: "users u", is: "(select 1) s, users u",
	},
	{
		name: "cut with another table", mark: filterUsers, finding: anotherText,
		sql: "select u.name from users u where u.tenant_id = @tenant_id", was: "users u", is: "members u",
	},
	{
		name: "cut by another rule", mark: "templates u", finding: anotherText,
		sql: "select u.name from templates u where (u.tenant_id = @tenant_id or u.tenant_id is null)",
		was: " or u.tenant_id is null", is: "",
	},
}

func (c filterCase) text() string {
	return "-- name: Q :many\n-- tenant: filter " + c.mark + "\n" + c.sql + ";\n"
}

// cut puts what the case says into the texts that run.
func (c filterCase) cut(s *query.Stmt) {
	if s.Filter != nil && c.was != "" {
		s.Filter.Head, s.Filter.Tail = strings.Replace(s.Filter.Head, c.was, c.is, 1), strings.Replace(s.Filter.Tail, c.was, c.is, 1)
	}
}

// wrong says what the proof of the case is and should not be, or "".
func (c filterCase) wrong(p *prove.Proof) string {
	switch f := p.Stmt.Filter; {
	case c.finding != "" && (p.Verdict != prove.Refused || len(p.Findings) == 0 || !strings.Contains(p.Findings[0].Message, c.finding)):
		return fmt.Sprintf("is a leak and is %s, want %s: %v", p.Verdict, c.finding, p.Findings)
	case c.finding == "" && p.Verdict != prove.Confined:
		return fmt.Sprintf("is %s: %v", p.Verdict, p.Findings)
	case c.is != "" && (f == nil || !strings.Contains(f.Without(), c.is)):
		return fmt.Sprintf("is not cut: %+v", f)
	case c.head != "" && (f == nil || !strings.Contains(f.Head, c.head)):
		return fmt.Sprintf("has the place %+v, want a head with %q", f, c.head)
	}
	return ""
}

// TestFilter: a statement that takes conditions is accepted when the texts that
// run are proven like it, and only where rows are a tenant's.
func TestFilter(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: filterSchema}}, Tenancy: filterTenancy}, &rep)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	for _, c := range filterCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var rep diag.List
			stmts := query.Parse("queries/q.sql", c.text(), cat, &rep)
			if len(stmts) != 1 || rep.HasErrors() {
				t.Fatal(rep.Sorted())
			}
			c.cut(stmts[0])
			if why := c.wrong(prove.One(cat, stmts[0])); why != "" {
				t.Error(why)
			}
		})
	}
}

// TestFilterOperator: a condition may call an operator of the schema's, which
// stands in no text of the statement.
func TestFilterOperator(t *testing.T) {
	t.Parallel()
	const moods = `create type mood as enum ('good', 'bad');
create function few(mood, mood) returns boolean language plpgsql as $$ begin return (select count(*) < 3 from users); end $$;
create operator %s (leftarg = mood, rightarg = mood, function = few);`
	for operator, refused := range map[string]bool{"<": true, "<>": true, ">=": true, "~~": true, "@>": true, "&&": true, "#<#": false} {
		var rep diag.List
		files := []config.File{{Name: "schema.sql", Text: filterSchema + fmt.Sprintf(moods, operator)}}
		cat := catalog.Build(catalog.Input{Files: files, Tenancy: filterTenancy}, &rep)
		c := filterCase{mark: filterUsers, sql: "select name from users u where u.tenant_id = @tenant_id"}
		if refused {
			c.finding = anotherText
		}
		stmts := query.Parse("queries/q.sql", c.text(), cat, &rep)
		if len(stmts) != 1 || rep.HasErrors() {
			t.Fatal(rep.Sorted())
		}
		if why := c.wrong(prove.One(cat, stmts[0])); why != "" {
			t.Errorf("with an operator %s the statement %s", operator, why)
		}
	}
}
