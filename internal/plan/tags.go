package plan

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tenantc/tenantc/internal/sqlcrun"
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
func (b *builder) paramTag(name string, extra map[string]string) string {
	options := b.in.Block.Go.Raw
	tags := map[string]string{}
	if options["emit_db_tags"] == true {
		tags["db"] = name
	}
	if options["emit_json_tags"] == true {
		style, _ := options["json_tags_case_style"].(string)
		tags["json"] = jsonName(name, style, options["json_tags_id_uppercase"] == true)
	}
	maps.Copy(tags, extra)
	parts := make([]string, 0, len(tags))
	for key, value := range tags {
		parts = append(parts, fmt.Sprintf("%s:%q", key, value))
	}
	slices.Sort(parts) // as sqlc does
	return strings.Join(parts, " ")
}

// structTags returns what the option go_struct_tag of overrides says of the column
// that a parameter is compared with or assigned to, or of its type.
func (b *builder) structTags(p *sqlcrun.Param) map[string]string {
	overrides, _ := b.in.Block.Go.Raw["overrides"].([]any)
	var out map[string]string
	for _, o := range overrides {
		override, _ := o.(map[string]any)
		text, _ := override["go_struct_tag"].(string)
		if text == "" || !matchesColumn(override, p) && !matchesType(override, p) {
			continue
		}
		for _, m := range oneTag.FindAllStringSubmatch(text, -1) {
			if value, err := strconv.Unquote(m[2]); err == nil {
				if out == nil {
					out = map[string]string{}
				}
				out[m[1]] = value
			}
		}
	}
	return out
}

// oneTag is a key and its value in a tag.
var oneTag = regexp.MustCompile(`([^\s:"]+):("(?:[^"\\]|\\.)*")`)

// matchesColumn reports whether an override is for the parameter's column:
// "table.column", or with a schema and a catalog before it, and with * and ?.
func matchesColumn(override map[string]any, p *sqlcrun.Param) bool {
	column, _ := override["column"].(string)
	parts := strings.Split(column, ".")
	if p.Table == nil || len(parts) < 2 || len(parts) > 4 {
		return false
	}
	schema := "public"
	if len(parts) > 2 {
		schema = parts[len(parts)-3]
	}
	for _, pair := range [][2]string{
		{schema, cmp.Or(p.Table.Schema, "public")}, {parts[len(parts)-2], p.Table.Name}, {parts[len(parts)-1], p.Column},
	} {
		if ok, err := path.Match(pair[0], pair[1]); !ok || err != nil {
			return false
		}
	}
	return true
}

// matchesType reports whether an override is for the parameter's type, as one that
// may be NULL or may not.
func matchesType(override map[string]any, p *sqlcrun.Param) bool {
	name := p.DB.Name
	if p.DB.Schema != "" {
		name = p.DB.Schema + "." + name
	}
	return override["db_type"] == name && (override["nullable"] == true) != (p.NotNull || p.DB.Dims > 0)
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
