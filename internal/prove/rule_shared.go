package prove

import (
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
	if ten.Class != catalog.Shared || r.Write || ten.Column() < 0 {
		return nil, false
	}
	path := lv.path[r]
	for i := -1; i < len(path); i++ {
		facts := lv.where
		if i >= 0 {
			if !onHolds(path[i].join.Kind, path[i].left) {
				continue
			}
			facts = lv.on[path[i].join]
		}
		if nullExtends(path[i+1:]) {
			continue
		}
		for _, f := range facts {
			if lv.p.ownOrShared(f.expr, r, ten.Column()) {
				rows := Reason{Text: "rows without a tenant are everybody's", Declared: "nulls: everybody " + r.Relation.ShortName()}
				return append(reasons([]*fact{f}), rows), true
			}
		}
	}
	return nil, false
}

// nullExtends reports whether a join of the path may put NULLs in the place of
// the row at its end.
func nullExtends(path []step) bool {
	for _, s := range path {
		switch s.join.Kind {
		case query.Inner:
		case query.Left:
			if !s.left {
				return true
			}
		case query.Right:
			if s.left {
				return true
			}
		default:
			return true
		}
	}
	return false
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
	if !ok || op.Name != "=" || op.Left == nil || op.Right == nil || op.Schema != "" && op.Schema != "pg_catalog" || !p.equates(op.Left, op.Right) {
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
	dim, ok := p.tenantDim(ref.Param.Number)
	return ok && dim == p.tenancy(r.Relation).Dim
}
