package filter

import (
	"slices"
	"strings"
)

// Column is a column of the model M whose values are of type T; for one that
// may hold NULL, T is the type of the values that are not. It offers the
// conditions that every type has. The zero value belongs to no table: the
// server refuses a statement with a condition of it.
type Column[M, T any] = ColumnOf[*M, T]

// ColumnOf is [Column], with a pointer to the model in the model's place; see
// [CondOf]. Its methods have pointer receivers for the same end.
type ColumnOf[P, T any] struct {
	_ [0]P // keeps columns of two models from being converted into each other
	c column
}

// column is a column of whatever model and type.
type column struct {
	quoted   string
	nullable bool
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
func NewColumn[P, T any](name string, traits ...Trait) ColumnOf[P, T] {
	return ColumnOf[P, T]{c: newColumn(name, traits)}
}

func newColumn(name string, traits []Trait) column {
	if name == "" || strings.ContainsRune(name, 0) {
		panic("filter: not a column name: " + strings.ToValidUTF8(name, "?"))
	}
	return column{quoted: quote(name), nullable: slices.Contains(traits, Nullable)}
}

// compare returns a comparison of c.
func compare[P any](c *column, op operator, arg any) CondOf[P] {
	return CondOf[P]{c: cond{kind: comparison, op: op, column: c.quoted, arg: arg}}
}

// Eq holds where the column equals v.
func (c *ColumnOf[P, T]) Eq(v T) CondOf[P] { return compare[P](&c.c, eq, scalar(v)) }

// Ne holds where the column has a value other than v.
func (c *ColumnOf[P, T]) Ne(v T) CondOf[P] { return compare[P](&c.c, ne, scalar(v)) }

// In holds where the column equals one of vs: with none of them, nowhere. The
// statement's text does not depend on how many there are.
func (c *ColumnOf[P, T]) In(vs ...T) CondOf[P] {
	if len(vs) == 0 {
		return CondOf[P]{c: cond{kind: nothing}}
	}
	return compare[P](&c.c, anyOf, list(vs))
}

// NotIn holds where the column has a value that is none of vs. With none of
// them it holds for every row, those with a NULL included.
func (c *ColumnOf[P, T]) NotIn(vs ...T) CondOf[P] {
	if len(vs) == 0 {
		return CondOf[P]{}
	}
	return compare[P](&c.c, noneOf, list(vs))
}

// IsNull holds where the column is NULL.
func (c *ColumnOf[P, T]) IsNull() CondOf[P] { return compare[P](&c.c, isNull, nil) }

// IsNotNull holds where the column has a value.
func (c *ColumnOf[P, T]) IsNotNull() CondOf[P] { return compare[P](&c.c, isNotNull, nil) }

// Ordered is a [Column] of a type whose order means something.
type Ordered[M, T any] = OrderedOf[*M, T]

// OrderedOf is [Ordered], with a pointer to the model in the model's place; see
// [CondOf].
type OrderedOf[P, T any] struct{ ColumnOf[P, T] }

// NewOrdered is [NewColumn] for ordered types.
func NewOrdered[P, T any](name string, traits ...Trait) OrderedOf[P, T] {
	return OrderedOf[P, T]{NewColumn[P, T](name, traits...)}
}

// Lt holds where the column is less than v.
func (c *OrderedOf[P, T]) Lt(v T) CondOf[P] { return compare[P](&c.c, lt, scalar(v)) }

// Lte holds where the column is at most v.
func (c *OrderedOf[P, T]) Lte(v T) CondOf[P] { return compare[P](&c.c, lte, scalar(v)) }

// Gt holds where the column is greater than v.
func (c *OrderedOf[P, T]) Gt(v T) CondOf[P] { return compare[P](&c.c, gt, scalar(v)) }

// Gte holds where the column is at least v.
func (c *OrderedOf[P, T]) Gte(v T) CondOf[P] { return compare[P](&c.c, gte, scalar(v)) }

// Between holds where the column is at least low and at most high.
func (c *OrderedOf[P, T]) Between(low, high T) CondOf[P] {
	return combine(conjunction, everything, nothing, []CondOf[P]{c.Gte(low), c.Lte(high)})
}
