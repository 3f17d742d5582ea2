package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
)

// crud plans the methods that every tenant-owned relation with a struct gets. A
// method whose text is not confined, or only under an assumption that nobody
// declared, is left out with a note. For print see Draft.Rehearse.
func (b *builder) crud(print func(*Ready) error) error {
	for _, rel := range b.in.Catalog.Relations {
		r := b.rows[rel]
		if r == nil || !rel.Tenancy.Owned() || b.in.Models != nil && !r.model {
			continue
		}
		switch rel.Kind {
		case catalog.Table, catalog.PartitionedTable, catalog.ForeignTable, catalog.MaterializedView:
		default:
			continue
		}
		c := &crud{b: b, rel: rel, row: r, loads: map[string]bool{}, one: b.inflector.singular(noun(rel.Name)), many: noun(rel.Name)}
		if c.one == c.many {
			c.one = noun(r.name)
		}
		c.plan()
		clear(b.draft.proofs) // no other relation has the same texts
		if c.repo == nil {
			continue
		}
		if err := c.repo.ahead(print); err != nil {
			return err
		}
	}
	return nil
}

// crud makes the methods of one relation.
type crud struct {
	b         *builder
	rel       *catalog.Relation
	row       *row
	one, many string // "user", "users"
	repo      *repo
	own       *owned
	keys      []*rowField     // of the primary key, those of the dimensions left out
	keyed     bool            // there is a primary key, and the row has all of it
	patch     *Struct         // the argument of Update; nil before a method declares it
	listed    string          // the constant with the text of List; "" before a method declares it
	loads     map[string]bool // methods that load what rows refer to
}

func (c *crud) plan() {
	readable := false
	for _, c.own = range c.b.ownership(c.rel) {
		if _, readable = c.b.proven(c.select_("") + c.where()); readable {
			break
		}
	}
	c.findKeys()
	table := c.rel.Kind != catalog.MaterializedView
	root := c.rel.Tenancy.Class == catalog.Root
	if !readable {
		c.skipped([]string{"Get", "List", "Count", "Create", "Update", "Delete"}, c.select_("")+c.where())
		return
	}
	c.repo = c.b.tableRepo(c.b.pkgOf(Scoped), c.rel)
	if c.keyed && table {
		c.get()
	}
	if !root {
		c.list()
		c.count()
		c.exists()
	}
	c.loaders()
	if table {
		c.inserts()
		c.update()
		c.delete()
		if !c.keyed {
			c.b.note(c.pos(), fmt.Sprintf("%s has no Get, Page, Update and Delete: %s", c.repo.Name, c.noKey()), "", "", nil)
		}
	}
}

func (c *crud) noKey() string {
	for _, k := range c.rel.Keys {
		if k.Primary {
			return "the struct lacks a column of the primary key"
		}
	}
	return "the table has no primary key"
}

func (c *crud) pos() diag.Pos {
	if c.rel.Model != nil {
		return c.rel.Model.Pos
	}
	return c.rel.Pos
}

// findKeys finds the columns by which a row is found within its tenant.
func (c *crud) findKeys() {
	for _, k := range c.rel.Keys {
		cols, plain := k.Columns()
		if !k.Primary || !plain {
			continue
		}
		c.keyed = true
		for _, i := range cols {
			if c.dimColumn(i) {
				continue
			}
			f := c.row.field(c.rel.Columns[i])
			if f == nil {
				c.keyed = false
				return
			}
			c.keys = append(c.keys, f)
		}
	}
}

// dimColumn reports whether column i carries a dimension.
func (c *crud) dimColumn(i int) bool { return slices.Contains(c.rel.Tenancy.Columns, i) }

// ownerColumn reports whether column i is one of the owning foreign key.
func (c *crud) ownerColumn(i int) bool {
	owner := c.rel.Tenancy.Owner
	return c.rel.Tenancy.Class == catalog.Derived && owner != nil && slices.Contains(owner.Columns, i)
}

// select_ returns the SELECT without its WHERE; what stands for the columns is
// the row's own when it is "".
func (c *crud) select_(what string) string {
	if what == "" {
		what = columnList(c.row.fields)
	}
	return "select " + what + " from " + relText(c.rel)
}

// where returns the WHERE that holds for the rows of the scope.
func (c *crud) where() string { return whereText(c.scope()) }

// scope returns its conjuncts.
func (c *crud) scope() string { return c.own.text("") + c.row.live() }

// byKey returns the WHERE that finds a row by its key; first is the number of
// the first key column's parameter.
func (c *crud) byKey(first int) string {
	text := c.scope()
	for i, f := range c.keys {
		text += fmt.Sprintf(" and %s = $%d", quote(f.col.Name), first+i)
	}
	return whereText(text)
}

// begin starts a method, or returns nil when a hand-written query has its name.
func (c *crud) begin(name string, shape Shape, constName string, doc ...string) (*call, *Method) {
	if pos, ok := c.repo.methods[name]; ok {
		c.b.note(pos, fmt.Sprintf("the query %s takes the place of the generated %s.%s", name, c.repo.Name, name), "", "", nil)
		return nil, nil
	}
	m := &Method{Name: name, Shape: shape, Doc: doc, Source: c.row.source}
	if constName != "" {
		m.Consts = []Const{{Name: c.takeConst(constName)}}
	}
	call := c.b.newCall(c.repo, m)
	for _, d := range c.own.dims {
		if d.dim.Index != c.b.dims[0].dim.Index {
			call.dimension(d)
		}
	}
	return call, m
}

// takeConst takes a name of the package for a constant.
func (c *crud) takeConst(name string) string { return c.repo.pkg.names.take(name, name+"SQL") }

// keyArgs adds the dimensions' keys to the statement's arguments.
func (c *crud) keyArgs(call *call) {
	for _, d := range c.own.dims {
		call.keyArg(d.dim.Index)
	}
}

// rowArgs adds the key columns to the method's arguments and the statement's.
func (c *crud) rowArgs(call *call) {
	for _, f := range c.keys {
		name := call.argName(f.col.Name)
		call.m.Args = append(call.m.Args, Arg{name, c.repo.use.typ(f.typ)})
		call.m.SQL = append(call.m.SQL, f.typ.argExpr(c.repo.use, name))
	}
}

// end finishes a method.
func (c *crud) end(call *call) {
	call.finish()
	c.b.add(c.repo, call.m)
}

// whose returns "the tenant's user", or for a root "the tenant".
func (c *crud) whose(what string) string {
	if c.rel.Tenancy.Class == catalog.Root {
		return "the " + what
	}
	d := c.b.dims[0]
	if n := len(c.own.dims); n > 0 {
		d = c.own.dims[n-1]
	}
	return "the " + d.noun + "'s " + what
}

// that names the key in prose: " with that id".
func (c *crud) that() string {
	if len(c.keys) == 0 {
		return ""
	}
	names := make([]string, len(c.keys))
	for i, f := range c.keys {
		names[i] = strings.ReplaceAll(f.col.Name, "_", " ")
	}
	return " with that " + strings.Join(names, " and ")
}
