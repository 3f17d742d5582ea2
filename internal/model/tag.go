package model

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// tags are the values of a struct tag that speak of columns and tenancy; nil
// where the tag has none.
type tags struct{ db, po, tenant *tagValue }

// tagValue is the value of one key of a struct tag.
type tagValue struct {
	key, text string
	pos       token.Pos // its first byte
	exact     bool      // text[i] stands at pos+i in the file
}

// at returns the place of text[offset]: where the escapes of a Go string lie
// between, the value's begin has to do.
func (v *tagValue) at(offset int) token.Pos {
	if v.exact {
		return v.pos + token.Pos(offset)
	}
	return v.pos
}

// ours finds the keys that a tag may hold for us, wherever they stand.
var ours = regexp.MustCompile(`(^|[^\w])(db|po|tenant):`)

// tags reads the tag of a field. A tag that is malformed is reported, once,
// when it mentions one of our keys; ok is then false.
func (l *loader) tags(f *ast.Field) (t tags, ok bool) {
	if f.Tag == nil {
		return t, true
	}
	read, done := l.read[f.Tag]
	if !done {
		read = &fieldTags{}
		read.tags, read.ok = l.parseTags(f.Tag)
		l.read[f.Tag] = read
	}
	return read.tags, read.ok
}

// fieldTags remembers what was read of a tag: a struct that several models
// embed is looked at by each of them.
type fieldTags struct {
	tags
	ok         bool
	column     *column
	columnRead bool
}

func (l *loader) parseTags(lit *ast.BasicLit) (t tags, ok bool) {
	body, err := strconv.Unquote(lit.Value)
	if err != nil || !ours.MatchString(body) {
		return t, true
	}
	exact := lit.Value[0] == '`'
	offset := 0
	bad := func(message string) (tags, bool) {
		l.report(diag.CodeModelTag, lit.Pos(), len(lit.Value), message,
			"a struct tag is a list of key:\"value\" pairs with a space between them", "")
		return tags{}, false
	}
	for {
		trimmed := strings.TrimLeft(body[offset:], " ")
		offset = len(body) - len(trimmed)
		if trimmed == "" {
			return t, true
		}
		key, rest, found := strings.Cut(trimmed, ":")
		if !found || key == "" || strings.ContainsAny(key, " \"\t") {
			return bad(fmt.Sprintf("the struct tag is malformed at %s", firstWord(trimmed)))
		}
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil || quoted[0] != '"' {
			return bad(fmt.Sprintf("the value of %s in the struct tag is not in double quotes", key))
		}
		text, err := strconv.Unquote(quoted)
		if err != nil {
			return bad(fmt.Sprintf("the value of %s in the struct tag is not a Go string", key))
		}
		value := &tagValue{key: key, text: text, pos: lit.Pos()}
		if exact && len(quoted) == len(text)+2 {
			value.pos, value.exact = lit.Pos()+token.Pos(1+offset+len(key)+2), true
		}
		offset += len(key) + 1 + len(quoted)
		if offset < len(body) && body[offset] != ' ' {
			return bad(fmt.Sprintf("the struct tag has no space behind the value of %s", key))
		}
		var slot **tagValue
		switch key {
		case "db":
			slot = &t.db
		case "po":
			slot = &t.po
		case "tenant":
			slot = &t.tenant
		default:
			continue
		}
		if *slot != nil {
			return bad(fmt.Sprintf("the struct tag has %s twice", key))
		}
		*slot = value
	}
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(s, " ")
	return strconv.Quote(word)
}

// word is a part of a tag's value and its offset there.
type word struct {
	text   string
	offset int
}

// split cuts v at the separators that stand outside of parentheses and of
// single quotes, and trims spaces. It returns false when these do not close.
func (v *tagValue) split(separators string) ([]word, bool) {
	var out []word
	depth, quoted, start := 0, false, 0
	cut := func(end int) {
		part := v.text[start:end]
		trimmed := strings.TrimLeft(part, " ")
		out = append(out, word{strings.TrimRight(trimmed, " "), start + len(part) - len(trimmed)})
		start = end + 1
	}
	for i := range len(v.text) {
		switch c := v.text[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && strings.IndexByte(separators, c) >= 0:
			cut(i)
		}
		if depth < 0 {
			return nil, false
		}
	}
	cut(len(v.text))
	return out, depth == 0 && !quoted
}
