package prove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// assumedRule stands in the place of a rule's stem where an entry is taken for
// confined, to see what would follow. No proof holds it.
const assumedRule = "assumed"

// explainSteps bounds the work on explaining one refusal. A statement that
// takes more is told of every loose entry.
const explainSteps = 20_000

// causes returns the loose entries that a person has to mend. Entries that are
// tied to one another fall together, and one condition confines them all: so
// those that would follow from another are left out, and named in its place.
//
// An entry is asked by proving the statement again as if it were confined.
func (a *attempted) causes() []loose {
	all := a.open()
	if !slices.ContainsFunc(all, func(l loose) bool { return l.instance }) {
		return all
	}
	e := explainer{a: a, steps: a.p.steps}
	roots, rest := e.roots(all)
	order := map[*query.RTE]int{}
	for i, l := range all {
		if l.instance {
			order[l.rte] = i
		}
	}
	slices.SortStableFunc(roots, func(x, y *query.RTE) int { return order[x] - order[y] })
	firm := map[*query.RTE]bool{}
	for _, in := range a.res.instances {
		firm[in.RTE] = in.Rule != ""
	}
	out := map[string]loose{}
	for i := len(roots) - 1; i >= 0; i-- {
		others := slices.Delete(slices.Clone(roots), i, i+1)
		left, ok := e.without(others)
		if !ok {
			return all
		}
		at := slices.IndexFunc(left, func(l loose) bool { return l.instance && l.rte == roots[i] })
		if at < 0 { // it follows from the others
			roots = others
			continue
		}
		var follow []*query.RTE
		for _, l := range left {
			if l.instance && l.rte != roots[i] {
				follow = append(follow, l.rte)
			}
		}
		l := left[at].explainAgain(follow, firm, roots[:i])
		out[l.key()] = l
	}
	for _, l := range rest {
		out[l.key()] = l
	}
	var sorted []loose
	for _, l := range all {
		if found, ok := out[l.key()]; ok {
			sorted = append(sorted, found)
			delete(out, l.key())
		}
	}
	if len(out) > 0 || len(sorted) == 0 {
		return all
	}
	return sorted
}

// key tells loose entries and constructs apart.
func (l loose) key() string {
	if l.instance {
		return fmt.Sprint("entry ", l.rte.ID)
	}
	return fmt.Sprint(l.diag.code, l.diag.loc, l.diag.message)
}

// explainer proves a refused statement again and again.
type explainer struct {
	a     *attempted
	steps int
}

// without returns what is loose when the entries given are taken for confined.
// It reports false when the work has become too much.
func (e *explainer) without(assumed []*query.RTE) ([]loose, bool) {
	set := make(map[*query.RTE]bool, len(assumed))
	for _, r := range assumed {
		set[r] = true
	}
	p := e.a.p
	again := attemptAssuming(p.cat, p.stmt, p.tenants, set)
	e.steps += again.p.steps
	return again.open(), e.steps < explainSteps
}

// roots returns entries without which nothing that a condition could confine
// is loose, and what is loose then; nothing when the work has become too much.
// Entries with a tenant column come first: a condition on them is the shortest.
func (e *explainer) roots(all []loose) (roots []*query.RTE, rest []loose) {
	rest = all
	for {
		next := -1
		for i, l := range rest {
			if l.instance && (next < 0 || e.derived(rest[next]) && !e.derived(l)) {
				next = i
			}
		}
		if next < 0 {
			return roots, rest
		}
		roots = append(roots, rest[next].rte)
		var ok bool
		if rest, ok = e.without(roots); !ok {
			return nil, nil
		}
	}
}

func (e *explainer) derived(l loose) bool {
	return e.a.p.tenancy(l.rte.Relation).Class == catalog.Derived
}

// explainAgain explains l once it is known which entries follow from it, which
// are confined whatever becomes of it, and which are mended before it.
func (l loose) explainAgain(follow []*query.RTE, firm map[*query.RTE]bool, before []*query.RTE) loose {
	p := l.lv.p
	p.follows, p.firm, p.before = map[*query.RTE]bool{}, firm, before
	var names []string
	for _, r := range follow {
		p.follows[r] = true
		names = append(names, r.Alias)
	}
	again := l.lv.explain(l.rte)
	if len(names) == 0 {
		return again
	}
	slices.Sort(names)
	names = slices.Compact(names)
	verb, last := "is", len(names)-1
	if last > 0 {
		verb = "are"
		names = append(names[:last-1:last-1], names[last-1]+" and "+names[last])
	}
	again.diag.why += fmt.Sprintf("; once it is confined, so %s %s", verb, strings.Join(names, ", "))
	return again
}

// leansOn reports whether the only other columns of e are those of entries
// that follow from r: such a tie says nothing of r.
func (p *prover) leansOn(e query.Expr, r *query.RTE) bool {
	if len(p.follows) == 0 {
		return false
	}
	only, any := true, false
	query.Walk(e, func(e query.Expr) bool {
		if c, ok := e.(*query.ColRef); ok && c.RTE != r {
			any = true
			only = only && p.follows[c.RTE]
		}
		return true
	})
	return any && only
}
