package filter

import (
	"slices"
	"strings"
)

// Column is a column of the model M whose values are of type T; for one that
// may hold NULL, T is the type of the values that are not. It offers the
// conditions that every type has. The zero value belongs to no table: the
// server refuses a statement with a condition of it.
type Column[M, T any] struct {
	_        [0]*M // keeps columns of two models from being converted into each other
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
// have, which is an empty one or one with a NUL in it.
func NewColumn[M, T any](name string, traits ...Trait) Column[M, T] {
	if name == "" || strings.ContainsRune(name, 0) {
		panic("filter: not a column name: " + strings.ToValidUTF8(name, "?"))
	}
	return Column[M, T]{quoted: quote(name), nullable: slices.Contains(traits, Nullable)}
}

func (c Column[M, T]) compare(op operator, arg any) Cond[M] {
	return Cond[M]{kind: comparison, op: op, column: c.quoted, arg: arg}
}

// Eq holds where the column equals v.
func (c Column[M, T]) Eq(v T) Cond[M] { return c.compare(eq, scalar(v)) }

// Ne holds where the column has a value other than v.
func (c Column[M, T]) Ne(v T) Cond[M] { return c.compare(ne, scalar(v)) }

// In holds where the column equals one of vs: with none of them, nowhere. The
// statement's text does not depend on how many there are.
func (c Column[M, T]) In(vs ...T) Cond[M] {
	if len(vs) == 0 {
		return Cond[M]{kind: nothing}
	}
	return c.compare(anyOf, list(vs))
}

// NotIn holds where the column has a value that is none of vs. With none of
// them it holds for every row, those with a NULL included.
func (c Column[M, T]) NotIn(vs ...T) Cond[M] {
	if len(vs) == 0 {
		return Cond[M]{}
	}
	return c.compare(noneOf, list(vs))
}

// IsNull holds where the column is NULL.
func (c Column[M, T]) IsNull() Cond[M] { return c.compare(isNull, nil) }

// IsNotNull holds where the column has a value.
func (c Column[M, T]) IsNotNull() Cond[M] { return c.compare(isNotNull, nil) }

// Ordered is a Column of a type whose order means something.
type Ordered[M, T any] struct{ Column[M, T] }

// NewOrdered is [NewColumn] for ordered types.
func NewOrdered[M, T any](name string, traits ...Trait) Ordered[M, T] {
	return Ordered[M, T]{NewColumn[M, T](name, traits...)}
}

// Lt holds where the column is less than v.
func (c Ordered[M, T]) Lt(v T) Cond[M] { return c.compare(lt, scalar(v)) }

// Lte holds where the column is at most v.
func (c Ordered[M, T]) Lte(v T) Cond[M] { return c.compare(lte, scalar(v)) }

// Gt holds where the column is greater than v.
func (c Ordered[M, T]) Gt(v T) Cond[M] { return c.compare(gt, scalar(v)) }

// Gte holds where the column is at least v.
func (c Ordered[M, T]) Gte(v T) Cond[M] { return c.compare(gte, scalar(v)) }

// Between holds where the column is at least low and at most high.
func (c Ordered[M, T]) Between(low, high T) Cond[M] { return And(c.Gte(low), c.Lte(high)) }
