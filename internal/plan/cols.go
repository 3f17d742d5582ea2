package plan

import (
	"fmt"
	"go/types"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
)

// cols plans the variable that holds the columns of a row for conditions, once a
// repository. The columns of the dimensions are not among them, and neither are
// columns whose type PostgreSQL does not compare.
func (c *crud) cols() {
	if c.repo.hasCols {
		return
	}
	c.repo.hasCols = true
	u := c.repo.use
	out := &Cols{Name: c.row.name + "Cols", Doc: []string{
		fmt.Sprintf("%sCols are the columns of %s, for conditions.", c.row.name, u.typ(c.row.typ)),
	}}
	c.b.mustClaim(c.repo.pkg, out.Name, c.pos(), "the columns of "+c.row.name)
	for _, f := range c.row.fields {
		kind, value := c.b.condKind(f, condValue(f.typ), c.rel)
		if kind == "" || c.dimColumn(f.col.Index) {
			continue
		}
		model, of := u.typ(c.row.typ), u.typ(value)
		pkg := u.pkg(pathFilter)
		traits := ""
		if !f.col.NotNull {
			traits = ", " + pkg + ".Nullable"
		}
		out.Fields = append(out.Fields, Col{
			Name: f.name,
			Type: fmt.Sprintf("%s.%s[%s, %s]", pkg, kind, model, of),
			New:  fmt.Sprintf("%s.New%s[*%s, %s](%q%s)", pkg, kind, model, of, f.col.Name, traits),
		})
	}
	c.repo.Cols = out
}

// condValue returns the type of the values that a column is compared with: that
// of its field without what stands for NULL, since NULL equals nothing.
func condValue(t goType) goType {
	if name, ok := strings.CutPrefix(t.text, "\x01Null"); ok {
		return goType{"\x01" + name} // sqlc's, around an enum
	}
	switch name, _ := strings.CutPrefix(t.text, "\x00"+pathPgtype+"\x00."); name {
	case "Bool":
		return goType{"bool"}
	case "Int2":
		return goType{"int16"}
	case "Int4":
		return goType{"int32"}
	case "Int8":
		return goType{"int64"}
	case "Float4":
		return goType{"float32"}
	case "Float8":
		return goType{"float64"}
	case "Text":
		return goType{"string"}
	case "Date", "Timestamp", "Timestamptz":
		return goType{"\x00time\x00.Time"}
	}
	return goType{strings.TrimPrefix(t.text, "*")}
}

// condKind returns the type of the filter package for a column whose values are
// of type value, or "" for one that cannot be compared, and the type of what it
// is compared with: for an array, its elements'.
func (b *builder) condKind(f *rowField, value goType, rel *catalog.Relation) (string, goType) {
	t := f.col.Type
	enum := false
	for range 8 { // a domain counts as its base
		u := b.userType(t)
		if u == nil {
			break
		}
		if u.Kind == catalog.Domain && !t.Array {
			t = u.Of
			continue
		}
		if u.Kind != catalog.Enum {
			return "", value
		}
		enum = true
		break
	}
	if t.Array {
		elem, ok := strings.CutPrefix(value.text, "[]")
		if elem = strings.TrimPrefix(elem, "*"); !ok || strings.HasPrefix(elem, "[]") || elem == "any" {
			return "", value
		}
		return "Array", goType{elem}
	}
	if t.Name == "jsonb" && t.Schema == "pg_catalog" {
		return "JSON", value
	}
	if value.text == "any" {
		return "", value
	}
	if enum {
		return "Ordered", value
	}
	switch t.Name {
	case "text", "varchar", "bpchar", "citext":
		if isString(f, value, rel) {
			return "Text", value
		}
		return "Ordered", value
	case "int2", "int4", "int8", "float4", "float8", "numeric", "date", "time", "timetz", "timestamp", "timestamptz", "interval", "money":
		return "Ordered", value
	case "bool", "uuid", "bytea", "inet", "cidr", "macaddr", "bit", "varbit":
		return "Column", value
	}
	return "", value
}

// isString reports whether the field's values are strings by their kind.
func isString(f *rowField, value goType, rel *catalog.Relation) bool {
	if value.text == "string" {
		return true
	}
	if rel.Model == nil {
		return false
	}
	for _, m := range rel.Model.Fields {
		if m.Name != f.name || m.Type == nil {
			continue
		}
		t := m.Type
		if p, ok := t.Underlying().(*types.Pointer); ok {
			t = p.Elem()
		}
		basic, ok := t.Underlying().(*types.Basic)
		return ok && basic.Info()&types.IsString != 0
	}
	return false
}
