package query

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
)

// expandView resolves a view's query as the entry's subquery, in a scope of
// its own: nothing of the statement is in view there, and places are those of
// the schema file. A materialized view is a stored table and stays one.
func (r *resolver) expandView(rte *RTE, at Loc) {
	rel := rte.Relation
	if rel.Kind == catalog.MaterializedView {
		return
	}
	if rel.Definition == nil {
		why := rel.Stale
		if why == "" {
			why = "its definition was not understood"
		}
		r.issue(diag.CodeView, at, rte.Width, "the view "+rel.ShortName()+" cannot be looked into", why, "")
		return
	}
	if slices.Contains(r.views, rel) || len(r.views) > maxViews {
		r.issue(diag.CodeView, at, rte.Width, "the view "+rel.ShortName()+" reads itself", "", "")
		return
	}
	src, text, macros := r.src, r.text, r.macros
	r.src, r.text, r.macros = &Source{Lines: rel.DefinitionText}, "", nil
	r.views = append(r.views, rel)
	issues := len(r.stmt.Issues)
	q := r.query(nil, rel.Definition)
	r.views = r.views[:len(r.views)-1]
	r.src, r.text, r.macros = src, text, macros
	if q == nil || len(r.stmt.Issues) > issues {
		r.issue(diag.CodeView, at, rte.Width, "the view "+rel.ShortName()+" is not understood", "see its definition", "")
	}
	if q == nil {
		return
	}
	rte.Sub = q
	cols := r.outputColumns(q)
	for i := range cols {
		if i < len(rel.ColumnAliases) {
			cols[i].Name = rel.ColumnAliases[i]
		}
	}
	if len(rel.Columns) > 0 && !sameNames(cols, rel.Columns) {
		r.issue(diag.CodeView, at, rte.Width, "the columns of the view "+rel.ShortName()+" are not certain",
			"its query now reads as "+columnList(cols)+", and it was made with "+rel.ColumnNames(allColumns(rel)), "")
	}
	for i := range cols {
		if i < len(rel.Columns) {
			cols[i].Column = rel.Columns[i]
		}
	}
	rte.Cols = cols
}

// maxViews bounds views over views.
const maxViews = 100

func sameNames(cols []RTECol, columns []*catalog.Column) bool {
	if len(cols) != len(columns) {
		return false
	}
	for i, c := range cols {
		if c.Name != columns[i].Name {
			return false
		}
	}
	return true
}

func columnList(cols []RTECol) string {
	names := make([]string, len(cols))
	for i, c := range cols {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

func allColumns(rel *catalog.Relation) []int {
	out := make([]int, len(rel.Columns))
	for i := range out {
		out[i] = i
	}
	return out
}
