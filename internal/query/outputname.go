package query

import (
	"github.com/tenantc/tenantc/internal/pgast"
)

// outputName is the name that PostgreSQL gives to an output column without an
// alias, in the text that it gets of sqlc. It comes after the column's expression
// has been resolved, and reports false when a subquery that failed would name it.
func (r *resolver) outputName(n *pgast.Node) (string, bool) {
	name, ok := pgast.Naming{Param: r.paramCast, Sub: func(s *pgast.SubLink) (string, bool) {
		name, ok := r.subNames[s]
		return name, ok
	}}.ColumnName(n)
	if ok && name == "" {
		name = pgast.Unnamed
	}
	return name, ok
}

// paramCast reports whether a node is a macro that sqlc replaces by $n, and the
// cast around that: in @name::type it is part of the macro's node.
func (r *resolver) paramCast(n *pgast.Node) (*pgast.TypeCast, bool) {
	at := -1
	var cast *pgast.TypeCast
	switch x := n.GetNode().(type) {
	case *pgast.Node_AExpr:
		if isAt(x.AExpr) {
			at, cast = int(x.AExpr.GetLocation()), x.AExpr.GetRexpr().GetTypeCast()
		}
	case *pgast.Node_FuncCall:
		at = int(x.FuncCall.GetLocation())
	}
	m := r.macros[at]
	return cast, m != nil && m.param != nil
}
