package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// inferrer asks a server what types it gives to parameters and results.
type inferrer struct {
	conn  *pgconn.PgConn
	names map[uint32]Type
}

const typeNamesSQL = `select t.oid, spell(t.oid) from pg_type t`

func newInferrer(t *testing.T, db *pgxpool.Pool) *inferrer {
	t.Helper()
	conn, err := db.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Release)
	rows, err := conn.Query(t.Context(), typeNamesSQL)
	if err != nil {
		t.Fatal(err)
	}
	in := &inferrer{conn: conn.Conn().PgConn(), names: map[uint32]Type{}}
	var oid pgtype.Uint32
	var name *string
	if _, err := pgx.ForEachRow(rows, []any{&oid, &name}, func() error {
		if name != nil {
			in.names[oid.Uint32] = parseType(*name).public()
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return in
}

// ask prepares "select expression" and returns the types of its parameter, if
// it has one, and its result; false when the server refuses it.
func (in *inferrer) ask(t *testing.T, expression string) (param, result Type, ok bool) {
	t.Helper()
	desc, err := in.conn.Prepare(context.Background(), "", "select "+expression, nil)
	if pgErr := (*pgconn.PgError)(nil); errors.As(err, &pgErr) {
		return Type{}, Type{}, false
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(desc.ParamOIDs) > 0 {
		param = asEnum(in.names[desc.ParamOIDs[0]])
	}
	return param, asEnum(in.names[desc.Fields[0].DataTypeOID]), true
}

// commonTypes are the types that are tried against each other.
func commonTypes() []Type {
	var types []Type
	for name := range strings.FieldsSeq(`bool char name int2 int4 int8 float4 float8 numeric money oid
		text varchar bpchar bytea uuid date time timetz timestamp timestamptz interval json jsonb jsonpath xml
		inet cidr macaddr macaddr8 bit varbit tsvector tsquery point line lseg box path polygon circle pg_lsn
		int4range int8range numrange daterange tsrange tstzrange int4multirange datemultirange tstzmultirange
		int2[] int4[] int8[] text[] varchar[] numeric[] uuid[] jsonb[] timestamptz[] bool[] int4range[] interval[]`) {
		types = append(types, parseType(name).public())
	}
	return types
}

// value spells a NULL of a type; the name "char" is no keyword then.
func value(t Type) string {
	array := ""
	if t.Array {
		array = "[]"
	}
	switch {
	case t.Name == "unknown":
		return "null"
	case t.Name == "anyenum":
		return "null::mood" + array
	case t.Schema == "pg_catalog":
		return `null::pg_catalog."` + t.Name + `"` + array
	}
	return `null::"` + t.Name + `"` + array
}

// enumTypes are an enum and its array.
func enumTypes() []Type {
	return []Type{Builtin("anyenum"), {Schema: "pg_catalog", Name: "anyenum", Array: true}}
}

// moodSQL makes an enum, whose values the tables know as anyenum.
const moodSQL = `create type mood as enum ('glad', 'sad')`

// asEnum turns the enum of moodSQL into what the tables call it.
func asEnum(t Type) Type {
	if t.Name == "mood" {
		t.Schema, t.Name = "pg_catalog", "anyenum"
	}
	return t
}

// TestOperatorOperand tries every operator against every common type, with an
// untyped parameter on the other side. On a server without extensions nothing
// is answered that it denies, and little left out that it says; nor is an
// answer denied where all extensions are installed.
func TestOperatorOperand(t *testing.T) {
	t.Parallel()
	bare, extended := newInferrer(t, bareServer(t)), newInferrer(t, builtinServer(t))
	answered := 0
	for name := range builtins().operators {
		for _, other := range append(commonTypes(), enumTypes()...) {
			for _, otherIsLeft := range []bool{true, false} {
				expression, left, right := value(other)+" "+name+" $1", other, Builtin("unknown")
				if !otherIsLeft {
					expression, left, right = "$1 "+name+" "+value(other), right, left
				}
				operand := OperatorOperand(name, other, otherIsLeft)
				if operand.IsZero() {
					if param, _, ok := bare.ask(t, expression); ok && !slices.Contains(disturbed, name) {
						t.Errorf("%s: the server says %v, OperatorOperand nothing", expression, param)
					}
					continue
				}
				answered++
				result := OperatorResult(name, left, right)
				for _, in := range []*inferrer{bare, extended} {
					param, got, ok := in.ask(t, expression)
					if !ok || !operand.Same(param) {
						t.Errorf("%s: OperatorOperand = %v, the server says %v, %v", expression, operand, param, ok)
					}
					if !result.IsZero() && !result.Same(got) {
						t.Errorf("%s: OperatorResult = %v, the server says %v", expression, result, got)
					}
				}
			}
		}
	}
	if answered < 1500 {
		t.Errorf("only %d operands were inferred", answered)
	}
}

// disturbed are the operators for which a known extension may change what an
// untyped operand is: hstore for those of jsonb, intarray for smallint[].
var disturbed = []string{"?", "?|", "?&", "-", "->", "&&", "@>", "<@"}

func TestOperatorResult(t *testing.T) {
	t.Parallel()
	bare, extended := newInferrer(t, bareServer(t)), newInferrer(t, builtinServer(t))
	types := append(commonTypes(), enumTypes()...)
	answered := 0
	check := func(expression string, want Type) {
		if want.IsZero() {
			return
		}
		answered++
		for _, in := range []*inferrer{bare, extended} {
			if _, result, ok := in.ask(t, expression); !ok || !want.Same(result) {
				t.Errorf("%s: the result should be %v, the server says %v, %v", expression, want, result, ok)
			}
		}
	}
	for name := range builtins().operators {
		for _, right := range types {
			check(name+" "+value(right), PrefixResult(name, right))
			for _, left := range types {
				check(value(left)+" "+name+" "+value(right), OperatorResult(name, left, right))
			}
		}
	}
	if answered < 2000 {
		t.Errorf("only %d results were known", answered)
	}
}

// overloadedSQL are the names to which an extension adds a function.
const overloadedSQL = `select distinct name from functions where ext is not null`

// TestFunctionTypes tries every function with every common type, and every
// overload with its own types, one of them replaced by each common type, by
// nothing known, and by an untyped parameter. A call that the server refuses
// says nothing: it runs nowhere.
func TestFunctionTypes(t *testing.T) {
	t.Parallel()
	withExtensions := builtinServer(t)
	bare, extended := newInferrer(t, bareServer(t)), newInferrer(t, withExtensions)
	overloaded := texts(t, withExtensions, overloadedSQL)
	types := append(append(commonTypes(), enumTypes()...), Builtin("unknown"))
	confirmed := 0
	for _, f := range builtins().funcs {
		if f.Window && f.Aggregate {
			continue
		}
		var calls [][]Type
		for _, typ := range types {
			calls = append(calls, []Type{typ})
		}
		for _, o := range f.overloads {
			calls = append(calls, callsOf(o, types)...)
		}
		slices.SortFunc(calls, func(a, b []Type) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		for _, args := range slices.CompactFunc(calls, func(a, b []Type) bool { return slices.EqualFunc(a, b, Type.Same) }) {
			if f.Extension == "" {
				confirmed += checkCall(t, bare, f, args)
			}
			if slices.Contains(overloaded, f.Name) {
				confirmed += checkCall(t, extended, f, args)
			}
		}
	}
	if confirmed < 20000 {
		t.Errorf("only %d answers were confirmed", confirmed)
	}
}

// callsOf makes calls that o may serve: with its own types, and with every
// argument in turn untyped or something else.
func callsOf(o overload, types []Type) [][]Type {
	args := make([]Type, len(o.args))
	for i, a := range o.args {
		args[i] = a.public()
		if isPolymorphic(a) || a == pg("any") {
			args[i] = stand(a.name)
		}
	}
	calls := [][]Type{args}
	for i := range args {
		for _, typ := range append(types, Type{}) {
			if i > 1 && typ.Name != "unknown" {
				continue
			}
			other := slices.Clone(args)
			other[i] = typ
			calls = append(calls, other)
		}
	}
	unknown := slices.Repeat([]Type{Builtin("unknown")}, len(args))
	return append(calls, unknown)
}

// stand is some type that stands for a polymorphic one.
func stand(name string) Type {
	t := Builtin("int4")
	switch {
	case strings.HasSuffix(name, "multirange"):
		t = Builtin("int4multirange")
	case strings.HasSuffix(name, "range"):
		t = Builtin("int4range")
	case strings.HasSuffix(name, "array"):
		t.Array = true
	}
	return t
}

// checkCall compares what is said of one call with the server's word and
// returns how much of it the server confirmed. An argument of which nothing is
// known is shown to the server as one and the other type.
func checkCall(t *testing.T, in *inferrer, f *BuiltinFunc, args []Type) (confirmed int) {
	t.Helper()
	compare := func(expression, what string, want, got Type, ok bool) {
		switch {
		case !ok:
		case want.Same(got):
			confirmed++
		default:
			t.Errorf("%s: %s = %v, the server says %v", expression, what, want, got)
		}
	}
	zeros := []Type{{}}
	if slices.ContainsFunc(args, Type.IsZero) {
		zeros = []Type{Builtin("unknown"), Builtin("text"), Builtin("jsonb"), Builtin("bytea"), {Schema: "pg_catalog", Name: "int4", Array: true}}
	}
	for _, zero := range zeros {
		if want := f.Result(args); !want.IsZero() {
			expression := call(f, args, zero, -1)
			_, got, ok := in.ask(t, expression)
			compare(expression, "Result", want, got, ok)
		}
		for i := range args {
			if want := f.ArgType(i, args); !want.IsZero() {
				expression := call(f, args, zero, i)
				got, _, ok := in.ask(t, expression)
				compare(expression, "ArgType", want, got, ok)
			}
		}
	}
	return confirmed
}

// call spells a call of f, with zero where nothing is known of an argument and
// a parameter at one of them.
func call(f *BuiltinFunc, args []Type, zero Type, param int) string {
	words := make([]string, len(args))
	for i, a := range args {
		if words[i] = value(a); a.IsZero() {
			words[i] = value(zero)
		}
		if i == param {
			words[i] = "$1"
		}
	}
	over := ""
	if f.Window {
		over = " over ()"
	}
	return fmt.Sprintf("%q(%s)%s", f.Name, strings.Join(words, ", "), over)
}

// TestTypesOfEveryDay are the answers that queries lean on most.
func TestTypesOfEveryDay(t *testing.T) {
	t.Parallel()
	typ := func(s string) Type {
		if s == "" {
			return Type{}
		}
		return parseType(s).public()
	}
	for _, c := range []struct{ name, args, result string }{
		{"count", "", "int8"}, {"count", "uuid", "int8"}, {"sum", "int4", "int8"}, {"sum", "int8", "numeric"},
		{"avg", "int4", "numeric"}, {"max", "varchar", "text"}, {"max", "timestamptz", "timestamptz"}, {"max", "uuid", ""},
		{"max", "anyenum", "anyenum"}, {"lower", "text", "text"}, {"lower", "varchar", "text"}, {"lower", "int4range", "int4"},
		{"lower", "unknown", "text"}, {"now", "", "timestamptz"}, {"array_agg", "uuid", "uuid[]"}, {"unnest", "uuid[]", "uuid"},
		{"array_agg", "int4[]", "int4[]"}, {"date_trunc", "unknown timestamptz", "timestamptz"}, {"gen_random_uuid", "", "uuid"},
		{"similarity", "text unknown", "float4"}, {"any_value", "int8", "int8"}, {"row_number", "", "int8"},
		{"json_build_object", "unknown int4 unknown text", "json"}, {"extract", "unknown date", "numeric"},
	} {
		var args []Type
		for a := range strings.FieldsSeq(c.args) {
			args = append(args, typ(a))
		}
		f, ok := LookupBuiltin(c.name)
		if !ok {
			t.Errorf("%s is not on the list", c.name)
			continue
		}
		if got := f.Result(args); !got.Same(typ(c.result)) {
			t.Errorf("%s(%s) has type %v, want %q", c.name, c.args, got, c.result)
		}
	}
	if f, _ := LookupBuiltin("lower"); !f.Result([]Type{{}}).IsZero() {
		t.Error("lower of something has a type, though it may be a range's bound")
	}
	for _, c := range []struct{ name, left, right, operand string }{
		{"=", "uuid", "", "uuid"}, {"=", "", "int8", "int8"}, {"=", "varchar", "", "text"}, {"~~*", "text", "", "text"},
		{"!=", "int4", "", "int4"}, {"=", "anyenum", "", "anyenum"}, {"->", "jsonb", "", "text"}, {"->>", "json", "", "text"},
		{"@>", "jsonb", "", "jsonb"}, {"@>", "text[]", "", "text[]"}, {"-", "timestamptz", "", "timestamptz"}, {"||", "text", "", "text"},
		{"?", "", "text", ""}, {"-", "", "text", ""},
	} {
		other, left := typ(c.left), true
		if c.left == "" {
			other, left = typ(c.right), false
		}
		if got := OperatorOperand(c.name, other, left); !got.Same(typ(c.operand)) {
			t.Errorf("%s %s %s: the untyped side is %v, want %q", c.left, c.name, c.right, got, c.operand)
		}
	}
	if got := OperatorResult("=", Type{}, Type{}); !got.Same(Builtin("bool")) {
		t.Errorf("an equality has type %v", got)
	}
	if got := OperatorResult("+", Type{}, Builtin("int4")); !got.IsZero() {
		t.Errorf("something + int4 has type %v", got)
	}
}
