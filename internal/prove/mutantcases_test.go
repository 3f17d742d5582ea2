//go:build mutants

package prove_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/gallery"
	"github.com/tenantc/tenantc/internal/mutants/on"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// mutantCase is a schema with queries of which it is known what is to come out.
type mutantCase struct {
	name  string
	build func(*diag.List) *catalog.Catalog
	text  string
	// wrong says of a proof what is not as it should be, or "".
	wrong func(*prove.Proof, *diag.List) string

	cat      *catalog.Catalog
	found    *diag.List
	building []on.Site // what was seen while the catalog was built
	proving  []on.Site // and after
	steps    int       // evaluations of conditions without any mutant
	known    string    // what is wrong without any mutant
}

// mutantCases are the case files, a side each, and the tables of other tests.
func mutantCases(t *testing.T, sites int) []*mutantCase {
	var out []*mutantCase
	for _, pattern := range []string{"testdata/*.txtar", "testdata/leaks/*.txtar"} {
		files, err := gallery.Load(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			for _, side := range []struct {
				name  string
				side  *gallery.Side
				wrong func(*gallery.File, *prove.Proof, *diag.List) string
			}{{"leak", &f.Leak, notRefused}, {"tight", &f.Tight, notTight}} {
				out = append(out, &mutantCase{
					name: f.Name + " " + side.name, text: side.side.SQL, build: building(side.side.Schema, side.side.Tenancy),
					wrong: func(p *prove.Proof, rep *diag.List) string { return side.wrong(f, p, rep) },
				})
			}
		}
	}
	for _, c := range dimensionCases {
		out = append(out, &mutantCase{
			name: "dimension: " + c.name, text: c.text(), build: building(dimensionSchema, dimensionTenancy),
			wrong: func(p *prove.Proof, _ *diag.List) string { return c.wrong(p) },
		})
	}
	for _, c := range existenceCases {
		out = append(out, &mutantCase{
			name: "existence: " + c.name, text: c.text(), build: building(existenceSchema, tenantTenancy),
			wrong: func(p *prove.Proof, _ *diag.List) string { return c.wrong(p) },
		})
	}
	for _, c := range out {
		on.Unset()
		c.building = on.Watch(sites)
		c.found = &diag.List{}
		c.cat = c.build(c.found)
		c.proving = on.Watch(sites)
		c.known = c.run(false)
		c.steps = on.Unset()
	}
	on.Watch(0)
	return out
}

func building(schema string, tenancy config.Tenancy) func(*diag.List) *catalog.Catalog {
	return func(rep *diag.List) *catalog.Catalog {
		return catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: schema}}, Tenancy: tenancy}, rep)
	}
}

// run proves the queries of the case and says which of them are wrong. The
// catalog is built anew where the mutant that is on has a say in it.
func (c *mutantCase) run(rebuild bool) (wrong string) {
	defer func() {
		if r := recover(); r != nil {
			wrong = fmt.Sprintf("panic: %v", r)
		}
	}()
	cat, rep := c.cat, &diag.List{}
	if rebuild {
		cat = c.build(rep)
	} else {
		for _, d := range c.found.Sorted() {
			rep.Add(d)
		}
	}
	for _, p := range prove.All(cat, query.Parse("queries.sql", c.text, cat, rep), rep) {
		if why := c.wrong(p, rep); why != "" {
			wrong += p.Stmt.Name + " " + why + "\n"
		}
	}
	return wrong
}

// mutantList is testdata/mutants.txt: a line is
//
//	words FUNC: why        its conditions choose the words of a refusal only
//	MUTANT -- why          nobody can notice it
type mutantList map[string]*mutantLine

type mutantLine struct {
	words bool
	used  bool
}

func readMutants(t *testing.T) mutantList {
	data, err := os.ReadFile("testdata/mutants.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := mutantList{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, why, ok := strings.Cut(line, " -- ")
		rest, words := strings.CutPrefix(name, "words ")
		if !ok || strings.TrimSpace(why) == "" || out[rest] != nil {
			t.Fatalf("testdata/mutants.txt: no reason is given, or it stands twice: %s", line)
		}
		out[rest] = &mutantLine{words: words}
	}
	return out
}

// word reports whether a function chooses words only.
func (l mutantList) word(function string) bool {
	if m := l[function]; m != nil && m.words {
		m.used = true
		return true
	}
	return false
}

// same reports whether a mutant that nobody notices is on the list.
func (l mutantList) same(name string) bool {
	if m := l[name]; m != nil && !m.words {
		m.used = true
		return true
	}
	return false
}

// unused complains of lines that are about nothing, or about a mutant that is noticed.
func (l mutantList) unused(t *testing.T) {
	for name, m := range l {
		if !m.used {
			t.Errorf("testdata/mutants.txt: %s is noticed, or is gone", name)
		}
	}
}
