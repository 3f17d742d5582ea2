package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"testing"
)

const (
	module       = "github.com/tenantc/tenantc"
	genPath      = module + "/gen"
	unscopedPath = genPath + "/unscoped"
	tenantPath   = module + "/tenant"
)

// world type-checks small programs against gen. The compiler's export data is
// read once, so that a program costs about a millisecond.
type world struct {
	fset   *token.FileSet
	export types.Importer
}

func load(t *testing.T) *world {
	t.Helper()
	args := []string{"list", "-export", "-deps", "-json=ImportPath,Export", "-buildvcs=false"}
	if withRace() {
		args = append(args, "-race") // the packages of this very run, compiled already
	}
	cmd := exec.Command("go", append(args, "./gen/...")...)
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	files := make(map[string]string)
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var pkg struct{ ImportPath, Export string }
		if err := dec.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("read what go list prints: %v", err)
		}
		files[pkg.ImportPath] = pkg.Export
	}
	fset := token.NewFileSet()
	return &world{fset, importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) {
		file, ok := files[path]
		if !ok {
			return nil, fmt.Errorf("gen does not depend on %s", path)
		}
		return os.Open(file)
	})}
}

// check compiles src as far as its types go and returns every error.
func (w *world) check(t *testing.T, src string) (*types.Package, []types.Error) {
	t.Helper()
	file, err := parser.ParseFile(w.fset, "program.go", src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("parse the test's own program: %v\n%s", err, src)
	}
	var found []types.Error
	cfg := types.Config{Importer: w.export, Error: func(err error) {
		var typeErr types.Error
		if !errors.As(err, &typeErr) {
			t.Fatalf("check: %v", err)
		}
		found = append(found, typeErr)
	}}
	pkg, _ := cfg.Check("program", w.fset, []*ast.File{file}, nil) // the error is the first of found
	return pkg, found
}

func (w *world) importPackage(t *testing.T, path string) *types.Package {
	t.Helper()
	pkg, err := w.export.Import(path)
	if err != nil {
		t.Fatalf("import %s: %v", path, err)
	}
	return pkg
}

func (w *world) tenantID(t *testing.T) types.Type {
	t.Helper()
	return w.importPackage(t, tenantPath).Scope().Lookup("ID").Type()
}

// withRace reports whether this test was built with -race.
func withRace() bool {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return false
	}
	for _, setting := range info.Settings {
		if setting.Key == "-race" {
			return setting.Value == "true"
		}
	}
	return false
}
