package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/pgast"
	"github.com/tenantc/tenantc/internal/query"
)

// pureBody recognizes a function of the schema that computes of its arguments:
// SQL with a single SELECT without FROM, or PL/pgSQL whose every expression is
// such a SELECT. Such a body reads nothing but its arguments, whatever is passed.
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
	if f.SetOf || f.Aggregate || f.Procedure || f.Trigger || f.Settings || f.Definer || f.Body == "" || !p.checkedTypes(f) {
		return false
	}
	for _, a := range f.Args {
		if a.Default != nil && p.impure(a.Default) != "" {
			return false
		}
	}
	names := argNames(f)
	known := func(parts []string) bool {
		return len(parts) == 1 && slices.Contains(names, parts[0]) || len(parts) == 2 && parts[0] == f.Name && slices.Contains(names, parts[1])
	}
	switch f.Language {
	case "sql":
		return p.pureSelect(f.Body, known)
	case "plpgsql":
		body, ok := readPL(f.Body)
		if !ok || !p.declares(body, &names) {
			return false
		}
		return !slices.ContainsFunc(body.steps, func(s plStep) bool {
			return s.target != "" && !slices.Contains(names, s.target) || s.expr != "" && !p.pureSelect("select "+s.expr, known)
		})
	}
	return false
}

// argNames are the names of the arguments.
func argNames(f *catalog.Function) []string {
	var names []string
	for _, a := range f.Args {
		if a.Name != "" {
			names = append(names, a.Name)
		}
	}
	return names
}

// declares adds the variables of a body to names, and reports whether the
// assignment to each reads nothing but the value.
func (p *prover) declares(body *plBody, names *[]string) bool {
	if len(p.cat.Casts) > 0 {
		return false // an assignment may call one
	}
	for _, v := range body.vars {
		t, ok := p.plType(v.typ)
		if !ok || !p.pureCast(catalog.Type{}, t) {
			return false
		}
		p.domainExprs(t, func(e *catalog.Expr) { ok = ok && p.impure(e) == "" })
		if !ok {
			return false
		}
		*names = append(*names, v.name)
	}
	return true
}

// plType resolves the type of a declaration.
func (p *prover) plType(text string) (catalog.Type, bool) {
	tree, err := pgast.Parse("select null::" + text)
	if err != nil || len(tree.Stmts) != 1 {
		return catalog.Type{}, false
	}
	target := plainSelect(tree.Stmts[0].Stmt)
	cast := target.GetVal().GetTypeCast()
	if cast == nil || target.GetName() != "" || cast.GetArg().GetAConst() == nil {
		return catalog.Type{}, false
	}
	return p.cat.ResolveType(cast.GetTypeName())
}

// pureSelect reports whether a text is a SELECT of one value that is computed of
// what known says it may name, and of nothing else.
func (p *prover) pureSelect(text string, known func(parts []string) bool) bool {
	tree, err := pgast.Parse(text)
	if err != nil || len(tree.Stmts) != 1 {
		return false
	}
	value := plainSelect(tree.Stmts[0].Stmt).GetVal()
	return value != nil && p.namesOnly(value, known) && p.impure(&catalog.Expr{Node: value}) == ""
}

// namesOnly reports whether an expression names what known says it may.
func (p *prover) namesOnly(value *pgast.Node, known func(parts []string) bool) bool {
	ok := true
	pgast.Walk(value, func(m pgast.Message) bool {
		if c, is := m.(*pgast.ColumnRef); is && !known(pgast.Strings(c.Fields)) {
			ok = false
		}
		return ok
	})
	return ok
}

// plainSelect returns the one target of a SELECT that has nothing else, or nil.
func plainSelect(n *pgast.Node) *pgast.ResTarget {
	sel := n.GetSelectStmt()
	if sel == nil || len(sel.TargetList) != 1 || len(sel.FromClause) > 0 || sel.WhereClause != nil || sel.WithClause != nil ||
		sel.IntoClause != nil || sel.HavingClause != nil ||
		len(sel.GroupClause) > 0 || sel.LimitCount != nil || sel.LimitOffset != nil || len(sel.LockingClause) > 0 || len(sel.DistinctClause) > 0 || len(sel.SortClause) > 0 || len(sel.WindowClause) > 0 {
		return nil
	}
	return sel.TargetList[0].GetResTarget()
}

// opensBody reports whether a call is proven by the SELECT that its function is:
// where a type has the name too, it may mean that.
//
//	CREATE FUNCTION titles(t uuid) RETURNS SETOF text LANGUAGE sql STABLE AS 'SELECT title FROM docs WHERE tenant_id = t'
func (p *prover) opensBody(f *query.FuncCall) bool {
	return f.Body != nil && !p.pureBody(f.User[0]) && p.checkedTypes(f.User[0]) && len(p.cat.CalledTypes(f.Schema, f.Name)) == 0
}

// checkedTypes reports whether the types of arguments and result bring no CHECK
// that reads more than its value, and the result no cast of the schema's.
func (p *prover) checkedTypes(f *catalog.Function) bool {
	ok := len(p.cat.Casts) == 0
	look := func(e *catalog.Expr) { ok = ok && p.impure(e) == "" }
	for _, a := range f.Args {
		p.domainExprs(a.Type, look)
	}
	p.domainExprs(f.Returns, look)
	return ok
}
