package filter

// Cond is a condition on rows of the model M. The zero value holds for every
// row. Conditions are values: combining them changes none of them.
type Cond[M any] = CondOf[*M]

// CondOf is [Cond], with a pointer to the model in the model's place. Go makes
// code of its own for each model that is a type argument, and the same for all
// pointers: packages with many models are compiled much faster that way.
type CondOf[P any] struct {
	_ [0]P // keeps conditions on two models from being converted into each other
	c cond
}

// cond is a condition, whatever it is about.
type cond struct {
	kind   kind
	op     operator
	all    bool   // of everything: said by All
	column string // quoted
	arg    any    // of an operator that has one
	conds  []cond // of and, or, not
}

type kind uint8

const (
	everything kind = iota // holds for every row, NULLs or not
	nothing                // holds for none
	comparison
	conjunction
	disjunction
	negation
)

// operator is what stands between a column and its argument, and after it.
type operator uint8

const (
	eq operator = iota
	ne
	lt
	lte
	gt
	gte
	anyOf
	noneOf
	like
	ilike
	contains
	within
	overlaps
	isNull
	isNotNull
)

var operators = [...]struct{ before, after string }{
	eq:        {" = ", ""},
	ne:        {" <> ", ""},
	lt:        {" < ", ""},
	lte:       {" <= ", ""},
	gt:        {" > ", ""},
	gte:       {" >= ", ""},
	anyOf:     {" = any(", ")"},
	noneOf:    {" <> all(", ")"},
	like:      {" like ", ""},
	ilike:     {" ilike ", ""},
	contains:  {" @> ", ""},
	within:    {" <@ ", ""},
	overlaps:  {" && ", ""},
	isNull:    {" is null", ""},
	isNotNull: {" is not null", ""},
}

func (o operator) takesArg() bool { return o != isNull && o != isNotNull }

// All holds for every row. The methods that change rows want it said where no
// condition narrows them.
func All[M any]() Cond[M] { return Cond[M]{c: cond{kind: everything, all: true}} }

// And holds where all of conds hold: with none of them, for every row.
func And[M any](conds ...Cond[M]) Cond[M] {
	return combine(conjunction, everything, nothing, conds)
}

// Or holds where at least one of conds holds: with none of them, for no row.
// A zero Cond among them holds for every row, and so does the result.
func Or[M any](conds ...Cond[M]) Cond[M] {
	return combine(disjunction, nothing, everything, conds)
}

// Not holds where cond is false. Where cond is neither true nor false, for a
// NULL in it, Not holds no more than cond does.
func Not[M any](cond Cond[M]) Cond[M] { return Cond[M]{c: cond.c.not()} }

func (c cond) not() cond {
	switch c.kind {
	case everything:
		return cond{kind: nothing}
	case nothing:
		return cond{}
	}
	return cond{kind: negation, conds: []cond{c}}
}

// combine leaves out what is neutral to the combination, and is decided by
// what decides it, so that neither is ever printed inside another condition.
func combine[P any](as, neutral, decisive kind, conds []CondOf[P]) CondOf[P] {
	kept := make([]cond, 0, len(conds))
	for i := range conds {
		switch c := conds[i].c; c.kind {
		case decisive:
			return CondOf[P]{c: cond{kind: decisive}}
		case neutral:
		default:
			kept = append(kept, c)
		}
	}
	switch len(kept) {
	case 0:
		return CondOf[P]{c: cond{kind: neutral}}
	case 1:
		return CondOf[P]{c: kept[0]}
	}
	return CondOf[P]{c: cond{kind: as, conds: kept}}
}
