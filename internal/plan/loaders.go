package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
)

// Loader is what a method needs that loads rows by a foreign key, from either
// end of it.
type Loader struct {
	Items   string // the argument
	Item    string // type of its elements: "models.Document"
	It      string // one of them: "d"
	I       string // its place among them
	Key     string // type of the key: "uuid.UUID"
	Own     string // expression: it is the tenant's
	Refers  string // expression: it has a key
	Of      string // expression: its key
	K       string // the name of a key
	Keys    string // of all of them
	Row     string // a row that is found: "u"
	RowKey  string // expression: the key that it belongs to
	Many    bool   // a key has many rows
	Columns []KeyColumn
}

// KeyColumn is one column of a key that has several: the values of all keys.
type KeyColumn struct{ Name, Type, Field string }

// loaders plans the methods that follow foreign keys, in one round trip each:
// from rows to those that they refer to, and from rows to those that refer to
// them.
func (c *crud) loaders() {
	for _, fk := range c.rel.ForeignKeys {
		c.load(&loading{c: c, fk: fk, to: c.b.rows[fk.To]}, fk.Columns, fk.RefColumns)
	}
	for _, fk := range c.b.referring[c.rel] {
		c.load(&loading{c: c, fk: fk, to: c.b.rows[fk.From], many: true}, fk.RefColumns, fk.Columns)
	}
}

// load plans the method from rows with columns from to those with columns at.
func (c *crud) load(l *loading, from, at []int) {
	if l.to == nil || !l.to.rel.Tenancy.Owned() || c.b.in.Models != nil && !l.to.model {
		return
	}
	if l.columns(from, at) {
		l.plan()
	}
}

// loading makes the method of one end of a foreign key. Items are what the caller
// has, in rows of the repository's relation; they are given rows of another one.
type loading struct {
	c        *crud
	fk       *catalog.ForeignKey
	to       *row        // what is loaded
	many     bool        // it refers to the items, and not they to it
	own      *owned      // predicate of the relation that is loaded
	from, at []*rowField // of the items and of what is loaded, those of the dimensions left out
	dims     []int       // dimensions that are part of the foreign key
}

// columns reads the foreign key. It reports false for one to the root itself and
// for one whose columns the structs lack.
func (l *loading) columns(from, at []int) bool {
	c := l.c
	for i, from := range from {
		at := at[i]
		if d := slices.Index(c.rel.Tenancy.Columns, from); d >= 0 && d < len(l.to.rel.Tenancy.Columns) && l.to.rel.Tenancy.Columns[d] == at {
			l.dims = append(l.dims, d)
			continue
		}
		f, g := c.row.field(c.rel.Columns[from]), l.to.field(l.to.rel.Columns[at])
		if f == nil || g == nil {
			return false
		}
		l.from, l.at = append(l.from, f), append(l.at, g)
	}
	return len(l.at) > 0
}

// key returns the fields that the foreign key refers to, on whichever end: what is
// loaded is found by them.
func (l *loading) key() []*rowField {
	if l.many {
		return l.from
	}
	return l.at
}

// refers returns the fields of the end that refers.
func (l *loading) refers() []*rowField {
	if l.many {
		return l.at
	}
	return l.from
}

// role returns what a row is to one that refers to it: "owner" for owner_id, and
// for several columns "".
func (l *loading) role() string {
	if f := l.refers(); len(f) == 1 {
		if base := strings.TrimSuffix(f[0].col.Name, "_id"); base != "" {
			return base
		}
		return f[0].col.Name
	}
	return ""
}

// name returns what the method loads: "Owners" for owner_id, and from the other
// end "Documents". Where several foreign keys would have the same name, a method
// says by which it goes: "DocumentsByOwner". It is "" when that is taken too.
func (l *loading) name() string {
	free := func(name string) bool { return !l.c.loads["Load"+name] }
	by := "By"
	for _, f := range l.refers() {
		if role := l.role(); role != "" && l.many {
			by += exported(role)
			break
		}
		by += exported(f.col.Name)
	}
	what := strings.ReplaceAll(l.c.b.inflector.singular(noun(l.to.rel.Name)), " ", "_")
	if role := l.role(); role != "" && !l.many {
		what = role
	}
	name := exported(what)
	if !strings.HasSuffix(what, "_by") { // who rows were created by
		name = exported(l.c.b.inflector.plural(what))
	}
	switch {
	case free(name) && !(l.many && l.several()):
		return name
	case free(name + by):
		return name + by
	}
	return ""
}

// several reports whether the name of what is loaded does not tell by which
// foreign key: the relation has another one to the items', or is the items' own.
func (l *loading) several() bool {
	n := 0
	for _, fk := range l.fk.From.ForeignKeys {
		if fk.To == l.fk.To {
			n++
		}
	}
	return n > 1 || l.fk.From == l.fk.To
}

func (l *loading) plan() {
	c, u := l.c, l.c.repo.use
	what := l.name()
	if what == "" {
		return // the same columns once more, to another relation
	}
	name := "Load" + what
	lacks := func(why string) {
		c.b.note(l.fk.Pos, fmt.Sprintf("%s has no generated %s: %s", c.repo.Name, name, why), "", "", nil)
	}
	if why := l.unmatched(); why != "" {
		lacks(why)
		return
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
	for _, n := range [...]string{"refers", "own"} { // results of the function that reads an item
		call.names.take(n)
	}
	load := &Loader{
		I: call.names.take("i"), Items: call.names.take(unexported(c.rel.Name), "items"), Item: u.typ(c.row.typ), It: call.names.take(initial(c.row.name), "item"),
		Row: call.names.take(initial(l.to.name), "row", "found"), K: call.names.take("k", "wanted"), Keys: call.names.take("keys", "wanted"),
		Many: l.many,
	}
	call.vars.Items = call.names.take("found")
	m.Args = append(m.Args, Arg{load.Items, "[]" + load.Item})
	own, ok := l.owns(call, load.It)
	if !ok {
		lacks("whether a row is the tenant's cannot be told of its field")
		return
	}
	load.Own = own
	l.keys(call, load, what)
	m.Load = load
	u.pkg(pathTenant)
	m.Doc = l.doc(name, load)
	c.end(call)
}

func (l *loading) doc(name string, load *Loader) []string {
	c, of, key := l.c, noun(l.to.rel.Name), fieldNames(l.key())
	first := fmt.Sprintf("%s returns the %s that %s refer to with %s, by %s.", name, of, load.Items, fieldNames(l.from), key)
	absent := fmt.Sprintf("One that the %s does not have is not among them", c.b.dims[0].noun)
	if l.many {
		first = fmt.Sprintf("%s returns the %s that refer to %s with %s, by the %s of the %s.", name, of, load.Items, fieldNames(l.at), key, c.one)
		absent = fmt.Sprintf("%s to which none refers is not among the keys", capital(article(c.one)))
	}
	lines := []string{first, "It asks once, for each of them once. " + absent + "."}
	if l.many {
		lines[1] = "It asks once. " + absent + "."
	}
	if load.Own != "true" {
		lines[1] = strings.TrimSuffix(lines[1], ".") + ";"
		lines = append(lines, fmt.Sprintf("%s of another %s is tenant.ErrMismatch.", article(c.one), c.b.dims[0].noun))
	}
	return lines
}

// capital returns s with its first letter in capitals.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func fieldNames(fields []*rowField) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return strings.Join(names, " and ")
}

// text returns the statement, with the keys as one array a column behind the
// dimensions' parameters, or "" when none is proven. Rows of one key come in the
// order of their own.
func (l *loading) text() string {
	rel := l.to.rel
	head := "select " + columnList(l.to.fields) + " from " + relText(rel)
	for _, l.own = range l.c.b.ownership(rel) {
		if !l.confinesAll() {
			continue
		}
		n := len(l.own.dims)
		text := l.own.text("") + l.to.live()
		if len(l.at) == 1 {
			text += fmt.Sprintf(" and %s = any($%d%s)", quote(l.at[0].col.Name), n+1, l.cast(0))
		} else {
			var names, arrays []string
			for i, f := range l.at {
				names = append(names, quote(f.col.Name))
				arrays = append(arrays, fmt.Sprintf("$%d::%s[]", n+1+i, l.key()[i].col.Type))
			}
			text += fmt.Sprintf(" and (%s) in (select * from unnest(%s))", strings.Join(names, ", "), strings.Join(arrays, ", "))
		}
		text = head + whereText(text)
		if l.many {
			text += l.order()
		}
		if _, ok := l.c.b.proven(text); ok {
			return text
		}
	}
	return ""
}

// cast returns what makes the array of keys one of the type that the keys have,
// where column i has another.
func (l *loading) cast(i int) string {
	key := l.c.b.baseType(l.key()[i].col.Type)
	if key == l.c.b.baseType(l.at[i].col.Type) {
		return ""
	}
	return "::" + key + "[]"
}

// order returns the ORDER BY of the primary key of what is loaded, its dimensions
// left out, or "" when it has none.
func (l *loading) order() string {
	for _, k := range l.to.rel.Keys {
		cols, plain := k.Columns()
		if !k.Primary || !plain {
			continue
		}
		var names []string
		for _, i := range cols {
			if !slices.Contains(l.to.rel.Tenancy.Columns, i) {
				names = append(names, quote(l.to.rel.Columns[i].Name))
			}
		}
		if len(names) > 0 {
			return " order by " + strings.Join(names, ", ")
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
