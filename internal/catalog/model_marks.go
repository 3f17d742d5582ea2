package catalog

import (
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/model"
)

// checkMarks reports columns that are marked in their tags and cannot be that.
func (b *builder) checkMarks(m *model.Model, rel *Relation) {
	var marked [model.Version + 1]*model.Field
	for _, f := range m.Fields {
		col := rel.Column(f.Column)
		if f.Mark == model.Unmarked || col == nil {
			continue
		}
		d := diag.Diagnostic{
			Code: diag.CodeModelMark, Pos: f.TagPos(), Width: len(f.Column),
			Message: m.Name + "." + f.Name + " is marked as " + f.Mark.String(),
			Related: related(col.Pos, "the column"),
		}
		if other := marked[f.Mark]; other != nil {
			d.Message += ", and so is " + other.Name
			d.Related = related(other.Pos, "the other one")
			b.add(d)
			continue
		}
		marked[f.Mark] = f
		switch {
		case rel.Kind != Table && rel.Kind != PartitionedTable:
			d.Message += ", and rows of " + rel.ShortName() + " are not written"
		case keeps(rel, col):
			d.Message += ", and says already which row it is, or whose, or is filled by the server"
		case f.Mark == model.SoftDelete && !marksDeleted(col):
			d.Message += ", which no column of this kind can be"
			d.Fix = col.Name + " timestamptz, without a default, or " + col.Name + " boolean not null default false"
		case f.Mark == model.Version && !countsChanges(col):
			d.Message += ", which no column of this kind can be"
			d.Fix = col.Name + " integer not null default 1"
		default:
			continue
		}
		b.add(d)
	}
}

// keeps reports whether a column says which row it is, or whose.
func keeps(rel *Relation, col *Column) bool {
	for _, c := range rel.Tenancy.Columns {
		if c == col.Index {
			return true
		}
	}
	if rel.Tenancy.Owner != nil {
		for _, c := range rel.Tenancy.Owner.Columns {
			if c == col.Index {
				return true
			}
		}
	}
	for _, k := range rel.Keys {
		for _, e := range k.Elems {
			if k.Primary && e.Column == col.Index {
				return true
			}
		}
	}
	return col.Generated != nil || col.Identity != 0
}

// marksDeleted reports whether a column can mark rows as deleted.
func marksDeleted(col *Column) bool {
	t := col.Type
	if t.Array || t.Schema != "pg_catalog" {
		return false
	}
	switch t.Name {
	case "timestamptz", "timestamp":
		return !col.NotNull && col.Default == nil
	case "bool":
		return col.NotNull && isFalse(col.Default)
	}
	return false
}

// isFalse reports whether a default is the constant false.
func isFalse(e *Expr) bool {
	if e == nil || e.Node.GetAConst() == nil {
		return false
	}
	value := e.Node.GetAConst().GetBoolval()
	return value != nil && !value.GetBoolval()
}

// countsChanges reports whether a column can count the changes of its row.
func countsChanges(col *Column) bool {
	t := col.Type
	return !t.Array && t.Schema == "pg_catalog" && (t.Name == "int2" || t.Name == "int4" || t.Name == "int8") && col.NotNull &&
		col.Default != nil && !col.Serial
}
