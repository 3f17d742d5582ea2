package catalog

import (
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/model"
)

// class decides the tenancy of one relation.
func (c *classifier) class(rel *Relation) {
	if c.state[rel] != 0 {
		return
	}
	c.state[rel] = 1
	defer func() { c.state[rel] = 2 }()
	t, m := c.declared(rel)
	ten := &rel.Tenancy
	ten.Columns = c.tenantColumns(rel, t)
	ten.Pos = declaredPos(t, m)
	if rel.Kind == View {
		c.declaredView(rel, t)
		ten.Class = ViewClass
		return
	}
	global := t != nil && t.Global || m != nil && m.Global
	via, viaPos := c.viaColumns(rel, t, m)
	root, isRoot := c.roots[rel]
	if !c.agree(rel, t, m, global, len(via) > 0, isRoot) {
		return
	}
	switch {
	case isRoot && t != nil && t.Dim != "" && t.Dim != root.dim.Name:
		ten.Columns[root.dim.Index] = root.key
		c.rootWithin(rel, t, root)
	case isRoot:
		ten.Class, ten.Dim = Root, root.dim
		ten.Columns[root.dim.Index] = root.key
		if root.pos.IsValid() {
			ten.Pos = root.pos
		}
	case global:
		ten.Class = Global
	case len(via) > 0:
		c.derive(rel, via, viaPos)
	case c.owned(rel, t):
	case declaredOnly(rel):
	case c.b.in.Tenancy.UnclassifiedGlobal:
		ten.Class = Global
		c.b.add(diag.Diagnostic{
			Code: diag.CodeUnclassifiedGlobal, Severity: diag.Warning, Pos: rel.Pos, Width: len(rel.Name),
			Message: rel.ShortName() + " counts as nobody's data",
			Why:     "it has no tenant column and no declaration, and sqlc.yaml says unclassified: global",
			Fix:     "tables: {" + rel.ShortName() + ": {global: true}}",
		})
	}
}

// declaredView reports what sqlc.yaml declares of a view.
func (c *classifier) declaredView(rel *Relation, t *config.Table) {
	if t == nil {
		return
	}
	c.b.add(diag.Diagnostic{
		Code: diag.CodeTenancyContradicted, Pos: t.Pos, Width: len(t.Name),
		Message: "the view " + rel.ShortName() + " has a declaration of its own",
		Why:     "a view belongs to whom its tables belong: a query over it is proven through its text",
	})
}

func declaredPos(t *config.Table, m *model.Model) diag.Pos {
	switch {
	case t != nil:
		return t.Pos
	case m != nil:
		return m.ClassPos
	}
	return diag.Pos{}
}

// tenantColumns returns the index of the column that carries each dimension,
// or -1: the declared one, else the one that has the dimension's name for it.
func (c *classifier) tenantColumns(rel *Relation, t *config.Table) []int {
	out := make([]int, len(c.b.cat.Dimensions))
	for i, d := range c.b.in.Tenancy.Dimensions {
		out[i] = -1
		if t != nil && t.Columns[d.Name] != "" {
			name := t.Columns[d.Name]
			col := rel.Column(name)
			if out[i] = indexOf(col); col == nil {
				c.b.add(diag.Diagnostic{
					Code: diag.CodeTenancyNoSuch, Pos: t.Pos, Width: len(t.Name),
					Message: rel.ShortName() + " has no column " + name + ", declared to carry " + d.Name,
					Fix:     diag.Nearest(name, columnNames(rel, allColumns(rel))),
				})
			}
			continue
		}
		for _, name := range d.Columns {
			col := rel.Column(name)
			switch {
			case col == nil:
			case out[i] < 0:
				out[i] = col.Index
			default:
				c.b.contradiction(col.Pos, rel.ShortName()+" has two columns for "+d.Name+", "+rel.Columns[out[i]].Name+" and "+name, rel.Columns[out[i]].Pos)
			}
		}
	}
	return out
}

func allColumns(rel *Relation) []int {
	out := make([]int, len(rel.Columns))
	for i := range out {
		out[i] = i
	}
	return out
}

// agree reports declarations that exclude each other.
func (c *classifier) agree(rel *Relation, t *config.Table, m *model.Model, global, via, isRoot bool) bool {
	count := 0
	for _, is := range []bool{global, via, isRoot} {
		if is {
			count++
		}
	}
	pos, other := declaredPos(t, m), diag.Pos{}
	if m != nil && t != nil {
		other = m.ClassPos
	}
	if count > 1 {
		c.b.contradiction(pos, rel.ShortName()+" is declared to be two of root, global and owned through a foreign key", other)
		return false
	}
	if !global {
		return true
	}
	for i, col := range rel.Tenancy.Columns {
		if col < 0 {
			continue
		}
		code := diag.CodeTenancyContradicted
		if t == nil || !t.Global {
			code, pos = diag.CodeModelTenancy, m.ClassPos
		}
		c.b.add(diag.Diagnostic{
			Code: code, Pos: pos,
			Message: rel.ShortName() + " is declared global and has the column " + rel.Columns[col].Name + " of " + c.b.cat.Dimensions[i].Name,
			Why:     "rows with a tenant are that tenant's; a query that is meant to cross tenants says so itself",
			Fix:     "take global away, and annotate the queries: -- tenant: unscoped admin: why",
			Related: related(rel.Columns[col].Pos, "the column"),
		})
		return false
	}
	return true
}

// owned classifies a relation by its tenant column, in the declared dimension
// or the narrowest whose column is NOT NULL.
func (c *classifier) owned(rel *Relation, t *config.Table) bool {
	ten := &rel.Tenancy
	if declaredOnly(rel) && (t == nil || len(t.Columns) == 0) && c.models[rel] == nil {
		return false
	}
	best := -1
	for i, col := range ten.Columns {
		switch {
		case col < 0:
		case t != nil && t.Dim != "":
			if c.b.cat.Dimensions[i].Name == t.Dim {
				best = i
			}
		case best < 0 || rel.Columns[col].NotNull || !rel.Columns[ten.Columns[best]].NotNull:
			best = i
		}
	}
	if best < 0 {
		if t != nil && t.Dim != "" {
			c.b.add(diag.Diagnostic{
				Code: diag.CodeTenancyNoSuch, Pos: t.Pos, Width: len(t.Name),
				Message: rel.ShortName() + " has no column of dimension " + t.Dim,
			})
		}
		return false
	}
	col := rel.Columns[ten.Columns[best]]
	ten.Class, ten.Dim, ten.Nullable = Direct, c.b.cat.Dimensions[best], !col.NotNull
	c.nulls(rel, t, col)
	return true
}

// rootWithin classifies the root of a dimension whose rows are declared to be a
// wider one's: the projects of an organization, which lists and counts them.
func (c *classifier) rootWithin(rel *Relation, t *config.Table, root rooted) {
	if dim := c.b.cat.Dimension(t.Dim); dim != nil && dim.Index > root.dim.Index {
		c.b.contradiction(t.Pos, "the root "+rel.ShortName()+" of "+root.dim.Name+" is declared to be owned in "+t.Dim+", which is narrower", root.pos)
		return
	}
	c.owned(rel, t)
}

// declaredOnly reports whether nothing but a declaration says whose the rows
// are: a materialized view holds what a query once collected, and the
// constraints of a foreign table are promises of another server.
func declaredOnly(rel *Relation) bool {
	return rel.Kind == MaterializedView || rel.Kind == ForeignTable && !rel.IsPartition
}

// nulls decides what a NULL in the tenant column means.
func (c *classifier) nulls(rel *Relation, t *config.Table, col *Column) {
	nulls := c.b.in.Tenancy.Nulls
	if t != nil && t.HasNull {
		nulls = t.Nulls
	}
	switch {
	case col.NotNull && t != nil && t.HasNull && t.Nulls != config.NullsError:
		c.b.add(diag.Diagnostic{
			Code: diag.CodeTenancyContradicted, Severity: diag.Warning, Pos: t.Pos, Width: len(t.Name),
			Message: "sqlc.yaml says what NULL means in " + rel.ShortName() + "." + col.Name + ", which is NOT NULL",
			Related: related(col.Pos, "the column"),
		})
	case col.NotNull:
	case nulls == config.NullsEverybody:
		rel.Tenancy.Class = Shared
		c.everybodys(rel, col)
	case nulls == config.NullsError:
		c.b.add(diag.Diagnostic{
			Code: diag.CodeTenantNullable, Pos: col.Pos, Width: len(col.Name),
			Message: "the tenant column " + rel.ShortName() + "." + col.Name + " may be NULL",
			Why:     "a row without a tenant is nobody's: no tenant's query finds it again",
			Fix:     "alter table " + rel.ShortName() + " alter column " + col.Name + " set not null; or say what NULL means, tables: {" + rel.ShortName() + ": {nulls: nobody}}",
		})
	}
}

// everybodys refuses that rows without a tenant are everybody's where they have
// a column of a wider dimension: they may be one organization's, and each project
// of every other one would see them.
//
//	SELECT body FROM templates WHERE project_id = @p OR project_id IS NULL
func (c *classifier) everybodys(rel *Relation, col *Column) {
	ten := &rel.Tenancy
	for _, dim := range c.b.cat.Dimensions[:ten.Dim.Index] {
		wider := ten.Columns[dim.Index]
		if wider < 0 {
			continue
		}
		c.b.add(diag.Diagnostic{
			Code: diag.CodeTenancyContradicted, Pos: col.Pos, Width: len(col.Name),
			Message: "rows of " + rel.ShortName() + " without a " + ten.Dim.Name + " are declared everybody's, and may be those of one " + dim.Name,
			Why:     "every " + ten.Dim.Name + " would see them, whatever their " + rel.Columns[wider].Name + " says",
			Fix:     "tables: {" + rel.ShortName() + ": {dimension: " + dim.Name + "}}, or nulls: nobody, or a table of its own for what is everybody's",
			Related: related(rel.Columns[wider].Pos, "the column of "+dim.Name),
		})
	}
}

// viaColumns returns the columns through which a relation is declared to be
// owned. A model names them by its Go fields.
func (c *classifier) viaColumns(rel *Relation, t *config.Table, m *model.Model) ([]string, diag.Pos) {
	var fromModel []string
	if m != nil {
		for _, field := range m.Via {
			i := slices.IndexFunc(m.Fields, func(f *model.Field) bool { return f.Name == field })
			if i < 0 {
				c.b.add(diag.Diagnostic{
					Code: diag.CodeModelTenancy, Pos: m.ClassPos,
					Message: "the model " + m.Name + " is owned through a field " + field + " that it has not",
				})
				return nil, diag.Pos{}
			}
			fromModel = append(fromModel, m.Fields[i].Column)
		}
	}
	if t == nil || len(t.Via) == 0 {
		if m == nil {
			return fromModel, diag.Pos{}
		}
		return fromModel, m.ClassPos
	}
	if len(fromModel) > 0 && !slices.Equal(slices.Sorted(slices.Values(fromModel)), slices.Sorted(slices.Values(t.Via))) {
		c.b.contradiction(t.Pos, rel.ShortName()+" is owned through ("+strings.Join(t.Via, ", ")+") in sqlc.yaml and through ("+
			strings.Join(fromModel, ", ")+") in its model", m.ClassPos)
	}
	return t.Via, t.Pos
}
