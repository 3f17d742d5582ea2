package model

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
)

// Load reads the models in modelsDir, a folder relative to dir, which is the
// configuration's. What is wrong with the files goes to rep; the error speaks of the world.
//
// A model is a struct type of the package level with a field that has a db or
// po tag, or with a blank field that has a tenant tag. A field without a tag
// is no column. A struct that is embedded in a model lends its columns and is
// no model itself, unless a tenant tag of its own declares it one; the tag
// `tenant:"-"` says that a struct is none.
//
// Test files are not read, and neither are files that build constraints
// exclude for linux/amd64 without cgo and without tags: the same on every
// machine, so that the output is.
func Load(dir, modelsDir string, rep *diag.List) (*Package, error) {
	l := &loader{
		dir: path.Clean(filepath.ToSlash(modelsDir)), rep: rep, fset: token.NewFileSet(),
		source: map[string][]byte{}, read: map[*ast.BasicLit]*fieldTags{}, specs: map[string]*ast.TypeSpec{}, docs: map[*ast.TypeSpec]*ast.CommentGroup{},
		spelled: map[string]*FieldType{},
	}
	full := filepath.Join(dir, filepath.FromSlash(modelsDir))
	if err := l.parse(full); err != nil {
		return nil, fmt.Errorf("load models %s: %w", l.dir, err)
	}
	importPath, err := ImportPath(full)
	if err != nil {
		return nil, fmt.Errorf("load models %s: %w", l.dir, err)
	}
	l.pkg = &Package{ImportPath: importPath, Dir: l.dir}
	l.onePackage()
	l.check()
	l.models()
	return l.pkg, nil
}

// loader holds what is known of the folder while its models are made.
type loader struct {
	dir     string
	rep     *diag.List
	fset    *token.FileSet
	files   []*ast.File       // by name
	source  map[string][]byte // by file name, relative to the configuration
	broken  bool              // a file did not parse
	pkg     *Package
	types   *types.Package
	info    *types.Info
	specs   map[string]*ast.TypeSpec // the package's types by name
	order   []*ast.TypeSpec          // the same in the order of the files
	docs    map[*ast.TypeSpec]*ast.CommentGroup
	read    map[*ast.BasicLit]*fieldTags // tags that have been read
	spelled map[string]*FieldType        // by their text, as last seen
}

// pos returns the place of p. Line comments that rename files are not obeyed.
func (l *loader) pos(p token.Pos) diag.Pos {
	at := l.fset.PositionFor(p, false)
	return diag.Pos{File: at.Filename, Line: at.Line, Column: at.Column}
}

// report records an error at p, underlining width bytes.
func (l *loader) report(code diag.Code, p token.Pos, width int, message, why, fix string, related ...diag.Related) {
	l.rep.Add(diag.Diagnostic{Code: code, Pos: l.pos(p), Width: width, Message: message, Why: why, Fix: fix, Related: related})
}

// parse reads and parses the Go files of the folder. A file that does not parse
// is reported and left out.
func (l *loader) parse(full string) error {
	entries, err := os.ReadDir(full)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(full, name))
		if err != nil {
			return err
		}
		data = bytes.TrimPrefix(data, []byte("\ufeff"))
		if !included(full, name, data) {
			continue
		}
		display := path.Join(l.dir, name)
		l.source[display] = data
		file, err := parser.ParseFile(l.fset, display, data, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			l.broken = true
			l.syntax(display, err)
			continue
		}
		l.files = append(l.files, file)
	}
	return nil
}

// included reports whether the build constraints in a file's name and head hold.
func included(dir, name string, data []byte) bool {
	ctx := build.Context{
		GOOS: "linux", GOARCH: "amd64", Compiler: "gc", ReleaseTags: build.Default.ReleaseTags,
		OpenFile: func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
	match, err := ctx.MatchFile(dir, name)
	return match || err != nil // a malformed head is for the parser to report
}

// syntax reports the first error of a file: those after it are mostly its
// consequences.
func (l *loader) syntax(file string, err error) {
	d := diag.Diagnostic{Code: diag.CodeGoSyntax, Pos: diag.Pos{File: file}, Message: "this is not Go: " + err.Error()}
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		first := list[0]
		d.Pos.Line, d.Pos.Column = first.Pos.Line, first.Pos.Column
		d.Message = "this is not Go: " + first.Msg
	}
	l.rep.Add(d)
}

// onePackage names the package and drops the files of any other, after a
// diagnostic.
func (l *loader) onePackage() {
	var kept []*ast.File
	for _, f := range l.files {
		switch {
		case len(kept) == 0:
			l.pkg.Name = f.Name.Name
		case f.Name.Name != l.pkg.Name:
			l.report(diag.CodeModelPackages, f.Name.Pos(), len(f.Name.Name),
				fmt.Sprintf("this file belongs to package %s, the others to %s", f.Name.Name, l.pkg.Name),
				"one folder is one Go package", "package "+l.pkg.Name,
				diag.Related{Pos: l.pos(kept[0].Name.Pos()), Message: "the first file of the folder"})
			continue
		}
		kept = append(kept, f)
	}
	l.files = kept
}

// check resolves the types of the package. Errors are not reported: what the
// imports declare is not known here, and the compiler says the rest.
func (l *loader) check() {
	for _, f := range l.files {
		for _, decl := range f.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.TYPE {
				continue
			}
			for _, s := range gen.Specs {
				spec := s.(*ast.TypeSpec)
				if l.specs[spec.Name.Name] != nil || spec.Name.Name == "_" {
					continue // a second declaration does not compile
				}
				l.specs[spec.Name.Name] = spec
				l.order = append(l.order, spec)
				l.docs[spec] = spec.Doc
				if spec.Doc == nil && len(gen.Specs) == 1 {
					l.docs[spec] = gen.Doc
				}
			}
		}
	}
	conf := types.Config{
		Importer: newStubs(l.files), Error: func(error) {},
		IgnoreFuncBodies: true, FakeImportC: true, DisableUnusedImportCheck: true,
	}
	l.info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Implicits: map[ast.Node]types.Object{},
	}
	// The error is the first of those that conf.Error has passed over.
	l.types, _ = conf.Check(l.pkg.ImportPath, l.fset, l.files, l.info)
}
