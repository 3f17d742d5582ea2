package plan_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/plan"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// column finds the column's name in the expression that makes it.
var column = regexp.MustCompile(`\]\("(.*?)"[,)]`)

// TestConditionsStayProven proves the texts that run when conditions, an order
// and a page come to a generated method, in the form in which tenant/filter
// writes them: for each column of each model of the cases. A condition that is
// no conjunct of its own is refused, so that the test can fail.
func TestConditionsStayProven(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"crud", "derived", "dimensions", "marks", "nomodels", "textkey"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
			if err != nil {
				t.Fatal(err)
			}
			p := load(t, archive)
			proven, refused := 0, 0
			for _, repo := range p.plan.Packages[0].Repositories {
				if repo.Cols == nil {
					continue
				}
				for _, m := range repo.Methods {
					for _, c := range repo.Cols.Fields {
						found := column.FindStringSubmatch(c.New)
						if found == nil {
							t.Fatalf("no column is in %s", c.New)
						}
						for _, text := range conditioned(m, `"`+found[1]+`"`) {
							proven++
							if proof := prove.One(p.in.Catalog, query.NewReader(p.in.Catalog).ParseSQL("x", ":exec", text, query.Annotation{})); proof.Verdict != prove.Confined || proof.Open() {
								t.Errorf("%s.%s is %v:\n%s\n%v", repo.Name, m.Name, proof.Verdict, text, proof.Findings)
							}
						}
						if texts := conditioned(m, `"`+found[1]+`"`); len(texts) > 0 {
							loose := strings.Replace(texts[0], " and (", " or (", 1)
							if m.Shape == plan.List && strings.Count(texts[0], " and (") == 1 {
								refused++
								if proof := prove.One(p.in.Catalog, query.NewReader(p.in.Catalog).ParseSQL("x", ":exec", loose, query.Annotation{})); proof.Verdict == prove.Confined {
									t.Errorf("%s.%s is confined by no conjunct:\n%s", repo.Name, m.Name, loose)
								}
							}
						}
					}
				}
			}
			if proven == 0 || refused == 0 {
				t.Errorf("%d texts were proven, %d refused", proven, refused)
			}
		})
	}
}

// conditioned returns the texts of a method with conditions on a column.
func conditioned(m *plan.Method, column string) []string {
	n := len(m.SQL)
	conds := []string{
		fmt.Sprintf(" and (%s = $%d)", column, n+1),
		fmt.Sprintf(" and ((%s = $%d) or (not (%s is null)))", column, n+1, column),
		fmt.Sprintf(" and (false) and ((%s is not null) and (%s <> $%d))", column, column, n+1),
	}
	var out []string
	for _, c := range conds {
		switch m.Shape {
		case plan.List, plan.ForEach, plan.Count, plan.DeleteWhere:
			out = append(out, m.Consts[0].Text+c)
		case plan.Exists:
			out = append(out, m.Consts[0].Text+c+")")
		case plan.ListBy:
			out = append(out, fmt.Sprintf("%s%s order by %s desc nulls last limit $%d offset $%d", m.Consts[0].Text, c, column, n+2, n+3))
		case plan.Page:
			out = append(out, fmt.Sprintf("%s%s and (%s > $%d or %s is null or (%s = $%d and (false))) order by %s limit $%d",
				m.Consts[0].Text, c, column, n+2, column, column, n+2, column, n+3))
		case plan.UpdateWhere:
			set := make([]string, len(m.Optional))
			for i, o := range m.Optional {
				set[i] = fmt.Sprintf("%s = $%d", o.Column, n+2+i)
			}
			out = append(out, m.Consts[0].Text+strings.Join(set, ", ")+m.Consts[1].Text+c)
		}
	}
	return out
}

// TestConditionsOfOperators: where the schema defines an operator that a
// condition may call, no method takes conditions.
func TestConditionsOfOperators(t *testing.T) {
	t.Parallel()
	for operator, want := range map[string]bool{"<": false, "#<#": true} {
		p := load(t, txtar.Parse([]byte(`
-- models/models.go --
package models

import "github.com/tenantc/tenantc/tenant"

type User struct {
	ID       int64     `+"`db:\"id,primaryKey\"`"+`
	TenantID tenant.ID `+"`db:\"tenant_id\"`"+`
	Name     string    `+"`db:\"name\"`"+`
}
-- schema/001.sql --
create table users (id int8 not null, tenant_id uuid not null, name text not null, primary key (tenant_id, id));
create type mood as enum ('good', 'bad');
create function few(mood, mood) returns boolean language plpgsql as $$ begin return (select count(*) < 3 from users); end $$;
create operator `+operator+` (leftarg = mood, rightarg = mood, function = few);
-- queries/users.sql --
-- name: One :one
select id from users where tenant_id = @tenant_id and id = @id;
`)))
		if p.plan == nil {
			t.Fatalf("the project has findings: %s", print(&p.rep))
		}
		var conditions []string
		for _, repo := range p.plan.Packages[0].Repositories {
			for _, m := range repo.Methods {
				for _, a := range m.Args {
					if strings.Contains(a.Type, "filter.Cond[") {
						conditions = append(conditions, m.Name)
					}
				}
			}
		}
		if got := len(conditions) > 0; got != want {
			t.Errorf("with an operator %s, conditions are taken by %v", operator, conditions)
		}
	}
}
