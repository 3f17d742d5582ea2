package query

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// rangeFunction resolves a function in FROM, or ROWS FROM (…) of several. Its
// arguments see the items before it, with or without LATERAL.
func (r *resolver) rangeFunction(sc *scope, n *pgast.RangeFunction) *RTE {
	rte := r.newRTE(sc, FunctionRTE, r.stmtLoc(), 0)
	rte.Alias = n.GetAlias().GetAliasname()
	calls := unnestEach(n.GetFunctions(), n.GetAlias())
	before := sc.lateral
	sc.lateral = true
	for _, c := range calls {
		call := r.rangeCall(sc, c.call)
		if call == nil {
			sc.lateral = before
			return nil
		}
		if len(rte.Funcs) == 0 {
			rte.At, rte.Width = call.At, len(call.Name)
		}
		rte.Funcs = append(rte.Funcs, call)
		defs := c.columns
		if len(n.GetColdeflist()) > 0 {
			defs = n.GetColdeflist()
		}
		cols, scalar, ok := r.functionColumns(call, defs, n.GetAlias(), len(calls) == 1)
		if !ok {
			sc.lateral = before
			return nil
		}
		// A function's result has the collation that its arguments bring along.
		brought := r.exprCollation(call)
		for i := range cols {
			cols[i].Collation = mergeCollations(cols[i].Collation, brought)
		}
		rte.scalar = scalar && len(calls) == 1 && !n.GetOrdinality()
		rte.Cols, rte.Gives = append(rte.Cols, cols...), append(rte.Gives, len(cols))
	}
	sc.lateral = before
	if rte.Alias == "" && len(rte.Funcs) > 0 {
		rte.Alias = rte.Funcs[0].Name
	}
	rte.Lateral = n.GetLateral()
	for _, f := range rte.Funcs {
		WalkDeep(f, func(e Expr) bool {
			if c, ok := e.(*ColRef); ok && c.RTE.level == sc.depth {
				rte.Lateral = true
			}
			return true
		})
	}
	if n.GetOrdinality() {
		rte.Cols = append(rte.Cols, RTECol{Name: "ordinality", Type: catalog.Builtin("int8")})
	}
	r.aliasColumns(rte, n.GetAlias(), rte.At)
	return rte
}

// rowsFrom is one function of ROWS FROM with its column list.
type rowsFrom struct {
	call    *pgast.Node
	columns []*pgast.Node
}

// unnestEach lists the functions. unnest(a, b) in FROM is unnest(a), unnest(b).
func unnestEach(functions []*pgast.Node, alias *pgast.Alias) []rowsFrom {
	var out []rowsFrom
	for _, f := range functions {
		items := f.GetList().GetItems()
		if len(items) == 0 {
			continue
		}
		one := rowsFrom{call: items[0]}
		if len(items) > 1 {
			one.columns = items[1].GetList().GetItems()
		}
		call := one.call.GetFuncCall()
		names := pgast.Strings(call.GetFuncname())
		if len(names) == 1 && names[0] == "unnest" && len(call.GetArgs()) > 1 && len(one.columns) == 0 &&
			call.GetOver() == nil && call.GetAggFilter() == nil && len(call.GetAggOrder()) == 0 && !call.GetAggDistinct() && !call.GetFuncVariadic() {
			for _, a := range call.GetArgs() {
				out = append(out, rowsFrom{call: &pgast.Node{Node: &pgast.Node_FuncCall{FuncCall: &pgast.FuncCall{
					Funcname: call.GetFuncname(), Args: []*pgast.Node{a}, Funcformat: call.GetFuncformat(), Location: call.GetLocation(),
				}}}})
			}
			continue
		}
		out = append(out, one)
	}
	return out
}

// rangeCall resolves the call itself; it is nil when it is none.
func (r *resolver) rangeCall(sc *scope, n *pgast.Node) *FuncCall {
	e := r.expr(sc, n)
	call, ok := e.(*FuncCall)
	if !ok {
		if _, failed := e.(*Unknown); !failed {
			r.unknown(e.Loc(), pgast.Kind(n)+" in FROM")
		}
		return nil
	}
	return call
}

// functionColumns says which columns a call gives in FROM. A function that
// returns a plain type gives one, which has the name of its single OUT
// argument, else of the alias, else of the function.
func (r *resolver) functionColumns(call *FuncCall, defs []*pgast.Node, alias *pgast.Alias, only bool) (cols []RTECol, scalar, ok bool) {
	if len(defs) > 0 {
		return r.definedColumns(defs), false, true
	}
	name := call.Name
	if only && alias.GetAliasname() != "" {
		name = alias.GetAliasname()
	}
	one := func(name string, t catalog.Type) ([]RTECol, bool, bool) {
		if fields := r.rowColumns(t); fields != nil {
			return fields, false, true
		}
		if r.mayBeRow(t) {
			r.unknownColumns(call)
			return nil, false, false
		}
		t.Mods = nil
		return []RTECol{{Name: name, Type: t}}, true, true
	}
	if call.Builtin != nil {
		if shape, known := builtinShapes[call.Name]; known {
			cols := make([]RTECol, len(shape))
			for i, c := range shape {
				cols[i] = RTECol{Name: c.name, Type: catalog.Builtin(c.typ)}
			}
			return cols, len(cols) == 1, true
		}
		t := call.T
		if call.Name == "unnest" && len(call.Args) == 1 {
			if t = r.cat.Base(call.Args[0].Type()); !t.Array {
				r.issue(diag.CodeConstruct, call.At, len(call.Name), "the type that unnest takes here is not known", "its rows may have several columns", "a cast of the array")
				return nil, false, false
			}
			t.Array = false
			call.T = t
		}
		if t.IsZero() && scalarFunctions[call.Name] {
			return []RTECol{{Name: name}}, true, true
		}
		return one(name, t)
	}
	if len(call.User) == 1 {
		return r.userColumns(call, name, one)
	}
	what := "the function " + call.Name + " is not known"
	if len(call.User) > 1 {
		what = "the schema has several functions " + call.Name
	}
	r.issue(diag.CodeConstruct, call.At, len(call.Name), what+", so its columns are not", "", "")
	return nil, false, false
}

// userColumns are those of a function of the schema. A result of one value that
// is a row has the columns of that row:
//
//	CREATE FUNCTION f(OUT p pair) …; SELECT … FROM f() AS x (a, b)
func (r *resolver) userColumns(call *FuncCall, name string, one func(string, catalog.Type) ([]RTECol, bool, bool)) ([]RTECol, bool, bool) {
	f := call.User[0]
	var out []RTECol
	for _, a := range f.Args {
		switch a.Mode {
		case 'o', 'b', 't':
			t := a.Type
			t.Mods = nil
			out = append(out, RTECol{Name: a.Name, Type: t})
		}
	}
	result := f.Returns
	if len(out) == 1 {
		if result = out[0].Type; out[0].Name != "" {
			name = out[0].Name
		}
	}
	switch {
	case len(out) > 1:
		for i := range out {
			if polymorphic(out[i].Type) {
				out[i].Type = catalog.Type{}
			}
			if out[i].Name == "" {
				out[i].Name = fmt.Sprintf("column%d", i+1)
			}
		}
		return out, false, true
	case polymorphic(result) && !slices.ContainsFunc(call.Args, func(e Expr) bool { return r.mayBeRow(e.Type()) }):
		return []RTECol{{Name: name}}, true, true
	}
	return one(name, result)
}

// mayBeRow reports whether a value of type t, an element of it or a bound, may be
// a row: of one, a function in FROM gives a column for each field.
func (r *resolver) mayBeRow(t catalog.Type) bool {
	t.Array = false
	if t = r.cat.Base(t); t.Array {
		return r.mayBeRow(t)
	}
	switch u := r.cat.UserType(t); {
	case u != nil && u.Kind == catalog.Range:
		return r.mayBeRow(u.Of)
	case u != nil:
		return u.Kind == catalog.Composite
	case t.Schema == "pg_catalog":
		return t.Name == "record" || polymorphic(t)
	}
	_, known := catalog.ExtensionType(t.Name)
	return !known || r.cat.Lookup(t.Schema, t.Name) != nil
}

// unknownColumns reports a call in FROM of which the columns cannot be told.
func (r *resolver) unknownColumns(call *FuncCall) {
	r.issue(diag.CodeConstruct, call.At, len(call.Name), "the columns of "+call.Name+" are not known here", "", "a column list: "+call.Name+"(…) AS x(a text, b int)")
}

// rowColumns are the columns of a row type, or nil for any other type.
func (r *resolver) rowColumns(t catalog.Type) []RTECol {
	if t.Array || t.IsZero() || t.Schema == "pg_catalog" {
		return nil
	}
	var fields []*catalog.Column
	if u := r.cat.UserType(r.cat.Base(t)); u != nil {
		if u.Kind != catalog.Composite {
			return nil
		}
		fields = u.Fields
	} else if rel := r.cat.Lookup(t.Schema, t.Name); rel != nil {
		fields = rel.Columns
	}
	out := make([]RTECol, 0, len(fields)) // not nil: a row may be empty
	for _, c := range fields {
		out = append(out, RTECol{Name: c.Name, Type: c.Type, Collation: c.Collation})
	}
	return out
}

// definedColumns are those of a column definition list.
func (r *resolver) definedColumns(defs []*pgast.Node) []RTECol {
	var out []RTECol
	for _, d := range defs {
		def := d.GetColumnDef()
		t := r.resolveType(def.GetTypeName())
		col := RTECol{Name: def.GetColname(), Type: t}
		if c := def.GetCollClause(); c != nil {
			col.Collation = r.collation(strings.Join(pgast.Strings(c.GetCollname()), "."))
		}
		out = append(out, col)
	}
	return out
}

type shapeColumn struct{ name, typ string }

// builtinShapes are the built-in functions whose OUT arguments name columns.
var builtinShapes = map[string][]shapeColumn{
	"json_each":                 {{"key", "text"}, {"value", "json"}},
	"jsonb_each":                {{"key", "text"}, {"value", "jsonb"}},
	"json_each_text":            {{"key", "text"}, {"value", "text"}},
	"jsonb_each_text":           {{"key", "text"}, {"value", "text"}},
	"json_array_elements":       {{"value", "json"}},
	"jsonb_array_elements":      {{"value", "jsonb"}},
	"json_array_elements_text":  {{"value", "text"}},
	"jsonb_array_elements_text": {{"value", "text"}},
}

// scalarFunctions return one plain value a row, also where the arguments leave
// its type open.
var scalarFunctions = map[string]bool{
	"generate_series": true, "generate_subscripts": true, "regexp_matches": true, "regexp_split_to_table": true,
	"string_to_table": true, "json_object_keys": true, "jsonb_object_keys": true, "jsonb_path_query": true,
}
