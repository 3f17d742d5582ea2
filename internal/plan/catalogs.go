package plan

import (
	"fmt"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// crossCheck compares the catalog with sqlc's: the proof was made with the one,
// the types with the other. Views are left out: sqlc guesses at their columns.
// That sqlc takes a column for nullable that is not is no harm: it overlooks the
// NOT NULL that a later primary key brings, and its type then holds NULL too.
func (b *builder) crossCheck() {
	if b.compiled == nil {
		return
	}
	differ := func(pos diag.Pos, format string, args ...any) {
		b.rep.Add(diag.Diagnostic{
			Code: diag.CodeSqlcCatalog, Pos: pos, Message: fmt.Sprintf(format, args...),
			Why: "the proof was made with the one reading of the schema, and the Go types with the other",
		})
	}
	seen := map[*catalog.Relation]bool{}
	for _, t := range b.compiled.Tables {
		rel := b.relation(t.TableName)
		if rel == nil {
			differ(diag.Pos{}, "sqlc has a table %s, and the schema as tenantc reads it has none", tableText(t.TableName))
			continue
		}
		seen[rel] = true
		if rel.Kind == catalog.View || rel.Kind == catalog.MaterializedView {
			continue
		}
		if len(t.Columns) != len(rel.Columns) {
			differ(rel.Pos, "table %s has %d columns, and for sqlc it has %d", rel.Name, len(rel.Columns), len(t.Columns))
			continue
		}
		for i, c := range rel.Columns {
			other := t.Columns[i]
			switch {
			case c.Name != other.Name:
				differ(c.Pos, "column %d of %s is %s, and for sqlc it is %s", i+1, rel.Name, c.Name, other.Name)
			case !sameType(c.Type, *other.Type):
				differ(c.Pos, "column %s.%s is of type %s, and for sqlc of type %s", rel.Name, c.Name, c.Type, dbTypeText(*other.Type))
			case !c.NotNull && other.NotNull && !b.domainNotNull(c.Type):
				differ(c.Pos, "column %s.%s may be null, and for sqlc it is not", rel.Name, c.Name)
			}
		}
	}
	for _, rel := range b.in.Catalog.Relations {
		if !seen[rel] && (rel.Kind == catalog.Table || rel.Kind == catalog.PartitionedTable) && !rel.IsPartition {
			differ(rel.Pos, "table %s is not there for sqlc", rel.Name)
		}
	}
}

func (b *builder) domainNotNull(t catalog.Type) bool {
	d := b.userType(t)
	return d != nil && d.Kind == catalog.Domain && d.NotNull
}

func (b *builder) userType(t catalog.Type) *catalog.UserType {
	for _, u := range b.in.Catalog.Types {
		if u.Schema == t.Schema && u.Name == t.Name {
			return u
		}
	}
	return nil
}

func tableText(t sqlcrun.TableName) string {
	if t.Schema == "" {
		return t.Name
	}
	return t.Schema + "." + t.Name
}

func dbTypeText(t sqlcrun.DBType) string {
	s := t.Name
	if t.Schema != "" && t.Schema != "pg_catalog" {
		s = t.Schema + "." + s
	}
	if t.Dims > 0 {
		s += "[]"
	}
	return s
}

// sameType compares a type of the catalog with one as sqlc spells it.
func sameType(t catalog.Type, other sqlcrun.DBType) bool {
	name := typeSpelling(other.Name)
	if t.Array != (other.Dims > 0) || t.Name != name {
		return false
	}
	switch other.Schema {
	case "", "public":
		return t.Schema == "pg_catalog" || t.Schema == "public"
	}
	return t.Schema == other.Schema
}

// typeSpelling returns the catalogs' name of a built-in type that sqlc leaves
// as the schema spells it.
func typeSpelling(name string) string {
	switch name {
	case "integer", "int", "serial", "serial4":
		return "int4"
	case "bigint", "bigserial", "serial8":
		return "int8"
	case "smallint", "smallserial", "serial2":
		return "int2"
	case "boolean":
		return "bool"
	case "real":
		return "float4"
	case "float", "double precision":
		return "float8"
	case "decimal":
		return "numeric"
	case "character varying", "string":
		return "varchar"
	case "character":
		return "bpchar"
	case "timestamp with time zone":
		return "timestamptz"
	case "timestamp without time zone":
		return "timestamp"
	case "time with time zone":
		return "timetz"
	case "time without time zone":
		return "time"
	case "bit varying":
		return "varbit"
	}
	return name
}
