package query

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// funcCall resolves a call of a function, aggregate or window function.
func (r *resolver) funcCall(sc *scope, n *pgast.FuncCall) Expr {
	if m := r.macros[int(n.GetLocation())]; m != nil && len(r.views) == 0 {
		if m.param != nil {
			return r.paramRef(m.param, r.loc(m.start))
		}
		r.issue(diag.CodeMacro, r.loc(m.start), m.end-m.start, "sqlc.embed stands in a target list only", "", "")
		return r.failed(r.loc(m.start), "sqlc.embed")
	}
	e := &FuncCall{node: r.node(n.GetLocation())}
	names := pgast.Strings(n.GetFuncname())
	e.Name = names[len(names)-1]
	switch len(names) {
	case 1:
	case 2:
		e.Schema = names[0]
		if e.Schema == "sqlc" {
			return r.failed(e.At, "sqlc."+e.Name) // reported where the macros were read, or below
		}
	default:
		return r.unknown(e.At, "a function name with a database")
	}
	e.Star, e.Distinct, e.Variadic, e.Within = n.GetAggStar(), n.GetAggDistinct(), n.GetFuncVariadic(), n.GetAggWithinGroup()
	r.findFunction(e)
	for _, a := range n.GetArgs() {
		if named := a.GetNamedArgExpr(); named != nil {
			// Which parameter a name means depends on the overload; the call's
			// types are then left open.
			e.named = true
			a = named.GetArg()
		}
		e.Args = append(e.Args, r.expr(sc, a))
	}
	if e.Within {
		e.OrderBy = r.plainOrderBy(sc, n.GetAggOrder())
	}
	if f := n.GetAggFilter(); f != nil {
		e.Filter = r.condition(sc, f)
	}
	r.typeCall(e)
	r.expandBody(e)
	if !e.Within {
		e.OrderBy = r.plainOrderBy(sc, n.GetAggOrder())
	}
	if w := n.GetOver(); w != nil {
		e.Over = r.over(sc, w)
	} else if e.aggregate() {
		r.markGrouped(sc, e)
	}
	return e
}

// findFunction looks the name up in the list of built-in functions and in the
// schema. A name that the schema defines has lost its place on the list.
func (r *resolver) findFunction(e *FuncCall) {
	switch e.Schema {
	case "":
		e.User = r.cat.FunctionsNamed("", e.Name)
		if b, ok := catalog.LookupBuiltin(e.Name); ok && len(e.User) == 0 {
			e.Builtin = b
		}
	case "pg_catalog":
		if b, ok := catalog.LookupBuiltin(e.Name); ok && b.Extension == "" {
			e.Builtin = b
		}
	default:
		e.User = r.cat.FunctionsNamed(e.Schema, e.Name)
		if b, ok := catalog.LookupExtensionFunc(e.Name); ok && len(e.User) == 0 {
			e.Builtin = b
		}
	}
}

// aggregate reports whether the call may be one of an aggregate.
func (e *FuncCall) aggregate() bool {
	if e.Star || e.Distinct || e.Within || e.Filter != nil || len(e.OrderBy) > 0 || e.Builtin != nil && e.Builtin.Aggregate {
		return true
	}
	for _, f := range e.User {
		if f.Aggregate {
			return true
		}
	}
	return false
}

// typeCall types a call and those of its arguments that have no type of their own.
func (r *resolver) typeCall(e *FuncCall) {
	plain := !e.named && !e.Variadic && !e.Within
	switch {
	case e.Builtin != nil && plain:
		r.typeBuiltin(e)
	case len(e.User) == 1 && plain && !r.shadowsBuiltin(e):
		r.typeUser(e, e.User[0])
	}
	for _, a := range e.Args {
		r.coerce(a, catalog.Type{})
	}
}

// shadowsBuiltin reports whether the call might mean a function of PostgreSQL's
// or of an extension's: an overload of the schema's competes with it.
func (r *resolver) shadowsBuiltin(e *FuncCall) bool {
	if e.Schema != "" {
		return false
	}
	_, ok := catalog.LookupBuiltin(e.Name)
	return ok || catalog.ReadsByItself(e.Name)
}

func (r *resolver) typeBuiltin(e *FuncCall) {
	if e.Star {
		e.T = e.Builtin.Result(nil)
		if e.Name == "count" {
			e.T = catalog.Builtin("int8")
		}
		return
	}
	if r.castFrom(e.Args...) {
		return
	}
	operands := make([]catalog.Type, len(e.Args))
	domain := false
	for i, a := range e.Args {
		operands[i] = r.operand(a)
		domain = domain || !r.cat.Base(a.Type()).Same(a.Type())
	}
	var types []catalog.Type
	for i, a := range e.Args {
		t := catalog.Type{}
		if r.untyped(a) {
			t = r.enumOf(e.Builtin.ArgType(i, operands), e.Args...)
		}
		types = append(types, t)
	}
	e.T = r.enumOf(e.Builtin.Result(operands), e.Args...)
	for i, a := range e.Args {
		r.coerce(a, types[i])
	}
	if domain {
		// A polymorphic result is of the domain, or of its base, and the list
		// does not tell which.
		for _, a := range e.Args {
			base := r.plain(a.Type())
			elem := e.T
			elem.Array = base.Array
			if elem.Same(base) {
				e.T = catalog.Type{}
			}
		}
	}
}

// typeUser types a call of the one function of the schema that has the name.
func (r *resolver) typeUser(e *FuncCall, f *catalog.Function) {
	var in []catalog.FuncArg
	for _, a := range f.Args {
		switch a.Mode {
		case 'i', 'b', 0:
			in = append(in, a)
		case 'v':
			return
		}
	}
	if len(e.Args) > len(in) {
		return
	}
	for i, a := range e.Args {
		if !polymorphic(in[i].Type) {
			r.coerce(a, in[i].Type)
		}
	}
	if !polymorphic(f.Returns) && f.Returns.Name != "record" && f.Returns.Name != "void" && !f.ReturnsTable {
		e.T = f.Returns
		e.T.Mods = nil
	}
}

// polymorphic reports whether t stands for several types.
func polymorphic(t catalog.Type) bool {
	return t.IsZero() || t.Schema == "pg_catalog" && len(t.Name) > 3 && t.Name[:3] == "any"
}

// markGrouped finds the level to which an aggregate belongs: the innermost one
// whose columns its arguments mention, and its own when they mention none.
func (r *resolver) markGrouped(sc *scope, e *FuncCall) {
	level := -1
	see := func(rte *RTE) {
		if rte.level <= sc.depth {
			level = max(level, rte.level)
		}
	}
	visit := func(e Expr) bool {
		switch e := e.(type) {
		case *ColRef:
			see(e.RTE)
		case *WholeRow:
			see(e.RTE)
		case *SystemColumn:
			see(e.RTE)
		}
		return true
	}
	for _, a := range e.Args {
		WalkDeep(a, visit)
	}
	for _, k := range e.OrderBy {
		WalkDeep(k.Expr, visit)
	}
	if e.Filter != nil {
		WalkDeep(e.Filter, visit)
	}
	if level < 0 {
		level = sc.depth
	}
	for s := sc; s != nil; s = s.outer {
		if s.depth == level {
			s.grouped = true
			return
		}
	}
	sc.grouped = true
}
