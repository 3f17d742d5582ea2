package query_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden reads the queries of each chapter and compares what was made of
// them with the section want: the findings about the file, then every
// statement as Dump prints it.
func TestGolden(t *testing.T) {
	t.Parallel()
	shared := sharedSchema(t)
	for _, name := range glob(t, "testdata/golden/*.txtar") {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			schema := shared
			var out strings.Builder
			kept := a.Files[:0]
			want := ""
			for _, f := range a.Files {
				switch {
				case f.Name == "want":
					want = string(f.Data)
					continue
				case f.Name == "schema.sql":
					schema = string(f.Data)
				case strings.HasSuffix(f.Name, ".sql"):
					readFile(t, &out, f.Name, string(f.Data), schema)
				default:
					t.Fatalf("unknown section %s", f.Name)
				}
				kept = append(kept, f)
			}
			if *update {
				a.Files = append(kept, txtar.File{Name: "want", Data: []byte(out.String())})
				if err := os.WriteFile(name, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, out.String()); diff != "" {
				t.Errorf("(-want +got, -update rewrites)\n%s", diff)
			}
		})
	}
}

func readFile(t *testing.T, out *strings.Builder, name, text, schema string) {
	var rep diag.List
	stmts := query.Parse(name, text, build(t, schema), &rep)
	for _, d := range rep.Sorted() {
		fmt.Fprintf(out, "%s: %s %s: %s\n", d.Pos, d.Severity, d.Code, d.Message)
		if d.Why != "" {
			fmt.Fprintf(out, "  why %s\n", d.Why)
		}
		if d.Fix != "" {
			fmt.Fprintf(out, "  fix %s\n", d.Fix)
		}
		for _, r := range d.Related {
			fmt.Fprintf(out, "  see %s %s\n", r.Pos, r.Message)
		}
	}
	for _, st := range stmts {
		if err := query.Dump(out, st); err != nil {
			t.Fatal(err)
		}
	}
}
