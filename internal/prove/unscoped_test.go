package prove_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

const unscopedSchema = `
create table tenants (id uuid primary key);
create table docs (tenant_id uuid not null references tenants (id), id int not null, v text, primary key (tenant_id, id));
create view titles as select tenant_id, id, v from docs;
create function f(x int) returns table (a int, b uuid) language plpgsql as $$ begin return query select id, tenant_id from docs; end $$;`

const unscopedLine = "-- tenant: unscoped admin: back office"

// an unscopedCase says what becomes of a statement under unscopedLine.
type unscopedCase struct {
	name, command, sql string
	verdict            prove.Verdict
	unread             string    // part of what the evidence lists; "" for none
	code               diag.Code // of the finding
}

// text is the case as a query file.
func (c unscopedCase) text() string {
	return "-- name: Q " + c.command + "\n" + unscopedLine + "\n" + c.sql + ";\n"
}

// unscopedCases are statements that are annotated as cross-tenant on purpose.
var unscopedCases = []unscopedCase{
	{"system relation", ":one", "select count(*) from pg_stat_activity", prove.Unscoped, "pg_stat_activity", ""},
	{"standard catalog", ":many", "select table_name from information_schema.tables t join docs on docs.v = t.table_name", prove.Unscoped, "system relation tables", ""},
	{"system column", ":many", "select xmin::text from docs", prove.Unscoped, "xmin", ""},
	{"row of a function", ":exec", "insert into docs (id, tenant_id) select (f(1)).*", prove.Unscoped, "(…).*", ""},
	{"row in a CTE", ":one", "with x as (select (f(1)).*) select count(*) from x", prove.Unscoped, "(…).*", ""},
	{"view as a target", ":exec", "update titles set v = 'x'", prove.Unscoped, "through the view titles", ""},
	{"values", ":one", "values ((select count(*) from pg_locks))", prove.Unscoped, "pg_locks", ""},
	{"delete", ":exec", "delete from docs using pg_stat_activity a where docs.v = a.usename", prove.Unscoped, "pg_stat_activity", ""},
	{"understood", ":many", "select * from docs", prove.Unscoped, "", ""},
	{"row that sqlc reads as one value", ":many", "select (f(1)).*", prove.Refused, "", diag.CodeCommandShape},
	{"row in the first branch", ":many", "select (f(1)).* union select 1, null", prove.Refused, "", diag.CodeCommandShape},
	{"copy without its table", ":copyfrom", "insert into nowhere (id) values ($1)", prove.Refused, "", diag.CodeUnknownRelation},
	{"stale", ":many", "select * from docs where tenant_id = @tenant_id", prove.Refused, "", diag.CodeStale},
	{"syntax", ":many", "select from where", prove.Refused, "", diag.CodeQuerySyntax},
	{"analyze", ":exec", "analyze docs", prove.Refused, "", diag.CodeStatementKind},
	{"truncate", ":exec", "truncate docs", prove.Refused, "", diag.CodeStatementKind},
	{"merge", ":exec", "merge into docs using docs d on d.id = docs.id when matched then delete", prove.Refused, "", diag.CodeStatementKind},
	{"merge in a CTE", ":many", "with m as (merge into docs using docs d on d.id = docs.id when matched then delete returning docs.id) select * from m", prove.Refused, "", diag.CodeStatementKind},
	{"into", ":exec", "select * into copy from docs", prove.Refused, "", diag.CodeStatementKind},
	{"macro", ":many", "select v from pg_stat_activity where x = @a::int::text", prove.Refused, "", diag.CodeMacro},
	{"two statements", ":many", "select * from pg_stat_activity; select 1", prove.Refused, "", diag.CodeQueryTrailing},
}

// What crosses the border on purpose need not be understood, but has to be a
// statement of its kind, and its evidence says what was not understood.
func TestUnscopedUnread(t *testing.T) {
	t.Parallel()
	for _, tt := range unscopedCases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var rep diag.List
			cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: unscopedSchema}}}, &rep)
			stmts := query.Parse("q.sql", tt.text(), cat, &rep)
			if len(stmts) != 1 {
				t.Fatalf("read %d statements: %v", len(stmts), rep.Sorted())
			}
			p := prove.One(cat, stmts[0])
			if p.Verdict != tt.verdict {
				t.Errorf("the verdict is %s, want %s: %v", p.Verdict, tt.verdict, p.Findings)
			}
			var unread []string
			for _, u := range p.Unread {
				unread = append(unread, u.Text)
				if !u.Loc.Pos().IsValid() {
					t.Errorf("%q stands nowhere", u.Text)
				}
			}
			if all := strings.Join(unread, "; "); (tt.unread == "") != (all == "") || !strings.Contains(all, tt.unread) {
				t.Errorf("the evidence lists %q, want %q", all, tt.unread)
			}
			var codes []diag.Code
			for _, d := range p.Findings {
				codes = append(codes, d.Code)
			}
			if tt.code == "" && len(codes) > 0 || tt.code != "" && !slices.Equal(codes, []diag.Code{tt.code}) {
				t.Errorf("found %v, want %q", p.Findings, tt.code)
			}
		})
	}
}
