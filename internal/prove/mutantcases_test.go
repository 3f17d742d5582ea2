//go:build mutants

package prove_test

import (
	"fmt"
	"os"
	"slices"
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
	stmts    []*query.Stmt
	found    *diag.List // of building and reading
	building []on.Site  // what was seen while the catalog was built
	proving  []on.Site  // and after
	steps    int        // evaluations of conditions without any mutant
	known    string     // what is wrong without any mutant
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
	for _, f := range cautiousFiles(t) {
		out = append(out, &mutantCase{
			name: "cautious " + f.name, text: f.queries, build: building(f.schema, f.tenancy),
			wrong: func(p *prove.Proof, _ *diag.List) string { return f.wrong(p) },
		})
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
		c.stmts = query.Parse("queries.sql", c.text, c.cat, c.found)
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
	cat, stmts, rep := c.cat, c.stmts, &diag.List{}
	if rebuild {
		cat = c.build(rep)
		stmts = query.Parse("queries.sql", c.text, cat, rep)
	} else {
		for _, d := range c.found.Sorted() {
			rep.Add(d)
		}
	}
	for _, p := range prove.All(cat, stmts, rep) {
		if why := c.wrong(p, rep); why != "" {
			wrong += p.Stmt.Name + " " + why + "\n"
		}
	}
	return wrong
}

// mutantList is testdata/mutants.txt: a line is
//
//	words FUNC -- why      its conditions choose the words of a refusal only
//	no FUNC -- why         where it returns true more is refused, not less
//	same MUTANT -- why     nobody can notice it
//	owed MUTANT            nobody notices it yet; this list only shrinks
type mutantList map[string]*mutantLine

type mutantLine struct {
	kind string
	used bool
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
		kind, rest, _ := strings.Cut(line, " ")
		name, why, _ := strings.Cut(rest, " -- ")
		known := slices.Contains([]string{"words", "no", "same", "owed"}, kind)
		if !known || (why == "") != (kind == "owed") || out[name] != nil {
			t.Fatalf("testdata/mutants.txt: a line without a reason, or that stands twice: %s", line)
		}
		out[name] = &mutantLine{kind: kind}
	}
	return out
}

// is reports whether the list has a line of one of the kinds.
func (l mutantList) is(name string, kinds ...string) bool {
	m := l[name]
	if m == nil || !slices.Contains(kinds, m.kind) {
		return false
	}
	m.used = true
	return true
}

// unused complains of lines that are about nothing, or about a mutant that is noticed.
func (l mutantList) unused(t *testing.T) {
	for name, m := range l {
		if !m.used {
			t.Errorf("testdata/mutants.txt: %s is noticed, or is gone: -update takes what is owed off", name)
		}
	}
}

// owedHead opens a part of what is owed.
const owedHead = "# Owed: "

// owe rewrites the list: what is owed is what nobody notices and has no reason.
func (l mutantList) owe(t *testing.T, open []*mutant) {
	const file = "testdata/mutants.txt"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, "owed ") && !strings.HasPrefix(line, owedHead) {
			out.WriteString(line)
		}
	}
	for name, m := range l {
		if m.kind == "owed" {
			delete(l, name)
		}
	}
	for _, reached := range []bool{false, true} {
		var lines []string
		for _, m := range open {
			if l[m.String()] == nil && (m.reached > 0) == reached {
				lines = append(lines, "owed "+m.String()+"\n")
			}
		}
		for _, line := range lines {
			l[strings.TrimSpace(strings.TrimPrefix(line, "owed "))] = &mutantLine{kind: "owed"}
		}
		what := "in no case and no random statement the condition is other than the mutant has it"
		if reached {
			what = "it is, and no verdict changes"
		}
		fmt.Fprintf(&out, "%s%d, of which %s.\n%s", owedHead, len(lines), what, strings.Join(lines, ""))
	}
	if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
