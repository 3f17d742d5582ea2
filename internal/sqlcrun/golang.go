package sqlcrun

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantc/tenantc/internal/parallel"
)

// goReader reads sqlc's Go and keeps of it what Compiled holds.
type goReader struct {
	c       *Compiled
	names   []string // of the files
	methods map[string]*method
	types   map[string]bool // names declared in models.go

	rows map[string][]StructField // structs that sqlc made for single queries
}

// goFile is one file of sqlc's Go. Its syntax tree does not outlive it.
type goFile struct {
	*goReader
	text    []byte
	at      *token.File
	imports []Import
	known   map[string]*Type // by their text

	rows map[string][]StructField // those declared here
}

func newGoReader(c *Compiled) *goReader {
	c.Types, c.Structs = map[string]*TypeDecl{}, map[TableName]string{}
	return &goReader{c: c, methods: map[string]*method{}, rows: map[string][]StructField{}, types: map[string]bool{}}
}

// readGo adds to c and to the methods what sqlc's code says: Go types, fields,
// and the structs.
func (c *Compiled) readGo(w *workspace, methods []*method) (err error) {
	r := newGoReader(c)
	if r.names, err = filepath.Glob(filepath.Join(w.dir, "go", "*.go")); err != nil {
		return err
	}
	for _, m := range methods {
		r.methods[m.name] = m
	}
	for rank := range 3 {
		if err := r.files(rank); err != nil {
			return err
		}
	}
	for _, m := range methods {
		if !m.found {
			return fmt.Errorf("query %s (%s) has no code", m.name, m.command)
		}
	}
	c.Imports = importsOf(methods)
	return r.structs(w, methods)
}

// importsOf returns the packages that the types of methods name.
func importsOf(methods []*method) []Import {
	all := map[Import]bool{}
	add := func(t *Type) {
		for _, imp := range t.Imports {
			all[imp] = true
		}
	}
	for _, m := range methods {
		for _, t := range m.args {
			add(t)
		}
		for i := range m.fields {
			if t := m.fields[i].Type; t != nil {
				add(t)
			}
		}
	}
	return slices.SortedFunc(maps.Keys(all), func(a, b Import) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Name, b.Name)) })
}

// rankOf orders files so that what one names was read before: models.go has the
// types of all, and copyfrom.go takes structs of the query files.
func rankOf(name string) int {
	switch filepath.Base(name) {
	case "models.go":
		return 0
	case "copyfrom.go":
		return 2
	}
	return 1
}

// files reads the files of a rank, which do not depend on one another.
func (r *goReader) files(rank int) error {
	names := slices.DeleteFunc(slices.Clone(r.names), func(name string) bool { return rankOf(name) != rank })
	declared := make([]map[string][]StructField, len(names))
	err := parallel.Each(len(names), func(i int) (err error) {
		if declared[i], err = r.file(names[i]); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(names[i]), err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, rows := range declared {
		maps.Copy(r.rows, rows)
	}
	return nil
}

// file reads one file, and returns the structs for single queries that it
// declares. Several may be read at once: each query has its code in one of them.
func (r *goReader) file(name string) (map[string][]StructField, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	f := &goFile{goReader: r, known: map[string]*Type{}, rows: map[string][]StructField{}}
	if filepath.Base(name) == "models.go" {
		return nil, f.models(text)
	}
	tree, err := f.parse(text, 0)
	if err != nil {
		return nil, err
	}
	return f.rows, f.queryFile(tree)
}

// row returns the fields of a struct for single queries, of this file or one that
// was read before, or nil.
func (f *goFile) row(name string) []StructField {
	if fields := f.rows[name]; fields != nil {
		return fields
	}
	return f.goReader.rows[name]
}

// parse parses text, from which source returns parts from then on, and notes the
// imports.
func (f *goFile) parse(text []byte, mode parser.Mode) (*ast.File, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, "", text, parser.SkipObjectResolution|mode)
	if err != nil {
		return nil, err
	}
	f.text, f.at = text, fset.File(tree.FileStart)
	for _, spec := range tree.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		imp := Import{Path: p}
		if spec.Name != nil {
			imp.Name = spec.Name.Name
		}
		f.imports = append(f.imports, imp)
	}
	return tree, nil
}

// source returns the text from one place to another.
func (f *goFile) source(from, to token.Pos) []byte { return f.text[f.at.Offset(from):f.at.Offset(to)] }

// queryFile reads the structs and methods of a file of queries.
func (r *goFile) queryFile(f *ast.File) error {
	for _, decl := range f.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		for _, spec := range gen.Specs {
			if spec := spec.(*ast.TypeSpec); spec != nil {
				if st, ok := spec.Type.(*ast.StructType); ok {
					r.rows[spec.Name.Name] = r.fields(st)
				}
			}
		}
	}
	batches := map[string]*ast.FuncDecl{} // by the name of the results type
	var methods []*ast.FuncDecl
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Recv == nil {
			continue
		}
		switch recv := receiver(fn); {
		case recv == "Queries":
			methods = append(methods, fn)
		case strings.HasSuffix(recv, "BatchResults") && fn.Name.Name != "Close":
			batches[recv] = fn
		}
	}
	for _, fn := range methods {
		m := r.methods[fn.Name.Name]
		if m == nil {
			if fn.Name.Name == "WithTx" { // of db.go
				continue
			}
			return fmt.Errorf("method %s belongs to no query", fn.Name.Name)
		}
		if err := r.method(m, fn, batches); err != nil {
			return fmt.Errorf("method %s: %w", fn.Name.Name, err)
		}
	}
	return nil
}

func receiver(fn *ast.FuncDecl) string {
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// fields reads the fields of a struct.
func (r *goFile) fields(st *ast.StructType) []StructField {
	out := make([]StructField, 0, st.Fields.NumFields())
	for _, f := range st.Fields.List {
		t := r.typ(f.Type)
		tag := ""
		if f.Tag != nil {
			tag, _ = strconv.Unquote(f.Tag.Value)
		}
		for _, name := range f.Names {
			out = append(out, StructField{name.Name, t, tag})
		}
	}
	return out
}

// typ reads a type.
func (r *goFile) typ(e ast.Expr) *Type {
	text := r.source(e.Pos(), e.End())
	if t, ok := r.known[string(text)]; ok {
		return t
	}
	t := &Type{Text: strings.ReplaceAll(string(text), "interface{}", "any")}
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if pkg, ok := n.X.(*ast.Ident); ok {
				t.Imports = append(t.Imports, r.meant(pkg.Name)...)
				return false
			}
		case *ast.Ident:
			if r.types[n.Name] {
				t.Local = append(t.Local, n.Name)
			}
		}
		return true
	})
	r.known[string(text)] = t
	return t
}
