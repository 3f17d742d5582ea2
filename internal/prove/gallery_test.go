package prove_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// section returns the text of one section of a txtar file, or "".
func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// tenancyOf reads the `-- tenancy:` lines of a gallery schema. Without them
// `tenants` is the root and a table with tenant_id is direct.
func tenancyOf(t *testing.T, schema string) config.Tenancy {
	t.Helper()
	ten := config.Tenancy{Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}}}}
	for line := range strings.Lines(schema) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "-- tenancy:")
		if !ok {
			continue
		}
		words := strings.Fields(rest)
		table := config.Table{Name: words[0]}
		switch words[1] {
		case "undeclared", "root":
			continue // nothing is declared, or what is the default already
		case "global":
			table.Global = true
		case "direct":
			table.Columns = map[string]string{"tenant": strings.Trim(words[2], `"`)}
		case "derived":
			table.Via = words[3:]
		default:
			t.Fatalf("unknown tenancy %q", line)
		}
		ten.Tables = append(ten.Tables, table)
	}
	return ten
}

// run proves the queries of a gallery section under a schema.
func run(t *testing.T, schema, queries string) ([]*prove.Proof, *diag.List) {
	t.Helper()
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files:   []config.File{{Name: "schema.sql", Text: schema}},
		Tenancy: tenancyOf(t, schema),
	}, &rep)
	stmts := query.Parse("queries.sql", queries, cat, &rep)
	return prove.All(cat, stmts, &rep), &rep
}

// wants reads the want section: name → words.
func wants(a *txtar.Archive) map[string][]string {
	out := map[string][]string{}
	for line := range strings.Lines(section(a, "want")) {
		if w := strings.Fields(line); len(w) >= 2 {
			out[w[0]] = w[1:]
		}
	}
	return out
}

// TestGallery asks of each leak that it is refused, or found in the schema, and
// of each tight twin on the list that it is accepted without a schema error.
func TestGallery(t *testing.T) {
	files, err := filepath.Glob("testdata/leaks/*.txtar")
	if err != nil || len(files) < 84 {
		t.Fatalf("the gallery has %d families, want 84 or more: %v", len(files), err)
	}
	const list = "testdata/accepted.txt"
	listed := map[string]bool{}
	data, err := os.ReadFile(list)
	if err != nil && !*update {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(string(data)) {
		listed[name] = true
	}
	accepted := slices.Sorted(func(yield func(string) bool) {
		for n := range listed {
			if !yield(n) {
				return
			}
		}
	})
	leaks, tights := 0, 0
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		stem := strings.TrimSuffix(filepath.Base(file), ".txtar")
		want := wants(a)

		proofs, rep := run(t, section(a, "schema.sql"), section(a, "leak.sql"))
		for _, p := range proofs {
			leaks++
			w := want[p.Stmt.Name]
			if len(w) == 0 {
				t.Errorf("%s: %s has no line in want", stem, p.Stmt.Name)
				continue
			}
			delete(want, p.Stmt.Name)
			switch {
			case w[0] == "refused" && p.Verdict != prove.Refused:
				t.Errorf("%s: the leak %s is %s, want it refused for %s\n%s", stem, p.Stmt.Name, p.Verdict, w[1], p.Stmt.Text)
			case w[0] == "refused" && len(p.Findings) == 0:
				t.Errorf("%s: the leak %s is refused without a word", stem, p.Stmt.Name)
			case w[0] == "schema" && p.Verdict != prove.Refused && !schemaFinding(rep, p, w[1]):
				t.Errorf("%s: the leak %s is %s, and no schema finding says %s\n%v", stem, p.Stmt.Name, p.Verdict, w[1], rep.Sorted())
			}
		}

		schema := section(a, "schema_fixed.sql")
		if schema == "" {
			schema = section(a, "schema.sql")
		}
		proofs, rep = run(t, schema, section(a, "tight.sql"))
		for _, p := range proofs {
			tights++
			name := stem + "/" + p.Stmt.Name
			if w := want[p.Stmt.Name]; len(w) == 0 || w[0] != "confined" {
				t.Errorf("%s is not confined in want", name)
			}
			delete(want, p.Stmt.Name)
			ok := (p.Verdict == prove.Confined || p.Verdict == prove.Global) && !p.Open()
			switch {
			case ok && !listed[name] && *update:
				accepted = append(accepted, name)
			case ok && !listed[name]:
				t.Errorf("%s is accepted now: put it on %s", name, list)
			case !ok && listed[name]:
				t.Errorf("%s was accepted once, and is %s\n%s\n%v\n%v", name, p.Verdict, p.Stmt.Text, p.Findings, p.Assumes)
			case !ok:
				t.Logf("not yet: %s: %s\n%v", name, p.Stmt.Text, p.Findings)
			}
			if ok && rep.HasErrors() {
				for _, d := range rep.Sorted() {
					if d.Severity == diag.Error && d.Code[:3] == "TC2" && mentions(d.Message, p.Stmt) {
						t.Errorf("%s: its schema has an error: %s %s", name, d.Code, d.Message)
					}
				}
			}
		}
		for name := range want {
			t.Errorf("%s: %s is in want and nowhere else", stem, name)
		}
	}
	t.Logf("%d leaks, %d of %d tight twins accepted", leaks, len(accepted), tights)
	if *update {
		slices.Sort(accepted)
		if err := os.WriteFile(list, []byte(strings.Join(accepted, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// mentions reports whether a message names a relation of the statement.
func mentions(message string, s *query.Stmt) bool {
	return slices.ContainsFunc(s.RTEs, func(r *query.RTE) bool {
		return r.Relation != nil && strings.Contains(" "+strings.ReplaceAll(message, ".", " ")+" ", " "+r.Relation.Name+" ")
	})
}

// schemaFinding reports whether the run says of the schema what the gallery
// wants: an error that stops it, or for existence-oracle a warning.
func schemaFinding(rep *diag.List, p *prove.Proof, what string) bool {
	for _, d := range rep.Sorted() {
		if d.Code[:3] != "TC2" {
			continue
		}
		if what == "existence-oracle" {
			if d.Code == diag.CodeExistenceOracle {
				return true
			}
		} else if d.Severity == diag.Error && p.Open() {
			return true
		}
	}
	return false
}
