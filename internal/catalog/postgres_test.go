package catalog_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/tools/txtar"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgtest"
)

// TestAgainstPostgreSQL runs each schema on a server and compares what the
// server's catalogs say with what Build understood.
func TestAgainstPostgreSQL(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"testdata/postgres/*.txtar", "testdata/cases/*.txtar", "../prove/testdata/leaks/*.txtar"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files for %s: %v", pattern, err)
		}
		for _, file := range files {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(archive.Comment), "no server") {
				continue
			}
			for _, f := range archive.Files {
				if !strings.HasSuffix(f.Name, ".sql") || !strings.HasPrefix(f.Name, "schema") {
					continue
				}
				t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar")+"/"+f.Name, func(t *testing.T) {
					t.Parallel()
					compareWithServer(t, string(f.Data))
				})
			}
		}
	}
}

func compareWithServer(t *testing.T, schema string) {
	t.Helper()
	rep := &diag.List{}
	cat := catalog.Build(catalog.Input{Files: []config.File{{Name: "schema.sql", Text: schema}}}, rep)
	for _, d := range rep.Sorted() {
		// Tenancy is no concern of the server's.
		if d.Severity == diag.Error && !strings.HasPrefix(string(d.Code), "TC21") {
			t.Errorf("%s: %s: %s", d.Pos, d.Code, d.Message)
		}
	}
	pool := pgtest.New(t, schema)
	server, own := serverFacts(t, pool), catalogFacts(cat)
	server = slices.DeleteFunc(server, func(f string) bool {
		return strings.HasPrefix(f, "viewtype ") && !slices.ContainsFunc(own, func(o string) bool {
			return strings.HasPrefix(o, f[:strings.LastIndexByte(f, ' ')+1])
		})
	})
	if diff := cmp.Diff(server, own); diff != "" {
		t.Errorf("server (-) and catalog (+) differ:\n%s", diff)
	}
}

// serverFacts reads one line a fact, sorted.
func serverFacts(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/facts.sql")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := pool.Query(context.Background(), string(text))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var fact string
		if err := rows.Scan(&fact); err != nil {
			t.Fatal(err)
		}
		out = append(out, fact)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// catalogFacts writes the same lines from the catalog.
func catalogFacts(cat *catalog.Catalog) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	kinds := map[catalog.RelKind]string{catalog.Table: "r", catalog.PartitionedTable: "p", catalog.ForeignTable: "f", catalog.View: "v", catalog.MaterializedView: "m"}
	for _, r := range cat.Relations {
		add("relation %s %s rls %t forced %t partition %t", r.FullName(), kinds[r.Kind], r.RLS, r.Forced, r.IsPartition)
		for i, c := range r.Columns {
			if r.IsView() {
				add("column %s %d %s", r.FullName(), i+1, c.Name)
				if r.Kind == catalog.View || c.Type.IsZero() {
					continue
				}
			}
			identity := ""
			if c.Identity != 0 {
				identity = string(c.Identity)
			}
			typ := c.Type.Schema + "." + c.Type.Name
			if c.Type.Array {
				typ += "[]"
			}
			if r.IsView() {
				add("viewtype %s %s %s", r.FullName(), c.Name, typ)
				continue
			}
			add("column %s %d %s %s notnull %t default %t identity %s generated %t", r.FullName(), i+1, c.Name, typ, c.NotNull,
				c.Default != nil || c.Serial, identity, c.Generated != nil)
			if c.Collation != nil && c.Collation.Name != "default" {
				add("collation %s %s %s %t", r.FullName(), c.Name, c.Collation.Name, !c.Collation.Nondeterministic)
			}
		}
		for _, ix := range r.Indexes {
			primary, immediate, nullsNotDistinct, constraint := false, true, false, ix.Exclusion != nil
			if ix.Key != nil {
				primary, immediate, nullsNotDistinct, constraint = ix.Key.Primary, !ix.Key.Deferrable, ix.Key.NullsNotDistinct, ix.Key.Constraint
			}
			if ix.Exclusion != nil {
				immediate = !ix.Exclusion.Deferrable
			}
			valid := ix.Key == nil || !ix.Key.Only
			var cols []string
			for _, e := range ix.Elems {
				if e.Column >= 0 {
					cols = append(cols, r.Columns[e.Column].Name)
				} else if r.IsView() && e.Expr.Node.GetColumnRef() != nil {
					cols = append(cols, e.Expr.Text)
				} else {
					cols = append(cols, "-")
				}
			}
			if ix.Key == nil {
				valid = true
			}
			add("index %s %s (%s) unique %t primary %t immediate %t nullsnotdistinct %t partial %t constraint %t valid %t", r.FullName(), ix.Name, strings.Join(cols, ","),
				ix.Key != nil, primary, immediate, nullsNotDistinct, ix.Predicate != nil, constraint, valid)
		}
		for _, fk := range r.ForeignKeys {
			add("fk %s %s (%s) to %s (%s) delete %s update %s set (%s) full %t deferrable %t valid %t", r.FullName(), fk.Name, strings.ReplaceAll(r.ColumnNames(fk.Columns), " ", ""), fk.To.FullName(),
				strings.ReplaceAll(fk.To.ColumnNames(fk.RefColumns), " ", ""), actions[fk.OnDelete], actions[fk.OnUpdate], strings.ReplaceAll(r.ColumnNames(fk.SetColumns), " ", ""), fk.MatchFull, fk.Deferrable, !fk.NotValid)
		}
		for range r.Checks {
			add("check %s", r.FullName())
		}
		for _, p := range r.Parents {
			add("parent %s %s", r.FullName(), p.FullName())
		}
		for _, tr := range r.Triggers {
			add("trigger %s %s before %t row %t instead %t insert %t delete %t update %t truncate %t enabled %t", r.FullName(), tr.Name, tr.Before, tr.Row, tr.Instead, tr.Insert, tr.Delete, tr.Update, tr.Truncate, !tr.Disabled)
		}
		for _, rule := range r.Rules {
			add("rule %s %s", r.FullName(), rule.Name)
		}
		for _, p := range r.Policies {
			add("policy %s %s %t using %t check %t", r.FullName(), p.Name, !p.Restrictive, p.Using != nil, p.Check != nil)
		}
	}
	for _, u := range cat.Types {
		switch u.Kind {
		case catalog.Enum:
			add("enum %s.%s %s", u.Schema, u.Name, strings.Join(u.Labels, ","))
		case catalog.Domain:
			add("domain %s.%s %s.%s notnull %t checks %d", u.Schema, u.Name, u.Of.Schema, u.Of.Name, u.NotNull, len(u.Checks))
		case catalog.Composite:
			var fields []string
			for _, f := range u.Fields {
				fields = append(fields, f.Name)
			}
			add("composite %s.%s %s", u.Schema, u.Name, strings.Join(fields, ","))
		case catalog.Range:
			add("range %s.%s", u.Schema, u.Name)
		}
	}
	for _, f := range cat.Functions {
		kind := "f"
		switch {
		case f.Aggregate:
			kind = "a"
		case f.Procedure:
			kind = "p"
		}
		vol, lang := string(f.Volatility), f.Language
		if f.Aggregate {
			vol, lang = "i", "internal"
		}
		inputs := 0
		for _, a := range f.Args {
			if a.Mode == 'i' || a.Mode == 'b' || a.Mode == 'v' {
				inputs++
			}
		}
		add("function %s.%s %s inputs %d language %s volatile %s definer %t settings %t set %t", f.Schema, f.Name, kind, inputs, lang, vol, f.Definer, f.Settings, f.SetOf)
	}
	slices.Sort(out)
	return out
}

var actions = map[catalog.Action]string{catalog.NoAction: "a", catalog.Restrict: "r", catalog.Cascade: "c", catalog.SetNull: "n", catalog.SetDefault: "d"}
