package prove

import (
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// level is one query block under proof: its range table, its conjuncts, and
// what has been proven of its entries so far.
type level struct {
	p  *prover
	up *env // where the block stands; nil at the top

	rtes  []*query.RTE
	has   map[*query.RTE]bool
	path  map[*query.RTE][]step
	where []*fact // hold for every row that the block goes on with
	on    map[*query.Join][]*fact

	unfounded bool                      // hands out a row even when none passes WHERE
	locked    bool                      // FOR UPDATE or the like: nothing comes in from outside
	rows      map[*query.RTE]*rowSource // subqueries and CTEs in FROM
	links     []*subquery               // subqueries in expressions
	barred    []barredPush              // what is known outside, and came too late
	late      map[*query.RTE]bool       // entries that it would confine
	inside    *opened                   // the outermost view or function whose query the block is part of

	target   *query.RTE // of an UPDATE, with the columns that it assigns
	assigned map[int]bool

	confined map[*query.RTE]*Instance
	closures map[*query.RTE]*closure
	rowFacts *closure // of a row that WHERE has let pass
}

// step is a join above an entry, and the side on which the entry stands.
type step struct {
	join *query.Join
	left bool
}

// env is where a block stands inside an outer one: outer columns are constants
// in it, and these facts hold of them.
type env struct {
	up    *env
	lv    *level
	facts []*fact
	skip  *fact // the conjunct that holds the block; it proves nothing inside
	still bool  // a bare outer column adds nothing: the block stands in an ON
	blank bool  // nothing of the outer block may be used
}

func (p *prover) newLevel(items []query.FromItem, where query.Expr, up *env, skip map[query.Expr]bool) *level {
	lv := &level{
		p: p, up: up,
		has:  map[*query.RTE]bool{},
		path: map[*query.RTE][]step{}, on: map[*query.Join][]*fact{},
		rows: map[*query.RTE]*rowSource{}, confined: map[*query.RTE]*Instance{},
		closures: map[*query.RTE]*closure{},
	}
	if len(p.opened) > 0 {
		lv.inside = p.opened[0]
	}
	// The entries first: reading a conjunct asks which level a column is of.
	for _, it := range items {
		lv.enter(it)
	}
	for _, it := range items {
		lv.collect(it, nil, true, skip)
	}
	for _, e := range conjuncts(where, nil) {
		if !skip[e] {
			lv.where = append(lv.where, lv.conjunct(e, standing{kind: inConjunct}))
		}
	}
	return lv
}

func (lv *level) enter(it query.FromItem) {
	switch it := it.(type) {
	case *query.RTE:
		lv.rtes = append(lv.rtes, it)
		lv.has[it] = true
	case *query.Join:
		lv.enter(it.Left)
		lv.enter(it.Right)
	}
}

// collect reads the FROM tree below it. top says that every row of the block
// has met what an inner join here asks for, so that its ON is as good as WHERE:
// the join is below no outer join, or on the preserved side only.
func (lv *level) collect(it query.FromItem, above []step, top bool, skip map[query.Expr]bool) {
	switch it := it.(type) {
	case *query.RTE:
		lv.path[it] = above
	case *query.Join:
		merge := top && it.Kind == query.Inner
		st := standing{kind: inOn, join: it}
		if merge {
			st = standing{kind: inConjunct}
		}
		var facts []*fact
		for _, e := range conjuncts(it.On, nil) {
			if !skip[e] {
				facts = append(facts, lv.conjunct(e, st))
			}
		}
		for _, u := range it.Using {
			for _, side := range []query.Expr{u.Left, u.Right} {
				if lv.p.placeOf(side) != nil {
					lv.p.refusePlace(side)
				}
			}
			facts = append(facts, lv.p.using(u, it.At))
		}
		left, right := above, above
		if merge {
			lv.where = append(lv.where, facts...)
		} else {
			lv.on[it] = facts
			left = append(above[:len(above):len(above)], step{it, true})
			right = append(above[:len(above):len(above)], step{it, false})
		}
		lv.collect(it.Left, left, top && it.Kind != query.Right && it.Kind != query.Full, skip)
		lv.collect(it.Right, right, top && it.Kind != query.Left && it.Kind != query.Full, skip)
	default:
		lv.p.refuse(diag.CodeNotUnderstood, lv.p.stmt.Body.Loc(), "an item of FROM is not understood")
	}
}

// conjunct makes the fact of e and notes the subqueries in it.
func (lv *level) conjunct(e query.Expr, st standing) *fact {
	f := lv.p.newFact(e)
	st.fact = f
	lv.visit(e, st)
	return f
}

// closeOver returns seed and what follows from it: where a fact holds, the
// entries that it anchors are rows and no NULLs, so that their own facts hold too.
func (lv *level) closeOver(seed []*fact, skip *fact) []*fact {
	seen := map[int]bool{}
	anchored := map[*query.RTE]bool{}
	var out []*fact
	add := func(fs []*fact) {
		for _, f := range fs {
			if f != skip && !seen[f.id] {
				seen[f.id] = true
				out = append(out, f)
			}
		}
	}
	add(seed)
	for i := 0; i < len(out); i++ {
		for _, b := range out[i].anchors {
			if anchored[b] {
				continue
			}
			anchored[b] = true
			if lv.has[b] {
				add(lv.base(b))
			} else {
				add(lv.up.factsOf(b))
			}
		}
	}
	return out
}

// factsOf returns the facts of an outer entry that is known not to be null-extended.
func (e *env) factsOf(b *query.RTE) []*fact {
	for ; e != nil; e = e.up {
		if e.lv == nil || !e.lv.has[b] {
			continue
		}
		if e.blank || e.still {
			return nil
		}
		return e.lv.closeOver(e.lv.base(b), e.skip)
	}
	return nil
}

// all returns the facts of every outer level.
func (e *env) all() []*fact {
	var out []*fact
	for ; e != nil; e = e.up {
		if !e.blank {
			out = append(out, e.facts...)
		}
	}
	return out
}

// levelOf returns the level in which rte stands, as far as it may be used from lv.
func (lv *level) levelOf(rte *query.RTE) *level {
	if lv.has[rte] {
		return lv
	}
	for e := lv.up; e != nil; e = e.up {
		if e.lv != nil && e.lv.has[rte] {
			if e.blank {
				return nil
			}
			return e.lv
		}
	}
	return nil
}

// factsFor returns the closure of facts(rte).
func (lv *level) factsFor(rte *query.RTE) *closure {
	c, ok := lv.closures[rte]
	if !ok {
		if len(lv.path[rte]) == 0 { // no outer join above: a row of the block is a row of rte
			c = lv.row()
		} else {
			c = lv.closureOf(lv.closeOver(lv.base(rte), nil))
		}
		lv.closures[rte] = c
	}
	return c
}

// row returns the closure of what holds for every row that WHERE lets pass.
func (lv *level) row() *closure {
	if lv.rowFacts == nil {
		lv.rowFacts = lv.closureOf(lv.closeOver(lv.where, nil))
	}
	return lv.rowFacts
}

func (lv *level) closureOf(facts []*fact) *closure {
	c := newClosure()
	for _, list := range [][]*fact{facts, lv.up.all()} {
		for _, f := range list {
			c.facts = append(c.facts, f)
			for _, eq := range f.equal {
				c.union(eq.a, eq.b, f)
			}
			for _, g := range f.given {
				c.id(g.term)
				c.members[g.term] = append(c.members[g.term], membership{fact: f, given: g.labels})
			}
			for i := range f.members {
				m := &f.members[i]
				for j, t := range m.terms {
					c.id(t)
					c.members[t] = append(c.members[t], membership{fact: f, sub: m.sub, col: m.cols[j], array: m.array})
				}
			}
		}
	}
	return c
}
