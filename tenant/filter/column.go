package filter

import (
	"slices"
	"strings"
)

// Column is a column of the model M whose values are of type T; for one that
// may hold NULL, T is the type of the values that are not. It offers the
// conditions that every type has. The zero value is no column, and has none.
type Column[M, T any] = *ColumnOf[*M, T]

// ColumnOf is what a [Column] offers, with a pointer to the model in the model's
// place; see [CondOf]. The conditions are fields for the same end: Go makes code
// for every method of a type like this one, for each model anew, in each package
// that names one of the model's columns.
type ColumnOf[P, T any] struct {
	// Eq holds where the column equals v.
	Eq func(v T) CondOf[P]

	// Ne holds where the column has a value other than v.
	Ne func(v T) CondOf[P]

	// In holds where the column equals one of vs: with none of them, nowhere. The
	// statement's text does not depend on how many there are.
	In func(vs ...T) CondOf[P]

	// NotIn holds where the column has a value that is none of vs. With none of
	// them it holds for every row, those with a NULL included.
	NotIn func(vs ...T) CondOf[P]

	// IsNull holds where the column is NULL.
	IsNull func() CondOf[P]

	// IsNotNull holds where the column has a value.
	IsNotNull func() CondOf[P]

	// Asc sorts by the column, the least value first and NULLs last.
	Asc func() SortOf[P]

	// Desc sorts by the column, the greatest value first, after the NULLs.
	Desc func() SortOf[P]
}

// Ordered is a [Column] of a type whose order means something.
type Ordered[M, T any] = *OrderedOf[*M, T]

// OrderedOf is what an [Ordered] offers; see [ColumnOf].
type OrderedOf[P, T any] struct {
	ColumnOf[P, T]

	// Lt holds where the column is less than v.
	Lt func(v T) CondOf[P]

	// Lte holds where the column is at most v.
	Lte func(v T) CondOf[P]

	// Gt holds where the column is greater than v.
	Gt func(v T) CondOf[P]

	// Gte holds where the column is at least v.
	Gte func(v T) CondOf[P]

	// Between holds where the column is at least low and at most high.
	Between func(low, high T) CondOf[P]
}

// Trait is a property of a column.
type Trait uint8

// Nullable says that the column may hold NULL. It matters where pages end at
// one.
const Nullable Trait = 1

// NewColumn returns the column of that name, spelled as the catalog has it:
// "Name" and "name" are two columns. It panics for a name that no column can
// have, which is an empty one or one with a NUL in it. P is a pointer to the
// model.
func NewColumn[P, T any](name string, traits ...Trait) *ColumnOf[P, T] {
	c := columnOf[P, T](newColumn(name, traits))
	return &c
}

// NewOrdered is [NewColumn] for ordered types.
func NewOrdered[P, T any](name string, traits ...Trait) *OrderedOf[P, T] {
	c := orderedOf[P, T](newColumn(name, traits))
	return &c
}

// column is a column of whatever model and type.
type column struct {
	quoted   string
	nullable bool
}

func newColumn(name string, traits []Trait) *column {
	if name == "" || strings.ContainsRune(name, 0) {
		panic("filter: not a column name: " + strings.ToValidUTF8(name, "?"))
	}
	return &column{quoted: quote(name), nullable: slices.Contains(traits, Nullable)}
}

func columnOf[P, T any](c *column) ColumnOf[P, T] {
	return ColumnOf[P, T]{
		Eq:        comparing[P, T](c, eq),
		Ne:        comparing[P, T](c, ne),
		In:        listing[P, T](c, anyOf, cond{kind: nothing}),
		NotIn:     listing[P, T](c, noneOf, cond{}),
		IsNull:    testing[P](c, isNull),
		IsNotNull: testing[P](c, isNotNull),
		Asc:       sorting[P](c, false),
		Desc:      sorting[P](c, true),
	}
}

func orderedOf[P, T any](c *column) OrderedOf[P, T] {
	return OrderedOf[P, T]{
		ColumnOf: columnOf[P, T](c),
		Lt:       comparing[P, T](c, lt),
		Lte:      comparing[P, T](c, lte),
		Gt:       comparing[P, T](c, gt),
		Gte:      comparing[P, T](c, gte),
		Between: func(low, high T) CondOf[P] {
			return CondOf[P]{c: cond{kind: conjunction, conds: []cond{
				c.compare(gte, scalar(low)), c.compare(lte, scalar(high)),
			}}}
		},
	}
}

// compare returns a comparison of c.
func (c *column) compare(op operator, arg any) cond {
	return cond{kind: comparison, op: op, column: c.quoted, arg: arg}
}

// comparing returns a condition with one value.
func comparing[P, T any](c *column, op operator) func(T) CondOf[P] {
	return func(v T) CondOf[P] { return CondOf[P]{c: c.compare(op, scalar(v))} }
}

// listing returns a condition with any number of values. none is what holds
// without one.
func listing[P, T any](c *column, op operator, none cond) func(...T) CondOf[P] {
	return func(vs ...T) CondOf[P] {
		if len(vs) == 0 {
			return CondOf[P]{c: none}
		}
		return CondOf[P]{c: c.compare(op, list(vs))}
	}
}

// testing returns a condition without a value.
func testing[P any](c *column, op operator) func() CondOf[P] {
	return func() CondOf[P] { return CondOf[P]{c: c.compare(op, nil)} }
}

// sorting returns an order by c.
func sorting[P any](c *column, desc bool) func() SortOf[P] {
	return func() SortOf[P] {
		return SortOf[P]{s: sort{quoted: c.quoted, desc: desc, nullable: c.nullable}}
	}
}
