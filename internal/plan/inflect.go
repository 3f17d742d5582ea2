package plan

import (
	"strings"

	"github.com/jinzhu/inflection"
)

// inflector knows what one and what many of something are called, as sqlc does.
// The library tries dozens of patterns on a word, and the same words come again
// and again: it is asked once.
type inflector struct{ ones, manies map[string]string }

func newInflector() inflector { return inflector{map[string]string{}, map[string]string{}} }

func (i inflector) singular(word string) string { return asked(i.ones, word, inflection.Singular) }
func (i inflector) plural(word string) string   { return asked(i.manies, word, inflection.Plural) }

func asked(known map[string]string, word string, ask func(string) string) string {
	answer, ok := known[word]
	if !ok {
		answer = ask(word)
		known[strings.Clone(word)] = answer
	}
	return answer
}
