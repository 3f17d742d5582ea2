package filter

import (
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// scalar returns v in the form that pgx encodes best. uuid.UUID goes through
// database/sql's interface otherwise, for twenty allocations a value.
//
// It panics for what pgx takes as an instruction when it comes first among the
// arguments: a rewriter would put its own text in the statement's place.
func scalar[T any](v T) any {
	if u, ok := any(&v).(*uuid.UUID); ok { // by pointer, which costs no allocation
		return pgtype.UUID{Bytes: *u, Valid: true}
	}
	value := any(v)
	switch value.(type) {
	case pgx.QueryRewriter, pgx.QueryExecMode, pgx.QueryResultFormats, pgx.QueryResultFormatsByOID:
		panic(fmt.Sprintf("filter: a %T is no column's value", value))
	}
	return value
}

// list returns a copy of vs in a form that pgx encodes in every query mode.
// Where the server does not say what it expects (exec and simple protocol),
// pgx knows slices of the built-in types, but not those of types derived from
// them, such as an enum's.
func list[T any](vs []T) any {
	switch vs := any(vs).(type) {
	case []uuid.UUID:
		us := make(pgtype.FlatArray[pgtype.UUID], len(vs))
		for i, u := range vs {
			us[i] = pgtype.UUID{Bytes: u, Valid: true}
		}
		return us
	case []time.Duration:
		return slices.Clone(vs)
	}
	if as := underlying(reflect.TypeFor[T]()); as != nil {
		in := reflect.ValueOf(vs)
		out := reflect.MakeSlice(reflect.SliceOf(as), in.Len(), in.Len())
		for i := range in.Len() {
			out.Index(i).Set(in.Index(i).Convert(as))
		}
		return out.Interface()
	}
	return slices.Clone(vs)
}

var codecs = []reflect.Type{
	reflect.TypeFor[driver.Valuer](),
	reflect.TypeFor[pgtype.BoolValuer](),
	reflect.TypeFor[pgtype.Int64Valuer](),
	reflect.TypeFor[pgtype.Float64Valuer](),
	reflect.TypeFor[pgtype.TextValuer](),
}

// underlying returns the built-in type under a named t, or nil where t is
// built in, is no basic type, or brings a codec of its own.
func underlying(t reflect.Type) reflect.Type {
	if t.PkgPath() == "" || slices.ContainsFunc(codecs, t.Implements) {
		return nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return reflect.TypeFor[bool]()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return reflect.TypeFor[int64]()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return reflect.TypeFor[uint64]()
	case reflect.Float32:
		return reflect.TypeFor[float32]()
	case reflect.Float64:
		return reflect.TypeFor[float64]()
	case reflect.String:
		return reflect.TypeFor[string]()
	}
	return nil
}
