package query

import (
	"strconv"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// expr resolves an expression.
func (r *resolver) expr(sc *scope, n *pgast.Node) Expr {
	if !r.enter(r.stmtLoc()) {
		return r.failed(r.stmtLoc(), "nesting")
	}
	defer r.leave()
	switch x := n.GetNode().(type) {
	case *pgast.Node_ColumnRef:
		return r.columnRef(sc, x.ColumnRef)
	case *pgast.Node_ParamRef:
		return r.dollar(x.ParamRef)
	case *pgast.Node_AConst:
		return r.constant(x.AConst)
	case *pgast.Node_AExpr:
		return r.aExpr(sc, x.AExpr)
	case *pgast.Node_BoolExpr:
		return r.boolExpr(sc, x.BoolExpr)
	case *pgast.Node_TypeCast:
		return r.typeCast(sc, x.TypeCast)
	case *pgast.Node_FuncCall:
		return r.funcCall(sc, x.FuncCall)
	case *pgast.Node_SubLink:
		return r.subLink(sc, x.SubLink)
	case *pgast.Node_NullTest:
		return r.nullTest(sc, x.NullTest)
	case *pgast.Node_BooleanTest:
		return r.booleanTest(sc, x.BooleanTest)
	case *pgast.Node_CaseExpr:
		return r.caseExpr(sc, x.CaseExpr)
	case *pgast.Node_CoalesceExpr:
		e := &Coalesce{node: r.node(x.CoalesceExpr.GetLocation()), Args: r.exprs(sc, x.CoalesceExpr.GetArgs())}
		e.T = r.unify(e.Args)
		return e
	case *pgast.Node_MinMaxExpr:
		return r.minMax(sc, x.MinMaxExpr)
	case *pgast.Node_AArrayExpr:
		return r.array(sc, x.AArrayExpr, catalog.Type{})
	case *pgast.Node_RowExpr:
		return &Row{node: r.node(x.RowExpr.GetLocation()), Args: r.exprs(sc, x.RowExpr.GetArgs())}
	case *pgast.Node_AIndirection:
		return r.indirection(sc, x.AIndirection)
	case *pgast.Node_CollateClause:
		return r.collate(sc, x.CollateClause)
	case *pgast.Node_SqlvalueFunction:
		return r.sqlValue(x.SqlvalueFunction)
	case *pgast.Node_GroupingFunc:
		sc.grouped = true
		return &Grouping{node: r.typed(catalog.Builtin("int4"), x.GroupingFunc.GetLocation()), Args: r.exprs(sc, x.GroupingFunc.GetArgs())}
	case *pgast.Node_SetToDefault:
		return r.unknown(r.at(x.SetToDefault.GetLocation()), "DEFAULT in this place")
	case *pgast.Node_CurrentOfExpr:
		r.issue(diag.CodeStatementKind, r.stmtLoc(), 0, "WHERE CURRENT OF is not accepted", "which row it means does not stand in the statement", "")
		return r.failed(r.stmtLoc(), "CURRENT OF")
	default:
		at := r.stmtLoc()
		if off, ok := pgast.Location(n); ok {
			at = r.loc(off)
		}
		return r.unknown(at, pgast.Kind(n))
	}
}

func (r *resolver) exprs(sc *scope, list []*pgast.Node) []Expr {
	out := make([]Expr, len(list))
	for i, n := range list {
		out[i] = r.expr(sc, n)
	}
	return out
}

// condition resolves what must be boolean.
func (r *resolver) condition(sc *scope, n *pgast.Node) Expr {
	e := r.expr(sc, n)
	r.coerce(e, catalog.Builtin("bool"))
	return e
}

// constant resolves a literal. A string has no type before something needs one.
func (r *resolver) constant(n *pgast.A_Const) Expr {
	c := &Const{node: r.node(n.GetLocation())}
	switch v := n.GetVal().(type) {
	case *pgast.A_Const_Ival:
		c.T, c.Text = catalog.Builtin("int4"), strconv.Itoa(int(v.Ival.GetIval()))
	case *pgast.A_Const_Fval:
		c.T, c.Text = catalog.Builtin("numeric"), v.Fval.GetFval()
		if _, err := strconv.ParseInt(c.Text, 0, 64); err == nil {
			c.T = catalog.Builtin("int8")
		}
	case *pgast.A_Const_Boolval:
		c.T, c.Text = catalog.Builtin("bool"), strconv.FormatBool(v.Boolval.GetBoolval())
	case *pgast.A_Const_Sval:
		c.Text, c.bare = v.Sval.GetSval(), true
	case *pgast.A_Const_Bsval:
		c.T, c.Text = catalog.Builtin("bit"), v.Bsval.GetBsval()
	case nil:
		if !n.GetIsnull() {
			c.T, c.Text = catalog.Builtin("int4"), "0" // the parser leaves out a zero
			break
		}
		c.Null, c.bare = true, true
	default:
		return r.unknown(c.At, "this kind of constant")
	}
	return c
}

func (r *resolver) boolExpr(sc *scope, n *pgast.BoolExpr) Expr {
	b := &Bool{node: r.typed(catalog.Builtin("bool"), n.GetLocation())}
	switch n.GetBoolop() {
	case pgast.BoolExprType_AND_EXPR:
		b.Op = And
	case pgast.BoolExprType_OR_EXPR:
		b.Op = Or
	case pgast.BoolExprType_NOT_EXPR:
		b.Op = Not
	default:
		return r.unknown(b.At, n.GetBoolop().String())
	}
	for _, a := range n.GetArgs() {
		e := r.condition(sc, a)
		if inner, ok := e.(*Bool); ok && inner.Op == b.Op && b.Op != Not {
			b.Args = append(b.Args, inner.Args...)
			continue
		}
		b.Args = append(b.Args, e)
	}
	return b
}

func (r *resolver) nullTest(sc *scope, n *pgast.NullTest) Expr {
	e := &NullTest{node: r.typed(catalog.Builtin("bool"), n.GetLocation()), Arg: r.expr(sc, n.GetArg())}
	switch n.GetNulltesttype() {
	case pgast.NullTestType_IS_NULL:
	case pgast.NullTestType_IS_NOT_NULL:
		e.Not = true
	default:
		return r.unknown(e.At, n.GetNulltesttype().String())
	}
	return e
}

func (r *resolver) booleanTest(sc *scope, n *pgast.BooleanTest) Expr {
	e := &BoolTest{node: r.typed(catalog.Builtin("bool"), n.GetLocation()), Arg: r.condition(sc, n.GetArg())}
	switch n.GetBooltesttype() {
	case pgast.BoolTestType_IS_TRUE:
		e.Test = "TRUE"
	case pgast.BoolTestType_IS_NOT_TRUE:
		e.Test = "NOT TRUE"
	case pgast.BoolTestType_IS_FALSE:
		e.Test = "FALSE"
	case pgast.BoolTestType_IS_NOT_FALSE:
		e.Test = "NOT FALSE"
	case pgast.BoolTestType_IS_UNKNOWN:
		e.Test = "UNKNOWN"
	case pgast.BoolTestType_IS_NOT_UNKNOWN:
		e.Test = "NOT UNKNOWN"
	default:
		return r.unknown(e.At, n.GetBooltesttype().String())
	}
	return e
}

// caseExpr resolves CASE. ELSE counts first when the common type is sought.
func (r *resolver) caseExpr(sc *scope, n *pgast.CaseExpr) Expr {
	e := &Case{node: r.node(n.GetLocation())}
	if n.GetArg() != nil {
		e.Arg = r.expr(sc, n.GetArg())
		r.coerce(e.Arg, catalog.Builtin("text"))
	}
	results := []Expr{nil}
	for _, w := range n.GetArgs() {
		when := w.GetCaseWhen()
		if when == nil {
			return r.unknown(e.At, pgast.Kind(w)+" in CASE")
		}
		var cond Expr
		if e.Arg != nil {
			cond = r.expr(sc, when.GetExpr())
			r.coerceOperands("=", e.Arg, cond)
		} else {
			cond = r.condition(sc, when.GetExpr())
		}
		then := r.expr(sc, when.GetResult())
		e.Whens = append(e.Whens, When{cond, then})
		results = append(results, then)
	}
	if n.GetDefresult() != nil {
		e.Else = r.expr(sc, n.GetDefresult())
		results[0] = e.Else
	} else {
		results = results[1:]
	}
	e.T = r.unify(results)
	return e
}

func (r *resolver) minMax(sc *scope, n *pgast.MinMaxExpr) Expr {
	e := &MinMax{node: r.node(n.GetLocation()), Args: r.exprs(sc, n.GetArgs())}
	switch n.GetOp() {
	case pgast.MinMaxOp_IS_GREATEST:
	case pgast.MinMaxOp_IS_LEAST:
		e.Least = true
	default:
		return r.unknown(e.At, n.GetOp().String())
	}
	e.T = r.unify(e.Args)
	return e
}

// array resolves ARRAY[…]. A cast to an array type is applied to the elements.
func (r *resolver) array(sc *scope, n *pgast.A_ArrayExpr, target catalog.Type) Expr {
	e := &Array{node: r.node(n.GetLocation())}
	for _, el := range n.GetElements() {
		if inner := el.GetAArrayExpr(); inner != nil {
			e.Elems = append(e.Elems, r.array(sc, inner, target))
			continue
		}
		e.Elems = append(e.Elems, r.expr(sc, el))
	}
	if target.Array {
		elem := target
		elem.Array = false
		for _, el := range e.Elems {
			r.coerce(el, elem)
		}
		e.T = target
		return e
	}
	if len(e.Elems) == 0 {
		return e
	}
	if t := r.unify(e.Elems); !t.IsZero() {
		t.Array, t.Mods = true, nil
		e.T = t
	}
	return e
}

func (r *resolver) typeCast(sc *scope, n *pgast.TypeCast) Expr {
	e := &Cast{node: r.node(n.GetLocation())}
	target := r.resolveType(n.GetTypeName())
	e.T = target
	if arr := n.GetArg().GetAArrayExpr(); arr != nil {
		e.Arg = r.array(sc, arr, r.plain(target))
		return e
	}
	e.Arg = r.expr(sc, n.GetArg())
	r.coerce(e.Arg, target)
	return e
}

// resolveType looks a type up, or reports that there is none.
func (r *resolver) resolveType(n *pgast.TypeName) catalog.Type {
	if t, ok := r.cat.ResolveType(n); ok && !n.GetSetof() {
		return t
	}
	name := strings.Join(pgast.Strings(n.GetNames()), ".")
	r.issue(diag.CodeQueryType, r.at(n.GetLocation()), len(name), "the schema has no type "+name, "", "")
	return catalog.Type{}
}

func (r *resolver) collate(sc *scope, n *pgast.CollateClause) Expr {
	names := pgast.Strings(n.GetCollname())
	e := &Collate{node: r.node(n.GetLocation()), Arg: r.expr(sc, n.GetArg()), Name: names[len(names)-1]}
	if len(names) > 1 {
		e.Name = names[0] + "." + e.Name
	}
	e.collation = r.collation(e.Name)
	r.coerce(e.Arg, catalog.Builtin("text"))
	e.T = e.Arg.Type()
	return e
}

// indirection resolves (x).f, x[1] and x[1:2].
func (r *resolver) indirection(sc *scope, n *pgast.A_Indirection) Expr {
	e := r.expr(sc, n.GetArg())
	list := n.GetIndirection()
	for i := 0; i < len(list); {
		switch step := list[i].GetNode().(type) {
		case *pgast.Node_AIndices:
			s := &Subscript{node: node{At: e.Loc()}, Arg: e}
			slice := false
			for ; i < len(list) && list[i].GetAIndices() != nil; i++ {
				ix := list[i].GetAIndices()
				slice = slice || ix.GetIsSlice()
				for _, bound := range []*pgast.Node{ix.GetLidx(), ix.GetUidx()} {
					if bound != nil {
						s.Indexes = append(s.Indexes, r.subscript(sc, bound, e))
					}
				}
			}
			s.T = r.subscriptType(e, slice)
			e = s
		case *pgast.Node_String_:
			e = r.field(e, step.String_.GetSval())
			i++
		default:
			return r.unknown(e.Loc(), pgast.Kind(list[i])+" after a value")
		}
	}
	return e
}

func (r *resolver) subscript(sc *scope, n *pgast.Node, of Expr) Expr {
	e := r.expr(sc, n)
	t := catalog.Type{}
	if r.cat.Base(of.Type()).Array {
		t = catalog.Builtin("int4")
	}
	r.coerce(e, t)
	return e
}

func (r *resolver) subscriptType(of Expr, slice bool) catalog.Type {
	t := r.cat.Base(of.Type())
	switch {
	case t.Array:
		t.Array = slice
		return t
	case t.Same(catalog.Builtin("jsonb")) && !slice:
		return t
	}
	return catalog.Type{}
}

// field resolves (x).f. Of a range table entry it is the column. What is not
// surely a field may be the call of a function.
func (r *resolver) field(e Expr, name string) Expr {
	if w, ok := e.(*WholeRow); ok {
		it := &nsItem{rte: w.RTE}
		if i, n := it.find(name); n == 1 {
			return it.column(i, e.Loc())
		}
	}
	if u := r.cat.UserType(r.cat.Base(e.Type())); u != nil && u.Kind == catalog.Composite {
		for _, f := range u.Fields {
			if f.Name == name {
				return &Field{node: node{T: f.Type, At: e.Loc()}, Arg: e, Name: name}
			}
		}
	}
	r.issue(diag.CodeConstruct, e.Loc(), 0, "the field "+name+" is not known here", "what is no field may call a function of that name", "")
	return r.failed(e.Loc(), name)
}

func (r *resolver) sqlValue(n *pgast.SQLValueFunction) Expr {
	e := &SQLValue{node: r.node(n.GetLocation())}
	typ := "name"
	switch n.GetOp() {
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_DATE:
		e.Name, typ = "current_date", "date"
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_TIME, pgast.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:
		e.Name, typ = "current_time", "timetz"
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP, pgast.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N:
		e.Name, typ = "current_timestamp", "timestamptz"
	case pgast.SQLValueFunctionOp_SVFOP_LOCALTIME, pgast.SQLValueFunctionOp_SVFOP_LOCALTIME_N:
		e.Name, typ = "localtime", "time"
	case pgast.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP, pgast.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:
		e.Name, typ = "localtimestamp", "timestamp"
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_ROLE:
		e.Name = "current_role"
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_USER:
		e.Name = "current_user"
	case pgast.SQLValueFunctionOp_SVFOP_USER:
		e.Name = "user"
	case pgast.SQLValueFunctionOp_SVFOP_SESSION_USER:
		e.Name = "session_user"
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:
		e.Name = "current_catalog"
	case pgast.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:
		e.Name = "current_schema"
	default:
		return r.unknown(e.At, n.GetOp().String())
	}
	e.T = catalog.Builtin(typ)
	return e
}
