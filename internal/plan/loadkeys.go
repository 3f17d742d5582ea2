package plan

import (
	"fmt"
	"go/types"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
)

// owns returns the expression that is true of a row of the caller's. ok is false
// when the type of a field does not show whose it is.
func (l *loading) owns(call *call, it string) (expr string, ok bool) {
	c := l.c
	var parts []string
	for _, d := range c.b.dims {
		arg := call.keys[d.dim.Index]
		if arg == "" || d.dim.Index >= len(c.rel.Tenancy.Columns) || c.rel.Tenancy.Columns[d.dim.Index] < 0 {
			continue
		}
		f := c.row.field(c.rel.Columns[c.rel.Tenancy.Columns[d.dim.Index]])
		if f == nil {
			continue // the row does not say
		}
		if d.typeName != "" {
			arg += "." + d.key
		}
		value := it + "." + f.path
		t, pointer := strings.CutPrefix(f.typ.text, "*")
		of := value
		if pointer {
			of = "*" + value
		}
		runtime := c.repo.use.pkg(pathTenant)
		switch {
		case t == "\x00"+pathTenant+"\x00."+d.key:
		case t == uuidType && d.key == "ID":
			of = runtime + ".IDFrom(" + of + ")"
		case t == "\x00"+pathPgtype+"\x00.UUID" && d.key == "ID" && !pointer:
			of = runtime + ".IDFrom(" + value + ".Bytes)"
		case (t == "int16" || t == "int32" || t == "int64" || t == "int") && d.key == "Int64ID":
			of = runtime + ".NewInt64ID(int64(" + of + "))"
		case t == "string" && d.key == "TextID":
			of = runtime + ".NewTextID(" + of + ")"
		default:
			return "", false
		}
		everybody := c.rel.Tenancy.Class == catalog.Shared // and a row of everybody's is the tenant's too
		switch {
		case pointer && everybody:
			parts = append(parts, fmt.Sprintf("(%s == nil || %s == %s)", value, of, arg))
		case pointer:
			parts = append(parts, fmt.Sprintf("%s != nil && %s == %s", value, of, arg))
		case everybody && !f.col.NotNull && t == "\x00"+pathPgtype+"\x00.UUID":
			parts = append(parts, fmt.Sprintf("(!%s.Valid || %s == %s)", value, of, arg))
		default:
			parts = append(parts, of+" == "+arg)
		}
	}
	if len(parts) == 0 {
		return "true", true
	}
	return strings.Join(parts, " && "), true
}

// keys says how the key is read off an item and off a row that is found; what is
// what the method loads.
func (l *loading) keys(call *call, load *Loader, what string) {
	c, u, m, key := l.c, l.c.repo.use, call.m, l.key()
	var refers, values, found []string
	for i, f := range l.from {
		value := load.It + "." + f.path
		if held := held(f.typ.text, key[i].typ.text, value); held.text != "" {
			refers = append(refers, value+".Valid")
			value = u.typ(held)
		} else if f.typ.text != key[i].typ.text {
			refers = append(refers, value+" != nil")
			value = "*" + value
		} else if !f.col.NotNull && strings.HasPrefix(f.typ.text, "\x00"+pathPgtype+"\x00.") {
			refers = append(refers, value+".Valid")
		}
		values = append(values, value)
	}
	for i, f := range l.at {
		value := load.Row + "." + f.path
		if held := held(f.typ.text, key[i].typ.text, value); held.text != "" { // it equals a key, so that it is not null
			value = u.typ(held)
		} else if f.typ.text != key[i].typ.text {
			value = "*" + value
		}
		found = append(found, value)
	}
	load.Refers = strings.Join(slices.Concat(l.nobodys(load.It), refers), " && ")
	if len(key) == 1 {
		load.Key, load.Of, load.RowKey = u.typ(key[0].typ), values[0], found[0]
		m.SQL = append(m.SQL, goType{"[]" + key[0].typ.text}.argExpr(u, load.Keys))
		return
	}
	st := &Struct{Name: exported(c.b.singular(c.rel.Name) + "_" + c.b.inflector.singular(what) + "_key")}
	if l.many {
		st.Name = exported(c.b.singular(c.rel.Name) + "_" + what + "_key")
	}
	st.Doc = []string{fmt.Sprintf("%s is the key by which [%s.%s] returns its rows.", st.Name, c.repo.Name, m.Name)}
	c.b.mustClaim(c.repo.pkg, st.Name, l.fk.Pos, "the key of "+m.Name)
	load.Key = st.Name
	for _, f := range key {
		st.Fields = append(st.Fields, Field{Name: f.name, Type: u.typ(f.typ)})
		column := KeyColumn{call.names.take(unexported(c.b.inflector.plural(f.col.Name)), "column"), "[]" + u.typ(f.typ), f.name}
		load.Columns = append(load.Columns, column)
		m.SQL = append(m.SQL, goType{"[]" + f.typ.text}.argExpr(u, column.Name))
	}
	c.repo.Structs = append(c.repo.Structs, st)
	load.Of = st.Name + "{" + strings.Join(values, ", ") + "}"
	load.RowKey = st.Name + "{" + strings.Join(found, ", ") + "}"
}

// nobodys returns expressions that are false of an item that is everybody's, where
// a dimension is part of the foreign key: what equals its key otherwise is the
// tenant's, and neither refers to the other.
func (l *loading) nobodys(it string) []string {
	c := l.c
	if c.rel.Tenancy.Class != catalog.Shared {
		return nil
	}
	var out []string
	for _, d := range l.dims {
		f := c.row.field(c.rel.Columns[c.rel.Tenancy.Columns[d]])
		switch {
		case f == nil || f.col.NotNull:
		case strings.HasPrefix(f.typ.text, "*"):
			out = append(out, it+"."+f.path+" != nil")
		case strings.HasPrefix(f.typ.text, "\x00"+pathPgtype+"\x00."):
			out = append(out, it+"."+f.path+".Valid")
		}
	}
	return out
}

// unmatched returns why the two ends of the foreign key cannot be brought together
// in a program, or "" when they can.
func (l *loading) unmatched() string {
	c, u := l.c, l.c.repo.use
	key, refers := l.key(), l.refers()
	for i, f := range key {
		g := refers[i]
		if !c.b.comparable(f, l.fk.To) {
			return fmt.Sprintf("a %s is no key of a map", u.typ(f.typ))
		}
		if t, at := g.typ.text, f.typ.text; t != at && t != "*"+at && held(t, at, "").text == "" {
			return fmt.Sprintf("%s is of type %s, and what it refers to of type %s", g.col.Name, u.typ(g.typ), u.typ(f.typ))
		}
		if !sameEquality(c.b.baseType(g.col.Type), c.b.baseType(f.col.Type)) {
			return fmt.Sprintf("%s is of type %s, and what it refers to of type %s", g.col.Name, g.col.Type, f.col.Type)
		}
	}
	return ""
}

// held returns the expression for the value of type to that value, of the type
// from of pgtype's, holds where it is not NULL, in the form of a goType; the zero one when it holds none.
func held(from, to, value string) goType {
	name, ok := strings.CutPrefix(from, "\x00"+pathPgtype+"\x00.")
	if !ok {
		return goType{}
	}
	switch [2]string{name, to} {
	case [2]string{"Int2", "int16"}, [2]string{"Int4", "int32"}, [2]string{"Int8", "int64"}:
		return goType{value + "." + exported(to)}
	case [2]string{"Text", "string"}:
		return goType{value + ".String"}
	case [2]string{"UUID", uuidType}:
		return goType{uuidType + "(" + value + ".Bytes)"}
	}
	return goType{}
}

// sameEquality reports whether values of two types that can be keys of a map are
// equal to PostgreSQL when they are to a program.
func sameEquality(a, b string) bool {
	kind := func(t string) string {
		switch t {
		case "int2", "int4", "int8":
			return "integer"
		case "text", "varchar":
			return "text"
		}
		return t
	}
	return kind(a) == kind(b)
}

// comparable reports whether values of the field's type can be keys of a map
// that mean what PostgreSQL means when it compares them.
func (b *builder) comparable(f *rowField, rel *catalog.Relation) bool {
	switch b.baseType(f.col.Type) {
	case "uuid", "int2", "int4", "int8", "text", "varchar":
	default:
		return false // a type whose equal values may be written in two ways
	}
	switch name, _ := strings.CutPrefix(f.typ.text, "\x00"+pathPgtype+"\x00."); name {
	case "string", "int16", "int32", "int64", "int", uuidType, "UUID", "Text", "Int2", "Int4", "Int8":
		return true
	}
	if strings.HasPrefix(f.typ.text, "*") || rel.Model == nil {
		return false
	}
	for _, m := range rel.Model.Fields {
		if m.Name == f.name && m.Type != nil {
			_, basic := m.Type.Underlying().(*types.Basic)
			return basic && types.Comparable(m.Type)
		}
	}
	return false
}
