package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
)

// upserts plans an Upsert for the primary key, and an UpsertBy… for each other
// key of the table. A key will do when all of its columns are known of the new
// row and the row that it can meet is the owner's own, which the proof says: it
// has to hold the tenant. Where a row has several dimensions it has to hold all of
// them, which is more than the proof asks: by a project alone, the row of a
// project that is not the organization's would be met and changed.
func (n *newRows) upserts() {
	for _, k := range n.c.rel.Keys {
		cols, plain := k.Columns()
		if !plain || k.Predicate != nil || k.Deferrable || k.Only {
			continue
		}
		n.upsert(k, cols)
	}
}

// holdsDimensions reports whether a key has the column of every dimension. A
// derived row has none; its key holds the parent, which is looked up by all.
func (n *newRows) holdsDimensions(cols []int) bool {
	if n.c.own.up != nil {
		return true
	}
	return !slices.ContainsFunc(n.c.own.dims, func(d dimension) bool {
		return !slices.Contains(cols, n.c.rel.Tenancy.Columns[d.dim.Index])
	})
}

// renewed returns what an upsert does with the columns that are marked: the row
// has one version more, and is there again.
func (c *crud) renewed() []string {
	var sets []string
	if f := c.row.version; f != nil {
		sets = append(sets, fmt.Sprintf("%[1]s = %[2]s.%[1]s + 1", quote(f.col.Name), quote(c.rel.Name)))
	}
	if f := c.row.deleted; f != nil {
		none := "null"
		if f.col.Type.Name == "bool" {
			none = "false"
		}
		sets = append(sets, quote(f.col.Name)+" = "+none)
	}
	return sets
}

func (n *newRows) upsert(k *catalog.Key, cols []int) {
	c := n.c
	given := slices.Concat(n.owner, n.required, n.optional)
	var by []*rowField // columns of the key that a caller gives
	names := make([]string, len(cols))
	for i, col := range cols {
		names[i] = quote(c.rel.Columns[col].Name)
		if c.dimColumn(col) && c.own.up == nil {
			continue
		}
		f := c.row.field(c.rel.Columns[col])
		if f == nil || !slices.Contains(given, f) {
			return
		}
		by = append(by, f)
	}
	if len(by) == 0 || !n.holdsDimensions(cols) {
		return
	}
	kept := func(f *rowField) bool { return slices.Contains(by, f) || slices.Contains(c.keys, f) }
	var sets []string
	for _, f := range n.required {
		if !kept(f) {
			sets = append(sets, fmt.Sprintf("%[1]s = excluded.%[1]s", quote(f.col.Name)))
		}
	}
	sets = append(sets, c.renewed()...)
	if len(sets) == 0 { // so that the row comes back
		last := by[len(by)-1]
		sets = append(sets, fmt.Sprintf("%[1]s = excluded.%[1]s", quote(last.col.Name)))
	}
	conflict := " on conflict (" + strings.Join(names, ", ") + ") do update set " + strings.Join(sets, ", ")
	text := func(optional []*rowField) string {
		columns, values, more := "", "", ""
		number := len(c.own.dims) + len(n.owner) + len(n.required)
		for _, f := range optional {
			number++
			columns += ", " + quote(f.col.Name)
			values += fmt.Sprintf(", $%d", number)
			if !kept(f) {
				more += fmt.Sprintf(", %[1]s = excluded.%[1]s", quote(f.col.Name))
			}
		}
		return n.head(n.required) + columns + n.middle(n.required) + values + n.tail(conflict+more)
	}
	for _, optional := range [][]*rowField{nil, n.optional} {
		if _, ok := c.b.proven(text(optional)); !ok {
			return // the key is not the tenant's own, which is no fault of the schema's
		}
	}
	name, what := "Upsert", "key"
	if !k.Primary {
		parts, words := make([]string, len(by)), make([]string, len(by))
		for i, f := range by {
			parts[i], words[i] = exported(f.col.Name), strings.ReplaceAll(f.col.Name, "_", " ")
		}
		name, what = "UpsertBy"+strings.Join(parts, ""), strings.Join(words, " and ")
	}
	if slices.ContainsFunc(c.repo.Methods, func(m *Method) bool { return m.Name == name }) {
		return // two keys of the same columns
	}
	call, m := c.begin(name, Upsert, lowerFirst(name)+c.row.name,
		fmt.Sprintf("%s inserts %s, or changes %s that has the %s already to what is given, and returns it as stored.", name, article(c.one), c.whose(c.one), what))
	if call == nil {
		return
	}
	if len(n.optional) > 0 {
		m.Doc = append(m.Doc, "Fields that are nil take the column's default in a new row, and are left alone in an old one.")
	}
	if c.row.deleted != nil {
		m.Doc = append(m.Doc, "One that is marked as deleted is no longer.")
	}
	m.Doc = append(m.Doc, n.noParent()...)
	n.takes(call)
	if len(m.Optional) == 0 {
		m.Shape = One
		m.Consts[0].Text = text(nil)
		c.end(call)
		return
	}
	base := m.Consts[0].Name
	m.Consts = []Const{
		{Name: base, Text: n.head(n.required)},
		{Name: c.takeConst(base + "Values"), Text: n.middle(n.required)},
		{Name: c.takeConst(base + "Conflict"), Text: n.from() + conflict},
		{Name: c.takeConst(base + "End"), Text: n.returning()},
	}
	m.Kept = []string{}
	for _, f := range n.optional {
		if kept(f) {
			m.Kept = append(m.Kept, quote(f.col.Name))
		}
	}
	c.end(call)
}
