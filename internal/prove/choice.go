package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/query"
)

// choice is a value that is one of several: of COALESCE, CASE, GREATEST, LEAST,
// NULLIF, or of a list behind IN. What it is compared with has the labels that
// all of them have, whichever is chosen; a column that an outer join has filled
// with NULL is not chosen, and where every one is NULL the comparison fails.
//
//	LEFT JOIN chats c ON c.id = COALESCE(m.chat_id, p.chat_id)
//
// It merges nothing: the next time, another one may be chosen.
type choice struct {
	of     query.Expr   // marks the value
	list   []query.Expr // one of these
	labels labels       // what is known of it by now
}

// readChoice reads that x equals one of the list.
func (p *prover) readChoice(f *fact, x, of query.Expr, list []query.Expr) {
	t := p.termOf(x)
	if t.isZero() {
		return
	}
	for _, e := range list {
		if !p.equates(x, e) || !p.bears(e) {
			return
		}
	}
	f.members = append(f.members, member{terms: []term{t}, cols: []int{0}, choice: &choice{of: of, list: list}})
}

// bears reports whether e may have labels: a column, a subquery, the tenant
// parameter, or a choice among such.
func (p *prover) bears(e query.Expr) bool {
	switch e := p.strip(e).(type) {
	case *query.ColRef, *query.SubLink:
		return true
	case *query.ParamRef:
		return p.isTenantParam(e)
	case *query.Const:
		return e.Null
	case *query.NullIf, *query.Coalesce, *query.MinMax, *query.Case:
		return !slices.ContainsFunc(chosen(e), func(e query.Expr) bool { return !p.bears(e) })
	}
	return false
}

// chosen returns the expressions one of which is the value of e, or nil where e
// is no choice. The second of NULLIF, and what CASE tests, is never the value.
func chosen(e query.Expr) []query.Expr {
	switch e := e.(type) {
	case *query.NullIf:
		return []query.Expr{e.Left}
	case *query.Coalesce:
		return e.Args
	case *query.MinMax:
		return e.Args
	case *query.Case:
		var out []query.Expr
		for _, w := range e.Whens {
			out = append(out, w.Then)
		}
		if e.Else != nil {
			out = append(out, e.Else)
		}
		return out
	}
	return nil
}

// choose takes over the labels that a choice has by now, and reports whether it
// learned something. Like a proof, a label leans only on those found before.
func (lv *level) choose(c *choice) bool {
	out := labels{any: true}
	for _, e := range c.list {
		out = out.meet(lv.labelsOf(e))
	}
	return c.labels.learn(out.single(c.of))
}

// reads reports whether a choice is made of such a term, in its tests too.
func (c *choice) reads(such func(term) bool) bool {
	found := false
	query.WalkDeep(c.of, func(e query.Expr) bool {
		if col, ok := e.(*query.ColRef); ok && such(term{rte: col.RTE, col: col.Col}) {
			found = true
		}
		return !found
	})
	return found
}
