package sqlcrun

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// method is what sqlc's code says of a query.
type method struct {
	name, command string
	probe         bool // it was asked for to learn of structs
	found         bool // its code was

	args []*Type // by the number of the parameter
	row  string  // the struct that is scanned into; "" for a single value and for none
	// fields are those that are scanned into, in the order of the columns, an
	// embedded struct for its own; of a single value one without a name.
	fields []StructField
	embeds []int // indexes of the embedded ones, in order
}

// method reads the method of a query: the types of its arguments in order, and
// what its row is scanned into.
func (r *goFile) method(m *method, fn *ast.FuncDecl, batches map[string]*ast.FuncDecl) error {
	m.found = true
	if err := r.arguments(m, fn); err != nil {
		return err
	}
	scanned := fn
	var row ast.Expr
	switch m.command {
	case ":exec", ":execrows", ":execresult", ":copyfrom":
		return nil
	case ":one", ":many":
		row = fn.Type.Results.List[0].Type
		if m.command == ":many" {
			row = element(row)
		}
	case ":batchexec", ":batchone", ":batchmany":
		scanned = batches[resultName(fn)]
		if scanned == nil {
			return fmt.Errorf("the results of the batch have no method")
		}
		if m.command == ":batchexec" {
			return nil
		}
		callback, ok := scanned.Type.Params.List[0].Type.(*ast.FuncType)
		if !ok || len(callback.Params.List) != 3 {
			return fmt.Errorf("the results of the batch take no function of three")
		}
		row = callback.Params.List[1].Type
		if m.command == ":batchmany" {
			row = element(row)
		}
	default:
		return fmt.Errorf("command %s is not known", m.command)
	}
	if row == nil {
		return fmt.Errorf("the result is not a list")
	}
	return r.result(m, row, scanList(scanned))
}

// element returns the element type of a slice, or nil.
func element(e ast.Expr) ast.Expr {
	if list, ok := e.(*ast.ArrayType); ok && list.Len == nil {
		return list.Elt
	}
	return nil
}

func resultName(fn *ast.FuncDecl) string {
	if len(fn.Type.Results.List) != 1 {
		return ""
	}
	if star, ok := fn.Type.Results.List[0].Type.(*ast.StarExpr); ok {
		if id, ok := star.X.(*ast.Ident); ok {
			return id.Name
		}
	}
	return ""
}

// arguments reads the Go type of each parameter, by position: the i-th argument
// of the SQL is $i.
func (r *goFile) arguments(m *method, fn *ast.FuncDecl) error {
	for _, field := range fn.Type.Params.List[1:] { // behind ctx
		t := field.Type
		switch m.command {
		case ":batchexec", ":batchone", ":batchmany", ":copyfrom":
			t = element(t)
			if t == nil {
				return fmt.Errorf("the argument is not a list")
			}
			if id, ok := t.(*ast.Ident); ok && r.row(id.Name) != nil {
				for _, f := range r.row(id.Name) {
					m.args = append(m.args, f.Type)
				}
				continue
			}
		}
		for range field.Names {
			m.args = append(m.args, r.typ(t))
		}
	}
	return nil
}

// result reads the field that each column is scanned into, in the order of scan.
func (r *goFile) result(m *method, row ast.Expr, scan []string) error {
	id, ok := row.(*ast.Ident)
	var fields []StructField
	if ok {
		fields = r.row(id.Name)
		if decl := r.c.Types[id.Name]; fields == nil && decl != nil {
			fields = decl.Fields
		}
	}
	// A single value that is a struct, as NullRole, is scanned as a whole.
	if fields == nil || len(scan) == 1 && !strings.Contains(scan[0], ".") {
		if len(scan) != 1 || strings.Contains(scan[0], ".") {
			return fmt.Errorf("%d columns are scanned into one value", len(scan))
		}
		m.fields = []StructField{{Type: r.typ(row)}}
		return nil
	}
	m.row = id.Name
	byName := make(map[string]int, len(fields))
	for i := range fields {
		byName[fields[i].Name] = i
	}
	var order []int // of the fields
	for at := 0; at < len(scan); at++ {
		_, path, ok := strings.Cut(scan[at], ".")
		name, inner, nested := strings.Cut(path, ".")
		i, known := byName[name]
		if !ok || !known {
			return fmt.Errorf("column %d is scanned into %s", len(order)+1, scan[at])
		}
		order = append(order, i)
		if !nested {
			continue
		}
		m.embeds = append(m.embeds, len(order)-1)
		f := &fields[i]
		embedded := r.c.Types[f.Type.Text]
		if embedded == nil || len(embedded.Fields) == 0 || embedded.Fields[0].Name != inner {
			return fmt.Errorf("%s is embedded as %s", scan[at], f.Type.Text)
		}
		for _, g := range embedded.Fields[1:] {
			at++
			if at >= len(scan) || scan[at] != scan[at-1][:strings.LastIndexByte(scan[at-1], '.')+1]+g.Name {
				return fmt.Errorf("field %s of %s is not scanned in its place", g.Name, f.Type.Text)
			}
		}
	}
	m.fields = inOrder(fields, order)
	return nil
}

// inOrder returns fields in an order. It is fields itself where they are in it:
// many queries share the struct of a table.
func inOrder(fields []StructField, order []int) []StructField {
	same := len(order) == len(fields)
	for i, at := range order {
		same = same && i == at
	}
	if same {
		return fields
	}
	out := make([]StructField, len(order))
	for i, at := range order {
		out[i] = fields[at]
	}
	return out
}

// scanList returns the arguments of the call of Scan in fn: "i.ID", "i.User.Name", "count".
func scanList(fn *ast.FuncDecl) []string {
	var out []string
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); !ok || sel.Sel.Name != "Scan" {
			return true
		}
		for _, arg := range call.Args {
			ref, ok := arg.(*ast.UnaryExpr)
			if !ok || ref.Op != token.AND {
				out = append(out, "")
				continue
			}
			out = append(out, selector(ref.X))
		}
		return false
	})
	return out
}

// selector returns "i.User.ID", or "" for any other expression.
func selector(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return selector(e.X) + "." + e.Sel.Name
	}
	return ""
}

// complete adds to the request's q what the code says, and holds the two against
// one another.
func (m *method) complete(q *Query) error {
	if q.Command != m.command {
		return fmt.Errorf("it is %s and was %s", q.Command, m.command)
	}
	if len(m.args) != len(q.Params) {
		return fmt.Errorf("%d arguments for %d parameters", len(m.args), len(q.Params))
	}
	for i := range q.Params {
		q.Params[i].Go = m.args[i]
	}
	if !returnsRows(q.Command) {
		return nil
	}
	if len(q.Columns) == 0 {
		return fmt.Errorf("%s returns no columns", q.Command)
	}
	if len(m.fields) != len(q.Columns) {
		return fmt.Errorf("%d values are scanned, and there are %d columns", len(m.fields), len(q.Columns))
	}
	q.Struct = m.row
	embeds := m.embeds
	for i := range q.Columns {
		col, f := &q.Columns[i], &m.fields[i]
		nested := len(embeds) > 0 && embeds[0] == i
		if nested {
			embeds = embeds[1:]
		}
		if nested != (col.Embed != nil) {
			return fmt.Errorf("column %d is scanned into the field %s", i+1, f.Name)
		}
		col.Field, col.Go, col.Tag = f.Name, f.Type, f.Tag
	}
	return nil
}

func returnsRows(command string) bool {
	switch command {
	case ":one", ":many", ":batchone", ":batchmany":
		return true
	}
	return false
}
