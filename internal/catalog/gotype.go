package catalog

import (
	"go/types"

	"github.com/tenantc/tenantc/internal/model"
)

// goKind is what is known of a Go type: which columns it can hold.
type goKind struct {
	known bool            // false: a foreign type outside the table, trusted
	null  bool            // holds NULL
	any   bool            // holds every column
	pg    map[string]bool // built-in types that it can hold
	word  string          // what would hold more, for a message; may be ""
}

// The built-in types that pgx scans into the basic kinds without loss.
var (
	textTypes   = wordSet(`text varchar bpchar name char uuid json jsonb xml macaddr macaddr8 numeric int2 int4 int8 float4 float8 time timetz`)
	pgTextTypes = wordSet(`text varchar bpchar name char uuid json jsonb xml macaddr macaddr8 numeric int2 int4 int8 float4 float8 time timetz inet cidr interval`)
	bytesTypes  = wordSet(`bytea json jsonb text varchar bpchar xml`)
	int16Types  = wordSet(`int2`)
	int32Types  = wordSet(`int2 int4`)
	int64Types  = wordSet(`int2 int4 int8`)
	oidTypes    = wordSet(`int2 int4 oid`)
	realTypes   = wordSet(`float4`)
	floatTypes  = wordSet(`float4 float8 int2 int4 numeric`)
	boolTypes   = wordSet(`bool`)
	numTypes    = wordSet(`numeric int2 int4 int8`)
	timeTypes   = wordSet(`timestamp timestamptz date time`)
	jsonTypes   = wordSet(`json jsonb`)
	uuidTypes   = wordSet(`uuid text varchar bpchar`)
)

// basicKinds are Go's basic types. int and uint hold what 64 bits hold: the
// module's users run on such machines, and sqlc's own types are sized.
var basicKinds = map[types.BasicKind]goKind{
	types.Bool:    {pg: boolTypes},
	types.String:  {pg: textTypes},
	types.Int8:    {pg: wordSet(`char`), word: "int16"},
	types.Int16:   {pg: int16Types, word: "int64"},
	types.Int32:   {pg: int32Types, word: "int64"},
	types.Int:     {pg: int64Types},
	types.Int64:   {pg: int64Types},
	types.Uint8:   {pg: wordSet(`char`), word: "int16"},
	types.Uint16:  {pg: wordSet(``), word: "int16"},
	types.Uint32:  {pg: oidTypes, word: "int64"},
	types.Uint:    {pg: int64Types},
	types.Uint64:  {pg: int64Types},
	types.Float32: {pg: realTypes, word: "float64"},
	types.Float64: {pg: floatTypes},
}

// foreignKinds are well-known types of other packages.
var foreignKinds = map[string]goKind{
	"time.Time":                             {pg: timeTypes},
	"time.Duration":                         {pg: wordSet(`interval int8`)},
	"encoding/json.RawMessage":              {pg: jsonTypes, null: true},
	"net/netip.Addr":                        {pg: wordSet(`inet`)},
	"net/netip.Prefix":                      {pg: wordSet(`inet cidr`)},
	"net.HardwareAddr":                      {pg: wordSet(`macaddr macaddr8`), null: true},
	"net.IPNet":                             {pg: wordSet(`inet cidr`)},
	"net.IP":                                {pg: wordSet(`inet cidr`), null: true},
	"database/sql.NullString":               {pg: textTypes, null: true},
	"database/sql.NullBool":                 {pg: boolTypes, null: true},
	"database/sql.NullInt16":                {pg: int16Types, null: true, word: "sql.NullInt64"},
	"database/sql.NullInt32":                {pg: int32Types, null: true, word: "sql.NullInt64"},
	"database/sql.NullInt64":                {pg: int64Types, null: true},
	"database/sql.NullFloat64":              {pg: floatTypes, null: true},
	"database/sql.NullTime":                 {pg: timeTypes, null: true},
	"github.com/google/uuid.UUID":           {pg: uuidTypes},
	"github.com/google/uuid.NullUUID":       {pg: uuidTypes, null: true},
	"github.com/gofrs/uuid.UUID":            {pg: uuidTypes},
	"github.com/gofrs/uuid.NullUUID":        {pg: uuidTypes, null: true},
	"github.com/gofrs/uuid/v5.UUID":         {pg: uuidTypes},
	"github.com/gofrs/uuid/v5.NullUUID":     {pg: uuidTypes, null: true},
	"github.com/shopspring/decimal.Decimal": {pg: numTypes},
	tenantPackage + ".ID":                   {pg: wordSet(`uuid`)},
	tenantPackage + ".Int64ID":              {pg: int64Types},
	tenantPackage + ".TextID":               {pg: wordSet(`text varchar`)},
	pgtypePackage + ".Text":                 {pg: pgTextTypes, null: true},
	pgtypePackage + ".Bool":                 {pg: boolTypes, null: true},
	pgtypePackage + ".Int2":                 {pg: int16Types, null: true, word: "pgtype.Int8"},
	pgtypePackage + ".Int4":                 {pg: int32Types, null: true, word: "pgtype.Int8"},
	pgtypePackage + ".Int8":                 {pg: int64Types, null: true},
	pgtypePackage + ".Float4":               {pg: realTypes, null: true, word: "pgtype.Float8"},
	pgtypePackage + ".Float8":               {pg: floatTypes, null: true},
	pgtypePackage + ".Numeric":              {pg: numTypes, null: true},
	pgtypePackage + ".UUID":                 {pg: wordSet(`uuid`), null: true},
	pgtypePackage + ".Date":                 {pg: wordSet(`date`), null: true},
	pgtypePackage + ".Time":                 {pg: wordSet(`time`), null: true},
	pgtypePackage + ".Timestamp":            {pg: wordSet(`timestamp date`), null: true},
	pgtypePackage + ".Timestamptz":          {pg: wordSet(`timestamptz date`), null: true},
	pgtypePackage + ".Interval":             {pg: wordSet(`interval`), null: true},
	pgtypePackage + ".Bits":                 {pg: wordSet(`bit varbit`), null: true},
}

const (
	tenantPackage = "github.com/tenantc/tenantc/tenant"
	pgtypePackage = "github.com/jackc/pgx/v5/pgtype"
)

// kindOf returns what is known of a field's type, and the element type where
// it is a slice that stands for an array column.
func kindOf(t types.Type) (kind goKind, elem types.Type) {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		kind, elem = kindOf(p.Elem())
		kind.null = true
		return kind, elem
	}
	if named, ok := t.(*types.Named); ok {
		if model.Opaque(t) {
			return foreign(named)
		}
		if hasMethod(named, "Scan") || hasMethod(named, "ScanUUID") || hasMethod(named, "ScanText") || hasMethod(named, "UnmarshalText") {
			return goKind{null: true}, nil // its own affair
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		k, ok := basicKinds[u.Kind()]
		k.known = ok
		return k, nil
	case *types.Slice:
		if b, ok := types.Unalias(u.Elem()).Underlying().(*types.Basic); ok && b.Kind() == types.Uint8 {
			return goKind{known: true, null: true, pg: bytesTypes}, nil
		}
		return goKind{known: true, null: true, pg: jsonTypes}, u.Elem()
	case *types.Array:
		if b, ok := u.Elem().Underlying().(*types.Basic); ok && b.Kind() == types.Uint8 && u.Len() == 16 {
			return goKind{known: true, pg: wordSet(`uuid`)}, nil
		}
		return goKind{known: true, pg: jsonTypes}, u.Elem()
	case *types.Interface:
		return goKind{any: true, null: true}, nil
	case *types.Map:
		return goKind{known: true, null: true, pg: wordSet(`json jsonb hstore`)}, nil
	case *types.Struct:
		// pgx reads a struct from JSON, and from a composite type by position.
		return goKind{known: true, pg: jsonTypes}, nil
	}
	return goKind{null: true}, nil
}

// foreign looks a type of another package up. One that is not in the table is
// trusted to hold what its column has, NULL included.
func foreign(named *types.Named) (goKind, types.Type) {
	obj := named.Obj()
	if obj.Pkg() == nil {
		return goKind{null: true}, nil
	}
	k, ok := foreignKinds[obj.Pkg().Path()+"."+obj.Name()]
	if !ok {
		return goKind{null: true}, nil
	}
	k.known = true
	return k, nil
}

func hasMethod(named *types.Named, name string) bool {
	obj, _, _ := types.LookupFieldOrMethod(types.NewPointer(named), true, named.Obj().Pkg(), name)
	_, ok := obj.(*types.Func)
	return ok
}
