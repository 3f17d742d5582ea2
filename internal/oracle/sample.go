package oracle

import (
	"context"
	"math/rand/v2"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/internal/query"
)

// Sample is a random statement over a random schema, for judges that are
// compared without a server.
type Sample struct {
	SQL      string
	Schema   string
	Weakened string // the weakening that made the statement, or ""

	home *home
	st   *statement
}

// home is the schema of some samples; its world is made when one is run.
type home struct {
	dice   dice
	schema *schema
	world  *world // nil until then
	bad    bool   // the server does not take it
}

// Samples makes n statements on each of so many schemas and hands them to
// visit. Half of them are another one, weakened.
func Samples(seed uint64, schemas, n int, visit func(*Sample)) {
	for i := range schemas {
		d := dice{rand.New(rand.NewPCG(seed, uint64(i)))}
		s := newSchema(d)
		for range 100 {
			(&grower{dice: d, s: s}).addViews()
			if cat, rep := catalogOf(s.sql()); cat != nil && !rep.HasErrors() {
				break
			}
			s = newSchema(d)
		}
		h := &home{dice: d, schema: s}
		sql := s.sql()
		for range n / 2 {
			root := (&grower{dice: d, s: s}).grow()
			st := newStatement(root)
			visit(&Sample{SQL: st.sql, Schema: sql, home: h, st: st})
			k := pick(d, weakenings...)
			if weak := root.clone(); k.do(d, weak) {
				st := newStatement(weak)
				visit(&Sample{SQL: st.sql, Schema: sql, Weakened: k.name, home: h, st: st})
			}
		}
	}
}

// Build reads the schema of the sample.
func (s *Sample) Build() *catalog.Catalog {
	cat, _ := catalogOf(s.Schema)
	return cat
}

// Ask asks a judge about the sample; a panic is an answer too.
func (s *Sample) Ask(j Judge, cat *catalog.Catalog) (v Verdict, parsed *query.Stmt, panicked string) {
	return ask(j, cat, s.SQL, s.st.grown())
}

// Shows runs the statement as one that was accepted with the verdict v and says
// what it showed to the wrong tenant, or "". A schema that the server does not
// take shows nothing.
func (s *Sample) Shows(ctx context.Context, server *pgtest.Server, v Verdict, parsed *query.Stmt) (string, error) {
	h := s.home
	if h.world == nil && !h.bad {
		h.world = &world{schema: h.schema, tenants: h.schema.tenants(2), server: server}
		err := h.world.open(ctx, func(side *side) error {
			h.world.rows = fill(h.dice, h.schema, h.world.tenants, func(sql string) bool { return side.do(ctx, sql) == nil })
			return nil
		})
		if err != nil {
			h.world.close(ctx)
			h.world, h.bad = nil, true
		}
	}
	if h.bad || v.Word {
		return "", ctx.Err()
	}
	st := *s.st
	st.tenant = v.Tenant
	for _, tenant := range h.world.tenants {
		for _, a := range arguments(h.dice, h.world.cat, &st, parsed, tenant) {
			t, err := h.world.compare(ctx, &st, tenant, a, st.locks || st.writes, v.Global)
			if err != nil {
				return "", err
			}
			if t.diff != nil {
				return t.diff.String(), nil
			}
		}
	}
	return "", nil
}

// Close ends what running the sample, and those of its schema, began.
func (s *Sample) Close(ctx context.Context) {
	if w := s.home.world; w != nil {
		w.close(ctx)
		s.home.world = nil
	}
}
