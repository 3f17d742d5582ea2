package catalog

// KnownExtension reports whether an extension is known to leave the comparison
// of built-in types alone: it makes no operator = between built-in types and
// no implicit cast from one built-in type to another. (PostGIS casts text and
// bytea to geometry implicitly; no comparison of two built-in types is
// resolved through that.) Its functions are known by LookupBuiltin only, so
// that one which runs SQL stays refused.
//
// Not known, on purpose: tablefunc, dblink, postgres_fdw, file_fdw and xml2,
// which read what they are told to; lo, whose domain stands on large objects;
// timescaledb, which rewrites tables and queries.
func KnownExtension(name string) bool {
	switch name {
	case "plpgsql",
		"btree_gin", "btree_gist", "bloom", "intarray", "pg_trgm",
		"citext", "cube", "hstore", "isn", "ltree", "seg",
		"pgcrypto", "uuid-ossp", "pg_uuidv7",
		"fuzzystrmatch", "unaccent", "dict_int", "dict_xsyn",
		"earthdistance", "postgis",
		"vector",
		"pg_stat_statements", "pg_buffercache", "pgstattuple", "pg_prewarm", "amcheck":
		return true
	}
	return false
}

// ExtensionType returns the extension that brings a type of that name, for the
// types whose input, output and comparison look at the value alone.
func ExtensionType(name string) (ext string, ok bool) {
	switch name {
	case "citext", "hstore", "cube", "seg":
		ext = name
	case "ltree", "lquery", "ltxtquery":
		ext = "ltree"
	case "vector", "halfvec", "sparsevec":
		ext = "vector"
	case "geometry", "geography", "box2d", "box3d":
		ext = "postgis"
	case "query_int":
		ext = "intarray"
	case "ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc":
		ext = "isn"
	}
	return ext, ext != ""
}

// ownComparison reports whether the extension that brings t compares two
// values of it by an operator of that name.
func ownComparison(name string, t Type) bool {
	if t.Schema != "public" || t.Array {
		return false
	}
	switch plainName(name) {
	case "=":
		switch t.Name {
		case "hstore", "geometry", "geography":
			return true
		}
	case "<>":
		if t.Name == "hstore" {
			return true
		}
	case "<", "<=", ">", ">=":
	default:
		return false
	}
	switch t.Name {
	case "citext", "cube", "seg", "ltree", "vector", "halfvec", "sparsevec",
		"ean13", "isbn", "isbn13", "ismn", "ismn13", "issn", "issn13", "upc":
		return true
	}
	return false
}

// PureCast reports whether a cast looks at the value alone. A domain is passed
// as its base type, an enum as Builtin("anyenum"), what is not known as the
// zero Type; from may be Builtin("unknown"). Casts to and from the reg* types
// look names up in the catalogs, and transaction ids speak of what others do:
// neither is pure. Casts that the DDL makes are for the caller to refuse.
func PureCast(from, to Type) bool {
	return (from.Same(Builtin("unknown")) || valueType(from)) && valueType(to)
}

// valueType reports whether t is a type whose values mean themselves.
func valueType(t Type) bool {
	if t.Schema != "pg_catalog" {
		_, ok := ExtensionType(t.Name)
		return ok && t.Schema == "public"
	}
	switch t.Name {
	case "bool", "char", "name", "text", "bpchar", "varchar", "bytea", "uuid",
		"int2", "int4", "int8", "float4", "float8", "numeric", "money", "oid", "bit", "varbit",
		"date", "time", "timetz", "timestamp", "timestamptz", "interval",
		"json", "jsonb", "jsonpath", "xml", "tsvector", "tsquery",
		"inet", "cidr", "macaddr", "macaddr8", "pg_lsn",
		"point", "line", "lseg", "box", "path", "polygon", "circle",
		"int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange",
		"int4multirange", "int8multirange", "nummultirange", "datemultirange", "tsmultirange", "tstzmultirange",
		"anyenum":
		return true
	}
	return false
}
