package query

import (
	"fmt"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// insertStmt resolves in PostgreSQL's order: WITH, the target, the source,
// ON CONFLICT, RETURNING.
func (r *resolver) insertStmt(sc *scope, n *pgast.InsertStmt) Query {
	q := &Insert{}
	q.At = r.at(n.GetRelation().GetLocation())
	q.With = r.with(sc, n.GetWithClause())
	if q.Target = r.target(sc, n.GetRelation()); q.Target == nil {
		return nil
	}
	q.Listed = len(n.GetCols()) > 0
	partial := r.insertColumns(q, n.GetCols())
	switch n.GetOverride() {
	case pgast.OverridingKind_OVERRIDING_NOT_SET, pgast.OverridingKind_OVERRIDING_KIND_UNDEFINED:
	case pgast.OverridingKind_OVERRIDING_USER_VALUE:
		q.Overriding = "USER"
	case pgast.OverridingKind_OVERRIDING_SYSTEM_VALUE:
		q.Overriding = "SYSTEM"
	default:
		r.unknown(q.At, n.GetOverride().String())
	}
	if s := n.GetSelectStmt(); s != nil {
		if q.Source = r.insertSource(sc, q, s, partial); q.Source == nil {
			return nil
		}
	}
	if c := n.GetOnConflictClause(); c != nil {
		q.Conflict = r.conflict(sc, q.Target, c)
	}
	sc.items = []*nsItem{itemOf(q.Target)}
	sc.inserts = true
	q.Returning = r.returning(sc, n.GetReturningClause())
	return q
}

// target makes the entry of the relation that a statement writes. Its name is
// never that of a CTE.
func (r *resolver) target(sc *scope, n *pgast.RangeVar) *RTE {
	rel := r.relation(n)
	if rel == nil {
		return nil
	}
	rte := r.relationRTE(sc, rel, n)
	rte.Write = true
	if rel.IsView() {
		r.issue(diag.CodeView, rte.At, rte.Width, "writing through the view "+rel.ShortName()+" is not accepted",
			"which rows of which tables it writes is decided by rules and triggers", "the table below it")
		return nil
	}
	return rte
}

// insertColumns resolves the column list, or takes all columns. It tells which
// of them are assigned in part, as in (tags[1]).
func (r *resolver) insertColumns(q *Insert, list []*pgast.Node) (partial []bool) {
	rel := q.Target.Relation
	if len(list) == 0 {
		q.Into = allColumns(rel)
		return make([]bool, len(q.Into))
	}
	seen := map[int]bool{}
	for _, n := range list {
		t := n.GetResTarget()
		c := r.targetColumn(q.Target, t)
		if c < 0 {
			continue
		}
		part := len(t.GetIndirection()) > 0
		if seen[c] && !part {
			r.issue(diag.CodeAmbiguous, r.at(t.GetLocation()), len(t.GetName()), "the column "+t.GetName()+" is listed twice", "", "")
		}
		seen[c] = true
		if part {
			r.unknown(r.at(t.GetLocation()), "a part of a column in the column list")
		}
		q.Into = append(q.Into, c)
		partial = append(partial, part)
	}
	return partial
}

// targetColumn finds a column that is assigned, or reports that there is none.
func (r *resolver) targetColumn(rte *RTE, t *pgast.ResTarget) int {
	name, at := t.GetName(), r.at(t.GetLocation())
	var known []string
	for _, c := range rte.Relation.Columns {
		if c.Name == name {
			return c.Index
		}
		known = append(known, c.Name)
	}
	r.issue(diag.CodeUnknownColumn, at, len(name), rte.Relation.ShortName()+" has no column "+name, "", diag.Nearest(name, known))
	return -1
}

// insertSource resolves VALUES or SELECT. A value without a type has that of
// its column.
func (r *resolver) insertSource(sc *scope, q *Insert, n *pgast.Node, partial []bool) Query {
	s := n.GetSelectStmt()
	if s == nil {
		r.unknown(q.At, pgast.Kind(n)+" as the source of INSERT")
		return nil
	}
	plain := s.GetOp() == pgast.SetOperation_SETOP_NONE && len(s.GetValuesLists()) > 0 && len(s.GetSortClause()) == 0 &&
		s.GetLimitCount() == nil && s.GetLimitOffset() == nil && s.GetWithClause() == nil && len(s.GetLockingClause()) == 0 && s.GetIntoClause() == nil
	if plain {
		return r.insertValues(sc, q, s)
	}
	src := r.selectStmt(newScope(sc), s, false)
	if src == nil {
		return nil
	}
	targets := src.Columns()
	r.countValues(q, len(targets), q.Target.At)
	for i, t := range targets {
		if i < len(q.Into) {
			r.coerceOutput(t, q.columnType(i))
		}
	}
	return src
}

func (q *Insert) columnType(i int) catalog.Type {
	return q.Target.Relation.Columns[q.Into[i]].Type
}

// insertValues resolves the rows of VALUES, each against the columns.
func (r *resolver) insertValues(sc *scope, q *Insert, n *pgast.SelectStmt) Query {
	v := &Values{}
	v.At = r.valuesLoc(n)
	for _, list := range n.GetValuesLists() {
		items := list.GetList().GetItems()
		row := make([]Expr, len(items))
		for i, item := range items {
			row[i] = r.assigned(sc, item)
		}
		r.countValues(q, len(row), v.At)
		for i, e := range row {
			if i < len(q.Into) {
				r.coerce(e, q.columnType(i))
			}
		}
		v.Rows = append(v.Rows, row)
	}
	for i := range v.Rows[0] {
		t := catalog.Type{}
		if i < len(q.Into) {
			t = q.columnType(i)
		}
		for _, row := range v.Rows {
			if i >= len(row) || !row[i].Type().Same(t) {
				t = catalog.Type{} // the rows are converted one by one
				break
			}
		}
		v.Targets = append(v.Targets, &Target{
			Name: fmt.Sprintf("column%d", i+1), Type: t,
			Expr: &Output{node: node{T: t, At: v.Rows[0][i].Loc()}, Index: i},
		})
	}
	return v
}

// assigned resolves a value of VALUES or SET, where DEFAULT may stand.
func (r *resolver) assigned(sc *scope, n *pgast.Node) Expr {
	if d := n.GetSetToDefault(); d != nil {
		return &Default{node: r.node(d.GetLocation())}
	}
	return r.expr(sc, n)
}

// countValues checks the number of values. Without a column list there may be
// fewer, and the columns that get none are then not written.
func (r *resolver) countValues(q *Insert, values int, at Loc) {
	switch {
	case values > len(q.Into):
		r.issue(diag.CodeColumnCount, at, 0, fmt.Sprintf("INSERT gives %d values for %d columns", values, len(q.Into)), "", "")
	case values < len(q.Into) && q.Listed:
		r.issue(diag.CodeColumnCount, at, 0, fmt.Sprintf("INSERT gives %d values for %d columns", values, len(q.Into)), "", "")
	case values < len(q.Into):
		q.Into = q.Into[:values]
	}
}

// returning resolves RETURNING; the scope's items are what it may name.
func (r *resolver) returning(sc *scope, n *pgast.ReturningClause) []*Target {
	if n == nil {
		return nil
	}
	if len(n.GetOptions()) > 0 {
		r.unknown(r.at(n.GetOptions()[0].GetReturningOption().GetLocation()), "RETURNING WITH (OLD or NEW)")
	}
	sc.returning = true
	out := r.targetList(sc, n.GetExprs())
	sc.returning = false
	r.settle(out)
	return out
}
