package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
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

// MakeStore returns the function that makes a Store of the DB of a transaction.
func (p *Package) MakeStore() string {
	if p.Private {
		return "newStore"
	}
	return "New"
}

// Lines returns the fields as gofmt lines them up: names and types in columns of
// their own, and a type as wide as those next to it that something follows.
func (s *Struct) Lines() []string { return fieldLines(s.Fields) }

// Lines returns the fields of a struct as Struct.Lines does.
func (t *TypeDecl) Lines() []string { return fieldLines(t.Fields) }

func fieldLines(fields []Field) []string {
	names, types := 0, 0
	for _, f := range fields {
		names = max(names, utf8.RuneCountInString(f.Name))
	}
	lines := make([]string, len(fields))
	for i, f := range fields {
		rest := f.rest()
		if rest != "" && (i == 0 || fields[i-1].rest() == "") { // a run begins
			types = 0
			for _, g := range fields[i:] {
				if g.rest() == "" {
					break
				}
				types = max(types, utf8.RuneCountInString(g.Type))
			}
		}
		lines[i] = f.Name + strings.Repeat(" ", names-utf8.RuneCountInString(f.Name)+1) + f.Type
		if rest != "" {
			lines[i] += strings.Repeat(" ", types-utf8.RuneCountInString(f.Type)+1) + rest
		}
	}
	return lines
}

// rest returns what follows a field's type: the tag and the comment.
func (f Field) rest() string {
	rest := ""
	if f.Tag != "" {
		rest = literal(f.Tag)
	}
	if f.Doc != "" {
		rest = strings.TrimSpace(rest + " // " + f.Doc)
	}
	return rest
}

// Types returns the fields of the variable's type as gofmt lines them up.
func (c *Cols) Types() []string {
	return lineUp(c.Fields, func(f Col) (string, string) { return f.Name, f.Type })
}

// Values returns the fields' values as gofmt lines them up.
func (c *Cols) Values() []string {
	return lineUp(c.Fields, func(f Col) (string, string) { return f.Name + ":", f.New + "," })
}

func lineUp(fields []Col, of func(Col) (left, right string)) []string {
	width := 0
	for _, f := range fields {
		left, _ := of(f)
		width = max(width, utf8.RuneCountInString(left))
	}
	lines := make([]string, len(fields))
	for i, f := range fields {
		left, right := of(f)
		lines[i] = left + strings.Repeat(" ", width-utf8.RuneCountInString(left)+1) + right
	}
	return lines
}

// Plain reports whether the columns as Types and Values have them are in gofmt's
// form. It stops lining up at long names, and a type may be over several lines.
func (c *Cols) Plain() bool {
	return !slices.ContainsFunc(c.Fields, func(f Col) bool { return len(f.Name) > 40 || strings.Contains(f.Type, "\n") })
}

// Plain reports whether the struct as its Lines have it is in gofmt's form: a
// type over several lines is not, and neither is a tag before a comment.
func (s *Struct) Plain() bool {
	return !slices.ContainsFunc(s.Fields, func(f Field) bool { return strings.Contains(f.Type, "\n") || f.Tag != "" && f.Doc != "" })
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
	case One, Create, Upsert:
		return "(" + m.Row.Type + ", error)"
	case Many, List, ListBy, CreateMany:
		return "([]" + m.Row.Type + ", error)"
	case Page:
		return "(filter.Page[" + m.Row.Type + "], error)"
	case ForEach, ForEachBy:
		return "iter.Seq2[" + m.Row.Type + ", error]"
	case Exists:
		return "(bool, error)"
	case Load:
		if m.Load.Many {
			return "(map[" + m.Load.Key + "][]" + m.Row.Type + ", error)"
		}
		return "(map[" + m.Load.Key + "]" + m.Row.Type + ", error)"
	case BatchOne:
		return "([]*" + m.Row.Type + ", error)"
	case BatchMany:
		return "([][]" + m.Row.Type + ", error)"
	case Count, ExecRows, Update, UpdateWhere, DeleteWhere, CopyFrom:
		return "(int64, error)"
	case ExecResult:
		return "(pgconn.CommandTag, error)"
	}
	return "error"
}

// Declares reports whether the method declares a constant.
func (m *Method) Declares() bool {
	return slices.ContainsFunc(m.Consts, func(c Const) bool { return !c.Shared })
}

// Reads reports whether the method reads rows under conditions.
func (m *Method) Reads() bool {
	switch m.Shape {
	case List, ListBy, Page, ForEach, ForEachBy, Count, Exists:
		return true
	}
	return false
}

// Sorts reports whether the method reads rows in an order of the caller's.
func (m *Method) Sorts() bool { return m.Shape == ListBy || m.Shape == ForEachBy }

// Loops reports whether the method reads rows one after the other.
func (m *Method) Loops() bool { return m.Shape == ForEach || m.Shape == ForEachBy }

// Writes reports whether the method changes rows by a text that is put together.
func (m *Method) Writes() bool {
	switch m.Shape {
	case Create, CreateMany, Upsert, Update, UpdateWhere, DeleteWhere:
		return true
	}
	return false
}

// Assigns reports whether the method puts a SET list together.
func (m *Method) Assigns() bool { return m.Shape == Update || m.Shape == UpdateWhere }

// KeptLiterals returns the columns that a conflict leaves as they are.
func (m *Method) KeptLiterals() string {
	texts := make([]string, len(m.Kept))
	for i, column := range m.Kept {
		texts[i] = Option{Column: column}.Literal()
	}
	return strings.Join(texts, ", ")
}

// LeftGiven returns the condition that an item has a value for a column that is
// the server's to fill.
func (m *Method) LeftGiven() string {
	texts := make([]string, len(m.Left))
	for i, field := range m.Left {
		texts[i] = m.Var.Items + "[" + m.Var.Index + "]" + field + " != nil"
	}
	return strings.Join(texts, " || ")
}

// Sized returns how many rows a slice may begin with: 0 when nothing is known.
func (m *Method) Sized() string {
	switch {
	case m.Shape == ListBy:
		return m.Var.By + ".Size()"
	case m.Shape == CreateMany:
		return "len(" + m.Var.Items + ")"
	case m.Shape == Page:
		return m.Var.Paging + ".Size()"
	case m.Shape == Load && !m.Load.Many:
		return "len(" + m.Load.Keys + ")"
	}
	return cmp.Or(m.Size, "0")
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
	if m.Filter != nil {
		return m.Ctx() + ", " + m.Var.SQL + ", " + m.Var.Args + "..."
	}
	return strings.Join(append([]string{m.Ctx(), m.Text()}, m.SQL...), ", ")
}

// Into returns the arguments of Scan that read a row into Var.Row.
func (m *Method) Into() string {
	if m.Row.Of != nil {
		return m.Row.Of.Name + "(&" + m.Var.Row + ")..."
	}
	return m.Row.scan("&" + m.Var.Row)
}

// scan returns the destination for a single value at addr.
func (r *Row) scan(addr string) string { return r.Before + addr + r.After }

// Scans reports whether the method reads one row with several columns.
func (m *Method) Scans() bool { return m.Shape == One && m.Row.Of != nil }

// Collects returns the call that reads rows to their end.
func (m *Method) Collects() string {
	if m.Row.Of != nil {
		return fmt.Sprintf("%s(%s, %s, %s)", m.Row.Of.Collect, m.Var.Rows, m.Var.Err, m.Sized())
	}
	return fmt.Sprintf("collect(%s, %s, %s, %s)", m.Var.Rows, m.Var.Err, m.Sized(), m.Dest())
}

// Fails reports whether rows may be no arguments of a CreateMany.
func (m *Method) Fails() bool {
	return len(m.Left) > 0 || slices.ContainsFunc(m.Inputs, func(in InputColumn) bool { return in.Array != "" })
}

// Travels reports whether a row has a value that goes into an array as it is.
func (m *Method) Travels() bool {
	return slices.ContainsFunc(m.Inputs, func(in InputColumn) bool { return in.Array == "" })
}

// Dest returns the function that says where the columns of a row go.
func (m *Method) Dest() string {
	if m.Row.Of != nil {
		return m.Row.Of.Name
	}
	return "func(v *" + m.Row.Type + ") []any { return []any{" + m.Row.scan("v") + "} }"
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
