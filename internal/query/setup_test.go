package query_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
)

// build makes a catalog of one schema text. Findings about tenancy are of no
// interest here.
func build(t testing.TB, schema string) *catalog.Catalog {
	t.Helper()
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files: []config.File{{Name: "schema.sql", Text: schema}},
		Tenancy: config.Tenancy{
			Dimensions:         []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}, Root: "tenants"}},
			UnclassifiedGlobal: true,
		},
	}, &rep)
	for _, d := range rep.Sorted() {
		if d.Code == diag.CodeSchemaSyntax {
			t.Fatalf("%s: %s", d.Pos, d.Message)
		}
	}
	return cat
}

// sharedSchema is the schema that most tests use.
func sharedSchema(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("testdata/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// glob lists the files of a pattern, of which there must be some.
func glob(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no files match %s: %v", pattern, err)
	}
	return files
}
