package catalog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

func build(t *testing.T, files ...string) (*catalog.Catalog, *diag.List) {
	t.Helper()
	var in catalog.Input
	for i, text := range files {
		in.Files = append(in.Files, config.File{Name: fmt.Sprintf("%d.sql", i+1), Text: text})
	}
	rep := &diag.List{}
	return catalog.Build(in, rep), rep
}

// TestPositions: blanking moves nothing. A BOM, CRLF line ends, a blanked down
// part and a line of 1 MB leave every position where the user's editor has it.
func TestPositions(t *testing.T) {
	t.Parallel()
	long := "insert into a values ('" + strings.Repeat("x", 1<<20) + "');"
	cases := map[string]struct{ text, want string }{
		"plain":     {"create table a (id int);\nalter table b add c int;", "1.sql:2:13"},
		"crlf":      {"create table a (id int);\r\n\r\nalter table b add c int;\r\n", "1.sql:3:13"},
		"bom":       {"\ufeffcreate table a (id int);\nalter table b add c int;", "1.sql:2:13"},
		"psql":      {"\\set x 1\n\\echo 'it''s\ncreate table a (id int);\nalter table b add c int;", "1.sql:4:13"},
		"copy":      {"create table a (id int);\ncopy a from stdin;\n1'\n;\n\\.\nalter table b add c int;", "1.sql:6:13"},
		"long line": {"create table a (id text);\n" + long + "\n" + long + " alter table b add c int;", fmt.Sprintf("1.sql:3:%d", len(long)+2+12)},
		"unicode":   {"create table a (\"größe\" int); -- ü\n/* ß */ alter table b add c int;", "1.sql:2:22"},
		"do":        {"create table a (id int);\ndo $$\nbegin\n  alter table b add c int;\nexception when duplicate_column then null; end $$;", "1.sql:4:15"},
		"do quoted": {"create table a (id int);\ndo 'begin perform ''x''; alter table b add c int; end';", "1.sql:2:1"},
		"nested":    {"select " + strings.Repeat("(", 100000), "1.sql:1:508"},
		"not utf-8": {"create table a (id int); -- \xff", "1.sql:1:29"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, rep := build(t, c.text)
			all := rep.Sorted()
			if len(all) != 1 || all[0].Pos.String() != c.want || all[0].Severity != diag.Error {
				t.Fatalf("got %v, want one error at %s", all, c.want)
			}
		})
	}
}

// TestViewText: locations in a view's query lead to the user's text, and its
// relations are bound when it is made.
func TestViewText(t *testing.T) {
	t.Parallel()
	text := "create table users (id int);\n-- über\ncreate view v as\n  select id from users where id > 0;\nalter table users rename to people;\ncreate table users (id int);"
	cat, rep := build(t, text)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	view := cat.Lookup("", "v")
	rv := view.Definition.GetSelectStmt().GetFromClause()[0].GetRangeVar()
	if got := view.DefinitionText.Pos(int(rv.GetLocation())).String(); got != "1.sql:4:18" {
		t.Errorf("the view's table stands at %s", got)
	}
	if rv.GetSchemaname() != "public" || rv.GetRelname() != "people" || rv.GetAlias().GetAliasname() != "users" {
		t.Errorf("the view reads %s", rv)
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	cat, rep := build(t, `create schema app; create table users (id int); create table app.users (id text);`)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	for name, c := range map[string]struct{ schema, table, want string }{
		"search path": {"", "users", "public.users"},
		"written":     {"app", "users", "app.users"},
		"no such":     {"", "app", ""},
		"catalog":     {"pg_catalog", "users", ""},
	} {
		rel := cat.Lookup(c.schema, c.table)
		got := ""
		if rel != nil {
			got = rel.FullName()
		}
		if got != c.want {
			t.Errorf("%s: Lookup(%q, %q) = %q, want %q", name, c.schema, c.table, got, c.want)
		}
	}
}

// typeOf resolves the type that follows :: in text.
func typeOf(t *testing.T, cat *catalog.Catalog, text string) (catalog.Type, bool) {
	t.Helper()
	tree, err := pgast.Parse("select null::" + text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	cast := tree.GetStmts()[0].GetStmt().GetSelectStmt().GetTargetList()[0].GetResTarget().GetVal().GetTypeCast()
	return cat.ResolveType(cast.GetTypeName())
}

func TestResolveType(t *testing.T) {
	t.Parallel()
	cat, rep := build(t, `
		create schema app;
		create extension hstore with schema app;
		create type mood as enum ('a');
		create type app.mood as enum ('b');
		create type public.text as enum ('shadow');
		create table users (id bigint);`)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	for text, want := range map[string]string{
		"integer": "pg_catalog.int4", "decimal(3,2)": "pg_catalog.numeric", "float": "pg_catalog.float8", "character varying": "pg_catalog.varchar",
		"timestamp with time zone": "pg_catalog.timestamptz", "char": "pg_catalog.bpchar", `"char"`: "pg_catalog.char", "int[]": "pg_catalog.int4[]",
		"_int4": "pg_catalog.int4[]", "mood": "public.mood", "app.mood": "app.mood", "text": "pg_catalog.text", "public.text": "public.text",
		"users": "public.users", "citext": "public.citext", "hstore": "app.hstore", "nope": "", "pg_catalog.mood": "", "app.nope": "", "serial": "",
	} {
		typ, ok := typeOf(t, cat, text)
		got := ""
		if ok {
			got = typ.Schema + "." + typ.Name
			if typ.Array {
				got += "[]"
			}
		}
		if got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func TestEqualityClass(t *testing.T) {
	t.Parallel()
	schema := `
		create domain key as int;
		create domain deep as key;
		create type mood as enum ('a');
		create type shell;
		create function eq(date, date) returns boolean language sql as 'select true';
		create operator === (leftarg = uuid, rightarg = uuid, function = eq);
		create operator = (leftarg = date, rightarg = date, function = eq);
		create cast (inet as interval) with inout as assignment;
		create cast (money as cidr) with inout;`
	cat, rep := build(t, schema)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	for text, want := range map[string]string{
		"smallint": "integer", "int": "integer", "bigint": "integer", "deep": "integer", "text": "text", "varchar(3)": "text",
		"char(3)": "bpchar", "numeric": "numeric", "float8": "float8", "uuid": "uuid", "uuid[]": "pg_catalog.uuid[]", "mood": "public.mood",
		"citext": "public.citext", "shell": "", "json": "", "date": "", "date[]": "", "inet": "", "interval": "", "cidr": "cidr", "money": "money",
	} {
		typ, ok := typeOf(t, cat, text)
		if !ok {
			t.Fatalf("no type %s", text)
		}
		if got := cat.EqualityClass(typ); got != want {
			t.Errorf("the class of %s is %q, want %q", text, got, want)
		}
	}
	tainted, _ := build(t, `create function eq(anyelement, anyelement) returns boolean language sql as 'select true';
		create operator = (leftarg = anyelement, rightarg = anyelement, function = eq);`)
	if got := tainted.EqualityClass(catalog.Builtin("uuid")); got != "" {
		t.Errorf("an = over anyelement leaves uuid the class %q", got)
	}
	if got := cat.EqualityClass(catalog.Type{}); got != "" {
		t.Errorf("an unknown type has the class %q", got)
	}
}

func TestCollation(t *testing.T) {
	t.Parallel()
	cat, rep := build(t, `create collation folding (provider = icu, locale = 'und', deterministic = false);
		create collation copy from folding; create collation "C" (provider = icu, locale = 'und', deterministic = false);`)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	for name, folds := range map[string]bool{
		"C": false, "default": false, "en_US": false, "en_US.utf8": false, "de-x-icu": false, "und-x-icu": false, "ucs_basic": false,
		"folding": true, "copy": true, "case_insensitive": true,
	} {
		c := cat.Collation("", name)
		if got := c.Nondeterministic || c.Unknown; got != folds {
			t.Errorf("collation %s folds: %t, want %t", name, got, folds)
		}
	}
	if !cat.Collation("public", "C").Nondeterministic {
		t.Error(`public."C" is the schema's own`)
	}
}

func TestOverloads(t *testing.T) {
	t.Parallel()
	cat, rep := build(t, `create schema app; create function f(a int) returns int language sql as 'select 1';
		create function f(a text) returns int language sql as 'select 1'; create function app.f() returns int language sql as 'select 1';`)
	if rep.HasErrors() {
		t.Fatal(rep.Sorted())
	}
	for schema, want := range map[string]int{"": 2, "public": 2, "app": 1, "pg_catalog": 0} {
		if got := len(cat.FunctionsNamed(schema, "f")); got != want {
			t.Errorf("%d functions f in schema %q, want %d", got, schema, want)
		}
	}
}

// synthetic is a schema of n tables, each with a foreign key to the root and
// one to the table before it.
func synthetic(n int) []config.File {
	var b strings.Builder
	b.WriteString("create table tenants (id uuid primary key);\n")
	for i := range n {
		fmt.Fprintf(&b, "create table t%d (id bigint generated always as identity, tenant_id uuid not null references tenants (id), name varchar(100) not null default 'x', "+
			"other bigint, created_at timestamptz not null default now(), primary key (tenant_id, id), check (name <> ''), "+
			"foreign key (tenant_id, other) references t%d (tenant_id, id));\n", i, max(i-1, 0))
		fmt.Fprintf(&b, "create index on t%d (tenant_id, name) where other is not null;\nalter table t%d add column note text;\ncreate view v%d as select id, name from t%d;\n", i, i, i, i)
	}
	return []config.File{{Name: "schema.sql", Text: b.String()}}
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{100, 1000} {
		files := synthetic(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				rep := &diag.List{}
				if cat := catalog.Build(catalog.Input{Files: files}, rep); rep.HasErrors() || len(cat.Relations) != 2*n+1 {
					b.Fatal(rep.Sorted()[0])
				}
			}
		})
	}
}
