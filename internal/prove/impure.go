package prove

import (
	"fmt"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/pgast"
)

// impure says why an expression of the DDL may read more than the row that it
// stands on, or "".
func (p *prover) impure(e *catalog.Expr) string {
	if e == nil || e.Node == nil {
		return ""
	}
	why := ""
	say := func(format string, args ...any) {
		if why == "" {
			why = fmt.Sprintf(format, args...)
		}
	}
	castTo := func(t catalog.Type) {
		// nextval('s'::regclass) is how a serial column reads in a dump.
		if t.Name != "regclass" && !isConfiguration(t) && !p.pureCast(catalog.Type{}, t) {
			say("casts to a type that looks names up")
		}
		for _, u := range p.cat.Casts { // the one that is written, or one of what it gives
			if problem := p.castFunction(u); problem != "" && (p.madeOf(t, u.To) || u.Implicit && p.madeOf(t, u.From)) {
				say("may cast a value by %s(), which %s", u.Function, problem)
			}
		}
		p.domainExprs(t, func(in *catalog.Expr) {
			if p.looking[in] {
				return
			}
			p.looking[in] = true
			if problem := p.impure(in); problem != "" {
				say("casts to %s, which has a CHECK that %s", t, problem)
			}
			delete(p.looking, in)
		})
	}
	pgast.Walk(e.Node, func(m pgast.Message) bool {
		switch m.(type) {
		case *pgast.ColumnRef, *pgast.FuncCall: // of whatever type
			for _, u := range p.cat.Casts {
				if problem := p.castProblem(u); problem != "" {
					say("may cast a value by %s(), which %s", u.Function, problem)
				}
			}
		}
		for _, name := range operatorsOf(m) {
			if p.userOperator(name) || p.operatorProblem(name) != "" {
				say("uses the operator %s, which is not built in", name)
			}
		}
		switch n := m.(type) {
		case *pgast.FuncCall:
			parts := pgast.Strings(n.Funcname)
			if len(parts) == 0 {
				say("calls a function without a name")
				break
			}
			name, schema := parts[len(parts)-1], ""
			if len(parts) > 1 {
				schema = parts[len(parts)-2]
			}
			b, _ := catalog.LookupBuiltin(name)
			if problem := p.callProblem(schema, name, b, p.cat.FunctionsNamed(schema, name)); problem != "" {
				say("calls %s(), which %s", name, problem)
			}
		case *pgast.ColumnRef:
			// Where t has no column f, t.f is f(t).
			if parts := pgast.Strings(n.Fields); len(parts) > 1 {
				name := parts[len(parts)-1]
				for _, t := range p.cat.CalledTypes("", name) {
					if !p.constructs([]*catalog.UserType{t}) {
						castTo(catalog.Type{Schema: t.Schema, Name: t.Name})
					}
				}
				if of := p.rowFunctions(name); len(of) > 0 {
					if problem := p.callProblem("", name, nil, of); problem != "" {
						say("may call %s(), which %s", name, problem)
					}
				}
			}
		case *pgast.A_Indirection:
			for _, part := range n.Indirection {
				if part.GetString_() != nil {
					say("takes %s of a value, which may be a function of that name", part.GetString_().GetSval())
				}
			}
		case *pgast.TypeCast:
			t, ok := p.cat.ResolveType(n.TypeName)
			if !ok {
				say("casts to a type that is not known")
				break
			}
			castTo(t)
		case *pgast.Node, *pgast.A_Const, *pgast.Integer, *pgast.Float, *pgast.Boolean, *pgast.String, *pgast.BitString, *pgast.A_Star, *pgast.ParamRef,
			*pgast.BoolExpr, *pgast.NullTest, *pgast.BooleanTest, *pgast.CaseWhen, *pgast.CoalesceExpr, *pgast.A_Expr, *pgast.CaseExpr, *pgast.MinMaxExpr, *pgast.SQLValueFunction,
			*pgast.A_ArrayExpr, *pgast.RowExpr, *pgast.A_Indices, *pgast.List, *pgast.NamedArgExpr, *pgast.CollateClause, *pgast.TypeName,
			*pgast.SortBy, *pgast.WindowDef, *pgast.JsonIsPredicate, *pgast.JsonFormat:
		default: // JSON_VALUE and XMLSERIALIZE end in a cast, without the word
			say("has %s, which is not understood", m.ProtoReflect().Descriptor().Name())
		}
		return why == ""
	})
	return why
}

// operatorsOf returns the operators that a node of the grammar calls, those that
// it does not name among them.
//
//	m NOT BETWEEN 1 AND 2      -- <, >
//	CASE m WHEN 1 THEN … END   -- =
func operatorsOf(m pgast.Message) []string {
	switch n := m.(type) {
	case *pgast.CaseExpr:
		if n.Arg != nil {
			return []string{"="}
		}
	case *pgast.MinMaxExpr:
		return []string{"<", ">"}
	case *pgast.A_Expr:
		switch n.Kind {
		case pgast.A_Expr_Kind_AEXPR_BETWEEN, pgast.A_Expr_Kind_AEXPR_BETWEEN_SYM:
			return []string{">=", "<="}
		case pgast.A_Expr_Kind_AEXPR_NOT_BETWEEN, pgast.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
			return []string{"<", ">"}
		}
		parts := pgast.Strings(n.Name)
		return parts[max(len(parts)-1, 0):]
	}
	return nil
}

// inOperator is the operator that IN calls for each element of its list.
func inOperator(not bool) string {
	if not {
		return "<>"
	}
	return "="
}

// madeOf reports whether t is of, or its elements or fields may be values of, a type.
func (p *prover) madeOf(t, of catalog.Type) bool {
	of = p.cat.Base(of)
	t = p.cat.Base(t)
	t.Array, of.Array = false, false
	if t = p.cat.Base(t); t.Same(of) {
		return true
	}
	u := p.cat.UserType(t)
	return u != nil && u.Kind == catalog.Composite
}

// rowFunctions returns the functions of that name, in whatever schema, that may
// be called with a row alone.
func (p *prover) rowFunctions(name string) []*catalog.Function {
	var out []*catalog.Function
	for _, f := range p.cat.Functions {
		if f.Name == name && p.takesRow(f) {
			out = append(out, f)
		}
	}
	return out
}

// takesRow reports whether the first argument of f may be a row: it is none
// where its type is known to be another, and no cast of the schema leads there.
// Rows of a table have a type of its name, be it that of an extension's type.
func (p *prover) takesRow(f *catalog.Function) bool {
	for _, a := range f.Args {
		if a.Mode == 'o' || a.Mode == 't' {
			continue
		}
		t := p.cat.Base(a.Type)
		u := p.cat.UserType(t)
		known := t.Array || u != nil && u.Kind != catalog.Composite || catalog.PureCast(p.castType(t), p.castType(t))
		return !known || len(p.cat.Casts) > 0
	}
	return false
}
