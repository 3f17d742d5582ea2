package plan

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tenantc/tenantc/internal/diag"
)

// call makes the arguments of a method and those of its statement.
type call struct {
	b     *builder
	r     *repo
	m     *Method
	names local
	given map[string]bool // arguments of the caller's so far
	exprs map[int]string  // of the statement's parameters, by number
	keys  map[int]string  // of dimensions, by index
	vars  Vars
}

// newCall begins a method: in Scoped its first argument is the placing key.
func (b *builder) newCall(r *repo, m *Method) *call {
	c := &call{b: b, r: r, m: m, given: map[string]bool{}, exprs: map[int]string{}, keys: map[int]string{}}
	c.names.around = []scope{b.im.taken, b.methodScope}
	for _, k := range m.Consts {
		c.names.names = append(c.names.names, k.Name)
	}
	m.Receiver = r.Name
	r.use.pkg(pathContext)
	if r.pkg.Kind == Scoped {
		c.dimension(b.dims[0])
	}
	return c
}

// dimension adds the argument of a dimension.
func (c *call) dimension(d dimension) {
	c.m.Args = append(c.m.Args, Arg{d.arg, d.typ(c.r.use)})
	c.keys[d.dim.Index] = d.arg
}

// argName returns the name of an argument for a parameter that SQL calls name: a
// second one of that name has a number, and one that the method itself needs is
// called a value.
func (c *call) argName(name string) string {
	n := unexported(name)
	if !c.given[n] {
		c.given[n] = true
		return c.names.take(n, n+"Value")
	}
	return c.names.take(n)
}

// arguments adds the parameters that the caller supplies: one by one up to limit,
// and as a struct above it.
func (c *call) arguments(given []param, limit int, pos diag.Pos) {
	if len(given) > limit {
		name := exported(c.m.Name + "Params")
		c.b.mustClaim(c.r.pkg, name, pos, "the parameters of "+c.m.Name)
		st := &Struct{Name: name, Doc: []string{fmt.Sprintf("%s are the arguments of [%s.%s].", name, c.r.Name, c.m.Name)}}
		c.r.Structs = append(c.r.Structs, st)
		arg := c.names.take("arg", "params")
		c.m.Args = append(c.m.Args, Arg{arg, name})
		c.fields(st, given, arg)
		return
	}
	for _, p := range given {
		name := c.argName(p.name)
		c.m.Args = append(c.m.Args, Arg{name, c.r.use.typ(p.typ)})
		c.exprs[p.number] = p.typ.argExpr(c.r.use, name)
	}
}

// items adds the slice of a batch or copy.
func (c *call) items(given []param, pos diag.Pos) {
	list := c.names.take("items")
	item := c.names.take("item")
	c.vars.Items, c.vars.Item = list, item
	elem := item
	if c.m.Shape == CopyFrom {
		c.vars.Index = c.names.take("i", "index")
		elem = list + "[" + c.vars.Index + "]"
	}
	if len(given) == 1 {
		c.m.Item = c.r.use.typ(given[0].typ)
		c.exprs[given[0].number] = given[0].typ.argExpr(c.r.use, elem)
	} else {
		c.m.Item = exported(c.m.Name + "Item")
		c.b.mustClaim(c.r.pkg, c.m.Item, pos, "an item of "+c.m.Name)
		st := &Struct{Name: c.m.Item, Doc: []string{fmt.Sprintf("%s is one item of [%s.%s].", c.m.Item, c.r.Name, c.m.Name)}}
		c.r.Structs = append(c.r.Structs, st)
		c.fields(st, given, elem)
	}
	c.m.Args = append(c.m.Args, Arg{list, "[]" + c.m.Item})
}

// fields adds given to a struct whose value is at expr.
func (c *call) fields(st *Struct, given []param, expr string) {
	names := scope{}
	for _, p := range given {
		name := names.take(c.b.paramName(p.name))
		st.Fields = append(st.Fields, Field{Name: name, Type: c.r.use.typ(p.typ), Tag: c.b.paramTag(p.name, p.tags)})
		c.exprs[p.number] = p.typ.argExpr(c.r.use, expr+"."+name)
	}
}

// sqlArg adds the argument of parameter number: a tenant's key comes from the
// scope, and everything else from the caller.
func (c *call) sqlArg(s *statement, number int) {
	for _, t := range s.evidence.tenants {
		if t.Param == number {
			c.keyArg(t.Dim.Index)
			return
		}
	}
	c.m.SQL = append(c.m.SQL, c.exprs[number])
}

// keyArg adds a dimension's key to the statement's arguments. The placing one is
// converted to an interface once, since each conversion allocates.
func (c *call) keyArg(index int) {
	if index == c.b.dims[0].dim.Index {
		c.m.Key = true
		c.m.SQL = append(c.m.SQL, keyMark)
		return
	}
	c.m.SQL = append(c.m.SQL, c.keys[index])
}

// keyMark stands for the converted key until its variable has a name.
const keyMark = "\x02"

// finish names the local variables.
func (c *call) finish() {
	v := &c.vars
	v.Key = c.names.take("key", "tenantKey")
	v.Rows = c.names.take("rows")
	v.Err = c.names.take("err", "failure")
	v.SQL = c.names.take("sql", "text")
	v.Args = c.names.take("args", "values")
	v.Tag = c.names.take("tag")
	v.Batch = c.names.take("b", "batch")
	v.Results = c.names.take("br", "results")
	v.Out = c.names.take("out", "output")
	v.Stmt = c.names.take("s", "stmt")
	if c.m.Shape == Upsert {
		c.r.pkg.Upsert = true
	}
	if v.Index == "" {
		v.Index = c.names.take("i", "index")
	}
	if c.m.Row != nil {
		if c.m.Row.Of == nil {
			v.Row = c.names.take("v", "value")
		} else {
			v.Row = c.names.take(initial(c.m.Row.Type), "row")
		}
	}
	if c.r.pkg.Kind == Scoped {
		c.m.Place = c.b.dims[0].arg
		if c.m.Key {
			c.m.Place = v.Key
			c.r.use.pkg(pathTenant)
		}
	}
	for i, e := range c.m.SQL {
		if e == keyMark {
			c.m.SQL[i] = v.Key
		}
	}
	if c.m.Shape == Page {
		v.Paging = c.names.take("q", "paging")
	}
	c.helpers()
	for _, h := range handleOf(c.m.Shape) {
		c.r.pkg.handle[h] = true
	}
	switch c.m.Shape {
	case BatchExec, BatchOne, BatchMany, CopyFrom:
		c.r.use.pkg(pathPgx)
	}
	if c.m.Shape == BatchOne {
		c.r.use.pkg(pathErrors)
	}
	c.m.Var = c.b.sharedVars(*v)
}

// helpers remembers what of rows.go the method calls.
func (c *call) helpers() {
	p, of := c.r.pkg, (*Dest)(nil)
	if c.m.Row != nil {
		of = c.m.Row.Of
	}
	switch c.m.Shape {
	case One, Create, Upsert:
		if of != nil {
			of.One = true
		} else {
			c.r.use.pkg(pathTenant) // NotFound
		}
	case Many, List, ListBy, Page, CreateMany, Load, BatchMany:
		p.Reads = true
		if of != nil {
			of.Many = true
		} else {
			p.Collect = true
		}
	case ForEach, ForEachBy:
		p.Reads, of.Loops = true, true
	case Count:
		p.Counts = true
	case Exists:
		p.Exists = true
	case ExecRows, Update, UpdateWhere, DeleteWhere:
		p.Affects = true
	}
	if of != nil && slices.Contains(c.r.Dests, of) {
		of.imports(c.r.use)
	}
}

// imports names the packages that the functions of d need.
func (d *Dest) imports(u use) {
	if d.Loops {
		u.pkg(pathIter)
	}
	if d.One || d.Many {
		u.pkg(pathPgx)
		u.pkg(pathTenant)
	}
}

// sharedVars returns one value for all that are equal, as most are.
func (b *builder) sharedVars(v Vars) *Vars {
	known := b.vars[v]
	if known == nil {
		known = &v
		b.vars[v] = known
	}
	return known
}

// initial returns the first letter of a type's own name, in small.
func initial(typ string) string {
	typ = typ[strings.LastIndexAny(typ, ".]*")+1:]
	c, _ := utf8.DecodeRuneInString(typ)
	if !unicode.IsLetter(c) {
		return "v"
	}
	return string(unicode.ToLower(c))
}
