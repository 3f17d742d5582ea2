package filter

import "strings"

// Text is a Column of a text type.
type Text[M any, T ~string] struct{ Ordered[M, T] }

// NewText is [NewColumn] for text types.
func NewText[M any, T ~string](name string, traits ...Trait) Text[M, T] {
	return Text[M, T]{NewOrdered[M, T](name, traits...)}
}

// Like holds where the column matches pattern, in which % stands for any text,
// _ for any character, and a backslash takes the next character as it is. A
// backslash at the end stands for itself; see [HasPrefix] and [Contains] for
// text that is no pattern.
//
// [HasPrefix]: Text.HasPrefix
// [Contains]: Text.Contains
func (c Text[M, T]) Like(pattern string) Cond[M] { return c.compare(like, closePattern(pattern)) }

// ILike is Like without regard to case, in the column's collation.
func (c Text[M, T]) ILike(pattern string) Cond[M] { return c.compare(ilike, closePattern(pattern)) }

// HasPrefix holds where the column starts with text.
func (c Text[M, T]) HasPrefix(text string) Cond[M] { return c.compare(like, literal.Replace(text)+"%") }

// Contains holds where text occurs in the column.
func (c Text[M, T]) Contains(text string) Cond[M] {
	return c.compare(like, "%"+literal.Replace(text)+"%")
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
