package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
)

// manyRows is the text of a CreateMany. The rows travel as one array a column:
//
//	with input as (select n.ordinality, n.name, … from unnest($2::text[], …) with ordinality as n(name, …, ordinality)),
//	made as (insert into users (tenant_id, name, …) select $1, i.name, … from input i returning …)
//	select made.… from made join input i on i.id = made.id order by i.ordinality
//
// PostgreSQL does not say in which order an INSERT returns its rows. So they are
// put into the order of the input by their key, which is in the input; or, where
// the server takes it from a sequence, by the key itself, since it was handed out
// in that order.
type manyRows struct {
	*newRows
	fields   []*rowField   // that travel
	inputs   []InputColumn // one a field
	left     []*rowField   // that the server fills, always
	defaults map[*rowField]string
	input    string // what the two parts are called
	made     string
	ord      string
}

// createMany plans CreateMany, where the rows that come back can be put into
// order and each column can travel in an array.
func (n *newRows) createMany() {
	c := n.c
	if !c.keyed || c.singleton() {
		return
	}
	m := &manyRows{newRows: n, defaults: map[*rowField]string{}, ord: c.unusedColumn("ordinality")}
	m.input, m.made = c.b.unusedRelation("input"), c.b.unusedRelation("made")
	for _, f := range slices.Concat(n.owner, n.required) {
		in, ok := c.travels(f)
		if !ok {
			c.b.note(f.col.Pos, fmt.Sprintf("%s has no generated CreateMany: a column of type %s does not travel in an array", c.repo.Name, f.col.Type), "", "", nil)
			return
		}
		m.add(f, in)
	}
	for _, f := range n.optional {
		in, ok := c.travels(f)
		value := c.b.defaultText(f)
		if !ok || value == "" {
			m.left = append(m.left, f)
			continue
		}
		m.defaults[f] = value
		m.add(f, in)
	}
	if len(m.fields) == 0 {
		c.b.note(c.pos(), fmt.Sprintf("%s has no generated CreateMany: the server fills every column", c.repo.Name), "", "", nil)
		return
	}
	if m.sequenceKey() == nil && slices.ContainsFunc(c.keys, func(f *rowField) bool { return !slices.Contains(m.fields, f) }) {
		return
	}
	text := m.text()
	if !c.emits("CreateMany", text) {
		return
	}
	call, method := c.begin("CreateMany", CreateMany, "create"+c.repo.Name,
		fmt.Sprintf("CreateMany inserts %s, all of them or none, in one statement, and returns them as stored, in the same order.", c.many))
	if call == nil {
		return
	}
	if slices.ContainsFunc(n.optional, func(f *rowField) bool { return !slices.Contains(m.left, f) }) {
		method.Doc = append(method.Doc, "Fields that are nil take the column's default.")
	}
	if len(m.left) > 0 {
		names := make([]string, len(m.left))
		for i, f := range m.left {
			names[i] = f.name
		}
		method.Doc = append(method.Doc, fmt.Sprintf("The server fills %s: a value for it is ErrServerFilled.", strings.Join(names, " and ")))
		c.repo.pkg.ServerFilled = true
	}
	for _, line := range n.noParent() {
		method.Doc = append(method.Doc, strings.Replace(line, "has no such", "lacks a", 1))
	}
	method.Doc = append(method.Doc, "For no "+c.many+" nothing is sent.")
	st := n.declare()
	method.Consts[0].Text = text
	method.Derived = c.own.up != nil
	c.keyArgs(call)
	v := &call.vars
	v.Items, v.Item = call.names.take("items"), call.names.take("n", "item")
	method.Item = st.Name
	method.Args = append(method.Args, Arg{v.Items, "[]" + st.Name})
	for i, f := range m.fields {
		in := m.inputs[i]
		in.Expr = v.Item + "." + f.name
		in.finish(c, f, slices.Contains(n.optional, f))
		many := unexported(c.b.inflector.plural(f.name))
		in.Name = call.names.take(many, many+"Column")
		if in.Array != "" {
			c.repo.pkg.Arrays = true
			c.repo.use.pkg(pathPgtype)
		}
		in.Arg = in.Name
		if slices.Contains(n.optional, f) && len(n.owner)+len(n.required) > 0 && in.nilable() {
			in.Arg = c.repo.use.pkg(pathTenant) + ".Given(" + in.Name + ")" // the other columns say how many rows there are
		}
		method.Inputs = append(method.Inputs, in)
	}
	for _, f := range m.left {
		method.Left = append(method.Left, "."+f.name)
	}
	method.Travel = c.takeConst("create" + c.repo.Name + "Args")
	method.Row = c.b.rowOf(c.repo, c.row)
	c.end(call)
}

func (m *manyRows) add(f *rowField, in InputColumn) {
	m.fields, m.inputs = append(m.fields, f), append(m.inputs, in)
}

// sequenceKey returns the one column of the key that the server fills, or nil.
func (m *manyRows) sequenceKey() *rowField {
	var key *rowField
	for _, f := range m.c.keys {
		if slices.Contains(m.fields, f) {
			continue
		}
		if key != nil || f.col.Identity == 0 && !f.col.Serial {
			return nil
		}
		key = f
	}
	return key
}

func (m *manyRows) text() string {
	c := m.c
	arrays, names, reads := make([]string, len(m.fields)), make([]string, len(m.fields)), make([]string, len(m.fields))
	for i, f := range m.fields {
		name := quote(f.col.Name)
		arrays[i] = fmt.Sprintf("$%d::%s[]", len(c.own.dims)+i+1, m.inputs[i].Type)
		names[i] = name
		value := "n." + name
		if cast := m.inputs[i].cast; cast != "" {
			value += "::" + cast
		}
		if d := m.defaults[f]; d != "" {
			value = "coalesce(" + value + ", " + d + ")"
		}
		if value != "n."+name {
			value += " as " + name
		}
		reads[i] = value
	}
	var into, from []string
	if c.own.up == nil {
		for i, d := range c.own.dims {
			into = append(into, quote(c.rel.Columns[c.rel.Tenancy.Columns[d.dim.Index]].Name))
			from = append(from, fmt.Sprintf("$%d", i+1))
		}
	}
	for i, f := range m.fields {
		into = append(into, names[i])
		if j := slices.Index(m.owner, f); j >= 0 {
			from = append(from, "parent."+quote(c.own.up.rel.Columns[c.rel.Tenancy.Owner.RefColumns[j]].Name))
			continue
		}
		from = append(from, "i."+names[i])
	}
	var b strings.Builder
	fmt.Fprintf(&b, "with %s as (\n\tselect n.%s, %s\n\tfrom unnest(%s) with ordinality as n(%s, %s)\n)", m.input, m.ord,
		strings.Join(reads, ", "), strings.Join(arrays, ", "), strings.Join(names, ", "), m.ord)
	fmt.Fprintf(&b, ", %s as (\n\tinsert into %s (%s)\n\tselect %s\n\tfrom %s i%s\n\t%s%s\n)\n", m.made, relText(c.rel),
		strings.Join(into, ", "), strings.Join(from, ", "), m.input, m.parents(), m.handedOut(), strings.TrimSpace(m.returning()))
	columns := make([]string, len(c.row.fields))
	for i, f := range c.row.fields {
		columns[i] = "made." + quote(f.col.Name)
	}
	fmt.Fprintf(&b, "select %s\nfrom %s", strings.Join(columns, ", "), m.made)
	if m.made != "made" {
		b.WriteString(" made")
	}
	if key := m.sequenceKey(); key != nil {
		fmt.Fprintf(&b, "\norder by made.%s", quote(key.col.Name))
		return b.String()
	}
	on := make([]string, len(c.keys))
	for i, f := range c.keys {
		on[i] = fmt.Sprintf("i.%[1]s = made.%[1]s", quote(f.col.Name))
	}
	fmt.Fprintf(&b, "\njoin %s i on %s\norder by i.%s", m.input, strings.Join(on, " and "), m.ord)
	return b.String()
}

// handedOut returns the ORDER BY of the INSERT, where the server fills columns from
// sequences; where it does not, the order would cost a sort and change nothing.
func (m *manyRows) handedOut() string {
	if m.sequenceKey() == nil && len(m.left) == 0 {
		return ""
	}
	return fmt.Sprintf("order by i.%s\n\t", m.ord)
}

// parents joins the rows of a derived relation to their parents. When one of them
// is not the tenant's there is nothing to insert at all.
func (m *manyRows) parents() string {
	c := m.c
	if c.own.up == nil {
		return ""
	}
	on := func(q string) string {
		text := c.own.up.text("parent.")
		for i, f := range m.owner {
			text += fmt.Sprintf(" and parent.%s = %s.%s", quote(c.own.up.rel.Columns[c.rel.Tenancy.Owner.RefColumns[i]].Name), q, quote(f.col.Name))
		}
		return text
	}
	up := relText(c.own.up.rel)
	return fmt.Sprintf("\n\tjoin %s parent on %s\n\twhere not exists (\n\t\tselect 1 from %s o\n\t\twhere not exists (select 1 from %s parent where %s)\n\t)",
		up, on("i"), m.input, up, on("o"))
}

// unusedColumn returns name, or a longer one where the relation has a column of
// that name.
func (c *crud) unusedColumn(name string) string {
	for column(c.rel, name) != nil {
		name += "_"
	}
	return name
}

// unusedRelation returns name, or a longer one where the schema has a relation
// of that name.
func (b *builder) unusedRelation(name string) string {
	for slices.ContainsFunc(b.in.Catalog.Relations, func(r *catalog.Relation) bool { return r.Name == name }) {
		name += "_rows"
	}
	return name
}
