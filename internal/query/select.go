package query

import (
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// selectStmt resolves SELECT, VALUES, TABLE and set operations. Where
// settle is set, output columns without a type become text, as they do
// everywhere but in INSERT … SELECT and the branches of a set operation.
func (r *resolver) selectStmt(sc *scope, n *pgast.SelectStmt, settle bool) Query {
	if !r.enter(r.selectLoc(n)) {
		return nil
	}
	defer r.leave()
	switch {
	case n.GetOp() == pgast.SetOperation_SETOP_NONE && len(n.GetValuesLists()) > 0:
		return r.values(sc, n)
	case n.GetOp() == pgast.SetOperation_SETOP_NONE:
		return r.plainSelect(sc, n, settle)
	}
	return r.setOp(sc, n, nil)
}

// plainSelect resolves in PostgreSQL's order: WITH, FROM, the target list,
// WHERE, HAVING, ORDER BY, GROUP BY, DISTINCT, OFFSET, LIMIT, windows.
func (r *resolver) plainSelect(sc *scope, n *pgast.SelectStmt, settle bool) Query {
	q := &Select{}
	q.At = r.selectLoc(n)
	r.refuseInto(n)
	q.With = r.with(sc, n.GetWithClause())
	sc.windows = r.namedWindows(n.GetWindowClause())
	q.From = r.fromClause(sc, n.GetFromClause())
	q.Targets = r.targetList(sc, n.GetTargetList())
	if w := n.GetWhereClause(); w != nil {
		q.Where = r.condition(sc, w)
	}
	if h := n.GetHavingClause(); h != nil {
		q.Having = r.condition(sc, h)
	}
	q.OrderBy = r.orderBy(sc, n.GetSortClause(), q.Targets)
	r.groupBy(sc, q, n)
	r.distinct(sc, q, n.GetDistinctClause())
	r.limit(sc, &q.Tail, n)
	q.Windows = r.finishWindows(sc)
	if settle {
		r.settle(q.Targets)
	}
	q.Locking = r.locking(q.From, n.GetLockingClause())
	q.Grouped = sc.grouped || len(n.GetGroupClause()) > 0 || n.GetHavingClause() != nil
	return q
}

func (r *resolver) refuseInto(n *pgast.SelectStmt) {
	if n.GetIntoClause() != nil {
		r.issue(diag.CodeStatementKind, r.selectLoc(n), 0, "SELECT INTO is not accepted", "it makes a table", "")
	}
}

// selectLoc is the place of a SELECT, which the parser does not tell: that of
// the first thing in it that has one.
func (r *resolver) selectLoc(n *pgast.SelectStmt) Loc {
	for n.GetLarg() != nil {
		n = n.GetLarg()
	}
	if c := n.GetWithClause(); c != nil {
		return r.at(c.GetLocation())
	}
	if t := n.GetTargetList(); len(t) > 0 {
		return r.at(t[0].GetResTarget().GetLocation())
	}
	if f := n.GetFromClause(); len(f) > 0 {
		if v := f[0].GetRangeVar(); v != nil {
			return r.at(v.GetLocation())
		}
	}
	return r.stmtLoc()
}

// targetList resolves a SELECT or RETURNING list, stars expanded.
func (r *resolver) targetList(sc *scope, list []*pgast.Node) []*Target {
	out := make([]*Target, 0, len(list))
	for _, n := range list {
		t := n.GetResTarget()
		if t == nil {
			r.unknown(r.stmtLoc(), pgast.Kind(n)+" in a target list")
			continue
		}
		if ref := t.GetVal().GetColumnRef(); ref != nil && isStar(ref) {
			out = r.expandStar(sc, ref, out)
			continue
		}
		if m := r.embed(t.GetVal()); m != nil {
			if t.GetName() != "" {
				r.issue(diag.CodeMacro, r.loc(m.start), m.end-m.start, "sqlc.embed takes no alias", "sqlc would rename every column", "")
			}
			if it, ok := r.item(sc, "", m.name, r.loc(m.start)); ok {
				out = r.expandItem(it, r.loc(m.start), out)
			}
			continue
		}
		if isSpread(t) {
			code, why := diag.CodeConstruct, "what tenantc does not understand it does not accept"
			if slices.Contains(r.spread, t) {
				code, why = diag.CodeCommandShape, "sqlc takes the columns of such a row for one value"
			}
			r.issue(code, r.at(t.GetLocation()), 0, "(…).* is not understood", why, "the function in FROM, or its columns one by one")
			r.open = true
			continue
		}
		e := r.expr(sc, t.GetVal())
		name := t.GetName()
		if name == "" {
			var ok bool
			if name, ok = r.outputName(t.GetVal()); !ok {
				if r.open = true; len(r.stmt.Issues) == 0 {
					r.unknown(r.at(t.GetLocation()), "a subquery without one column as a value")
				}
			}
		}
		out = append(out, &Target{Name: name, Expr: e, Type: e.Type()})
	}
	return out
}

func isStar(ref *pgast.ColumnRef) bool {
	f := ref.GetFields()
	return len(f) > 0 && f[len(f)-1].GetAStar() != nil
}

// embed returns the macro where n is sqlc.embed(x).
func (r *resolver) embed(n *pgast.Node) *macro {
	call := n.GetFuncCall()
	if call == nil || r.macros == nil {
		return nil
	}
	if m := r.macros[int(call.GetLocation())]; m != nil && m.kind == "embed" {
		return m
	}
	return nil
}

// settle gives text to output columns that nothing gave a type.
func (r *resolver) settle(targets []*Target) {
	for _, t := range targets {
		r.coerce(t.Expr, catalog.Builtin("text"))
		t.Type = t.Expr.Type()
	}
}

// limit resolves OFFSET and LIMIT, which are bigint.
func (r *resolver) limit(sc *scope, tail *Tail, n *pgast.SelectStmt) {
	if o := n.GetLimitOffset(); o != nil {
		tail.Offset = r.expr(sc, o)
		r.coerce(tail.Offset, catalog.Builtin("int8"))
	}
	if l := n.GetLimitCount(); l != nil {
		if c := l.GetAConst(); c == nil || !c.GetIsnull() { // LIMIT ALL is LIMIT NULL
			tail.Limit = r.expr(sc, l)
			r.coerce(tail.Limit, catalog.Builtin("int8"))
		}
	}
	switch n.GetLimitOption() {
	case pgast.LimitOption_LIMIT_OPTION_DEFAULT, pgast.LimitOption_LIMIT_OPTION_COUNT, pgast.LimitOption_LIMIT_OPTION_UNDEFINED:
	case pgast.LimitOption_LIMIT_OPTION_WITH_TIES:
		tail.WithTies = true
	default:
		r.unknown(r.stmtLoc(), n.GetLimitOption().String())
	}
}

// locking resolves FOR UPDATE and its like.
func (r *resolver) locking(from []FromItem, list []*pgast.Node) []*Locking {
	var out []*Locking
	for _, n := range list {
		c := n.GetLockingClause()
		l := &Locking{At: r.stmtLoc()}
		switch c.GetStrength() {
		case pgast.LockClauseStrength_LCS_FORKEYSHARE:
			l.Strength = "KEY SHARE"
		case pgast.LockClauseStrength_LCS_FORSHARE:
			l.Strength = "SHARE"
		case pgast.LockClauseStrength_LCS_FORNOKEYUPDATE:
			l.Strength = "NO KEY UPDATE"
		case pgast.LockClauseStrength_LCS_FORUPDATE:
			l.Strength = "UPDATE"
		default:
			r.unknown(l.At, pgast.Kind(n))
		}
		for _, rel := range c.GetLockedRels() {
			v := rel.GetRangeVar()
			l.At = r.at(v.GetLocation())
			rte := findRTE(from, v.GetRelname())
			if rte == nil || v.GetSchemaname() != "" || v.GetCatalogname() != "" {
				r.issue(diag.CodeUnknownRelation, l.At, len(v.GetRelname()), "FOR "+l.Strength+" OF names "+v.GetRelname()+", which is not in FROM", "", "")
				continue
			}
			l.Of = append(l.Of, rte)
		}
		if len(l.Of) == 0 && len(from) > 0 {
			l.At = firstLoc(from[0])
		}
		out = append(out, l)
	}
	return out
}

func findRTE(items []FromItem, name string) *RTE {
	for _, item := range items {
		switch it := item.(type) {
		case *RTE:
			if it.Alias == name {
				return it
			}
		case *Join:
			if rte := findRTE([]FromItem{it.Left, it.Right}, name); rte != nil {
				return rte
			}
		}
	}
	return nil
}
