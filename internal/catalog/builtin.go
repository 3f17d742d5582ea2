package catalog

import (
	"strings"
	"sync"
)

// BuiltinFunc is a function on the allow list: its result depends on its
// arguments, the clock, randomness and the connection only, never on rows,
// catalogs or files. It stands for all overloads of its name, since the list
// admits a name only if every overload may be called.
//
// Values are shared and immutable.
type BuiltinFunc struct {
	Name string
	// Extension is the extension that brings the function, "" for pg_catalog.
	Extension string
	Aggregate bool
	// Window is set for a window function proper, as row_number. Of rank,
	// dense_rank, percent_rank and cume_dist there are both kinds, and both
	// fields are set: WITHIN GROUP calls the aggregate, OVER the other one.
	Window     bool
	ReturnsSet bool
	Volatile   bool // may differ from call to call, or has an effect beside its result
	// Strict: NULL in, NULL out, for every overload; no rows out where it
	// returns a set. Never set for aggregates and window functions.
	Strict bool

	overloads []overload
}

// LookupBuiltin returns the function or aggregate of that name, of pg_catalog
// or a well-known extension. The name is as PostgreSQL folds it, without
// schema. A name that the DDL also defines is for the caller to refuse.
//
// Some listed functions call what belongs to the type of their arguments, the
// output function or a cast to json: that is harmless for built-in and enum
// types, and unknown where the DDL makes base types or casts of its own.
// json_to_record and its like read their column list as casts would.
func LookupBuiltin(name string) (*BuiltinFunc, bool) {
	f, ok := builtins().funcs[name]
	return f, ok
}

// LookupExtensionFunc is LookupBuiltin for the functions of well-known
// extensions alone, which live in the schema that the extension was created in.
func LookupExtensionFunc(name string) (*BuiltinFunc, bool) {
	f, ok := builtins().funcs[name]
	if !ok || f.Extension == "" {
		return nil, false
	}
	return f, true
}

// Result returns the type of a call with arguments of these types, or the zero
// Type when it is not certain. A domain is passed as its base type and an enum
// as Builtin("anyenum"). An argument is Builtin("unknown") when it is surely an
// untyped literal or parameter, and zero when nothing is known of it: then
// every overload that might be meant has to agree. A call with the keyword
// VARIADIC is not for Result.
func (b *BuiltinFunc) Result(args []Type) Type {
	calls := b.calls(len(args))
	known := known(args...)
	if !determined(known) {
		return agreed(possible(calls, known), known).public()
	}
	c, ok := b.chosen(calls, known)
	if !ok {
		return Type{}
	}
	return c.result(known).public()
}

// ArgType returns the type that PostgreSQL gives to an untyped parameter at
// argument i among arguments of these types, which are as for Result; args[i]
// itself is ignored. It is zero when that is not certain.
func (b *BuiltinFunc) ArgType(i int, args []Type) Type {
	if i < 0 || i >= len(args) || len(args) == 1 && isTypeName(b.Name) {
		return Type{} // date($1) is a cast of the parameter
	}
	calls := b.calls(len(args))
	known := known(args...)
	known[i] = unknownType
	if determined(known) {
		if c, ok := b.chosen(calls, known); ok {
			return c.argument(i, known).public()
		}
		return Type{}
	}
	calls = possible(calls, known)
	if len(calls) != 1 || isPolymorphic(calls[0].args[i]) {
		return Type{}
	}
	return calls[0].argument(i, known).public()
}

// chosen is the overload that a call with arguments of known types runs.
func (b *BuiltinFunc) chosen(calls []overload, args []plainType) (overload, bool) {
	if c, ok := exact(calls, args); ok {
		return c, true
	}
	if len(args) == 1 && isTypeName(b.Name) {
		// Where PostgreSQL reads a cast here, the result is the type of that name.
		t := agreed(calls, args)
		return overload{args: args, ret: t}, t == pg(b.Name)
	}
	return choose(calls, args)
}

// calls returns the overloads that take n arguments, written out for n.
func (b *BuiltinFunc) calls(n int) []overload {
	var calls []overload
	for _, o := range b.overloads {
		if o, ok := o.expand(n); ok {
			calls = append(calls, o)
		}
	}
	return calls
}

// builtinTables is what the text of the generated tables says.
type builtinTables struct {
	funcs     map[string]*BuiltinFunc
	types     map[string]typeInfo
	casts     map[[2]plainType]bool // implicit ones
	operators map[string][]operator
}

// builtins reads the tables once, when they are first asked for.
var builtins = sync.OnceValue(func() *builtinTables {
	t := &builtinTables{
		funcs:     map[string]*BuiltinFunc{},
		types:     map[string]typeInfo{},
		casts:     map[[2]plainType]bool{},
		operators: map[string][]operator{},
	}
	for line := range strings.Lines(typeTable) {
		w := strings.Fields(line)
		t.types[w[0]] = typeInfo{category: w[1][0], preferred: len(w[1]) > 1}
		for _, target := range w[2:] {
			t.casts[[2]plainType{pg(w[0]), parseType(target)}] = true
		}
	}
	for line := range strings.Lines(funcTable + laterFuncTable) {
		f := parseFunc(strings.Fields(line))
		if have := t.funcs[f.Name]; have != nil {
			have.overloads = append(have.overloads, f.overloads...)
			continue
		}
		t.funcs[f.Name] = f
	}
	for name := range strings.FieldsSeq(postgisNames) {
		t.funcs[name] = &BuiltinFunc{Name: name, Extension: "postgis"}
	}
	for line := range strings.Lines(operatorTable) {
		w := strings.Fields(line)
		for _, text := range w[1:] {
			t.operators[w[0]] = append(t.operators[w[0]], parseOperator(text))
		}
	}
	return t
})

// parseFunc reads a line of the tables: name, flags, overloads. The flags are
// a aggregate, w window, r set, v volatile, s strict, or - for none; a word
// after @ names the extension. With a + the line adds overloads to an earlier one.
func parseFunc(w []string) *BuiltinFunc {
	flags, ext, _ := strings.Cut(w[1], "@")
	f := &BuiltinFunc{
		Name:       w[0],
		Extension:  ext,
		Aggregate:  strings.Contains(flags, "a"),
		Window:     strings.Contains(flags, "w"),
		ReturnsSet: strings.Contains(flags, "r"),
		Volatile:   strings.Contains(flags, "v"),
		Strict:     strings.Contains(flags, "s"),
	}
	for _, text := range w[2:] {
		f.overloads = append(f.overloads, parseOverload(text))
	}
	return f
}
