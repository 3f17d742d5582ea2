package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
)

// insert is the text of a Create: constant fragments between which the optional
// columns go.
type insert struct {
	c     *crud
	owner []*rowField     // owning foreign key of a derived relation
	first *catalog.Column // named with its default where no other column is; nil where there are others
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
	if in.first != nil {
		names = append(names, quote(in.first.Name))
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
	if in.first != nil {
		values = append(values, "default")
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

// returning hands the stored row out.
func (in *insert) returning() string { return " returning " + columnList(in.c.row.fields) }

// tail is the text behind the values, with conflict, which may be "", before
// what it returns.
func (in *insert) tail(conflict string) string { return in.from() + conflict + in.returning() }

// from is the text that ends the values. A derived row is inserted below a parent
// that is looked up within the tenant, so that a foreign parent inserts nothing.
func (in *insert) from() string {
	if in.c.own.up == nil {
		return ")"
	}
	up := in.c.own.up
	text := " from " + relText(up.rel) + " parent where " + up.text("parent.")
	for i, c := range in.c.rel.Tenancy.Owner.RefColumns {
		text += fmt.Sprintf(" and parent.%s = $%d", quote(up.rel.Columns[c].Name), len(in.c.own.dims)+i+1)
	}
	return text
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
	return in.head(required) + columns + in.middle(required) + values + in.tail("")
}
