package prove

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// holding is one label of a term with the facts that give it.
type holding struct {
	labels labels
	facts  []*fact
}

// holdings returns the labels of t under c: those of every term that equals it.
func (lv *level) holdings(c *closure, t term) []holding {
	var out []holding
	c.class(t, func(u term) bool {
		if l := lv.termLabels(u); !l.none() {
			out = append(out, holding{l, c.path(t, u)})
		}
		for _, m := range c.members[u] {
			if m.sub.res != nil && m.col < len(m.sub.res.cols) {
				if l := m.sub.res.cols[m.col].through(nil, m.sub.link); !l.none() {
					out = append(out, holding{l, append(c.path(t, u), m.fact)})
				}
			}
		}
		return true
	})
	return out
}

// termLabels returns the labels that a term has by itself.
func (lv *level) termLabels(t term) labels {
	p := lv.p
	switch {
	case t.param != 0:
		if dim, ok := p.tenantDim(t.param); ok {
			return labels{tenant: 1 << dim.Index}
		}
	case t.sub != nil:
		if s := p.subs[t.sub]; s != nil && s.res != nil && len(s.res.cols) == 1 {
			return s.res.cols[0].through(nil, t.sub)
		}
	case t.rte != nil:
		in := lv.levelOf(t.rte)
		if in == nil {
			return labels{}
		}
		if s := in.rows[t.rte]; s != nil {
			if s.res != nil && t.col < len(s.res.cols) {
				return s.res.cols[t.col].through(t.rte, nil)
			}
			return labels{}
		}
		if inst := in.confined[t.rte]; inst != nil {
			return p.instanceLabels(t.rte, t.col)
		}
	}
	return labels{}
}

// instanceLabels returns the labels of a column of a confined instance: the
// tenant column is T, each column is one of an own row, and the columns of a
// foreign key that keeps the tenant are those of the own row referred to.
func (p *prover) instanceLabels(r *query.RTE, col int) labels {
	var out labels
	ten := p.tenancy(r.Relation)
	if !ten.Owned() {
		return out
	}
	if col == ten.Column() && ten.Class != catalog.Derived {
		out.tenant |= 1 << ten.Dim.Index
	}
	out.own = append(out.own, ownColumn{r.Relation, col, origin{rte: r}})
	for _, fk := range r.Relation.ForeignKeys {
		if !p.tenancy(fk.To).Owned() || p.tenancy(fk.To).Dim != ten.Dim {
			continue
		}
		if fk != ten.Owner && !p.keepsTenant(fk) {
			continue
		}
		for i, c := range fk.Columns {
			if c == col && checkedBy(fk, i) {
				out.own = append(out.own, ownColumn{fk.To, fk.RefColumns[i], origin{rte: r, fk: fk}})
			}
		}
	}
	return out
}

// checkedBy reports whether a value in column i of fk is sure to have its
// referenced row: under MATCH SIMPLE a NULL in another column lets it pass.
func checkedBy(fk *catalog.ForeignKey, i int) bool {
	for j, c := range fk.Columns {
		if j != i && !fk.From.Columns[c].NotNull {
			return false
		}
	}
	return true
}

// tenantOf reports whether the term equals the tenant of dim under c, and why.
func (lv *level) tenantOf(c *closure, t term, dim *catalog.Dimension) ([]Reason, bool) {
	var best []*fact
	found := false
	for _, h := range lv.holdings(c, t) {
		if h.labels.isTenant(dim) && (!found || len(h.facts) < len(best)) {
			best, found = h.facts, true
		}
	}
	return reasons(best), found
}

// tupleOf reports whether the terms are, together, the columns cols of one own
// row of rel under c, and why.
func (lv *level) tupleOf(c *closure, terms []term, rel *catalog.Relation, cols []int) ([]Reason, bool) {
	if len(terms) == 0 || len(terms) != len(cols) {
		return nil, false
	}
	first := lv.holdings(c, terms[0])
	for _, h := range first {
		for _, o := range h.labels.own {
			if o.rel != rel || o.col != cols[0] {
				continue
			}
			facts := append([]*fact(nil), h.facts...)
			ok := true
			for i := 1; i < len(terms) && ok; i++ {
				ok = false
				for _, g := range lv.holdings(c, terms[i]) {
					if g.labels.has(rel, cols[i], o.origin) {
						facts = append(facts, g.facts...)
						ok = true
						break
					}
				}
			}
			if ok {
				return reasons(facts), true
			}
		}
	}
	return nil, false
}

func (l labels) has(rel *catalog.Relation, col int, at origin) bool {
	for _, o := range l.own {
		if o.rel == rel && o.col == col && o.origin == at {
			return true
		}
	}
	return false
}

// reasons turns facts into evidence, each once.
func reasons(facts []*fact) []Reason {
	var out []Reason
	seen := map[*fact]bool{}
	for _, f := range facts {
		if f == nil || seen[f] {
			continue
		}
		seen[f] = true
		r := Reason{Loc: f.loc, Text: f.text}
		if f.expr != nil {
			r = Reason{Loc: query.Start(f.expr), Text: query.String(f.expr)}
		}
		out = append(out, r)
	}
	return out
}

func columnTerms(r *query.RTE, cols []int) []term {
	out := make([]term, len(cols))
	for i, c := range cols {
		out[i] = term{rte: r, col: c}
	}
	return out
}
