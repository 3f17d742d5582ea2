package query

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/pgast"
)

// expandBody resolves the body of a function that is one SELECT in SQL as a
// subquery of the call, in a scope of its own: of the statement nothing is in
// view there but the arguments, which are the columns of e.Params. A body that
// is not understood stays closed, and e.Body nil; so does one that is trusted.
//
// A body that locks or writes stays closed as well: a call in a condition runs
// for rows that the statement then drops.
func (r *resolver) expandBody(e *FuncCall) {
	if len(e.User) != 1 || e.User[0].Trusted || r.shadowsBuiltin(e) || e.named || e.Variadic || e.Within || e.Star || e.Distinct || e.Filter != nil || len(e.OrderBy) > 0 {
		return
	}
	f := e.User[0]
	body := r.selectBody(f)
	params := r.parameters(e, f)
	if body == nil || params == nil {
		return
	}
	for _, open := range r.bodies {
		if open == f || len(r.bodies) >= maxBodies {
			return
		}
	}
	stmt, src, text, macros, args := r.stmt, r.src, r.text, r.macros, r.args
	inner := &Stmt{RTEs: stmt.RTEs}
	r.stmt, r.src, r.text, r.macros, r.args = inner, &Source{Lines: diag.NewLines(f.Name+"()", f.Body)}, "", nil, params
	r.bodies = append(r.bodies, f)
	sc := newScope(nil)
	sc.items = []*nsItem{{name: f.Name, rte: params, rel: true, cols: true}}
	q := r.query(sc, body)
	r.bodies = r.bodies[:len(r.bodies)-1]
	r.stmt, r.src, r.text, r.macros, r.args = stmt, src, text, macros, args
	if q == nil || len(inner.Issues) > 0 {
		return
	}
	stmt.RTEs = inner.RTEs
	e.Params = params
	e.Body = &SubLink{node: node{At: e.At}, Kind: ScalarSubLink, Query: q}
}

// maxBodies bounds functions that call functions.
const maxBodies = 20

// selectBody returns the one SELECT of a function's body, where that is all
// that a call of it runs. A body that reads nothing and calls no function of the
// schema computes a value, and needs no looking into here.
func (r *resolver) selectBody(f *catalog.Function) *pgast.Node {
	if f.Language != "sql" || f.Body == "" || f.Definer || f.Settings || f.Aggregate || f.Procedure || f.Trigger {
		return nil
	}
	tree, err := pgast.Parse(f.Body)
	if err != nil || len(tree.GetStmts()) != 1 {
		return nil
	}
	n := tree.GetStmts()[0].GetStmt()
	if n.GetSelectStmt() == nil {
		return nil
	}
	reads, closed := false, false
	pgast.Walk(n, func(m pgast.Message) bool {
		switch m := m.(type) {
		case *pgast.RangeVar, *pgast.RangeFunction:
			reads = true
		case *pgast.FuncCall:
			if names := pgast.Strings(m.GetFuncname()); len(names) > 0 {
				reads = reads || len(r.cat.FunctionsNamed("", names[len(names)-1])) > 0
			}
		case *pgast.LockingClause, *pgast.InsertStmt, *pgast.UpdateStmt, *pgast.DeleteStmt, *pgast.MergeStmt, *pgast.IntoClause:
			closed = true
		}
		return !closed
	})
	if !reads || closed {
		return nil
	}
	return n
}

// parameters makes the entry whose columns are the arguments of a call: one for
// each that the function takes. It is nil where they do not match one to one.
func (r *resolver) parameters(e *FuncCall, f *catalog.Function) *RTE {
	params := &RTE{Kind: ParamsRTE, Alias: f.Name, At: e.At, level: -1}
	brought := r.exprCollation(e)
	for _, a := range f.Args {
		switch a.Mode {
		case 'i', 0:
		case 'o', 't':
			continue
		default:
			return nil
		}
		t := a.Type
		t.Mods = nil
		if polymorphic(t) {
			return nil
		}
		params.Cols = append(params.Cols, RTECol{Name: a.Name, Type: t, Collation: brought})
	}
	if len(params.Cols) != len(e.Args) {
		return nil
	}
	return params
}
