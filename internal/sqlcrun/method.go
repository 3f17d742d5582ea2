package sqlcrun

import (
	"fmt"
	"go/ast"
	"go/token"
	"strings"
)

// method reads the method of a query: the types of its arguments in order, and
// what its row is scanned into.
func (r *goFile) method(q *Query, fn *ast.FuncDecl, batches map[string]*ast.FuncDecl) error {
	if err := r.arguments(q, fn); err != nil {
		return err
	}
	scanned := fn
	var row ast.Expr
	switch q.Command {
	case ":exec", ":execrows", ":execresult", ":copyfrom":
		return nil
	case ":one", ":many":
		row = fn.Type.Results.List[0].Type
		if q.Command == ":many" {
			row = element(row)
		}
	case ":batchexec", ":batchone", ":batchmany":
		scanned = batches[resultName(fn)]
		if scanned == nil {
			return fmt.Errorf("the results of the batch have no method")
		}
		if q.Command == ":batchexec" {
			return nil
		}
		callback, ok := scanned.Type.Params.List[0].Type.(*ast.FuncType)
		if !ok || len(callback.Params.List) != 3 {
			return fmt.Errorf("the results of the batch take no function of three")
		}
		row = callback.Params.List[1].Type
		if q.Command == ":batchmany" {
			row = element(row)
		}
	default:
		return fmt.Errorf("command %s is not known", q.Command)
	}
	if row == nil {
		return fmt.Errorf("the result is not a list")
	}
	return r.result(q, row, scanList(scanned))
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

// arguments gives each parameter its Go type, by position: the i-th argument of
// the SQL is $i.
func (r *goFile) arguments(q *Query, fn *ast.FuncDecl) error {
	var types []*Type
	for _, field := range fn.Type.Params.List[1:] { // behind ctx
		t := field.Type
		switch q.Command {
		case ":batchexec", ":batchone", ":batchmany", ":copyfrom":
			t = element(t)
			if t == nil {
				return fmt.Errorf("the argument is not a list")
			}
			if id, ok := t.(*ast.Ident); ok && r.rows[id.Name] != nil {
				for _, f := range r.rows[id.Name] {
					types = append(types, f.Type)
				}
				continue
			}
		}
		for range field.Names {
			types = append(types, r.typ(t))
		}
	}
	if len(types) != len(q.Params) {
		return fmt.Errorf("%d arguments for %d parameters", len(types), len(q.Params))
	}
	for i := range q.Params {
		q.Params[i].Go = types[i]
	}
	return nil
}

// result gives each column its Go type and field, in the order of scan.
func (r *goFile) result(q *Query, row ast.Expr, scan []string) error {
	id, ok := row.(*ast.Ident)
	var fields []StructField
	if ok {
		fields = r.rows[id.Name]
		if decl := r.c.Types[id.Name]; fields == nil && decl != nil {
			fields = decl.Fields
		}
	}
	if fields == nil {
		if len(q.Columns) != 1 || len(scan) != 1 || strings.Contains(scan[0], ".") {
			return fmt.Errorf("%d columns are scanned into one value", len(q.Columns))
		}
		q.Columns[0].Go = r.typ(row)
		return nil
	}
	q.Struct = id.Name
	byName := map[string]StructField{}
	for _, f := range fields {
		byName[f.Name] = f
	}
	at := 0
	for i := range q.Columns {
		col := &q.Columns[i]
		if at >= len(scan) {
			return fmt.Errorf("column %d is scanned into nothing", i+1)
		}
		_, path, ok := strings.Cut(scan[at], ".")
		if !ok {
			return fmt.Errorf("column %d is scanned into %s", i+1, scan[at])
		}
		name, inner, nested := strings.Cut(path, ".")
		if nested != (col.Embed != nil) {
			return fmt.Errorf("column %d is scanned into %s", i+1, scan[at])
		}
		f := byName[name]
		col.Field, col.Go, col.Tag = name, f.Type, f.Tag
		at++
		if !nested {
			continue
		}
		embedded := r.c.Types[f.Type.Text]
		if embedded == nil || len(embedded.Fields) == 0 || embedded.Fields[0].Name != inner {
			return fmt.Errorf("%s is embedded as %s", col.Embed.Name, f.Type.Text)
		}
		for _, g := range embedded.Fields[1:] {
			if at >= len(scan) || scan[at] != scan[at-1][:strings.LastIndexByte(scan[at-1], '.')+1]+g.Name {
				return fmt.Errorf("field %s of %s is not scanned in its place", g.Name, f.Type.Text)
			}
			at++
		}
	}
	if at != len(scan) {
		return fmt.Errorf("%d values are scanned, and %d columns were read", len(scan), at)
	}
	return nil
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

// check holds the code of a query against its request.
func (r *goReader) check(q *Query) error {
	for i := range q.Params {
		if q.Params[i].Go == nil {
			return fmt.Errorf("parameter %d has no type", i+1)
		}
	}
	if !returnsRows(q.Command) {
		return nil
	}
	for i := range q.Columns {
		if q.Columns[i].Go == nil {
			return fmt.Errorf("column %d has no type", i+1)
		}
	}
	if len(q.Columns) == 0 {
		return fmt.Errorf("%s returns no columns", q.Command)
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
