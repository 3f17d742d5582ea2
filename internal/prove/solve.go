package prove

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// result is what is proven of a query. It is a proof only when nothing is loose.
type result struct {
	loose     []loose
	cols      []labels // of each output column
	instances []Instance
}

// loose is an instance that nothing confines, or a construct that is refused.
type loose struct {
	rte      *query.RTE // nil for a construct
	lv       *level
	instance bool // a relation instance that a condition could confine
	diag     finding
}

func (r *result) ok() bool { return len(r.loose) == 0 }

// col returns the labels of an output column: none of one that is not handed on.
func (r *result) col(i int) labels {
	if i < len(r.cols) {
		return r.cols[i]
	}
	return labels{}
}

func (r *result) take(in *result) {
	r.loose = append(r.loose, in.loose...)
	r.instances = append(r.instances, in.instances...)
}

// rowSource is a subquery, view, CTE or function in FROM.
type rowSource struct {
	rte  *query.RTE
	res  *result // nil until it is proven
	last *result
}

// solve proves the block's entries and subqueries. Each proof may lean only on
// those before it, so that no two hold each other up; the rounds go on while
// one more is found.
func (lv *level) solve(res *result) {
	for _, r := range lv.rtes {
		lv.enterSource(r)
	}
	for progress := true; progress; {
		lv.p.step()
		progress = false
		for _, r := range lv.rtes {
			switch s := lv.rows[r]; {
			case s == nil:
			case s.res == nil:
				progress = lv.proveSource(s) || progress
			case r.Kind == query.FunctionRTE:
				progress = lv.unnest(s) || progress
			}
		}
		for _, r := range lv.rtes {
			if lv.rows[r] == nil && lv.confined[r] == nil && lv.confine(r) {
				progress = true
			}
		}
		for _, s := range lv.links {
			if s.res == nil && lv.proveLink(s) {
				progress = true
			}
		}
		for _, c := range lv.choices {
			progress = lv.choose(c) || progress
		}
	}
	lv.late = lv.inTime()
	for _, r := range lv.rtes {
		switch s := lv.rows[r]; {
		case s != nil:
			res.take(s.last)
		case lv.confined[r] != nil:
			res.instances = append(res.instances, *lv.confined[r])
		default:
			res.loose = append(res.loose, lv.explain(r))
			res.instances = append(res.instances, Instance{RTE: r, Class: lv.p.tenancy(r.Relation).Class})
		}
	}
	for _, s := range lv.links {
		res.take(s.last)
	}
}

// enterSource prepares an entry that is no plain relation.
func (lv *level) enterSource(r *query.RTE) {
	if r.Kind == query.RelationRTE && r.Sub == nil {
		return
	}
	st := standing{kind: nowhere}
	if r.Lateral {
		st = standing{kind: inFrom, item: r}
	}
	st.rows = r
	for _, f := range r.Funcs {
		lv.visit(f, st)
	}
	lv.rows[r] = &rowSource{rte: r}
}

// proveSource tries to prove an entry that is no plain relation: on its own,
// else under what is known of its output columns.
func (lv *level) proveSource(s *rowSource) bool {
	p, r := lv.p, s.rte
	try := func(res *result) bool {
		if s.last == nil || res.ok() {
			s.last = res
		}
		if res.ok() {
			s.res = res
		}
		return res.ok()
	}
	up := lv.up
	if r.Lateral {
		up = lv.lateralEnv(r)
	}
	var body query.Query
	var known *result
	switch r.Kind {
	case query.FunctionRTE:
		res, proven := lv.functionRows(r)
		if !proven {
			s.last = res
			return false
		}
		known = res
	case query.SubqueryRTE, query.RelationRTE:
		body = r.Sub
	case query.CTERTE:
		switch def := p.ctes[r.CTE]; {
		case def.res.ok():
			known = &result{cols: def.res.cols}
		case !def.pushable:
			lv.noteLate(r)
			known = def.res
		default:
			body, up = r.CTE.Query, def.up
		}
	default:
		p.refuse(diag.CodeNotUnderstood, r.At, "this item of FROM is not understood")
		known = &result{}
	}
	if known != nil {
		return try(known)
	}
	p.handsOn(body)
	if r.Kind == query.RelationRTE {
		defer p.enter(r.At, r.Width, "the view "+r.Relation.ShortName())()
		p.opened[len(p.opened)-1].view = r
	}
	// FOR UPDATE reaches into a subquery, below any filter from outside; not into a CTE.
	locked := lv.locked && r.Kind != query.CTERTE
	if r.Kind != query.CTERTE && try(p.query(body, up, nil, locked)) {
		return true
	}
	if push := lv.pushes(r); len(push) > 0 {
		res := p.query(body, up, push, locked)
		s.last = res // it says what was known outside, and why that is not enough
		return try(res)
	}
	if s.last == nil {
		s.last = p.ctes[r.CTE].res
	}
	return false
}

// proveLink tries to prove a subquery in an expression.
func (lv *level) proveLink(s *subquery) bool {
	p := lv.p
	up := lv.envOf(s.at)
	if s.call != nil {
		up = p.inBody(s.call, up)
		defer p.enter(s.call.At, len(s.call.Name), s.call.Name+"()")()
	}
	try := func(res *result) bool {
		s.last = res
		if res.ok() {
			s.res = res
		}
		return res.ok()
	}
	if s.exists != nil {
		if res := p.selectQuery(s.exists.sel, up, nil, false, s.exists.skip); res.ok() {
			s.last, s.res = res, res
			return true
		}
	}
	res := p.query(s.link.Query, up, nil, false)
	if s.exists != nil {
		res.cols = nil // its output is no side of the equality
	}
	if try(res) {
		return true
	}
	if push := lv.semijoin(s); len(push) > 0 {
		res := p.query(s.link.Query, up, push, false)
		res.cols = nil // what was handed in from outside says nothing new there
		return try(res)
	}
	return false
}

// confine tries each rule on the relation instance r.
func (lv *level) confine(r *query.RTE) bool {
	p := lv.p
	ten := p.tenancy(r.Relation)
	inst := &Instance{RTE: r, Class: ten.Class}
	if p.assumed[r] {
		inst.Rule = assumedRule
		lv.settle(inst)
		return true
	}
	if ten.Mixed && !r.Only {
		return false
	}
	switch ten.Class {
	case catalog.Global:
		inst.Rule = "global"
		lv.confined[r] = inst
		return true
	case catalog.Private:
		inst.Rule, inst.Because = databaseRule, ofDatabase(r.Relation)
		lv.settle(inst)
		return true
	case catalog.Root, catalog.Direct, catalog.Derived, catalog.Shared:
	default:
		return false
	}
	c := lv.factsFor(r)
	for _, rule := range instanceRules {
		if because, ok := rule.confine(lv, c, r); ok {
			inst.Rule, inst.Because = rule.stem, because
			lv.settle(inst)
			return true
		}
	}
	return false
}

// settle enters that an instance is confined.
func (lv *level) settle(inst *Instance) {
	lv.confined[inst.RTE] = inst
	lv.p.ties.confined(inst.RTE)
}

// instanceRule is a rule that confines a relation instance under the closure
// of its facts.
type instanceRule struct {
	stem    string
	confine func(lv *level, c *closure, r *query.RTE) ([]Reason, bool)
}

// instanceRules in the order in which they are tried.
var instanceRules = []instanceRule{
	{"direct", confineDirect},
	{"derived", confineDerived},
	{"compositefk", confineCompositeFK},
	{"identity", confineIdentity},
	{"shared", confineShared},
}
