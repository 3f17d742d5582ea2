package filter

import "strings"

// Text is a [Column] of a text type.
type Text[M any, T ~string] = TextOf[*M, T]

// TextOf is [Text], with a pointer to the model in the model's place; see
// [CondOf].
type TextOf[P any, T ~string] struct{ OrderedOf[P, T] }

// NewText is [NewColumn] for text types.
func NewText[P any, T ~string](name string, traits ...Trait) TextOf[P, T] {
	return TextOf[P, T]{NewOrdered[P, T](name, traits...)}
}

// Like holds where the column matches pattern, in which % stands for any text,
// _ for any character, and a backslash takes the next character as it is. A
// backslash at the end stands for itself; see [HasPrefix] and [Contains] for
// text that is no pattern.
//
// [HasPrefix]: TextOf.HasPrefix
// [Contains]: TextOf.Contains
func (c *TextOf[P, T]) Like(pattern string) CondOf[P] {
	return compare[P](&c.c, like, closePattern(pattern))
}

// ILike is Like without regard to case, in the column's collation.
func (c *TextOf[P, T]) ILike(pattern string) CondOf[P] {
	return compare[P](&c.c, ilike, closePattern(pattern))
}

// HasPrefix holds where the column starts with text.
func (c *TextOf[P, T]) HasPrefix(text string) CondOf[P] {
	return compare[P](&c.c, like, literal.Replace(text)+"%")
}

// Contains holds where text occurs in the column.
func (c *TextOf[P, T]) Contains(text string) CondOf[P] {
	return compare[P](&c.c, like, "%"+literal.Replace(text)+"%")
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
