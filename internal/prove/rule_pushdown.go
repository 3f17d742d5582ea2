package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/query"
)

// push is a fact about an output column of a query that holds where the query
// is read: the column equals a term, or is a column of an own row, by the facts
// named.
type push struct {
	col   int
	to    term   // the zero term when there is none
	own   labels // what the column is known to be, beside
	class string
	facts []*fact
	// barrier is what stands between the fact and the rows: it is then good for
	// nothing but an explanation.
	barrier barrier
}

// barrier is something that has all rows before a fact outside drops any. The
// zero value is none.
type barrier struct {
	what    string // "LIMIT"
	instead string // what to write there, or ""
	locks   bool
}

// barred returns the facts as they are known behind a barrier.
func barred(pushed []push, b barrier) []push {
	out := slices.Clone(pushed)
	for i := range out {
		if out[i].barrier == (barrier{}) {
			out[i].barrier = b
		}
	}
	return out
}

// pushes returns what facts(s) knows of s's output columns: those that equal
// the tenant, those that are columns of own rows, and those that equal what
// stays the same while s runs: a value, a column outside, and for LATERAL a
// column of an entry before s. For any other s a sibling's column changes from
// row to row of one run:
//
//	FROM d x, (SELECT k, sum(v) AS n FROM d GROUP BY k) s WHERE s.k = x.k   -- sums every tenant's v
func (lv *level) pushes(s *query.RTE) []push {
	var out []push
	c := lv.factsFor(s)
	for i := range s.Cols {
		t := term{rte: s, col: i}
		class := lv.p.cat.EqualityClass(s.Cols[i].Type)
		for _, h := range lv.holdings(c, t) {
			for _, tenant := range lv.p.tenants {
				if h.labels.tenant&(1<<tenant.Dim.Index) != 0 {
					out = append(out, push{col: i, to: term{param: tenant.Param}, class: class, facts: c.evidence(t, h)})
				}
			}
			if h.labels.own != nil {
				out = append(out, push{col: i, own: labels{own: h.labels.own}, class: class, facts: c.evidence(t, h)})
			}
		}
		c.class(t, func(u term) {
			if lv.fixed(u, s) {
				way, _ := c.nearest(t, func(v term) bool { return v == u })
				out = append(out, push{col: i, to: u, class: class, facts: way})
			}
		})
		for _, b := range lv.barred {
			if b.at == t {
				b.col, b.class = i, class
				out = append(out, b.push)
			}
		}
	}
	return out
}

// fixed reports whether u has one value throughout a run of s.
func (lv *level) fixed(u term, s *query.RTE) bool {
	switch {
	case u.param != 0, u.konst != "":
		return true
	case u.rte == nil:
		return false
	case !lv.has[u.rte]:
		return true
	}
	return s.Lateral && slices.Index(lv.rtes, u.rte) < slices.Index(lv.rtes, s)
}

// semijoin returns the facts `y = x` of a positive top-level `x IN (SELECT y …)`:
// rows of the subquery for which it fails change nothing. What is known of x
// comes from the other conjuncts.
//
// Under NOT it would not hold: one foreign NULL empties the result.
//
//	a.id NOT IN (SELECT b.aid FROM b)
func (lv *level) semijoin(s *subquery) []push {
	if s.at.kind != inConjunct || s.link.Kind != query.AnySubLink {
		return nil
	}
	var out []push
	for _, m := range s.at.fact.members {
		if m.sub != s {
			continue
		}
		for i, t := range m.terms {
			out = append(out, push{col: m.cols[i], to: t, class: lv.p.cat.EqualityClass(s.link.Query.Columns()[m.cols[i]].Type), facts: []*fact{s.at.fact}})
		}
	}
	return out
}

// accept takes the pushed facts into the block's WHERE where dropping the rows
// that fail them, before everything else, leaves the other rows as they are:
// not past LIMIT, a lock, an aggregate over all rows, a GROUP BY, DISTINCT ON or
// PARTITION BY that lacks the column, nor a select list that counts its calls.
//
//	(SELECT max(t) AS t, sum(v) FROM d) s WHERE s.t = @t   -- sums every tenant's v
func (lv *level) accept(q *query.Select, pushed []push) {
	p := lv.p
	var windows []*query.Window
	if what := wholeBarrier(q, &windows); what != "" {
		pushed = barred(pushed, barrier{what: what})
	}
	for _, f := range pushed {
		ref, ok := q.Targets[f.col].Expr.(*query.ColRef)
		if !ok || !lv.has[ref.RTE] || f.class == "" || p.class(ref) != f.class || !p.deterministic(ref) {
			continue
		}
		if f.barrier == (barrier{}) {
			f.barrier = columnBarrier(q, ref, windows)
		}
		text := query.String(ref)
		if rs := reasons(f.facts); len(rs) > 0 {
			text += ", as " + rs[0].Text
		}
		at := term{rte: ref.RTE, col: ref.Col}
		in := &fact{id: p.nextFact(), loc: ref.Loc(), text: text, anchors: []*query.RTE{ref.RTE}}
		if f.to.isZero() {
			in.given = []given{{at, f.own}}
		} else {
			in.equal = []equality{{at, f.to}}
		}
		if f.barrier != (barrier{}) {
			lv.barred = append(lv.barred, barredPush{f, at, in})
			continue
		}
		lv.where = append(lv.where, in)
	}
}

// barredPush is a pushed fact that a barrier kept out, and what it would have been.
type barredPush struct {
	push
	at   term
	fact *fact
}

// wholeBarrier names what in q no fact about its output passes, or "". It
// collects the windows of the list, of ORDER BY and of DISTINCT ON.
func wholeBarrier(q *query.Select, windows *[]*query.Window) string {
	switch {
	case q.Limit != nil:
		return "LIMIT"
	case q.Offset != nil:
		return "OFFSET"
	}
	computed := slices.Clone(q.DistinctOn)
	for _, t := range q.Targets {
		computed = append(computed, t.Expr)
	}
	for _, k := range q.OrderBy {
		computed = append(computed, k.Expr)
	}
	if slices.ContainsFunc(computed, func(e query.Expr) bool { return !repeatable(e, windows) }) {
		return "a call that is volatile or returns a set"
	}
	return ""
}

// columnBarrier returns what in q no fact about the column ref passes.
func columnBarrier(q *query.Select, ref *query.ColRef, windows []*query.Window) barrier {
	name := query.String(ref)
	switch {
	case q.Grouped && !inEverySet(q, ref):
		return barrier{what: "a GROUP BY without " + name, instead: name + " in GROUP BY"}
	case q.Distinct == query.DistinctOn && !contains(q.DistinctOn, ref):
		return barrier{what: "a DISTINCT ON without " + name, instead: name + " in DISTINCT ON"}
	case slices.ContainsFunc(windows, func(w *query.Window) bool { return !contains(w.PartitionBy, ref) }):
		return barrier{what: "a window over all rows", instead: "PARTITION BY " + name}
	}
	return barrier{}
}

func inEverySet(q *query.Select, ref *query.ColRef) bool {
	if q.Sets == nil {
		return contains(q.GroupBy, ref)
	}
	for _, set := range q.Sets {
		if !contains(set, ref) {
			return false
		}
	}
	return true
}

func contains(list []query.Expr, ref *query.ColRef) bool {
	return slices.ContainsFunc(list, func(e query.Expr) bool {
		c, ok := e.(*query.ColRef)
		return ok && c.RTE == ref.RTE && c.Col == ref.Col
	})
}

// repeatable reports whether e may be computed for fewer rows without a
// difference for the others; it collects the windows in e. Subqueries are
// pure by their own proof; volatile and set-returning calls are not repeatable.
func repeatable(e query.Expr, windows *[]*query.Window) bool {
	ok := true
	query.Walk(e, func(e query.Expr) bool {
		if f, is := e.(*query.FuncCall); is {
			if f.Builtin == nil || f.Builtin.Volatile || f.Builtin.ReturnsSet {
				ok = false
			}
			if f.Over != nil {
				*windows = append(*windows, f.Over)
			}
		}
		return ok
	})
	return ok
}
