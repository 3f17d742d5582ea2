// Package mutants weaves switches into Go sources, so that each condition by
// which a proof is refused can be switched off, in turn and in process.
//
// In come the files of a package; out come an overlay for the go command, in
// which every condition, every call made for its effect and every reason
// returned as text is a switch of package on, and the list of these sites. The
// sources on disk stay as they are, and no condition can be forgotten.
//
// It refuses to know what a condition is about: whoever runs the mutants says
// what it takes to notice one.
package mutants

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Kind is what a site does.
type Kind string

const (
	If   Kind = "if"   // a condition, which has two mutants: always and never
	Do   Kind = "do"   // a call made for its effect, which its mutant leaves out
	Text Kind = "text" // a reason, which its mutant leaves empty
)

// Site is a place in a function that can be switched. Lines move, so that the
// function and the text name it; Nth tells equal texts of a function apart.
type Site struct {
	Kind    Kind
	File    string // relative to the folder of the module
	Line    int
	Func    string // as in (*level).confine; a closure counts to its function
	Expr    string // the source, in one line
	Nth     int    // from 1 on
	Package string
}

// Name names the site where lines do not count.
func (s Site) Name() string {
	name := s.Func + ": " + s.Expr
	if s.Nth > 1 {
		name += fmt.Sprintf(" #%d", s.Nth)
	}
	return name
}

// Weave weaves the packages in the folders dirs of the module at root, whose
// import path is module, and writes overlay.json, sites.json and the woven
// files into out.
func Weave(root, module string, dirs []string, out string) ([]Site, error) {
	var sites []Site
	replace := map[string]string{}
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			src, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			woven, more, err := weave(src, filepath.ToSlash(filepath.Join(dir, filepath.Base(file))), len(sites), module+"/internal/mutants/on")
			if err != nil {
				return nil, err
			}
			if len(more) == 0 {
				continue
			}
			sites = append(sites, more...)
			to := filepath.Join(out, strings.ReplaceAll(dir, "/", "_")+"_"+filepath.Base(file))
			if err := os.WriteFile(to, woven, 0o644); err != nil {
				return nil, err
			}
			abs, err := filepath.Abs(file)
			if err != nil {
				return nil, err
			}
			replace[abs] = to
		}
	}
	number(sites)
	if err := writeJSON(filepath.Join(out, "overlay.json"), map[string]any{"Replace": replace}); err != nil {
		return nil, err
	}
	return sites, writeJSON(filepath.Join(out, "sites.json"), sites)
}

// Read reads the sites.json that Weave wrote.
func Read(file string) ([]Site, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var sites []Site
	return sites, json.Unmarshal(data, &sites)
}

// number tells the sites of one name apart.
func number(sites []Site) {
	seen := map[string]int{}
	for i := range sites {
		s := &sites[i]
		key := s.Package + " " + string(s.Kind) + " " + s.Func + " " + s.Expr
		seen[key]++
		s.Nth = seen[key]
	}
}

func writeJSON(file string, v any) error {
	data, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

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
	// Where edits meet, those that open go from the outside in, those that close
	// from the inside out.
	open, shut []edit
}

func weave(src []byte, name string, first int, on string) ([]byte, []Site, error) {
	w := &weaver{src: src, fset: token.NewFileSet(), file: name, first: first, woven: map[ast.Expr]bool{}}
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
			w.function(n.Type, n.Body)
			return false
		case *ast.IfStmt:
			w.condition(n.Cond)
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
					w.condition(e)
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
			w.condition(e.X)
			return
		}
	case *ast.BinaryExpr:
		if e.Op == token.LAND || e.Op == token.LOR {
			w.condition(e.X)
			w.condition(e.Y)
			return
		}
	}
	if !w.woven[e] { // a chain of && is met again at each of its operators
		w.woven[e] = true
		w.site(If, e, "mutantsOn.If(%d, ", ")")
	}
}
