package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

// createFunction interprets CREATE [OR REPLACE] FUNCTION and PROCEDURE.
func (b *builder) createFunction(s *pgast.CreateFunctionStmt) {
	q := splitName(s.GetFuncname())
	b.needSchema(q.schema, b.stmt)
	f := &Function{Schema: q.schema, Name: q.name, Pos: b.stmt, Procedure: s.GetIsProcedure(), Language: "sql", Volatility: 'v'}
	for _, n := range s.GetParameters() {
		f.Args = append(f.Args, b.funcArg(n.GetFunctionParameter()))
	}
	f.ReturnsTable = slices.ContainsFunc(f.Args, func(a FuncArg) bool { return a.Mode == 't' })
	switch tn := s.GetReturnType(); {
	case tn != nil:
		f.Returns, f.SetOf = b.typeName(tn), tn.GetSetof()
	default:
		f.Returns = outType(f.Args)
	}
	f.Trigger = f.Returns.Same(Builtin("trigger"))
	for _, n := range s.GetOptions() {
		b.funcOption(f, n.GetDefElem())
	}
	if old := b.sameFunction(f.Schema, f.Name, f.inputs()); old != nil {
		if !s.GetReplace() {
			b.exists("function", q.String(), b.stmt, old.Pos)
			return
		}
		if old.Body != f.Body || old.Body == "" {
			b.outdateCallers()
		}
		*old = *f // triggers hold the pointer
		delete(b.looked, old)
		return
	}
	b.putFunction(f)
}

func (b *builder) putFunction(f *Function) {
	b.cat.Functions = append(b.cat.Functions, f)
	b.cat.index.functions[f.Name] = append(b.cat.index.functions[f.Name], f)
}

func (b *builder) removeFunction(f *Function) {
	b.cat.Functions = remove(b.cat.Functions, f)
	b.cat.index.functions[f.Name] = remove(b.cat.index.functions[f.Name], f)
}

func (b *builder) funcArg(p *pgast.FunctionParameter) FuncArg {
	a := FuncArg{Name: p.GetName(), Type: b.typeName(p.GetArgType()), Mode: 'i', Default: b.expr(p.GetDefexpr())}
	switch p.GetMode() {
	case pgast.FunctionParameterMode_FUNC_PARAM_OUT:
		a.Mode = 'o'
	case pgast.FunctionParameterMode_FUNC_PARAM_INOUT:
		a.Mode = 'b'
	case pgast.FunctionParameterMode_FUNC_PARAM_VARIADIC:
		a.Mode = 'v'
	case pgast.FunctionParameterMode_FUNC_PARAM_TABLE:
		a.Mode = 't'
	}
	return a
}

// outType is the result of a function that has only OUT arguments.
func outType(args []FuncArg) Type {
	var outs []Type
	for _, a := range args {
		if a.Mode == 'o' || a.Mode == 'b' {
			outs = append(outs, a.Type)
		}
	}
	switch len(outs) {
	case 0:
		return Builtin("void")
	case 1:
		return outs[0]
	}
	return Builtin("record")
}

func (b *builder) funcOption(f *Function, d *pgast.DefElem) {
	switch d.GetDefname() {
	case "language":
		f.Language = strings.ToLower(d.GetArg().GetString_().GetSval())
	case "volatility":
		switch d.GetArg().GetString_().GetSval() {
		case "immutable":
			f.Volatility = 'i'
		case "stable":
			f.Volatility = 's'
		default:
			f.Volatility = 'v'
		}
	case "security":
		f.Definer = d.GetArg().GetBoolean().GetBoolval()
	case "set":
		f.Settings = f.Settings || !plainPath(d.GetArg().GetVariableSetStmt())
	case "as":
		if parts := pgast.Strings(d.GetArg().GetList().GetItems()); len(parts) > 0 {
			f.Body = parts[0]
		}
	}
}

// plainPath reports whether SET fixes the search path, and to one under which
// each name of a body means what it means without, or nothing at all.
//
//	SET search_path = ''; SET search_path = pg_catalog, pg_temp
func plainPath(s *pgast.VariableSetStmt) bool {
	if s.GetKind() != pgast.VariableSetKind_VAR_SET_VALUE || !strings.EqualFold(s.GetName(), "search_path") {
		return false
	}
	for i, n := range s.GetArgs() {
		switch n.GetAConst().GetSval().GetSval() {
		case "", "public", "pg_temp":
		case "pg_catalog":
			if i > 0 {
				return false // what stands before it would hide built-in names
			}
		default:
			return false
		}
	}
	return true
}

// inputs are the types by which a function is told from its overloads.
func (f *Function) inputs() []Type {
	var out []Type
	for _, a := range f.Args {
		if a.Mode == 'i' || a.Mode == 'b' || a.Mode == 'v' {
			out = append(out, a.Type)
		}
	}
	return out
}

func (b *builder) sameFunction(schema, name string, inputs []Type) *Function {
	for _, f := range b.cat.FunctionsNamed(schema, name) {
		if slices.EqualFunc(f.inputs(), inputs, Type.Same) {
			return f
		}
	}
	return nil
}

// functionNamed finds the function that ALTER or DROP names: by its arguments,
// or by its name alone when that is enough.
func (b *builder) functionNamed(o *pgast.ObjectWithArgs) *Function {
	q := splitName(o.GetObjname())
	if o.GetArgsUnspecified() {
		all := b.cat.FunctionsNamed(q.schema, q.name)
		if len(all) == 1 {
			return all[0]
		}
		return nil
	}
	var args []Type
	params := o.GetObjfuncargs()
	if len(params) == 0 {
		for _, n := range o.GetObjargs() {
			args = append(args, b.typeName(n.GetTypeName()))
		}
	}
	for _, n := range params {
		switch a := b.funcArg(n.GetFunctionParameter()); a.Mode {
		case 'i', 'b', 'v':
			args = append(args, a.Type)
		}
	}
	return b.sameFunction(q.schema, q.name, args)
}

// alterFunction interprets ALTER FUNCTION and PROCEDURE.
func (b *builder) alterFunction(s *pgast.AlterFunctionStmt) {
	f := b.functionNamed(s.GetFunc())
	if f == nil {
		b.noSuch("function", splitName(s.GetFunc().GetObjname()).String(), b.stmt)
		return
	}
	for _, n := range s.GetActions() {
		b.funcOption(f, n.GetDefElem())
	}
}

// define interprets CREATE AGGREGATE, OPERATOR, TYPE (base or shell) and COLLATION.
func (b *builder) define(s *pgast.DefineStmt) {
	q := splitName(s.GetDefnames())
	switch s.GetKind() {
	case pgast.ObjectType_OBJECT_AGGREGATE:
		b.createAggregate(s, q)
	case pgast.ObjectType_OBJECT_OPERATOR:
		b.createOperator(s, q)
	case pgast.ObjectType_OBJECT_TYPE:
		if old := b.cat.index.types[q]; old != nil && old.Kind == Base {
			return // a shell is filled in
		}
		b.putType(&UserType{Schema: q.schema, Name: q.name, Kind: Base, Pos: b.stmt})
	case pgast.ObjectType_OBJECT_COLLATION:
		b.createCollation(s, q)
	case pgast.ObjectType_OBJECT_TSCONFIGURATION, pgast.ObjectType_OBJECT_TSDICTIONARY, pgast.ObjectType_OBJECT_TSPARSER,
		pgast.ObjectType_OBJECT_TSTEMPLATE:
		// Text search objects carry no fact.
	default:
		b.refuseNamed("CREATE " + s.GetKind().String())
	}
}

func (b *builder) createAggregate(s *pgast.DefineStmt, q qname) {
	f := &Function{Schema: q.schema, Name: q.name, Pos: b.stmt, Aggregate: true, Language: "internal", Volatility: 'v'}
	if args := s.GetArgs(); len(args) > 0 {
		for _, n := range args[0].GetList().GetItems() {
			f.Args = append(f.Args, b.funcArg(n.GetFunctionParameter()))
		}
	}
	for _, n := range s.GetDefinition() {
		d := n.GetDefElem()
		tn := d.GetArg().GetTypeName()
		switch strings.ToLower(d.GetDefname()) {
		case "basetype":
			if tn != nil && !strings.EqualFold(defValue(d.GetArg()), "any") {
				f.Args = append(f.Args, FuncArg{Type: b.typeName(tn), Mode: 'i'})
			}
		case "stype", "stype1":
			if tn != nil && f.Returns.IsZero() {
				f.Returns = b.typeName(tn) // a final function may change it; no proof reads it
			}
		}
	}
	if old := b.sameFunction(q.schema, q.name, f.inputs()); old != nil {
		if !s.GetReplace() {
			b.exists("aggregate", q.String(), b.stmt, old.Pos)
			return
		}
		*old = *f
		return
	}
	b.putFunction(f)
}

func (b *builder) createOperator(s *pgast.DefineStmt, q qname) {
	op := &Operator{Schema: q.schema, Name: q.name, Pos: b.stmt}
	for _, n := range s.GetDefinition() {
		d := n.GetDefElem()
		switch strings.ToLower(d.GetDefname()) {
		case "leftarg":
			op.Left = b.typeName(d.GetArg().GetTypeName())
		case "rightarg":
			op.Right = b.typeName(d.GetArg().GetTypeName())
		}
	}
	b.cat.Operators = append(b.cat.Operators, op)
	if op.Name == "=" {
		b.taint(op.Left)
		b.taint(op.Right)
	}
}

// createCast interprets CREATE CAST. One that PostgreSQL applies by itself
// changes which operator `=` means.
func (b *builder) createCast(s *pgast.CreateCastStmt) {
	c := &UserCast{
		Pos: b.stmt, From: b.typeName(s.GetSourcetype()), To: b.typeName(s.GetTargettype()),
		Implicit: s.GetContext() == pgast.CoercionContext_COERCION_IMPLICIT || s.GetContext() == pgast.CoercionContext_COERCION_ASSIGNMENT,
	}
	if names := pgast.Strings(s.GetFunc().GetObjname()); len(names) > 0 {
		c.Function = names[len(names)-1]
		if len(names) > 1 {
			c.FunctionSchema = names[len(names)-2]
		}
	}
	b.cat.Casts = append(b.cat.Casts, c)
	if c.Implicit {
		b.taint(c.From)
		b.taint(c.To)
	}
}
