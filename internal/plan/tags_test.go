package plan

import (
	"testing"

	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// TestJSONName: the names are those that sqlc gives the columns of a result.
func TestJSONName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, style string
		idUppercase bool
		want        string
	}{
		{"owner_id", "", false, "owner_id"},
		{"owner_id", "none", true, "owner_id"},
		{"owner_id", "camel", false, "ownerId"},
		{"owner_id", "camel", true, "ownerID"},
		{"id", "camel", true, "id"},
		{"id_of_it", "camel", false, "idOfIt"},
		{"owner_id", "pascal", false, "OwnerID"},
		{"straße_über", "pascal", false, "StraßeÜber"},
		{"a__b", "camel", false, "aB"},
		{"ownerID", "snake", false, "owner_id"},
		{"owner_id", "snake", true, "owner_id"},
	} {
		if got := jsonName(c.name, c.style, c.idUppercase); got != c.want {
			t.Errorf("jsonName(%q, %q, %t) = %q, want %q", c.name, c.style, c.idUppercase, got, c.want)
		}
	}
}

// TestTagsOfOverrides: an override's tag is for the parameters that sqlc would give it.
func TestTagsOfOverrides(t *testing.T) {
	t.Parallel()
	qty := sqlcrun.Param{NotNull: true, DB: &sqlcrun.DBType{Schema: "pg_catalog", Name: "int4"}, Table: &sqlcrun.TableName{Name: "orders"}, Column: "qty"}
	other, null, many := qty, qty, qty
	other.Table, other.Column = &sqlcrun.TableName{Schema: "app", Name: "orders"}, "qty_of"
	null.Table, many.Table, null.NotNull = nil, nil, false
	many.DB, many.NotNull = &sqlcrun.DBType{Schema: "pg_catalog", Name: "int4", Dims: 1}, false
	for _, c := range []struct {
		column, dbType           string
		nullable                 bool
		qty, other, null, ofMany bool
	}{
		{column: "orders.qty", qty: true},
		{column: "public.orders.qty", qty: true},
		{column: "db.public.orders.qty", qty: true},
		{column: "app.orders.qty"},
		{column: "app.orders.qty*", other: true},
		{column: "*.qt?", qty: true},
		{column: "qty"},
		{dbType: "pg_catalog.int4", qty: true, other: true, ofMany: true},
		{dbType: "pg_catalog.int4", nullable: true, null: true},
		{dbType: "int4"},
	} {
		override := map[string]any{"nullable": c.nullable}
		if c.column != "" {
			override["column"] = c.column
		} else {
			override["db_type"] = c.dbType
		}
		for _, p := range []struct {
			name string
			of   sqlcrun.Param
			want bool
		}{{"qty", qty, c.qty}, {"other", other, c.other}, {"null", null, c.null}, {"many", many, c.ofMany}} {
			if got := matchesColumn(override, &p.of) || matchesType(override, &p.of); got != p.want {
				t.Errorf("%v, %s: %t, want %t", override, p.name, got, p.want)
			}
		}
	}
}
