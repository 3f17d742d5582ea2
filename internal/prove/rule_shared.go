package prove

import (
	"cmp"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// confineShared accepts a reading of a relation whose rows without a tenant are
// everybody's, by the test `r.t = @t OR r.t IS NULL`. The test must be one that
// r's rows meet before an outer join can put NULLs in their place: then the
// test would hold for a row that is lost on account of a foreign one.
//
//	a LEFT JOIN r ON r.aid = a.id WHERE … AND (r.t = @t OR r.t IS NULL)
func confineShared(lv *level, c *closure, r *query.RTE) ([]Reason, bool) {
	ten := lv.p.tenancy(r.Relation)
	if ten.Class != catalog.Shared || r.Write {
		return nil, false
	}
	// The outermost such test is the evidence: WHERE, else the ON that comes last.
	var test *fact
	at := lv.path[r]
	for s := at.holding(); s != nil && s.nulls == at.nulls; s = s.above.holding() {
		test = cmp.Or(lv.p.sharedTest(r, ten.Column(), s.join.facts), test)
	}
	if at.nullable() == 0 {
		test = cmp.Or(lv.p.sharedTest(r, ten.Column(), lv.where), test)
	}
	if test == nil {
		return nil, false
	}
	rows := Reason{Text: "rows without a tenant are everybody's", Declared: "nulls: everybody " + r.Relation.ShortName()}
	return append(reasons([]*fact{test}), rows), true
}

// sharedTest returns the first of the facts that is the test of column col of r.
func (p *prover) sharedTest(r *query.RTE, col int, facts []*fact) *fact {
	for _, f := range facts {
		if p.ownOrShared(f.expr, r, col) {
			return f
		}
	}
	return nil
}

// ownOrShared reports whether e is `r.t = @t OR r.t IS NULL`, in any order.
func (p *prover) ownOrShared(e query.Expr, r *query.RTE, col int) bool {
	or, ok := e.(*query.Bool)
	if !ok || or.Op != query.Or || len(or.Args) != 2 {
		return false
	}
	isColumn := func(e query.Expr) bool {
		c, ok := p.strip(e).(*query.ColRef)
		return ok && c.RTE == r && c.Col == col
	}
	equal, null := or.Args[0], or.Args[1]
	if _, ok := equal.(*query.NullTest); ok {
		equal, null = null, equal
	}
	n, ok := null.(*query.NullTest)
	if !ok || n.Not || !isColumn(n.Arg) {
		return false
	}
	op, ok := equal.(*query.Op)
	if !ok || op.Name != "=" || op.Left == nil || op.Schema != "" && op.Schema != "pg_catalog" || !p.equates(op.Left, op.Right) {
		return false
	}
	return isColumn(op.Left) && p.isTenantParamOf(op.Right, r) || isColumn(op.Right) && p.isTenantParamOf(op.Left, r)
}

// isTenantParamOf reports whether e is the tenant parameter of r's dimension.
func (p *prover) isTenantParamOf(e query.Expr, r *query.RTE) bool {
	ref, ok := p.strip(e).(*query.ParamRef)
	if !ok {
		return false
	}
	dim, _ := p.tenantDim(ref.Param.Number)
	return dim == p.tenancy(r.Relation).Dim
}
