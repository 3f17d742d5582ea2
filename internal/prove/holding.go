package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// holding is what is known of one term of a class.
type holding struct {
	labels labels
	term   term
	fact   *fact // the fact that gives the labels, where the term has them not by itself
}

// holdings returns the labels of t under c: those of every term that equals it.
func (lv *level) holdings(c *closure, t term) []holding {
	var out []holding
	if lv.p.ties.hopeless(t) {
		return nil
	}
	c.class(t, func(u term) {
		lv.held(c, u, func(h holding) bool {
			out = append(out, h)
			return true
		})
	})
	return out
}

// held calls yield for the labels that u has, by itself, as a member of a
// subquery's rows or as a choice, until it returns false.
func (lv *level) held(c *closure, u term, yield func(holding) bool) {
	if !yield(holding{lv.termLabels(u), u, nil}) {
		return
	}
	c.members(u, func(m *membership) bool {
		switch {
		case !m.array.isZero():
			for _, h := range lv.holdings(c, m.array) {
				if !yield(holding{h.labels, u, m.fact}) {
					return false
				}
			}
		case m.choice != nil:
			return yield(holding{m.choice.labels, u, m.fact})
		case m.sub == nil:
			return yield(holding{m.given, u, m.fact})
		case m.sub.res != nil:
			return yield(holding{m.sub.res.col(m.col).through(nil, m.sub.link), u, m.fact})
		}
		return true
	})
}

// evidence returns the facts that make h a holding of t.
func (c *closure) evidence(t term, h holding) []*fact {
	way, _ := c.nearest(t, func(u term) bool { return u == h.term })
	if h.fact != nil {
		way = append(way, h.fact)
	}
	return way
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
		if s := p.subquery(t.sub); s.res != nil {
			return s.res.col(0).through(nil, t.sub)
		}
	default:
		in := lv.levelOf(t.rte)
		if in == nil {
			return labels{}
		}
		if s := in.rows[t.rte]; s != nil {
			if s.res != nil {
				return s.res.col(t.col).through(t.rte, nil)
			}
			return labels{}
		}
		if inst := in.confined[t.rte]; inst != nil && inst.Rule == "shared" {
			return p.sharedLabels(in, t)
		} else if inst != nil {
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
	out.own = &ofInstance{p: p, rte: r, col: col}
	return out
}

// sharedLabels returns the labels of a column of an instance whose rows are the
// tenant's or everybody's: the tenant column is T where it is not NULL, and
// nothing else follows. Beside the target of a write not even that counts.
func (p *prover) sharedLabels(in *level, t term) labels {
	ten := p.tenancy(t.rte.Relation)
	if t.col != ten.Column() || slices.ContainsFunc(in.rtes, func(r *query.RTE) bool { return r.Write }) {
		return labels{}
	}
	return labels{tenant: 1 << ten.Dim.Index}
}

// tenantOf reports whether the term equals the tenant of dim under c, and why:
// by the fewest facts.
func (lv *level) tenantOf(c *closure, t term, dim *catalog.Dimension) ([]Reason, bool) {
	var found holding
	if lv.p.ties.hopeless(t) {
		return nil, false
	}
	way, ok := c.nearest(t, func(u term) bool {
		found = holding{}
		lv.held(c, u, func(h holding) bool {
			if h.labels.isTenant(dim) {
				found = h
			}
			return found.term.isZero()
		})
		return !found.term.isZero()
	})
	return reasons(append(way, found.fact)), ok
}

// tupleOf reports whether the terms, one for each of cols, are together these
// columns of one own row of rel under c, and why.
func (lv *level) tupleOf(c *closure, terms []term, rel *catalog.Relation, cols []int) ([]Reason, bool) {
	if len(terms) == 0 { // no key, or one that is not usable
		return nil, false
	}
	held, found := make([][]holding, len(terms)), false
	for i, t := range terms {
		if held[i] = lv.holdings(c, t); len(held[i]) == 0 {
			return nil, false
		}
	}
	for _, first := range held[0] {
		var because []Reason
		first.labels.rows(rel, cols, func(o origin) bool {
			facts := c.evidence(terms[0], first)
			for i := 1; i < len(terms); i++ {
				at := slices.IndexFunc(held[i], func(h holding) bool { return h.labels.has(rel, cols[i], o) })
				if at < 0 {
					return true
				}
				facts = append(facts, c.evidence(terms[i], held[i][at])...)
			}
			because, found = append(reasons(facts), lv.p.declared(o)...), true
			return false
		})
		if found {
			return because, true
		}
	}
	return nil, false
}

// declared returns the declarations on which an origin rests: foreign keys that
// own, or that never cross tenants, because somebody says so.
func (p *prover) declared(o origin) []Reason {
	var out []Reason
	if o.fk != nil && o.fk.Consistent && !p.pairsTenant(o.fk) {
		out = append(out, p.foreignKey(o.fk))
	}
	if o.fk != nil && p.tenancy(o.fk.From).Class == catalog.Derived && p.tenancy(o.fk.From).Owner == o.fk {
		out = append(out, p.via(o.fk.From, o.fk))
	}
	switch in := o.in.(type) {
	case origin:
		out = append(out, p.declared(in)...)
	case [2]origin:
		out = append(append(out, p.declared(in[0])...), p.declared(in[1])...)
	}
	return out
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
