package catalog

import (
	"slices"
	"strconv"
	"strings"
)

// plainType is a Type without modifiers, which can be compared. The zero value
// is a type of which nothing is known.
type plainType struct {
	schema, name string
	array        bool
}

func pg(name string) plainType { return plainType{schema: "pg_catalog", name: name} }

func (t plainType) isZero() bool { return t.name == "" }

func (t plainType) public() Type { return Type{Schema: t.schema, Name: t.name, Array: t.array} }

// overload is one function or operator of a name. The zero ret is a result
// that has no plain type, as a record.
type overload struct {
	args     []plainType
	ret      plainType
	variadic bool // the last argument may be repeated
	defaults int  // so many of the last arguments may be left out
}

// parseOverload reads "text,int4/1>text": two arguments, of which the last has
// a default. A star marks the repeated one: "text,*any>text".
func parseOverload(text string) overload {
	args, ret, _ := strings.Cut(text, ">")
	args, defaults, _ := strings.Cut(args, "/")
	o := overload{ret: parseType(ret)}
	if o.ret == pg("record") || o.ret == pg("void") {
		o.ret = plainType{}
	}
	if defaults != "" {
		o.defaults, _ = strconv.Atoi(defaults)
	}
	if args == "" {
		return o
	}
	for a := range strings.SplitSeq(args, ",") {
		if rest, ok := strings.CutPrefix(a, "*"); ok {
			a, o.variadic = rest, true
		}
		o.args = append(o.args, parseType(a))
	}
	return o
}

// parseType reads a type of the tables: int4, int4[], or hstore:hstore for the
// type hstore of the extension of that name.
func parseType(text string) plainType {
	name, array := strings.CutSuffix(text, "[]")
	if _, own, ok := strings.Cut(name, ":"); ok {
		return plainType{schema: "public", name: own, array: array}
	}
	return plainType{schema: "pg_catalog", name: name, array: array}
}

// expand writes the overload out for a call with n arguments.
func (o overload) expand(n int) (overload, bool) {
	switch have := len(o.args); {
	case o.variadic:
		if n < have {
			return overload{}, false
		}
		args := slices.Clone(o.args)
		for len(args) < n {
			args = append(args, o.args[have-1])
		}
		return overload{args: args, ret: o.ret}, true
	case n > have || n < have-o.defaults:
		return overload{}, false
	default:
		return overload{args: o.args[:n], ret: o.ret}, true
	}
}

// result is the type of a call of o with arguments of these types.
func (o overload) result(args []plainType) plainType {
	if !isPolymorphic(o.ret) {
		return o.ret
	}
	b, fit := bind(o.args, args)
	if fit != yes {
		return plainType{}
	}
	return b.actual(o.ret)
}

// argument is the type that argument i is coerced to.
func (o overload) argument(i int, args []plainType) plainType {
	switch o.args[i] {
	case pg("any"), pg("record"):
		return plainType{}
	}
	if !isPolymorphic(o.args[i]) {
		return o.args[i]
	}
	b, fit := bind(o.args, args)
	if fit != yes {
		return plainType{}
	}
	return b.actual(o.args[i])
}

// agreed is the result on which all calls agree, or the zero type.
func agreed(calls []overload, args []plainType) (t plainType) {
	for i, c := range calls {
		ret := c.result(args)
		if ret.isZero() || i > 0 && ret != t {
			return plainType{}
		}
		t = ret
	}
	return t
}
