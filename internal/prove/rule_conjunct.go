package prove

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// fact is one conjunct and what it says where it holds.
type fact struct {
	id   int
	expr query.Expr // nil for a USING column and for a fact handed down
	loc  query.Loc
	text string

	equal   []equality
	anchors []*query.RTE // entries that are not null-extended where the fact holds
	members []member
	given   []given
}

// given says what a term is known to be where the fact holds.
type given struct {
	term   term
	labels labels
}

// equality merges two terms.
type equality struct{ a, b term }

// member says that the terms are, together, one row of a subquery's output, or
// of its columns cols; or that the one term is an element of an array, or a
// choice.
type member struct {
	terms  []term
	sub    *subquery
	cols   []int
	array  term
	choice *choice
}

// newFact reads one conjunct. lv gets the subqueries in it, which stand at st.
func (p *prover) newFact(e query.Expr) *fact {
	f := &fact{id: p.nextFact(), expr: e}
	p.read(f, e)
	return f
}

// using makes the fact of a merged column.
func (p *prover) using(u query.UsingCol, loc query.Loc) *fact {
	f := &fact{id: p.nextFact(), loc: loc, text: query.String(u.Left) + " = " + query.String(u.Right)}
	p.compare(f, "=", u.Left, u.Right)
	return f
}

func (p *prover) nextFact() int {
	p.factID++
	return p.factID
}

// conjuncts splits e at AND.
func conjuncts(e query.Expr, out []query.Expr) []query.Expr {
	if e == nil {
		return out
	}
	if b, ok := e.(*query.Bool); ok && b.Op == query.And {
		for _, a := range b.Args {
			out = conjuncts(a, out)
		}
		return out
	}
	return append(out, e)
}

// read adds to f what the strict conjunct e says. Nothing is read out of NOT,
// CASE, COALESCE or a function: a test there can be true without the equality.
func (p *prover) read(f *fact, e query.Expr) {
	switch e := e.(type) {
	case *query.Bool:
		switch e.Op {
		case query.And:
			for _, a := range e.Args {
				p.read(f, a)
			}
		case query.Or:
			p.readOr(f, e)
		}
	case *query.Op:
		if e.Left != nil && (e.Schema == "" || e.Schema == "pg_catalog") {
			p.compare(f, e.Name, e.Left, e.Right)
		}
	case *query.RowOp:
		if e.Name == "=" {
			for i := range e.Left {
				p.compare(f, "=", e.Left[i], e.Right[i])
			}
		}
	case *query.InList:
		if !e.Not {
			p.readAny(f, e.Test, e, e.List)
		}
	case *query.ArrayOp:
		if e.All || e.Name != "=" {
			return
		}
		if arr, ok := e.Array.(*query.Array); ok {
			p.readAny(f, e.Left, arr, arr.Elems)
			return
		}
		p.anchor(f, e.Left)
		if sl, ok := p.strip(e.Array).(*query.SubLink); ok && sl.Kind == query.ArraySubLink {
			p.readMember(f, sl, []query.Expr{e.Left}) // = ANY (ARRAY (SELECT y …)) is IN (SELECT y …)
		} else {
			p.readElement(f, e)
		}
	case *query.BoolTest:
		if e.Test == "TRUE" {
			p.read(f, e.Arg)
		}
	case *query.DistinctFrom:
		p.readNotDistinct(f, e)
	case *query.NullTest:
		if e.Not {
			p.anchor(f, e.Arg)
		}
	case *query.SubLink:
		p.readSubLink(f, e)
	}
}

// readAny reads that a equals one of the list. NULL equals none, so a bare
// column anchors its entry.
func (p *prover) readAny(f *fact, a, of query.Expr, list []query.Expr) {
	if len(list) == 1 {
		p.readEqual(f, a, list[0])
		return
	}
	if !p.userOperator("=") {
		p.anchor(f, a)
		p.readChoice(f, a, of, list)
	}
}

// readEqual reads `a = b` where either may be a row.
func (p *prover) readEqual(f *fact, a, b query.Expr) {
	ra, ok := a.(*query.Row)
	rb, ok2 := b.(*query.Row)
	if !ok && !ok2 {
		p.compare(f, "=", a, b)
		return
	}
	if ok && ok2 && len(ra.Args) == len(rb.Args) {
		for i := range ra.Args {
			p.compare(f, "=", ra.Args[i], rb.Args[i])
		}
	}
}

// compare reads a built-in comparison. Every one is strict, so a bare column
// on a side anchors its entry; only `=` merges.
func (p *prover) compare(f *fact, op string, a, b query.Expr) {
	if !catalog.Comparison(op) || p.userOperator(op) {
		return
	}
	p.anchor(f, a)
	p.anchor(f, b)
	if op != "=" || !p.equates(a, b) && !p.samePlace(a, b) {
		return
	}
	ta, tb := p.termOf(a), p.termOf(b)
	switch {
	case tb.isZero():
		p.readChoice(f, a, b, []query.Expr{b})
		return
	case ta.isZero():
		p.readChoice(f, b, a, []query.Expr{a})
		return
	}
	f.equal = append(f.equal, equality{ta, tb})
	p.noteTenantTest(ta, tb)
}

// noteTenantTest remembers a parameter that is compared with a tenant column, or
// with that of another dimension.
func (p *prover) noteTenantTest(a, b term) {
	if a.param == 0 {
		a, b = b, a
	}
	if a.param == 0 || b.rte == nil || b.rte.Relation == nil {
		return
	}
	ten := p.tenancy(b.rte.Relation)
	if ten.Column() == b.col {
		p.comparesTenant[a.param] = true
	}
	for i, d := range p.cat.Dimensions {
		if ten.Owned() && b.rte.Relation.Tenancy.Columns[i] == b.col {
			p.comparesFurther[Tenant{d, a.param}] = true
		}
	}
}

// anchor records that the entry of a bare column is not null-extended.
func (p *prover) anchor(f *fact, e query.Expr) {
	if c, ok := p.bare(e).(*query.ColRef); ok {
		f.anchors = append(f.anchors, c.RTE)
	}
}

// bare takes off every cast: each is strict, but for those to a domain, whose
// CHECK may see a NULL and whose NOT NULL raises.
func (p *prover) bare(e query.Expr) query.Expr {
	for {
		c, ok := e.(*query.Cast)
		if !ok || p.cat.UserType(c.Type()) != nil || p.cat.UserType(c.Arg.Type()) != nil {
			return e
		}
		if class := p.class(c); class == "" || class != p.class(c.Arg) {
			return e
		}
		e = c.Arg
	}
}

// readNotDistinct reads `a IS NOT DISTINCT FROM @t`. The tenant parameter is
// never null, so this is `a = @t`; between two columns it would also hold for
// two NULLs.
func (p *prover) readNotDistinct(f *fact, e *query.DistinctFrom) {
	if !e.Not {
		return
	}
	if p.isTenantParam(e.Left) || p.isTenantParam(e.Right) {
		p.compare(f, "=", e.Left, e.Right)
	}
}

func (p *prover) isTenantParam(e query.Expr) bool {
	r, ok := p.strip(e).(*query.ParamRef)
	if !ok {
		return false
	}
	_, ok = p.tenantDim(r.Param.Number)
	return ok
}

// readOr keeps the equalities and anchors that every branch implies. The
// subqueries in a branch give nothing outward.
func (p *prover) readOr(f *fact, e *query.Bool) {
	var common *partition
	var anchors map[*query.RTE]bool
	var first []*query.RTE
	for i, arg := range e.Args {
		branch := &fact{}
		p.read(branch, arg)
		c := newPartition()
		for _, eq := range branch.equal {
			c.union(eq.a, eq.b)
		}
		seen := map[*query.RTE]bool{}
		for _, r := range branch.anchors {
			if i == 0 || anchors[r] {
				seen[r] = true
			}
		}
		anchors = seen
		if i == 0 {
			common, first = c, branch.anchors
			continue
		}
		common = common.intersect(c)
	}
	for _, class := range common.classes() {
		for _, t := range class[1:] {
			f.equal = append(f.equal, equality{class[0], t})
		}
	}
	for _, r := range first {
		if anchors[r] {
			f.anchors = append(f.anchors, r)
			anchors[r] = false
		}
	}
}

// readElement reads `x = ANY (array)`.
func (p *prover) readElement(f *fact, e *query.ArrayOp) {
	x, array := p.termOf(e.Left), p.termOf(e.Array)
	elem := p.elementType(e.Array)
	if x.isZero() || array.isZero() || p.class(e.Left) == "" || p.class(e.Left) != p.cat.EqualityClass(elem) ||
		p.userOperator("=") || !p.deterministic(e.Left) || !p.deterministic(e.Array) {
		return
	}
	f.members = append(f.members, member{terms: []term{x}, cols: []int{0}, array: array})
}

// elementType returns the type of the elements of an array, or the zero Type.
func (p *prover) elementType(array query.Expr) catalog.Type {
	t := array.Type()
	if !t.Array {
		return catalog.Type{}
	}
	t.Array = false
	return t
}

// readSubLink reads `x IN (SELECT y …)`, `x = ANY (SELECT y …)`, their row
// forms, and EXISTS. What they say depends on the subquery's own proof.
func (p *prover) readSubLink(f *fact, sl *query.SubLink) {
	switch sl.Kind {
	case query.AnySubLink, query.RowSubLink:
		if sl.Op != "=" || p.userOperator("=") {
			return
		}
		p.readMember(f, sl, sl.Test)
	case query.ExistsSubLink:
		p.readExists(f, sl)
	}
}

// readMember reads that the tests are, together, one row of a subquery's output.
func (p *prover) readMember(f *fact, sl *query.SubLink, tests []query.Expr) {
	cols := sl.Query.Columns()
	m := member{sub: p.subquery(sl)}
	for i, x := range tests {
		p.anchor(f, x)
		t := p.termOf(x)
		if len(tests) == 1 && !t.isZero() && p.inPlaces(x, sl.Query) {
			m.terms, m.cols = append(m.terms, t), append(m.cols, i)
			continue
		}
		if t.isZero() || p.cat.EqualityClass(cols[i].Type) != p.class(x) ||
			p.class(x) == "" || !p.deterministic(x) || !p.deterministicOutput(sl.Query, i) {
			continue
		}
		m.terms = append(m.terms, t)
		m.cols = append(m.cols, i)
	}
	f.members = append(f.members, m)
}
