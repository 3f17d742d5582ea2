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
		if s := lv.p.subquery(e); e.Kind == query.ArraySubLink && s.res != nil {
			return s.res.col(0).through(nil, e).single(e), true
		}
	case *query.FuncCall:
		if e.Name == "array_agg" && builtin(e) && len(e.Args) == 1 && e.Over == nil {
			return lv.labelsOf(e.Args[0]).single(e), true
		}
	case *query.Array:
		if slices.ContainsFunc(e.Elems, func(el query.Expr) bool { return !el.Type().Same(e.Elems[0].Type()) }) {
			break
		}
		out := labels{any: true}
		for _, el := range e.Elems {
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
	return f.Builtin != nil // it is nil where the schema has the name
}

// unnest takes over the labels that the array of an unnest(…) in FROM has by
// now, and reports whether its columns learned something. Like a proof, a label
// leans only on those found before: u = o.id beside unnest(ARRAY[o.id]) u says
// nothing of o. An array of rows gives a column for each field, of which nothing
// is known:
//
//	unnest(d.pairs, ARRAY[d.id]) AS u (a, b, id)
func (lv *level) unnest(s *rowSource) bool {
	r := s.rte
	if slices.ContainsFunc(r.Funcs, func(f *query.FuncCall) bool { return f.Name != "unnest" || !builtin(f) || len(f.Args) != 1 }) {
		return false
	}
	learned, next := false, 0
	for i, f := range r.Funcs {
		col := next
		next += r.Gives[i]
		if elem := lv.p.elementType(f.Args[0]); r.Gives[i] != 1 || !elem.Same(r.Cols[col].Type) {
			continue
		}
		// Its argument sees the entries before it as a LATERAL subquery would.
		in := lv.p.newLevel(nil, nil, lv.lateralEnv(r), nil)
		learned = s.res.cols[col].learn(in.labelsOf(f.Args[0]).single(f)) || learned
	}
	return learned
}

// learn adds what m has and l has not, and reports whether there was any. That
// the values are all NULL is not worth the knowing.
func (l *labels) learn(m labels) bool {
	learned := m.tenant&^l.tenant != 0
	l.tenant |= m.tenant
	if m.own == nil {
		return learned
	}
	var list listed
	m.own.each(func(o ownColumn) bool {
		if l.own == nil || !l.own.has(o) {
			list = append(list, o)
		}
		return true
	})
	switch more := list.own(); {
	case more == nil:
		return learned
	case l.own == nil:
		l.own = more
	default:
		l.own = unionOf([]ownColumns{l.own, more})
	}
	return true
}
