package plan

import (
	"go/types"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
)

// InputColumn is a column of the rows of a CreateMany: an array of its values.
type InputColumn struct {
	Type  string // of the elements, as SQL spells it
	Expr  string // the value of one row
	Elem  string // its Go type
	Array string // of a column that holds arrays, which travel as text: pgtype's name for their OID
	Name  string // the variable
	Arg   string // expression: the argument of the statement

	cast  string // what an element is cast to; "" for nothing
	basic string // Go's own type that the value is converted to; "" for none
}

// sqlArrays are pgtype's names for the OIDs of arrays, by their elements.
var sqlArrays = map[string]string{
	"bool": "BoolArrayOID", "int2": "Int2ArrayOID", "int4": "Int4ArrayOID", "int8": "Int8ArrayOID", "float4": "Float4ArrayOID",
	"float8": "Float8ArrayOID", "numeric": "NumericArrayOID", "text": "TextArrayOID", "varchar": "VarcharArrayOID", "bpchar": "BPCharArrayOID",
	"uuid": "UUIDArrayOID", "json": "JSONArrayOID", "jsonb": "JSONBArrayOID", "bytea": "ByteaArrayOID", "date": "DateArrayOID",
	"time": "TimeArrayOID", "timestamp": "TimestampArrayOID", "timestamptz": "TimestamptzArrayOID", "interval": "IntervalArrayOID",
	"inet": "InetArrayOID", "cidr": "CIDRArrayOID", "macaddr": "MacaddrArrayOID",
}

// travels says how the values of a column travel as an array, or false when they
// do not. A domain's travel as its base's, since an INSERT checks it. What pgx
// does not know, as an enum, travels when its values are text. An array of arrays
// would be flattened, so that arrays travel as text.
func (c *crud) travels(f *rowField) (InputColumn, bool) {
	t := f.col.Type
	for range 8 {
		u := c.b.userType(t)
		if u == nil || u.Kind != catalog.Domain || t.Array {
			break
		}
		t = u.Of
	}
	spelled := quote(t.Name)
	if t.Schema == "pg_catalog" {
		spelled = t.Name
	} else if t.Schema != "" && t.Schema != "public" {
		spelled = quote(t.Schema) + "." + spelled
	}
	known := sqlArrays[t.Name]
	if t.Schema != "pg_catalog" {
		known = ""
	}
	if t.Array {
		elem, ok := strings.CutPrefix(f.typ.text, "[]")
		if !ok || strings.HasPrefix(elem, "[]") {
			return InputColumn{}, false
		}
		if known == "" {
			known = "TextArrayOID"
			if u := c.b.userType(catalog.Type{Schema: t.Schema, Name: t.Name}); u == nil || u.Kind != catalog.Enum {
				return InputColumn{}, false
			}
		}
		return InputColumn{Type: "text", Array: known, cast: spelled + "[]"}, true
	}
	basic := c.basicOf(f)
	if known == "" && basic != "string" {
		return InputColumn{}, false
	}
	return InputColumn{Type: spelled, basic: basic}, true
}

// basicOf returns "string", "int64" or the like for a field whose type is that or
// is declared as that and brings no codec of its own, and "" for any other. Where
// the server does not say what it expects, pgx knows arrays of the former only.
func (c *crud) basicOf(f *rowField) string {
	if name := strings.TrimPrefix(f.typ.text, "*"); name == "string" {
		return name
	} else if c.rel.Model == nil && strings.HasPrefix(name, "\x01") && !strings.HasPrefix(name, "\x01Null") {
		return "string" // an enum of sqlc's
	}
	if c.rel.Model == nil {
		return ""
	}
	for _, m := range c.rel.Model.Fields {
		if m.Name != f.name || m.Type == nil {
			continue
		}
		t := types.Unalias(m.Type)
		if p, ok := t.(*types.Pointer); ok {
			t = types.Unalias(p.Elem())
		}
		basic, ok := t.Underlying().(*types.Basic)
		named, isNamed := t.(*types.Named)
		if !ok || !isNamed {
			return ""
		}
		for method := range named.Methods() {
			if strings.HasSuffix(method.Name(), "Value") {
				return ""
			}
		}
		return basic.Name()
	}
	return ""
}

// finish prints the value and its type.
func (in *InputColumn) finish(c *crud, f *rowField, optional bool) {
	u, t := c.repo.use, f.typ
	if in.Array != "" {
		in.Array = u.pkg(pathPgtype) + "." + in.Array
		return
	}
	if optional && !t.nilable() {
		t = t.pointer()
	}
	name, pointer := strings.CutPrefix(t.text, "*")
	switch {
	case name == uuidType:
		in.Expr, in.Elem = t.argExpr(u, in.Expr), u.pkg(pathPgtype)+".UUID"
	case in.basic != "" && name != in.basic && pointer:
		in.Expr, in.Elem = "(*"+in.basic+")("+in.Expr+")", "*"+in.basic
	case in.basic != "" && name != in.basic:
		in.Expr, in.Elem = in.basic+"("+in.Expr+")", in.basic
	default:
		in.Elem = u.typ(t)
	}
}

// nilable reports whether the zero value of an element stands for NULL, and no
// other value equals it.
func (in *InputColumn) nilable() bool {
	return in.Array != "" || strings.HasPrefix(in.Elem, "*") || strings.HasSuffix(in.Elem, "pgtype.UUID")
}

// defaultText returns the default of a column as an expression that stands for
// it in a row of other values, or "" where the server has to fill it: from a
// sequence, or by an expression that is not proven there.
func (b *builder) defaultText(f *rowField) string {
	d := f.col.Default
	if d == nil {
		if u := b.userType(f.col.Type); u != nil && u.Kind == catalog.Domain {
			d = u.Default
		}
	}
	if d == nil || f.col.Serial || f.col.Identity != 0 {
		return ""
	}
	text := strings.TrimSpace(d.Text)
	if text == "" || strings.ContainsAny(text, "\n\r;") || strings.Contains(text, "--") || strings.Contains(text, "/*") || strings.Contains(text, "$") {
		return ""
	}
	is, known := b.defaults[text] // tables have much the same ones
	if !known {
		is = b.stands(text)
		b.defaults[text] = is
	}
	if !is.ok {
		return ""
	}
	// A default of another type is converted when it is stored, and not beside a
	// value of the column's.
	base, from := b.baseType(f.col.Type), b.baseType(is.typ)
	if base != "" && from != "" && base != from && (family(base) == "" || family(base) != family(from)) {
		return "(" + text + ")::" + base
	}
	// Beside a value of one of these, an expression of another makes both that.
	if t := f.col.Type; slices.Contains([]string{"timestamp", "date", "time"}, t.Name) && !t.Array && !strings.HasPrefix(text, "'") {
		return "(" + text + ")::" + t.Name
	}
	return text
}
