package oracle

import (
	"fmt"
	"slices"
	"strings"
)

// schema is a random schema.
type schema struct {
	tenantType typ
	before     []string // types and collations
	tables     []*table // parents before what refers to them
	views      []*view
	given      *given // nil where the schema was made up
}

// class is whose the rows of a table are.
type class int8

const (
	global class = iota
	root
	direct
	derived
)

// table is a table with its tenancy.
type table struct {
	name   string
	class  class
	cols   []*column
	keys   []*key
	fks    []*foreignKey
	owner  *foreignKey // of a derived table
	tenant string      // the tenant column, or a root's key
	nobody bool        // the tenant column may be NULL
	shared bool        // and such rows are everybody's
	parts  string      // PARTITION BY …
	kids   []string    // further statements: partitions, children
	// trigger makes a trigger of the name stamp; "" is none. It does not fire
	// while the data is loaded.
	trigger  string
	identity bool   // some column is GENERATED ALWAYS AS IDENTITY
	parent   *table // whose child or partition this is; not named in DDL then
}

type column struct {
	name    string
	typ     typ
	decl    string // the type as SQL writes it
	notNull bool
	extra   string // DEFAULT, GENERATED
	made    bool   // generated: no INSERT names it
	server  bool   // an identity: the server fills it where no INSERT names it
	always  bool   // an identity that an UPDATE may set to its default only
	// values are the literals that stand in a column of a given schema; nil means
	// those of its family.
	values []string
}

// key is a key, index or exclusion of a table.
type key struct {
	cols []string // plain columns; nil where it has expressions
	// usable: it tells all rows of the table apart at any time.
	usable bool
	ddl    string // in CREATE TABLE; or a statement of its own
	alone  bool
}

type foreignKey struct {
	cols       []string
	to         *table
	ref        []string
	ddl        string
	consistent bool // declared never to cross tenants, and the data obeys
}

// view is a view, or what a CTE hands out.
type view struct {
	name string
	cols []output
	body *node
}

// output is a column that a query hands out.
type output struct {
	name   string
	typ    typ
	tenant bool   // meant to be the tenant where it is not NULL
	of     *table // meant to be the column ref of an own row of this table
	ref    string
}

func (t *table) column(name string) *column {
	for _, c := range t.cols {
		if c.name == name {
			return c
		}
	}
	return nil
}

func (t *table) owned() bool { return t.class != global }

// hasKey reports whether cols are together a usable key.
func (t *table) hasKey(cols ...string) bool {
	want := slices.Sorted(slices.Values(cols))
	return slices.ContainsFunc(t.keys, func(k *key) bool {
		return k.usable && slices.Equal(slices.Sorted(slices.Values(k.cols)), want)
	})
}

// keeps reports whether a foreign key says that both rows are one tenant's.
func (f *foreignKey) keeps(from *table) bool {
	if f == from.owner || f.consistent {
		return f.to.owned()
	}
	for i, c := range f.cols {
		if from.class == direct && c == from.tenant && f.to.owned() && f.ref[i] == f.to.tenant && f.to.class != derived && !from.nobody {
			return true
		}
	}
	return false
}

// sql writes the schema with its declarations.
func (s *schema) sql() string {
	if s.given != nil {
		return s.given.text
	}
	var b strings.Builder
	for _, t := range s.tables {
		switch {
		case t.parent != nil:
		case t.class == global:
			fmt.Fprintf(&b, "-- tenancy: %s global\n", t.name)
		case t.class == derived:
			fmt.Fprintf(&b, "-- tenancy: %s derived via %s\n", t.name, strings.Join(t.owner.cols, " "))
		case t.shared:
			fmt.Fprintf(&b, "-- tenancy: %s direct %s nulls everybody\n", t.name, t.tenant)
		case t.nobody:
			fmt.Fprintf(&b, "-- tenancy: %s direct %s nulls nobody\n", t.name, t.tenant)
		}
		for _, f := range t.fks {
			if f.consistent {
				names := strings.Join(f.cols, ",")
				if len(f.cols) > 1 {
					names = "(" + names + ")"
				}
				fmt.Fprintf(&b, "-- trust: consistent %s.%s\n", t.name, names)
			}
		}
	}
	for _, t := range s.before {
		b.WriteString(t + ";\n")
	}
	for _, t := range s.tables {
		t.create(&b)
	}
	for _, v := range s.views {
		var names []string
		for _, c := range v.cols {
			names = append(names, c.name)
		}
		fmt.Fprintf(&b, "CREATE VIEW %s (%s) AS %s;\n", v.name, strings.Join(names, ", "), v.body)
	}
	return b.String()
}

func (t *table) create(b *strings.Builder) {
	if t.parent != nil {
		return
	}
	var items []string
	for _, c := range t.cols {
		line := c.name + " " + c.decl
		if c.notNull {
			line += " NOT NULL"
		}
		if c.extra != "" {
			line += " " + c.extra
		}
		items = append(items, line)
	}
	for _, k := range t.keys {
		if !k.alone {
			items = append(items, k.ddl)
		}
	}
	for _, f := range t.fks {
		items = append(items, f.ddl)
	}
	fmt.Fprintf(b, "CREATE TABLE %s (\n    %s\n)%s;\n", t.name, strings.Join(items, ",\n    "), t.parts)
	for _, k := range t.keys {
		if k.alone {
			b.WriteString(k.ddl + ";\n")
		}
	}
	for _, sql := range t.kids {
		b.WriteString(sql + ";\n")
	}
	if t.trigger != "" {
		b.WriteString(t.trigger + ";\n")
	}
}

// triggers switches the triggers of the schema on or off.
func (s *schema) triggers(what string) string {
	sql := ""
	for _, t := range s.tables {
		if s.given != nil {
			sql += fmt.Sprintf("ALTER TABLE %s %s TRIGGER USER;\n", t.name, what)
			continue
		}
		if t.trigger != "" {
			sql += fmt.Sprintf("ALTER TABLE %s %s TRIGGER stamp;\n", t.name, what)
		}
	}
	return sql
}

// ownerSQL says in SQL whose the row x of t is, as text: NULL is nobody, '*' everybody.
func (t *table) ownerSQL(row string) string {
	switch t.class {
	case global:
		return "'*'"
	case derived:
		inner := row + "p"
		var on []string
		for i, c := range t.owner.cols {
			on = append(on, fmt.Sprintf("%s.%s = %s.%s", inner, t.owner.ref[i], row, c))
		}
		return fmt.Sprintf("(SELECT %s FROM %s %s WHERE %s)", t.owner.to.ownerSQL(inner), t.owner.to.name, inner, strings.Join(on, " AND "))
	}
	if t.shared {
		return "COALESCE(" + row + "." + t.tenant + "::text, '*')"
	}
	return row + "." + t.tenant + "::text"
}
