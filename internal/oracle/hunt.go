package oracle

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/pgtest"
	"github.com/tenantc/tenantc/internal/query"
)

// Config says how a hunt goes.
type Config struct {
	Seed       uint64 // with Workers it decides on everything that is tried
	Statements int    // tried in all
	Workers    int    // hunting at the same time; zero means one
	PerWorld   int    // statements tried on one schema; zero means 400
	Stop       int    // findings that end the hunt; zero means no end
	Judge      Judge  // who is on trial; nil means Prover
	// Found is called for each finding as it is met, one at a time; it may be nil.
	Found func(*Finding)
	// Progress is called with the figures so far whenever a world is done with,
	// one at a time; it may be nil.
	Progress func(*Counts)
}

// Finding is an accepted statement that told the two databases apart, made small.
type Finding struct {
	Kind   string // "rows", "own", "others", "locks" or "panic"
	Weaken string // the weakening that made the statement, or ""
	Seed   uint64 // of the hunt
	Diff   string // what differed
	Txtar  string // the case, as the gallery has it, without a tight twin

	world   *world
	st      *statement
	tenant  string
	args    args
	globals bool
}

// hunter is one worker of a hunt.
type hunter struct {
	Config
	dice
	server *pgtest.Server
	counts *Counts // of its own
	all    *findings
	sum    *sum
}

// sum holds the figures of all workers.
type sum struct {
	mu     sync.Mutex
	begin  time.Time
	counts *Counts
	hook   func(*Counts)
}

// add adds what a worker counted in one world.
func (s *sum) add(c *Counts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.add(c)
	s.counts.Time = time.Since(s.begin)
	if s.hook != nil {
		s.hook(s.counts)
	}
}

// findings are what all workers have met.
type findings struct {
	mu   sync.Mutex
	list []*Finding
	hook func(*Finding)
}

func (f *findings) add(found *Finding) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, found)
	if f.hook != nil {
		f.hook(found)
	}
}

func (f *findings) len() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.list)
}

// Hunt tries statements on worlds of its own on the server. The figures are
// good also where it fails.
func Hunt(ctx context.Context, server *pgtest.Server, c Config) (*Counts, []*Finding, error) {
	if c.PerWorld == 0 {
		c.PerWorld = 400
	}
	if c.Judge == nil {
		c.Judge = Prover
	}
	c.Workers = max(1, c.Workers)
	all := &findings{hook: c.Found}
	sum := &sum{begin: time.Now(), counts: newCounts(), hook: c.Progress}
	failed := make([]error, c.Workers)
	var wg sync.WaitGroup
	for i := range c.Workers {
		h := &hunter{Config: c, dice: dice{rand.New(rand.NewPCG(c.Seed, uint64(i)))}, server: server, all: all, sum: sum}
		h.Statements = c.Statements / c.Workers
		wg.Go(func() { failed[i] = h.hunt(ctx) })
	}
	wg.Wait()
	return sum.counts, all.list, errors.Join(failed...)
}

func (h *hunter) hunt(ctx context.Context) error {
	for left := h.Statements; left > 0 && !h.enough(); left -= h.counts.Tried {
		h.counts = newCounts()
		err := h.world(ctx, min(h.PerWorld, left))
		h.sum.add(h.counts)
		if err != nil {
			return err
		}
	}
	return nil
}

func (h *hunter) enough() bool { return h.Stop > 0 && h.all.len() >= h.Stop }

// world tries statements on one world: those that grow, and each accepted one
// weakened three times. Of the others a few are weakened too, for two wrongs may
// make what looks right. It ends with n statements, or a few more.
func (h *hunter) world(ctx context.Context, n int) error {
	d := dice{rand.New(rand.NewPCG(h.Uint64(), 2))}
	w, err := newWorld(ctx, h.server, d, h.counts)
	if err != nil {
		return err
	}
	defer w.close(ctx)
	for h.counts.Tried < n && !h.enough() {
		g := &grower{dice: d, s: w.schema}
		root := g.grow()
		accepted, err := h.try(ctx, w, root, "")
		if err != nil {
			return err
		}
		for range 3 {
			if !accepted && d.in(60) {
				break
			}
			weak := root.clone()
			k := pick(d, weakenings...)
			if !k.do(d, weak) {
				continue
			}
			if accepted {
				h.counts.NearMisses++
			}
			if _, err := h.try(ctx, w, weak, k.name); err != nil {
				return err
			}
		}
	}
	return nil
}

// try judges a statement, and runs it when it is accepted.
func (h *hunter) try(ctx context.Context, w *world, root *node, weakened string) (bool, error) {
	h.counts.Tried++
	st := newStatement(root)
	v, parsed, panicked := ask(h.Judge, w.cat, st.sql, st.grown())
	f := &Finding{Weaken: weakened, Seed: h.Seed, world: w, st: st, globals: v.Global}
	switch {
	case panicked != "":
		f.Kind, f.Diff = "panic", panicked
		h.report(ctx, f)
		return false, nil
	case !v.Accepted:
		return false, nil
	}
	h.counts.Accepted++
	if weakened != "" {
		h.counts.Weakened[weakened]++
	}
	if v.Word {
		h.counts.Word++
		return true, nil
	}
	st.tenant = v.Tenant
	lookLocks := !v.Global && (st.locks || st.writes && h.in(50))
	shown := false
	for _, tenant := range w.tenants {
		for _, a := range arguments(h.dice, w.cat, st, parsed, tenant) {
			t, err := w.compare(ctx, st, tenant, a, lookLocks, v.Global)
			if err != nil {
				return true, fmt.Errorf("run %s: %w", st.sql, err)
			}
			h.counts.ran(t)
			shown = shown || t.completed && t.rows > 0
			if t.diff != nil {
				f.Kind, f.Diff, f.tenant, f.args = t.diff.kind, t.diff.String(), tenant, a
				h.report(ctx, f)
				return true, nil
			}
		}
	}
	if shown {
		h.counts.shown(st, v)
	}
	return true, nil
}

// report makes a finding small and hands it on.
func (h *hunter) report(ctx context.Context, f *Finding) {
	s := &shrinker{ctx: ctx, server: h.server, judge: h.Judge, f: f}
	s.shrink()
	f.Txtar = f.txtar()
	if s.mine {
		f.world.close(ctx)
	}
	h.all.add(f)
}

// arguments returns sets of values for the parameters of st: one set where the
// tenant is all, else a few.
func arguments(d dice, cat *catalog.Catalog, st *statement, parsed *query.Stmt, tenant string) []args {
	n := 1
	if len(parsed.Params) > 1 || len(parsed.Params) == 1 && st.tenant == 0 {
		n = 4
	}
	var out []args
	for range n {
		a := make(args, len(parsed.Params))
		for i, p := range parsed.Params {
			if i+1 == st.tenant {
				a[i] = &tenant
				continue
			}
			a[i] = argument(d, cat, p.Type)
		}
		out = append(out, a)
	}
	return out
}

// argument returns a value of a parameter's type, from the domain of the data:
// with it come the ids of other tenants.
func argument(d dice, cat *catalog.Catalog, t catalog.Type) *string {
	base := cat.Base(t)
	values := domain(text)
	switch {
	case d.in(6):
		return nil
	case t.Array || base.Array:
		values = []string{"{}"}
	case slices.Contains([]string{"int2", "int4", "int8", "numeric", "float8"}, base.Name):
		values = append(domain(integer), "0")
	case base.Name == "uuid":
		values = domain(identifier)
	case base.Name == "bool":
		values = []string{"true", "false"}
	}
	v := pick(d, values...)
	return &v
}
