package model

import (
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// opaqueMark is the only field of the underlying type of a stub. It is no Go
// identifier, so that no struct of the user has it.
const opaqueMark = "(opaque)"

// stubs imports every path as a package that declares the types which the
// files mention, each of them opaque.
type stubs map[string]*types.Package

// Import implements types.Importer.
func (s stubs) Import(importPath string) (*types.Package, error) {
	if importPath == "unsafe" {
		return types.Unsafe, nil
	}
	return s.get(importPath), nil
}

func (s stubs) get(importPath string) *types.Package {
	pkg := s[importPath]
	if pkg == nil {
		pkg = types.NewPackage(importPath, "(unknown)") // no qualifier finds it
		pkg.MarkComplete()
		s[importPath] = pkg
	}
	return pkg
}

// newStubs makes the packages that files import. The name of a package that
// is imported without one is found by comparing what its path suggests with
// the qualifiers that the file's types use; see unnamed.
func newStubs(files []*ast.File) stubs {
	s := stubs{}
	for _, f := range files {
		uses := qualified(f)
		imports := map[string]string{} // qualifier to path
		var paths []string             // imported without a name
		for _, spec := range f.Imports {
			importPath, err := strconv.Unquote(spec.Path.Value)
			switch {
			case err != nil || importPath == "unsafe" || importPath == "C":
			case spec.Name == nil:
				paths = append(paths, importPath)
			default:
				imports[spec.Name.Name] = importPath
			}
		}
		for qualifier := range uses {
			if imports[qualifier] == "" {
				if importPath := unnamed(qualifier, paths); importPath != "" {
					imports[qualifier] = importPath
					s.get(importPath).SetName(qualifier)
				}
			}
		}
		for qualifier, sels := range uses {
			if importPath := imports[qualifier]; importPath != "" {
				for name, params := range sels {
					s.get(importPath).Scope().Insert(opaque(s.get(importPath), name, params))
				}
			}
		}
	}
	return s
}

// opaque declares a type of which only the name and the number of type
// parameters are known.
func opaque(pkg *types.Package, name string, params int) *types.TypeName {
	mark := types.NewField(token.NoPos, pkg, opaqueMark, types.Typ[types.Invalid], false)
	obj := types.NewTypeName(token.NoPos, pkg, name, nil)
	named := types.NewNamed(obj, types.NewStruct([]*types.Var{mark}, nil), nil)
	var list []*types.TypeParam
	for i := range params {
		p := types.NewTypeName(token.NoPos, pkg, "T"+strconv.Itoa(i), nil)
		list = append(list, types.NewTypeParam(p, types.Universe.Lookup("any").Type()))
	}
	named.SetTypeParams(list)
	return obj
}

// qualified returns the selectors q.Name in the type declarations of f: for
// each q the names, and for each name how many type arguments it is given.
func qualified(f *ast.File) map[string]map[string]int {
	out := map[string]map[string]int{}
	note := func(e ast.Expr, params int) {
		sel, ok := e.(*ast.SelectorExpr)
		if !ok {
			return
		}
		if q, ok := sel.X.(*ast.Ident); ok {
			if out[q.Name] == nil {
				out[q.Name] = map[string]int{}
			}
			out[q.Name][sel.Sel.Name] = max(params, out[q.Name][sel.Sel.Name])
		}
	}
	for _, decl := range f.Decls {
		if gen, ok := decl.(*ast.GenDecl); !ok || gen.Tok != token.TYPE {
			continue
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				note(n, 0)
			case *ast.IndexExpr:
				note(n.X, 1)
			case *ast.IndexListExpr:
				note(n.X, len(n.Indices))
			}
			return true
		})
	}
	return out
}

// unnamed returns the one of paths that qualifier most plausibly names: the
// only one that suggests it in the first place, else the only one that suggests
// it at all. It is "" when there is none or there are several.
func unnamed(qualifier string, paths []string) string {
	var first, other []string
	for _, p := range slices.Compact(slices.Sorted(slices.Values(paths))) {
		suggested := names(p)
		switch {
		case suggested[0] == qualifier:
			first = append(first, p)
		case slices.Contains(suggested, qualifier):
			other = append(other, p)
		}
	}
	switch {
	case len(first) == 1:
		return first[0]
	case len(first) == 0 && len(other) == 1:
		return other[0]
	}
	return ""
}

var version = regexp.MustCompile(`^v[0-9]+$`)

// names returns the package names that an import path suggests, the likeliest
// first: its last element without a version, without go- before or -go behind,
// and with the characters left out that no name has.
func names(importPath string) []string {
	base := path.Base(importPath)
	if version.MatchString(base) && strings.Contains(importPath, "/") {
		base = path.Base(path.Dir(importPath))
	}
	if name, v, ok := strings.Cut(base, ".v"); ok && version.MatchString("v"+v) {
		base = name
	}
	var out []string
	add := func(name string) {
		for _, sep := range []string{"", "_"} {
			clean := strings.ReplaceAll(strings.ReplaceAll(name, "-", sep), ".", sep)
			if token.IsIdentifier(clean) && !slices.Contains(out, clean) {
				out = append(out, clean)
			}
		}
	}
	add(base)
	trimmed := base
	for _, affix := range []string{"go-", "go."} {
		trimmed = strings.TrimPrefix(trimmed, affix)
	}
	for _, affix := range []string{"-go", ".go"} {
		trimmed = strings.TrimSuffix(trimmed, affix)
	}
	add(trimmed)
	for _, part := range strings.FieldsFunc(base, func(r rune) bool { return r == '-' || r == '.' }) {
		add(part)
	}
	if len(out) == 0 {
		out = []string{"_"}
	}
	return out
}
