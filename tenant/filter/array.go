package filter

import (
	"encoding/json"
	"fmt"
)

// Array is a column that holds arrays of E. NULL elements equal nothing, so no
// condition asks for them.
type Array[M, E any] = ArrayOf[*M, E]

// ArrayOf is [Array], with a pointer to the model in the model's place; see
// [CondOf].
type ArrayOf[P, E any] struct {
	_ [0]P
	c column
}

// NewArray is [NewColumn] for arrays.
func NewArray[P, E any](name string, traits ...Trait) ArrayOf[P, E] {
	return ArrayOf[P, E]{c: newColumn(name, traits)}
}

// Contains holds where each of vs is an element: with none of them, for every
// row that has an array.
func (c *ArrayOf[P, E]) Contains(vs ...E) CondOf[P] { return compare[P](&c.c, contains, elements(vs)) }

// ContainedIn holds where each element is one of vs: with none of them, for
// empty arrays.
func (c *ArrayOf[P, E]) ContainedIn(vs ...E) CondOf[P] { return compare[P](&c.c, within, elements(vs)) }

// Overlaps holds where one of vs is an element: with none of them, nowhere.
func (c *ArrayOf[P, E]) Overlaps(vs ...E) CondOf[P] { return compare[P](&c.c, overlaps, elements(vs)) }

// IsNull holds where the column is NULL, which an empty array is not.
func (c *ArrayOf[P, E]) IsNull() CondOf[P] { return compare[P](&c.c, isNull, nil) }

// IsNotNull holds where the column has an array.
func (c *ArrayOf[P, E]) IsNotNull() CondOf[P] { return compare[P](&c.c, isNotNull, nil) }

// elements returns vs as an array that is empty, not NULL, for none.
func elements[E any](vs []E) any { return list(append(make([]E, 0, len(vs)), vs...)) }

// JSON is a [Column] of the type jsonb.
type JSON[M, T any] = JSONOf[*M, T]

// JSONOf is [JSON], with a pointer to the model in the model's place; see
// [CondOf].
type JSONOf[P, T any] struct{ ColumnOf[P, T] }

// NewJSON is [NewColumn] for jsonb.
func NewJSON[P, T any](name string, traits ...Trait) JSONOf[P, T] {
	return JSONOf[P, T]{NewColumn[P, T](name, traits...)}
}

// Contains holds where the column contains the JSON of v: an object with the
// same fields and perhaps more, an array with the same elements, or the same
// value. It panics for a v that has no JSON, such as a function.
func (c *JSONOf[P, T]) Contains(v any) CondOf[P] {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("filter: a %T has no JSON: %v", v, err))
	}
	return compare[P](&c.c, contains, string(text))
}
