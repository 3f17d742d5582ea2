package plan_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/emit"
	"github.com/tenantc/tenantc/internal/model"
	"github.com/tenantc/tenantc/internal/plan"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

var update = flag.Bool("update", false, "rewrite the want files")

// defaultConfig is the sqlc.yaml of a case that brings none.
const defaultConfig = `version: "2"
sql:
  - engine: postgresql
    schema: schema
    queries: queries
    codegen:
      - plugin: tenantc
        out: gen
        options: {package: gen, sql_package: pgx/v5, models: models}
plugins:
  - name: tenantc
    process: {cmd: tenantc, format: json}
    env: [PATH, HOME]
`

// project is a case with everything up to its plan.
type project struct {
	in    inputs
	rep   diag.List
	plan  *plan.Plan
	files map[string][]byte
}

// load writes the inputs of a case to a folder and makes its plan.
func load(t *testing.T, archive *txtar.Archive) *project {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.com/app\n")
	write("sqlc.yaml", defaultConfig)
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, "want/") {
			write(f.Name, string(f.Data))
		}
	}
	p := &project{}
	rep := &p.rep
	stop := func(what string) {
		t.Helper()
		if rep.HasErrors() {
			t.Fatalf("%s: %s", what, print(rep))
		}
	}
	cfg, err := config.Load(dir, "", rep)
	if err != nil {
		t.Fatal(err)
	}
	stop("config")
	block := cfg.Blocks[0]
	schema, err := block.SchemaFiles(dir, rep)
	if err != nil {
		t.Fatal(err)
	}
	queries, err := block.QueryFiles(dir, rep)
	if err != nil {
		t.Fatal(err)
	}
	p.in.Input = plan.Input{Block: block, ImportPath: "example.com/app/" + block.Out}
	if block.Models != "" {
		if p.in.Models, err = model.Load(dir, block.Models, rep); err != nil {
			t.Fatal(err)
		}
		stop("models")
	}
	p.in.Catalog = catalog.Build(catalog.Input{Files: schema, Tenancy: block.Tenancy, Models: p.in.Models}, rep)
	stop("schema")
	var stmts []*query.Stmt
	for _, f := range queries {
		stmts = append(stmts, query.Parse(f.Name, f.Text, p.in.Catalog, rep)...)
	}
	p.in.Proofs = prove.All(p.in.Catalog, stmts, rep)
	stop("proofs")
	run := sqlcrun.Input{
		Env: os.Environ(), Schema: schema, Queries: queries, Options: block.Go.Raw, Structs: plan.Structs(p.in.Catalog, p.in.Models),
	}
	if p.in.Compiled, err = sqlcrun.Run(t.Context(), run, rep); err != nil {
		t.Fatal(err)
	}
	if p.in.Compiled != nil {
		t.Cleanup(p.in.Compiled.Close)
	}
	stop("sqlc")
	p.plan = p.in.makePlan(rep)
	if (p.plan == nil) != rep.HasErrors() {
		t.Fatalf("plan = %v with %s", p.plan, print(rep))
	}
	if p.plan != nil {
		if p.files, err = emit.Render(p.plan); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// inputs is all that a plan is made of.
type inputs struct {
	plan.Input
	Proofs   []*prove.Proof
	Compiled *sqlcrun.Compiled
}

func (in inputs) makePlan(rep *diag.List) *plan.Plan {
	d := plan.Begin(in.Input)
	d.Add(in.Proofs...)
	if err := d.Rehearse(nil); err != nil {
		panic(err)
	}
	out, err := d.Finish(in.Compiled, rep, nil)
	if err != nil {
		panic(err)
	}
	return out
}

// printed returns the files as they come out when what can be printed ahead is.
func (in inputs) printed(t *testing.T) map[string][]byte {
	t.Helper()
	spool, err := os.Create(filepath.Join(t.TempDir(), "spool"))
	if err != nil {
		t.Fatal(err)
	}
	defer spool.Close()
	p, err := emit.NewPrinter(spool)
	if err != nil {
		t.Fatal(err)
	}
	d := plan.Begin(in.Input)
	d.Add(in.Proofs...)
	if err := d.Rehearse(p.Ahead); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	out, err := d.Finish(in.Compiled, &diag.List{}, p.Ahead)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Files(out) {
		var b bytes.Buffer
		if err := f.Print(&b); err != nil {
			t.Fatal(err)
		}
		files[f.Path] = b.Bytes()
	}
	return files
}

// print returns the diagnostics one a line.
func print(rep *diag.List) string {
	var b strings.Builder
	for _, d := range rep.Sorted() {
		fmt.Fprintf(&b, "%s: %s %s: %s\n", d.Pos, d.Severity, d.Code, d.Message)
		if d.Fix != "" {
			fmt.Fprintf(&b, "\tfix: %s\n", strings.ReplaceAll(d.Fix, "\n", "\n\t     "))
		}
	}
	return b.String()
}

// TestGolden compares what is emitted for each case with the files below want/,
// and type-checks it.
func TestGolden(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			p := load(t, archive)
			got := map[string][]byte{}
			for path, text := range p.files {
				got["want/"+path] = text
			}
			if s := print(&p.rep); s != "" {
				got["want/diagnostics"] = []byte(s)
			}
			if *update {
				rewrite(t, name, archive, got)
			}
			want := map[string][]byte{}
			for _, f := range archive.Files {
				if strings.HasPrefix(f.Name, "want/") {
					want[f.Name] = f.Data
				}
			}
			if diff := cmp.Diff(want, got, cmp.Transformer("text", func(b []byte) string { return string(b) })); diff != "" && !*update {
				t.Errorf("emitted files (-want +got):\n%s", diff)
			}
			if p.plan != nil {
				checkEmitted(t, p, archive)
			}
		})
	}
}

// rewrite replaces the want files of a case.
func rewrite(t *testing.T, name string, archive *txtar.Archive, got map[string][]byte) {
	t.Helper()
	out := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		if !strings.HasPrefix(f.Name, "want/") {
			out.Files = append(out.Files, f)
		}
	}
	var paths []string
	for path := range got {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		out.Files = append(out.Files, txtar.File{Name: path, Data: got[path]})
	}
	if err := os.WriteFile(name, txtar.Format(out), 0o644); err != nil {
		t.Fatal(err)
	}
	archive.Files = out.Files
}

// TestAhead: what is printed ahead of sqlc's end is what would be printed after.
func TestAhead(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no cases", err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			whole := load(t, archive)
			if whole.plan == nil {
				return // there are findings of severity error, and no files
			}
			if diff := cmp.Diff(whole.files, whole.in.printed(t), cmp.Comparer(bytes.Equal)); diff != "" {
				t.Errorf("printed ahead (+), the files differ:\n%s", diff)
			}
		})
	}
}

// TestDeterministic: the same inputs give the same bytes.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/crud.txtar")
	if err != nil {
		t.Fatal(err)
	}
	first := load(t, archive)
	for range 5 {
		again, err := emit.Render(first.in.makePlan(&diag.List{}))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.files, again, cmp.Comparer(bytes.Equal)); diff != "" {
			t.Fatalf("a second run differs:\n%s", diff)
		}
	}
}
