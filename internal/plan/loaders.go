package plan

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/jinzhu/inflection"

	"github.com/tenantc/tenantc/internal/catalog"
)

// Loader is what a method needs that loads the rows which a foreign key names.
type Loader struct {
	Items   string // the argument
	Item    string // type of its elements: "models.Document"
	It      string // one of them: "d"
	Key     string // type of the key: "uuid.UUID"
	Own     string // expression: it is the tenant's
	Refers  string // expression: it refers to a row
	Of      string // expression: the key that it refers to
	K       string // the name of a key
	Keys    string // of all of them
	Row     string // a row that is found: "u"
	RowKey  string // expression: its key
	Columns []KeyColumn
}

// KeyColumn is one column of a key that has several: the values of all keys.
type KeyColumn struct{ Name, Type, Field string }

// loaders plans a method for each foreign key to a relation with a row: it reads
// the rows that many rows refer to, in one round trip.
func (c *crud) loaders() {
	for _, fk := range c.rel.ForeignKeys {
		to := c.b.rows[fk.To]
		if to == nil || !fk.To.Tenancy.Owned() || c.b.in.Models != nil && !to.model {
			continue
		}
		l := &loading{c: c, fk: fk, to: to}
		if l.columns() {
			l.plan()
		}
	}
}

// loading makes the method of one foreign key.
type loading struct {
	c        *crud
	fk       *catalog.ForeignKey
	to       *row
	own      *owned      // predicate of the relation that is referred to
	from, at []*rowField // of the key, those of the dimensions left out
	dims     []int       // dimensions that are part of the foreign key
}

// columns reads the foreign key. It reports false for one to the root itself and
// for one whose columns the structs lack.
func (l *loading) columns() bool {
	c := l.c
	for i, from := range l.fk.Columns {
		at := l.fk.RefColumns[i]
		if d := slices.Index(c.rel.Tenancy.Columns, from); d >= 0 && d < len(l.fk.To.Tenancy.Columns) && l.fk.To.Tenancy.Columns[d] == at {
			l.dims = append(l.dims, d)
			continue
		}
		f, g := c.row.field(c.rel.Columns[from]), l.to.field(l.fk.To.Columns[at])
		if f == nil || g == nil {
			return false
		}
		l.from, l.at = append(l.from, f), append(l.at, g)
	}
	return len(l.at) > 0
}

// name returns what the method loads: "Owners" for owner_id.
func (l *loading) name() string {
	what := inflection.Singular(noun(l.fk.To.Name))
	if len(l.from) == 1 {
		what = l.from[0].col.Name
		if base := strings.TrimSuffix(what, "_id"); base != "" {
			what = base
		}
	}
	return exported(inflection.Plural(strings.ReplaceAll(what, " ", "_")))
}

func (l *loading) plan() {
	c, u := l.c, l.c.repo.use
	name := "Load" + l.name()
	if l.c.loads[name] {
		for _, f := range l.from {
			name += "By" + exported(f.col.Name)
		}
		if l.c.loads[name] {
			return // the same columns once more, to another relation
		}
	}
	lacks := func(why string) {
		c.b.note(l.fk.Pos, fmt.Sprintf("%s has no generated %s: %s", c.repo.Name, name, why), "", "", nil)
	}
	for _, f := range l.at {
		if !c.b.comparable(f, l.fk.To) {
			lacks(fmt.Sprintf("a %s is no key of a map", u.typ(f.typ)))
			return
		}
	}
	for i, f := range l.from {
		if t, at := f.typ.text, l.at[i].typ.text; t != at && t != "*"+at {
			lacks(fmt.Sprintf("%s is of type %s, and what it refers to of type %s", f.col.Name, u.typ(f.typ), u.typ(l.at[i].typ)))
			return
		}
	}
	text := l.text()
	if text == "" {
		return // it has no generated List either, and a note says why
	}
	call, m := c.begin(name, Load, lowerFirst(name)+"Of"+c.repo.Name)
	if call == nil {
		return
	}
	c.loads[name] = true
	m.Source = position(l.fk.Pos)
	m.Consts[0].Text = text
	for _, d := range l.own.dims {
		if call.keys[d.dim.Index] == "" {
			call.dimension(d)
		}
		call.keyArg(d.dim.Index)
	}
	m.Row = c.b.rowOf(c.repo, l.to)
	load := &Loader{
		Items: call.names.take(unexported(c.rel.Name), "items"), Item: u.typ(c.row.typ), It: call.names.take(initial(c.row.name), "item"),
		Row: call.names.take(initial(l.to.name), "row", "found"), K: call.names.take("k", "wanted"), Keys: call.names.take("keys", "wanted"),
	}
	call.vars.Items = call.names.take("found")
	m.Args = append(m.Args, Arg{load.Items, "[]" + load.Item})
	own, ok := l.owns(call, load.It)
	if !ok {
		lacks("whether a row is the tenant's cannot be told of its field")
		return
	}
	load.Own = own
	l.keys(call, load)
	m.Load = load
	u.pkg(pathTenant)
	key := make([]string, len(l.at))
	for i, f := range l.at {
		key[i] = f.name
	}
	m.Doc = []string{
		fmt.Sprintf("%s returns the %s that %s refer to with %s, by %s.", name, noun(l.fk.To.Name), load.Items, fieldNames(l.from), strings.Join(key, " and ")),
		fmt.Sprintf("It asks once, for each of them once. One that the %s does not have is not among them;", c.b.dims[0].noun),
		fmt.Sprintf("%s of another %s is tenant.ErrMismatch.", article(c.one), c.b.dims[0].noun),
	}
	if own == "true" {
		m.Doc = append(m.Doc[:1], fmt.Sprintf("It asks once, for each of them once. One that the %s does not have is not among them.", c.b.dims[0].noun))
	}
	c.end(call)
}

func fieldNames(fields []*rowField) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return strings.Join(names, " and ")
}

// text returns the statement, with the keys as one array a column behind the
// dimensions' parameters, or "" when none is proven.
func (l *loading) text() string {
	head := "select " + columnList(l.to.fields) + " from " + relText(l.fk.To)
	for _, l.own = range l.c.b.ownership(l.fk.To) {
		if !l.confinesAll() {
			continue
		}
		n := len(l.own.dims)
		text := l.own.text("") + l.to.live()
		if len(l.at) == 1 {
			text += fmt.Sprintf(" and %s = any($%d)", quote(l.at[0].col.Name), n+1)
		} else {
			var names, arrays []string
			for i, f := range l.at {
				names = append(names, quote(f.col.Name))
				arrays = append(arrays, fmt.Sprintf("$%d::%s[]", n+1+i, f.col.Type))
			}
			text += fmt.Sprintf(" and (%s) in (select * from unnest(%s))", strings.Join(names, ", "), strings.Join(arrays, ", "))
		}
		text = head + whereText(text)
		if _, ok := l.c.b.proven(text); ok {
			return text
		}
	}
	return ""
}

// confinesAll reports whether the predicate has every dimension that is part of
// the foreign key: without one, two rows could have what is left of the key.
func (l *loading) confinesAll() bool {
	return !slices.ContainsFunc(l.dims, func(index int) bool {
		return !slices.ContainsFunc(l.own.dims, func(d dimension) bool { return d.dim.Index == index })
	})
}

// owns returns the expression that is true of a row of the caller's. ok is false
// when the type of a field does not show whose it is.
func (l *loading) owns(call *call, it string) (expr string, ok bool) {
	c := l.c
	var parts []string
	for _, d := range c.b.dims {
		arg := call.keys[d.dim.Index]
		if arg == "" || d.dim.Index >= len(c.rel.Tenancy.Columns) || c.rel.Tenancy.Columns[d.dim.Index] < 0 {
			continue
		}
		f := c.row.field(c.rel.Columns[c.rel.Tenancy.Columns[d.dim.Index]])
		if f == nil {
			continue // the row does not say
		}
		if d.typeName != "" {
			arg += "." + d.key
		}
		value := it + "." + f.path
		t, pointer := strings.CutPrefix(f.typ.text, "*")
		of := value
		if pointer {
			of = "*" + value
		}
		runtime := c.repo.use.pkg(pathTenant)
		switch {
		case t == "\x00"+pathTenant+"\x00."+d.key:
		case t == uuidType && d.key == "ID":
			of = runtime + ".IDFrom(" + of + ")"
		case t == "\x00"+pathPgtype+"\x00.UUID" && d.key == "ID" && !pointer:
			of = runtime + ".IDFrom(" + value + ".Bytes)"
		case (t == "int16" || t == "int32" || t == "int64" || t == "int") && d.key == "Int64ID":
			of = runtime + ".NewInt64ID(int64(" + of + "))"
		case t == "string" && d.key == "TextID":
			of = runtime + ".NewTextID(" + of + ")"
		default:
			return "", false
		}
		everybody := c.rel.Tenancy.Class == catalog.Shared // and a row of everybody's is the tenant's too
		switch {
		case pointer && everybody:
			parts = append(parts, fmt.Sprintf("(%s == nil || %s == %s)", value, of, arg))
		case pointer:
			parts = append(parts, fmt.Sprintf("%s != nil && %s == %s", value, of, arg))
		case everybody && !f.col.NotNull && t == "\x00"+pathPgtype+"\x00.UUID":
			parts = append(parts, fmt.Sprintf("(!%s.Valid || %s == %s)", value, of, arg))
		default:
			parts = append(parts, of+" == "+arg)
		}
	}
	if len(parts) == 0 {
		return "true", true
	}
	return strings.Join(parts, " && "), true
}

// keys says how the key is read off an item and off a row that is found.
func (l *loading) keys(call *call, load *Loader) {
	c, u, m := l.c, l.c.repo.use, call.m
	var refers, values []string
	for i, f := range l.from {
		value := load.It + "." + f.path
		if f.typ.text != l.at[i].typ.text {
			refers = append(refers, value+" != nil")
			value = "*" + value
		} else if !f.col.NotNull && strings.HasPrefix(f.typ.text, "\x00"+pathPgtype+"\x00.") {
			refers = append(refers, value+".Valid")
		}
		values = append(values, value)
	}
	load.Refers = strings.Join(refers, " && ")
	if len(l.at) == 1 {
		f := l.at[0]
		load.Key, load.Of, load.RowKey = u.typ(f.typ), values[0], load.Row+"."+f.path
		m.SQL = append(m.SQL, goType{"[]" + f.typ.text}.argExpr(u, load.Keys))
		return
	}
	st := &Struct{Name: exported(singular(c.rel.Name) + "_" + inflection.Singular(l.name()) + "_key")}
	st.Doc = []string{fmt.Sprintf("%s is the key by which [%s.%s] returns its rows.", st.Name, c.repo.Name, m.Name)}
	c.b.mustClaim(c.repo.pkg, st.Name, l.fk.Pos, "the key of "+m.Name)
	load.Key = st.Name
	var found []string
	for _, f := range l.at {
		st.Fields = append(st.Fields, Field{Name: f.name, Type: u.typ(f.typ)})
		found = append(found, load.Row+"."+f.path)
		column := KeyColumn{call.names.take(unexported(inflection.Plural(f.col.Name)), "column"), "[]" + u.typ(f.typ), f.name}
		load.Columns = append(load.Columns, column)
		m.SQL = append(m.SQL, goType{"[]" + f.typ.text}.argExpr(u, column.Name))
	}
	c.repo.Structs = append(c.repo.Structs, st)
	load.Of = st.Name + "{" + strings.Join(values, ", ") + "}"
	load.RowKey = st.Name + "{" + strings.Join(found, ", ") + "}"
}

// comparable reports whether values of the field's type can be keys of a map
// that mean what PostgreSQL means when it compares them.
func (b *builder) comparable(f *rowField, rel *catalog.Relation) bool {
	switch b.baseType(f.col.Type) {
	case "uuid", "int2", "int4", "int8", "text", "varchar":
	default:
		return false // a type whose equal values may be written in two ways
	}
	switch name, _ := strings.CutPrefix(f.typ.text, "\x00"+pathPgtype+"\x00."); name {
	case "string", "int16", "int32", "int64", "int", uuidType, "UUID", "Text", "Int2", "Int4", "Int8":
		return true
	}
	if strings.HasPrefix(f.typ.text, "*") || rel.Model == nil {
		return false
	}
	for _, m := range rel.Model.Fields {
		if m.Name == f.name && m.Type != nil {
			_, basic := m.Type.Underlying().(*types.Basic)
			return basic && types.Comparable(m.Type)
		}
	}
	return false
}
