package catalog

import "slices"

// This file chooses among overloads as PostgreSQL does ("Operators" and
// "Functions" in its chapter on type conversion), and gives up wherever an
// answer would need more than the tables know.

// unknownType is the type of a literal or parameter that has none yet.
var unknownType = pg("unknown")

// typeInfo is what pg_type says of a type: its category, and whether it is
// preferred within it.
type typeInfo struct {
	category  byte
	preferred bool
}

func infoOf(t plainType) typeInfo {
	if t.array {
		return typeInfo{category: 'A'}
	}
	if t.schema != "pg_catalog" {
		if t.name == "citext" {
			return typeInfo{category: 'S'}
		}
		return typeInfo{category: 'U'}
	}
	return builtins().types[t.name]
}

// isTypeName reports whether f(x) might be read as a cast to a type f.
func isTypeName(name string) bool {
	_, ok := builtins().types[name]
	return ok
}

// known returns the types without modifiers, zero where they are none of
// pg_catalog's.
func known(args ...Type) []plainType {
	out := make([]plainType, len(args))
	for i, a := range args {
		if _, ok := builtins().types[a.Name]; ok && a.Schema == "pg_catalog" {
			out[i] = plainType{schema: a.Schema, name: a.Name, array: a.Array}
		}
	}
	return out
}

// determined reports whether something is known of every argument.
func determined(args []plainType) bool {
	return !slices.ContainsFunc(args, plainType.isZero)
}

// coercible reports whether a value of type from is taken, without a cast
// being written, where to is declared. Polymorphic types take everything here
// and are looked at together, by bind.
func coercible(from, to plainType) bool {
	switch {
	case from.isZero(), from == unknownType, from == to, to == pg("any"), isPolymorphic(to):
		return true
	case from.array && to.array:
		from.array, to.array = false, false
	}
	return builtins().casts[[2]plainType{from, to}]
}

// accepts reports whether a call of o with arguments of these types stands.
func (o overload) accepts(args []plainType) ternary {
	for i, a := range args {
		if !coercible(a, o.args[i]) {
			return no
		}
	}
	_, fit := bind(o.args, args)
	return fit
}

// possible returns the calls that may stand.
func possible(calls []overload, args []plainType) []overload {
	var out []overload
	for _, c := range calls {
		if c.accepts(args) != no {
			out = append(out, c)
		}
	}
	return out
}

// exact returns the call whose declared types are those of the arguments.
func exact(calls []overload, args []plainType) (overload, bool) {
	for _, c := range calls {
		if slices.Equal(c.args, args) {
			return c, true
		}
	}
	return overload{}, false
}

// choose returns the call that PostgreSQL settles on when there is no exact
// one, or false when it refuses the call or the tables do not tell.
func choose(calls []overload, args []plainType) (overload, bool) {
	calls = possible(calls, args)
	for _, c := range calls {
		if c.accepts(args) == maybe {
			return overload{}, false
		}
	}
	for _, narrow := range []func([]overload, []plainType) []overload{
		mostExact, mostPreferred, sameCategory, sameType,
	} {
		if len(calls) <= 1 {
			break
		}
		calls = narrow(calls, args)
	}
	if len(calls) != 1 {
		return overload{}, false
	}
	return calls[0], true
}

// mostExact keeps the calls that take most arguments as they are.
func mostExact(calls []overload, args []plainType) []overload {
	return best(calls, args, func(a, d plainType) bool { return a == d })
}

// mostPreferred keeps the calls that take most arguments as they are or as
// the preferred type of their category.
func mostPreferred(calls []overload, args []plainType) []overload {
	return best(calls, args, func(a, d plainType) bool {
		info := infoOf(d)
		return a == d || info.preferred && info.category == infoOf(a).category
	})
}

func best(calls []overload, args []plainType, match func(arg, declared plainType) bool) []overload {
	most := 0
	var kept []overload
	for _, c := range calls {
		n := 0
		for i, a := range args {
			if a != unknownType && match(a, c.args[i]) {
				n++
			}
		}
		if n > most {
			most, kept = n, nil
		}
		if n == most {
			kept = append(kept, c)
		}
	}
	return kept
}

// sameCategory decides for each untyped argument on a category, a string where
// any call takes one there, and keeps the calls that take it.
func sameCategory(calls []overload, args []plainType) []overload {
	want := make([]typeInfo, len(args))
	for i, a := range args {
		if a != unknownType {
			continue
		}
		conflict := false
		for n, c := range calls {
			info := infoOf(c.args[i])
			switch {
			case n == 0:
				want[i] = info
			case info.category == want[i].category:
				want[i].preferred = want[i].preferred || info.preferred
			case info.category == 'S':
				want[i] = info
				conflict = false
			case want[i].category != 'S':
				conflict = true
			}
		}
		if conflict {
			return calls
		}
	}
	var kept []overload
	for _, c := range calls {
		fits := true
		for i, a := range args {
			if a == unknownType {
				info := infoOf(c.args[i])
				fits = fits && info.category == want[i].category && (info.preferred || !want[i].preferred)
			}
		}
		if fits {
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 {
		return calls
	}
	return kept
}

// sameType takes the untyped arguments for what the others are, if these are
// all of one type, and keeps the calls that stand so.
func sameType(calls []overload, args []plainType) []overload {
	var one plainType
	for _, a := range args {
		if a == unknownType {
			continue
		}
		if !one.isZero() && a != one {
			return nil
		}
		one = a
	}
	if one.isZero() || !slices.Contains(args, unknownType) {
		return nil
	}
	same := slices.Repeat([]plainType{one}, len(args))
	var kept []overload
	for _, c := range calls {
		switch c.accepts(same) {
		case yes:
			kept = append(kept, c)
		case maybe:
			return nil
		}
	}
	return kept
}
