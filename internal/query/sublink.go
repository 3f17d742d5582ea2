package query

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// subLink resolves a subquery in an expression. As in PostgreSQL the subquery
// comes first, then what it is compared with.
func (r *resolver) subLink(sc *scope, n *pgast.SubLink) Expr {
	e := &SubLink{node: r.node(n.GetLocation())}
	if n.GetSubselect().GetSelectStmt() == nil {
		return r.unknown(e.At, pgast.Kind(n.GetSubselect())+" in an expression")
	}
	e.Query = r.query(sc, n.GetSubselect())
	if e.Query == nil {
		return r.failed(e.At, "subquery")
	}
	cols := e.Query.Columns()
	boolean := catalog.Builtin("bool")
	switch n.GetSubLinkType() {
	case pgast.SubLinkType_EXISTS_SUBLINK:
		e.Kind, e.T = ExistsSubLink, boolean
		return e
	case pgast.SubLinkType_EXPR_SUBLINK, pgast.SubLinkType_ARRAY_SUBLINK:
		if len(cols) != 1 {
			r.issue(diag.CodeColumnCount, e.At, 0, "a subquery used as a value has one column", "", "")
			return r.failed(e.At, "subquery")
		}
		e.Kind, e.T = ScalarSubLink, cols[0].Type
		if r.subNames == nil {
			r.subNames = map[*pgast.SubLink]string{}
		}
		r.subNames[n] = cols[0].Name
		if n.GetSubLinkType() == pgast.SubLinkType_ARRAY_SUBLINK {
			e.Kind = ArraySubLink
			if !e.T.IsZero() {
				e.T.Array, e.T.Mods = true, nil // of an array it is the array's own type
			}
		}
		return e
	case pgast.SubLinkType_ANY_SUBLINK, pgast.SubLinkType_ALL_SUBLINK:
		e.Kind, e.T, e.Op = AnySubLink, boolean, "="
		if n.GetSubLinkType() == pgast.SubLinkType_ALL_SUBLINK {
			e.Kind = AllSubLink
		}
		if names := pgast.Strings(n.GetOperName()); len(names) > 0 {
			e.Op = names[len(names)-1]
			if len(names) > 1 && names[0] != "pg_catalog" {
				return r.unknown(e.At, "OPERATOR("+names[0]+"."+e.Op+") before a subquery")
			}
		}
		if e.Op == "!=" {
			e.Op = "<>"
		}
		if row := n.GetTestexpr().GetRowExpr(); row != nil {
			e.Test = r.exprs(sc, row.GetArgs())
		} else {
			e.Test = []Expr{r.expr(sc, n.GetTestexpr())}
		}
		return r.compareSubquery(e)
	}
	return r.unknown(e.At, n.GetSubLinkType().String())
}

// rowSubLink resolves `(a, b) = (SELECT x, y …)`.
func (r *resolver) rowSubLink(sc *scope, schema, op string, row *pgast.RowExpr, n *pgast.SubLink) Expr {
	e := &SubLink{node: r.typed(catalog.Builtin("bool"), n.GetLocation()), Kind: RowSubLink, Op: op}
	if e.Query = r.query(sc, n.GetSubselect()); e.Query == nil {
		return r.failed(e.At, "subquery")
	}
	if schema != "" && schema != "pg_catalog" {
		return r.unknown(e.At, "OPERATOR("+schema+"."+op+") before a subquery")
	}
	if op == "!=" {
		e.Op = "<>"
	}
	e.Test = r.exprs(sc, row.GetArgs())
	return r.compareSubquery(e)
}

// compareSubquery types what is compared with a subquery's columns.
func (r *resolver) compareSubquery(e *SubLink) Expr {
	cols := e.Query.Columns()
	if len(cols) != len(e.Test) {
		r.issue(diag.CodeColumnCount, e.At, 0, "the subquery's columns and what they are compared with differ in number", "", "")
		return r.failed(e.At, "subquery")
	}
	if len(e.Test) > 1 && !rowOperator(e.Op) {
		return r.unknown(e.At, "the operator "+e.Op+" before a subquery")
	}
	for i, t := range e.Test {
		r.coerceOperands(e.Op, t, cols[i].Expr)
	}
	return e
}
