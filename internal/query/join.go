package query

import (
	"slices"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// join resolves a join tree. The right side sees the left one through LATERAL,
// and ON sees the join's own items and the outer levels only.
func (r *resolver) join(sc *scope, n *pgast.JoinExpr) (FromItem, []*nsItem) {
	left, leftItems := r.fromItem(sc, n.GetLarg())
	kind, ok := joinKind(n.GetJointype())
	if !ok {
		r.unknown(r.stmtLoc(), n.GetJointype().String())
	}
	outside := sc.items
	setLateral(leftItems, true, kind == Inner || kind == Left)
	sc.items = slices.Concat(outside, leftItems)
	right, rightItems := r.fromItem(sc, n.GetRarg())
	sc.items = outside
	r.checkNames(leftItems, rightItems)
	both := slices.Concat(leftItems, rightItems)
	setLateral(both, false, true)
	if left == nil || right == nil {
		sc.broken = true
		return nil, both
	}

	j := &Join{Kind: kind, Left: left, Right: right, At: firstLoc(right)}
	leftCols, rightCols := columnsOf(leftItems), columnsOf(rightItems)
	using, merged := r.usingColumns(n, leftCols, rightCols, j)
	if n.GetQuals() != nil {
		sc.items = both
		j.On = r.condition(sc, n.GetQuals())
		sc.items = outside
	}
	if len(using) == 0 {
		// The left side's list is at its end here, and grows in place: a chain of
		// joins would otherwise be copied once for each of them.
		return j, r.joinItems(n, both, append(leftCols, rightCols...), nil)
	}
	columns := merged
	for _, side := range [][]nsCol{leftCols, rightCols} {
		for _, c := range side {
			if !slices.Contains(using, c.name) {
				columns = append(columns, c)
			}
		}
	}
	return j, r.joinItems(n, both, columns, merged)
}

func joinKind(t pgast.JoinType) (JoinKind, bool) {
	switch t {
	case pgast.JoinType_JOIN_INNER:
		return Inner, true
	case pgast.JoinType_JOIN_LEFT:
		return Left, true
	case pgast.JoinType_JOIN_RIGHT:
		return Right, true
	case pgast.JoinType_JOIN_FULL:
		return Full, true
	}
	return Full, false // the kind that gives the fewest facts
}

// joinItems says what the levels above see of a join: under an alias only the
// join; without one its columns, and its entries by their names.
func (r *resolver) joinItems(n *pgast.JoinExpr, inside []*nsItem, columns, merged []nsCol) []*nsItem {
	if alias := n.GetAlias(); alias != nil {
		names := alias.GetColnames()
		if len(names) > len(columns) {
			r.issue(diag.CodeColumnCount, r.stmtLoc(), 0, "the alias list of "+alias.GetAliasname()+" has more names than there are columns", "", "")
			names = names[:len(columns)]
		}
		columns = slices.Clone(columns)
		for i, c := range names {
			columns[i].name = c.GetString_().GetSval()
		}
		return []*nsItem{{name: alias.GetAliasname(), columns: columns, rel: true, cols: true, lateralOK: true}}
	}
	out := make([]*nsItem, 0, len(inside)+2)
	for _, it := range inside {
		it.cols = false
		if it.rel {
			out = append(out, it)
		}
	}
	if alias := n.GetJoinUsingAlias(); alias != nil {
		out = append(out, &nsItem{name: alias.GetAliasname(), columns: merged, rel: true, lateralOK: true})
	}
	return append(out, &nsItem{columns: columns, cols: true, lateralOK: true})
}

// columnsOf lists the columns that unqualified names see.
func columnsOf(items []*nsItem) []nsCol {
	if n := len(items); n > 0 && items[n-1].rte == nil && items[n-1].cols && !slices.ContainsFunc(items[:n-1], func(it *nsItem) bool { return it.cols }) {
		return items[n-1].columns // a join without alias
	}
	var out []nsCol
	for _, it := range items {
		if !it.cols {
			continue
		}
		if it.rte == nil {
			out = append(out, it.columns...)
			continue
		}
		out = slices.Grow(out, len(it.rte.Cols))
		for i := range it.rte.Cols {
			out = append(out, nsCol{name: it.rte.Cols[i].Name, rte: it.rte, col: i})
		}
	}
	return out
}

// usingColumns resolves USING and NATURAL and returns the merged columns.
func (r *resolver) usingColumns(n *pgast.JoinExpr, left, right []nsCol, j *Join) (names []string, merged []nsCol) {
	if n.GetIsNatural() {
		for _, c := range left {
			if i, _ := findColumn(right, c.name); i >= 0 && !slices.Contains(names, c.name) {
				names = append(names, c.name)
			}
		}
	} else {
		names = pgast.Strings(n.GetUsingClause())
	}
	for i, name := range names {
		li, ln := findColumn(left, name)
		ri, rn := findColumn(right, name)
		switch {
		case ln == 0 || rn == 0:
			r.issue(diag.CodeUnknownColumn, j.At, 0, "USING names "+name+", which one side of the join does not have", "", "")
			continue
		case ln > 1 || rn > 1 || slices.Contains(names[:i], name):
			r.issue(diag.CodeAmbiguous, j.At, 0, "the name "+name+" is ambiguous in this join", "", "")
			continue
		}
		l, rt := left[li].ref(j.At), right[ri].ref(j.At)
		j.Using = append(j.Using, UsingCol{Name: name, Left: l, Right: rt})
		merged = append(merged, r.mergedColumn(j.Kind, name, left[li], right[ri], l, rt))
	}
	return names, merged
}

func findColumn(cols []nsCol, name string) (index, count int) {
	index = -1
	for i := range cols {
		if cols[i].name == name {
			if count == 0 {
				index = i
			}
			count++
		}
	}
	return index, count
}

// mergedColumn is the column that USING makes of two: the left one, the right
// one for RIGHT, and neither for FULL. Where the types differ PostgreSQL
// converts to a common one, and for an inner join prefers the side that needs
// no conversion.
func (r *resolver) mergedColumn(kind JoinKind, name string, lc, rc nsCol, l, rt Expr) nsCol {
	t := r.commonType(l, rt)
	pick := func(c nsCol, e Expr) nsCol {
		c.name = name
		if !e.Type().Same(t) {
			c.merged = &Cast{node: node{T: t, At: e.Loc()}, Arg: e}
		}
		return c
	}
	switch {
	case kind == Full || t.IsZero():
		return nsCol{name: name, merged: &Merged{node: node{T: t, At: l.Loc()}, Left: l, Right: rt}}
	case kind == Right:
		return pick(rc, rt)
	case kind == Inner && !l.Type().Same(t) && rt.Type().Same(t):
		return pick(rc, rt)
	}
	return pick(lc, l)
}

// firstLoc is the place of an item's first name.
func firstLoc(item FromItem) Loc {
	for {
		switch it := item.(type) {
		case *RTE:
			return it.At
		case *Join:
			item = it.Left
		default:
			return Loc{}
		}
	}
}
