package catalog_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/model"
)

var update = flag.Bool("update", false, "rewrite the wanted output of txtar cases")

// TestCases builds each case of testdata/cases: files named *.sql are the
// schema in order, sqlc.yaml holds a tenancy declaration, *.go the models. The
// file dump is the wanted catalog, and diagnostics the wanted findings; a case
// without diagnostics has none.
func TestCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/cases/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{}
			var kept []txtar.File
			for _, f := range archive.Files {
				switch f.Name {
				case "dump", "diagnostics":
					want[f.Name] = string(f.Data)
				default:
					kept = append(kept, f)
				}
			}
			rep := &diag.List{}
			cat := catalog.Build(input(t, kept, rep), rep)
			got := map[string]string{}
			if s := letters(rep); s != "" {
				got["diagnostics"] = s
			}
			if _, ok := want["dump"]; ok || !rep.HasErrors() {
				var dump strings.Builder
				cat.Dump(&dump)
				got["dump"] = dump.String()
			}
			if *update {
				archive.Files = kept
				for _, name := range []string{"dump", "diagnostics"} {
					if got[name] != "" {
						archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(got[name])})
					}
				}
				if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("want (-) and got (+) differ:\n%s", diff)
			}
		})
	}
}

// input makes Build's input of a case's files.
func input(t *testing.T, files []txtar.File, rep *diag.List) catalog.Input {
	t.Helper()
	var in catalog.Input
	dir := t.TempDir()
	goFiles := false
	for _, f := range files {
		switch filepath.Ext(f.Name) {
		case ".sql":
			in.Files = append(in.Files, config.File{Name: f.Name, Text: string(f.Data)})
		case ".yaml":
			in.Tenancy = tenancy(t, string(f.Data))
		case ".go":
			goFiles = true
			if err := os.MkdirAll(filepath.Join(dir, "models"), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "models", f.Name), f.Data, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	if goFiles {
		pkg, err := model.Load(dir, "models", rep)
		if err != nil {
			t.Fatal(err)
		}
		in.Models = pkg
	}
	return in
}

// tenancy reads a tenancy section by way of a whole sqlc.yaml.
func tenancy(t *testing.T, section string) config.Tenancy {
	t.Helper()
	dir := t.TempDir()
	text := "version: \"2\"\nsql:\n  - engine: postgresql\n    schema: schema\n    queries: queries\n    codegen:\n      - plugin: tenantc\n        out: gen\n        options:\n          sql_package: pgx/v5\n          tenancy:\n"
	for line := range strings.Lines(section) {
		text += "            " + line
	}
	text += "\nplugins:\n  - name: tenantc\n    process: {cmd: tenantc, format: json}\n"
	if err := os.WriteFile(filepath.Join(dir, "sqlc.yaml"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	rep := &diag.List{}
	cfg, err := config.Load(dir, "", rep)
	if err != nil || rep.HasErrors() || len(cfg.Blocks) != 1 {
		t.Fatalf("sqlc.yaml: %v, %v", err, rep.Sorted())
	}
	return cfg.Blocks[0].Tenancy
}

// letters prints diagnostics one after the other, related places below.
func letters(rep *diag.List) string {
	var b strings.Builder
	for _, d := range rep.Sorted() {
		fmt.Fprintf(&b, "%s: %s %s: %s\n", d.Pos, d.Severity, d.Code, d.Message)
		if d.Why != "" {
			fmt.Fprintf(&b, "  why: %s\n", d.Why)
		}
		if d.Fix != "" {
			fmt.Fprintf(&b, "  fix: %s\n", d.Fix)
		}
		for _, r := range d.Related {
			fmt.Fprintf(&b, "  see %s: %s\n", r.Pos, r.Message)
		}
	}
	return b.String()
}
