package query

import (
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// aExpr resolves operators and what the grammar writes as such.
func (r *resolver) aExpr(sc *scope, n *pgast.A_Expr) Expr {
	at := r.at(n.GetLocation())
	switch n.GetKind() {
	case pgast.A_Expr_Kind_AEXPR_OP:
		return r.plainOperator(sc, n)
	case pgast.A_Expr_Kind_AEXPR_OP_ANY, pgast.A_Expr_Kind_AEXPR_OP_ALL:
		return r.arrayOp(sc, n)
	case pgast.A_Expr_Kind_AEXPR_DISTINCT, pgast.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		e := &DistinctFrom{node: node{T: catalog.Builtin("bool"), At: at}, Not: n.GetKind() == pgast.A_Expr_Kind_AEXPR_NOT_DISTINCT}
		e.Left, e.Right = r.expr(sc, n.GetLexpr()), r.expr(sc, n.GetRexpr())
		r.comparePair("=", e.Left, e.Right)
		return e
	case pgast.A_Expr_Kind_AEXPR_NULLIF:
		e := &NullIf{node: node{At: at}}
		e.Left, e.Right = r.expr(sc, n.GetLexpr()), r.expr(sc, n.GetRexpr())
		r.coerceOperands("=", e.Left, e.Right)
		e.T = r.nullIfType(e.Left, e.Right)
		return e
	case pgast.A_Expr_Kind_AEXPR_IN:
		return r.inList(sc, n)
	case pgast.A_Expr_Kind_AEXPR_LIKE, pgast.A_Expr_Kind_AEXPR_ILIKE, pgast.A_Expr_Kind_AEXPR_SIMILAR:
		return r.plainOperator(sc, n)
	case pgast.A_Expr_Kind_AEXPR_BETWEEN, pgast.A_Expr_Kind_AEXPR_NOT_BETWEEN,
		pgast.A_Expr_Kind_AEXPR_BETWEEN_SYM, pgast.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		return r.between(sc, n)
	}
	return r.unknown(at, n.GetKind().String())
}

// plainOperator resolves `a op b` and `op b`, macros and row comparisons among them.
func (r *resolver) plainOperator(sc *scope, n *pgast.A_Expr) Expr {
	if freshTest(sc, n) {
		r.fresh = true
		defer func() { r.fresh = false }()
	}
	at := r.at(n.GetLocation())
	schema, name := operatorName(n)
	if isAt(n) {
		return r.atExpr(sc, n)
	}
	if strings.HasSuffix(name, "@") && !catalog.BuiltinOperator(name) && !r.userOperator(name) {
		r.issue(diag.CodeLiteralAt, at, len(name), "the operator "+name+" does not exist: the @ would reach PostgreSQL as it stands",
			"an operator takes in the @ that follows it without a space", strings.TrimSuffix(name, "@")+" @"+wordAfter(r.text, at.Offset+len(name)))
	}
	if n.GetLexpr() == nil {
		e := &Op{node: node{At: at}, Name: name, Schema: schema, Right: r.expr(sc, n.GetRexpr())}
		r.coerce(e.Right, catalog.Type{})
		if schema == "" || schema == "pg_catalog" {
			e.T = r.operatorType(name, nil, e.Right)
		}
		return r.negative(e)
	}
	if row := n.GetLexpr().GetRowExpr(); row != nil {
		if sub := n.GetRexpr().GetSubLink(); sub != nil && sub.GetSubLinkType() == pgast.SubLinkType_EXPR_SUBLINK {
			return r.rowSubLink(sc, schema, name, row, sub)
		}
		if other := n.GetRexpr().GetRowExpr(); other != nil {
			return r.rowOp(sc, schema, name, row, other, at)
		}
	}
	left := r.expr(sc, n.GetLexpr())
	right := r.expr(sc, n.GetRexpr())
	return r.binary(schema, name, left, right, at)
}

// binary makes `left op right` from its operands.
func (r *resolver) binary(schema, name string, left, right Expr, at Loc) Expr {
	e := &Op{node: node{At: at}, Name: name, Schema: schema, Left: left, Right: right}
	if name == "!=" {
		e.Name = "<>"
	}
	if schema != "" && schema != "pg_catalog" {
		r.coerce(left, catalog.Type{})
		r.coerce(right, catalog.Type{})
		return e
	}
	r.coerceOperands(e.Name, left, right)
	e.T = r.operatorType(e.Name, left, right)
	return e
}

// negative folds -1 into a constant, as PostgreSQL's grammar does for most.
func (r *resolver) negative(e *Op) Expr {
	c, ok := e.Right.(*Const)
	if !ok || e.Name != "-" || c.bare || c.Null || strings.HasPrefix(c.Text, "-") {
		return e
	}
	return &Const{node: node{T: c.T, At: e.At}, Text: "-" + c.Text}
}

func operatorName(n *pgast.A_Expr) (schema, name string) {
	names := pgast.Strings(n.GetName())
	if len(names) == 0 {
		return "", ""
	}
	if len(names) > 1 {
		schema = names[len(names)-2]
	}
	return schema, names[len(names)-1]
}

// atExpr resolves @name and @name::type.
func (r *resolver) atExpr(sc *scope, n *pgast.A_Expr) Expr {
	at := r.at(n.GetLocation())
	m := r.macros[at.Offset]
	if m == nil || m.param == nil || len(r.views) > 0 {
		if r.macros == nil || len(r.views) > 0 {
			r.issue(diag.CodeLiteralAt, at, 1, "@ stands here as the operator for the absolute value", "it is easily a parameter that was never replaced", "abs(…)")
		}
		return r.failed(at, "@")
	}
	ref := r.paramRef(m.param, at)
	c := n.GetRexpr().GetTypeCast()
	if c == nil {
		return ref
	}
	e := &Cast{node: r.node(c.GetLocation()), Arg: ref}
	e.T = r.resolveType(c.GetTypeName())
	r.coerce(ref, e.T)
	return e
}

// rowOp compares two rows column by column.
func (r *resolver) rowOp(sc *scope, schema, name string, left, right *pgast.RowExpr, at Loc) Expr {
	e := &RowOp{node: node{At: at}, Name: name}
	if name == "!=" {
		e.Name = "<>"
	}
	e.Left, e.Right = r.exprs(sc, left.GetArgs()), r.exprs(sc, right.GetArgs())
	if len(e.Left) != len(e.Right) {
		r.issue(diag.CodeColumnCount, at, len(name), "the two rows differ in length", "", "")
		return r.failed(at, "row comparison")
	}
	if !rowOperator(e.Name) || schema != "" && schema != "pg_catalog" {
		return r.unknown(at, "the operator "+name+" between rows")
	}
	for i := range e.Left {
		r.comparePair(e.Name, e.Left[i], e.Right[i])
	}
	e.T = catalog.Builtin("bool")
	return e
}

func rowOperator(name string) bool {
	switch name {
	case "=", "<>", "<", "<=", ">", ">=":
		return true
	}
	return false
}

// comparePair types the two sides of a comparison, rows within rows included.
func (r *resolver) comparePair(op string, a, b Expr) {
	ra, ok := a.(*Row)
	rb, ok2 := b.(*Row)
	if ok && ok2 && len(ra.Args) == len(rb.Args) {
		for i := range ra.Args {
			r.comparePair(op, ra.Args[i], rb.Args[i])
		}
		return
	}
	r.coerceOperands(op, a, b)
}

// arrayOp resolves `a = ANY (array)` and `a <> ALL (array)`.
func (r *resolver) arrayOp(sc *scope, n *pgast.A_Expr) Expr {
	schema, name := operatorName(n)
	e := &ArrayOp{node: node{T: catalog.Builtin("bool"), At: r.at(n.GetLocation())}, Name: name, All: n.GetKind() == pgast.A_Expr_Kind_AEXPR_OP_ALL}
	if name == "!=" {
		e.Name = "<>"
	}
	if schema != "" && schema != "pg_catalog" {
		return r.unknown(e.At, "OPERATOR("+schema+"."+name+") ANY")
	}
	e.Left, e.Array = r.expr(sc, n.GetLexpr()), r.expr(sc, n.GetRexpr())
	switch lu, au := r.untyped(e.Left), r.untyped(e.Array); {
	case au && lu:
		r.coerce(e.Left, catalog.Type{})
		r.coerce(e.Array, catalog.Type{})
	case au:
		t := r.opposite(e.Name, e.Left, true)
		if t.Array {
			t = catalog.Type{} // an array of arrays is no type
		}
		if !t.IsZero() {
			t.Array = true
		}
		r.coerce(e.Array, t)
	case lu:
		t := r.cat.Base(e.Array.Type())
		if !t.Array {
			r.coerce(e.Left, catalog.Type{})
			break
		}
		t.Array = false
		r.coerce(e.Left, r.opposite(e.Name, &Const{node: node{T: t}}, false))
	}
	return e
}

// inList resolves `a IN (b, c)`.
func (r *resolver) inList(sc *scope, n *pgast.A_Expr) Expr {
	e := &InList{node: node{T: catalog.Builtin("bool"), At: r.at(n.GetLocation())}}
	switch _, name := operatorName(n); name {
	case "=":
	case "<>":
		e.Not = true
	default:
		return r.unknown(e.At, "IN with the operator "+name)
	}
	e.Test = r.expr(sc, n.GetLexpr())
	e.List = r.exprs(sc, n.GetRexpr().GetList().GetItems())
	if row, ok := e.Test.(*Row); ok {
		for _, item := range e.List {
			other, ok := item.(*Row)
			if !ok || len(other.Args) != len(row.Args) {
				r.issue(diag.CodeColumnCount, item.Loc(), 0, "the rows of IN differ in length", "", "")
				return r.failed(e.At, "IN")
			}
			r.comparePair("=", row, other)
		}
		return e
	}
	// Two or more items without columns form an array of one type, common to
	// them and the value that is sought; the others are compared one by one.
	var plain []Expr
	for _, item := range e.List {
		switch columns, subquery := readsColumns(item, sc); {
		case subquery:
			for _, i := range e.List {
				r.coerce(i, catalog.Type{}) // which way it goes depends on what the subquery reads
			}
			r.coerce(e.Test, catalog.Type{})
			return e
		case !columns:
			plain = append(plain, item)
		}
	}
	if len(plain) > 1 {
		t := r.commonType(append([]Expr{e.Test}, plain...)...)
		for _, item := range plain {
			r.coerce(item, t)
		}
		r.coerce(e.Test, r.opposite("=", &Const{node: node{T: t}}, false))
		for _, item := range e.List {
			r.coerceOperands("=", e.Test, item)
		}
		return e
	}
	for _, item := range e.List {
		r.coerceOperands("=", e.Test, item)
	}
	return e
}

// readsColumns reports whether e mentions a column of the level itself, and
// whether it holds a subquery.
func readsColumns(e Expr, sc *scope) (columns, subquery bool) {
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *ColRef:
			columns = columns || e.RTE.level == sc.depth
		case *SystemColumn:
			columns = columns || e.RTE.level == sc.depth
		case *WholeRow:
			columns = columns || e.RTE.level == sc.depth
		case *SubLink:
			subquery = true
		}
		return true
	})
	return columns, subquery
}

// between resolves BETWEEN to two comparisons.
func (r *resolver) between(sc *scope, n *pgast.A_Expr) Expr {
	at := r.at(n.GetLocation())
	bounds := n.GetRexpr().GetList().GetItems()
	if len(bounds) != 2 {
		return r.unknown(at, "BETWEEN without two bounds")
	}
	test := r.expr(sc, n.GetLexpr())
	low := r.expr(sc, bounds[0])
	boolean := func(op BoolOp, args ...Expr) Expr {
		return &Bool{node: node{T: catalog.Builtin("bool"), At: at}, Op: op, Args: args}
	}
	pair := func(lowOp, highOp string, op BoolOp, low, high Expr) Expr {
		return boolean(op, r.binary("", lowOp, test, low, at), r.binary("", highOp, test, high, at))
	}
	not := n.GetKind() == pgast.A_Expr_Kind_AEXPR_NOT_BETWEEN || n.GetKind() == pgast.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM
	symmetric := n.GetKind() == pgast.A_Expr_Kind_AEXPR_BETWEEN_SYM || n.GetKind() == pgast.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM
	lowOp, highOp, op := ">=", "<=", And
	if not {
		lowOp, highOp, op = "<", ">", Or
	}
	// PostgreSQL resolves the first comparison before it reads the second bound.
	first := r.binary("", lowOp, test, low, at)
	high := r.expr(sc, bounds[1])
	straight := boolean(op, first, r.binary("", highOp, test, high, at))
	if !symmetric {
		return straight
	}
	swapped := pair(lowOp, highOp, op, high, low)
	if not {
		return boolean(And, straight, swapped)
	}
	return boolean(Or, straight, swapped)
}

// nullIfType is the left side's type, as the operator = takes it.
func (r *resolver) nullIfType(left, right Expr) catalog.Type {
	lt, rt := r.plain(left.Type()), r.plain(right.Type())
	if lt.IsZero() || rt.IsZero() || r.userOperator("=") {
		return catalog.Type{}
	}
	if u := r.opposite("=", left, true); lt.Same(rt) && u.Same(lt) && left.Type().Same(lt) {
		return lt
	}
	if isText(lt) && isText(rt) && lt.Name != "bpchar" && rt.Name != "bpchar" {
		return catalog.Builtin("text")
	}
	return catalog.Type{}
}

// freshTest reports whether n is `xmax = 0` in the RETURNING of an INSERT: the
// row is one that the statement made, and none that ON CONFLICT met.
func freshTest(sc *scope, n *pgast.A_Expr) bool {
	name := pgast.Strings(n.GetName())
	ref := pgast.Strings(n.GetLexpr().GetColumnRef().GetFields())
	zero := n.GetRexpr().GetAConst()
	return sc.returning && sc.inserts && n.GetKind() == pgast.A_Expr_Kind_AEXPR_OP && len(name) == 1 && (name[0] == "=" || name[0] == "<>") &&
		len(ref) > 0 && ref[len(ref)-1] == "xmax" && zero != nil && !zero.GetIsnull() && zero.GetVal() != nil && zero.GetIval() != nil && zero.GetIval().GetIval() == 0
}
