package query

import (
	"fmt"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// clauseKind tells the two ways in which SQL reads a bare name.
type clauseKind int8

const (
	orderClause clauseKind = iota // an output column first, then an input column
	groupClause                   // an input column first, then an output column
)

// sortItem resolves an item of ORDER BY, GROUP BY or DISTINCT ON: an ordinal,
// the name of an output column, or an expression over the input columns.
func (r *resolver) sortItem(sc *scope, n *pgast.Node, targets []*Target, kind clauseKind) Expr {
	if ref := n.GetColumnRef(); ref != nil && len(ref.GetFields()) == 1 && ref.GetFields()[0].GetString_() != nil {
		name, at := ref.GetFields()[0].GetString_().GetSval(), r.at(ref.GetLocation())
		if kind == groupClause && sc.hasColumn(name) {
			return r.columnRef(sc, ref)
		}
		if t := r.outputNamed(targets, name, at); t != nil {
			return r.sortable(t.Expr)
		}
	}
	if c := n.GetAConst(); c != nil {
		return r.ordinal(c, targets)
	}
	return r.sortable(r.expr(sc, n))
}

// sortable settles what is sorted: a literal or parameter without a type is text.
func (r *resolver) sortable(e Expr) Expr {
	r.coerce(e, catalog.Builtin("text"))
	return e
}

// hasColumn reports whether the level itself has a column of that name.
func (s *scope) hasColumn(name string) bool {
	for _, it := range s.items {
		if !it.cols {
			continue
		}
		if _, n := it.find(name); n > 0 || it.hasSystemColumn(name) {
			return true
		}
	}
	return false
}

// outputNamed finds an output column by name. Two of one name must be one
// expression.
func (r *resolver) outputNamed(targets []*Target, name string, at Loc) *Target {
	var hit *Target
	for _, t := range targets {
		if t.Name != name {
			continue
		}
		if hit != nil && String(hit.Expr) != String(t.Expr) {
			r.issue(diag.CodeAmbiguous, at, len(name), "the name "+name+" is ambiguous: two output columns have it", "", "")
			return hit
		}
		if hit == nil {
			hit = t
		}
	}
	return hit
}

// ordinal resolves `ORDER BY 2`.
func (r *resolver) ordinal(c *pgast.A_Const, targets []*Target) Expr {
	at := r.at(c.GetLocation())
	v, ok := c.GetVal().(*pgast.A_Const_Ival)
	if !ok {
		return r.unknown(at, "a constant that is no integer in ORDER BY, GROUP BY or DISTINCT ON")
	}
	n := int(v.Ival.GetIval())
	if n < 1 || n > len(targets) {
		r.issue(diag.CodeReference, at, 0, fmt.Sprintf("position %d is not in the target list", n), "", "")
		return r.failed(at, "ordinal")
	}
	return r.sortable(targets[n-1].Expr)
}

func (r *resolver) orderBy(sc *scope, list []*pgast.Node, targets []*Target) []*SortKey {
	return r.sortKeys(list, func(n *pgast.Node) Expr { return r.sortItem(sc, n, targets, orderClause) })
}

// plainOrderBy resolves the ORDER BY of an aggregate or window, where names are
// input columns and constants are constants.
func (r *resolver) plainOrderBy(sc *scope, list []*pgast.Node) []*SortKey {
	return r.sortKeys(list, func(n *pgast.Node) Expr { return r.sortable(r.expr(sc, n)) })
}

func (r *resolver) sortKeys(list []*pgast.Node, resolve func(*pgast.Node) Expr) []*SortKey {
	out := make([]*SortKey, 0, len(list))
	for _, n := range list {
		s := n.GetSortBy()
		if s == nil {
			r.unknown(r.stmtLoc(), pgast.Kind(n)+" in ORDER BY")
			continue
		}
		k := &SortKey{Expr: resolve(s.GetNode())}
		switch s.GetSortbyDir() {
		case pgast.SortByDir_SORTBY_DEFAULT, pgast.SortByDir_SORTBY_ASC:
		case pgast.SortByDir_SORTBY_DESC:
			k.Desc = true
		case pgast.SortByDir_SORTBY_USING:
			names := pgast.Strings(s.GetUseOp())
			k.Using = names[len(names)-1]
			if k.Using != "<" && k.Using != ">" || len(names) > 1 {
				r.unknown(r.at(s.GetLocation()), "ORDER BY … USING "+k.Using)
			}
		default:
			r.unknown(r.at(s.GetLocation()), s.GetSortbyDir().String())
		}
		out = append(out, k)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// groupBy resolves GROUP BY with its grouping sets.
func (r *resolver) groupBy(sc *scope, q *Select, n *pgast.SelectStmt) {
	sets := false
	for _, g := range n.GetGroupClause() {
		sets = sets || g.GetGroupingSet() != nil
	}
	if !sets {
		for _, g := range n.GetGroupClause() {
			q.GroupBy = append(q.GroupBy, r.groupItem(sc, g, q.Targets)...)
		}
		return
	}
	// The grouping sets of several items are their product.
	product := [][]Expr{nil}
	for _, g := range n.GetGroupClause() {
		var one [][]Expr
		if s := g.GetGroupingSet(); s != nil {
			one = r.groupingSet(sc, s, q)
		} else {
			items := r.groupItem(sc, g, q.Targets)
			q.GroupBy = append(q.GroupBy, items...)
			one = [][]Expr{items}
		}
		var next [][]Expr
		for _, a := range product {
			for _, b := range one {
				next = append(next, append(append([]Expr(nil), a...), b...))
			}
		}
		if len(next) > maxGroupingSets {
			r.unknown(q.At, "a GROUP BY with so many grouping sets")
			next = next[:1]
		}
		product = next
	}
	q.Sets = product
}

// maxGroupingSets is PostgreSQL's own limit.
const maxGroupingSets = 4096

// groupItem resolves one item; a row (a, b) is its columns.
func (r *resolver) groupItem(sc *scope, n *pgast.Node, targets []*Target) []Expr {
	if row := n.GetRowExpr(); row != nil && row.GetRowFormat() == pgast.CoercionForm_COERCE_IMPLICIT_CAST {
		var out []Expr
		for _, a := range row.GetArgs() {
			out = append(out, r.groupItem(sc, a, targets)...)
		}
		return out
	}
	return []Expr{r.sortItem(sc, n, targets, groupClause)}
}

// groupingSet returns the sets that one item stands for.
func (r *resolver) groupingSet(sc *scope, s *pgast.GroupingSet, q *Select) [][]Expr {
	item := func(n *pgast.Node) []Expr {
		items := r.groupItem(sc, n, q.Targets)
		q.GroupBy = append(q.GroupBy, items...)
		return items
	}
	switch s.GetKind() {
	case pgast.GroupingSetKind_GROUPING_SET_EMPTY:
		return [][]Expr{{}}
	case pgast.GroupingSetKind_GROUPING_SET_ROLLUP:
		sets := [][]Expr{{}}
		var prefix []Expr
		for _, c := range s.GetContent() {
			prefix = append(prefix, item(c)...)
			sets = append(sets, append([]Expr(nil), prefix...))
		}
		return sets
	case pgast.GroupingSetKind_GROUPING_SET_CUBE:
		if len(s.GetContent()) > 12 {
			r.unknown(r.at(s.GetLocation()), "CUBE over more than 12 columns")
			return [][]Expr{{}}
		}
		sets := [][]Expr{{}}
		for _, c := range s.GetContent() {
			items := item(c)
			for _, have := range sets {
				sets = append(sets, append(append([]Expr(nil), have...), items...))
			}
		}
		return sets
	case pgast.GroupingSetKind_GROUPING_SET_SETS:
		var sets [][]Expr
		for _, c := range s.GetContent() {
			if inner := c.GetGroupingSet(); inner != nil {
				sets = append(sets, r.groupingSet(sc, inner, q)...)
				continue
			}
			sets = append(sets, item(c))
		}
		return sets
	}
	r.unknown(r.at(s.GetLocation()), s.GetKind().String())
	return [][]Expr{{}}
}

// distinct resolves DISTINCT and DISTINCT ON.
func (r *resolver) distinct(sc *scope, q *Select, list []*pgast.Node) {
	switch {
	case len(list) == 0:
		return
	case len(list) == 1 && pgast.Inner(list[0]) == nil:
		q.Distinct = Distinct
		for _, t := range q.Targets {
			r.sortable(t.Expr)
		}
		return
	}
	q.Distinct = DistinctOn
	for _, n := range list {
		q.DistinctOn = append(q.DistinctOn, r.sortItem(sc, n, q.Targets, orderClause))
	}
}
