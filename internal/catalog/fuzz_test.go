package catalog_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
)

// FuzzBuild looks for schemas that break the reader of DDL, or hold it up. A
// catalog comes out whatever goes in, each finding has a place and words, and
// the catalog can be printed.
func FuzzBuild(f *testing.F) {
	for _, seed := range []string{
		"create table a (id int primary key, b int references a);",
		"create table p (a int) partition by list (a); create table c partition of p default; alter table p add unique (a);",
		"create view v as select * from a join b using (id); alter table a rename to c;",
		"do $$ begin if not exists (select 1 from pg_type where typname = 'x') then create type x as enum ('a'); end if; end $$;",
		"-- +goose Up\ncreate type t as (a int); create table o of t;\n-- +goose Down\n",
		"copy a from stdin;\n1\n\\.\n\\set x\n",
		"alter table a drop column b cascade, add c serial; create unique index on a (c) where d;",
	} {
		f.Add(seed)
	}
	for _, pattern := range []string{"testdata/cases/*", "testdata/postgres/*", "testdata/*.sql", "../prove/testdata/*.txtar", "../prove/testdata/leaks/*.txtar", "../prove/testdata/cautious/*.txtar", "../../schema/*.sql"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range names {
			switch filepath.Ext(name) {
			case ".sql":
				data, err := os.ReadFile(name)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(string(data))
			case ".txtar":
				a, err := txtar.ParseFile(name)
				if err != nil {
					f.Fatal(err)
				}
				for _, s := range a.Files {
					if filepath.Ext(s.Name) == ".sql" {
						f.Add(string(s.Data))
					}
				}
			}
		}
	}
	declared := diag.Pos{File: "sqlc.yaml", Line: 1, Column: 1}
	tenancy := config.Tenancy{
		Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}, Pos: declared}},
		Tables: []config.Table{
			{Name: "plans", Global: true, Pos: declared}, {Name: "lines", Via: []string{"order_id"}, Pos: declared},
			{Name: "templates", HasNull: true, Nulls: config.NullsEverybody, Columns: map[string]string{"tenant": "tenant_id"}, Pos: declared},
		},
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1<<16 {
			return
		}
		begin := time.Now()
		var rep diag.List
		cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "fuzz.sql", Text: text}}, Tenancy: tenancy}, &rep)
		for _, d := range rep.Sorted() {
			if d.Pos.File != "fuzz.sql" && d.Pos != declared || d.Code == "" || d.Message == "" {
				t.Errorf("a finding without place, code or words: %+v", d)
			}
		}
		cat.Dump(io.Discard)
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
	})
}
