package plan_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"
)

// exports returns the export data of every package that emitted code may need
// from outside, by import path.
var exports = sync.OnceValues(func() (map[string]string, error) {
	cmd := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export",
		"github.com/tenantc/tenantc/tenant", "github.com/tenantc/tenantc/tenant/filter", "github.com/jackc/pgx/v5", "github.com/google/uuid", "database/sql", "encoding/json", "net/netip")
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct{ ImportPath, Export string }
		if err := dec.Decode(&p); err == io.EOF {
			return found, nil
		} else if err != nil {
			return nil, err
		}
		found[p.ImportPath] = p.Export
	}
})

// checker type-checks packages from source over those from export data.
type checker struct {
	fset *token.FileSet
	base types.Importer
	own  map[string]*types.Package
}

func (c *checker) Import(p string) (*types.Package, error) {
	if own := c.own[p]; own != nil {
		return own, nil
	}
	return c.base.Import(p)
}

func newChecker(t *testing.T) *checker {
	t.Helper()
	found, err := exports()
	if err != nil {
		t.Fatalf("go list -export: %v", err)
	}
	fset := token.NewFileSet()
	lookup := func(p string) (io.ReadCloser, error) {
		if found[p] == "" {
			return nil, fmt.Errorf("no export data for %s", p)
		}
		return os.Open(found[p])
	}
	return &checker{fset, importer.ForCompiler(fset, "gc", lookup), map[string]*types.Package{}}
}

// check type-checks the files of one folder.
func (c *checker) check(t *testing.T, importPath string, files map[string][]byte) *types.Package {
	t.Helper()
	var parsed []*ast.File
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		f, err := parser.ParseFile(c.fset, name, files[name], parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	conf := types.Config{Importer: c, Error: func(err error) { t.Error(err) }}
	pkg, _ := conf.Check(importPath, c.fset, parsed, nil) // errors went to t
	c.own[importPath] = pkg
	return pkg
}

// checkEmitted type-checks what was emitted, with the models of the case, and
// holds it against what each package promises.
func checkEmitted(t *testing.T, p *project, archive *txtar.Archive) {
	t.Helper()
	c := newChecker(t)
	models := map[string][]byte{}
	for _, f := range archive.Files {
		if path.Dir(f.Name) == p.in.Block.Models {
			models[f.Name] = f.Data
		}
	}
	if p.in.Models != nil {
		c.check(t, p.in.Models.ImportPath, models)
	}
	for _, pkg := range p.plan.Packages {
		files := map[string][]byte{}
		for name, text := range p.files {
			if path.Dir(name) == pkg.Dir {
				files[name] = text
			}
		}
		checked := c.check(t, path.Join("example.com/app", filepath.ToSlash(pkg.Dir)), files)
		if pkg.Scoped() {
			promises(t, checked, p.in.Catalog.Dimensions[0].Name, len(p.in.Catalog.Dimensions) > 1)
		}
	}
}

// promises: every exported function and method that takes a context takes the
// key of the widest dimension right after it, and nothing exported takes text
// that could be SQL without being the value of a column.
func promises(t *testing.T, pkg *types.Package, dim string, several bool) {
	t.Helper()
	check := func(fn *types.Func) {
		sig := fn.Signature()
		params := sig.Params()
		if params.Len() == 0 || params.At(0).Type().String() != "context.Context" {
			for v := range params.Variables() {
				if v.Type().String() == "context.Context" {
					t.Errorf("%s takes a context, but not first", fn.FullName())
				}
			}
			return
		}
		if params.Len() < 2 {
			t.Errorf("%s takes no tenant", fn.FullName())
			return
		}
		second := params.At(1)
		named, _ := types.Unalias(second.Type()).(*types.Named)
		switch {
		case named == nil:
			t.Errorf("%s takes %s where the tenant belongs", fn.FullName(), second.Type())
		case several && (named.Obj().Pkg() != pkg || !strings.EqualFold(named.Obj().Name(), strings.ReplaceAll(dim, "_", "")+"id")):
			t.Errorf("%s takes %s where the key of %s belongs", fn.FullName(), second.Type(), dim)
		case !several && (named.Obj().Pkg().Path() != "github.com/tenantc/tenantc/tenant" || !slices.Contains([]string{"ID", "Int64ID", "TextID"}, named.Obj().Name())):
			t.Errorf("%s takes %s where the tenant belongs", fn.FullName(), second.Type())
		}
		if !several && second.Name() != "tenantID" {
			t.Errorf("%s calls its tenant %s", fn.FullName(), second.Name())
		}
		for v := range params.Variables() {
			if n := strings.ToLower(v.Name()); n == "sql" || n == "query" {
				t.Errorf("%s takes %s", fn.FullName(), v)
			}
		}
	}
	for _, name := range pkg.Scope().Names() {
		obj := pkg.Scope().Lookup(name)
		if !obj.Exported() {
			continue
		}
		switch obj := obj.(type) {
		case *types.Func:
			check(obj)
		case *types.TypeName:
			set := types.NewMethodSet(types.NewPointer(obj.Type()))
			for sel := range set.Methods() {
				if fn, ok := sel.Obj().(*types.Func); ok && fn.Exported() && fn.Pkg() == pkg {
					check(fn)
				}
			}
		}
	}
}
