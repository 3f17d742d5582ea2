package plan

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// paramName returns the field of a parameter that SQL calls name: what the
// option rename says, or the name as Go spells it, with the words in capitals
// that the option initialisms lists.
func (b *builder) paramName(name string) string {
	if renames, _ := b.in.Block.Go.Raw["rename"].(map[string]any); renames != nil {
		if to, _ := renames[name].(string); to != "" {
			return to
		}
	}
	list, ok := b.in.Block.Go.Raw["initialisms"].([]any)
	if !ok {
		return exported(name)
	}
	var out strings.Builder
	for _, w := range words(name) {
		if slices.Contains(list, any(w)) {
			out.WriteString(strings.ToUpper(w))
			continue
		}
		c, n := utf8.DecodeRuneInString(w)
		out.WriteString(string(unicode.ToUpper(c)) + w[n:])
	}
	if s := out.String(); s != "" && unicode.IsUpper(rune(s[0])) {
		return s
	}
	return exported(name)
}

// paramTag returns the tag of a parameter's field, in the form that sqlc's
// options ask for. sqlc itself is asked for plain arguments, which have none.
func (b *builder) paramTag(name string) string {
	options := b.in.Block.Go.Raw
	var tags []string
	if options["emit_db_tags"] == true {
		tags = append(tags, fmt.Sprintf("db:%q", name))
	}
	if options["emit_json_tags"] == true {
		style, _ := options["json_tags_case_style"].(string)
		tags = append(tags, fmt.Sprintf("json:%q", jsonName(name, style, options["json_tags_id_uppercase"] == true)))
	}
	return strings.Join(tags, " ")
}

// jsonName returns a name in one of sqlc's styles: none, camel, pascal or snake.
func jsonName(name, style string, idUppercase bool) string {
	parts := strings.Split(name, "_")
	switch style {
	case "snake":
		return strings.ToLower(strings.Join(words(name), "_"))
	case "camel", "pascal":
		for i, p := range parts {
			switch {
			case i == 0 && style == "camel":
			case p == "id" && (idUppercase || style == "pascal"):
				parts[i] = "ID"
			default:
				c, n := utf8.DecodeRuneInString(p)
				if n > 0 {
					parts[i] = string(unicode.ToTitle(c)) + p[n:]
				}
			}
		}
		return strings.Join(parts, "")
	}
	return name
}
