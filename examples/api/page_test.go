package api

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the examples into docs/api.md anew")

const page = "../../docs/api.md"

// block is an example on the page: the comment that names the function, and the
// fenced block under it.
var block = regexp.MustCompile("(?s)(<!-- (Example\\w*) -->\n```go\n)(.*?)(```\n)")

// TestPage keeps docs/api.md in step with the examples: the page shows what is
// between the call of demo and the expected output, and shows every one.
func TestPage(t *testing.T) {
	bodies := exampleBodies(t)
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	want := block.ReplaceAllFunc(text, func(b []byte) []byte {
		parts := block.FindSubmatch(b)
		name := string(parts[2])
		body, ok := bodies[name]
		if !ok {
			t.Errorf("the page shows %s, and there is no such example", name)
			return b
		}
		shown[name] = true
		return fmt.Appendf(nil, "%s%s%s", parts[1], body, parts[4])
	})
	for name := range bodies {
		if !shown[name] {
			t.Errorf("the page does not show %s", name)
		}
	}
	if bytes.Equal(text, want) {
		return
	}
	if !*update {
		t.Fatal("docs/api.md is not what the examples are: go test ./examples/api -run TestPage -update")
	}
	if err := os.WriteFile(page, want, 0o644); err != nil {
		t.Fatal(err)
	}
}

// exampleBodies returns what the page shows of each example.
func exampleBodies(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string]string{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		fset := token.NewFileSet()
		parsed, err := parser.ParseFile(fset, file, src, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(fn.Name.Name, "Example") {
				continue
			}
			text := string(src[fset.Position(fn.Body.Lbrace).Offset+1 : fset.Position(fn.Body.Rbrace).Offset])
			code, _, tested := strings.Cut(text, "\n\t// Output:")
			if !tested {
				t.Errorf("%s: %s is not run: it says nothing of its output", file, fn.Name.Name)
			}
			_, code, ok = strings.Cut(strings.TrimPrefix(code, "\n"), "\n") // the call of demo
			if !ok {
				t.Errorf("%s: %s is empty", file, fn.Name.Name)
			}
			code = strings.ReplaceAll("\n"+strings.TrimPrefix(code, "\n"), "\n\t", "\n")
			bodies[fn.Name.Name] = strings.TrimPrefix(code, "\n") + "\n"
		}
	}
	return bodies
}
