package config

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tenantc/tenantc/internal/diag"
)

// entry is a configuration whose schema and queries are the given YAML, at
// 5:13 and 6:14.
func entry(schema, queries string) string {
	return "version: \"2\"\nplugins: [{name: tenantc, process: {cmd: tenantc, format: json}}]\nsql:\n" +
		"  - engine: postgresql\n    schema: " + schema + "\n    queries: " + queries + "\n" +
		"    codegen: [{plugin: tenantc, out: gen}]\n"
}

// load reads the only block of sqlc.yaml in dir.
func load(t *testing.T, dir string) *Block {
	t.Helper()
	rep := &diag.List{}
	cfg, err := Load(dir, "", rep)
	if err != nil || rep.Len() > 0 || len(cfg.Blocks) != 1 {
		t.Fatalf("error %v, diagnostics:\n%s", err, letters(rep))
	}
	return cfg.Blocks[0]
}

func TestFiles(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"schema/2_b.sql":           "b",
		"schema/10_a.sql":          "\ufeffa\r\n",
		"schema/10_a.down.sql":     "down",
		"schema/.hidden.sql":       "hidden",
		"schema/readme.md":         "\xff",
		"schema/sub/deeper.sql":    "deeper",
		"schema/folder.sql/in.sql": "in a folder with an ending",
		"more/x/1.sql":             "x1",
		"more/y/2.sql":             "y2",
		"more/plain.txt":           "text",
		"queries/users.down.sql":   "down",
		"queries/users.SQL":        "upper case",
	}
	for _, tc := range []struct {
		name, yaml string
		schema     bool
		want       []File
	}{
		{"a folder, one level deep", "schema", true, []File{{"schema/10_a.sql", "a\r\n"}, {"schema/2_b.sql", "b"}}},
		{"in the order of the list, each once", "[schema/2_b.sql, ./schema, \"schema/*.sql\"]", true,
			[]File{{"schema/2_b.sql", "b"}, {"schema/10_a.sql", "a\r\n"}, {"schema/folder.sql/in.sql", "in a folder with an ending"}}},
		{"a pattern over folders", "more/*", true, []File{{"more/x/1.sql", "x1"}, {"more/y/2.sql", "y2"}}},
		{"a pattern with a class", "\"more/[xz]/?.sql\"", true, []File{{"more/x/1.sql", "x1"}}},
		{"queries keep .down.sql", "queries", false, []File{{"queries/users.down.sql", "down"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			files := maps.Clone(files)
			files["sqlc.yaml"] = entry(tc.yaml, "queries")
			if !tc.schema {
				files["sqlc.yaml"] = entry("schema", tc.yaml)
			}
			dir := folder(t, files)
			b := load(t, dir)
			read := b.SchemaFiles
			if !tc.schema {
				read = b.QueryFiles
			}
			rep := &diag.List{}
			got, err := read(dir, rep)
			if err != nil || rep.Len() > 0 {
				t.Fatalf("error %v, diagnostics:\n%s", err, letters(rep))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestFilesAbove reads what lies above the configuration, from a folder whose
// own name looks like a pattern.
func TestFilesAbove(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"db[1]/sqlc.yaml": entry("../schema", "\"../../*/queries/u*.sql\""),
		"schema/1.sql":    "one",
	})
	if err := os.WriteFile(filepath.Join(dir, "queries", "users.sql"), []byte("users"), 0o644); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "db[1]")
	b := load(t, dir)
	rep := &diag.List{}
	schema, err := b.SchemaFiles(dir, rep)
	if err != nil {
		t.Fatal(err)
	}
	queries, err := b.QueryFiles(dir, rep)
	if err != nil || rep.Len() > 0 {
		t.Fatalf("error %v, diagnostics:\n%s", err, letters(rep))
	}
	if diff := cmp.Diff([]File{{"../schema/1.sql", "one"}}, schema); diff != "" {
		t.Errorf("schema (-want +got):\n%s", diff)
	}
	want := "../../" + filepath.Base(filepath.Dir(dir)) + "/queries/users.sql"
	if len(queries) != 1 || queries[0] != (File{want, "users"}) {
		t.Errorf("queries: got %v, want %s", queries, want)
	}
}

func TestFilesRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ schema, want string }{
		"missing folder":        {"shema", "sqlc.yaml:5:13: error TC0012: schema names shema, which does not exist\n"},
		"missing in a list":     {"[schema/ok.sql, no.sql]", "sqlc.yaml:5:29: error TC0012: schema names no.sql, which does not exist\n"},
		"pattern for nothing":   {"\"x*.sql\"", "sqlc.yaml:5:13: error TC0012: the pattern x*.sql of schema matches nothing\n"},
		"malformed pattern":     {"\"schema/[.sql\"", "sqlc.yaml:5:13: error TC0011: the pattern schema/[.sql of schema is malformed\n"},
		"folder without files":  {"models", "sqlc.yaml:5:13: error TC0013: schema has no .sql file\n"},
		"file of another kind":  {"[schema, sqlc.yaml]", "sqlc.yaml:5:22: error TC0013: schema names sqlc.yaml, which does not end in .sql\n"},
		"only down files":       {"down", "sqlc.yaml:5:13: error TC0013: schema has no .sql file\n"},
		"not UTF-8":             {"bad", "bad/bad.sql:2:5: error TC0014: the byte 0xFC is not UTF-8\n\tfix: save the file as UTF-8\n"},
		"not UTF-8 after a BOM": {"bom", "bom/bom.sql:1:3: error TC0014: the byte 0xFF is not UTF-8\n\tfix: save the file as UTF-8\n"},
		"UTF-16":                {"wide", "wide/wide.sql:1:1: error TC0014: the byte 0xFF is not UTF-8\n\tfix: save the file as UTF-8\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{
				"sqlc.yaml":         entry(tc.schema, "queries"),
				"schema/ok.sql":     "ok",
				"down/1.down.sql":   "down",
				"bad/bad.sql":       "é\r\nf é\xfc",
				"bom/bom.sql":       "\ufeffab\xff",
				"wide/wide.sql":     "\xff\xfea\x00",
				"queries/empty.sql": "",
			})
			rep := &diag.List{}
			if _, err := load(t, dir).SchemaFiles(dir, rep); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, letters(rep)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestFilesWorld sees that what is no fault of the configuration is an error
// that names the act: here a link that leads to itself.
func TestFilesWorld(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string]string{
		"loop":       "list schema loop: ",
		"\"loop/*\"": "list schema loop/*: ",
		"schema":     "read schema: ",
	} {
		dir := folder(t, map[string]string{"sqlc.yaml": entry(yaml, "queries")})
		for _, link := range []string{"loop", "schema/loop.sql"} {
			if err := os.Symlink(filepath.Base(link), filepath.Join(dir, filepath.FromSlash(link))); err != nil {
				t.Fatal(err)
			}
		}
		_, err := load(t, dir).SchemaFiles(dir, &diag.List{})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("schema %s: error %v, want %s…", yaml, err, want)
		}
	}
}
