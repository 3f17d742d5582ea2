package sqlcrun

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// models reads models.go: the structs of tables as fields, every other type, as
// an enum, as the source that declares it.
func (r *goFile) models(text []byte) error {
	// In gofmt's form a line begins with this word where a type is declared.
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte("type ")); ok {
			name, _, _ := bytes.Cut(rest, []byte(" "))
			r.types[string(name)] = true
		}
	}
	err := r.sections(text, func(tree *ast.File) error {
		for _, decl := range tree.Decls {
			if err := r.declaration(decl); err != nil {
				return err
			}
		}
		return nil
	})
	for _, name := range slices.Sorted(maps.Keys(r.types)) {
		if err == nil && r.c.Types[name] == nil {
			err = fmt.Errorf("type %s is not declared", name)
		}
	}
	return err
}

// maxSection is about how many bytes of Go are parsed at once: the syntax tree of
// all structs takes more memory than what is kept of them.
const maxSection = 16 << 10

// sections parses a file part by part and calls read with each, which has whole
// declarations.
func (r *goFile) sections(text []byte, read func(*ast.File) error) error {
	header := ""
	for from, size := 0, maxSection; from < len(text); {
		end := sectionEnd(text, from+size)
		tree, err := r.parse(append([]byte(header), text[from:end]...), parser.ParseComments)
		switch {
		case err == nil:
			if err := read(tree); err != nil {
				return err
			}
			header, from, size = "package p\n\n", end, maxSection
		case end < len(text):
			size *= 2 // the empty line was one of a declaration
		default:
			return err
		}
	}
	return nil
}

// sectionEnd returns where, behind at, an empty line ends before a line that is
// not indented, or the length of text.
func sectionEnd(text []byte, at int) int {
	for at < len(text) {
		n := bytes.Index(text[at:], []byte("\n\n"))
		if n < 0 {
			break
		}
		if at += n + 2; at < len(text) && text[at] != '\t' && text[at] != ' ' {
			return at
		}
	}
	return len(text)
}

func (r *goFile) declaration(decl ast.Decl) error {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			// emit_all_enum_values: func AllRoleValues() []Role
			if len(decl.Type.Results.List) == 1 {
				if id, ok := element(decl.Type.Results.List[0].Type).(*ast.Ident); ok {
					return r.keep(id.Name, decl)
				}
			}
			return fmt.Errorf("function %s belongs to no type", decl.Name.Name)
		}
		return r.keep(receiver(decl), decl)
	case *ast.GenDecl:
		switch decl.Tok {
		case token.IMPORT:
			return nil
		case token.CONST:
			if id, ok := decl.Specs[0].(*ast.ValueSpec).Type.(*ast.Ident); ok {
				if err := r.keep(id.Name, decl); err != nil {
					return err
				}
				for _, spec := range decl.Specs {
					for _, name := range spec.(*ast.ValueSpec).Names {
						r.c.Types[id.Name].Consts = append(r.c.Types[id.Name].Consts, name.Name)
					}
				}
				return nil
			}
		case token.TYPE:
			spec := decl.Specs[0].(*ast.TypeSpec)
			t := &TypeDecl{Name: spec.Name.Name, Doc: strings.TrimSpace(decl.Doc.Text())}
			r.c.Types[t.Name] = t
			// A struct with methods, as NullRole, is kept as source; its methods come later.
			if st, ok := spec.Type.(*ast.StructType); ok {
				t.Fields = r.fields(st)
			}
			return r.keep(t.Name, decl)
		}
	}
	return fmt.Errorf("a declaration is not understood")
}

// keep appends the text of decl to its type.
func (r *goFile) keep(name string, decl ast.Decl) error {
	t := r.c.Types[name]
	if t == nil {
		return fmt.Errorf("a declaration of %s stands before it", name)
	}
	from := decl.Pos()
	switch decl := decl.(type) {
	case *ast.GenDecl:
		if decl.Doc != nil {
			from = decl.Doc.Pos()
		}
	case *ast.FuncDecl:
		if decl.Doc != nil {
			from = decl.Doc.Pos()
		}
	}
	text := r.source(from, decl.End())
	if t.Source != "" {
		t.Source += "\n\n"
	}
	t.Source += string(bytes.ReplaceAll(text, []byte("interface{}"), []byte("any")))
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok {
				t.Imports = append(t.Imports, r.meant(id.Name)...)
			}
			return true
		case *ast.Ident:
			if r.types[n.Name] && n.Name != name {
				t.Local = append(t.Local, n.Name)
			}
		}
		return true
	})
	return nil
}

// structs finishes the types: which struct stands for which table, told by the
// probing queries, and which declarations are structs of tables.
func (r *goReader) structs(w *workspace, methods []*method) error {
	for _, m := range methods {
		if !m.probe || m.name == probeName {
			continue
		}
		n, err := strconv.Atoi(strings.TrimPrefix(m.name, probeName))
		if err != nil {
			return fmt.Errorf("query %s was not asked for", m.name)
		}
		asked := w.structs[min(n*probeWidth, len(w.structs)):min((n+1)*probeWidth, len(w.structs))]
		if len(m.embeds) != len(asked) || len(m.fields) != len(asked) {
			return fmt.Errorf("query %s returns %d structs, and was asked for %d", m.name, len(m.embeds), len(asked))
		}
		for i, f := range m.fields {
			r.c.Structs[asked[i]] = f.Type.Text
		}
	}
	for _, t := range r.c.Types {
		if len(t.Fields) > 0 && !strings.Contains(t.Source, "\n\nfunc ") && !strings.Contains(t.Source, "\n\n//") {
			t.Source, t.Imports, t.Local = "", nil, nil
		}
	}
	return nil
}
