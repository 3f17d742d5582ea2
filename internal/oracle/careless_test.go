package oracle

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// acceptAll is a judge without judgement: it accepts whatever can be read.
func acceptAll(cat *catalog.Catalog, sql string, grown int) (Verdict, *query.Stmt) {
	st := query.ParseSQL("Q", ":many", sql, query.Annotation{}, cat)
	return Verdict{Accepted: st.Body != nil && len(st.Issues) == 0, Tenant: grown}, st
}

// TestHunterHunts asks that a judge who accepts everything is caught by every
// kind of weakening: a hunter that finds nothing proves nothing. Statements
// that the prover accepts are weakened, and those that it then refuses are run.
func TestHunterHunts(t *testing.T) {
	ctx := context.Background()
	server := startServer(t)
	d := dice{rand.New(rand.NewPCG(1, 3))}
	caught, refused := map[string]int{}, map[string]int{}
	for grown := 0; grown < 30000 && len(caught) < len(weakenings); {
		w, err := newWorld(ctx, server, d, newCounts())
		if err != nil {
			t.Fatal(err)
		}
		for range 500 {
			grown++
			weakenOne(t, w, d, caught, refused)
		}
		w.close(ctx)
	}
	for _, k := range weakenings {
		t.Logf("%s: %d refused until it was caught", k.name, refused[k.name])
		if caught[k.name] == 0 {
			t.Errorf("a judge who accepts everything is not caught by %q", k.name)
		}
	}
}

// weakenOne grows a statement and weakens it in each way that was not caught yet.
func weakenOne(t *testing.T, w *world, d dice, caught, refused map[string]int) {
	t.Helper()
	root := (&grower{dice: d, s: w.schema}).grow()
	st := newStatement(root)
	if v, _, panicked := ask(Prover, w.cat, st.sql, st.grown()); panicked != "" || !v.Accepted || v.Word {
		return
	}
	for _, k := range weakenings {
		weak := root.clone()
		if caught[k.name] > 0 || !k.do(d, weak) {
			continue
		}
		st := newStatement(weak)
		if v, _, panicked := ask(Prover, w.cat, st.sql, st.grown()); panicked != "" || v.Accepted {
			continue
		}
		v, parsed, _ := ask(acceptAll, w.cat, st.sql, st.grown())
		if !v.Accepted {
			continue
		}
		st.tenant = v.Tenant
		refused[k.name]++
		for _, tenant := range w.tenants {
			if slices.ContainsFunc(arguments(d, w.cat, st, parsed, tenant), func(a args) bool {
				tried, err := w.compare(context.Background(), st, tenant, a, st.locks, false)
				if err != nil {
					t.Fatalf("run %s: %v", st.sql, err)
				}
				return tried.diff != nil
			}) {
				caught[k.name]++
				break
			}
		}
	}
}

// TestShrink asks that what a judge without judgement lets through is made small.
func TestShrink(t *testing.T) {
	_, found, err := Hunt(context.Background(), startServer(t), Config{Seed: 1, Statements: 2000, Stop: 1, Judge: acceptAll})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatal("nothing is found")
	}
	for _, f := range found {
		if len(f.st.sql) > 200 || len(f.world.rows) > 6 {
			t.Errorf("a statement of %d bytes over %d rows is not small\n%s", len(f.st.sql), len(f.world.rows), f.Txtar)
		}
	}
}
