package query

import (
	"github.com/tenantc/tenantc/internal/catalog"
)

// StoredView returns the statement that reads, of what a materialized view
// would hold if it were filled now, the rows whose column col equals $1:
//
//	SELECT * FROM (its query) s WHERE s.col = $1
//
// Of a negative col it reads all rows. It returns nil where the view's query is not understood.
func (rd *Reader) StoredView(view *catalog.Relation, col int) *Stmt {
	if view.Definition == nil || col >= len(view.Columns) {
		return nil
	}
	st := &Stmt{Name: view.Name, Command: ":many", File: view.Pos.File, Pos: view.Pos, Source: &Source{Lines: view.DefinitionText}}
	r := &resolver{cat: rd.cat, cache: rd.cache, stmt: st, src: st.Source, views: []*catalog.Relation{view}}
	q := r.query(nil, view.Definition)
	if q == nil || len(st.Issues) > 0 {
		return nil
	}
	rows := r.newRTE(newScope(nil), SubqueryRTE, Loc{st.Source, 0}, 0)
	rows.Sub, rows.Alias, rows.Cols = q, view.Name, r.outputColumns(q)
	for i := range rows.Cols {
		if i < len(view.ColumnAliases) {
			rows.Cols[i].Name = view.ColumnAliases[i]
		}
	}
	if !sameNames(rows.Cols, view.Columns) {
		return nil
	}
	sel := &Select{From: []FromItem{rows}}
	sel.At = rows.At
	if col >= 0 {
		tenant := &Param{Number: 1, Type: rows.Cols[col].Type}
		st.Params = []*Param{tenant}
		test := &Op{Name: "=", Left: Column(rows, col), Right: &ParamRef{node: node{T: tenant.Type, At: rows.At}, Param: tenant}}
		test.T, test.At = catalog.Builtin("bool"), rows.At
		sel.Where = test
	}
	for i, c := range rows.Cols {
		sel.Targets = append(sel.Targets, &Target{Name: c.Name, Expr: Column(rows, i), Type: c.Type})
	}
	st.Body = sel
	return st
}
