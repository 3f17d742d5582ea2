package plan

import (
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/model"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// row is a Go struct that rows of one relation are read into: the user's model,
// or without one sqlc's struct.
type row struct {
	rel    *catalog.Relation
	name   string // "User"
	typ    goType
	fields []*rowField
	source string // "models/models.go:11"
	model  bool

	deleted, version *rowField // the columns that are marked so, or nil
}

// live returns the condition that a row is not marked as deleted, to stand behind
// others; "" where rows are not marked.
func (r *row) live() string {
	switch {
	case r.deleted == nil:
		return ""
	case r.deleted.col.Type.Name == "bool":
		return " and not " + quote(r.deleted.col.Name)
	}
	return " and " + quote(r.deleted.col.Name) + " is null"
}

// marked reports whether methods see to a column by themselves.
func (r *row) marked(f *rowField) bool { return f != nil && (f == r.deleted || f == r.version) }

// rowField is a field of a row.
type rowField struct {
	name string // "ID", unique in the row
	path string // "Base.ID"
	col  *catalog.Column
	typ  goType
}

// field returns the field of a column, or nil.
func (r *row) field(c *catalog.Column) *rowField {
	for _, f := range r.fields {
		if f.col == c {
			return f
		}
	}
	return nil
}

// Structs returns the tables whose struct sqlc has to be asked for: without
// models, every tenant-owned one.
func Structs(cat *catalog.Catalog, models *model.Package) []sqlcrun.TableName {
	if models != nil {
		return nil
	}
	var out []sqlcrun.TableName
	for _, rel := range cat.Relations {
		if rel.Tenancy.Owned() && knownToSqlc(rel) {
			out = append(out, tableName(rel))
		}
	}
	return out
}

// knownToSqlc reports whether sqlc's catalog has the relation: it passes over
// partitions and foreign tables.
func knownToSqlc(rel *catalog.Relation) bool {
	return rel.Kind != catalog.ForeignTable && !rel.IsPartition
}

func column(rel *catalog.Relation, name string) *catalog.Column {
	for _, c := range rel.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// tableName names rel as sqlc does: without the default schema.
func tableName(rel *catalog.Relation) sqlcrun.TableName {
	schema := rel.Schema
	if schema == "public" {
		schema = ""
	}
	return sqlcrun.TableName{Schema: schema, Name: rel.Name}
}

// relation returns the relation that sqlc calls t, or nil.
func (b *builder) relation(t sqlcrun.TableName) *catalog.Relation {
	if t.Schema == "public" {
		t.Schema = ""
	}
	return b.byName[t]
}

// relationNamed is relation for a name that may be nil.
func (b *builder) relationNamed(t *sqlcrun.TableName) *catalog.Relation {
	if t == nil {
		return nil
	}
	return b.relation(*t)
}

// modelRows fills b.rows with every model.
func (b *builder) modelRows() {
	for _, rel := range b.in.Catalog.Relations {
		if rel.Model != nil {
			b.rows[rel] = b.modelRow(rel)
		}
	}
}

// sqlcRows adds to b.rows, for relations without a model, the structs of sqlc's
// that were asked for.
func (b *builder) sqlcRows() error {
	for _, rel := range b.in.Catalog.Relations {
		if rel.Model != nil || b.compiled == nil {
			continue
		}
		if decl := b.compiled.Types[b.compiled.Structs[tableName(rel)]]; decl != nil {
			if r := b.sqlcRow(rel, decl); r != nil {
				b.rows[rel] = r
			}
		}
	}
	return b.queryRows()
}

// queryRows adds, for relations without a row, the struct of sqlc's that a query
// returns whole.
func (b *builder) queryRows() error {
	lacking := slices.ContainsFunc(b.in.Catalog.Relations, func(rel *catalog.Relation) bool { return b.rows[rel] == nil })
	if b.compiled == nil || !lacking {
		return nil
	}
	for q, err := range b.compiled.Queries {
		if err != nil {
			return err
		}
		decl := b.compiled.Types[q.Struct]
		if decl == nil || len(q.Columns) == 0 {
			continue
		}
		rel := b.relationNamed(q.Columns[0].Table)
		if rel == nil || b.rows[rel] != nil {
			continue
		}
		if r := b.sqlcRow(rel, decl); r != nil && sameNames(rel, q.Columns) {
			b.rows[rel] = r
		}
	}
	return nil
}

// sameNames reports whether columns are those of rel, in order.
func sameNames(rel *catalog.Relation, columns []sqlcrun.Result) bool {
	return slices.EqualFunc(rel.Columns, columns, func(c *catalog.Column, r sqlcrun.Result) bool {
		return c.Name == r.Column && r.Table != nil && r.Table.Name == rel.Name
	})
}

func (b *builder) modelRow(rel *catalog.Relation) *row {
	m := rel.Model
	r := &row{
		rel: rel, name: m.Name, typ: goType{"\x00" + b.in.Models.ImportPath + "\x00." + m.Name}, source: position(m.Pos), model: true,
	}
	r.fields = make([]*rowField, 0, len(m.Fields))
	for _, f := range m.Fields {
		if c := column(rel, f.Column); c != nil {
			field := &rowField{f.Name, f.Path(), c, b.fieldType(f.FieldType)}
			r.fields = append(r.fields, field)
			switch f.Mark {
			case model.SoftDelete:
				r.deleted = field
			case model.Version:
				r.version = field
			}
		}
	}
	r.sort()
	return r
}

// sort brings the fields into the order of the columns, in which `select *`
// hands them out.
func (r *row) sort() {
	slices.SortFunc(r.fields, func(a, b *rowField) int { return a.col.Index - b.col.Index })
}

// sqlcRow reads sqlc's struct: its fields stand in the order of the columns. The
// type of a column that a model has is the model's.
func (b *builder) sqlcRow(rel *catalog.Relation, decl *sqlcrun.TypeDecl) *row {
	r := &row{rel: rel, name: decl.Name, typ: goType{"\x01" + decl.Name + "\x01"}, source: position(rel.Pos)}
	if len(decl.Fields) != len(rel.Columns) {
		return nil // the catalogs differ, which crossCheck reports
	}
	for i, f := range decl.Fields {
		t := b.domainType(b.sqlcType(f.Type), rel.Columns[i].Type, rel.Columns[i].NotNull)
		if m := b.rows[rel]; m != nil && m.model {
			if own := m.field(rel.Columns[i]); own != nil {
				t = own.typ
			}
		}
		r.fields = append(r.fields, &rowField{f.Name, f.Name, rel.Columns[i], t})
	}
	return r
}

// covers reports whether the row has a field for every one of columns, and no
// others.
func (r *row) covers(columns []*catalog.Column) bool {
	if len(columns) != len(r.fields) {
		return false
	}
	for _, f := range r.fields {
		if !slices.Contains(columns, f.col) {
			return false
		}
	}
	return true
}
