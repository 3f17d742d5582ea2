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
		q, plain := folded(name)
		if !ok || !plain || b.unseen(q.name) {
			return false, false
		}
		taken := b.nameTaken(q)
		if !taken && (strings.HasSuffix(q.name, "_seq") || len(b.pathOn) > 0) {
			return false, false // a sequence that serial made, or a name along the path
		}
		return taken == (x.NullTest.GetNulltesttype() == pgast.NullTestType_IS_NOT_NULL), true
	}
	return false, false
}

// folded reads a name as regclass does, in small letters; plain is false for one
// with quotes or blanks.
func folded(name string) (q qname, plain bool) {
	q = qname{"public", strings.ToLower(name)}
	if schema, rest, cut := strings.Cut(q.name, "."); cut {
		q = qname{schema, rest}
	}
	return q, !strings.ContainsAny(name, "\" \t\r\n") && !strings.Contains(q.name, ".")
}

// unseen reports whether the server may have a table of that name, or for "" of
// any, of which the catalog knows no more than that.
func (b *builder) unseen(table string) bool {
	if table == "" {
		return len(b.cat.index.copies) > 0 || len(b.temps) > 0
	}
	for q := range b.cat.index.copies {
		if q.name == table {
			return true
		}
	}
	return b.temps[table]
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
