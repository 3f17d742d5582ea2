package prove

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// inTime returns the entries that nothing confines and that what is known
// outside would confine, were it not behind a barrier: a LIMIT or a lock that
// has all rows before the test outside drops any.
func (lv *level) inTime() map[*query.RTE]bool {
	if len(lv.barred) == 0 {
		return nil
	}
	try := *lv
	try.where = slices.Clone(lv.where)
	for _, b := range lv.barred {
		try.where = append(try.where, b.fact)
	}
	try.confined = maps.Clone(lv.confined)
	try.facts, try.reach, try.outwards, try.closures = nil, nil, nil, nil
	late := map[*query.RTE]bool{}
	for progress := true; progress; {
		lv.p.step()
		progress = false
		for _, r := range lv.rtes {
			if r.Kind == query.RelationRTE && r.Sub == nil && try.confined[r] == nil && try.confine(r) {
				late[r], progress = true, true
			}
		}
	}
	return late
}

// fromTenant reports whether what came too late is a test that leads to the
// tenant, and not only to a row that lacks one itself.
func (p *prover) fromTenant(b barredPush) bool {
	lacks := func(t term) bool {
		return t.rte != nil && t.rte.Kind == query.RelationRTE && t.rte.Sub == nil && p.tenancy(t.rte.Relation).Owned() && !p.isFirm(t.rte)
	}
	return !slices.ContainsFunc(b.facts, func(f *fact) bool {
		return slices.ContainsFunc(f.equal, func(eq equality) bool { return lacks(eq.a) || lacks(eq.b) }) ||
			slices.ContainsFunc(f.members, func(m member) bool { return slices.ContainsFunc(m.terms, lacks) })
	})
}

// tooLate says of an entry that inTime has what stands between it and the test.
func (lv *level) tooLate(r *query.RTE) cause {
	b := lv.barred[0]
	for _, other := range lv.barred {
		if other.at.rte == r {
			b = other
			break
		}
	}
	c := cause{code: diag.CodeTooLate, message: fmt.Sprintf("the tenant test of %s comes after %s", called(r), b.barrier.what)}
	outside := "the test outside"
	if rs := reasons(b.facts); len(rs) > 0 {
		outside = "`" + rs[0].Text + "`"
		c.loc, c.text = rs[0].Loc, rs[0].Text
	}
	c.why = outside + " drops rows when those of every tenant have already taken part"
	if b.barrier.locks {
		c.why = outside + " drops rows when those of every tenant are already locked"
	}
	c.fix = lv.fix(r)
	if lv.inside == nil {
		c.fix += ", here inside"
	}
	if b.barrier.instead != "" {
		c.fix += "; or " + b.barrier.instead
	}
	return c
}

// lateTest is a test of an entry's tenant column on what a statement in WITH
// returns.
type lateTest struct {
	facts []*fact
	what  string // the statement's word
	did   string
}

// noteLate remembers, for explanations, what a reference to a data-modifying
// CTE asks of the tenant columns that it returns.
func (lv *level) noteLate(r *query.RTE) {
	late := lateTest{}
	switch r.CTE.Query.(type) {
	case *query.Update:
		late.what, late.did = "the UPDATE", "changed"
	case *query.Delete:
		late.what, late.did = "the DELETE", "deleted"
	default:
		return
	}
	targets := r.CTE.Query.Columns()
	for _, f := range lv.pushes(r) {
		if f.to.param == 0 {
			continue
		}
		if c, ok := targets[f.col].Expr.(*query.ColRef); ok && c.RTE.Relation != nil && lv.p.tenancy(c.RTE.Relation).Column() == c.Col {
			late.facts = f.facts
			lv.p.late[c.RTE] = late
		}
	}
}

// afterWrite says of an entry of a data-modifying CTE that its tenant test
// stands outside, where the rows are changed already.
func (p *prover) afterWrite(l loose) loose {
	late, ok := p.late[l.rte]
	if !ok || l.diag.code != diag.CodeNoTenant && l.diag.code != diag.CodeIDOnly {
		return l
	}
	l.diag.code = diag.CodeTooLate
	l.diag.message = fmt.Sprintf("the tenant test of %s comes after %s", called(l.rte), late.what)
	outside := "the test outside"
	if rs := reasons(late.facts); len(rs) > 0 {
		outside = "`" + rs[0].Text + "`"
		l.diag.related = append([]related{{rs[0].Loc.Pos(), rs[0].Text}}, l.diag.related...)
	}
	l.diag.why = fmt.Sprintf("%s drops rows when those of every tenant are already %s", outside, late.did)
	l.diag.fix += ", here inside"
	return l
}

// opened is a view or function whose query is being looked into.
type opened struct {
	at    query.Loc
	width int
	name  string
	view  *query.RTE // nil for a function
}

// enter says that the query of a view or function is being looked into; what it
// returns ends that.
func (p *prover) enter(at query.Loc, width int, name string) func() {
	p.opened = append(p.opened, &opened{at: at, width: width, name: name})
	return func() { p.opened = p.opened[:len(p.opened)-1] }
}

// outside moves a finding from the query of a view or function to the place
// where the statement mentions it.
func (lv *level) outside(f *finding, r *query.RTE) {
	o := lv.inside
	if o == nil {
		return
	}
	f.related = append([]related{{f.loc.Pos(), o.name + " reads " + called(r) + " here"}}, f.related...)
	f.loc, f.width = o.at, o.width
	if o.view != nil && f.code != diag.CodeTooLate {
		if column := handedOut(o.view, r, lv.p.tenancy(r.Relation).Column()); column != "" {
			f.fix = fmt.Sprintf("%s.%s = %s, as a condition of its own", query.Ident(o.view.Alias), query.Ident(column), lv.p.tenantText(lv.p.tenancy(r.Relation).Dim))
			return
		}
	}
	f.fix = fmt.Sprintf("write the query of %s in its place, and in it: %s", strings.TrimPrefix(o.name, "the view "), f.fix)
}

// handedOut names the column by which a view hands out column col of r as it
// is, or "".
func handedOut(view, r *query.RTE, col int) string {
	for i, t := range view.Sub.Columns() {
		if c, ok := t.Expr.(*query.ColRef); ok && c.RTE == r && c.Col == col && i < len(view.Cols) {
			return view.Cols[i].Name
		}
	}
	return ""
}
