package catalog

import (
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// TestBoundNames asks that what a view names keeps being named by it when it
// gets another name or schema.
func TestBoundNames(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := Build(Input{Files: []config.File{{Name: "schema.sql", Text: `
		create schema old;
		create domain short as varchar(3);
		create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
		create table docs (id int primary key, code text not null);
		create view v as select id, code::short as code, code collate ci as folded, code::text collate "C" as plain from docs;
		alter domain short rename to shorter;
		alter collation ci set schema old;
		create domain short as text;
		create collation ci (provider = icu, locale = 'und');`}}}, &rep)
	var names []string
	pgast.Walk(cat.Lookup("", "v").Definition, func(m pgast.Message) bool {
		switch n := m.(type) {
		case *pgast.TypeName:
			names = append(names, strings.Join(pgast.Strings(n.GetNames()), "."))
		case *pgast.CollateClause:
			names = append(names, strings.Join(pgast.Strings(n.GetCollname()), "."))
		}
		return true
	})
	if got, want := strings.Join(names, " "), "public.shorter old.ci C text"; got != want {
		t.Errorf("the view names %s, want %s", got, want)
	}
}
