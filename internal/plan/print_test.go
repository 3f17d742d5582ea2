package plan

import (
	"go/format"
	"strings"
	"testing"
)

// TestLines: a plain struct is printed as gofmt would.
func TestLines(t *testing.T) {
	t.Parallel()
	id, name, note := Field{Name: "ID", Type: "int64"}, Field{Name: "ParentName", Type: "*string"}, Field{Name: "Größe", Type: "[]byte"}
	tagged := func(f Field, tag string) Field { f.Tag = tag; return f }
	said := func(f Field, doc string) Field { f.Doc = doc; return f }
	for _, fields := range [][]Field{
		nil, {id}, {id, name}, {note, id},
		{tagged(id, `json:"id"`), tagged(name, `json:"parent_name"`)},
		{tagged(id, `json:"id"`), name, tagged(note, `json:"note"`), tagged(id, "a`b")},
		{id, said(name, "nil takes the default"), said(note, "nil takes the default"), id, said(id, "x")},
		{said(id, "x"), tagged(name, "y:z")},
	} {
		s := &Struct{Fields: fields}
		text := "type T struct {\n"
		for _, line := range s.Lines() {
			text += "\t" + line + "\n"
		}
		text += "}"
		want, err := format.Source([]byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if s.Plain() && text != string(want) {
			t.Errorf("printed:\n%s\ngofmt:\n%s", text, want)
		}
	}
	for _, f := range []Field{tagged(said(id, "both"), "a"), {Name: "A", Type: "struct {\n\tB int\n}"}} {
		if (&Struct{Fields: []Field{f}}).Plain() {
			t.Errorf("%+v is not lined up, and counts as plain", f)
		}
	}
	if got := (&Struct{Fields: []Field{{Name: "A", Type: "int"}}}).Lines(); len(got) != 1 || strings.TrimSpace(got[0]) != "A int" {
		t.Errorf("%q", got)
	}
}
