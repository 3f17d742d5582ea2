package catalog

import "slices"

// operator is one operator of a name. A prefix operator has one argument.
type operator struct {
	overload
	ext string // the extension that brings it, "" for pg_catalog
}

// parseOperator reads "int4,int4>int4", or "hstore@hstore:hstore,text>text".
func parseOperator(text string) operator {
	for i := range text {
		switch text[i] {
		case '@':
			return operator{parseOverload(text[i+1:]), text[:i]}
		case ',', '>', ':':
			return operator{parseOverload(text), ""}
		}
	}
	return operator{parseOverload(text), ""}
}

// BuiltinOperator reports whether pg_catalog has an operator of that name. All
// of them compute from their operands, the time zone and text search
// configurations at most. An operator of that name which the DDL makes is for
// the caller to refuse.
func BuiltinOperator(name string) bool {
	return slices.ContainsFunc(builtins().operators[plainName(name)], func(o operator) bool { return o.ext == "" })
}

// ExtensionOperator returns the well-known extension that brings operators of a
// name which pg_catalog has not. They compute from their operands, and those of
// pg_trgm from its thresholds.
func ExtensionOperator(name string) (ext string, ok bool) {
	switch name {
	case "<=>", "<#>", "<+>", "<~>", "<%>":
		ext = "vector"
	case "<%", "%>", "<<%", "%>>", "<<->", "<->>", "<<<->", "<->>>":
		ext = "pg_trgm"
	case "?@>", "?<@", "?~", "?@":
		ext = "ltree"
	case "%%", "%#":
		ext = "hstore"
	case "~>":
		ext = "cube"
	}
	return ext, ext != ""
}

// Comparison reports whether name is a comparison of pg_catalog: between two
// operands boolean, and NULL where one of them is NULL, whatever their types.
func Comparison(name string) bool {
	switch name {
	case "=", "<>", "!=", "<", "<=", ">", ">=",
		"~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*":
		return true
	}
	return false
}

// plainName is the name under which PostgreSQL looks an operator up.
func plainName(name string) string {
	if name == "!=" {
		return "<>"
	}
	return name
}

// OperatorResult returns the type of left name right, or the zero Type when it
// is not certain. Operands are given as to BuiltinFunc.Result: the base of a
// domain, Builtin("anyenum") for an enum, Builtin("unknown") for what is surely
// untyped, zero for what is not known.
//
// The operators and casts of pg_catalog count, and the operators of well-known
// extensions, installed or not; those of the DDL do not.
func OperatorResult(name string, left, right Type) Type {
	return operatorResult(name, known(left, right))
}

// PrefixResult returns the type of a prefix operator's result, as
// OperatorResult does for those between two operands.
func PrefixResult(name string, operand Type) Type {
	return operatorResult(name, known(operand))
}

// OperatorOperand returns the type that PostgreSQL gives to an untyped
// parameter opposite an operand of a known type, given as to OperatorResult,
// or the zero Type when that is not certain. An extension's type compares with
// its own.
func OperatorOperand(name string, other Type, otherIsLeft bool) Type {
	if ownComparison(name, other) {
		return Type{Schema: other.Schema, Name: other.Name}
	}
	args, at := known(other, Builtin("unknown")), 1
	if !otherIsLeft {
		slices.Reverse(args)
		at = 0
	}
	if !determined(args) {
		return Type{}
	}
	return agreedOperator(name, args, func(o overload) plainType { return o.argument(at, args) }).public()
}

func operatorResult(name string, args []plainType) Type {
	if !determined(args) {
		return agreed(possible(operators(name, len(args), anyExtension), args), args).public()
	}
	return agreedOperator(name, args, func(o overload) plainType { return o.result(args) }).public()
}

// agreedOperator returns what get says of the operator that is chosen, if it
// says so without extensions, with each of them, and with all.
func agreedOperator(name string, args []plainType, get func(overload) plainType) plainType {
	withs := []string{"", anyExtension}
	for _, o := range builtins().operators[plainName(name)] {
		if !slices.Contains(withs, o.ext) {
			withs = append(withs, o.ext)
		}
	}
	var t plainType
	for i, with := range withs {
		o, ok := chosenOperator(operators(name, len(args), with), args)
		if !ok {
			return plainType{}
		}
		got := get(o)
		if got.isZero() || i > 0 && got != t {
			return plainType{}
		}
		t = got
	}
	return t
}

// chosenOperator first takes an untyped operand for what the other one is.
func chosenOperator(calls []overload, args []plainType) (overload, bool) {
	same := slices.Clone(args)
	if len(args) == 2 {
		for i := range same {
			if same[i] == unknownType {
				same[i] = args[1-i]
			}
		}
	}
	if o, ok := exact(calls, same); ok {
		return o, true
	}
	return choose(calls, args)
}

const anyExtension = "*"

// operators returns those of pg_catalog and of one extension, or all of them.
func operators(name string, operands int, ext string) []overload {
	var out []overload
	for _, o := range builtins().operators[plainName(name)] {
		if len(o.args) == operands && (o.ext == "" || o.ext == ext || ext == anyExtension) {
			out = append(out, o.overload)
		}
	}
	return out
}
