package catalog

import (
	"fmt"
	"slices"

	"github.com/tenantc/tenantc/internal/pgast"
)

// outputColumns returns the names of a query's output columns. It reports
// false where one has its name from a star that cannot be listed here.
func (b *builder) outputColumns(s *pgast.SelectStmt, deps *viewDeps) ([]string, bool) {
	for s.GetLarg() != nil {
		s = s.GetLarg()
	}
	if rows := s.GetValuesLists(); len(rows) > 0 {
		var names []string
		for i := range rows[0].GetList().GetItems() {
			names = append(names, fmt.Sprintf("column%d", i+1))
		}
		return names, true
	}
	var names []string
	for _, n := range s.GetTargetList() {
		t := n.GetResTarget()
		if fields := t.GetVal().GetColumnRef().GetFields(); len(fields) > 0 && fields[len(fields)-1].GetAStar() != nil {
			star, ok := b.starColumns(s, pgast.Strings(fields[:len(fields)-1]), deps)
			if !ok {
				return names, false
			}
			names = append(names, star...)
			continue
		}
		if t.GetVal().GetAIndirection() != nil && t.GetName() == "" && hasStar(t.GetVal().GetAIndirection().GetIndirection()) {
			return names, false
		}
		name := t.GetName()
		if name == "" {
			naming := pgast.Naming{Sub: func(sub *pgast.SubLink) (string, bool) {
				names, ok := b.outputColumns(sub.GetSubselect().GetSelectStmt(), deps)
				if !ok || len(names) != 1 {
					return "", false
				}
				return names[0], true
			}}
			var ok bool
			if name, ok = naming.ColumnName(t.GetVal()); !ok {
				return names, false
			}
		}
		if name == "" {
			name = pgast.Unnamed
		}
		names = append(names, name)
	}
	return names, true
}

func hasStar(list []*pgast.Node) bool {
	return slices.ContainsFunc(list, func(n *pgast.Node) bool { return n.GetAStar() != nil })
}

// starColumns expands `*` or, with a prefix, `t.*`.
func (b *builder) starColumns(s *pgast.SelectStmt, prefix []string, deps *viewDeps) ([]string, bool) {
	var names []string
	for _, item := range s.GetFromClause() {
		cols, ok := b.itemColumns(s, item, prefix, deps)
		if !ok {
			return nil, false
		}
		names = append(names, cols...)
	}
	return names, len(names) > 0
}

// itemColumns returns the columns that one item of FROM adds to a star; with
// a prefix, only those of the item of that name.
func (b *builder) itemColumns(s *pgast.SelectStmt, item *pgast.Node, prefix []string, deps *viewDeps) ([]string, bool) {
	wanted := func(alias string) bool { return len(prefix) == 0 || prefix[len(prefix)-1] == alias }
	switch f := item.GetNode().(type) {
	case *pgast.Node_RangeVar:
		name := f.RangeVar.GetAlias().GetAliasname()
		if name == "" {
			name = f.RangeVar.GetRelname()
		}
		if !wanted(name) {
			return nil, true
		}
		rel := deps.vars[f.RangeVar]
		if rel == nil {
			return b.cteColumns(s, f.RangeVar, deps)
		}
		if rel.Columns == nil && rel.IsView() {
			return nil, false
		}
		names := make([]string, len(rel.Columns))
		for i, c := range rel.Columns {
			names[i] = c.Name
		}
		return aliased(names, f.RangeVar.GetAlias()), true
	case *pgast.Node_RangeSubselect:
		if !wanted(f.RangeSubselect.GetAlias().GetAliasname()) {
			return nil, true
		}
		names, ok := b.outputColumns(f.RangeSubselect.GetSubquery().GetSelectStmt(), deps)
		return aliased(names, f.RangeSubselect.GetAlias()), ok
	case *pgast.Node_JoinExpr:
		j := f.JoinExpr
		if len(prefix) == 0 && (j.GetIsNatural() || j.GetAlias() != nil) {
			return nil, false
		}
		left, ok1 := b.itemColumns(s, j.GetLarg(), prefix, deps)
		right, ok2 := b.itemColumns(s, j.GetRarg(), prefix, deps)
		using := pgast.Strings(j.GetUsingClause())
		if len(prefix) == 0 && len(using) > 0 {
			merged := func(n string) bool { return slices.Contains(using, n) }
			left, right = append(using, without(left, merged)...), without(right, merged)
		}
		return append(left, right...), ok1 && ok2
	}
	return nil, false
}

// cteColumns returns the columns of a CTE of the same level.
func (b *builder) cteColumns(s *pgast.SelectStmt, rv *pgast.RangeVar, deps *viewDeps) ([]string, bool) {
	for _, n := range s.GetWithClause().GetCtes() {
		cte := n.GetCommonTableExpr()
		if cte.GetCtename() != rv.GetRelname() || s.GetWithClause().GetRecursive() || cte.GetCtequery().GetSelectStmt() == nil {
			continue
		}
		names, ok := b.outputColumns(cte.GetCtequery().GetSelectStmt(), deps)
		for i, a := range pgast.Strings(cte.GetAliascolnames()) {
			if i < len(names) {
				names[i] = a
			}
		}
		return aliased(names, rv.GetAlias()), ok
	}
	return nil, false
}

// aliased applies a renaming alias list, x(a, b).
func aliased(names []string, alias *pgast.Alias) []string {
	for i, a := range pgast.Strings(alias.GetColnames()) {
		if i < len(names) {
			names[i] = a
		}
	}
	return names
}
