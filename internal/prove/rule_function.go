package prove

import (
	"fmt"
	"github.com/tenantc/tenantc/internal/diag"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// checkFunction accepts a call of a built-in function whose result depends on
// its arguments, the clock, randomness and the connection only, or of one that
// is declared trusted. A name that the schema defines too has lost its place:
// which of them is called is PostgreSQL's choice.
//
//	CREATE FUNCTION max(uuid) …; SELECT max(tenant_id) FROM docs WHERE …
func (p *prover) checkFunction(f *query.FuncCall, st standing) {
	if advisoryLocks[f.Name] && len(f.User) == 0 && (f.Schema == "" || f.Schema == "pg_catalog") {
		if !st.list {
			p.refuseFix(diag.CodeFunction, f.Loc(), f.Name+"() outside of a SELECT list", "a condition may be looked at for other tenants' rows too, and would take their locks", "call it in the SELECT list")
		}
		return
	}
	if p.opensBody(f) {
		return // it is proven as the subquery that it is
	}
	if why := p.callProblem(f.Schema, f.Name, f.Builtin, f.User); why != "" {
		p.refuseFix(diag.CodeFunction, f.Loc(), fmt.Sprintf("%s() %s", f.Name, why),
			"what a function reads is not in the statement, and no condition outside reaches into it", insteadOf(f))
	}
	if f.Builtin != nil {
		if f.Builtin.Window && !f.Builtin.Aggregate && f.Over == nil {
			p.refuse(diag.CodeNotUnderstood, f.Loc(), f.Name+"() without OVER is not understood")
		}
		if slices.Contains(recordFunctions, f.Name) && !p.plainRecord(f, st.rows) {
			p.refuse(diag.CodeNotUnderstood, f.Loc(), f.Name+"() with a column list is not understood")
		}
	}
}

// insteadOf says what to write in the place of a call. Only a function of the
// schema can be declared.
func insteadOf(f *query.FuncCall) string {
	switch {
	case len(f.User) > 0:
		return "write the query in its place, or declare it under trust.functions when it reads nothing but its arguments"
	case f.Name == "set_config":
		return "tenant.NewSharedRLS sets what policies read, in each transaction; another setting in a statement of its own, with -- tenant: unscoped other: …"
	}
	return "write what it does in its place, or it is a statement of its own, with -- tenant: unscoped other: …"
}

// plainRecord reports whether a function in FROM converts to plain types, whose
// input looks at the text alone.
func (p *prover) plainRecord(f *query.FuncCall, rows *query.RTE) bool {
	if rows == nil || !slices.Contains(rows.Funcs, f) || len(p.cat.Casts) > 0 {
		return false
	}
	return !slices.ContainsFunc(rows.Cols, func(c query.RTECol) bool {
		u := p.element(c.Type)
		return !p.cat.Base(c.Type).Same(c.Type) || u != nil && u.Kind != catalog.Enum || !p.pureCast(catalog.Type{}, c.Type)
	})
}

// recordFunctions convert to the types of a column list.
var recordFunctions = []string{"json_to_record", "json_to_recordset", "jsonb_to_record", "jsonb_to_recordset"}

// advisoryLocks take and release locks by a key that is the program's own; the
// name space is shared by all tenants, as the program decides.
var advisoryLocks = map[string]bool{
	"pg_advisory_lock": true, "pg_advisory_lock_shared": true, "pg_advisory_unlock": true, "pg_advisory_unlock_shared": true,
	"pg_advisory_xact_lock": true, "pg_advisory_xact_lock_shared": true, "pg_try_advisory_lock": true, "pg_try_advisory_lock_shared": true,
	"pg_try_advisory_xact_lock": true, "pg_try_advisory_xact_lock_shared": true,
}

// callProblem says why a call may read more than its arguments, or "". It may
// be one of a type: see catalog.CalledTypes.
func (p *prover) callProblem(schema, name string, b *catalog.BuiltinFunc, user []*catalog.Function) string {
	types := p.cat.CalledTypes(schema, name)
	switch {
	case !p.constructs(types):
		return "may make a value of the type of that name, and what that calls is not proven"
	case len(types) > 0 && b == nil && len(user) == 0:
		return ""
	}
	return p.functionProblem(schema, name, b, user)
}

// functionProblem is callProblem for what is sure to be a function.
func (p *prover) functionProblem(schema, name string, b *catalog.BuiltinFunc, user []*catalog.Function) string {
	if len(user) > 0 {
		if schema == "" && catalog.ReadsByItself(name) {
			return "is defined by the schema, and may be the one of that name that PostgreSQL or an extension has: write " + user[0].Schema + "." + name
		}
		for _, u := range user {
			if !u.Trusted && !p.pureBody(u) {
				return "is defined by the schema, and its body is not proven"
			}
		}
		for _, u := range user {
			if u.Trusted {
				p.trusted[name] = u
			}
		}
		return ""
	}
	if b == nil {
		return "is not on the list of functions that read nothing but their arguments"
	}
	if strings.Contains(name, "json") {
		if why := p.jsonProblem(); why != "" {
			return why
		}
	}
	if b.Extension != "" {
		if !p.cat.HasExtension(b.Extension) {
			return "belongs to the extension " + b.Extension + ", which the schema does not create"
		}
		return ""
	}
	if schema != "" && schema != "pg_catalog" {
		return "is called in the schema " + schema + ", which does not define it"
	}
	return ""
}

// constructs reports whether the types that a call may make a value of are all
// ranges whose constructor compares the bounds, and does nothing else. Bounds of
// built-in types and enums compare by themselves; a class of operators of the
// schema's own is refused where the schema is read.
//
//	CREATE TYPE period AS RANGE (subtype = date); SELECT period($1, $2)
//	CREATE DOMAIN lower AS text CHECK (…); SELECT lower('x')      -- a cast
func (p *prover) constructs(types []*catalog.UserType) bool {
	for _, t := range types {
		if u := p.cat.UserType(t.Of); t.Kind != catalog.Range || t.Of.Array || t.Of.Schema != "pg_catalog" && (u == nil || u.Kind != catalog.Enum) {
			return false
		}
		if t.Diff == "" {
			continue
		}
		b, _ := catalog.LookupBuiltin(t.Diff)
		if p.functionProblem("", t.Diff, b, p.cat.FunctionsNamed("", t.Diff)) != "" {
			return false
		}
	}
	return true
}

// checkOperator refuses an operator that is not built in, or that the schema
// defines too.
func (p *prover) checkOperator(schema, name string, loc query.Loc) {
	switch {
	case schema != "" && schema != "pg_catalog":
		p.refuse(diag.CodeFunction, loc, fmt.Sprintf("the operator %s.%s is not built in", schema, name))
	case p.userOperator(name):
		p.refuse(diag.CodeFunction, loc, fmt.Sprintf("the operator %s is defined by the schema, and what it calls is not proven", name))
	default:
		if problem := p.operatorProblem(name); problem != "" {
			p.refuse(diag.CodeFunction, loc, fmt.Sprintf("the operator %s %s", name, problem))
		}
	}
}

// operatorProblem says why an operator that the schema does not define may read
// more than its operands, or "".
func (p *prover) operatorProblem(name string) string {
	if catalog.BuiltinOperator(name) {
		return ""
	}
	ext, ok := catalog.ExtensionOperator(name)
	switch {
	case !ok:
		return "is not on the list of operators that read nothing but their operands"
	case !p.cat.HasExtension(ext):
		return "belongs to the extension " + ext + ", which the schema does not create"
	}
	return ""
}

// checkCast refuses casts that look names up, as to regclass, casts that the
// schema defines, and domains whose CHECK is not pure.
func (p *prover) checkCast(c *query.Cast) {
	for _, u := range p.cat.Casts {
		if u.To.Same(c.Type()) {
			p.refuse(diag.CodeFunction, c.Loc(), fmt.Sprintf("the cast to %s may be one that the schema defines", c.Type()))
			return
		}
	}
	if isConfiguration(c.Type()) {
		return
	}
	if c.Type().IsZero() || !p.pureCast(c.Arg.Type(), c.Type()) {
		p.refuse(diag.CodeFunction, c.Loc(), fmt.Sprintf("the cast to %s is not one that reads nothing but its argument", c.Type()))
		return
	}
	p.checkDomain(c.Type(), c.Loc())
}

// checkValue refuses a value that a cast of the schema may convert where nobody
// wrote a cast, when what the cast calls is not proven: as the argument of a call,
// as an operand, a condition, a branch, or where it is stored.
//
//	CREATE CAST (mood AS text) WITH FUNCTION spell(mood) AS IMPLICIT; SELECT upper(mood) FROM …
func (p *prover) checkValue(e query.Expr) {
	if e == nil {
		return
	}
	for _, u := range p.cat.Casts {
		if problem := p.castProblem(u); problem != "" && p.mayBe(e, u.From) {
			p.refuseFix(diag.CodeFunction, e.Loc(), fmt.Sprintf("a value of %s may be converted by %s(), which %s", u.From, u.Function, problem),
				"the schema casts it wherever another type is wanted, and what the function reads is not in the statement",
				"make it a cast that has to be written, or declare "+u.Function+" under trust.functions when it reads nothing but its argument")
		}
	}
}

// exactComparison reports whether e compares two bare values of one type that
// has comparisons of its own: PostgreSQL casts neither.
func exactComparison(e *query.Op) bool {
	bare := func(e query.Expr) bool {
		switch e.(type) {
		case *query.ColRef, *query.ParamRef:
			t := e.Type()
			return t.Schema == "pg_catalog" && !t.Array && compared[t.Name]
		}
		return false
	}
	return catalog.Comparison(e.Name) && e.Left != nil && e.Right != nil && bare(e.Left) && bare(e.Right) && e.Left.Type().Same(e.Right.Type())
}

// compared lists built-in types with comparisons of their own.
var compared = map[string]bool{
	"bool": true, "int2": true, "int4": true, "int8": true, "numeric": true, "uuid": true, "text": true,
	"date": true, "timestamp": true, "timestamptz": true,
}

// castProblem says why a cast that PostgreSQL applies by itself may read more
// than its value, or "".
func (p *prover) castProblem(u *catalog.UserCast) string {
	if !u.Implicit {
		return ""
	}
	return p.castFunction(u)
}

// castFunction says so of a cast, written or not.
func (p *prover) castFunction(u *catalog.UserCast) string {
	if u.Function == "" {
		return ""
	}
	b, _ := catalog.LookupBuiltin(u.Function)
	return p.functionProblem(u.FunctionSchema, u.Function, b, p.cat.FunctionsNamed(u.FunctionSchema, u.Function))
}

// jsonProblem says why a function that makes JSON of values of any type may read
// more than these, or "": it calls a cast to json that the schema defines,
// though it has to be written elsewhere, for whatever is in an array or a row.
//
//	CREATE CAST (mood AS json) WITH FUNCTION spell(mood); SELECT to_json(d) FROM docs d WHERE …
func (p *prover) jsonProblem() string {
	for _, u := range p.cat.Casts {
		if u.Function == "" || !u.To.Same(catalog.Builtin("json")) {
			continue
		}
		if why := p.functionProblem(u.FunctionSchema, u.Function, nil, p.cat.FunctionsNamed(u.FunctionSchema, u.Function)); why != "" {
			return fmt.Sprintf("may convert a value by %s(), which %s", u.Function, why)
		}
	}
	return ""
}

// mayBe reports whether e may be a value of type t, an array of such, or a row.
func (p *prover) mayBe(e query.Expr, t catalog.Type) bool {
	if _, ok := e.(*query.WholeRow); ok || t.IsZero() {
		return true
	}
	of, t := p.cat.Base(e.Type()), p.cat.Base(t)
	of.Array, t.Array = false, false
	return of.Same(t)
}

// isConfiguration reports whether a cast to t looks a text search configuration
// up, as to_tsvector('simple'::regconfig, title) does in a dump. Configurations
// are part of the schema: they say nothing of rows, nor of whose they are.
func isConfiguration(t catalog.Type) bool {
	return t.Same(catalog.Builtin("regconfig"))
}

// pureCast reports whether a cast looks at the value alone. A source that is
// not known counts as untyped: what matters is where the cast leads, and a value
// of a type that names objects does not come about without a cast of its own.
func (p *prover) pureCast(from, to catalog.Type) bool {
	if u := p.element(to); u != nil && u.Kind == catalog.Composite {
		// A row is cast field by field.
		for _, f := range u.Fields {
			if !p.pureCast(catalog.Type{}, f.Type) {
				return false
			}
		}
		return len(p.cat.Casts) == 0
	}
	if u := p.element(from); u != nil && u.Kind == catalog.Composite {
		from = catalog.Type{}
	}
	return catalog.PureCast(p.castType(from), p.castType(to))
}

// element returns the user-defined type of t or of its elements, domains
// looked through, or nil.
func (p *prover) element(t catalog.Type) *catalog.UserType {
	t = p.cat.Base(t)
	t.Array = false
	return p.cat.UserType(p.cat.Base(t))
}

// castType spells a type as the table of casts has it.
func (p *prover) castType(t catalog.Type) catalog.Type {
	if t.IsZero() {
		return catalog.Builtin("unknown")
	}
	t = p.cat.Base(t)
	switch u := p.element(t); {
	case u != nil && u.Kind == catalog.Enum:
		return catalog.Type{Schema: "pg_catalog", Name: "anyenum", Array: t.Array}
	case u != nil, p.cat.Lookup(t.Schema, t.Name) != nil: // of the schema, by whatever name
		return catalog.Builtin("record")
	}
	return t
}
