package sqlcrun

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// models reads models.go: the structs of tables as fields, every other type, as
// an enum, as the source that declares it.
func (r *goFile) models(f *ast.File) error {
	for _, decl := range f.Decls {
		if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.TYPE {
			for _, spec := range gen.Specs {
				name := spec.(*ast.TypeSpec).Name.Name
				r.types[name] = true
			}
		}
	}
	for _, decl := range f.Decls {
		if err := r.declaration(decl); err != nil {
			return err
		}
	}
	return nil
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
				return r.keep(id.Name, decl)
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
				if imp, ok := r.imports[id.Name]; ok {
					t.Imports = append(t.Imports, imp)
				}
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
