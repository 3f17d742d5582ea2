package prove

import (
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
		if e.Null {
			return term{}
		}
		return term{konst: p.cat.EqualityClass(e.Type()) + " " + e.Text}
	case *query.SubLink:
		if e.Kind == query.ScalarSubLink {
			return term{sub: e}
		}
	}
	return term{}
}

// partition is a union-find over terms.
type partition struct {
	ids    map[term]int
	terms  []term
	parent []int
}

func newPartition() *partition { return &partition{ids: map[term]int{}} }

func (c *partition) id(t term) int {
	id, ok := c.ids[t]
	if !ok {
		id = len(c.terms)
		c.ids[t] = id
		c.terms = append(c.terms, t)
		c.parent = append(c.parent, id)
	}
	return id
}

// find returns the representative of the class of t, or -1 where t is in none.
func (c *partition) find(t term) int {
	if id, ok := c.ids[t]; ok {
		return c.root(id)
	}
	return -1
}

func (c *partition) root(id int) int {
	for c.parent[id] != id {
		c.parent[id] = c.parent[c.parent[id]]
		id = c.parent[id]
	}
	return id
}

func (c *partition) union(a, b term) {
	c.parent[c.root(c.id(a))] = c.root(c.id(b))
}

// classes returns the classes of more than one term.
func (c *partition) classes() [][]term {
	var out [][]term
	at := map[int]int{}
	for _, t := range c.terms {
		root := c.find(t)
		i, ok := at[root]
		if !ok {
			i = len(out)
			at[root] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], t)
	}
	return out
}

// intersect returns the equalities that hold in both.
func (c *partition) intersect(d *partition) *partition {
	out := newPartition()
	first := map[[2]int]term{}
	for _, t := range c.terms {
		both := [2]int{c.find(t), d.find(t)}
		if both[1] < 0 {
			continue
		}
		if u, ok := first[both]; ok {
			out.union(u, t)
		} else {
			first[both] = t
		}
	}
	return out
}
