package plan

import (
	"strconv"
	"strings"
)

// Imports are the imports of a file in their two groups.
type Imports struct{ Std, Other []Import }

// Single returns the import of a file that has one, else nil.
func (im *Imports) Single() *Import {
	if all := append(append([]Import{}, im.Std...), im.Other...); len(all) == 1 {
		return &all[0]
	}
	return nil
}

// groupImports parts the standard library from the rest. It returns nil for none.
func groupImports(list []Import) *Imports {
	if len(list) == 0 {
		return nil
	}
	out := &Imports{}
	for _, imp := range list {
		if first, _, _ := strings.Cut(imp.Path, "/"); strings.Contains(first, ".") {
			out.Other = append(out.Other, imp)
		} else {
			out.Std = append(out.Std, imp)
		}
	}
	return out
}

// Scoped reports whether the package is gen itself.
func (p *Package) Scoped() bool { return p.Kind == Scoped }

// TagText returns the field's tag as Go writes it, or "".
func (f Field) TagText() string {
	if f.Tag == "" {
		return ""
	}
	return literal(f.Tag)
}

// Literal returns the text as a Go literal, a raw one where that can be.
func (c Const) Literal() string { return literal(c.Text) }

func literal(s string) string {
	if strconv.CanBackquote(strings.ReplaceAll(s, "\n", " ")) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// FullDoc returns the doc comment with the line that names the source.
func (m *Method) FullDoc() []string {
	return append(append([]string{}, m.Doc...), "", "source: "+m.Source)
}

// Results returns what the method returns.
func (m *Method) Results() string {
	switch m.Shape {
	case One, Create:
		return "(" + m.Row.Type + ", error)"
	case Many, List:
		return "([]" + m.Row.Type + ", error)"
	case BatchOne:
		return "([]*" + m.Row.Type + ", error)"
	case BatchMany:
		return "([][]" + m.Row.Type + ", error)"
	case Count, ExecRows, Update, CopyFrom:
		return "(int64, error)"
	case ExecResult:
		return "(pgconn.CommandTag, error)"
	}
	return "error"
}

// Text returns the name of the statement's constant, or of its head.
func (m *Method) Text() string { return m.Consts[0].Name }

// SQLArgs returns the statement's arguments, separated by commas.
func (m *Method) SQLArgs() string { return strings.Join(m.SQL, ", ") }

// Ctx returns the arguments that stand before the text in a call of the
// database: the context, and in gen the key.
func (m *Method) Ctx() string {
	if m.Place == "" {
		return "ctx"
	}
	return "ctx, " + m.Place
}

// Call returns all arguments of a call of the database.
func (m *Method) Call() string {
	return strings.Join(append([]string{m.Ctx(), m.Text()}, m.SQL...), ", ")
}

// Into returns the arguments of Scan that read a row into Var.Row.
func (m *Method) Into() string {
	if m.Row.Dest != "" {
		return m.Row.Dest + "(&" + m.Var.Row + ")..."
	}
	return m.Row.Scan("&" + m.Var.Row)
}

// Dest returns the function that says where the columns of a row go.
func (m *Method) Dest() string {
	if m.Row.Dest != "" {
		return m.Row.Dest
	}
	return "func(v *" + m.Row.Type + ") []any { return []any{" + m.Row.Scan("v") + "} }"
}

// Quoted returns names as Go literals, separated by commas.
func (m *Method) Quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strconv.Quote(n)
	}
	return strings.Join(out, ", ")
}

// Literal returns the column as Go writes a text.
func (o Option) Literal() string {
	if strings.Contains(o.Column, `"`) {
		return literal(o.Column)
	}
	return strconv.Quote(o.Column)
}
