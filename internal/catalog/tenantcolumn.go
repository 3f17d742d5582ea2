package catalog

import "github.com/tenantc/tenantc/internal/diag"

// checkTenantColumns compares the types of each dimension's tenant columns: one
// equality class, nothing that rounds or cuts, no collation that folds.
func (b *builder) checkTenantColumns() {
	for _, dim := range b.cat.Dimensions {
		var first *Column
		if dim.Root != nil {
			first = dim.Root.Columns[dim.Root.Tenancy.Columns[dim.Index]]
		}
		for _, rel := range b.cat.Relations {
			i := rel.Tenancy.Columns[dim.Index]
			if i < 0 || !rel.Tenancy.Owned() || rel.Columns[i].Type.IsZero() || rel.IsPartition {
				continue
			}
			col := rel.Columns[i]
			if first == nil {
				first = col
			}
			b.checkTenantColumn(dim, rel, col, first)
		}
		if first != nil {
			dim.Type = first.Type
		}
	}
}

func (b *builder) checkTenantColumn(dim *Dimension, rel *Relation, col, first *Column) {
	name := rel.ShortName() + "." + col.Name
	class, want := b.cat.EqualityClass(col.Type), b.cat.EqualityClass(first.Type)
	switch {
	case class == "":
		b.add(diag.Diagnostic{
			Code: diag.CodeTenantType, Pos: col.Pos, Width: len(col.Name),
			Message: "the tenant column " + name + " has the type " + col.Type.String() + ", whose equality proves nothing",
			Why:     "the type has no equality of its own, or the schema gives it another one",
		})
	case class != want:
		b.add(diag.Diagnostic{
			Code: diag.CodeTenantType, Pos: col.Pos, Width: len(col.Name),
			Message: "the tenant column " + name + " has the type " + col.Type.String() + ", where the " + dim.Name + "'s is " + first.Type.String(),
			Why:     "an equality between the two converts one of them, and different tenants can become equal",
			Related: related(first.Pos, "the "+dim.Name+"'s type"),
		})
	case b.rounds(col.Type) || b.length(col.Type) != b.length(first.Type):
		b.add(diag.Diagnostic{
			Code: diag.CodeTenantRounds, Pos: col.Pos, Width: len(col.Name),
			Message: "the tenant column " + name + " has a type that rounds or cuts its values",
			Why:     "a value changes when it is stored, and may become another tenant's",
			Fix:     "use the type without its modifier, the same for every tenant column",
			Related: related(first.Pos, "the "+dim.Name+"'s type"),
		})
	}
	if col.Collation.folds() {
		b.add(diag.Diagnostic{
			Code: diag.CodeTenantCollation, Pos: col.Pos, Width: len(col.Name),
			Message: "the tenant column " + name + " has the collation " + col.Collation.Name + ", under which different texts may be equal",
			Why:     "an equality with it may match another tenant's rows, so it proves nothing",
			Fix:     "give the column a deterministic collation, or none",
		})
	}
}

// rounds reports whether storing a value in the type may change it.
func (b *builder) rounds(t Type) bool {
	base := b.cat.Base(t)
	switch base.Name {
	case "bpchar", "char", "name", "bit", "varbit", "money", "float4":
		return base.Schema == "pg_catalog"
	case "numeric", "time", "timetz", "timestamp", "timestamptz", "interval":
		return len(base.Mods) > 0
	}
	return false
}

// length returns n of varchar(n), or -1.
func (b *builder) length(t Type) int32 {
	base := b.cat.Base(t)
	if base.Name == "varchar" && len(base.Mods) > 0 {
		return base.Mods[0]
	}
	return -1
}
