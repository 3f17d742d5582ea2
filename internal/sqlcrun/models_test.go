package sqlcrun

import (
	"fmt"
	"strings"
	"testing"
)

// TestModelsInSections: types are read alike wherever a file is cut, also in the
// midst of a declaration.
func TestModelsInSections(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("package db\n\nimport (\n\t\"time\"\n)\n")
	const n = 400
	for i := range n {
		fmt.Fprintf(&text, "\n// T%d is a row.\ntype T%[1]d struct {\n\tID int64\n\n\tAt time.Time\n\tState State%d\n}\n", i, n-1-i)
		fmt.Fprintf(&text, "\ntype State%d string\n\nconst (\n\tState%[1]dOpen State%[1]d = `\n\n%s\n\nopen`\n)\n", i, strings.Repeat("long\n\n", i*20))
	}
	r := newGoReader(&Compiled{})
	f := &goFile{goReader: r, known: map[string]*Type{}}
	if err := f.models([]byte(text.String())); err != nil {
		t.Fatal(err)
	}
	if len(r.c.Types) != 2*n {
		t.Fatalf("%d types, want %d", len(r.c.Types), 2*n)
	}
	for i := range n {
		row, state := r.c.Types[fmt.Sprintf("T%d", i)], r.c.Types[fmt.Sprintf("State%d", i)]
		if row.Doc != fmt.Sprintf("T%d is a row.", i) || len(row.Fields) != 3 || row.Fields[1].Type.Imports[0].Path != "time" {
			t.Errorf("T%d = %+v", i, row)
		}
		if local := row.Fields[2].Type.Local; len(local) != 1 || local[0] != fmt.Sprintf("State%d", n-1-i) {
			t.Errorf("T%d.State names %v", i, local)
		}
		if want := fmt.Sprintf("type State%d string\n\nconst (\n", i); !strings.HasPrefix(state.Source, want) || !strings.HasSuffix(state.Source, "\n\nopen`\n)") {
			t.Errorf("the source of State%d is\n%s", i, state.Source)
		}
	}
}

// TestModelsMalformed: what is no Go is an error, and so is a line in a text that
// looks like the declaration of a type.
func TestModelsMalformed(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"package db\n\ntype A struct {\n",
		"package db\n\ntype A string\n\nconst (\n\tB A = `\ntype C string\n`\n)\n",
	} {
		r := newGoReader(&Compiled{})
		f := &goFile{goReader: r, known: map[string]*Type{}}
		if err := f.models([]byte(text)); err == nil {
			t.Errorf("no error for\n%s", text)
		}
	}
}
