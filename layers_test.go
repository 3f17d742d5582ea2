// Package tenantc holds no code: its test is the import table of
// ARCHITECTURE.md, executable.
package tenantc

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/tenantc/tenantc"

// A layer says what the packages that match a pattern may import besides the
// standard library. Patterns of this module are relative to it; "x/*" stands
// for the packages below x and "x/..." for x too.
type layer struct {
	packages string
	may      []string
}

const (
	pgx    = "github.com/jackc/pgx/v5/..."
	uuid   = "github.com/google/uuid"
	parse  = "github.com/sqlc-dev/oliphant/..."
	yaml   = "go.yaml.in/yaml/v3"
	plural = "github.com/jinzhu/inflection"
	goose  = "github.com/pressly/goose/v3"
	otel   = "go.opentelemetry.io/otel/..."
	proto  = "google.golang.org/protobuf/..."
)

// The first layer that matches a package counts.
var layers = []layer{
	{"tenant", []string{"tenant/pools", pgx, uuid}},
	{"tenant/pools", []string{pgx}},
	{"tenant/provision", []string{"tenant", "tenant/pools", pgx, goose}},
	{"tenant/tenantotel", []string{"tenant", pgx, otel}},
	{"tenant/*", []string{"tenant", pgx, uuid}},
	{"models", []string{"tenant", uuid, "github.com/jackc/pgx/v5/pgtype"}},
	{"schema", nil},
	{"gen/...", []string{"models", "tenant", "tenant/filter", pgx, uuid}},

	{"templates", nil},
	{"internal/diag", nil},
	{"internal/parallel", nil},
	{"internal/packed", nil},
	{"internal/config", []string{"internal/diag", yaml}},
	{"internal/model", []string{"internal/diag", plural}},
	{"internal/pgast", []string{"internal/diag", parse, proto}},
	{"internal/catalog", []string{"internal/diag", "internal/config", "internal/pgast", "internal/model"}},
	{"internal/query", []string{"internal/diag", "internal/pgast", "internal/catalog"}},
	{"internal/prove", []string{"internal/diag", "internal/pgast", "internal/catalog", "internal/query"}},
	{"internal/sqlcrun", []string{"internal/diag", "internal/parallel", "internal/config"}},
	{"internal/plan", []string{
		"internal/diag", "internal/config", "internal/model", "internal/catalog",
		"internal/packed", "internal/query", "internal/prove", "internal/sqlcrun", plural,
	}},
	{"internal/emit", []string{"internal/diag", "internal/parallel", "internal/plan", "templates"}},
	{"internal/pgtest", []string{pgx}},
	{"internal/gallery", []string{"internal/config", "golang.org/x/tools/txtar"}},
	{"internal/oracle", []string{
		"internal/catalog", "internal/config", "internal/diag", "internal/gallery", "internal/pgtest", "internal/prove", "internal/query", pgx,
	}},
	{"internal/mutants/weave", []string{"internal/mutants"}},
	{"internal/mutants/...", nil},
	{"internal/contract", nil},
	{"generator", []string{
		"internal/catalog", "internal/config", "internal/diag", "internal/emit", "internal/model", "internal/oracle", "internal/packed", "internal/parallel", "internal/pgast",
		"internal/plan", "internal/prove", "internal/query", "internal/sqlcrun",
	}},
	{"cmd/*", []string{"generator"}},

	{"examples/*", []string{"gen/...", "models", "schema", "tenant/...", "internal/pgtest", pgx, uuid}},
}

// neverGen are the packages that must build while gen does not exist, their
// tests included: gen is made by them.
var neverGen = []string{"models", "templates", "tenant/...", "generator", "cmd/*", "internal/..."}

// readsGen are tests about gen itself.
var readsGen = []string{"internal/contract"}

// TestLayers looks at the files that are no tests: a test may put together what
// its package must not know.
func TestLayers(t *testing.T) {
	packages := load(t)
	used := make(map[string]bool)
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		pkg := packages[name]
		if len(pkg.imports) == 0 && !pkg.hasCode {
			continue // tests only
		}
		l, ok := layerOf(name)
		if !ok {
			t.Errorf("%s: has no line in the import table", name)
			continue
		}
		used[l.packages] = true
		for imported, file := range pkg.imports {
			if !mayImport(l, imported) {
				t.Errorf("%s: %s may not import %s", file, name, imported)
			}
		}
	}
	for _, l := range layers {
		if !used[l.packages] {
			t.Errorf("import table: no package matches %s", l.packages)
		}
	}
}

func TestNothingThatMakesGenImportsIt(t *testing.T) {
	for name, pkg := range load(t) {
		if !matchesAny(neverGen, name) || matchesAny(readsGen, name) {
			continue
		}
		for _, imports := range []map[string]string{pkg.imports, pkg.testImports} {
			for imported, file := range imports {
				if match("gen/...", imported) {
					t.Errorf("%s: %s may not import %s: it must build and be tested while that does not exist", file, name, imported)
				}
			}
		}
	}
}

func TestLayersRefuse(t *testing.T) {
	for _, tt := range []struct {
		name, imported string
		want           bool
	}{
		{"internal/prove", "internal/query", true},
		{"internal/prove", "internal/model", false},
		{"internal/prove", "github.com/sqlc-dev/oliphant/parser", false},
		{"internal/pgast", "github.com/sqlc-dev/oliphant/parser", true},
		{"internal/plan", "gen", false},
		{"gen", "tenant/filter", true},
		{"gen/unscoped", "models", true},
		{"gen", "generator", false},
		{"tenant", "tenant/filter", false},
		{"tenant/filter", "tenant", true},
		{"cmd/tenantc", "internal/plan", false},
	} {
		l, ok := layerOf(tt.name)
		if !ok {
			t.Errorf("%s has no line in the import table", tt.name)
			continue
		}
		if got := mayImport(l, tt.imported); got != tt.want {
			t.Errorf("%s may import %s: got %t, want %t", tt.name, tt.imported, got, tt.want)
		}
	}
	if l, ok := layerOf("internal/helpers"); ok {
		t.Errorf("internal/helpers matches line %s, want none", l.packages)
	}
}

func layerOf(name string) (layer, bool) {
	for _, l := range layers {
		if match(l.packages, name) {
			return l, true
		}
	}
	return layer{}, false
}

func mayImport(l layer, imported string) bool { return matchesAny(l.may, imported) }

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return match(pattern, name) })
}

func match(pattern, name string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return name == base || strings.HasPrefix(name, base+"/")
	}
	if base, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(name, base+"/")
	}
	return name == pattern
}

// A pkg is what the files of one folder import besides the standard library:
// import path, relative in this module, to a file that has it.
type pkg struct {
	hasCode              bool // a file that is no test
	imports, testImports map[string]string
}

// load reads the imports of every package of this module, by its path relative
// to the module. The module's root itself is this test.
func load(t *testing.T) map[string]*pkg {
	t.Helper()
	packages := make(map[string]*pkg)
	err := filepath.WalkDir(".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return skip(file)
		case filepath.Ext(file) != ".go" || filepath.Dir(file) == ".":
			return nil
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		name := path.Dir(filepath.ToSlash(file))
		if packages[name] == nil {
			packages[name] = &pkg{imports: make(map[string]string), testImports: make(map[string]string)}
		}
		into := packages[name].testImports
		if !strings.HasSuffix(file, "_test.go") {
			into = packages[name].imports
			packages[name].hasCode = true
		}
		for _, spec := range syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return fmt.Errorf("%s: import %s: %w", file, spec.Path.Value, err)
			}
			if own, ok := strings.CutPrefix(imported, module+"/"); ok {
				into[own] = file
			} else if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
				into[imported] = file
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// skip leaves out what the go command leaves out of ./... too.
func skip(dir string) error {
	base := filepath.Base(dir)
	switch {
	case dir == ".":
		return nil
	case base == "testdata", strings.HasPrefix(base, "."), strings.HasPrefix(base, "_"), dir == "bench":
		return filepath.SkipDir
	}
	return nil
}
