//go:build mutants

package prove_test

import (
	"fmt"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/mutants/on"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// mutantCase is a written case and what comes out of it without any mutant.
type mutantCase struct {
	*writtenCase
	cat      *catalog.Catalog
	stmts    []*query.Stmt
	found    *diag.List // of building and reading
	building []on.Site  // what was seen while the catalog was built
	proving  []on.Site  // and after
	steps    int        // evaluations of conditions without any mutant
	known    answer
}

// answer is what came out of a case.
type answer struct {
	wrong string // the queries that are not as the test has them
	said  string // of all, as in testdata/said
}

// mutantCases are the written cases, run once.
func mutantCases(t *testing.T, sites int) []*mutantCase {
	var out []*mutantCase
	for _, w := range writtenCases(t) {
		c := &mutantCase{writtenCase: w, found: &diag.List{}}
		on.Unset()
		c.building = on.Watch(sites)
		c.cat = c.build(c.found)
		c.stmts = c.parse(c.cat, c.found)
		c.proving = on.Watch(sites)
		c.known = c.run(false)
		c.steps = on.Unset()
		out = append(out, c)
	}
	on.Watch(0)
	return out
}

// run proves the queries of the case. The catalog is built anew where the mutant
// that is on has a say in it.
func (c *mutantCase) run(rebuild bool) (out answer) {
	defer func() {
		if r := recover(); r != nil {
			out.wrong = fmt.Sprintf("panic: %v", r)
		}
	}()
	cat, stmts, found := c.cat, c.stmts, c.found
	if rebuild {
		found = &diag.List{}
		cat = c.build(found)
		stmts = c.parse(cat, found)
	}
	var rep diag.List
	proofs := prove.All(cat, stmts, &rep)
	out.said = c.said(proofs, &rep)
	rep.Merge(found)
	for _, p := range proofs {
		why := ""
		if c.wrong != nil {
			why = c.wrong(p, &rep)
		}
		if why != "" {
			out.wrong += p.Stmt.Name + " " + why + "\n"
		}
	}
	return out
}
