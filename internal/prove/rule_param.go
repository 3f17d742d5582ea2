package prove

import (
	"fmt"
	"github.com/tenantc/tenantc/internal/diag"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// choose finds the tenant parameters of a statement and with them its verdict.
// A statement has exactly one tenant parameter for each dimension that its
// relations have: the declared one, else the one parameter of the tenant
// column's class that by itself confines every instance. Two such parameters
// are an error, for nobody could say which one the caller's tenant is.
//
//	… WHERE tenant_id = $1 UNION ALL … WHERE tenant_id = $2
func choose(cat *catalog.Catalog, proof *Proof) {
	s := proof.Stmt
	dims := dimensionsOf(cat, s)
	if len(dims) == 0 || s.Annotation.None {
		if len(dims) == 0 && len(s.Annotation.Params) > 0 {
			// Declared for nothing: a statement on global relations alone has no tenant,
			// and in a database of the tenant's own no parameter says whose rows are meant.
			why := "touches no tenant-owned relation"
			if cat.Private() {
				why = "isolation is database"
			}
			proof.fail(finding{code: diag.CodeAnnotation, message: s.Name + " declares a tenant parameter and " + why,
				fix: "take the `-- tenant:` line out"}, s.Annotation.Pos)
			return
		}
		attempt(cat, s, nil).settle(proof)
		return
	}
	won, best := attemptAll(cat, s, dims)
	if more := furtherOfWrites(cat, s, dims); len(won) == 0 && len(more) > len(dims) {
		if with, _ := attemptAll(cat, s, more); len(with) > 0 { // it writes a column of a further dimension
			won = with
		}
	}
	if best == nil {
		// Some dimension has no parameter that could be its tenant. The others'
		// still say best what is missing; they prove nothing.
		for _, tenants := range assignments(cat, s, dims, true) {
			if a := attempt(cat, s, tenants); !a.accepted() && a.better(best) {
				best = a
			}
		}
	}
	switch {
	case len(won) == 1:
		won[0].withWider().settle(proof)
	case len(won) > 1:
		var names []string
		for _, a := range won {
			names = append(names, tenantNames(s, a.p.tenants))
		}
		proof.fail(finding{code: diag.CodeTwoTenants, message: "more than one parameter could be the tenant: " + strings.Join(names, " or "),
			why: "each of them alone confines every relation, so the text does not say which one carries the caller's tenant",
			fix: fmt.Sprintf("-- tenant: %s", tenantNames(s, won[0].p.tenants))}, s.Pos)
		for _, in := range won[0].res.instances {
			in.Rule, in.Because = "", nil
			proof.Instances = append(proof.Instances, in)
		}
	case best != nil:
		best.settle(proof)
	default:
		attempt(cat, s, nil).settle(proof)
	}
}

// attemptAll tries each choice of one parameter a dimension, and returns the
// attempts that prove the statement, and the one that says most.
func attemptAll(cat *catalog.Catalog, s *query.Stmt, dims []*catalog.Dimension) (won []*attempted, best *attempted) {
	for _, tenants := range assignments(cat, s, dims, false) {
		a := attempt(cat, s, tenants)
		if a.accepted() {
			won = append(won, a)
		}
		if a.better(best) {
			best = a
		}
	}
	return won, best
}

// dimensionsOf returns the dimensions of the relations that a statement
// mentions and that have a column for them, or an owner, widest first.
func dimensionsOf(cat *catalog.Catalog, s *query.Stmt) []*catalog.Dimension {
	has := map[*catalog.Dimension]bool{}
	for _, r := range s.RTEs {
		if r.Kind == query.RelationRTE && r.Sub == nil {
			if t := tenancyBy(cat, r.Relation, s.Annotation.By); t.Owned() && t.Class != catalog.Private {
				has[t.Dim] = true
			}
		}
	}
	var out []*catalog.Dimension
	for _, d := range cat.Dimensions {
		if has[d] {
			out = append(out, d)
		}
	}
	return out
}

// maxTries bounds the assignments tried; a statement with more wants its
// tenant parameters declared.
const maxTries = 64

// assignments returns the choices of one parameter a dimension; with some, of
// one for each dimension that has a candidate.
func assignments(cat *catalog.Catalog, s *query.Stmt, dims []*catalog.Dimension, some bool) [][]Tenant {
	out := [][]Tenant{nil}
	for _, d := range dims {
		var next [][]Tenant
		for _, have := range out {
			for _, p := range s.Params {
				if !candidate(cat, s, d, p) || slices.ContainsFunc(have, func(t Tenant) bool { return t.Param == p.Number }) {
					continue
				}
				next = append(next, append(have[:len(have):len(have)], Tenant{d, p.Number}))
			}
		}
		if some && len(next) == 0 {
			continue
		}
		if len(next) > maxTries {
			next = next[:maxTries]
		}
		out = next
	}
	return out
}

// candidate reports whether a parameter can carry the tenant of d: of the
// class of the tenant columns, never null, and one of those declared, if any are.
func candidate(cat *catalog.Catalog, s *query.Stmt, d *catalog.Dimension, p *query.Param) bool {
	if p.Nullable || p.Slice {
		return false
	}
	if decl := s.Annotation.Params; len(decl) > 0 && !slices.Contains(decl, p.Number) {
		return false
	}
	class := cat.EqualityClass(d.Type)
	return class != "" && class == cat.EqualityClass(p.Type)
}

func tenantNames(s *query.Stmt, tenants []Tenant) string {
	var names []string
	for _, t := range tenants {
		names = append(names, paramName(s, t.Param))
	}
	return strings.Join(names, ", ")
}

func paramName(s *query.Stmt, n int) string {
	for _, p := range s.Params {
		if p.Number == n {
			return p.Label()
		}
	}
	return fmt.Sprintf("$%d", n)
}

// attempted is one attempt at a statement and what came of it.
type attempted struct {
	p   *prover
	res *result
}

// attempt proves s with the given tenant parameters.
func attempt(cat *catalog.Catalog, s *query.Stmt, tenants []Tenant) *attempted {
	return attemptAssuming(cat, s, tenants, nil)
}

// attemptAssuming proves s as if the entries in assumed were confined. What
// comes of it is a proof only where there are none.
func attemptAssuming(cat *catalog.Catalog, s *query.Stmt, tenants []Tenant, assumed map[*query.RTE]bool) (a *attempted) {
	p := &prover{
		cat: cat, stmt: s, tenants: tenants, assumed: assumed,
		subs: map[*query.SubLink]*subquery{}, ctes: map[*query.CTE]*definition{},
		places:         map[*query.Select]bool{},
		comparesTenant: map[int]bool{}, comparesFurther: map[Tenant]bool{}, late: map[*query.RTE]lateTest{}, trusted: map[string]*catalog.Function{}, pure: map[*catalog.Function]bool{}, looking: map[*catalog.Expr]bool{},
	}
	p.ties = ties{partition: *newPartition(), of: map[*query.RTE][]int{}, sure: map[*query.RTE]bool{}, p: p}
	a = &attempted{p, &result{}}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(tooComplex); !ok {
				panic(r)
			}
			p.refuseFix(diag.CodeNotUnderstood, s.Body.Loc(), "this statement is too large to be proven",
				fmt.Sprintf("the proof would take more than %d steps", maxSteps), "split it")
		}
	}()
	for _, param := range s.Params {
		// A value of the type is checked when it arrives.
		if len(param.Uses) > 0 {
			p.checkDomain(param.Type, param.Uses[0])
		}
	}
	a.res = p.query(s.Body, nil, nil, false)
	p.checkWrites(a.res)
	return a
}

func (a *attempted) accepted() bool {
	return len(a.open()) == 0 && len(a.p.refused) == 0 && len(a.p.assumed) == 0
}

// open returns what is loose, less what `-- tenant: existence` accepts.
func (a *attempted) open() []loose {
	if a.p.stmt.Annotation.Existence == nil {
		return a.res.loose
	}
	return slices.DeleteFunc(slices.Clone(a.res.loose), func(l loose) bool { return l.diag.code == diag.CodeExistence })
}

// likely counts the tenant parameters that some fact compares with a tenant
// column, to choose between attempts that fail alike.
func (a *attempted) likely() int {
	n := 0
	for _, t := range a.p.tenants {
		if a.p.comparesTenant[t.Param] {
			n++
		}
	}
	return n
}

// better reports whether a says more of what is missing than b, which may be nil.
func (a *attempted) better(b *attempted) bool {
	return b == nil || a.loose() < b.loose() || a.loose() == b.loose() && a.likely() > b.likely()
}

func (a *attempted) loose() int { return len(a.res.loose) + len(a.p.refused) }

// settle writes what came of the attempt into the proof.
func (a *attempted) settle(proof *Proof) {
	proof.Instances = byRTE(a.res.instances)
	if !a.accepted() {
		for _, f := range a.p.refused {
			proof.fail(f, proof.Stmt.Pos)
		}
		seen := map[string]bool{}
		for _, l := range a.causes() {
			l = a.p.afterWrite(l)
			d := l.diag.diagnostic()
			if k := fmt.Sprint(d.Code, d.Pos, d.Message); !seen[k] {
				seen[k] = true
				proof.fail(l.diag, proof.Stmt.Pos)
			}
		}
		return
	}
	if e := proof.Stmt.Annotation.Existence; e != nil {
		if a.res.ok() {
			proof.fail(finding{code: diag.CodeStale, message: proof.Stmt.Name + " is annotated existence, and tells nobody that a key exists",
				fix: "take the `-- tenant: existence` line out"}, e.Pos)
			return
		}
		proof.Assumes = append(proof.Assumes, Assumption{Subject: "existence: " + e.Reason, Declared: true, Pos: e.Pos})
	}
	proof.Assumes = append(proof.Assumes, a.p.assumptions(a.res)...)
	proof.Verdict = Global
	for _, in := range proof.Instances {
		if in.Class != catalog.Global {
			proof.Verdict = Confined
		}
	}
	proof.Tenants = a.p.tenants
	if proof.Verdict == Confined && len(proof.Tenants) == 0 && !placed(proof.Instances) {
		// As `t = (select null)`: no row, and no parameter to place it by.
		proof.Verdict = Refused
		proof.fail(finding{code: diag.CodeNoTenant, message: proof.Stmt.Name + " has no tenant parameter",
			why: "nothing in it says whose rows are meant"}, proof.Stmt.Pos)
	}
}

// byRTE orders instances as their entries stand in the statement, each once.
// Where an entry was proven at two places, as in a CTE, the first proof stays.
func byRTE(list []Instance) []Instance {
	out := make([]Instance, 0, len(list))
	seen := map[*query.RTE]int{}
	for _, in := range list {
		if i, ok := seen[in.RTE]; ok {
			if out[i].Rule == "" {
				out[i] = in
			}
			continue
		}
		seen[in.RTE] = len(out)
		out = append(out, in)
	}
	slices.SortStableFunc(out, func(a, b Instance) int { return a.RTE.ID - b.RTE.ID })
	return out
}
