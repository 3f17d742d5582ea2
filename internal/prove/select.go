package prove

import (
	"github.com/tenantc/tenantc/internal/diag"
	"slices"

	"github.com/tenantc/tenantc/internal/query"
)

// query proves q where it stands. pushed are facts about its output columns
// that hold outside. locked says that a FOR UPDATE outside reaches into q.
func (p *prover) query(q query.Query, up *env, pushed []push, locked bool) *result {
	p.step()
	switch q := q.(type) {
	case *query.Select:
		return p.selectQuery(q, up, pushed, locked, nil)
	case *query.SetOp:
		return p.setOp(q, up, pushed, locked)
	case *query.Values:
		return p.values(q, up, nil)
	case *query.Insert:
		return p.insert(q, up)
	case *query.Update:
		return p.update(q, up)
	case *query.Delete:
		return p.delete(q, up)
	}
	p.refuse(diag.CodeNotUnderstood, p.stmt.Body.Loc(), "this kind of statement is not understood")
	return &result{}
}

// selectQuery proves a plain SELECT, leaving out the conjuncts in skip.
func (p *prover) selectQuery(q *query.Select, up *env, pushed []push, locked bool, skip map[query.Expr]bool) *result {
	res := &result{}
	p.with(q.With, up, res)
	if len(q.Locking) > 0 {
		pushed = barred(pushed, barrier{what: "FOR " + q.Locking[0].Strength, locks: true})
	}
	if locked = locked || len(q.Locking) > 0; locked {
		up, pushed = blankEnv(up), barred(pushed, barrier{what: "the lock outside", locks: true})
	}
	lv := p.newLevel(q.From, q.Where, up, skip)
	lv.locked = locked
	lv.accept(q, pushed)
	lv.having(q)
	row := standing{kind: onRow}
	if lv.unfounded = unfounded(q); lv.unfounded {
		row.kind = nowhere
	}
	list := row
	list.list = up == nil
	for _, t := range q.Targets {
		if p.placeOf(t.Expr) == nil || !p.places[q] {
			lv.visit(t.Expr, list)
		} else if sl, ok := t.Expr.(*query.SubLink); ok {
			p.handsOn(sl.Query)
			lv.note(sl, list)
		}
	}
	for _, list := range [][]query.Expr{q.GroupBy, q.DistinctOn, {q.Having}} {
		for _, e := range list {
			lv.visit(e, row)
		}
	}
	for _, set := range q.Sets {
		for _, e := range set {
			lv.visit(e, row)
		}
	}
	for _, w := range q.Windows {
		lv.visitWindow(w, row)
	}
	lv.tail(&q.Tail, row)
	lv.solve(res)
	for _, t := range q.Targets {
		res.cols = append(res.cols, lv.labelsOf(t.Expr))
	}
	return res
}

// having takes the conjuncts of HAVING that speak of grouping keys alone for
// conjuncts of WHERE: a group passes them exactly when its rows do.
func (lv *level) having(q *query.Select) {
	if len(q.GroupBy) == 0 || q.Sets != nil {
		return
	}
	for _, e := range conjuncts(q.Having, nil) {
		keys := true
		query.Walk(e, func(e query.Expr) bool {
			switch e := e.(type) {
			case *query.ColRef:
				if lv.has[e.RTE] && !contains(q.GroupBy, e) {
					keys = false
				}
			case *query.FuncCall, *query.SubLink, *query.MultiAssign, *query.WholeRow, *query.SystemColumn, *query.Grouping, *query.Unknown:
				keys = false
			}
			return keys
		})
		if keys {
			lv.where = append(lv.where, lv.newFact(e))
		}
	}
}

func (lv *level) tail(t *query.Tail, row standing) {
	lv.visitKeys(t.OrderBy, row)
	lv.visit(t.Limit, standing{kind: nowhere})
	lv.visit(t.Offset, standing{kind: nowhere})
}

// setOp proves each branch; an output label is one that all branches give,
// and is lost where types are converted.
func (p *prover) setOp(q *query.SetOp, up *env, pushed []push, locked bool) *result {
	res := &result{}
	p.with(q.With, up, res)
	switch {
	case q.Limit != nil:
		pushed = barred(pushed, barrier{what: "LIMIT"})
	case q.Offset != nil:
		pushed = barred(pushed, barrier{what: "OFFSET"})
	}
	var cols [][]labels
	for _, side := range []query.Query{q.Left, q.Right} {
		var into []push
		for _, f := range pushed {
			if sameType(q.Targets[f.col], side.Columns()[f.col]) {
				into = append(into, f)
			}
		}
		in := p.query(side, up, into, locked)
		res.take(in)
		out := make([]labels, len(q.Targets))
		for i := range out {
			if sameType(q.Targets[i], side.Columns()[i]) {
				out[i] = in.col(i)
			}
		}
		cols = append(cols, out)
	}
	lv := p.newLevel(nil, nil, up, nil)
	lv.tail(&q.Tail, standing{kind: nowhere})
	lv.solve(res)
	if q.Kind == query.Except || q.Kind == query.Intersect {
		res.cols = cols[0] // every output row is a row of the left branch
	} else {
		res.cols = meetAll(cols, len(q.Targets))
	}
	return res
}

func sameType(a, b *query.Target) bool { return !a.Type.IsZero() && a.Type.Same(b.Type) }

// values proves a VALUES list. rows gets the labels of each row where it is
// not nil.
func (p *prover) values(q *query.Values, up *env, rows *[][]labels) *result {
	res := &result{}
	p.with(q.With, up, res)
	lv := p.newLevel(nil, nil, up, nil)
	for _, row := range q.Rows {
		for _, e := range row {
			lv.visit(e, standing{kind: nowhere})
		}
	}
	lv.tail(&q.Tail, standing{kind: nowhere})
	lv.solve(res)
	var all [][]labels
	for _, row := range q.Rows {
		out := make([]labels, len(row))
		for i, e := range row {
			if rows != nil || e.Type().Same(q.Targets[i].Type) {
				out[i] = lv.labelsOf(e)
			}
		}
		all = append(all, out)
	}
	if rows != nil {
		*rows = all
	}
	if len(all) == 1 {
		res.cols = all[0]
	} else {
		res.cols = meetAll(all, len(q.Targets))
	}
	return res
}

// unfounded reports whether q returns a row even when none passes its WHERE:
// an aggregate without GROUP BY does, and a grand total among grouping sets. Of
// such a row WHERE says nothing, not even of parameters and outer columns:
//
//	SELECT $2, count(*) FROM d WHERE d.tenant_id = $1 AND d.tenant_id = $2
func unfounded(q *query.Select) bool {
	if !q.Grouped {
		return false
	}
	return len(q.GroupBy) == 0 || slices.ContainsFunc(q.Sets, func(set []query.Expr) bool { return len(set) == 0 })
}

// output returns the closure of what holds for every row that the block hands out.
func (lv *level) output() *closure {
	if lv.unfounded {
		return lv.up.outwards()
	}
	return lv.row()
}

// labelsOf returns the labels of an expression of a row that the block goes on
// with. A column's are read off the closure of its own facts.
func (lv *level) labelsOf(e query.Expr) labels {
	e = lv.p.strip(e)
	if l, ok := lv.arrayLabels(e); ok {
		return l
	}
	p := lv.p
	switch e := e.(type) {
	case *query.ColRef:
		c := lv.output()
		if lv.has[e.RTE] {
			c = lv.factsFor(e.RTE)
		}
		return lv.gather(c, term{rte: e.RTE, col: e.Col})
	case *query.SystemColumn:
		if lv.has[e.RTE] {
			return lv.gather(lv.factsFor(e.RTE), p.termOf(e))
		}
	case *query.ParamRef:
		return lv.gather(lv.output(), term{param: e.Param.Number})
	case *query.Const:
		if e.Null {
			return labels{any: true}
		}
		return lv.gather(lv.output(), lv.p.termOf(e))
	case *query.SubLink:
		if e.Kind == query.ScalarSubLink {
			return lv.termLabels(term{sub: e})
		}
	case *query.MultiAssign:
		if s := lv.p.subquery(e.Sub); s.res != nil {
			return s.res.col(e.Index).through(nil, e.Sub)
		}
	case *query.FuncCall:
		if keepsLabel(e) && len(e.Args) == 1 {
			return lv.labelsOf(e.Args[0]).single(e)
		}
	case *query.NullIf, *query.Coalesce, *query.MinMax, *query.Case:
		return lv.meetOf(chosen(e), e)
	}
	return labels{}
}

// keepsLabel reports whether an aggregate's result is one of its arguments.
func keepsLabel(f *query.FuncCall) bool {
	return builtin(f) && slices.Contains([]string{"min", "max", "any_value"}, f.Name)
}

// meetOf returns the labels that every branch has. Branches of another type
// would be converted, which labels do not survive.
func (lv *level) meetOf(list []query.Expr, of query.Expr) labels {
	out := labels{any: true}
	for _, e := range list {
		if !e.Type().Same(of.Type()) {
			return labels{}
		}
		out = out.meet(lv.labelsOf(e))
	}
	return out.single(of)
}

func (lv *level) gather(c *closure, t term) labels {
	var out labels
	if t.isZero() || lv.p.ties.hopeless(t) {
		return out
	}
	var own []ownColumns
	c.class(t, func(u term) {
		lv.held(c, u, func(h holding) bool {
			out.tenant |= h.labels.tenant
			if h.labels.own != nil {
				own = append(own, h.labels.own)
			}
			return true
		})
	})
	out.own = unionOf(own)
	return out
}
