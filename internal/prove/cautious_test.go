package prove_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/gallery"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// cautiousFile is a schema with statements that are refused because it is not
// proven, or not understood, that they stay with the tenant; some of them would.
// They stand beside the case files, whose leaks are leaks on PostgreSQL too.
type cautiousFile struct {
	name, schema, queries string
	tenancy               config.Tenancy
}

func cautiousFiles(t *testing.T) []*cautiousFile {
	t.Helper()
	var out []*cautiousFile
	for _, path := range glob(t, "testdata/cautious/*.txtar") {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := &cautiousFile{name: strings.TrimSuffix(filepath.Base(path), ".txtar")}
		for _, s := range a.Files {
			if s.Name == "schema.sql" {
				f.schema = string(s.Data)
			} else {
				f.queries += string(s.Data)
			}
		}
		if f.tenancy, err = gallery.Declared(f.schema); err != nil {
			t.Fatal(err)
		}
		for i := range f.tenancy.Tables {
			f.tenancy.Tables[i].Pos = diag.Pos{File: "sqlc.yaml", Line: i + 1, Column: 1} // each declaration has a place
		}
		out = append(out, f)
	}
	return out
}

// wrong says what the proof of a statement is and should not be, or "".
func (f *cautiousFile) wrong(p *prove.Proof) string {
	accepted := (p.Verdict == prove.Confined || p.Verdict == prove.Global) && !p.Open()
	switch {
	case strings.HasPrefix(p.Stmt.Name, "Accepted") != accepted:
		return fmt.Sprintf("is %s, %v", p.Verdict, p.Findings)
	case p.Verdict == prove.Refused && len(p.Findings) == 0:
		return "is refused without a word"
	}
	return ""
}

// TestCautious asks that the statements of testdata/cautious are refused, but
// for those that are named Accepted.
func TestCautious(t *testing.T) {
	t.Parallel()
	for _, f := range cautiousFiles(t) {
		var rep diag.List
		cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: f.schema}}, Tenancy: f.tenancy}, &rep)
		prove.ClassifyStored(cat)
		want := strings.Count(f.queries, "-- name: ")
		stmts := query.Parse("queries.sql", f.queries, cat, &rep)
		if len(stmts) != want {
			t.Errorf("%s: %d statements were read, want %d", f.name, len(stmts), want)
		}
		for _, s := range stmts {
			if why := f.wrong(prove.One(cat, s)); why != "" {
				t.Errorf("%s/%s %s\n%s", f.name, s.Name, why, s.Text)
			}
		}
	}
}
