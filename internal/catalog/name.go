package catalog

import (
	"fmt"
	"unicode/utf8"

	"github.com/tenantc/tenantc/internal/pgast"
)

// maxName is how many bytes of a name PostgreSQL keeps.
const maxName = 63

// objectName builds the name that PostgreSQL gives an index or constraint:
// name1_name2_label, of which the longer of the two names is cut until it fits.
func objectName(name1, name2, label string) string {
	room := maxName - len(label) - 1
	if name2 != "" {
		room--
	}
	n1, n2 := len(name1), len(name2)
	for n1+n2 > room {
		if n1 > n2 {
			n1--
		} else {
			n2--
		}
	}
	name := clip(name1, n1)
	if name2 != "" {
		name += "_" + clip(name2, n2)
	}
	return name + "_" + label
}

// clip cuts s to at most n bytes, between characters.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// columnsPart is the middle of a chosen name: the columns, joined.
func columnsPart(names []string) string {
	var buf string
	for _, n := range names {
		if buf != "" {
			buf += "_"
		}
		if buf += n; len(buf) > maxName {
			break
		}
	}
	return buf
}

// chooseIndexName returns the first free name of the form rel_columns_label,
// label1, label2.
func (b *builder) chooseIndexName(rel *Relation, columns []string, label string) string {
	middle := columnsPart(columns)
	for i := 0; ; i++ {
		name := objectName(rel.Name, middle, numbered(label, i))
		if q := (qname{rel.Schema, name}); !b.nameTaken(q) && b.constraintNames()[q] == 0 {
			return name
		}
	}
}

// chooseConstraintName is chooseIndexName for checks and foreign keys, whose
// names need only differ from those of other constraints in the schema.
func (b *builder) chooseConstraintName(rel *Relation, columns []string, label string) string {
	middle := columnsPart(columns)
	for i := 0; ; i++ {
		name := objectName(rel.Name, middle, numbered(label, i))
		if b.constraintNames()[qname{rel.Schema, name}] == 0 {
			return name
		}
	}
}

func numbered(label string, i int) string {
	if i == 0 {
		return label
	}
	return fmt.Sprintf("%s%d", label, i)
}

// constraintNames counts the constraints of each name. Drops and renames throw
// the count away; the next choice of a name takes it anew.
func (b *builder) constraintNames() map[qname]int {
	if b.names == nil {
		b.names = map[qname]int{}
		for _, rel := range b.cat.Relations {
			b.countNames(rel)
		}
	}
	return b.names
}

func (b *builder) countNames(rel *Relation) {
	for _, k := range rel.Keys {
		if k.Constraint {
			b.names[qname{rel.Schema, k.Name}]++
		}
	}
	for _, x := range rel.Exclusions {
		b.names[qname{rel.Schema, x.Name}]++
	}
	for _, fk := range rel.ForeignKeys {
		b.names[qname{rel.Schema, fk.Name}]++
	}
	for _, e := range rel.Checks {
		b.names[qname{rel.Schema, b.checks[e].name}]++
	}
}

// countName adds one name to a count that is already taken.
func (b *builder) countName(rel *Relation, name string) {
	if b.names != nil {
		b.names[qname{rel.Schema, name}]++
	}
}

// namesChanged makes the next choice of a name look again.
func (b *builder) namesChanged() { b.names = nil }

// elemName is the name that PostgreSQL gives the column of an index over an
// expression.
func elemName(n *pgast.Node) string {
	if name, _ := (pgast.Naming{}).ColumnName(n); name != "" {
		return name
	}
	return "expr"
}
