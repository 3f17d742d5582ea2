package prove

import "slices"

// index holds what the facts of one block say, by the term of which they say it.
type index struct {
	*ties
	at   map[int]int // by number of a term, an index into said
	said []said
}

// said is what is said of one term, in the order of the facts.
type said struct {
	edges   []edge
	members []membership
}

// edge says that a term equals another one, of the number given, where fact holds.
type edge struct {
	to   int
	fact *fact
	on   int // number of the join in whose ON the fact stands; inWhere otherwise
}

// inWhere stands for the number of a join where a fact is one of WHERE.
const inWhere = -1

// membership says that a term is column col of a row of sub, where fact holds;
// that it is an element of array, or the choice; or, with none of these, that it
// has the labels given.
type membership struct {
	fact   *fact
	on     int
	sub    *subquery
	col    int
	array  term
	choice *choice
	given  labels
}

func (p *prover) newIndex() *index { return &index{ties: &p.ties, at: map[int]int{}} }

func (x *index) of(id int) *said {
	if i, ok := x.at[id]; ok {
		return &x.said[i]
	}
	return nil
}

func (x *index) enter(id int) *said {
	i, ok := x.at[id]
	if !ok {
		i = len(x.said)
		x.at[id] = i
		x.said = append(x.said, said{})
	}
	return &x.said[i]
}

func (x *index) edge(a, b int, f *fact, on int) {
	s := x.enter(a)
	s.edges = append(s.edges, edge{b, f, on})
}

func (x *index) member(t term, m membership) {
	id := x.id(t)
	x.hope(id)
	s := x.enter(id)
	s.members = append(s.members, m)
}

// add enters the facts of WHERE, or of the ON of the join of that number.
func (x *index) add(facts []*fact, on int) {
	for _, f := range facts {
		for _, eq := range f.equal {
			a, b := x.id(eq.a), x.id(eq.b)
			x.tie(a, b)
			x.edge(a, b, f, on)
			x.edge(b, a, f, on)
		}
		for _, g := range f.given {
			x.member(g.term, membership{fact: f, on: on, given: g.labels})
		}
		for i := range f.members {
			m := &f.members[i]
			for j, t := range m.terms {
				x.member(t, membership{fact: f, on: on, sub: m.sub, col: m.cols[j], array: m.array, choice: m.choice})
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
func (c *closure) members(t term, yield func(*membership) bool) {
	if c == nil {
		return
	}
	id, ok := c.facts.ids[t]
	for ; ok && c != nil; c = c.up {
		s := c.facts.of(id)
		if s == nil {
			continue
		}
		for i := range s.members {
			if m := &s.members[i]; c.holds(m.fact, m.on) && !yield(m) {
				return
			}
		}
	}
}

// arrival is a term that a walk has come to, from which and by which fact.
type arrival struct {
	id   int // number of the term
	from int // index of an arrival; -1 for the first
	by   *fact
}

// walk lists terms in the order in which they are come to.
type walk struct {
	list []arrival
	seen map[int]bool // once the list is long
}

// longWalk is how many terms are sought one by one.
const longWalk = 16

func (w *walk) come(a arrival) {
	switch {
	case w.seen != nil:
		if w.seen[a.id] {
			return
		}
		w.seen[a.id] = true
	case slices.ContainsFunc(w.list, func(b arrival) bool { return b.id == a.id }):
		return
	case len(w.list) == longWalk:
		w.seen = map[int]bool{a.id: true}
		for _, b := range w.list {
			w.seen[b.id] = true
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
	if c == nil {
		return nil, false
	}
	id, ok := c.facts.ids[t]
	if !ok {
		return nil, false
	}
	w := walk{list: []arrival{{id, -1, nil}}}
	for at := 0; at < len(w.list); at++ {
		id := w.list[at].id
		if at > 0 && goal(c.facts.terms[id]) {
			return w.way(at), true
		}
		for part := c; part != nil; part = part.up {
			s := part.facts.of(id)
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
