package prove

import "slices"

// index holds what the facts of one block say, by the term of which they say it.
type index struct {
	ids  map[term]int
	said []said // by id
}

// said is what is said of one term, in the order of the facts.
type said struct {
	edges   []edge
	members []membership
}

// edge says that a term equals another one where fact holds.
type edge struct {
	to   term
	fact *fact
	on   int // number of the join in whose ON the fact stands; inWhere otherwise
}

// inWhere stands for the number of a join where a fact is one of WHERE.
const inWhere = -1

// membership says that a term is column col of a row of sub, where fact holds;
// that it is an element of array; or, with neither, that it has the labels given.
type membership struct {
	fact  *fact
	on    int
	sub   *subquery
	col   int
	array term
	given labels
}

func newIndex() *index { return &index{ids: map[term]int{}} }

func (x *index) term(t term) *said {
	id, ok := x.ids[t]
	if !ok {
		id = len(x.said)
		x.ids[t] = id
		x.said = append(x.said, said{})
	}
	return &x.said[id]
}

// of returns what is said of t, or nil.
func (x *index) of(t term) *said {
	if id, ok := x.ids[t]; ok {
		return &x.said[id]
	}
	return nil
}

// add enters the facts of WHERE, or of the ON of the join of that number.
func (x *index) add(facts []*fact, on int) {
	for _, f := range facts {
		for _, eq := range f.equal {
			a := x.term(eq.a)
			a.edges = append(a.edges, edge{eq.b, f, on})
			b := x.term(eq.b)
			b.edges = append(b.edges, edge{eq.a, f, on})
		}
		for _, g := range f.given {
			s := x.term(g.term)
			s.members = append(s.members, membership{fact: f, on: on, given: g.labels})
		}
		for i := range f.members {
			m := &f.members[i]
			for j, t := range m.terms {
				s := x.term(t)
				s.members = append(s.members, membership{fact: f, on: on, sub: m.sub, col: m.cols[j], array: m.array})
			}
		}
	}
}

// closure is what is known of a row: some of the facts of a block, and those
// that hold where the block stands. It is a view: each question walks from the
// term that is asked of along the facts that hold, so that the many closures of
// a statement share what they say. The nil closure knows nothing.
type closure struct {
	facts *index
	where bool   // what WHERE says holds
	joins bits   // the joins whose ON holds
	skip  *fact  // but for this one
	old   *level // and for those that speak of what this block writes
	up    *closure
}

// holds says whether a fact of the closure's own block holds.
func (c *closure) holds(f *fact, on int) bool {
	switch {
	case f == c.skip, on == inWhere && !c.where, on != inWhere && !c.joins.has(on):
		return false
	}
	return c.old == nil || !c.old.rewrites(f)
}

// members calls yield for each membership of t, until it returns false.
func (c *closure) members(t term, yield func(*membership) bool) bool {
	for ; c != nil; c = c.up {
		s := c.facts.of(t)
		if s == nil {
			continue
		}
		for i := range s.members {
			if m := &s.members[i]; c.holds(m.fact, m.on) && !yield(m) {
				return false
			}
		}
	}
	return true
}

// arrival is a term that a walk has come to, from which and by which fact.
type arrival struct {
	term term
	from int // index of an arrival; -1 for the first
	by   *fact
}

// walk lists terms in the order in which they are come to.
type walk struct {
	list []arrival
	seen map[term]bool // once the list is long
}

// longWalk is how many terms are sought one by one.
const longWalk = 8

func (w *walk) come(a arrival) {
	switch {
	case w.seen != nil:
		if w.seen[a.term] {
			return
		}
		w.seen[a.term] = true
	case slices.ContainsFunc(w.list, func(b arrival) bool { return b.term == a.term }):
		return
	case len(w.list) == longWalk:
		w.seen = map[term]bool{a.term: true}
		for _, b := range w.list {
			w.seen[b.term] = true
		}
	}
	w.list = append(w.list, a)
}

// nearest walks outward from t, along the facts that hold, to the first term
// that goal accepts, and returns the facts on the way there.
func (c *closure) nearest(t term, goal func(term) bool) ([]*fact, bool) {
	if goal(t) {
		return nil, true
	}
	w := walk{}
	w.come(arrival{term: t, from: -1})
	for at := 0; at < len(w.list); at++ {
		if at > 0 && goal(w.list[at].term) {
			return w.way(at), true
		}
		for part := c; part != nil; part = part.up {
			s := part.facts.of(w.list[at].term)
			if s == nil {
				continue
			}
			for _, e := range s.edges {
				if part.holds(e.fact, e.on) {
					w.come(arrival{e.to, at, e.fact})
				}
			}
		}
	}
	return nil, false
}

// way returns the facts that lead to an arrival.
func (w *walk) way(at int) []*fact {
	var out []*fact
	for ; w.list[at].from >= 0; at = w.list[at].from {
		out = append(out, w.list[at].by)
	}
	slices.Reverse(out)
	return out
}

// class calls yield for t and every term that equals it, the nearest first.
func (c *closure) class(t term, yield func(term)) {
	c.nearest(t, func(u term) bool {
		yield(u)
		return false
	})
}

// same reports whether a and b are equal.
func (c *closure) same(a, b term) bool {
	_, ok := c.nearest(a, func(t term) bool { return t == b })
	return ok
}
