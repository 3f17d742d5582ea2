package config

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/diag"
)

var update = flag.Bool("update", false, "rewrite the wanted diagnostics in testdata")

// folder makes a project folder with schema, queries, models and the given files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, sub := range []string{"schema", "queries", "models"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// letters prints diagnostics, one a line, with their fix and related places.
func letters(rep *diag.List) string {
	var b strings.Builder
	for _, d := range rep.Sorted() {
		fmt.Fprintf(&b, "%s: %s %s: %s\n", d.Pos, d.Severity, d.Code, d.Message)
		if d.Fix != "" {
			fmt.Fprintf(&b, "\tfix: %s\n", strings.ReplaceAll(d.Fix, "\n", "⏎"))
		}
		for _, rel := range d.Related {
			fmt.Fprintf(&b, "\t%s: %s\n", rel.Pos, rel.Message)
		}
	}
	return b.String()
}

// TestRefused loads each configuration of testdata/refused.txtar and compares
// what is said of it with the section of the same name that ends in .want.
func TestRefused(t *testing.T) {
	t.Parallel()
	const path = "testdata/refused.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[diag.Code]bool{}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		input, want := archive.Files[i], &archive.Files[i+1]
		if want.Name != input.Name+".want" {
			t.Fatalf("section %s is followed by %s", input.Name, want.Name)
		}
		dir := folder(t, map[string]string{"sqlc.yaml": string(input.Data)})
		rep := &diag.List{}
		if _, err := Load(dir, "", rep); err != nil {
			t.Errorf("%s: %v", input.Name, err)
		}
		if !rep.HasErrors() {
			t.Errorf("%s: nothing was refused", input.Name)
		}
		for _, d := range rep.Sorted() {
			codes[d.Code] = true
		}
		got := letters(rep)
		if *update {
			want.Data = []byte(got)
		} else if diff := cmp.Diff(string(want.Data), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", input.Name, diff)
		}
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// The codes that need other files have tests of their own.
	elsewhere := []diag.Code{diag.CodeConfigMissing, diag.CodeNoSQLFiles, diag.CodeNotUTF8}
	for _, info := range diag.Codes() {
		if strings.HasPrefix(string(info.Code), "TC0") && !codes[info.Code] && !contains(elsewhere, info.Code) {
			t.Errorf("no section of %s gets %s: %s", path, info.Code, info.Title)
		}
	}
}

func contains(codes []diag.Code, code diag.Code) bool {
	for _, c := range codes {
		if c == code {
			return true
		}
	}
	return false
}

const full = `version: 2
plugins:
  - {name: other, wasm: {url: "file://x", sha256: ab}}
  - name: tenantc
    process: {cmd: ./bin/tenantc, format: json}
    env: [PATH, HOME]
overrides:
  go:
    overrides: [{db_type: uuid, go_type: {import: github.com/google/uuid, type: UUID, pointer: false}}]
    rename: {spotify_url: SpotifyURL}
sql:
  - engine: mysql
    schema: elsewhere
    queries: elsewhere
    gen: {go: {package: db, out: db}}
  - engine: postgresql
    schema: schema/
    queries: [queries, "more/*.sql"]
    database: {managed: false, uri: "postgres://x"}
    strict_order_by: false
    analyzer: {database: only}
    codegen:
      - {plugin: other, out: py}
      - plugin: tenantc
        out: ./internal/gen/
        options:
          sql_package: pgx/v5
          query_parameter_limit: 3
          emit_json_tags: true
          initialisms: [id, url]
          rename: {spotify_url: SURL, a: B}
          overrides: [{column: users.role, go_type: example.com/app.Role, nullable: true}]
          models: models
          tenancy:
            isolation: row
            dimensions:
              - {name: organization, columns: [organization_id, org_id], root: organizations, type: OrgID}
              - {name: project, root: public.projects}
            tables:
              plans: {global: true}
              line_items: {via: order_id}
              parts: {via: [order_id, line_no]}
              stock: {columns: {project: w_id}}
              templates: {nulls: everybody, dimension: organization}
              audit.projects: {nulls: error}
              projects: {root: project}
            nulls: nobody
            unclassified: global
            trust:
              triggers: [set_updated_at]
              functions: [app.slugify]
              consistent: all
              migrations: [0042_cleanup.sql:8c1f03d2a9b4]
`

func TestLoad(t *testing.T) {
	t.Parallel()
	at := func(line, column int) diag.Pos { return diag.Pos{File: "sqlc.yml", Line: line, Column: column} }
	want := &Block{
		Pos: at(16, 5), OutPos: at(25, 14),
		Schema:   []string{"schema/"},
		Queries:  []string{"queries", "more/*.sql"},
		Out:      "internal/gen",
		Package:  "gen",
		Models:   "models",
		Database: map[string]any{"managed": false, "uri": "postgres://x"},
		Checks:   map[string]any{"strict_order_by": false, "analyzer": map[string]any{"database": "only"}},
		Go: GoOptions{
			SQLPackage: "pgx/v5", QueryParameterLimit: 3,
			Raw: map[string]any{
				"sql_package":           "pgx/v5",
				"query_parameter_limit": 3,
				"emit_json_tags":        true,
				"initialisms":           []any{"id", "url"},
				"rename":                map[string]any{"spotify_url": "SpotifyURL", "a": "B"},
				"overrides": []any{
					map[string]any{"db_type": "uuid", "go_type": map[string]any{"import": "github.com/google/uuid", "type": "UUID", "pointer": false}},
					map[string]any{"column": "users.role", "go_type": "example.com/app.Role", "nullable": true},
				},
			},
		},
		Tenancy: Tenancy{
			Dimensions: []Dimension{
				{Pos: at(37, 17), Name: "organization", Columns: []string{"organization_id", "org_id"}, Root: "organizations", Type: "OrgID"},
				{Pos: at(38, 17), Name: "project", Columns: []string{"project_id"}, Root: "public.projects"},
			},
			Tables: []Table{
				{Pos: at(40, 15), Name: "plans", Global: true},
				{Pos: at(41, 15), Name: "line_items", Via: []string{"order_id"}},
				{Pos: at(42, 15), Name: "parts", Via: []string{"order_id", "line_no"}},
				{Pos: at(43, 15), Name: "stock", Columns: map[string]string{"project": "w_id"}},
				{Pos: at(44, 15), Name: "templates", Dim: "organization", Nulls: NullsEverybody, HasNull: true},
				{Pos: at(45, 15), Name: "audit.projects", HasNull: true},
				{Pos: at(46, 15), Name: "projects", Root: "project"},
			},
			Nulls:              NullsNobody,
			UnclassifiedGlobal: true,
			Trust: Trust{
				Triggers:      []Named{{"set_updated_at", at(50, 26)}},
				Functions:     []Named{{"app.slugify", at(51, 27)}},
				AllConsistent: true,
				Migrations:    []Named{{"0042_cleanup.sql:8c1f03d2a9b4", at(53, 28)}},
			},
		},
	}
	for name, text := range map[string]string{"plain": full, "crlf and BOM": "\ufeff" + strings.ReplaceAll(full, "\n", "\r\n")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, map[string]string{"sqlc.yml": text})
			rep := &diag.List{}
			cfg, err := Load(dir, "", rep)
			if err != nil || rep.Len() > 0 {
				t.Fatalf("error %v, diagnostics:\n%s", err, letters(rep))
			}
			if cfg.File != "sqlc.yml" || cfg.Dir != dir || len(cfg.Blocks) != 1 {
				t.Fatalf("got file %q in %q with %d blocks", cfg.File, cfg.Dir, len(cfg.Blocks))
			}
			if diff := cmp.Diff(want, cfg.Blocks[0], cmpopts.IgnoreUnexported(Block{})); diff != "" {
				t.Errorf("block (-want +got):\n%s", diff)
			}
			options, err := cfg.Blocks[0].Options()
			if written, ok := options.(map[string]any); err != nil || !ok || len(written) != 8 || written["models"] != "models" || written["query_parameter_limit"] != 3 {
				t.Errorf("options as written: %v, error %v", options, err)
			}
		})
	}
}

// TestLoadDefaults reads the smallest configuration, once as YAML with anchors
// and once as JSON.
func TestLoadDefaults(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"sqlc.yaml": "version: \"2\"\n" +
			"plugins: [{name: tenantc, process: {cmd: tenantc, format: json}}]\n" +
			"sql:\n- engine: &e postgresql\n  schema: &s schema\n  queries: *s\n  codegen: [{plugin: tenantc, out: gen}]\n",
		"sqlc.json": "{\n\t\"version\": \"2\",\n\t\"plugins\": [{\"name\": \"tenantc\", \"process\": {\"cmd\": \"tenantc\", \"format\": \"json\"}}],\n" +
			"\t\"sql\": [{\"engine\": \"postgresql\", \"schema\": \"schema\", \"queries\": [\"schema\"],\n" +
			"\t\t\"codegen\": [{\"plugin\": \"tenantc\", \"out\": \"gen\", \"options\": {\"tenancy\": {}}}]}]\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rep := &diag.List{}
			cfg, err := Load(folder(t, map[string]string{name: text}), "", rep)
			if err != nil || rep.Len() > 0 {
				t.Fatalf("error %v, diagnostics:\n%s", err, letters(rep))
			}
			want := &Block{
				Schema: []string{"schema"}, Queries: []string{"schema"}, Out: "gen", Package: "gen",
				Go:      GoOptions{Raw: map[string]any{}, SQLPackage: "pgx/v5", QueryParameterLimit: -1},
				Tenancy: Tenancy{Dimensions: []Dimension{{Name: "tenant", Columns: []string{"tenant_id"}}}},
			}
			if diff := cmp.Diff(want, cfg.Blocks[0], cmpopts.IgnoreUnexported(Block{}), cmpopts.IgnoreTypes(diag.Pos{})); diff != "" {
				t.Errorf("block (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadMissing(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{
		"":         "sqlc.yaml: error TC0001: there is no sqlc.yaml, no sqlc.yml, no sqlc.json\n",
		"own.yaml": "own.yaml: error TC0001: there is no own.yaml\n",
	} {
		rep := &diag.List{}
		cfg, err := Load(t.TempDir(), file, rep)
		if err != nil || cfg == nil || letters(rep) != want {
			t.Errorf("Load(%q): config %v, error %v, diagnostics:\n%s", file, cfg, err, letters(rep))
		}
	}
}

func TestLoadNotText(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		"version: \"2\"\n# caf\xe9\n": "sqlc.yaml:2:6: error TC0014: the byte 0xE9 is not UTF-8\n\tfix: save the file as UTF-8\n",
		"\ufeffa\x00":                 "sqlc.yaml:1:2: error TC0014: a NUL byte stands here\n\tfix: save the file as UTF-8\n",
	} {
		rep := &diag.List{}
		if _, err := Load(folder(t, map[string]string{"sqlc.yaml": data}), "", rep); err != nil || letters(rep) != want {
			t.Errorf("Load of %q: error %v, diagnostics:\n%s", data, err, letters(rep))
		}
	}
}

// TestLoadWorld sees that what is no fault of the file is an error.
func TestLoadWorld(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "sqlc.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Load(dir, "", &diag.List{})
	if err == nil || !strings.HasPrefix(err.Error(), "load configuration: ") {
		t.Errorf("a folder in place of the file: error %v", err)
	}
}

// TestOptionKeys sees that every key that may be written is read.
func TestOptionKeys(t *testing.T) {
	t.Parallel()
	for _, key := range optionKeys {
		if _, ok := goOption(key); !ok && key != "models" && key != "tenancy" {
			t.Errorf("nobody reads the option %s", key)
		}
	}
	for _, key := range []string{"out", "models", "tenancy", "emit_everything"} {
		if _, ok := goOption(key); ok {
			t.Errorf("%s passes as an option of sqlc", key)
		}
	}
}
