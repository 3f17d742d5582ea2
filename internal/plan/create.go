package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jinzhu/inflection"

	"github.com/tenantc/tenantc/internal/catalog"
)

// create plans Create. Columns with a default may be left out, so the text is
// put together of constant fragments: both the text without any of them and the
// text with all of them are proven, and what the rules ask of an INSERT they ask
// of each column by itself.
func (c *crud) create() {
	var required, optional []*rowField
	for _, f := range c.row.fields {
		switch {
		case c.dimColumn(f.col.Index) || c.ownerColumn(f.col.Index):
			// It comes from the scope, or first.
		case f.col.Generated != nil || f.col.Identity == 'a':
		case f.col.Default != nil || f.col.Identity == 'd' || f.col.Serial || c.b.domainDefault(f.col):
			optional = append(optional, f)
		default:
			required = append(required, f)
		}
	}
	for _, col := range c.rel.Columns {
		if c.row.field(col) == nil && !c.suppliedElsewhere(col) && col.NotNull {
			c.b.note(c.pos(), fmt.Sprintf("%s has no generated Create: column %s must have a value, and the struct has no field for it", c.repo.Name, col.Name),
				"", "give the struct a field for the column, or the column a default", nil)
			return
		}
	}
	in := c.insert(required)
	if in == nil {
		return
	}
	if p, ok := c.b.proven(in.text(required, nil)); !ok {
		c.unproven("Create", p)
		return
	}
	optional = c.provable(optional, func(fs []*rowField) string { return in.text(required, fs) }, "Create takes no")
	call, m := c.begin("Create", Create, "create"+c.row.name,
		fmt.Sprintf("Create inserts %s and returns it as stored. Fields that are nil take the column's default.", article(c.one)))
	if call == nil {
		return
	}
	if len(optional) == 0 {
		m.Doc = []string{fmt.Sprintf("Create inserts %s and returns it as stored.", article(c.one))}
	}
	if c.own.up != nil {
		m.Doc = append(m.Doc, fmt.Sprintf("It returns tenant.ErrNotFound when %s has no such %s.",
			"the "+c.own.dims[len(c.own.dims)-1].noun, inflection.Singular(noun(c.own.up.rel.Name))))
	}
	c.keyArgs(call)
	owner := c.ownerFields()
	if n := len(owner) + len(required) + len(optional); n > 0 {
		st := c.newRow(owner, required, optional)
		call.vars.Given = call.names.take("n", "in")
		m.Args = append(m.Args, Arg{call.vars.Given, st.Name})
		for _, f := range slices.Concat(owner, required) {
			m.SQL = append(m.SQL, f.typ.argExpr(c.repo.use, call.vars.Given+"."+f.name))
		}
		if st.Parts != nil {
			m.Optional = st.Parts.Optional
		}
	}
	m.Row = c.b.rowOf(c.repo, c.row)
	if len(m.Optional) == 0 {
		m.Shape = One
		m.Consts[0].Text = in.text(required, nil)
	} else {
		c.repo.pkg.Insert = true
		names := c.repo.pkg.names
		base := m.Consts[0].Name
		m.Consts = []Const{
			{Name: base, Text: in.head(required)},
			{Name: names.take(base + "Values"), Text: in.middle(required)},
			{Name: names.take(base + "End"), Text: in.tail()},
		}
	}
	c.end(call)
}

// newRow declares the struct of a row to be.
func (c *crud) newRow(owner, required, optional []*rowField) *Struct {
	st := &Struct{Name: "New" + c.row.name, Doc: []string{
		fmt.Sprintf("New%s is what [%s.Create] takes. Whose it is follows from the method's other arguments.", c.row.name, c.repo.Name),
	}}
	c.b.mustClaim(c.repo.pkg, st.Name, c.pos(), "the argument of Create")
	for _, f := range slices.Concat(owner, required) {
		st.Fields = append(st.Fields, Field{Name: f.name, Type: c.repo.use.typ(f.typ)})
	}
	if len(optional) > 0 {
		st.Parts = c.parts("insert", "n", "in")
	}
	for _, f := range optional {
		t, value := f.typ, st.Parts.Of+"."+f.name
		option := Option{Given: value + " != nil", Column: quote(f.col.Name)}
		if t.nilable() {
			option.Value = t.argExpr(c.repo.use, value)
		} else {
			option.Value = t.argExpr(c.repo.use, "*"+value)
			t = t.pointer()
		}
		st.Fields = append(st.Fields, Field{Name: f.name, Type: c.repo.use.typ(t), Doc: "nil takes the default"})
		st.Parts.Optional = append(st.Parts.Optional, option)
	}
	c.repo.Structs = append(c.repo.Structs, st)
	return st
}

// parts returns the method of a struct that adds what is given of it to a
// statement; of has the names that the struct may have there.
func (c *crud) parts(verb string, of ...string) *Parts {
	names := scope{}
	maps.Copy(names, c.b.im.taken)
	return &Parts{Of: names.take(of...), Stmt: names.take("s", "stmt"), Verb: verb}
}

// suppliedElsewhere reports whether a new row gets the column without a field of
// the struct.
func (c *crud) suppliedElsewhere(col *catalog.Column) bool {
	return c.dimColumn(col.Index) || c.ownerColumn(col.Index) || col.Default != nil || col.Identity != 0 || col.Serial || col.Generated != nil ||
		c.b.domainDefault(col)
}

func (b *builder) domainDefault(col *catalog.Column) bool {
	d := b.userType(col.Type)
	return d != nil && d.Kind == catalog.Domain && d.Default != nil
}

// ownerFields returns the fields of the owning foreign key, in its order.
func (c *crud) ownerFields() []*rowField {
	if c.rel.Tenancy.Class != catalog.Derived {
		return nil
	}
	var out []*rowField
	for _, i := range c.rel.Tenancy.Owner.Columns {
		if f := c.row.field(c.rel.Columns[i]); f != nil {
			out = append(out, f)
		}
	}
	return out
}

// insert is the text of a Create: constant fragments between which the optional
// columns go.
type insert struct {
	c     *crud
	owner []*rowField // owning foreign key of a derived relation
}

// insert returns nil, with a note, when a derived relation cannot be inserted
// into.
func (c *crud) insert(required []*rowField) *insert {
	in := &insert{c: c, owner: c.ownerFields()}
	if c.rel.Tenancy.Class == catalog.Derived && len(in.owner) != len(c.rel.Tenancy.Owner.Columns) {
		c.b.note(c.pos(), fmt.Sprintf("%s has no generated Create: the struct lacks the column that says whose the row is", c.repo.Name), "", "", nil)
		return nil
	}
	return in
}

// head is the text up to and with the required columns.
func (in *insert) head(required []*rowField) string {
	var names []string
	t := in.c.rel.Tenancy
	if in.c.own.up == nil {
		for _, d := range in.c.own.dims {
			names = append(names, quote(in.c.rel.Columns[t.Columns[d.dim.Index]].Name))
		}
	}
	for _, f := range slices.Concat(in.owner, required) {
		names = append(names, quote(f.col.Name))
	}
	return "insert into " + relText(in.c.rel) + " (" + strings.Join(names, ", ")
}

// middle is the text from behind the columns up to and with the required values.
func (in *insert) middle(required []*rowField) string {
	n := len(in.c.own.dims)
	var values []string
	if in.c.own.up == nil {
		for i := range in.c.own.dims {
			values = append(values, fmt.Sprintf("$%d", i+1))
		}
	} else {
		for _, i := range in.c.rel.Tenancy.Owner.RefColumns {
			values = append(values, "parent."+quote(in.c.own.up.rel.Columns[i].Name))
			n++
		}
	}
	for range required {
		n++
		values = append(values, fmt.Sprintf("$%d", n))
	}
	if in.c.own.up == nil {
		return ") values (" + strings.Join(values, ", ")
	}
	return ") select " + strings.Join(values, ", ")
}

// tail is the text behind the values. A derived row is inserted below a parent
// that is looked up within the tenant, so that a foreign parent inserts nothing.
func (in *insert) tail() string {
	returning := " returning " + columnList(in.c.row.fields)
	if in.c.own.up == nil {
		return ")" + returning
	}
	up := in.c.own.up
	text := " from " + relText(up.rel) + " parent where " + up.text("parent.")
	for i, c := range in.c.rel.Tenancy.Owner.RefColumns {
		text += fmt.Sprintf(" and parent.%s = $%d", quote(up.rel.Columns[c].Name), len(in.c.own.dims)+i+1)
	}
	return text + returning
}

// text is the whole statement with the given optional columns.
func (in *insert) text(required, optional []*rowField) string {
	columns, values := "", ""
	n := len(in.c.own.dims) + len(in.owner) + len(required)
	for _, f := range optional {
		n++
		columns += ", " + quote(f.col.Name)
		values += fmt.Sprintf(", $%d", n)
	}
	return in.head(required) + columns + in.middle(required) + values + in.tail()
}

// provable returns those of fields with which text is proven. It tries all of
// them at once, and one by one only when that fails; lacks begins the note about
// one that is left out.
func (c *crud) provable(fields []*rowField, text func([]*rowField) string, lacks string) []*rowField {
	for len(fields) > 0 {
		if _, ok := c.b.proven(text(fields)); ok {
			return fields
		}
		kept := make([]*rowField, 0, len(fields))
		for _, f := range fields {
			p, ok := c.b.proven(text([]*rowField{f}))
			if ok {
				kept = append(kept, f)
				continue
			}
			c.leftOut(lacks, f, p)
		}
		if len(kept) == len(fields) {
			// Each is proven and all together are not: that is no property of a column.
			return nil
		}
		fields = kept
	}
	return nil
}
