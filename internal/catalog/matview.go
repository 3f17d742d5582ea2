package catalog

import (
	"slices"

	"github.com/tenantc/tenantc/internal/pgast"
)

// typeMaterialized gives the columns of a materialized view that are plain
// references to a column of a table, or of a materialized view made before, that
// column's type, and NOT NULL where the query cannot make it null. A declared
// tenant column must be of this kind; every other column keeps an unknown type.
func (b *builder) typeMaterialized(view *Relation) {
	s := view.Definition.GetSelectStmt()
	if s == nil || s.GetLarg() != nil || len(s.GetTargetList()) != len(view.Columns) {
		return
	}
	from := &plainFrom{deps: b.views[view], merged: map[string]bool{}}
	for _, item := range s.GetFromClause() {
		from.add(item, false)
	}
	grouping := slices.ContainsFunc(s.GetGroupClause(), func(n *pgast.Node) bool { return n.GetGroupingSet() != nil })
	for i, n := range s.GetTargetList() {
		ref := n.GetResTarget().GetVal().GetColumnRef()
		if ref == nil || hasStar(ref.GetFields()) {
			continue
		}
		if col, nullable := from.find(pgast.Strings(ref.GetFields())); col != nil {
			out := view.Columns[i]
			out.Type, out.Collation = col.Type, col.Collation
			out.NotNull = col.NotNull && !nullable && !grouping
		}
	}
}

// plainFrom is a FROM clause as far as it consists of stored relations.
type plainFrom struct {
	deps   *viewDeps
	items  []plainItem
	merged map[string]bool // columns that USING merges
	opaque bool            // something other than tables has columns here
}

type plainItem struct {
	alias    string
	rel      *Relation
	nullable bool // below the nullable side of an outer join
}

func (f *plainFrom) add(n *pgast.Node, nullable bool) {
	if rv := n.GetRangeVar(); rv != nil {
		rel := f.deps.vars[rv]
		alias := rv.GetAlias().GetAliasname()
		if alias == "" {
			alias = rv.GetRelname()
		}
		if rel == nil || rel.Kind == View || len(rv.GetAlias().GetColnames()) > 0 {
			f.opaque = true
			rel = nil
		}
		f.items = append(f.items, plainItem{alias, rel, nullable})
		return
	}
	j := n.GetJoinExpr()
	if j == nil || j.GetAlias() != nil || j.GetIsNatural() {
		f.opaque = true
		f.items = append(f.items, plainItem{n.GetRangeSubselect().GetAlias().GetAliasname(), nil, true})
		return
	}
	for _, name := range pgast.Strings(j.GetUsingClause()) {
		f.merged[name] = true
	}
	left, right := true, true
	switch j.GetJointype() {
	case pgast.JoinType_JOIN_INNER:
		left, right = false, false
	case pgast.JoinType_JOIN_LEFT:
		left = false
	case pgast.JoinType_JOIN_RIGHT:
		right = false
	}
	f.add(j.GetLarg(), nullable || left)
	f.add(j.GetRarg(), nullable || right)
}

// find returns the table's column that a reference names, and whether the
// join may make it null. An unqualified name must be the only one.
func (f *plainFrom) find(names []string) (*Column, bool) {
	var found *Column
	nullable := false
	switch len(names) {
	case 1:
		if f.opaque || f.merged[names[0]] {
			return nil, false
		}
	case 2:
	default:
		return nil, false
	}
	for _, item := range f.items {
		if len(names) == 2 && item.alias != names[0] {
			continue
		}
		if item.rel == nil {
			return nil, false
		}
		if col := item.rel.Column(names[len(names)-1]); col != nil {
			if found != nil {
				return nil, false
			}
			found, nullable = col, item.nullable
		}
	}
	return found, nullable
}
