package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/query"
)

// env is where a block stands inside an outer one: outer columns are constants
// in it, and these facts hold of them.
type env struct {
	up    *env
	lv    *level   // nil in the body of a function
	known *closure // what holds there, of every level outside
	still bool     // a bare outer column adds nothing: the block stands in an ON
	blank bool     // nothing of the outer block may be used
}

// envOf returns what a subquery may use of the block in which it stands.
// Inside, outer columns are constants, so the facts that hold of them at that
// place may be used, past the subquery's own LIMIT and aggregates. The conjunct
// that holds the subquery proves nothing inside it.
func (lv *level) envOf(at standing) *env {
	e := &env{up: lv.up, lv: lv}
	switch at.kind {
	case inConjunct, onRow:
		if e.known = lv.row(); at.fact != nil {
			e.known = &closure{facts: lv.indexed(), where: true, joins: lv.without(at.fact), skip: at.fact}
			e.known.up = lv.up.with(lv.anchorsOutside(e.known))
		}
	case onNewRow:
		c := *lv.row()
		if lv.target != nil {
			c.old = lv
		}
		e.known, e.still = &c, true
	case inOn:
		e.known, e.still = &closure{facts: lv.indexed(), joins: lv.only(lv.on[at.join]), skip: at.fact, up: lv.up.outwards()}, true
	case inFrom:
		return lv.lateralEnv(at.item)
	default:
		e.known, e.blank = lv.up.outwards(), true
	}
	return e
}

// lateralEnv returns what a LATERAL item may use: facts(s).
func (lv *level) lateralEnv(s *query.RTE) *env {
	return &env{up: lv.up, lv: lv, known: lv.factsFor(s)}
}

// inBody returns what the body of a called function may use: its arguments are
// the values of the call, and outside of it all is as where the call stands.
func (p *prover) inBody(call *query.FuncCall, up *env) *env {
	e := &env{up: up, known: &closure{facts: p.newIndex(), where: true, up: up.outwards()}}
	for i, a := range call.Args {
		param := query.Column(call.Params, i)
		ta, tb := p.termOf(param), p.termOf(a)
		if tb.isZero() || !p.equates(param, a) || len(p.cat.Base(param.Type()).Mods) > 0 {
			continue // passing it may change it: to a domain over varchar(3) without blanks at the end
		}
		f := &fact{id: p.nextFact(), loc: query.Start(a), text: query.String(param) + " = " + query.String(a), equal: []equality{{ta, tb}}}
		e.known.facts.add([]*fact{f}, inWhere)
	}
	return e
}

// blankEnv hides everything outside, for a block that locks rows: it would
// lock them for outer rows that are thrown away later.
func blankEnv(up *env) *env {
	if up == nil {
		return nil
	}
	return &env{up: blankEnv(up.up), lv: up.lv, blank: true}
}

// outwards returns what holds at e, of every level outside.
func (e *env) outwards() *closure {
	if e == nil {
		return nil
	}
	return e.known
}

// with returns what holds at e when the outer entries given are rows and no
// NULLs: their own facts hold too.
func (e *env) with(rows []*query.RTE) *closure {
	if e == nil {
		return nil
	}
	if len(rows) == 0 {
		return e.known
	}
	var further []*query.RTE
	var here bits
	for _, b := range rows {
		switch {
		case e.lv == nil || !e.lv.has[b]:
			further = append(further, b)
		case !e.blank && !e.still:
			if here == nil {
				here = slices.Clone(e.known.joins)
			}
			here.take(e.lv.reached().at(e.lv.path[b]))
		}
	}
	if e.blank {
		return e.up.with(further)
	}
	c := *e.known
	if here != nil {
		c.joins = here
	}
	if !e.still && e.lv != nil {
		further = append(further, e.lv.anchorsOutside(&c)...)
	}
	c.up = e.up.with(further)
	return &c
}

// outward is a fact of a block that has a bare column of an entry outside, in
// whose place an outer join there may put NULLs.
type outward struct {
	fact *fact
	on   int
	rte  *query.RTE
}

// anchorsOutside returns the outer entries that are rows and no NULLs where the
// facts of c hold that are of this block.
func (lv *level) anchorsOutside(c *closure) []*query.RTE {
	if lv.outwards == nil && lv.up != nil {
		lv.outwards = []outward{}
		find := func(facts []*fact, on int) {
			for _, f := range facts {
				for _, b := range f.anchors {
					if !lv.has[b] && lv.up.nullable(b) {
						lv.outwards = append(lv.outwards, outward{f, on, b})
					}
				}
			}
		}
		find(lv.where, inWhere)
		for _, j := range lv.joins {
			find(j.facts, j.no)
		}
	}
	var out []*query.RTE
	for _, o := range lv.outwards {
		if c.holds(o.fact, o.on) && !slices.Contains(out, o.rte) {
			out = append(out, o.rte)
		}
	}
	return out
}

// nullable reports whether b is an entry outside that an outer join stands above.
func (e *env) nullable(b *query.RTE) bool {
	for ; e != nil; e = e.up {
		if e.lv != nil && e.lv.has[b] {
			return e.lv.path[b] != nil
		}
	}
	return false
}

// only returns the set of one join.
func (lv *level) only(j *join) bits {
	out := make(bits, lv.reached().width)
	if j != nil {
		out[j.no/64] |= 1 << (j.no % 64)
	}
	return out
}
