package prove

import "github.com/tenantc/tenantc/internal/query"

// functionRows proves a function in FROM, and reports whether it could. Its
// arguments, and the bodies of functions of the schema, were noted when it was
// entered. Rows of a built-in function are made of its arguments; those of a
// function that is one SELECT have the labels of that SELECT, where the types of
// its result do not cut or round.
//
//	CREATE TYPE short AS (code varchar(3)); CREATE FUNCTION codes(t uuid) RETURNS SETOF short …
func (lv *level) functionRows(r *query.RTE) (*result, bool) {
	p, res := lv.p, &result{cols: make([]labels, len(r.Cols))}
	for _, f := range r.Funcs {
		if !p.opensBody(f) {
			continue
		}
		s := p.subquery(f.Body)
		if s.res == nil {
			return res, false
		}
		list := f.Body.Query.Columns()
		if len(list) != len(r.Cols) {
			continue // it is not alone: ROWS FROM, or an ordinality
		}
		for i := range list {
			if list[i].Type.Same(r.Cols[i].Type) && p.kept(list[i].Type, r.Cols[i].Type) == whole {
				res.cols[i] = s.res.col(i)
			}
		}
	}
	return res, true
}
