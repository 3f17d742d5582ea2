package prove

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/pgast"
	"github.com/tenantc/tenantc/internal/query"
)

// computedFrom reports whether a SET list changes a generated column: one whose
// expression mentions an assigned column, or one that is not told apart from
// the row.
func computedFrom(rel *catalog.Relation, col int, set []*query.Assign) bool {
	c := rel.Columns[col]
	if c.Generated == nil || len(set) == 0 {
		return false
	}
	assigned := map[string]bool{}
	for _, a := range set {
		assigned[rel.Columns[a.Column].Name] = true
	}
	found := false
	pgast.Walk(c.Generated.Node, func(m pgast.Message) bool {
		if ref, ok := m.(*pgast.ColumnRef); ok {
			parts := pgast.Strings(ref.Fields)
			name := parts[len(parts)-1]
			if assigned[name] || rel.Column(name) == nil {
				found = true
			}
		}
		return !found
	})
	return found
}

// assignedColumns returns the columns that a SET list changes, the generated
// ones included.
func assignedColumns(rel *catalog.Relation, set []*query.Assign) map[int]bool {
	out := map[int]bool{}
	for _, a := range set {
		out[a.Column] = true
	}
	for i := range rel.Columns {
		if computedFrom(rel, i, set) {
			out[i] = true
		}
	}
	return out
}
