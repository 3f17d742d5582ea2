package catalog

import (
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// builtinTypes are the types of pg_catalog that a column, cast or function can
// name. The grammar has already turned int, decimal and the like into these.
var builtinTypes = wordSet(`
	bool bytea char name int2 int4 int8 int2vector oid oidvector xid xid8 cid tid
	text varchar bpchar json jsonb jsonpath xml
	float4 float8 numeric money
	date time timetz timestamp timestamptz interval
	bit varbit uuid inet cidr macaddr macaddr8
	point lseg path box polygon line circle
	tsvector tsquery gtsvector pg_lsn txid_snapshot pg_snapshot refcursor aclitem
	int4range int8range numrange tsrange tstzrange daterange
	int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange
	regproc regprocedure regoper regoperator regclass regtype regrole regnamespace regconfig regdictionary regcollation
	record void trigger event_trigger cstring unknown internal language_handler fdw_handler index_am_handler
	table_am_handler tsm_handler pg_ddl_command pg_node_tree
	any anyelement anyarray anynonarray anyenum anyrange anymultirange
	anycompatible anycompatiblearray anycompatiblenonarray anycompatiblerange anycompatiblemultirange`)

// extensionTypes are the types of well-known extensions. They are accepted also
// where no migration creates the extension: that often takes a superuser and
// is done elsewhere.
var extensionTypes = map[string]string{
	"citext": "citext", "hstore": "hstore", "ltree": "ltree", "lquery": "ltree", "ltxtquery": "ltree",
	"vector": "vector", "halfvec": "vector", "sparsevec": "vector",
	"geometry": "postgis", "geography": "postgis", "box2d": "postgis", "box3d": "postgis", "raster": "postgis_raster",
	"cube": "cube", "seg": "seg", "lo": "lo", "query_int": "intarray", "earth": "earthdistance",
	"isbn": "isn", "isbn13": "isn", "ean13": "isn", "issn": "isn", "ismn": "isn", "upc": "isn",
	"ip4": "ip4r", "ip4r": "ip4r", "ip6": "ip4r", "ip6r": "ip4r", "ipaddress": "ip4r", "iprange": "ip4r",
	"hll": "hll", "h3index": "h3", "ulid": "ulid", "semver": "semver", "prefix_range": "prefix",
}

// knownExtensions are those whose types are in extensionTypes, and those that make none
// that a column would have.
var knownExtensions = wordSet(`
	plpgsql citext hstore ltree vector pgvector postgis postgis_raster postgis_topology postgis_tiger_geocoder cube seg lo intarray
	earthdistance isn ip4r hll h3 ulid semver prefix uuid-ossp pgcrypto pg_trgm btree_gist btree_gin unaccent fuzzystrmatch tablefunc
	pg_stat_statements pgaudit pg_cron dblink postgres_fdw file_fdw dict_int dict_xsyn bloom amcheck pageinspect pg_buffercache
	pg_prewarm pgrowlocks pgstattuple pg_visibility pg_freespacemap sslinfo tcn tsm_system_rows tsm_system_time xml2
	moddatetime autoinc insert_username refint adminpack pg_partman pg_repack hypopg timescaledb citus pgjwt pg_net pgmq`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// serialTypes are the three shorthands of CREATE TABLE and the types behind them.
var serialTypes = map[string]string{
	"serial": "int4", "serial4": "int4", "bigserial": "int8", "serial8": "int8", "smallserial": "int2", "serial2": "int2",
}

// ResolveType returns the type that tn names, with the schema in which the
// search path finds it. It reports false for a type that neither PostgreSQL nor
// a well-known extension nor the schema has, and for `table.column%TYPE` of an
// unknown column.
func (c *Catalog) ResolveType(tn *pgast.TypeName) (Type, bool) {
	names := pgast.Strings(tn.GetNames())
	if len(names) == 0 {
		return Type{}, false
	}
	if tn.GetPctType() {
		return c.columnType(names)
	}
	schema, name := "", names[len(names)-1]
	if len(names) > 1 {
		schema = names[len(names)-2]
	}
	t, ok := c.typeNamed(schema, name)
	if !ok {
		return Type{}, false
	}
	t.Array = t.Array || len(tn.GetArrayBounds()) > 0
	t.Mods = mods(tn.GetTypmods())
	return t, true
}

// typeNamed searches pg_catalog first, then public, as the default path does.
func (c *Catalog) typeNamed(schema, name string) (Type, bool) {
	if schema == "" || schema == "pg_catalog" {
		if builtinTypes[name] {
			return Builtin(name), true
		}
		if elem, ok := strings.CutPrefix(name, "_"); ok && builtinTypes[elem] {
			return Type{Schema: "pg_catalog", Name: elem, Array: true}, true
		}
		if schema == "pg_catalog" {
			return Type{}, false
		}
	}
	q := qname{orPublic(schema), name}
	t := Type{Schema: q.schema, Name: name}
	if c.index.types[q] != nil || c.index.relations[q] != nil {
		return t, true
	}
	if ext, ok := extensionTypes[name]; ok {
		if schema == "" {
			if s := c.index.extensions[ext]; s != "" {
				t.Schema = s
			}
		}
		return t, true
	}
	return t, c.index.strange
}

// columnType resolves `schema.table.column%TYPE`.
func (c *Catalog) columnType(names []string) (Type, bool) {
	if len(names) < 2 {
		return Type{}, false
	}
	schema := ""
	if len(names) > 2 {
		schema = names[len(names)-3]
	}
	rel := c.Lookup(schema, names[len(names)-2])
	if rel == nil {
		return Type{}, false
	}
	col := rel.Column(names[len(names)-1])
	if col == nil || col.Type.IsZero() {
		return Type{}, false
	}
	return col.Type, true
}

// mods returns the type modifiers that are numbers. Those of geometry(Point,
// 4326) that are not are of no use to a proof and left out.
func mods(list []*pgast.Node) []int32 {
	var out []int32
	for _, n := range list {
		switch v := n.GetAConst(); {
		case v == nil:
			if x := n.GetAExpr(); x != nil && x.GetLexpr() == nil && x.GetRexpr().GetAConst().GetIval() != nil {
				out = append(out, -x.GetRexpr().GetAConst().GetIval().GetIval())
			}
		case v.GetIval() != nil:
			out = append(out, v.GetIval().GetIval())
		}
	}
	return out
}

// typeName resolves a type of the DDL and reports one that is unknown.
func (b *builder) typeName(tn *pgast.TypeName) Type {
	t, ok := b.cat.ResolveType(tn)
	if ok {
		return t
	}
	name := strings.Join(pgast.Strings(tn.GetNames()), ".")
	b.add(diag.Diagnostic{
		Code:    diag.CodeUnknownType,
		Pos:     b.src.pos(tn.GetLocation(), b.stmt),
		Width:   len(name),
		Message: "unknown type " + name,
		Why:     "neither PostgreSQL nor a well-known extension nor an earlier statement of the schema has it",
		Fix:     "create the type, or the extension that makes it, in an earlier migration",
	})
	return Type{}
}
