package catalog

import "strings"

// EqualityClass returns the key of t's equality class: types of one key may be
// compared with `=` transitively. smallint, int and bigint are one class, text
// and varchar another; a domain counts as its base; every other type stands
// alone. "" means that `=` on t proves nothing: the type is unknown, nothing is
// known of its operators, or the DDL makes an `=` operator, a cast that applies
// by itself, or a default operator class on a type of the class.
func (c *Catalog) EqualityClass(t Type) string {
	key := c.equalityKey(t)
	if key == "" || len(c.index.tainted) > 0 && (c.index.tainted[key] || c.index.tainted[anyType]) {
		return ""
	}
	return key
}

// anyType is the key that taints all types.
const anyType = "*"

func (c *Catalog) equalityKey(t Type) string {
	if t.IsZero() {
		return ""
	}
	if t.Array {
		elem := t
		elem.Array = false
		if c.EqualityClass(elem) == "" {
			return ""
		}
		// int[] and bigint[] are not comparable, so arrays go by their exact type.
		return t.Schema + "." + t.Name + "[]"
	}
	t = c.Base(t)
	if t.Array {
		return c.equalityKey(t)
	}
	if u := c.UserType(t); u != nil && (u.Kind == Base || u.Kind == Domain) {
		return ""
	}
	if t.Schema != "pg_catalog" {
		return t.Schema + "." + t.Name
	}
	switch t.Name {
	case "int2", "int4", "int8":
		return "integer"
	case "text", "varchar":
		return "text"
	case "json", "xml", "point", "unknown", "record", "void":
		return "" // no equality, or none that can be counted on
	case "any", "anyelement", "anyarray", "anynonarray", "anyenum", "anyrange", "anymultirange", "anycompatible":
		return ""
	}
	return t.Name
}

// taint takes a type's equality class out of the proofs.
func (b *builder) taint(t Type) {
	if t.IsZero() {
		return
	}
	key := b.cat.equalityKey(t)
	if key == "" && (strings.HasPrefix(t.Name, "any") || t.Name == "record") {
		key = anyType // polymorphic: it may apply to any type
	}
	b.cat.index.tainted[key] = true
}
