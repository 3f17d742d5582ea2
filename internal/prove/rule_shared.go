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

// ownOrShared reports whether e is `r.t = @t OR r.t IS NULL`, in any order, with
// further conditions in any branch.
//
//	r.t = @t OR (r.t IS NULL AND r.published)
func (p *prover) ownOrShared(e query.Expr, r *query.RTE, col int) bool {
	_, named := p.asksOwner(e, r, col)
	return named
}

// asksOwner reports whether e cannot be true unless r.t is the tenant or NULL,
// and whether it does so and names the tenant.
func (p *prover) asksOwner(e query.Expr, r *query.RTE, col int) (ok, named bool) {
	for _, c := range conjuncts(e, nil) {
		var a, b query.Expr
		switch c := c.(type) {
		case *query.NullTest:
			ok = ok || !c.Not && p.isColumn(c.Arg, r, col)
		case *query.Bool:
			all, some := c.Op == query.Or, false
			for _, branch := range c.Args {
				isOk, isNamed := p.asksOwner(branch, r, col)
				all, some = all && isOk, some || isNamed
			}
			ok, named = ok || all, named || all && some
		case *query.Op:
			if c.Name == "=" && (c.Schema == "" || c.Schema == "pg_catalog") {
				a, b = c.Left, c.Right
			}
		case *query.DistinctFrom:
			if c.Not {
				a, b = c.Left, c.Right
			}
		}
		if a != nil && p.equates(a, b) &&
			(p.isColumn(a, r, col) && p.isTenantParamOf(b, r) || p.isColumn(b, r, col) && p.isTenantParamOf(a, r)) {
			ok, named = true, true
		}
	}
	return ok, named
}

func (p *prover) isColumn(e query.Expr, r *query.RTE, col int) bool {
	c, ok := p.strip(e).(*query.ColRef)
	return ok && c.RTE == r && c.Col == col
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
