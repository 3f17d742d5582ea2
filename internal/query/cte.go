package query

import (
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// cteEntry is a CTE in view, in a list from the innermost outward. Levels share
// the tails of their lists.
type cteEntry struct {
	name    string
	cte     *CTE
	columns []RTECol
	ready   bool // the columns are known
	failed  bool // its query could not be resolved, which has been reported
	open    bool // its query is being resolved: a mention is a self reference
	written []string
	next    *cteEntry
}

func (e *cteEntry) find(name string) *cteEntry {
	for ; e != nil; e = e.next {
		if e.name == name {
			return e
		}
	}
	return nil
}

// with resolves a WITH list and brings its names into view. Without RECURSIVE
// a CTE sees those before it; with RECURSIVE the names hide tables in the whole
// list, so that a forward reference is no table either.
func (r *resolver) with(sc *scope, n *pgast.WithClause) []*CTE {
	if n == nil {
		return nil
	}
	entries := make([]*cteEntry, 0, len(n.GetCtes()))
	for _, c := range n.GetCtes() {
		def := c.GetCommonTableExpr()
		e := &cteEntry{
			name:    def.GetCtename(),
			cte:     &CTE{Name: def.GetCtename(), At: r.at(def.GetLocation())},
			written: pgast.Strings(def.GetAliascolnames()),
		}
		for _, other := range entries {
			if other.name == e.name {
				r.issue(diag.CodeAmbiguous, e.cte.At, len(e.name), "WITH has the name "+e.name+" twice", "", "")
			}
		}
		entries = append(entries, e)
	}
	if n.GetRecursive() {
		for _, e := range entries {
			e.next = sc.ctes
			sc.ctes = e
		}
	}
	var out []*CTE
	for i, e := range entries {
		def := n.GetCtes()[i].GetCommonTableExpr()
		if def.GetSearchClause() != nil || def.GetCycleClause() != nil {
			r.unknown(e.cte.At, "SEARCH or CYCLE of a recursive query")
		}
		e.open = n.GetRecursive()
		q := r.cteQuery(sc, e, def.GetCtequery())
		e.open, e.failed = false, q == nil
		if q != nil {
			e.cte.Query = q
			e.cte.Recursive = len(e.cte.SelfRefs) > 0
			if !e.ready {
				r.cteColumns(e, q)
			}
			out = append(out, e.cte)
		}
		if !n.GetRecursive() {
			e.next = sc.ctes
			sc.ctes = e
		}
	}
	return out
}

// cteQuery resolves the query of a CTE. The columns of a recursive one are
// those of its non-recursive term.
func (r *resolver) cteQuery(sc *scope, e *cteEntry, n *pgast.Node) Query {
	s := n.GetSelectStmt()
	if !e.open || s == nil || s.GetOp() != pgast.SetOperation_SETOP_UNION {
		return r.query(sc, n)
	}
	inner := newScope(sc)
	return r.setOp(inner, s, func(left Query) { r.cteColumns(e, left) })
}

// cteColumns fixes the columns that mentions of the CTE have.
func (r *resolver) cteColumns(e *cteEntry, q Query) {
	e.columns = r.outputColumns(q)
	if len(e.written) > len(e.columns) {
		r.issue(diag.CodeColumnCount, e.cte.At, len(e.name), "the column list of "+e.name+" has more names than there are columns", "", "")
	}
	e.cte.Names = make([]string, len(e.columns))
	for i := range e.columns {
		if i < len(e.written) {
			e.columns[i].Name = e.written[i]
		}
		e.cte.Names[i] = e.columns[i].Name
	}
	e.ready = true
}

// cteRTE makes the entry of a mention.
func (r *resolver) cteRTE(sc *scope, e *cteEntry, n *pgast.RangeVar) *RTE {
	at := r.at(n.GetLocation())
	if e.failed {
		return nil
	}
	if !e.ready {
		message, why := "the query "+e.name+" is referred to before it is known", "WITH RECURSIVE may refer to itself in the right side of its UNION, and to queries before it"
		r.issue(diag.CodeRecursion, at, len(e.name), message, why, "")
		return nil
	}
	rte := r.newRTE(sc, CTERTE, at, nameWidth(n))
	rte.CTE, rte.Self = e.cte, e.open
	rte.Cols = e.columns
	if rte.Alias = n.GetAlias().GetAliasname(); rte.Alias == "" {
		rte.Alias = e.name
	}
	if e.open {
		e.cte.SelfRefs = append(e.cte.SelfRefs, rte)
	} else {
		e.cte.Refs = append(e.cte.Refs, rte)
	}
	if !n.GetInh() {
		r.unknown(at, "ONLY before the name of a WITH query")
	}
	r.aliasColumns(rte, n.GetAlias(), at)
	return rte
}
