package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/model"
)

// defaultDimension is the one that a project has which declares none, and
// defaultRoot the table that is taken for its root when it could be.
const (
	defaultDimension = "tenant"
	defaultColumn    = "tenant_id"
	defaultRoot      = "tenants"
)

// declareDimensions makes the dimensions that sqlc.yaml declares.
func (b *builder) declareDimensions() {
	if len(b.in.Tenancy.Dimensions) == 0 {
		b.in.Tenancy.Dimensions = []config.Dimension{{Name: defaultDimension, Columns: []string{defaultColumn}}}
	}
	if b.cat.private {
		b.in.Tenancy.Dimensions = slices.Clone(b.in.Tenancy.Dimensions[:1])
		b.in.Tenancy.Dimensions[0].Columns = nil
	}
	for i, d := range b.in.Tenancy.Dimensions {
		b.cat.Dimensions = append(b.cat.Dimensions, &Dimension{Index: i, Name: d.Name})
	}
}

// classify gives each relation its class of tenancy.
func (b *builder) classify() {
	b.declareDimensions()
	c := &classifier{
		b:      b,
		tables: map[*Relation]*config.Table{},
		models: map[*Relation]*model.Model{},
		state:  map[*Relation]byte{},
		roots:  map[*Relation]rooted{},
	}
	c.bindDeclarations()
	if b.cat.private {
		for _, rel := range b.cat.Relations {
			c.privateClass(rel)
		}
	} else {
		c.bindRoots()
		for _, rel := range b.cat.Relations {
			c.class(rel)
		}
	}
	b.checkMixed()
	b.checkTenantColumns()
	b.bindTrust()
	b.checkOracles()
}

// classifier decides the tenancy of relations. A derived relation needs that
// of its parent first, so it works by demand.
type classifier struct {
	b      *builder
	tables map[*Relation]*config.Table
	models map[*Relation]*model.Model
	state  map[*Relation]byte // 0 not begun, 1 begun, 2 done
	roots  map[*Relation]rooted
}

// rooted is what makes a relation a root: its dimension, key and declaration.
type rooted struct {
	dim *Dimension
	key int
	pos diag.Pos
}

// named finds the relation that a declaration names, "table" or
// "schema.table".
func (c *Catalog) named(name string) *Relation {
	schema, table, ok := strings.Cut(name, ".")
	if !ok {
		schema, table = "", name
	}
	return c.Lookup(schema, table)
}

// bindDeclarations ties config tables and models to their relations.
func (c *classifier) bindDeclarations() {
	b := c.b
	for i := range b.in.Tenancy.Tables {
		t := &b.in.Tenancy.Tables[i]
		rel := b.cat.named(t.Name)
		if rel == nil {
			b.add(diag.Diagnostic{
				Code: diag.CodeTenancyNoSuch, Pos: t.Pos, Width: len(t.Name),
				Message: "there is no table " + t.Name + " in the schema",
				Fix:     diag.Nearest(t.Name, b.relationNames()),
			})
			continue
		}
		c.tables[rel] = t
	}
	if b.in.Models == nil {
		return
	}
	for _, m := range b.in.Models.Models {
		if rel := b.cat.named(m.Table); rel != nil && c.models[rel] == nil {
			c.models[rel] = m
			rel.Model = m
		}
	}
}

func (b *builder) relationNames() []string {
	names := make([]string, len(b.cat.Relations))
	for i, r := range b.cat.Relations {
		names[i] = r.ShortName()
	}
	return names
}

// declared returns what is declared of a relation: its own, else that of the
// partitioned table it is a part of.
func (c *classifier) declared(rel *Relation) (*config.Table, *model.Model) {
	for ; ; rel = rel.Parents[0] {
		t, m := c.tables[rel], c.models[rel]
		if t != nil || m != nil || !rel.IsPartition || len(rel.Parents) == 0 {
			return t, m
		}
	}
}

// bindRoots finds the root of each dimension.
func (c *classifier) bindRoots() {
	b := c.b
	for i, d := range b.in.Tenancy.Dimensions {
		dim := b.cat.Dimensions[i]
		if d.Root == "" {
			continue
		}
		if rel := b.cat.named(d.Root); rel != nil {
			c.root(dim, rel, d.Pos)
			continue
		}
		b.add(diag.Diagnostic{
			Code: diag.CodeTenancyNoSuch, Pos: d.Pos,
			Message: "there is no table " + d.Root + ", the root of dimension " + d.Name,
			Fix:     diag.Nearest(d.Root, b.relationNames()),
		})
	}
	for _, rel := range b.cat.Relations {
		if t := c.tables[rel]; t != nil && t.Root != "" {
			if dim := b.cat.Dimension(t.Root); dim != nil {
				c.root(dim, rel, t.Pos)
			}
		}
		if m := c.models[rel]; m != nil && m.Root {
			if dim := c.rootDimension(m); dim != nil {
				c.root(dim, rel, m.ClassPos)
			}
		}
	}
	if dim := b.cat.Dimension(defaultDimension); dim != nil && dim.Root == nil {
		rel := b.cat.Lookup("", defaultRoot)
		if rel == nil || c.tables[rel] != nil && (c.tables[rel].Global || len(c.tables[rel].Via) > 0) {
			return
		}
		if key, ok := c.rootKey(dim, rel); ok {
			c.setRoot(dim, rel, key, diag.Pos{})
		}
	}
}

// rootDimension returns the dimension that a model tagged root is the root of.
func (c *classifier) rootDimension(m *model.Model) *Dimension {
	dims := c.b.cat.Dimensions
	if m.RootDim == "" && len(dims) == 1 {
		return dims[0]
	}
	if dim := c.b.cat.Dimension(m.RootDim); dim != nil {
		return dim
	}
	names := make([]string, len(dims))
	for i, d := range dims {
		names[i] = d.Name
	}
	c.b.add(diag.Diagnostic{
		Code: diag.CodeModelTenancy, Pos: m.ClassPos,
		Message: "the root " + m.Name + " does not say of which dimension",
		Why:     "the dimensions are " + strings.Join(names, ", "),
		Fix:     `tenant:"root=` + names[0] + `"`,
	})
	return nil
}

// root makes rel the root of dim, if its key allows it.
func (c *classifier) root(dim *Dimension, rel *Relation, pos diag.Pos) {
	b := c.b
	if dim.Root == rel {
		return // declared twice, the same
	}
	if dim.Root != nil {
		b.contradiction(pos, "dimension "+dim.Name+" has two roots, "+dim.Root.ShortName()+" and "+rel.ShortName(), c.roots[dim.Root].pos)
		return
	}
	if have, ok := c.roots[rel]; ok {
		b.contradiction(pos, rel.ShortName()+" is the root of two dimensions, "+have.dim.Name+" and "+dim.Name, have.pos)
		return
	}
	key, ok := c.rootKey(dim, rel)
	if !ok {
		b.add(diag.Diagnostic{
			Code: diag.CodeRootKey, Pos: rel.Pos, Width: len(rel.Name),
			Message: "the root " + rel.ShortName() + " has no key of one column that names the " + dim.Name,
			Why:     "the id of a " + dim.Name + " is the value of its root's primary key",
			Related: related(pos, "declared the root of "+dim.Name+" here"),
		})
		return
	}
	c.setRoot(dim, rel, key, pos)
}

func (c *classifier) setRoot(dim *Dimension, rel *Relation, key int, pos diag.Pos) {
	dim.Root = rel
	c.roots[rel] = rooted{dim, key, pos}
}

// rootKey returns the column that names the tenant in a root: the declared
// one if it is a key of its own, else the primary key's.
func (c *classifier) rootKey(dim *Dimension, rel *Relation) (int, bool) {
	if t := c.tables[rel]; t != nil && t.Columns[dim.Name] != "" {
		col := rel.Column(t.Columns[dim.Name])
		return indexOf(col), col != nil && col.NotNull && rel.keyedBy(col.Index)
	}
	pk := rel.PrimaryKey()
	if pk == nil || pk.Deferrable || len(rel.Children) > 0 {
		return -1, false
	}
	cols, ok := pk.Columns()
	if !ok || len(cols) != 1 {
		return -1, false
	}
	return cols[0], true
}

func indexOf(c *Column) int {
	if c == nil {
		return -1
	}
	return c.Index
}

// keyedBy reports whether the one column is a usable key.
func (r *Relation) keyedBy(column int) bool {
	if len(r.Children) > 0 {
		return false
	}
	return slices.ContainsFunc(r.Keys, func(k *Key) bool {
		cols, ok := k.Columns()
		return ok && k.Predicate == nil && !k.Deferrable && !k.Only && len(cols) == 1 && cols[0] == column
	})
}

func (b *builder) contradiction(pos diag.Pos, message string, other diag.Pos) {
	b.add(diag.Diagnostic{
		Code: diag.CodeTenancyContradicted, Pos: pos, Message: message,
		Related: related(other, "the other declaration"),
	})
}

func related(pos diag.Pos, message string) []diag.Related {
	if !pos.IsValid() {
		return nil
	}
	return []diag.Related{{Pos: pos, Message: message}}
}
