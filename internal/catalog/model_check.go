package catalog

import (
	"go/types"
	"slices"

	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/model"
)

// checkModels compares the model structs with the schema.
func (b *builder) checkModels() {
	if b.in.Models == nil {
		return
	}
	for _, m := range b.in.Models.Models {
		rel := b.cat.named(m.Table)
		if rel == nil {
			b.add(diag.Diagnostic{
				Code: diag.CodeModelNoTable, Pos: m.TablePos, Width: len(m.Name),
				Message: "the schema has no table " + m.Table + " for the model " + m.Name,
				Fix:     tableTag(diag.Nearest(m.Table, b.relationNames())),
			})
			continue
		}
		b.checkModel(m, rel)
	}
}

func tableTag(name string) string {
	if name == "" {
		return `_ struct{} ` + "`" + `tenant:"-"` + "`" + `, if it is no model`
	}
	return `_ struct{} ` + "`" + `tenant:"table=` + name + `"` + "`"
}

func (b *builder) checkModel(m *model.Model, rel *Relation) {
	if len(rel.Columns) > 0 { // the columns of a view may be unknown
		for _, f := range m.Fields {
			b.checkField(m, f, rel)
		}
	}
	b.checkCovered(m, rel)
	b.checkMarks(m, rel)
	b.checkModelClass(m, rel)
}

// checkField compares one field with its column.
func (b *builder) checkField(m *model.Model, f *model.Field, rel *Relation) {
	col := rel.Column(f.Column)
	if col == nil {
		b.add(diag.Diagnostic{
			Code: diag.CodeModelNoColumn, Pos: f.TagPos(), Width: len(f.Column),
			Message: rel.ShortName() + " has no column " + f.Column + " for the field " + m.Name + "." + f.Name,
			Fix:     diag.Nearest(f.Column, columnNames(rel, allColumns(rel))),
			Related: related(rel.Pos, rel.ShortName()+" is made here"),
		})
		return
	}
	if col.Type.IsZero() || f.Type == nil {
		return
	}
	if !b.holds(f.Type, col.Type) {
		d := diag.Diagnostic{
			Code: diag.CodeModelType, Pos: f.TypePos(), Width: len(f.TypeText),
			Message: m.Name + "." + f.Name + " of type " + f.TypeText + " cannot hold " + rel.ShortName() + "." + col.Name + " of type " + typeText(col.Type),
			Related: related(col.Pos, "the column"),
		}
		if kind, _ := kindOf(f.Type); kind.word != "" {
			d.Fix = kind.word
		}
		b.add(d)
		return
	}
	if rel.IsView() || b.notNullable(col) {
		return
	}
	if kind, _ := kindOf(f.Type); !kind.null && kind.known {
		b.add(diag.Diagnostic{
			Code: diag.CodeModelNullable, Pos: f.TypePos(), Width: len(f.TypeText),
			Message: m.Name + "." + f.Name + " of type " + f.TypeText + " cannot hold NULL, and " + rel.ShortName() + "." + col.Name + " may be NULL",
			Why:     "the first row with NULL there fails to scan",
			Fix:     "*" + f.TypeText + ", or alter table " + rel.ShortName() + " alter column " + col.Name + " set not null",
			Related: related(col.Pos, "the column"),
		})
	}
}

// notNullable reports whether the column, or a domain of it, refuses NULL.
func (b *builder) notNullable(col *Column) bool {
	t := col.Type
	for range maxDomains {
		u := b.cat.UserType(t)
		if u == nil || u.Kind != Domain {
			break
		}
		if u.NotNull {
			return true
		}
		t = u.Of
	}
	return col.NotNull
}

// holds reports whether a Go type can hold a column's type. Types of
// extensions, ranges and composite types are left to pgx and the type's author.
func (b *builder) holds(goType types.Type, t Type) bool {
	base := b.cat.Base(t)
	kind, elem := kindOf(goType)
	if kind.any || !kind.known {
		return true
	}
	if base.Array {
		of := base
		of.Array = false
		return elem != nil && b.holds(elem, of)
	}
	if u := b.cat.UserType(base); u != nil {
		switch u.Kind {
		case Enum:
			return kind.pg["text"]
		default:
			return true
		}
	}
	if base.Schema != "pg_catalog" {
		return true
	}
	if elem != nil {
		return kind.pg[base.Name]
	}
	return kind.pg[base.Name] || !builtinScalar[base.Name]
}

// builtinScalar are the types about which the tables of gotype.go speak; of the
// others, as tsvector or point, nothing is said.
var builtinScalar = wordSet(`bool int2 int4 int8 float4 float8 numeric text varchar bpchar uuid json jsonb bytea date time timetz timestamp timestamptz interval inet cidr macaddr`)

// checkCovered reports columns that a new row needs and the model cannot give.
// A model of a view or of the like is only read.
func (b *builder) checkCovered(m *model.Model, rel *Relation) {
	if rel.IsView() || rel.Kind == ForeignTable {
		return
	}
	for _, col := range rel.Columns {
		if !b.notNullable(col) || col.Default != nil || col.Serial || col.Identity != 0 || col.Generated != nil || b.domainDefault(col.Type) {
			continue
		}
		if slices.ContainsFunc(m.Fields, func(f *model.Field) bool { return f.Column == col.Name }) {
			continue
		}
		b.add(diag.Diagnostic{
			Code: diag.CodeModelLacksColumn, Pos: m.Pos, Width: len(m.Name),
			Message: "the model " + m.Name + " has no field for " + rel.ShortName() + "." + col.Name + ", which a new row needs",
			Why:     "the column is NOT NULL and has no default",
			Related: related(col.Pos, "the column"),
		})
	}
}

func (b *builder) domainDefault(t Type) bool {
	for range maxDomains {
		u := b.cat.UserType(t)
		if u == nil || u.Kind != Domain {
			return false
		}
		if u.Default != nil {
			return true
		}
		t = u.Of
	}
	return false
}

// checkModelClass reports a model that is neither a tenant's nor anybody's. A
// declaration that failed has been reported where it stands.
func (b *builder) checkModelClass(m *model.Model, rel *Relation) {
	if rel.Tenancy.Class != Unclassified || b.cat.private || b.declaredClass(rel, m) {
		return
	}
	d := diag.Diagnostic{
		Code: diag.CodeModelNoClass, Pos: m.Pos, Width: len(m.Name),
		Message: "nobody says whose rows the model " + m.Name + " holds",
		Why:     rel.ShortName() + " has no column " + b.dimensionColumns() + ", and neither the model nor sqlc.yaml declares it",
		Fix: "owned: a field for the tenant column, or `tenant:\"via=Field\"` for the foreign key to its owner; " +
			"nobody's: _ struct{} `tenant:\"global\"`",
		Related: related(rel.Pos, rel.ShortName()+" is made here"),
	}
	for _, fk := range rel.ForeignKeys {
		if fk.To.Tenancy.Owned() {
			d.Related = append(d.Related, diag.Related{Pos: fk.Pos, Message: "it refers to " + fk.To.ShortName() + ", which tenants own"})
		}
	}
	b.add(d)
}

// declaredClass reports whether something was declared of the relation.
func (b *builder) declaredClass(rel *Relation, m *model.Model) bool {
	if m.Root || m.Global || len(m.Via) > 0 {
		return true
	}
	return slices.ContainsFunc(b.in.Tenancy.Tables, func(t config.Table) bool {
		return b.cat.named(t.Name) == rel && (t.Global || t.Root != "" || len(t.Via) > 0 || len(t.Columns) > 0)
	})
}

func (b *builder) dimensionColumns() string {
	var list string
	for _, d := range b.in.Tenancy.Dimensions {
		for _, c := range d.Columns {
			if list != "" {
				list += " or "
			}
			list += c
		}
	}
	return list
}
