package catalog

import (
	"strings"

	"github.com/tenantc/tenantc/internal/pgast"
)

// condition answers the condition that the tokens from i to j make, as the
// server would at this place of the migrations; known is false where the catalog
// cannot tell. A loop's variables count.
func (p *doParser) condition(i, j int) (holds, known bool) {
	var text strings.Builder
	text.WriteString("select ")
	for k := i; k < j; k++ {
		word := p.span(k, k+1)
		if v := p.vars[p.text(k)]; v != nil && !v.list && p.text(k+1) != "(" && p.text(k-1) != "." {
			word = "'" + strings.ReplaceAll(v.texts[0], "'", "''") + "'"
		}
		text.WriteString(word + " ")
	}
	tree, err := pgast.Parse(text.String())
	if err != nil || len(tree.GetStmts()) != 1 {
		return false, false
	}
	targets := tree.GetStmts()[0].GetStmt().GetSelectStmt().GetTargetList()
	if len(targets) != 1 {
		return false, false
	}
	return p.b.answer(targets[0].GetResTarget().GetVal())
}

func (b *builder) answer(n *pgast.Node) (holds, known bool) {
	switch x := n.GetNode().(type) {
	case *pgast.Node_BoolExpr:
		if x.BoolExpr.GetBoolop() == pgast.BoolExprType_NOT_EXPR {
			holds, known = b.answer(x.BoolExpr.GetArgs()[0])
			return !holds, known
		}
		// AND is settled by one that does not hold, OR by one that does.
		settles := x.BoolExpr.GetBoolop() == pgast.BoolExprType_OR_EXPR
		known = true
		for _, arg := range x.BoolExpr.GetArgs() {
			h, k := b.answer(arg)
			if k && h == settles {
				return settles, true
			}
			known = known && k
		}
		return !settles, known
	case *pgast.Node_SubLink:
		if sel := x.SubLink.GetSubselect().GetSelectStmt(); x.SubLink.GetSubLinkType() == pgast.SubLinkType_EXISTS_SUBLINK && sel != nil {
			return b.there(sel)
		}
	case *pgast.Node_NullTest:
		call := x.NullTest.GetArg().GetFuncCall()
		if names := pgast.Strings(call.GetFuncname()); len(names) == 0 || names[len(names)-1] != "to_regclass" || len(call.GetArgs()) != 1 {
			return false, false
		}
		name, ok := constant(call.GetArgs()[0])
		if !ok || strings.ContainsAny(name, `"`) {
			return false, false
		}
		q := qname{"public", name}
		if schema, rest, cut := strings.Cut(name, "."); cut {
			q = qname{schema, rest}
		}
		return b.nameTaken(q) == (x.NullTest.GetNulltesttype() == pgast.NullTestType_IS_NOT_NULL), true
	}
	return false, false
}

// constant returns a literal's text, through casts that keep it.
func constant(n *pgast.Node) (string, bool) {
	if cast := n.GetTypeCast(); cast != nil {
		n = cast.GetArg()
	}
	if c := n.GetAConst(); c.GetSval() != nil {
		return c.GetSval().GetSval(), true
	}
	return "", false
}

// there answers EXISTS (SELECT … FROM a catalog WHERE name = '…' AND …).
func (b *builder) there(s *pgast.SelectStmt) (holds, known bool) {
	if len(s.GetFromClause()) != 1 || s.GetFromClause()[0].GetRangeVar() == nil || s.GetLarg() != nil || len(s.GetGroupClause()) > 0 ||
		s.GetHavingClause() != nil || s.GetLimitOffset() != nil || s.GetWithClause() != nil || s.GetWhereClause() == nil {
		return false, false
	}
	rv := s.GetFromClause()[0].GetRangeVar()
	if rv.GetSchemaname() != "" && rv.GetSchemaname() != "pg_catalog" && rv.GetSchemaname() != "information_schema" {
		return false, false
	}
	conds := []*pgast.Node{s.GetWhereClause()}
	if and := s.GetWhereClause().GetBoolExpr(); and.GetBoolop() == pgast.BoolExprType_AND_EXPR {
		conds = and.GetArgs()
	}
	wanted := map[string]string{}
	for _, c := range conds {
		e := c.GetAExpr()
		ref := pgast.Strings(e.GetLexpr().GetColumnRef().GetFields())
		value, ok := constant(e.GetRexpr())
		if e.GetKind() != pgast.A_Expr_Kind_AEXPR_OP || len(e.GetName()) != 1 || e.GetName()[0].GetString_().GetSval() != "=" || len(ref) == 0 || !ok {
			return false, false
		}
		wanted[ref[len(ref)-1]] = value
	}
	return b.has(rv.GetRelname(), wanted)
}

// has reports whether the schema has the object of a system catalog that wanted
// describes. Every column of wanted has to be one of those that are looked at.
func (b *builder) has(catalog string, wanted map[string]string) (holds, known bool) {
	take := func(names ...string) string {
		for _, n := range names {
			if v, ok := wanted[n]; ok {
				delete(wanted, n)
				return v
			}
		}
		return ""
	}
	any := func(schema, table string, has func(*Relation) bool) bool {
		if s, t, ok := strings.Cut(table, "."); ok {
			schema, table = s, t
		}
		for _, r := range b.cat.Relations {
			if (schema == "" || r.Schema == schema) && (table == "" || r.Name == table) && has(r) {
				return true
			}
		}
		return false
	}
	switch catalog {
	case "columns":
		schema, table, column := take("table_schema"), take("table_name"), take("column_name")
		views := any(schema, table, (*Relation).IsView)
		holds = any(schema, table, func(r *Relation) bool { return r.Column(column) != nil })
		return holds, len(wanted) == 0 && table != "" && column != "" && !views
	case "tables", "pg_tables":
		schema, table := take("table_schema", "schemaname"), take("table_name", "tablename")
		return any(schema, table, func(r *Relation) bool { return !r.IsView() }), len(wanted) == 0 && table != ""
	case "pg_constraint", "table_constraints":
		schema, table, name := take("table_schema", "constraint_schema"), take("table_name", "conrelid"), take("constraint_name", "conname")
		return any(schema, table, func(r *Relation) bool { return b.constraintOn(r, name) }), len(wanted) == 0 && name != ""
	case "pg_trigger":
		table, name := take("tgrelid"), take("tgname")
		return any("", table, func(r *Relation) bool {
			for _, t := range r.Triggers {
				if t.Name == name {
					return true
				}
			}
			return false
		}), len(wanted) == 0 && name != ""
	case "pg_indexes":
		schema, _, name := take("schemaname"), take("tablename"), take("indexname")
		for q := range b.indexes {
			holds = holds || q.name == name && (schema == "" || q.schema == schema)
		}
		return holds, len(wanted) == 0 && name != ""
	case "pg_type":
		name := take("typname")
		for _, u := range b.cat.Types {
			holds = holds || u.Name == name
		}
		return holds || builtinTypes[name] || any("", name, func(*Relation) bool { return true }), len(wanted) == 0 && name != ""
	case "pg_namespace", "schemata":
		name := take("nspname", "schema_name")
		return name == "public" || b.cat.index.schemas[name], len(wanted) == 0 && name != ""
	case "pg_extension":
		name := take("extname")
		return true, len(wanted) == 0 && b.cat.HasExtension(name) // another may be there without the migrations
	}
	return false, false
}
