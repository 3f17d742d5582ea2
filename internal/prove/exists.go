package prove

import (
	"github.com/tenantc/tenantc/internal/query"
)

// existsForm is EXISTS (SELECT … WHERE c = a) read as `a IN (SELECT c …)`: the
// block with the c's as its list, and without the equalities.
type existsForm struct {
	sel  *query.Select
	skip map[query.Expr]bool
}

// readExists reads a positive EXISTS whose own WHERE ties bare columns of its
// own FROM to bare columns or parameters outside. The block must prove without these ties,
// since they are what it then says outward. A set operation, an aggregate or a
// GROUP BY would have them speak of other rows.
func (p *prover) readExists(f *fact, sl *query.SubLink) {
	sel, ok := sl.Query.(*query.Select)
	if !ok || sel.Distinct == query.DistinctOn || sel.Grouped || sel.Limit != nil || sel.Offset != nil || len(sel.Locking) > 0 {
		return
	}
	own := map[*query.RTE]bool{}
	var ties []query.Expr
	var gather func(it query.FromItem, top bool)
	gather = func(it query.FromItem, top bool) {
		switch it := it.(type) {
		case *query.RTE:
			own[it] = true
		case *query.Join:
			if top && it.Kind == query.Inner {
				ties = conjuncts(it.On, ties)
			}
			gather(it.Left, top && it.Kind == query.Inner)
			gather(it.Right, top && it.Kind == query.Inner)
		}
	}
	for _, it := range sel.From {
		gather(it, true)
	}
	ties = conjuncts(sel.Where, ties)

	form := &existsForm{skip: map[query.Expr]bool{}}
	copied := *sel
	copied.Targets, copied.Distinct, copied.DistinctOn = nil, query.NotDistinct, nil
	m := member{sub: p.subquery(sl)}
	for _, e := range ties {
		op, ok := e.(*query.Op)
		if !ok || op.Name != "=" || op.Left == nil || op.Schema != "" && op.Schema != "pg_catalog" || !p.equates(op.Left, op.Right) {
			continue
		}
		c, outside, rows := p.ownAndOutside(op.Left, op.Right, own)
		if c == nil {
			c, outside, rows = p.ownAndOutside(op.Right, op.Left, own)
		}
		if c == nil {
			continue
		}
		form.skip[e] = true
		m.terms = append(m.terms, outside)
		m.cols = append(m.cols, len(copied.Targets))
		copied.Targets = append(copied.Targets, &query.Target{Name: c.RTE.Cols[c.Col].Name, Expr: c, Type: c.Type()})
		f.anchors = append(f.anchors, rows...)
	}
	if len(m.terms) == 0 {
		return
	}
	copied.Targets = append(copied.Targets, sel.Targets...) // looked at like any other
	form.sel = &copied
	m.sub.exists = form
	f.members = append(f.members, m)
}

// ownAndOutside returns a as a bare column of own, and b as a bare column outside
// of it, with its entry, or as a parameter; nil where they are not. The tenant
// itself is none: the block is to prove by it.
//
//	EXISTS (SELECT 1 FROM docs WHERE id = @doc AND tenant_id = @t)
func (p *prover) ownAndOutside(a, b query.Expr, own map[*query.RTE]bool) (*query.ColRef, term, []*query.RTE) {
	c, ok := p.strip(a).(*query.ColRef)
	if !ok || !own[c.RTE] {
		return nil, term{}, nil
	}
	switch b := p.strip(b).(type) {
	case *query.ColRef:
		if !own[b.RTE] {
			return c, term{rte: b.RTE, col: b.Col}, []*query.RTE{b.RTE}
		}
	case *query.ParamRef:
		if _, tenant := p.tenantDim(b.Param.Number); !tenant {
			return c, term{param: b.Param.Number}, nil
		}
	}
	return nil, term{}, nil
}
