package model

import (
	"strings"
	"unicode"

	"github.com/jinzhu/inflection"
)

// tableName returns the table that sqlc would make the struct name from: its
// words in snake case, the last one in the plural. OrderLine gives order_lines,
// Person people, APIKey api_keys.
func tableName(name string) string {
	words := strings.Split(snakeCase(name), "_")
	last := len(words) - 1
	words[last] = inflection.Plural(words[last])
	return strings.Join(words, "_")
}

// snakeCase puts an underscore before each word of a Go name. A word begins at
// a capital after a small letter or digit, and at the last capital of several
// before a small letter.
func snakeCase(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) && runes[i-1] != '_' {
			small := !unicode.IsUpper(runes[i-1])
			next := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if small || next {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
