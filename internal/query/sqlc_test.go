package query_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// TestNumbering compares how macros are numbered and replaced with what the
// real sqlc does of the same file.
func TestNumbering(t *testing.T) {
	t.Parallel()
	a, err := txtar.ParseFile("testdata/numbering.txtar")
	if err != nil {
		t.Fatal(err)
	}
	schema, queries := string(a.Files[0].Data), string(a.Files[1].Data)
	var rep diag.List
	stmts := query.Parse("queries.sql", queries, build(t, schema), &rep)
	if rep.Len() > 0 {
		t.Fatalf("findings: %v", rep.Sorted())
	}
	theirs := runSqlc(t, schema, queries)
	if len(theirs) != len(stmts) || len(stmts) < 40 {
		t.Fatalf("sqlc has %d queries, we have %d", len(theirs), len(stmts))
	}
	for i, st := range stmts {
		q := theirs[i]
		if len(st.Issues) > 0 {
			t.Errorf("%s: %s", st.Name, st.Issues[0].Message)
		}
		if q.Name != st.Name || q.Cmd != st.Command {
			t.Errorf("sqlc has %s %s, we have %s %s", q.Name, q.Cmd, st.Name, st.Command)
		}
		if q.Text != st.SQL {
			t.Errorf("%s:\nsqlc %s\n  we %s", st.Name, q.Text, st.SQL)
		}
		if len(q.Params) != len(st.Params) {
			t.Errorf("%s: sqlc has %d parameters, we have %d", st.Name, len(q.Params), len(st.Params))
			continue
		}
		for j, p := range st.Params {
			// For $n sqlc makes up a name from the column.
			if q.Params[j].Number != p.Number || p.Name != "" && q.Params[j].Column.Name != p.Name {
				t.Errorf("%s: sqlc has $%d %s, we have $%d %s", st.Name, q.Params[j].Number, q.Params[j].Column.Name, p.Number, p.Name)
			}
		}
	}
}

type sqlcQuery struct {
	Text   string
	Name   string
	Cmd    string
	Params []struct {
		Number int
		Column struct{ Name string }
	}
}

// runSqlc returns what sqlc hands its generators about the queries.
func runSqlc(t *testing.T, schema, queries string) []sqlcQuery {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("schema.sql", schema)
	write("queries.sql", queries)
	write("sqlc.yaml", `version: "2"
sql:
  - engine: postgresql
    schema: schema.sql
    queries: queries.sql
    gen:
      json: {out: out, filename: out.json}
`)
	cmd := exec.Command("go", "tool", "sqlc", "generate", "--no-remote", "-f", filepath.Join(dir, "sqlc.yaml"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("sqlc: %v\n%s", err, stderr.String())
	}
	data, err := os.ReadFile(filepath.Join(dir, "out", "out.json"))
	if err != nil {
		t.Fatal(err)
	}
	var out struct{ Queries []sqlcQuery }
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out.Queries
}
