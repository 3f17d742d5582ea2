package query_test

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// FuzzParse looks for texts that break the reader. What it has read must be
// printable, each name must have one statement, and a statement without issues
// must give the same when the text that would run is read.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/golden/*.txtar", "testdata/describe/*.txtar", "testdata/numbering.txtar"} {
		for _, name := range glob(f, pattern) {
			a, err := txtar.ParseFile(name)
			if err != nil {
				f.Fatal(err)
			}
			for _, s := range a.Files {
				if s.Name == "schema.sql" || s.Name == "want" {
					continue
				}
				for _, piece := range strings.SplitAfter(string(s.Data), ";\n") {
					f.Add(piece)
				}
			}
		}
	}
	cat := build(f, sharedSchema(f))
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		var rep diag.List
		for _, st := range query.Parse("fuzz.sql", text, cat, &rep) {
			var written strings.Builder
			if err := query.Dump(&written, st); err != nil {
				t.Fatal(err)
			}
			if len(st.Issues) > 0 {
				for _, i := range st.Issues {
					if i.Code == "" || i.Message == "" || !i.Loc.Pos().IsValid() {
						t.Errorf("an issue without code, message or place: %+v", i)
					}
				}
				continue
			}
			if st.Body == nil {
				t.Errorf("%s has neither a body nor an issue", st.Name)
			}
			running := query.ParseSQL(st.Name, st.Command, st.SQL, st.Annotation, cat)
			if len(running.Issues) > 0 {
				t.Errorf("%s: the text that would run has an issue: %s\n%s", st.Name, running.Issues[0].Message, st.SQL)
				continue
			}
			if a, b := bodyOf(t, st), bodyOf(t, running); a != b {
				t.Errorf("%s: source and running text differ\n%s\n%s", st.Name, a, b)
			}
		}
		if err := query.Dump(io.Discard, query.ParseSQL("X", ":many", text, query.Annotation{}, cat)); err != nil {
			t.Fatal(err)
		}
	})
}

// bodyOf prints the body of a statement with its parameters by number.
func bodyOf(t *testing.T, st *query.Stmt) string {
	t.Helper()
	plain := *st
	plain.Annotation, plain.Comments, plain.Pos, plain.File = query.Annotation{}, nil, diag.Pos{}, ""
	for _, p := range plain.Params {
		p.Name, p.Nullable, p.Slice = "", false, false
	}
	var b strings.Builder
	if err := query.Dump(&b, &plain); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
