package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/query"
)

// term is a value that an equality can speak of: a column of a range table
// entry, a parameter, a constant, or the value of a scalar subquery. Terms are
// map keys; the zero term is none.
type term struct {
	rte   *query.RTE
	col   int
	param int
	konst string // value and equality class of a constant
	sub   *query.SubLink
}

func (t term) isZero() bool { return t == term{} }

// termOf returns the term of e, seen through transparent casts, or the zero term.
func (p *prover) termOf(e query.Expr) term {
	switch e := p.strip(e).(type) {
	case *query.ColRef:
		return term{rte: e.RTE, col: e.Col}
	case *query.SystemColumn:
		if p.placeOf(e) != nil {
			return term{rte: e.RTE, col: placeColumn}
		}
	case *query.ParamRef:
		return term{param: e.Param.Number}
	case *query.Const:
		class := p.cat.EqualityClass(e.Type())
		if e.Null || class == "" {
			return term{}
		}
		return term{konst: class + " " + e.Text}
	case *query.SubLink:
		if e.Kind == query.ScalarSubLink {
			return term{sub: e}
		}
	}
	return term{}
}

// closure is a union-find over terms, with the edges that made it, so that an
// equality can be shown as the conjuncts that lead to it.
type closure struct {
	ids     map[term]int
	terms   []term
	parent  []int
	next    []int // ring of the members of each class
	edges   []closureEdge
	at      [][]int // edges at each term
	facts   []*fact // what went in
	members map[term][]membership
}

type closureEdge struct {
	a, b int
	fact *fact
}

// membership says that a term is column col of a row of sub, where fact holds;
// that it is an element of array; or, with neither, that it has the labels given.
type membership struct {
	fact  *fact
	sub   *subquery
	col   int
	array term
	given labels
}

func newClosure() *closure {
	return &closure{ids: map[term]int{}, members: map[term][]membership{}}
}

func (c *closure) id(t term) int {
	id, ok := c.ids[t]
	if !ok {
		id = len(c.terms)
		c.ids[t] = id
		c.terms = append(c.terms, t)
		c.parent = append(c.parent, id)
		c.next = append(c.next, id)
		c.at = append(c.at, nil)
	}
	return id
}

func (c *closure) find(id int) int {
	for c.parent[id] != id {
		c.parent[id] = c.parent[c.parent[id]]
		id = c.parent[id]
	}
	return id
}

func (c *closure) union(a, b term, f *fact) {
	ia, ib := c.id(a), c.id(b)
	ra, rb := c.find(ia), c.find(ib)
	if ra == rb {
		return
	}
	c.parent[ra] = rb
	c.next[ra], c.next[rb] = c.next[rb], c.next[ra]
	c.at[ia] = append(c.at[ia], len(c.edges))
	c.at[ib] = append(c.at[ib], len(c.edges))
	c.edges = append(c.edges, closureEdge{ia, ib, f})
}

// class calls yield for t and every term that equals it, until yield returns false.
func (c *closure) class(t term, yield func(term) bool) {
	id, ok := c.ids[t]
	if !ok {
		yield(t)
		return
	}
	for at := id; ; {
		if !yield(c.terms[at]) {
			return
		}
		if at = c.next[at]; at == id {
			return
		}
	}
}

func (c *closure) same(a, b term) bool {
	if a == b {
		return true
	}
	ia, ok := c.ids[a]
	ib, ok2 := c.ids[b]
	return ok && ok2 && c.find(ia) == c.find(ib)
}

// nearest walks outward from t, along the facts that made its class, to the
// first term that goal accepts, and returns the facts on the way there.
func (c *closure) nearest(t term, goal func(term) bool) ([]*fact, bool) {
	start, ok := c.ids[t]
	if !ok {
		return nil, goal(t)
	}
	via := map[int]int{start: -1} // edge by which a term was reached
	queue := []int{start}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if goal(c.terms[at]) {
			return c.wayTo(at, via), true
		}
		for _, e := range c.at[at] {
			to := c.edges[e].a + c.edges[e].b - at
			if _, seen := via[to]; !seen {
				via[to] = e
				queue = append(queue, to)
			}
		}
	}
	return nil, false
}

// wayTo reads the way to a term off the edges by which terms were reached.
func (c *closure) wayTo(at int, via map[int]int) []*fact {
	var out []*fact
	for via[at] >= 0 {
		e := c.edges[via[at]]
		out = append(out, e.fact)
		at = e.a + e.b - at
	}
	slices.Reverse(out)
	return out
}
