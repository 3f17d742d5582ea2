package generator

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/diag"
)

// TestBaseline asks that known findings are counted, that a new one and a
// changed query fail, and that a line which nothing answers to fails too.
func TestBaseline(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	const open = "-- name: Open :many\nselect id from notes;\n"
	write("sqlc.yaml", "version: \"2\"\nsql:\n  - {engine: postgresql, schema: s.sql, queries: q.sql, codegen: [{plugin: tenantc, out: gen}]}\nplugins: [{name: tenantc, process: {cmd: tenantc, format: json}}]\n")
	write("s.sql", "create table tenants (id uuid primary key);\ncreate table notes (tenant_id uuid not null, id uuid primary key default gen_random_uuid(), t uuid);\n")
	write("q.sql", open)

	check := func(update bool) *Result {
		t.Helper()
		res, err := Check(context.Background(), Config{Dir: dir, Baseline: "known", UpdateBaseline: update})
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	codes := func(res *Result) string {
		var out []string
		for _, d := range res.findings {
			if d.Severity == diag.Error {
				out = append(out, string(d.Code))
			}
		}
		return strings.Join(out, " ")
	}
	if _, err := Check(context.Background(), Config{Dir: dir, Baseline: "known"}); err == nil || !strings.Contains(err.Error(), "-update makes it") {
		t.Errorf("without a baseline: %v", err)
	}
	if res := check(true); res.Failed() || res.Known != 1 {
		t.Errorf("after -update: %s, %d known", codes(res), res.Known)
	}
	first, err := os.ReadFile(filepath.Join(dir, "known"))
	if err != nil || !strings.Contains(string(first), "\nTC4101 Open ") {
		t.Fatalf("the baseline is %q: %v", first, err)
	}

	write("q.sql", "-- a line above\n\n"+strings.Replace(open, "select id", "select  id", 1))
	if res := check(false); res.Failed() || res.Known != 1 {
		t.Errorf("moved and spaced: %s, %d known", codes(res), res.Known)
	}
	write("q.sql", open+"-- name: Other :many\nselect t from notes;\n")
	if res := check(false); codes(res) != "TC4101" || res.Known != 1 {
		t.Errorf("one more query: %s, %d known", codes(res), res.Known)
	}
	write("q.sql", strings.Replace(open, "select id", "select t", 1))
	if res := check(false); codes(res) != "TC5905 TC4101" || res.Known != 0 {
		t.Errorf("a changed query: %s, %d known", codes(res), res.Known)
	}
	write("q.sql", "-- name: Open :many\nselect id from notes where tenant_id = @tenant_id;\n")
	if res := check(false); codes(res) != "TC5905" {
		t.Errorf("a mended query: %s", codes(res))
	}
	if res := check(true); res.Failed() {
		t.Errorf("a mended query after -update: %s", codes(res))
	}
	write("q.sql", open)
	if res := check(false); codes(res) != "TC4101" {
		t.Errorf("the leak is back: %s", codes(res))
	}
	write("known", "TC4101 Open\n")
	if _, err := Check(context.Background(), Config{Dir: dir, Baseline: "known"}); err == nil || !strings.Contains(err.Error(), "known:1") {
		t.Errorf("a broken baseline: %v", err)
	}
}
