package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/query"
)

// Labels of an array are those of every element that is not NULL. A value is
// never compared with an array of its own type, so that the two do not mix.
//
//	… = ANY ((SELECT array_agg(o.id) FROM orders o WHERE o.tenant_id = @t))

// arrayLabels returns the labels of an expression that makes an array.
func (lv *level) arrayLabels(e query.Expr) (labels, bool) {
	switch e := e.(type) {
	case *query.SubLink:
		if s := lv.p.subs[e]; e.Kind == query.ArraySubLink && s != nil && s.res != nil && len(s.res.cols) == 1 {
			return s.res.cols[0].through(nil, e).single(e), true
		}
	case *query.FuncCall:
		if e.Name == "array_agg" && builtin(e) && len(e.Args) == 1 && e.Over == nil {
			return lv.labelsOf(e.Args[0]).single(e), true
		}
	case *query.Array:
		out := labels{any: true}
		for _, el := range e.Elems {
			if !el.Type().Same(e.Elems[0].Type()) {
				return labels{}, true
			}
			out = out.meet(lv.labelsOf(el))
		}
		return out.single(e), true
	case *query.Const:
		if e.Type().Array && e.Text == "{}" {
			return labels{any: true}, true
		}
	}
	return labels{}, false
}

// builtin reports whether a call is sure to be one of a built-in function.
func builtin(f *query.FuncCall) bool {
	return f.Builtin != nil && len(f.User) == 0 && (f.Schema == "" || f.Schema == "pg_catalog")
}

// unnested returns the labels of column col of an entry that is unnest(…) in
// FROM: those of the array. Its argument sees the entries before it as a LATERAL
// subquery would.
func (lv *level) unnested(r *query.RTE, col int) labels {
	unnests := func(f *query.FuncCall) bool { return f.Name == "unnest" && builtin(f) && len(f.Args) == 1 }
	if slices.ContainsFunc(r.Funcs, func(f *query.FuncCall) bool { return !unnests(f) }) {
		return labels{}
	}
	f := r.Funcs[col]
	if elem := lv.p.elementType(f.Args[0]); elem.IsZero() || !elem.Same(r.Cols[col].Type) {
		return labels{}
	}
	in := lv.p.newLevel(nil, nil, lv.lateralEnv(r), nil)
	return in.labelsOf(f.Args[0]).single(f)
}
