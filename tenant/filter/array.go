package filter

import (
	"encoding/json"
	"fmt"
)

// Array is a column that holds arrays of E. NULL elements equal nothing, so no
// condition asks for them.
type Array[M, E any] struct{ column Column[M, E] }

// NewArray is [NewColumn] for arrays.
func NewArray[M, E any](name string, traits ...Trait) Array[M, E] {
	return Array[M, E]{NewColumn[M, E](name, traits...)}
}

// Contains holds where each of vs is an element: with none of them, for every
// row that has an array.
func (c Array[M, E]) Contains(vs ...E) Cond[M] { return c.column.compare(contains, elements(vs)) }

// ContainedIn holds where each element is one of vs: with none of them, for
// empty arrays.
func (c Array[M, E]) ContainedIn(vs ...E) Cond[M] { return c.column.compare(within, elements(vs)) }

// Overlaps holds where one of vs is an element: with none of them, nowhere.
func (c Array[M, E]) Overlaps(vs ...E) Cond[M] { return c.column.compare(overlaps, elements(vs)) }

// IsNull holds where the column is NULL, which an empty array is not.
func (c Array[M, E]) IsNull() Cond[M] { return c.column.IsNull() }

// IsNotNull holds where the column has an array.
func (c Array[M, E]) IsNotNull() Cond[M] { return c.column.IsNotNull() }

// elements returns vs as an array that is empty, not NULL, for none.
func elements[E any](vs []E) any { return list(append(make([]E, 0, len(vs)), vs...)) }

// JSON is a Column of the type jsonb.
type JSON[M, T any] struct{ Column[M, T] }

// NewJSON is [NewColumn] for jsonb.
func NewJSON[M, T any](name string, traits ...Trait) JSON[M, T] {
	return JSON[M, T]{NewColumn[M, T](name, traits...)}
}

// Contains holds where the column contains the JSON of v: an object with the
// same fields and perhaps more, an array with the same elements, or the same
// value. It panics for a v that has no JSON, such as a function.
func (c JSON[M, T]) Contains(v any) Cond[M] {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("filter: a %T has no JSON: %v", v, err))
	}
	return c.compare(contains, string(text))
}
