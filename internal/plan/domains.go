package plan

import (
	"cmp"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/sqlcrun"
)

// domainType returns the Go type of a value of PostgreSQL's type t, which may be
// NULL unless notNull is set. It is known already unless sqlc says any and t is
// a domain, of which sqlc knows nothing: then it is what sqlc makes of the type
// below.
func (b *builder) domainType(known goType, t catalog.Type, notNull bool) goType {
	if strings.TrimLeft(known.text, "[]") != "any" {
		return known
	}
	u := b.userType(catalog.Type{Schema: t.Schema, Name: t.Name})
	if u == nil || u.Kind != catalog.Domain {
		return known
	}
	notNull = notNull || u.NotNull
	base := u.Of
	for range 8 {
		below := b.userType(base)
		if below == nil || below.Kind != catalog.Domain {
			break
		}
		notNull = notNull || below.NotNull
		base = below.Of
	}
	if base.Array || base.Schema != "pg_catalog" {
		return known
	}
	value, null := scalarType(base.Name)
	switch {
	case value.text == "":
		return known
	case t.Array:
		return goType{"[]" + value.text}
	case notNull || value == null: // wrapped in any case
		return value
	case b.in.Block.Go.Raw["emit_pointers_for_null_types"] == true:
		return value.pointer()
	}
	return null
}

// scalarType returns the Go types that sqlc has for a built-in type: of a value,
// and of one that may be NULL.
func scalarType(name string) (value, null goType) {
	wrapped := func(name string) goType { return goType{"\x00" + pathPgtype + "\x00." + name} }
	switch name {
	case "text", "varchar", "bpchar", "citext":
		return goType{"string"}, wrapped("Text")
	case "bool":
		return goType{"bool"}, wrapped("Bool")
	case "int2":
		return goType{"int16"}, wrapped("Int2")
	case "int4":
		return goType{"int32"}, wrapped("Int4")
	case "int8":
		return goType{"int64"}, wrapped("Int8")
	case "float4":
		return goType{"float32"}, wrapped("Float4")
	case "float8":
		return goType{"float64"}, wrapped("Float8")
	case "bytea", "json", "jsonb":
		return goType{"[]byte"}, goType{"[]byte"}
	case "numeric", "uuid", "date", "timestamp", "timestamptz", "time", "interval":
		t := wrapped(map[string]string{
			"numeric": "Numeric", "uuid": "UUID", "date": "Date", "timestamp": "Timestamp", "timestamptz": "Timestamptz", "time": "Time", "interval": "Interval",
		}[name])
		return t, t
	}
	return goType{}, goType{}
}

// typeOf returns the catalog's type for one of sqlc's that no schema of
// PostgreSQL's own has.
func typeOf(t *sqlcrun.DBType) catalog.Type {
	return catalog.Type{Schema: cmp.Or(t.Schema, "public"), Name: t.Name, Array: t.Dims > 0}
}
