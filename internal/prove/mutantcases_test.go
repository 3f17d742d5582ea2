//go:build mutants

package prove_test

import (
	"fmt"
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
