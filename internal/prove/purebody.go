package prove

import (
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/pgast"
	"github.com/tenantc/tenantc/internal/query"
)

// pureBody recognizes a function of the schema that computes one expression of
// its arguments: SQL with a single SELECT without FROM, or PL/pgSQL that only
// returns. Such a body reads nothing but its arguments, whatever is passed.
//
//	CREATE FUNCTION full_name(text, text) RETURNS text LANGUAGE sql AS 'SELECT $1 || $2'
func (p *prover) pureBody(f *catalog.Function) bool {
	if known, ok := p.pure[f]; ok {
		return known
	}
	p.pure[f] = false // while it is looked at: a function that calls itself is not recognized
	p.pure[f] = p.computes(f)
	return p.pure[f]
}

func (p *prover) computes(f *catalog.Function) bool {
	if f.SetOf || f.ReturnsTable || f.Aggregate || f.Procedure || f.Trigger || f.Settings || f.Definer || f.Body == "" {
		return false
	}
	text := f.Body
	switch f.Language {
	case "sql":
	case "plpgsql":
		body, ok := plainBody(f.Body)
		if !ok {
			return false
		}
		body = strings.TrimSuffix(strings.TrimSpace(body), ";")
		if len(body) < len("return ") || !strings.EqualFold(body[:len("return ")], "return ") || strings.Contains(body, ";") {
			return false
		}
		text = "select " + body[len("return "):]
	default:
		return false
	}
	tree, err := pgast.Parse(text)
	if err != nil || len(tree.Stmts) != 1 {
		return false
	}
	sel := tree.Stmts[0].Stmt.GetSelectStmt()
	if sel == nil || len(sel.TargetList) != 1 || len(sel.FromClause) > 0 || sel.WhereClause != nil || sel.WithClause != nil ||
		sel.IntoClause != nil || sel.Op != pgast.SetOperation_SETOP_NONE || len(sel.ValuesLists) > 0 || sel.HavingClause != nil ||
		len(sel.GroupClause) > 0 || sel.LimitCount != nil || sel.LimitOffset != nil || len(sel.LockingClause) > 0 || len(sel.DistinctClause) > 0 || len(sel.SortClause) > 0 {
		return false
	}
	value := sel.TargetList[0].GetResTarget().GetVal()
	if value == nil || p.impure(&catalog.Expr{Node: value}) != "" {
		return false
	}
	args := map[string]bool{f.Name: true}
	for _, a := range f.Args {
		if a.Name != "" {
			args[a.Name] = true
		}
	}
	ok := true
	pgast.Walk(value, func(m pgast.Message) bool {
		if c, is := m.(*pgast.ColumnRef); is {
			parts := pgast.Strings(c.Fields)
			ok = ok && len(parts) > 0 && args[parts[0]] && (len(parts) == 1 || len(parts) == 2 && parts[0] == f.Name && args[parts[1]])
		}
		return ok
	})
	return ok && p.checkedTypes(f)
}

// opensBody reports whether a call is proven by the SELECT that its function is.
//
//	CREATE FUNCTION titles(t uuid) RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT title FROM docs WHERE tenant_id = t'
func (p *prover) opensBody(f *query.FuncCall) bool {
	return f.Body != nil && !f.User[0].Trusted && !p.pureBody(f.User[0]) && p.checkedTypes(f.User[0])
}

// checkedTypes reports whether the types of arguments and result bring no CHECK
// that reads more than its value.
func (p *prover) checkedTypes(f *catalog.Function) bool {
	ok := true
	look := func(e *catalog.Expr) { ok = ok && p.impure(e) == "" }
	for _, a := range f.Args {
		p.domainExprs(a.Type, look)
	}
	p.domainExprs(f.Returns, look)
	return ok
}
