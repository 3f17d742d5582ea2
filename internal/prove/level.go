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
	path  map[*query.RTE]*step // the innermost join above an entry; nil where each row of the block is one of it
	where []*fact              // hold for every row that the block goes on with
	whole bool                 // WHERE is one OR, to which nothing can be added without brackets
	joins []*join              // those whose ON is not as good as WHERE
	on    map[*query.Join]*join

	unfounded bool                      // hands out a row even when none passes WHERE
	locked    bool                      // FOR UPDATE or the like: nothing comes in from outside
	rows      map[*query.RTE]*rowSource // subqueries and CTEs in FROM
	links     []*subquery               // subqueries in expressions
	choices   []*choice                 // in conjuncts
	barred    []barredPush              // what is known outside, and came too late
	late      map[*query.RTE]bool       // entries that it would confine
	inside    *opened                   // the outermost view or function whose query the block is part of

	target   *query.RTE // of an UPDATE, with the columns that it assigns
	assigned map[int]bool

	confined map[*query.RTE]*Instance

	// These are made from the facts when the first question is asked.
	facts    *index
	reach    *reach
	outwards []outward
	closures map[*step]*closure // by what stands above an entry
}

// join is a join whose ON is not as good as WHERE.
type join struct {
	no    int
	facts []*fact
	sides [2]*step // left, right
}

// step is one side of a join, above the entries that stand there.
type step struct {
	no    int
	join  *join
	above *step
	held  *step // the nearest from here outward whose ON holds for the rows here
	nulls int   // joins from the outermost to this one that put NULLs in the place of a row here
}

func (p *prover) newLevel(items []query.FromItem, where query.Expr, up *env, skip map[query.Expr]bool) *level {
	lv := &level{
		p: p, up: up,
		has:  map[*query.RTE]bool{},
		rows: map[*query.RTE]*rowSource{}, confined: map[*query.RTE]*Instance{},
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
	if or, ok := where.(*query.Bool); ok {
		lv.whole = or.Op == query.Or
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
func (lv *level) collect(it query.FromItem, above *step, top bool, skip map[query.Expr]bool) {
	switch it := it.(type) {
	case *query.RTE:
		if above != nil {
			lv.path[it] = above
		}
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
			lv.p.checkOperator("", "=", it.At)
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
			left, right = lv.newJoin(it, facts, above)
		}
		lv.collect(it.Left, left, top && it.Kind != query.Right && it.Kind != query.Full, skip)
		lv.collect(it.Right, right, top && it.Kind != query.Left && it.Kind != query.Full, skip)
	default:
		lv.p.refuse(diag.CodeNotUnderstood, lv.p.stmt.Body.Loc(), "an item of FROM is not understood")
	}
}

// newJoin enters a join whose ON is not as good as WHERE, and returns its sides.
func (lv *level) newJoin(it *query.Join, facts []*fact, above *step) (left, right *step) {
	if lv.on == nil {
		lv.path, lv.on = map[*query.RTE]*step{}, map[*query.Join]*join{}
	}
	j := &join{no: len(lv.joins), facts: facts}
	for i := range j.sides {
		s := &step{no: 2*j.no + i, join: j, above: above, nulls: above.nullable()}
		if onHolds(it.Kind, i == 0) {
			s.held = s
		} else {
			s.held = above.holding()
		}
		if nullExtends(it.Kind, i == 0) {
			s.nulls++
		}
		j.sides[i] = s
	}
	lv.joins, lv.on[it] = append(lv.joins, j), j
	return j.sides[0], j.sides[1]
}

// holding returns the nearest step from here outward whose ON holds for the
// rows here, or nil.
func (s *step) holding() *step {
	if s == nil {
		return nil
	}
	return s.held
}

// nullable returns how many joins may put NULLs in the place of a row here.
func (s *step) nullable() int {
	if s == nil {
		return 0
	}
	return s.nulls
}

// newFact makes the fact of e and notes the choice in it.
func (lv *level) newFact(e query.Expr) *fact {
	f := lv.p.newFact(e)
	for _, m := range f.members {
		if m.choice != nil {
			lv.choices = append(lv.choices, m.choice)
		}
	}
	return f
}

// conjunct makes the fact of e and notes the subqueries in it.
func (lv *level) conjunct(e query.Expr, st standing) *fact {
	f := lv.newFact(e)
	st.fact = f
	lv.visit(e, st)
	return f
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
func (lv *level) factsFor(rte *query.RTE) *closure { return lv.closureAt(lv.path[rte]) }

// row returns the closure of what holds for every row that WHERE lets pass.
func (lv *level) row() *closure { return lv.closureAt(nil) }

// closureAt returns what holds for the rows of the entries below a step: a row
// of the block is one of them where there is none.
func (lv *level) closureAt(s *step) *closure {
	if c, ok := lv.closures[s]; ok {
		return c
	}
	if lv.closures == nil {
		lv.closures = map[*step]*closure{}
	}
	c := &closure{facts: lv.indexed(), where: true, joins: lv.below(s)}
	c.up = lv.up.with(lv.anchorsOutside(c))
	lv.closures[s] = c
	return c
}

// indexed returns the index of the block's facts.
func (lv *level) indexed() *index {
	if lv.facts == nil {
		lv.facts = lv.p.newIndex()
		lv.facts.add(lv.where, inWhere)
		for _, j := range lv.joins {
			lv.facts.add(j.facts, j.no)
		}
	}
	return lv.facts
}
