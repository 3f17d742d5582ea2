package mutants

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// edit inserts text at an offset of the source.
type edit struct {
	at   int
	text string
}

// weaver weaves one file.
type weaver struct {
	src   []byte
	fset  *token.FileSet
	file  string
	pkg   string
	first int
	sites []Site
	fn    string
	woven map[ast.Expr]bool
	// The sites below an odd number of !, and whether the one at hand is.
	negated map[int]bool
	not     bool
	closure bool // the function at hand is one
	// Where edits meet, those that open go from the outside in, those that close
	// from the inside out.
	open, shut []edit
}

func weave(src []byte, name string, first int, on string) ([]byte, []Site, error) {
	w := &weaver{src: src, fset: token.NewFileSet(), file: name, first: first, woven: map[ast.Expr]bool{}, negated: map[int]bool{}}
	f, err := parser.ParseFile(w.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, err
	}
	w.pkg = f.Name.Name
	for _, d := range f.Decls {
		if d, ok := d.(*ast.FuncDecl); ok && d.Body != nil {
			w.fn = funcName(d)
			w.function(d.Type, d.Body)
		}
	}
	if len(w.sites) == 0 {
		return src, nil, nil
	}
	slices.Reverse(w.shut)
	edits := append(w.shut, w.open...) // what ends at an offset ends before the next begins
	edits = append(edits, edit{w.offset(f.Name.End()), fmt.Sprintf("; import mutantsOn %q", on)})
	slices.SortStableFunc(edits, func(a, b edit) int { return a.at - b.at })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, src[at:e.at]...), e.text...)
		at = e.at
	}
	return append(out, src[at:]...), w.sites, nil
}

func funcName(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	switch t := d.Recv.List[0].Type.(type) {
	case *ast.StarExpr:
		if id, ok := t.X.(*ast.Ident); ok {
			return id.Name + "." + d.Name.Name
		}
	case *ast.Ident:
		return t.Name + "." + d.Name.Name
	}
	return d.Name.Name
}

func (w *weaver) offset(p token.Pos) int { return w.fset.Position(p).Offset }

// site makes a switch around the source from one position to another.
func (w *weaver) site(kind Kind, n ast.Node, open, shut string) {
	from, to := w.offset(n.Pos()), w.offset(n.End())
	w.open = append(w.open, edit{from, fmt.Sprintf(open, w.first+len(w.sites))})
	w.shut = append(w.shut, edit{to, shut})
	w.sites = append(w.sites, Site{
		Kind: kind, File: w.file, Line: w.fset.Position(n.Pos()).Line, Func: w.fn, Package: w.pkg,
		Expr: strings.Join(strings.Fields(string(w.src[from:to])), " "),
	})
}

// function weaves a body. Its results say what a return is worth: a bool, or a
// text that is a reason where the function may also return none.
func (w *weaver) function(t *ast.FuncType, body *ast.BlockStmt) {
	var results []string
	if t.Results != nil {
		for _, r := range t.Results.List {
			name := ""
			if id, ok := r.Type.(*ast.Ident); ok {
				name = id.Name
			}
			for range max(1, len(r.Names)) {
				results = append(results, name)
			}
		}
	}
	reasons := map[int]bool{}
	eachReturn(body, func(r *ast.ReturnStmt) {
		for i, e := range r.Results {
			if lit, ok := e.(*ast.BasicLit); ok && lit.Value == `""` && len(r.Results) == len(results) && results[i] == "string" {
				reasons[i] = true
			}
		}
	})
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			was := w.closure
			w.closure = true
			w.function(n.Type, n.Body)
			w.closure = was
			return false
		case *ast.IfStmt:
			before := len(w.sites)
			w.condition(n.Cond)
			if n.Else != nil {
				break
			}
			yes, no := w.returnsBool(n.Body)
			for i := before; i < len(w.sites); i++ {
				s, taken := &w.sites[i], !w.negated[i]
				switch {
				case w.refuses(n.Body, results, reasons):
					s.Refuses = append(s.Refuses, taken)
				case yes && !w.closure:
					s.Yes, s.No = append(s.Yes, taken), append(s.No, !taken)
				case no && !w.closure:
					s.Yes, s.No = append(s.Yes, !taken), append(s.No, taken)
				}
			}
		case *ast.SwitchStmt:
			if n.Tag == nil {
				for _, c := range n.Body.List {
					for _, e := range c.(*ast.CaseClause).List {
						w.condition(e)
					}
				}
			}
		case *ast.ReturnStmt:
			for i, e := range n.Results {
				switch {
				case len(n.Results) != len(results):
				case results[i] == "bool":
					before := len(w.sites)
					w.condition(e)
					for j := before; j < len(w.sites) && len(results) == 1 && !w.closure; j++ {
						s, up := &w.sites[j], !w.negated[j]
						s.Yes, s.No = append(s.Yes, up), append(s.No, !up)
					}
				case reasons[i] && !isEmpty(e) && !isNestedCall(e):
					w.site(Text, e, "mutantsOn.Text(%d, ", ")")
				}
			}
		case *ast.ForStmt:
			w.step(n.Body)
		case *ast.RangeStmt:
			w.step(n.Body)
		case *ast.BinaryExpr:
			if n.Op == token.LAND || n.Op == token.LOR {
				w.condition(n)
			}
		case *ast.ExprStmt:
			if call, ok := n.X.(*ast.CallExpr); ok && !isPanic(call) {
				w.site(Do, n, "if mutantsOn.Do(%d) { ", " }")
			}
		}
		return true
	})
}

// step counts the rounds of a loop.
func (w *weaver) step(body *ast.BlockStmt) {
	w.open = append(w.open, edit{w.offset(body.Lbrace) + 1, " mutantsOn.Step();"})
}

// eachReturn calls f for the returns of a body, not for those of closures.
func eachReturn(body *ast.BlockStmt, f func(*ast.ReturnStmt)) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			f(n)
		}
		return true
	})
}

func isEmpty(e ast.Expr) bool {
	lit, ok := e.(*ast.BasicLit)
	return ok && lit.Value == `""`
}

// isNestedCall tells a reason that another function gives: its own sites are woven.
func isNestedCall(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return true
	}
	pkg, ok := sel.X.(*ast.Ident)
	return !ok || pkg.Name != "fmt"
}

// isPanic tells calls that end a function: without them it may not compile.
func isPanic(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name == "panic" || f.Name == "delete" || f.Name == "copy" || f.Name == "clear"
	case *ast.SelectorExpr:
		return f.Sel.Name == "Bugf"
	}
	return false
}

// condition makes a switch of each condition that e is made of.
func (w *weaver) condition(e ast.Expr) {
	switch e := e.(type) {
	case *ast.ParenExpr:
		w.condition(e.X)
		return
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			w.not = !w.not
			w.condition(e.X)
			w.not = !w.not
			return
		}
	case *ast.BinaryExpr:
		if e.Op == token.LAND || e.Op == token.LOR {
			w.condition(e.X)
			w.condition(e.Y)
			return
		}
	}
	if isYield(e) {
		return // what the reader answers is woven where it answers
	}
	if w.woven[e] { // a chain of && is met again at each of its operators
		return
	}
	w.woven[e] = true
	w.negated[len(w.sites)] = w.not
	w.site(If, e, "mutantsOn.If(%d, ", ")")
	if id, ok := e.(*ast.Ident); ok && (id.Name == "true" || id.Name == "false") {
		s := &w.sites[len(w.sites)-1]
		s.Refuses = append(s.Refuses, id.Name == "true") // it is that already
	}
}

// isYield tells the calls by which an iterator hands on a value, or its reader.
func isYield(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	is := func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		return ok && id.Name == "yield"
	}
	return is(call.Fun) || slices.ContainsFunc(call.Args, is)
}

// refuses reports whether a body does nothing but refuse: it ends with a result
// that is not found, or with a reason, or calls what records a refusal.
func (w *weaver) refuses(body *ast.BlockStmt, results []string, reasons map[int]bool) bool {
	if len(body.List) == 0 {
		return false
	}
	for _, s := range body.List[:len(body.List)-1] {
		if !isRefusal(s) {
			return false
		}
	}
	last := body.List[len(body.List)-1]
	r, ok := last.(*ast.ReturnStmt)
	if !ok {
		return isRefusal(last)
	}
	n := len(r.Results)
	switch {
	case n == 0:
		return len(body.List) > 1
	case n != len(results):
		return false
	case n == 1 && reasons[0]:
		return !isEmpty(r.Results[0])
	}
	id, ok := r.Results[n-1].(*ast.Ident)
	return ok && n > 1 && results[n-1] == "bool" && id.Name == "false"
}

// returnsBool reports whether a body only returns true, or only false.
func (w *weaver) returnsBool(body *ast.BlockStmt) (yes, no bool) {
	if len(body.List) != 1 {
		return false, false
	}
	r, ok := body.List[0].(*ast.ReturnStmt)
	if !ok || len(r.Results) != 1 {
		return false, false
	}
	id, ok := r.Results[0].(*ast.Ident)
	return ok && id.Name == "true", ok && id.Name == "false"
}

// isRefusal tells the calls by which the prover records that it refuses.
func isRefusal(s ast.Stmt) bool {
	e, ok := s.(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := e.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && slices.Contains([]string{"refuse", "refuseFix", "assume", "fail"}, sel.Sel.Name)
}
