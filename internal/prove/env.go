package prove

import "github.com/tenantc/tenantc/internal/query"

// envOf returns what a subquery may use of the block in which it stands.
// Inside, outer columns are constants, so the facts that hold of them at that
// place may be used, past the subquery's own LIMIT and aggregates. The conjunct
// that holds the subquery proves nothing inside it.
func (lv *level) envOf(at standing) *env {
	e := &env{up: lv.up, lv: lv, skip: at.fact}
	switch at.kind {
	case inConjunct, onRow:
		e.facts = lv.closeOver(lv.where, at.fact)
	case onNewRow:
		e.facts = lv.unwritten(lv.closeOver(lv.where, at.fact))
		e.still = true
	case inOn:
		for _, f := range lv.on[at.join] {
			if f != at.fact {
				e.facts = append(e.facts, f)
			}
		}
		e.still = true
	case inFrom:
		return lv.lateralEnv(at.item)
	default:
		e.blank = true
	}
	return e
}

// lateralEnv returns what a LATERAL item may use: facts(s).
func (lv *level) lateralEnv(s *query.RTE) *env {
	return &env{up: lv.up, lv: lv, facts: lv.closeOver(lv.base(s), nil)}
}

// inBody returns what the body of a called function may use: its arguments are
// the values of the call, and outside of it all is as where the call stands.
func (p *prover) inBody(call *query.FuncCall, up *env) *env {
	e := &env{up: up}
	for i, a := range call.Args {
		param := query.Column(call.Params, i)
		ta, tb := p.termOf(param), p.termOf(a)
		if tb.isZero() || !p.equates(param, a) {
			continue
		}
		f := &fact{id: p.nextFact(), loc: query.Start(a), text: query.String(param) + " = " + query.String(a), equal: []equality{{ta, tb}}}
		e.facts = append(e.facts, f)
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
