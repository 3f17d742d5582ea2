package query_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

func TestSmoke(t *testing.T) {
	files, _ := filepath.Glob("../prove/testdata/leaks/*.txtar")
	n, bad := 0, 0
	for _, f := range files {
		a, err := txtar.ParseFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sec := map[string]string{}
		for _, s := range a.Files {
			sec[s.Name] = string(s.Data)
		}
		for _, q := range []string{"leak.sql", "tight.sql"} {
			schema := sec["schema.sql"]
			if q == "tight.sql" && sec["schema_fixed.sql"] != "" {
				schema = sec["schema_fixed.sql"]
			}
			cat := build(t, schema)
			var rep diag.List
			for _, st := range query.Parse(q, sec[q], cat, &rep) {
				n++
				if len(st.Issues) > 0 {
					bad++
					t.Logf("%s", filepath.Base(f))
					query.Dump(os.Stdout, st)
				}
			}
			for _, d := range rep.Sorted() {
				t.Logf("%s %s %s", filepath.Base(f), d.Pos, d.Message)
			}
		}
	}
	t.Logf("%d statements, %d with issues", n, bad)
}
