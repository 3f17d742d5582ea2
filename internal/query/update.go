package query

import (
	"fmt"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// updateStmt resolves in PostgreSQL's order: WITH, the target, FROM, WHERE,
// RETURNING, and SET last.
func (r *resolver) updateStmt(sc *scope, n *pgast.UpdateStmt) Query {
	q := &Update{}
	q.At = r.at(n.GetRelation().GetLocation())
	q.With = r.with(sc, n.GetWithClause())
	if q.Target = r.target(sc, n.GetRelation()); q.Target == nil {
		return nil
	}
	q.From = r.besideTarget(sc, q.Target, n.GetFromClause())
	if w := n.GetWhereClause(); w != nil {
		q.Where = r.condition(sc, w)
	}
	q.Returning = r.returning(sc, n.GetReturningClause())
	q.Set = r.setList(sc, q.Target, n.GetTargetList())
	return q
}

// deleteStmt resolves WITH, the target, USING, WHERE, RETURNING.
func (r *resolver) deleteStmt(sc *scope, n *pgast.DeleteStmt) Query {
	q := &Delete{}
	q.At = r.at(n.GetRelation().GetLocation())
	q.With = r.with(sc, n.GetWithClause())
	if q.Target = r.target(sc, n.GetRelation()); q.Target == nil {
		return nil
	}
	q.Using = r.besideTarget(sc, q.Target, n.GetUsingClause())
	if w := n.GetWhereClause(); w != nil {
		q.Where = r.condition(sc, w)
	}
	q.Returning = r.returning(sc, n.GetReturningClause())
	return q
}

// besideTarget resolves FROM or USING beside the target, which LATERAL items
// there may not refer to.
func (r *resolver) besideTarget(sc *scope, target *RTE, list []*pgast.Node) []FromItem {
	item := itemOf(target)
	item.lateralOnly, item.lateralOK = true, false
	sc.items = []*nsItem{item}
	from := &scope{outer: sc.outer, items: sc.items, ctes: sc.ctes, depth: sc.depth, windows: sc.windows}
	out := r.fromClause(from, list)
	sc.items, sc.broken = from.items, from.broken
	setLateral(sc.items, false, true)
	return out
}

// setList resolves SET. All values are read before the first is assigned.
func (r *resolver) setList(sc *scope, target *RTE, list []*pgast.Node) []*Assign {
	var out []*Assign
	var last *SubLink // the subquery of the running (a, b) = (SELECT …)
	seen := map[int]bool{}
	for _, n := range list {
		t := n.GetResTarget()
		a := &Assign{Column: r.targetColumn(target, t), At: r.at(t.GetLocation()), Partial: len(t.GetIndirection()) > 0}
		if multi := t.GetVal().GetMultiAssignRef(); multi != nil {
			a.Value, last = r.multiAssign(sc, multi, last, a.At)
		} else {
			a.Value = r.assigned(sc, t.GetVal())
		}
		if a.Column < 0 {
			continue
		}
		if seen[a.Column] && !a.Partial {
			r.issue(diag.CodeAmbiguous, a.At, len(t.GetName()), "the column "+t.GetName()+" is assigned twice", "", "")
		}
		seen[a.Column] = true
		if a.Partial {
			r.setPart(sc, target, t, a)
		}
		out = append(out, a)
	}
	for _, a := range out {
		if a.Partial {
			continue // typed by the part
		}
		r.coerce(a.Value, target.Relation.Columns[a.Column].Type)
	}
	return out
}

// setPart resolves the subscripts of SET c[1] = … and types the value.
func (r *resolver) setPart(sc *scope, target *RTE, t *pgast.ResTarget, a *Assign) {
	col := columnOf(target, a.Column, a.At)
	typ := r.cat.Base(col.Type())
	slice, fields := false, false
	for _, step := range t.GetIndirection() {
		ix := step.GetAIndices()
		if ix == nil {
			fields = true
			continue
		}
		slice = slice || ix.GetIsSlice()
		for _, bound := range []*pgast.Node{ix.GetLidx(), ix.GetUidx()} {
			if bound == nil {
				continue
			}
			// The subscripts read nothing that a plain value could not; they are
			// kept out of the tree, so only constants and parameters pass.
			switch e := r.subscript(sc, bound, col).(type) {
			case *Const, *ParamRef:
			default:
				r.unknown(e.Loc(), "a subscript in SET that is no constant or parameter")
			}
		}
	}
	switch {
	case fields || !typ.Array:
		r.coerce(a.Value, catalog.Type{})
	case slice:
		r.coerce(a.Value, typ)
	default:
		typ.Array = false
		r.coerce(a.Value, typ)
	}
}

// multiAssign resolves one column of (a, b) = (…). The columns share the
// source, of which the first one is resolved.
func (r *resolver) multiAssign(sc *scope, n *pgast.MultiAssignRef, last *SubLink, at Loc) (Expr, *SubLink) {
	col, count := int(n.GetColno()), int(n.GetNcolumns())
	if row := n.GetSource().GetRowExpr(); row != nil {
		args := row.GetArgs()
		if len(args) != count {
			if col == 1 {
				r.issue(diag.CodeColumnCount, at, 0, fmt.Sprintf("SET assigns %d columns and has %d values", count, len(args)), "", "")
			}
			return r.failed(at, "row"), nil
		}
		return r.assigned(sc, args[col-1]), nil
	}
	sub := n.GetSource().GetSubLink()
	if sub == nil {
		return r.unknown(at, pgast.Kind(n.GetSource())+" as the source of several columns"), nil
	}
	if col == 1 {
		last = &SubLink{node: r.node(sub.GetLocation()), Kind: RowSubLink}
		if last.Query = r.query(sc, sub.GetSubselect()); last.Query == nil {
			return r.failed(at, "subquery"), nil
		}
		if have := len(last.Query.Columns()); have != count {
			r.issue(diag.CodeColumnCount, at, 0, fmt.Sprintf("SET assigns %d columns, and the subquery has %d", count, have), "", "")
		}
	}
	if last == nil || last.Query == nil || col > len(last.Query.Columns()) {
		return r.failed(at, "subquery"), last
	}
	return &MultiAssign{node: node{T: last.Query.Columns()[col-1].Type, At: at}, Sub: last, Index: col - 1}, last
}
