package prove_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/gallery"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// FuzzAll looks for schemas and statements that break the prover, or hold it
// up. Whatever goes in, each statement has one verdict, a refusal says why, and
// the text that would run has the verdict of its source.
func FuzzAll(f *testing.F) {
	for _, pattern := range []string{"testdata/*.txtar", "testdata/leaks/*.txtar"} {
		files, err := gallery.Load(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			for _, s := range []*gallery.Side{&file.Leak, &file.Tight} {
				for _, q := range s.Queries {
					f.Add(s.Schema, "-- name: "+q.Name+" "+q.Command+"\n"+q.SQL+";\n")
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, schema, queries string) {
		if len(schema)+len(queries) > 1<<16 {
			return
		}
		tenancy, err := gallery.Declared(schema)
		if err != nil {
			return
		}
		begin := time.Now()
		var rep diag.List
		cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: schema}}, Tenancy: tenancy}, &rep)
		stmts := query.Parse("queries.sql", queries, cat, &rep)
		proofs := prove.All(cat, stmts, &rep)
		if len(proofs) != len(stmts) {
			t.Fatalf("%d proofs of %d statements", len(proofs), len(stmts))
		}
		for _, p := range proofs {
			accepted := p.Verdict == prove.Confined || p.Verdict == prove.Global
			switch {
			case p.Verdict == prove.Refused && len(p.Findings) == 0:
				t.Errorf("%s is refused without a word", p.Stmt.Name)
			case accepted && len(p.Findings) > 0:
				t.Errorf("%s is %s, and %s", p.Stmt.Name, p.Verdict, p.Findings[0].Message)
			case accepted && len(p.Stmt.Issues) == 0:
				running := prove.One(cat, query.ParseSQL(p.Stmt.Name, p.Stmt.Command, p.Stmt.SQL, p.Stmt.Annotation, cat))
				if running.Verdict != p.Verdict || len(running.Instances) != len(p.Instances) {
					t.Errorf("%s is %s, the text that would run %s: %s", p.Stmt.Name, p.Verdict, running.Verdict, p.Stmt.SQL)
				}
			}
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
		for _, d := range rep.Sorted() {
			if d.Code == "" || strings.TrimSpace(d.Message) == "" {
				t.Errorf("a finding without code or words: %+v", d)
			}
		}
	})
}
