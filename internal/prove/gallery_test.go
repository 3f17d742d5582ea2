package prove_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/gallery"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGallery asks of each leak that it is refused, or found in the schema, and
// of each tight twin on the list that it is accepted without a schema error.
func TestGallery(t *testing.T) {
	files, err := gallery.Load("testdata/leaks/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 84 {
		t.Fatalf("the gallery has %d families, want 84 or more", len(files))
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
	for _, f := range files {
		proofs, rep := proveSide(&f.Leak)
		if len(proofs) != len(f.Leak.Queries) {
			t.Errorf("%s: %d leaks were read, want %d", f.Name, len(proofs), len(f.Leak.Queries))
		}
		for _, p := range proofs {
			leaks++
			if why := notRefused(f, p, rep); why != "" {
				t.Errorf("%s/%s %s\n%s", f.Name, p.Stmt.Name, why, p.Stmt.Text)
			}
		}
		proofs, rep = proveSide(&f.Tight)
		if len(proofs) != len(f.Tight.Queries) {
			t.Errorf("%s: %d tight queries were read, want %d", f.Name, len(proofs), len(f.Tight.Queries))
		}
		for _, p := range proofs {
			tights++
			name := f.Name + "/" + p.Stmt.Name
			why := notTight(f, p, rep)
			switch {
			case why == "" && !listed[name] && *update:
				accepted = append(accepted, name)
			case why == "" && !listed[name]:
				t.Errorf("%s is accepted now: put it on %s", name, list)
			case why != "" && listed[name]:
				t.Errorf("%s was accepted once: %s\n%s", name, why, p.Stmt.Text)
			case why != "":
				t.Logf("not yet: %s: %s\n%s", name, why, p.Stmt.Text)
			}
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
