package query_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// TestHard reads texts that are large or deep. Each statement has one entry,
// and none takes long: the bound is far above what is measured and far below
// what a quadratic step would take.
func TestHard(t *testing.T) {
	t.Parallel()
	const many, deepest = 20_000, 100_000
	cases := map[string]struct {
		sql     string
		refused bool
	}{
		"brackets":       {"select " + strings.Repeat("(", deepest) + "1" + strings.Repeat(")", deepest), true},
		"open brackets":  {"select " + strings.Repeat("(", deepest), true},
		"subscripts":     {"select " + strings.Repeat("a[", many) + "1" + strings.Repeat("]", many), true},
		"case":           {"select " + strings.Repeat("case when true then ", many) + "1" + strings.Repeat(" end", many), true},
		"not":            {"select " + strings.Repeat("not ", many) + "true", true},
		"minus":          {"select " + strings.Repeat("- ", many) + "1", false},
		"sum":            {"select 1" + strings.Repeat(" + 1", many), true},
		"and":            {"select true" + strings.Repeat(" and true", many), false},
		"in list":        {"select 1 in (1" + strings.Repeat(", 1", many) + ")", false},
		"rows":           {"insert into t (id) values (1)" + strings.Repeat(", (1)", many) + " returning id", false},
		"union":          {"select 1" + strings.Repeat(" union all select 1", many/4), true},
		"joins":          {"select 1 from t" + strings.Repeat(" cross join (select 1) x", many/20), true},
		"subqueries":     {"select " + strings.Repeat("(select ", many) + "1" + strings.Repeat(")", many), true},
		"literal":        {"select '" + strings.Repeat("x", 1<<20) + "'", false},
		"casts":          {"select 1" + strings.Repeat("::int", many), true},
		"names":          {"select a" + strings.Repeat(".a", many), true},
		"one long line":  {"select 1" + strings.Repeat(", 1", 1<<16), false},
		"comment":        {"select 1 /*" + strings.Repeat("/*", many) + strings.Repeat("*/", many) + "*/", false},
		"open comment":   {"select 1 /*", true},
		"open literal":   {"select 'a", true},
		"dollar literal": {"select $a$ " + strings.Repeat("x", many), true},
		"nul":            {"select 1 \x00", true},
		"not utf-8":      {"select '\xff'", true},
		"crlf":           {"select\r\n1\r\n", false},
	}
	cat := build(t, "create table t (id int);")
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			text := "-- name: Before :one\nselect 1;\n-- name: Hard :many\n" + c.sql + ";\n"
			var rep diag.List
			stmts := query.Parse("hard.sql", text, cat, &rep)
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if len(stmts) != 2 || stmts[0].Name != "Before" || stmts[1].Name != "Hard" {
				t.Fatalf("%d statements, %v", len(stmts), rep.Sorted())
			}
			if len(stmts[0].Issues) > 0 {
				t.Errorf("the statement before: %v", stmts[0].Issues[0].Message)
			}
			if got := len(stmts[1].Issues) > 0; got != c.refused {
				t.Errorf("refused: %v, want %v (%v)", got, c.refused, stmts[1].Issues)
			}
		})
	}
}

// TestByteOrderMark: columns of line 1 count from behind the mark.
func TestByteOrderMark(t *testing.T) {
	t.Parallel()
	var rep diag.List
	stmts := query.Parse("bom.sql", "\ufeff-- name: A :one\r\nselect x;\r\n", build(t, ""), &rep)
	if len(stmts) != 1 || stmts[0].Pos.Column != 10 {
		t.Fatalf("%v %v", stmts, rep.Sorted())
	}
	if i := stmts[0].Issues; len(i) != 1 || i[0].Loc.Pos() != (diag.Pos{File: "bom.sql", Line: 2, Column: 8}) {
		t.Errorf("%v", i)
	}
}

// TestParseSQL reads the text that would run: positions are its own, and no
// macro may be left.
func TestParseSQL(t *testing.T) {
	t.Parallel()
	cat := build(t, "create table t (id int, name text);")
	st := query.ParseSQL("Get", ":one", "select id from t where id = $1\n and name = $2", query.Annotation{Params: []int{2}}, cat)
	if len(st.Issues) != 0 || len(st.Params) != 2 || st.Params[1].Type.Name != "text" || st.Annotation.Params[0] != 2 {
		t.Errorf("%+v", st)
	}
	for sql, code := range map[string]diag.Code{
		"select id from t where id = @id":          diag.CodeLiteralAt,
		"select id from t where id=@id":            diag.CodeLiteralAt,
		"select id from t where id = sqlc.arg(id)": diag.CodeMacro,
		"select id from t; delete from t":          diag.CodeQueryTrailing,
		"":                                         diag.CodeQueryNoStatement,
		"select id from t where id = $2":           diag.CodeParamNumbers,
		"select id fro t":                          diag.CodeQuerySyntax,
		"truncate t":                               diag.CodeStatementKind,
		"merge into t using t x on true when matched then delete": diag.CodeStatementKind,
	} {
		st := query.ParseSQL("X", ":many", sql, query.Annotation{}, cat)
		if len(st.Issues) == 0 || st.Issues[0].Code != code {
			t.Errorf("%s: %v, want %s", sql, st.Issues, code)
		}
	}
}

func TestCheckNames(t *testing.T) {
	t.Parallel()
	cat := build(t, "")
	var rep diag.List
	a := query.Parse("a.sql", "-- name: A :one\nselect 1;\n-- name: B :one\nselect 1;\n", cat, &rep)
	b := query.Parse("b.sql", "-- name: C :one\nselect 1;\n-- name: A :one\nselect 1;\n", cat, &rep)
	var names []query.Heading
	for _, st := range append(a, b...) {
		names = append(names, st.Heading())
	}
	query.CheckNames(names, &rep)
	d := rep.Sorted()
	if len(d) != 1 || d[0].Code != diag.CodeQueryDuplicate || d[0].Pos.String() != "b.sql:3:10" || d[0].Related[0].Pos.String() != "a.sql:1:10" {
		t.Errorf("%+v", d)
	}
}

// TestPositions: places in the rewritten text lead back to the user's file.
func TestPositions(t *testing.T) {
	t.Parallel()
	text := "-- name: A :many\nselect id from t where name = @a_long_name and id = sqlc.arg(other) and x = 1;\n"
	var rep diag.List
	st := query.Parse("p.sql", text, build(t, "create table t (id int, name text, x int);"), &rep)[0]
	for _, word := range []string{"name =", "and id", "x = 1", "$1", "$2"} {
		offset := strings.Index(st.SQL, word)
		pos := query.Loc{Source: st.Source, Offset: offset}.Pos()
		want := strings.Index(text[len("-- name: A :many\n"):], map[string]string{"$1": "@a_long", "$2": "sqlc.arg"}[word]+map[bool]string{true: word}[word[0] != '$']) + 1
		if pos.Line != 2 || pos.Column != want {
			t.Errorf("%q at %v, want 2:%d", word, pos, want)
		}
	}
}
