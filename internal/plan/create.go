package plan

import (
	"fmt"
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
)

// newRows is what the methods that insert have in common.
type newRows struct {
	*insert
	required []*rowField
	optional []*rowField // with a default, or filled by the server
	st       *Struct     // what the methods take; nil before one declares it
}

// inserts plans the methods that insert.
func (c *crud) inserts() {
	n := c.newRows()
	if n == nil {
		return
	}
	n.create()
	n.createMany()
	n.upserts()
}

// newRows sorts the columns of a new row, or returns nil, with a note, when no
// row can be inserted. Columns with a default may be left out, so that texts are
// put together of constant fragments: both the text without any of them and the
// text with all of them are proven, and what the rules ask of an INSERT they ask
// of each column by itself.
func (c *crud) newRows() *newRows {
	n := &newRows{}
	for _, f := range c.row.fields {
		switch {
		case c.dimColumn(f.col.Index) || c.ownerColumn(f.col.Index):
			// It comes from the scope, or first.
		case c.row.marked(f): // the column's default will do
		case f.col.Generated != nil || f.col.Identity == 'a':
		case f.col.Default != nil || f.col.Identity == 'd' || f.col.Serial || c.b.domainDefault(f.col):
			n.optional = append(n.optional, f)
		default:
			n.required = append(n.required, f)
		}
	}
	for _, col := range c.rel.Columns {
		if c.row.field(col) == nil && !c.suppliedElsewhere(col) && col.NotNull {
			c.b.note(c.pos(), fmt.Sprintf("%s has no generated Create: column %s must have a value, and the struct has no field for it", c.repo.Name, col.Name),
				"", "give the struct a field for the column, or the column a default", nil)
			return nil
		}
	}
	if n.insert = c.insert(n.required); n.insert == nil {
		return nil
	}
	if len(c.own.dims)+len(n.owner)+len(n.required) == 0 {
		n.first = c.anchor(n.optional)
		if i := slices.IndexFunc(n.optional, func(f *rowField) bool { return f.col == n.first }); i >= 0 {
			n.optional = slices.Delete(n.optional, i, i+1)
			c.b.note(n.first.Pos, fmt.Sprintf("%s.Create takes no %s", c.repo.Name, n.first.Name),
				"every column of a new row has a default, and the statement must name one", "", nil)
		}
	}
	if p, ok := c.b.proven(n.text(n.required, nil)); !ok {
		c.unproven("Create", p)
		return nil
	}
	n.optional = c.provable(n.optional, func(fs []*rowField) string { return n.text(n.required, fs) }, "Create takes no")
	return n
}

// anchor returns the column that an INSERT names, with its default, where it need
// name none: one that cannot be given anyway, or else the last that is not of the
// key.
func (c *crud) anchor(optional []*rowField) *catalog.Column {
	for _, col := range c.rel.Columns {
		if col.Generated != nil || col.Identity == 'a' || c.row.marked(c.row.field(col)) {
			return col
		}
	}
	for _, f := range slices.Backward(optional) {
		if !slices.Contains(c.keys, f) {
			return f.col
		}
	}
	return optional[0].col
}

func (n *newRows) create() {
	c := n.c
	call, m := c.begin("Create", Create, "create"+c.row.name,
		fmt.Sprintf("Create inserts %s and returns it as stored. Fields that are nil take the column's default.", article(c.one)))
	if call == nil {
		return
	}
	if len(n.optional) == 0 {
		m.Doc = []string{fmt.Sprintf("Create inserts %s and returns it as stored.", article(c.one))}
	}
	m.Doc = append(m.Doc, n.noParent()...)
	n.takes(call)
	if len(m.Optional) == 0 {
		m.Shape = One
		m.Consts[0].Text = n.text(n.required, nil)
	} else {
		base := m.Consts[0].Name
		m.Consts = []Const{
			{Name: base, Text: n.head(n.required)},
			{Name: c.takeConst(base + "Values"), Text: n.middle(n.required)},
			{Name: c.takeConst(base + "End"), Text: n.tail("")},
		}
	}
	c.end(call)
}

// noParent says what becomes of a row without a parent.
func (n *newRows) noParent() []string {
	c := n.c
	if c.own.up == nil {
		return nil
	}
	return []string{fmt.Sprintf("It returns tenant.ErrNotFound when the %s has no such %s.",
		c.own.dims[len(c.own.dims)-1].noun, c.b.inflector.singular(noun(c.own.up.rel.Name)))}
}

// takes adds the keys and one new row to a method's arguments, and the row that
// comes back.
func (n *newRows) takes(call *call) {
	c, m := n.c, call.m
	c.keyArgs(call)
	if st := n.declare(); st != nil {
		call.vars.Given = call.names.take("n", "in")
		m.Args = append(m.Args, Arg{call.vars.Given, st.Name})
		for _, f := range slices.Concat(n.owner, n.required) {
			m.SQL = append(m.SQL, f.typ.argExpr(c.repo.use, call.vars.Given+"."+f.name))
		}
		if st.Parts != nil {
			m.Optional = st.Parts.Optional
			c.repo.pkg.Insert = true
		}
	}
	m.Row = c.b.rowOf(c.repo, c.row)
}

// declare declares the struct of a row to be, once. It is nil when a row follows
// from its keys alone.
func (n *newRows) declare() *Struct {
	if n.st == nil && len(n.owner)+len(n.required)+len(n.optional) > 0 {
		n.st = n.c.newRow(n.owner, n.required, n.optional)
	}
	return n.st
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
	names := local{around: []scope{c.b.im.taken}}
	return &Parts{Of: names.take(of...), Stmt: names.take("s", "stmt"), Verb: verb}
}

// suppliedElsewhere reports whether a new row gets the column without a field of
// the struct.
func (c *crud) suppliedElsewhere(col *catalog.Column) bool {
	return c.dimColumn(col.Index) || c.ownerColumn(col.Index) || col.Default != nil || col.Identity != 0 || col.Serial || col.Generated != nil ||
		c.b.domainDefault(col)
}

func (b *builder) domainDefault(col *catalog.Column) bool {
	return b.in.Catalog.DomainDefault(col.Type) != nil
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
