package filter

import (
	"encoding/json"
	"fmt"
)

// Array is a column that holds arrays of E. NULL elements equal nothing, so no
// condition asks for them.
type Array[M, E any] = *ArrayOf[*M, E]

// ArrayOf is what an [Array] offers; see [ColumnOf].
type ArrayOf[P, E any] struct {
	// Contains holds where each of vs is an element: with none of them, for every
	// row that has an array.
	Contains func(vs ...E) CondOf[P]

	// ContainedIn holds where each element is one of vs: with none of them, for
	// empty arrays.
	ContainedIn func(vs ...E) CondOf[P]

	// Overlaps holds where one of vs is an element: with none of them, nowhere.
	Overlaps func(vs ...E) CondOf[P]

	// IsNull holds where the column is NULL, which an empty array is not.
	IsNull func() CondOf[P]

	// IsNotNull holds where the column has an array.
	IsNotNull func() CondOf[P]
}

// NewArray is [NewColumn] for arrays.
func NewArray[P, E any](name string, traits ...Trait) *ArrayOf[P, E] {
	c := newColumn(name, traits)
	return &ArrayOf[P, E]{
		Contains:    covering[P, E](c, contains),
		ContainedIn: covering[P, E](c, within),
		Overlaps:    covering[P, E](c, overlaps),
		IsNull:      testing[P](c, isNull),
		IsNotNull:   testing[P](c, isNotNull),
	}
}

// covering returns a condition that compares the column with an array, which is
// empty, not NULL, for no elements.
func covering[P, E any](c *column, op operator) func(...E) CondOf[P] {
	return func(vs ...E) CondOf[P] {
		return CondOf[P]{c: c.compare(op, list(append(make([]E, 0, len(vs)), vs...)))}
	}
}

// JSON is a [Column] of the type jsonb.
type JSON[M, T any] = *JSONOf[*M, T]

// JSONOf is what a [JSON] offers; see [ColumnOf].
type JSONOf[P, T any] struct {
	ColumnOf[P, T]

	// Contains holds where the column contains the JSON of v: an object with the
	// same fields and perhaps more, an array with the same elements, or the same
	// value. It panics for a v that has no JSON, such as a function.
	Contains func(v any) CondOf[P]
}

// NewJSON is [NewColumn] for jsonb.
func NewJSON[P, T any](name string, traits ...Trait) *JSONOf[P, T] {
	c := newColumn(name, traits)
	return &JSONOf[P, T]{
		ColumnOf: columnOf[P, T](c),
		Contains: func(v any) CondOf[P] {
			text, err := json.Marshal(v)
			if err != nil {
				panic(fmt.Sprintf("filter: a %T has no JSON: %v", v, err))
			}
			return CondOf[P]{c: c.compare(contains, string(text))}
		},
	}
}
