package query

import (
	"strconv"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
)

// String prints e as SQL in which every column has its alias and every named
// parameter its name: `u.tenant_id = @tenant_id`. Subqueries are shortened.
func String(e Expr) string {
	var p printer
	p.expr(e, precLowest)
	return p.b.String()
}

// precedence orders operators as PostgreSQL's grammar does, loosest first.
type precedence int8

const (
	precLowest precedence = iota
	precOr
	precAnd
	precNot
	precIs
	precCompare
	precIn // BETWEEN, IN, LIKE
	precOther
	precAdd
	precMul
	precPower
	precCollate
	precUnary
	precCast
	precAtom
)

type printer struct{ b strings.Builder }

func (p *printer) put(parts ...string) {
	for _, s := range parts {
		p.b.WriteString(s)
	}
}

// level prints with brackets where what stands around binds more tightly.
func (p *printer) level(have, around precedence, print func()) {
	if have < around {
		p.put("(")
		print()
		p.put(")")
		return
	}
	print()
}

func (p *printer) list(es []Expr) {
	for i, e := range es {
		if i > 0 {
			p.put(", ")
		}
		p.expr(e, precLowest)
	}
}

func (p *printer) expr(e Expr, around precedence) {
	switch e := e.(type) {
	case nil:
	case *ColRef:
		p.column(e.RTE, Ident(e.RTE.Cols[e.Col].Name))
	case *Output:
		p.put("#", strconv.Itoa(e.Index+1))
	case *ParamRef:
		p.put(e.Param.Label())
	case *Const:
		p.constant(e)
	case *Cast:
		p.level(precCast, around, func() {
			p.expr(e.Arg, precCast)
			p.put("::", typeText(e.T))
		})
	case *Collate:
		p.level(precCollate, around, func() {
			p.expr(e.Arg, precCollate)
			p.put(" COLLATE ", strconv.Quote(e.Name))
		})
	case *Bool:
		p.boolean(e, around)
	case *Op:
		p.operator(e, around)
	case *RowOp:
		p.level(precCompare, around, func() {
			p.put("(")
			p.list(e.Left)
			p.put(") ", e.Name, " (")
			p.list(e.Right)
			p.put(")")
		})
	case *Row:
		p.put("ROW(")
		p.list(e.Args)
		p.put(")")
	case *InList:
		p.level(precIn, around, func() {
			p.expr(e.Test, precIn+1)
			p.put(not(e.Not), " IN (")
			p.list(e.List)
			p.put(")")
		})
	case *ArrayOp:
		p.level(precOther, around, func() {
			p.expr(e.Left, precOther+1)
			p.put(" ", e.Name, anyAll(e.All), "(")
			p.expr(e.Array, precLowest)
			p.put(")")
		})
	case *SubLink:
		p.subLink(e, around)
	case *MultiAssign:
		p.expr(e.Sub, precLowest)
		p.put(".", strconv.Itoa(e.Index+1))
	case *FuncCall:
		p.call(e)
	case *Case:
		p.cases(e)
	case *Coalesce:
		p.named("coalesce", e.Args...)
	case *MinMax:
		if e.Least {
			p.named("least", e.Args...)
			return
		}
		p.named("greatest", e.Args...)
	case *NullIf:
		p.named("nullif", e.Left, e.Right)
	case *NullTest:
		p.level(precIs, around, func() {
			p.expr(e.Arg, precIs+1)
			p.put(" IS", not(e.Not), " NULL")
		})
	case *BoolTest:
		p.level(precIs, around, func() {
			p.expr(e.Arg, precIs+1)
			p.put(" IS ", e.Test)
		})
	case *DistinctFrom:
		p.level(precIs, around, func() {
			p.expr(e.Left, precIs+1)
			p.put(" IS", not(e.Not), " DISTINCT FROM ")
			p.expr(e.Right, precIs+1)
		})
	case *Array:
		p.put("ARRAY[")
		p.list(e.Elems)
		p.put("]")
	case *Subscript:
		p.bracketed(e.Arg)
		p.put("[")
		p.list(e.Indexes)
		p.put("]")
	case *Field:
		p.put("(")
		p.expr(e.Arg, precLowest)
		p.put(").", Ident(e.Name))
	case *WholeRow:
		p.column(e.RTE, "*")
	case *Merged:
		p.named("merged", e.Left, e.Right)
	case *SQLValue:
		p.put(e.Name)
	case *Grouping:
		p.named("grouping", e.Args...)
	case *SystemColumn:
		p.column(e.RTE, e.Name)
	case *Default:
		p.put("DEFAULT")
	case *Unknown:
		p.put("<", e.What, ">")
	default:
		p.put("<?>")
	}
}

// column prints a column with its alias, if there is one.
func (p *printer) column(rte *RTE, name string) {
	if rte.Alias != "" {
		p.put(Ident(rte.Alias), ".")
	}
	p.put(name)
}

// bracketed prints e so that a subscript may follow.
func (p *printer) bracketed(e Expr) {
	switch e.(type) {
	case *ColRef, *ParamRef, *Array:
		p.expr(e, precAtom)
	default:
		p.put("(")
		p.expr(e, precLowest)
		p.put(")")
	}
}

func (p *printer) named(name string, args ...Expr) {
	p.put(name, "(")
	p.list(args)
	p.put(")")
}

func (p *printer) boolean(e *Bool, around precedence) {
	if e.Op == Not {
		p.level(precNot, around, func() {
			p.put("NOT ")
			p.expr(e.Args[0], precNot)
		})
		return
	}
	have, word := precAnd, " AND "
	if e.Op == Or {
		have, word = precOr, " OR "
	}
	p.level(have, around, func() {
		for i, a := range e.Args {
			if i > 0 {
				p.put(word)
			}
			p.expr(a, have+1)
		}
	})
}

func (p *printer) operator(e *Op, around precedence) {
	name := e.Name
	if e.Schema != "" {
		name = "OPERATOR(" + e.Schema + "." + name + ")"
	}
	if e.Left == nil {
		have := precOther
		if name == "-" || name == "+" {
			have = precUnary
		}
		p.level(have, around, func() {
			p.put(name)
			if e.Schema != "" || !isAtom(e.Right) {
				p.put(" ")
			}
			p.expr(e.Right, have)
		})
		return
	}
	have := precedenceOf(e)
	left, right := have, have+1
	if have == precCompare || have == precIn {
		left = have + 1 // comparisons do not chain
	}
	p.level(have, around, func() {
		p.expr(e.Left, left)
		p.put(" ", spelled(name), " ")
		p.expr(e.Right, right)
	})
}

func isAtom(e Expr) bool {
	switch e.(type) {
	case *ColRef, *ParamRef, *FuncCall:
		return true
	}
	return false
}

func precedenceOf(e *Op) precedence {
	if e.Schema != "" {
		return precOther
	}
	switch e.Name {
	case "<", ">", "=", "<=", ">=", "<>":
		return precCompare
	case "~~", "!~~", "~~*", "!~~*":
		return precIn
	case "+", "-":
		return precAdd
	case "*", "/", "%":
		return precMul
	case "^":
		return precPower
	}
	return precOther
}

// spelled gives the operators of LIKE their words back.
func spelled(name string) string {
	switch name {
	case "~~":
		return "LIKE"
	case "!~~":
		return "NOT LIKE"
	case "~~*":
		return "ILIKE"
	case "!~~*":
		return "NOT ILIKE"
	}
	return name
}

func (p *printer) constant(e *Const) {
	switch {
	case e.Null:
		p.put("NULL")
	case number(e.T) || e.T.Same(catalog.Builtin("bool")) && (e.Text == "true" || e.Text == "false"):
		p.put(e.Text)
	default:
		p.put("'", strings.ReplaceAll(e.Text, "'", "''"), "'")
	}
}

func number(t catalog.Type) bool {
	if t.Schema != "pg_catalog" || t.Array {
		return false
	}
	switch t.Name {
	case "int2", "int4", "int8", "numeric", "float4", "float8":
		return true
	}
	return false
}

func not(is bool) string {
	if is {
		return " NOT"
	}
	return ""
}

func anyAll(all bool) string {
	if all {
		return " ALL "
	}
	return " ANY "
}

// typeText prints a type with its modifiers.
func typeText(t catalog.Type) string {
	if t.IsZero() {
		return "?"
	}
	if len(t.Mods) == 0 {
		return t.String()
	}
	array := t.Array
	t.Array = false
	mods := make([]string, len(t.Mods))
	for i, m := range t.Mods {
		mods[i] = strconv.Itoa(int(m))
	}
	s := t.String() + "(" + strings.Join(mods, ",") + ")"
	if array {
		s += "[]"
	}
	return s
}

// Ident quotes a name that could not stand bare.
func Ident(name string) string {
	for i := range len(name) {
		c := name[i]
		if c != '_' && (c < 'a' || c > 'z') && c < 0x80 && (i == 0 || c < '0' || c > '9') {
			return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		}
	}
	return name
}
