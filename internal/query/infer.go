package query

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/pgast"
)

// This file gives types to literals and parameters that are written without
// one. PostgreSQL decides when an operator, function or clause first needs the
// type; so does this, in the same order. A context whose choice is not known
// here settles a parameter as unknown for good: a later context that would
// have decided comes too late in PostgreSQL, too.

// paramState is what is known of a parameter so far.
type paramState struct {
	param   *Param
	settled bool // decided, or unknown for good
	refs    []*ParamRef
}

// state returns the state of p.
func (r *resolver) state(p *Param) *paramState {
	for len(r.params) < p.Number {
		r.params = append(r.params, nil)
	}
	s := r.params[p.Number-1]
	if s == nil {
		s = &paramState{param: p}
		r.params[p.Number-1] = s
	}
	return s
}

// paramRef makes a mention of p.
func (r *resolver) paramRef(p *Param, at Loc) *ParamRef {
	s := r.state(p)
	ref := &ParamRef{node: node{T: p.Type, At: at}, Param: p}
	s.refs = append(s.refs, ref)
	p.Uses = append(p.Uses, at)
	return ref
}

// dollar resolves $n.
func (r *resolver) dollar(n *pgast.ParamRef) Expr {
	at, number := r.at(n.GetLocation()), int(n.GetNumber())
	if r.args != nil {
		if number < 1 || number > len(r.args.Cols) {
			return r.unknown(at, "this parameter")
		}
		return columnOf(r.args, number-1, at)
	}
	if len(r.views) > 0 || number < 1 || number > len(r.stmt.Params) {
		return r.failed(at, "parameter") // reported where the parameters were counted
	}
	return r.paramRef(r.stmt.Params[number-1], at)
}

// untyped reports whether PostgreSQL knows no type of e yet.
func (r *resolver) untyped(e Expr) bool {
	switch e := e.(type) {
	case *Const:
		return e.bare
	case *ParamRef:
		return !r.state(e.Param).settled
	}
	return false
}

// coerce gives t to e if e has no type yet. The zero Type settles it as unknown.
func (r *resolver) coerce(e Expr, t catalog.Type) {
	if !r.untyped(e) {
		return
	}
	t.Mods = nil
	switch e := e.(type) {
	case *Const:
		e.T, e.bare = t, false
	case *ParamRef:
		s := r.state(e.Param)
		s.settled = true
		s.param.Type = t
		for _, ref := range s.refs {
			ref.T = t
		}
	}
}

// operand is the type of e as the lists of built-in operators and functions
// take it: a domain's base, anyenum for an enum, unknown for what has no type yet.
func (r *resolver) operand(e Expr) catalog.Type {
	if r.untyped(e) {
		return catalog.Builtin("unknown")
	}
	t := r.cat.Base(e.Type())
	t.Mods = nil
	if u := r.cat.UserType(t); u != nil {
		if u.Kind == catalog.Enum {
			return catalog.Builtin("anyenum")
		}
		return catalog.Type{}
	}
	return t
}

// enumOf puts the enum of one of args in the place of anyenum.
func (r *resolver) enumOf(t catalog.Type, args ...Expr) catalog.Type {
	if t.Schema != "pg_catalog" || t.Name != "anyenum" {
		return t
	}
	var enum catalog.Type
	for _, a := range args {
		base := r.cat.Base(a.Type())
		if u := r.cat.UserType(base); u == nil || u.Kind != catalog.Enum {
			continue
		}
		if !enum.IsZero() && !enum.Same(base) {
			return catalog.Type{}
		}
		enum = catalog.Type{Schema: base.Schema, Name: base.Name}
	}
	if enum.IsZero() {
		return enum
	}
	enum.Array = t.Array
	return enum
}

// userOperator reports whether the schema makes an operator of that name: it
// may then be the one that is meant, and what it takes and gives is not known.
func (r *resolver) userOperator(name string) bool {
	for _, o := range r.cat.Operators {
		if o.Name == name {
			return true
		}
	}
	return false
}

// coerceOperands types the two sides of an operator.
func (r *resolver) coerceOperands(op string, left, right Expr) {
	lu, ru := r.untyped(left), r.untyped(right)
	switch {
	case !lu && !ru:
	case lu && ru:
		t := catalog.Type{}
		if !r.userOperator(op) && (catalog.Comparison(op) || op == "||") {
			t = catalog.Builtin("text") // strings are preferred where everything would do
		}
		r.coerce(left, t)
		r.coerce(right, t)
	case lu:
		r.coerce(left, r.opposite(op, right, false))
	default:
		r.coerce(right, r.opposite(op, left, true))
	}
}

// opposite is the type of what stands without one opposite to e.
func (r *resolver) opposite(op string, e Expr, isLeft bool) catalog.Type {
	if r.userOperator(op) {
		return catalog.Type{}
	}
	if base := r.cat.Base(e.Type()); base.Array && r.enumElement(base) && arrayOperator(op) {
		base.Mods = nil
		return base
	}
	t := r.cache.operand(op, r.operand(e), isLeft)
	if !t.Same(r.operand(e)) && r.castFrom(e) {
		return catalog.Type{}
	}
	return r.enumOf(t, e)
}

// castFrom reports whether the schema makes an implicit cast from the type of
// one of args: it may then be taken where the lists know of none.
func (r *resolver) castFrom(args ...Expr) bool {
	for _, c := range r.cat.Casts {
		if !c.Implicit {
			continue
		}
		for _, a := range args {
			if r.plain(a.Type()).Same(c.From) {
				return true
			}
		}
	}
	return false
}

// enumElement reports whether t is an array of an enum of the schema.
func (r *resolver) enumElement(t catalog.Type) bool {
	t.Array = false
	u := r.cat.UserType(t)
	return u != nil && u.Kind == catalog.Enum
}

// arrayOperator reports whether op takes two arrays of one type, whatever the type.
func arrayOperator(op string) bool {
	switch op {
	case "=", "<>", "<", "<=", ">", ">=", "@>", "<@", "&&":
		return true
	}
	return false
}

// operatorType is the type of left op right; left is nil for a prefix operator.
func (r *resolver) operatorType(op string, left, right Expr) catalog.Type {
	if r.userOperator(op) {
		return catalog.Type{}
	}
	if left == nil {
		return r.enumOf(catalog.PrefixResult(op, r.operand(right)), right)
	}
	if catalog.Comparison(op) {
		return catalog.Builtin("bool")
	}
	if r.castFrom(left, right) {
		return catalog.Type{}
	}
	return r.enumOf(r.cache.result(op, r.operand(left), r.operand(right)), left, right)
}

// unify gives a list of expressions their common type, as COALESCE, CASE,
// ARRAY, IN and VALUES do.
func (r *resolver) unify(list []Expr) catalog.Type {
	t := r.commonType(list...)
	for _, e := range list {
		r.coerce(e, t)
	}
	return t
}

// commonType is PostgreSQL's choice among the types of list, or the zero Type
// when it is not certain. What has no type yet does not count; where nothing
// has one it is text.
func (r *resolver) commonType(list ...Expr) catalog.Type {
	var t catalog.Type
	untyped, same, mods := false, true, true
	first := true
	for _, e := range list {
		if r.untyped(e) {
			untyped = true
			continue
		}
		if e.Type().IsZero() {
			return catalog.Type{}
		}
		if first {
			t, first = e.Type(), false
			continue
		}
		if !t.Same(e.Type()) {
			same = false
		}
		if !equalMods(t.Mods, e.Type().Mods) {
			mods = false
		}
	}
	if first {
		return catalog.Builtin("text")
	}
	if same && !untyped {
		if !mods {
			t.Mods = nil
		}
		return t
	}
	// A domain stays one only where all are of it.
	t = r.plain(t)
	for _, e := range list {
		if r.untyped(e) {
			continue
		}
		u := r.plain(e.Type())
		if t.Same(u) {
			continue
		}
		if r.castFrom(list...) {
			return catalog.Type{}
		}
		next := wider(t, u)
		if next.IsZero() {
			return catalog.Type{}
		}
		t = next
	}
	t.Mods = nil
	return t
}

// plain is the type below a domain, without modifiers.
func (r *resolver) plain(t catalog.Type) catalog.Type {
	t = r.cat.Base(t)
	t.Mods = nil
	return t
}

func equalMods(a, b []int32) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// ladders are the types of one category in the order in which PostgreSQL
// converts one to the next without being asked.
var ladders = [][]string{
	{"int2", "int4", "int8", "numeric", "float4", "float8"},
	{"date", "timestamp", "timestamptz"},
}

// wider is the common type of two different built-in types, or the zero Type
// where it is not known here.
func wider(a, b catalog.Type) catalog.Type {
	if a.Schema != "pg_catalog" || b.Schema != "pg_catalog" || a.Array || b.Array {
		return catalog.Type{}
	}
	for _, ladder := range ladders {
		i, j := -1, -1
		for k, name := range ladder {
			if a.Name == name {
				i = k
			}
			if b.Name == name {
				j = k
			}
		}
		if i >= 0 && j >= 0 {
			return catalog.Builtin(ladder[max(i, j)])
		}
	}
	if isText(a) && isText(b) {
		return a // each converts to the other, so the first one stays
	}
	return catalog.Type{}
}

func isText(t catalog.Type) bool {
	return t.Name == "text" || t.Name == "varchar" || t.Name == "bpchar"
}
