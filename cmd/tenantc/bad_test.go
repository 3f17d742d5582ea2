package main

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestBadInput spoils the project in one way at a time. Each gets a finding
// with a place, in every format, and nothing is written.
func TestBadInput(t *testing.T) {
	t.Parallel()
	const (
		queries = "queries/users.sql"
		schema  = "schema/001_init.sql"
		models  = "models/models.go"
		clean   = "select * from users where tenant_id = @tenant_id;"
	)
	without := func(name string) map[string]string {
		files := project()
		delete(files, name)
		return files
	}
	with := func(name, content string) map[string]string {
		files := project()
		files[name] = content
		return files
	}
	cases := map[string]struct {
		files map[string]string
		want  string // how the finding begins
	}{
		"no configuration":  {without("sqlc.yaml"), "sqlc.yaml: TC0001: "},
		"unknown key":       {edit(t, "sqlc.yaml", "dimensions:", "dimension:"), "sqlc.yaml:12:13: TC0002: "},
		"configuration cut": {edit(t, "sqlc.yaml", "", "version: \"2\"\nsql: ["), "sqlc.yaml:"},
		"missing schema":    {without(schema), "sqlc.yaml:4:13: TC0012: "},
		"missing queries":   {without(queries), "sqlc.yaml:5:14: TC0012: "},
		"missing models":    {without(models), "sqlc.yaml:10:19: TC0012: "},
		"no query file":     {func() map[string]string { f := without(queries); f["queries/README"] = ""; return f }(), "sqlc.yaml:5:14: TC0013: "},
		"empty queries":     {edit(t, queries, "", ""), queries + ":1:1: TC5904: "},
		"only comments":     {edit(t, queries, "", "-- nothing yet\n"), queries + ":1:1: TC5904: "},
		"no model":          {edit(t, models, "", "package models\n"), "models: TC1008: "},
		"broken model":      {edit(t, models, "type User struct {", "type User struct"), "models/models.go:9:2: TC1001: "},
		"model with no table": {
			edit(t, models, "type User struct {", "type Ghost struct {\n\tID int64 `db:\"id\"`\n}\n\ntype User struct {"), "models/models.go:8:6: TC1101: "},
		"missing column":                   {edit(t, models, `"name"`+"`\n\tAge", `"nam"`+"`\n\tAge"), "models/models.go:11:25: TC1102: "},
		"type that cannot hold its column": {edit(t, models, "Age      int32", "Age      int8"), "models/models.go:12:11: TC1103: "},
		"two models of one table": {
			with("models/more.go", "package models\n\ntype Person struct {\n\t_  struct{} `tenant:\"table=users\"`\n\tID [16]byte `db:\"id\"`\n}\n"), "models/more.go:4:23: TC1006: "},
		"unclassified table": {
			edit(t, queries, clean, "select * from plans;"), queries + ":2:15: TC4"},
		"nullable tenant column": {edit(t, schema, "not null references tenants (id),\n    name      text not null,\n    age       int  not null,\n    primary key (tenant_id, id)", "references tenants (id),\n    name      text not null,\n    age       int  not null,\n    primary key (id)"), schema + ":8:5: TC2"},
		"schema syntax":          {edit(t, schema, "name      text not null,", "name      text not not null,"), schema + ":9:24: TC2"},
		"query syntax":           {edit(t, queries, clean, "select * fro users;"), queries + ":2:"},
		"deep parentheses": {
			edit(t, queries, clean, "select "+strings.Repeat("(", 100_000)+"1"+strings.Repeat(")", 100_000)+";"), queries + ":2:"},
		"deep schema": {
			edit(t, schema, "age       int  not null", "age int check ("+strings.Repeat("(", 100_000)+"true"+strings.Repeat(")", 100_000)+")"), schema + ":10:"},
		"duplicate name":    {edit(t, queries, "CountUsers :one", "ListUsers :one"), queries + ":4:10: TC3"},
		"unnamed statement": {edit(t, queries, "-- name: CountUsers :one\n", ""), queries + ":4:1: TC3"},
		"a leak":            {edit(t, queries, clean, "select * from users;"), queries + ":2:15: TC4"},
		"latin 1":           {edit(t, queries, clean, "select * from users where name = 'M\xfcller';"), queries + ":2:36: TC0014: "},
		"byte order mark":   {with(queries, "\ufeff"+strings.Replace(project()[queries], clean, "select * from users;", 1)), queries + ":2:15: TC4"},
		"CRLF":              {with(queries, strings.ReplaceAll(strings.Replace(project()[queries], clean, "select *\nfrom users;", 1), "\n", "\r\n")), queries + ":3:6: TC4"},
		"a line of 1 MB":    {edit(t, queries, clean, "select '"+strings.Repeat("x", 1<<20)+"', * from users;"), queries + ":2:1048595: TC4"},
	}
	cases["unclassified table"].files[schema] += "\ncreate table plans (\n    id int primary key\n);\n"
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expectFinding(t, lay(t, tc.files), tc.want)
		})
	}
}

// TestOddInput is accepted: what is odd about it means nothing.
func TestOddInput(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(string) string{
		"byte order marks": func(s string) string { return "\ufeff" + s },
		"CRLF":             func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"a line of 1 MB": func(s string) string {
			return strings.Replace(s, "select *", "select"+strings.Repeat(" ", 1<<20)+"*", 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := project()
			for _, file := range slices.Collect(maps.Keys(files)) {
				files[file] = change(files[file])
			}
			got := tenantc(t, "check", "-C", lay(t, files))
			if got.status != exitOK || !strings.Contains(got.stdout, "2 statements: 2 confined; no findings") {
				t.Errorf("exit status %d\n%s%s", got.status, got.stdout, got.stderr)
			}
		})
	}
}

// expectFinding runs check in each format and generate in dir, and wants each
// to report the finding and to leave no file behind.
func expectFinding(t *testing.T, dir, want string) {
	t.Helper()
	before := tree(t, dir)
	for _, args := range [][]string{{"check", "-q"}, {"check", "-f", "json"}, {"check", "-f", "sarif"}, {"generate", "-q", "-sqlc", sqlcPath(t)}} {
		got := tenantc(t, append(args, "-C", dir)...)
		if got.status != exitFindings || got.stderr != "" {
			t.Errorf("%s: exit status %d, want %d; stderr: %s", args, got.status, exitFindings, got.stderr)
		}
		switch {
		case args[1] == "-q" && !strings.Contains("\n"+got.stdout, "\n"+want):
			t.Errorf("%s: no finding begins with %q:\n%.2000s", args, want, got.stdout)
		case args[1] == "-f" && !json.Valid([]byte(got.stdout)):
			t.Errorf("%s: no JSON:\n%.2000s", args, got.stdout)
		}
	}
	if after := tree(t, dir); after != before {
		t.Errorf("the files were\n%.2000s\nand are\n%.2000s", before, after)
	}
}
