package filter

import "strings"

// Text is a [Column] of a text type.
type Text[M any, T ~string] = *TextOf[*M, T]

// TextOf is what a [Text] offers; see [ColumnOf].
type TextOf[P any, T ~string] struct {
	OrderedOf[P, T]

	// Like holds where the column matches pattern, in which % stands for any text,
	// _ for any character, and a backslash takes the next character as it is. A
	// backslash at the end stands for itself; see HasPrefix and Contains for text
	// that is no pattern.
	Like func(pattern string) CondOf[P]

	// ILike is Like without regard to case, in the column's collation.
	ILike func(pattern string) CondOf[P]

	// HasPrefix holds where the column starts with text.
	HasPrefix func(text string) CondOf[P]

	// Contains holds where text occurs in the column.
	Contains func(text string) CondOf[P]
}

// NewText is [NewColumn] for text types.
func NewText[P any, T ~string](name string, traits ...Trait) *TextOf[P, T] {
	c := newColumn(name, traits)
	return &TextOf[P, T]{
		OrderedOf: orderedOf[P, T](c),
		Like:      matching[P](c, like, closePattern),
		ILike:     matching[P](c, ilike, closePattern),
		HasPrefix: matching[P](c, like, func(text string) string { return literal.Replace(text) + "%" }),
		Contains:  matching[P](c, like, func(text string) string { return "%" + literal.Replace(text) + "%" }),
	}
}

// matching returns a condition that compares the column with a pattern.
func matching[P any](c *column, op operator, pattern func(string) string) func(string) CondOf[P] {
	return func(text string) CondOf[P] { return CondOf[P]{c: c.compare(op, pattern(text))} }
}

// literal takes what means something in a pattern as it is.
var literal = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// closePattern gives a backslash at the end its second half. Without it
// PostgreSQL fails, but only when a row matches as far as there, and that may
// be another tenant's: SQL does not say which condition is tried first, and
// the failure would tell what that row starts with.
func closePattern(pattern string) string {
	backslashes := len(pattern) - len(strings.TrimRight(pattern, `\`))
	if backslashes%2 == 1 {
		return pattern + `\`
	}
	return pattern
}
