package query

import (
	"fmt"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// setOp resolves UNION, INTERSECT or EXCEPT. afterLeft is called with the left
// side before the right one is resolved: a recursive CTE has the columns of
// its left side.
func (r *resolver) setOp(sc *scope, n *pgast.SelectStmt, afterLeft func(Query)) Query {
	q := &SetOp{All: n.GetAll()}
	q.At = r.selectLoc(n)
	r.refuseInto(n)
	switch n.GetOp() {
	case pgast.SetOperation_SETOP_UNION:
		q.Kind = Union
	case pgast.SetOperation_SETOP_INTERSECT:
		q.Kind = Intersect
	case pgast.SetOperation_SETOP_EXCEPT:
		q.Kind = Except
	default:
		r.unknown(q.At, n.GetOp().String())
		return nil
	}
	q.With = r.with(sc, n.GetWithClause())
	left := r.selectStmt(newScope(sc), n.GetLarg(), false)
	if left == nil {
		return nil
	}
	if afterLeft != nil {
		r.settle(left.Columns())
		afterLeft(left)
	}
	right := r.selectStmt(newScope(sc), n.GetRarg(), false)
	if right == nil {
		return nil
	}
	q.Left, q.Right = left, right
	q.Targets = r.setOpTargets(q)
	q.OrderBy = r.setOpOrderBy(q.Targets, n.GetSortClause())
	r.limit(sc, &q.Tail, n)
	if len(n.GetLockingClause()) > 0 {
		r.unknown(q.At, "FOR UPDATE after a set operation")
	}
	return q
}

// setOpTargets pairs the columns of the two sides.
func (r *resolver) setOpTargets(q *SetOp) []*Target {
	left, right := q.Left.Columns(), q.Right.Columns()
	if len(left) != len(right) {
		r.issue(diag.CodeColumnCount, q.Right.Loc(), 0,
			fmt.Sprintf("the sides of the set operation have %d and %d columns", len(left), len(right)), "", "")
	}
	out := make([]*Target, 0, len(left))
	for i := range min(len(left), len(right)) {
		l, rt := left[i], right[i]
		t := r.commonType(l.Expr, rt.Expr)
		r.coerceOutput(l, t)
		r.coerceOutput(rt, t)
		out = append(out, &Target{Name: l.Name, Type: t, Expr: &Output{node: node{T: t, At: l.Expr.Loc()}, Index: i}})
	}
	return out
}

func (r *resolver) coerceOutput(t *Target, to catalog.Type) {
	r.coerce(t.Expr, to)
	t.Type = t.Expr.Type()
}

// setOpOrderBy resolves ORDER BY after a set operation: names and positions of
// its output columns only.
func (r *resolver) setOpOrderBy(targets []*Target, list []*pgast.Node) []*SortKey {
	return r.sortKeys(list, func(n *pgast.Node) Expr {
		if c := n.GetAConst(); c != nil {
			return r.ordinal(c, targets)
		}
		ref := n.GetColumnRef()
		if ref == nil || len(ref.GetFields()) != 1 || ref.GetFields()[0].GetString_() == nil {
			return r.unknown(r.stmtLoc(), "an expression in ORDER BY after a set operation")
		}
		name, at := ref.GetFields()[0].GetString_().GetSval(), r.at(ref.GetLocation())
		if t := r.outputNamed(targets, name, at); t != nil {
			return t.Expr
		}
		r.issue(diag.CodeUnknownColumn, at, len(name), "the set operation has no output column "+name, "", "")
		return r.failed(at, name)
	})
}

// values resolves VALUES as a query. Its columns have the type common to the rows.
func (r *resolver) values(sc *scope, n *pgast.SelectStmt) Query {
	q := &Values{}
	q.At = r.valuesLoc(n)
	r.refuseInto(n)
	q.With = r.with(sc, n.GetWithClause())
	for _, row := range n.GetValuesLists() {
		exprs := r.exprs(sc, row.GetList().GetItems())
		if len(q.Rows) > 0 && len(exprs) != len(q.Rows[0]) {
			r.issue(diag.CodeColumnCount, q.At, 0, "the rows of VALUES differ in length", "", "")
			return nil
		}
		q.Rows = append(q.Rows, exprs)
	}
	for i := range q.Rows[0] {
		column := make([]Expr, len(q.Rows))
		for j, row := range q.Rows {
			column[j] = row[i]
		}
		t := r.unify(column)
		q.Targets = append(q.Targets, &Target{
			Name: fmt.Sprintf("column%d", i+1), Type: t,
			Expr: &Output{node: node{T: t, At: q.Rows[0][i].Loc()}, Index: i},
		})
	}
	q.OrderBy = r.setOpOrderBy(q.Targets, n.GetSortClause())
	r.limit(sc, &q.Tail, n)
	if len(n.GetLockingClause()) > 0 {
		r.unknown(q.At, "FOR UPDATE after VALUES")
	}
	return q
}

// valuesLoc is the place of the first value.
func (r *resolver) valuesLoc(n *pgast.SelectStmt) Loc {
	if c := n.GetWithClause(); c != nil {
		return r.at(c.GetLocation())
	}
	if off, ok := pgast.Location(n.GetValuesLists()[0]); ok {
		return r.loc(off)
	}
	return r.stmtLoc()
}
