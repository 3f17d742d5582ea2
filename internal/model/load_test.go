package model

import (
	"flag"
	"fmt"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/diag"
)

var update = flag.Bool("update", false, "rewrite the wanted sections in testdata")

// folder makes a folder that holds the given files.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// load loads models/ of a folder that holds the given files.
func load(t testing.TB, files map[string]string) (*Package, *diag.List) {
	t.Helper()
	rep := &diag.List{}
	pkg, err := Load(folder(t, files), "models", rep)
	if err != nil {
		t.Fatal(err)
	}
	return pkg, rep
}

// letters prints diagnostics, one a line, with their fix and related places.
func letters(rep *diag.List) string {
	var b strings.Builder
	for _, d := range rep.Sorted() {
		fmt.Fprintf(&b, "%s: %s %s: %s\n", d.Pos, d.Severity, d.Code, d.Message)
		if d.Fix != "" {
			fmt.Fprintf(&b, "\tfix: %s\n", d.Fix)
		}
		for _, rel := range d.Related {
			fmt.Fprintf(&b, "\t%s: %s\n", rel.Pos, rel.Message)
		}
	}
	return b.String()
}

// facts prints models, a line each and a line a field.
func facts(pkg *Package) string {
	var b strings.Builder
	for _, m := range pkg.Models {
		fmt.Fprintf(&b, "%s: %s → %s", m.Pos, m.Name, m.Table)
		if m.Declared {
			fmt.Fprintf(&b, " declared at %s", m.TablePos)
		}
		if m.Root {
			fmt.Fprintf(&b, " root(%s)", m.RootDim)
		}
		if m.Global {
			b.WriteString(" global")
		}
		if m.Via != nil {
			fmt.Fprintf(&b, " via %s", strings.Join(m.Via, ", "))
		}
		if m.ClassPos.IsValid() {
			fmt.Fprintf(&b, " class at %s", m.ClassPos)
		}
		fmt.Fprintf(&b, " %q\n", m.Doc)
		for _, f := range m.Fields {
			fmt.Fprintf(&b, "\t%s %s: %s %s = %s (%s)", f.Pos, f.TagPos(), f.Path(), f.Column, f.Qualified, types.TypeString(f.Type, nil))
			if f.Mark != Unmarked {
				fmt.Fprintf(&b, " %s", f.Mark)
			}
			if f.PrimaryKey {
				b.WriteString(" key")
			}
			if f.Pointer {
				b.WriteString(" pointer")
			}
			if f.Embedded {
				b.WriteString(" embedded")
			}
			for _, i := range f.Imports {
				fmt.Fprintf(&b, " import %s%q", i.Name, i.Path)
			}
			for _, w := range f.Words {
				fmt.Fprintf(&b, " [%s]", w)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// archive runs each pair of sections of an archive: a Go file, then what is
// wanted of it, under the same name with .want behind.
func archive(t *testing.T, path string, run func(t *testing.T, name, text string) string) {
	t.Helper()
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(a.Files); i += 2 {
		input, want := a.Files[i], &a.Files[i+1]
		if want.Name != input.Name+".want" {
			t.Fatalf("section %s is followed by %s", input.Name, want.Name)
		}
		got := run(t, input.Name, string(input.Data))
		if *update {
			want.Data = []byte(got)
		} else if diff := cmp.Diff(string(want.Data), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", input.Name, diff)
		}
	}
	if *update {
		if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	archive(t, "testdata/accepted.txtar", func(t *testing.T, name, text string) string {
		pkg, rep := load(t, map[string]string{"models/m.go": text})
		if rep.Len() > 0 {
			t.Errorf("%s is refused:\n%s", name, letters(rep))
		}
		return facts(pkg)
	})
}

func TestRefused(t *testing.T) {
	t.Parallel()
	codes := map[diag.Code]bool{}
	archive(t, "testdata/refused.txtar", func(t *testing.T, name, text string) string {
		_, rep := load(t, map[string]string{"models/m.go": text})
		if !rep.HasErrors() {
			t.Errorf("%s: nothing was refused", name)
		}
		for _, d := range rep.Sorted() {
			codes[d.Code] = true
		}
		return letters(rep)
	})
	// Two packages need two files; the codes from TC1100 on are the catalog's.
	for _, info := range diag.Codes() {
		if info.Code >= "TC1000" && info.Code < "TC1100" && !codes[info.Code] && info.Code != diag.CodeModelPackages {
			t.Errorf("no section gets %s: %s", info.Code, info.Title)
		}
	}
}

const user = "type User struct {\n\tID int64 `db:\"id\"`\n}\n"

func TestFolder(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  string // names of the models, or the diagnostics
	}{
		{"no Go file", map[string]string{"models/readme.md": ""}, "models: error TC1008: the models folder holds no model\n\tfix: ID uuid.UUID `db:\"id,primaryKey\"`\n"},
		{"only tests", map[string]string{"models/m_test.go": "package models\n" + user}, "models: error TC1008: the models folder holds no model\n\tfix: ID uuid.UUID `db:\"id,primaryKey\"`\n"},
		{"other systems and tags", map[string]string{
			"models/a.go":          "package models\ntype A struct { ID int `db:\"id\"` }\n",
			"models/b_windows.go":  "package models\ntype B struct { ID int `db:\"id\"` }\n",
			"models/c_linux.go":    "package models\ntype C struct { ID int `db:\"id\"` }\n",
			"models/d.go":          "//go:build ignore\n\npackage main\ntype D struct { ID int `db:\"id\"` }\n",
			"models/e.go":          "//go:build go1.20 && !integration\n\npackage models\ntype E struct { ID int `db:\"id\"` }\n",
			"models/_f.go":         "package f\n",
			"models/sub/deeper.go": "package sub\n" + user,
		}, "A C E"},
		{"two packages", map[string]string{
			"models/a.go": "package models\n" + user,
			"models/b.go": "// Package app is another one.\npackage app\n",
		}, "models/b.go:2:9: error TC1009: this file belongs to package app, the others to models\n\tfix: package models\n\tmodels/a.go:1:9: the first file of the folder\n"},
		{"a broken file beside a whole one", map[string]string{
			"models/a.go": "package models\n" + user,
			"models/b.go": "package models\r\n\r\ntype X struct {\r\n\tID int = 3\r\n}\r\n",
		}, "models/b.go:4:9: error TC1001: this is not Go: expected ';', found '='\n"},
		{"not UTF-8", map[string]string{"models/a.go": "package models\n// \xff\n"}, "models/a.go:2:4: error TC1001: this is not Go: illegal UTF-8 encoding\n"},
		{"BOM, CRLF and a line comment", map[string]string{
			"models/a.go": "\ufeffpackage models\r\n//line elsewhere.go:100\r\ntype a struct {\r\n\tID int `db:\"id\"`\r\n}\r\n",
		}, "models/a.go:3:6: error TC1004: the model a is not exported\n\tfix: export it, or mark it as no model with _ struct{} `tenant:\"-\"`\n"},
		{"a package that does not compile without gen", map[string]string{
			"models/a.go": "package models\nimport \"example.com/app/gen\"\n" + user + "func New() *gen.Store { return gen.Missing(undefined) }\nvar x int = \"text\"\n",
		}, "User"},
		{"one table in two files", map[string]string{
			"models/a.go": "package models\n" + user,
			"models/b.go": "package models\n\n// Person is a user.\ntype Person struct {\n\t_ struct{} `tenant:\"table=public.users\"`\n\tID int64 `db:\"id\"`\n}\n",
		}, "models/b.go:5:22: error TC1006: User and Person both stand for the table users\n\tfix: _ struct{} `tenant:\"-\"` in the one that is no model\n\tmodels/a.go:2:6: the model User\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			pkg, rep := load(t, tc.files)
			got := letters(rep)
			if rep.Len() == 0 {
				var names []string
				for _, m := range pkg.Models {
					names = append(names, m.Name)
				}
				got = strings.Join(names, " ")
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestImportPath(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"the module's folder above", map[string]string{"go.mod": "module example.com/app\n\ngo 1.26\n"}, "example.com/app/models"},
		{"a nested module", map[string]string{"go.mod": "module example.com/app\n", "models/go.mod": "// models\nmodule \"example.com/models\" // own\n"}, "example.com/models"},
		{"tabs and CRLF", map[string]string{"go.mod": "\ufeffgo 1.26\r\nmodule\texample.com/app\r\n"}, "example.com/app/models"},
		{"no module line", map[string]string{"go.mod": "go 1.26\n"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.files["models/m.go"] = "package models\n" + user
			pkg, rep := load(t, tc.files)
			if rep.Len() > 0 || pkg.ImportPath != tc.want || pkg.Name != "models" || pkg.Dir != "models" {
				t.Errorf("got %+v, want the import path %q; diagnostics:\n%s", pkg, tc.want, letters(rep))
			}
		})
	}
}

// TestWorld sees that what is no fault of the models is an error that names
// the act.
func TestWorld(t *testing.T) {
	t.Parallel()
	if _, err := Load(t.TempDir(), "models/", &diag.List{}); err == nil || !strings.HasPrefix(err.Error(), "load models models: ") {
		t.Errorf("missing folder: error %v", err)
	}
	dir := folder(t, map[string]string{"models/m.go": "package models\n" + user})
	if err := os.Symlink("loop.go", filepath.Join(dir, "models", "loop.go")); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir, "models", &diag.List{}); err == nil || !strings.HasPrefix(err.Error(), "load models models: ") {
		t.Errorf("unreadable file: error %v", err)
	}
}

func TestTableName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"User": "users", "Person": "people", "OrderLine": "order_lines", "APIKey": "api_keys", "UserID": "user_ids",
		"HTTPServer": "http_servers", "Category": "categories", "Child": "children", "Status": "statuses", "Sheep": "sheep",
		"Users": "users", "Mouse": "mice", "FieldMouse": "field_mice", "Order_Item": "order_items", "Plan2": "plan2", "Größe": "größes",
	} {
		if got := tableName(name); got != want {
			t.Errorf("tableName(%s) = %s, want %s", name, got, want)
		}
	}
}

// TestUnnamed sees which import a qualifier stands for.
func TestUnnamed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ qualifier, paths, want string }{
		{"uuid", "time github.com/google/uuid", "github.com/google/uuid"},
		{"money", "github.com/x/go-money github.com/y/other", "github.com/x/go-money"},
		{"money", "github.com/x/go-money github.com/y/money", "github.com/y/money"},
		{"money", "github.com/x/money github.com/y/money", ""},
		{"money", "github.com/x/go-money github.com/y/money-go", ""},
		{"money", "github.com/x/money github.com/x/money", "github.com/x/money"},
		{"kasse", "github.com/x/money", ""},
	} {
		if got := unnamed(tc.qualifier, strings.Fields(tc.paths)); got != tc.want {
			t.Errorf("unnamed(%s, %s) = %q, want %q", tc.qualifier, tc.paths, got, tc.want)
		}
	}
}

func TestOpaque(t *testing.T) {
	t.Parallel()
	pkg, rep := load(t, map[string]string{"models/m.go": "package models\n\nimport \"x.org/a\"\n\n" +
		"type Own a.T\ntype Alias = a.T\ntype Local struct{ X int }\ntype M struct {\n" +
		"\tA a.T `db:\"a\"`\n\tB Own `db:\"b\"`\n\tC Alias `db:\"c\"`\n\tD Local `db:\"d\"`\n\tE *a.T `db:\"e\"`\n\tF struct{} `db:\"f\"`\n}\n"})
	if rep.Len() > 0 {
		t.Fatal(letters(rep))
	}
	for i, want := range []bool{true, true, true, false, false, false} {
		if f := pkg.Models[0].Fields[i]; Opaque(f.Type) != want {
			t.Errorf("Opaque(%s) = %v, want %v", f.TypeText, !want, want)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"time": "time", "github.com/google/uuid": "uuid", "github.com/jackc/pgx/v5": "pgx", "github.com/gofrs/uuid/v5": "uuid",
		"gopkg.in/yaml.v3": "yaml", "v2": "v2",
	} {
		if got := names(path)[0]; got != want {
			t.Errorf("names(%s)[0] = %s, want %s", path, got, want)
		}
	}
}

// BenchmarkLoad loads 1,000 structs of ten fields in 50 files.
func BenchmarkLoad(b *testing.B) {
	files := map[string]string{"go.mod": "module example.com/app\n"}
	for i := range 50 {
		var text strings.Builder
		text.WriteString("package models\n\nimport (\n\t\"time\"\n\n\t\"github.com/google/uuid\"\n)\n")
		for j := range 20 {
			fmt.Fprintf(&text, "\n// Thing%dOf%d is one of many.\ntype Thing%dOf%d struct {\n", j, i, j, i)
			text.WriteString("\tID uuid.UUID `db:\"id,primaryKey\" json:\"id\"`\n\tTenantID uuid.UUID `db:\"tenant_id\"`\n\tCreatedAt time.Time `db:\"created_at\"`\n")
			for k := range 7 {
				fmt.Fprintf(&text, "\tField%d *string `po:\"field_%d,varchar(255),notNull,default('a,b')\"`\n", k, k)
			}
			text.WriteString("}\n")
		}
		files[fmt.Sprintf("models/f%d.go", i)] = text.String()
	}
	dir := folder(b, files)
	for b.Loop() {
		rep := &diag.List{}
		pkg, err := Load(dir, "models", rep)
		if err != nil || rep.Len() > 0 || len(pkg.Models) != 1000 {
			b.Fatalf("%d models, error %v, diagnostics:\n%s", len(pkg.Models), err, letters(rep))
		}
	}
}
