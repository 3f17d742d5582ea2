package catalog

// ternary is the answer to a question that the tables may leave open.
type ternary int8

const (
	no ternary = iota
	maybe
	yes
)

// binding is what the polymorphic types of one call stand for. A zero element
// is not determined by the arguments.
type binding struct {
	elem       plainType // anyelement and its family
	rng        plainType // anyrange
	multi      plainType // anymultirange
	compatible plainType // anycompatible; only where all arguments agree
}

var rangeElements = map[string]string{
	"int4range": "int4", "int8range": "int8", "numrange": "numeric",
	"daterange": "date", "tsrange": "timestamp", "tstzrange": "timestamptz",
}

var multirangeRanges = map[string]string{
	"int4multirange": "int4range", "int8multirange": "int8range", "nummultirange": "numrange",
	"datemultirange": "daterange", "tsmultirange": "tsrange", "tstzmultirange": "tstzrange",
}

func isPolymorphic(t plainType) bool {
	switch t.name {
	case "anyelement", "anyarray", "anynonarray", "anyenum", "anyrange", "anymultirange",
		"anycompatible", "anycompatiblearray", "anycompatiblenonarray", "anycompatiblerange", "anycompatiblemultirange":
		return t.schema == "pg_catalog" && !t.array
	}
	return false
}

// bind finds what the polymorphic types among declared stand for, given the
// types of the arguments. It answers no when the arguments contradict each
// other, and maybe when PostgreSQL would look for a type common to several,
// which is not done here, or an argument's type is zero.
func bind(declared, args []plainType) (binding, ternary) {
	var b binding
	fit := yes
	for i, d := range declared {
		a := args[i]
		if !isPolymorphic(d) || a == unknownType {
			continue
		}
		if a.isZero() {
			fit = min(fit, maybe)
			continue
		}
		fit = min(fit, b.add(d.name, a))
	}
	if b.elem.array {
		for _, d := range declared {
			if d.name == "anynonarray" {
				return b, no
			}
		}
	}
	if b.multi != (plainType{}) {
		r := pg(multirangeRanges[b.multi.name])
		fit = min(fit, equate(&b.rng, r))
	}
	if b.rng != (plainType{}) {
		fit = min(fit, equate(&b.elem, pg(rangeElements[b.rng.name])))
	}
	return b, fit
}

// add takes in an argument of type a for a parameter declared as the given
// polymorphic type.
func (b *binding) add(declared string, a plainType) ternary {
	switch declared {
	case "anyelement":
		return equate(&b.elem, a)
	case "anynonarray":
		if a.array {
			return no
		}
		return equate(&b.elem, a)
	case "anyenum":
		if a != pg("anyenum") {
			return no
		}
		return equate(&b.elem, a)
	case "anyarray":
		if !a.array {
			return no
		}
		a.array = false
		return equate(&b.elem, a)
	case "anyrange":
		if rangeElements[a.name] == "" || a.array {
			return no
		}
		return equate(&b.rng, a)
	case "anymultirange":
		if multirangeRanges[a.name] == "" || a.array {
			return no
		}
		return equate(&b.multi, a)
	case "anycompatible":
		return b.common(a)
	case "anycompatiblenonarray":
		if a.array {
			return no
		}
		return b.common(a)
	case "anycompatiblearray":
		if !a.array {
			return no
		}
		a.array = false
		return b.common(a)
	}
	return maybe
}

// common takes in one argument of the anycompatible family.
func (b *binding) common(a plainType) ternary {
	if equate(&b.compatible, a) == yes {
		return yes
	}
	if (b.compatible.array || a.array) && !(b.compatible.array && a.array) {
		return no // no type is common to an array and what is none
	}
	return maybe
}

func equate(slot *plainType, t plainType) ternary {
	if slot.isZero() {
		*slot = t
	}
	if *slot == t {
		return yes
	}
	return no
}

// actual is what a polymorphic type stands for, or the zero type.
func (b binding) actual(t plainType) plainType {
	switch t.name {
	case "anyelement", "anynonarray", "anyenum":
		return b.elem
	case "anyarray":
		return arrayOf(b.elem)
	case "anyrange":
		return b.rng
	case "anymultirange":
		if b.multi.isZero() {
			for m, r := range multirangeRanges {
				if r == b.rng.name {
					return pg(m)
				}
			}
		}
		return b.multi
	case "anycompatible", "anycompatiblenonarray":
		return b.compatible
	case "anycompatiblearray":
		return arrayOf(b.compatible)
	}
	return plainType{}
}

// arrayOf is the array with elements of type t. An array of arrays is none.
func arrayOf(t plainType) plainType {
	if t.isZero() || t.array {
		return plainType{}
	}
	t.array = true
	return t
}
