package prove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// fix writes the smallest condition that would confine r.
func (lv *level) fix(r *query.RTE) string {
	p := lv.p
	ten := p.tenancy(r.Relation)
	alias := query.Ident(r.Alias)
	if ten.Class == catalog.Derived {
		return lv.fixDerived(r, ten.Owner)
	}
	column := query.Ident(r.Relation.Columns[ten.Column()].Name)
	if o := lv.sibling(r); o != nil {
		tie := fmt.Sprintf("and %s.%s = %s.%s", alias, column, query.Ident(o.Alias), query.Ident(o.Relation.Columns[p.tenancy(o.Relation).Column()].Name))
		if lv.joinedByOr(r) {
			tie += ", with the OR in brackets"
		}
		return tie
	}
	return lv.test(r)
}

// joinedByOr reports whether an OR joins r to another entry. An AND that is added
// to it would belong to its last branch.
func (lv *level) joinedByOr(r *query.RTE) bool {
	for f := range lv.around(r) {
		if or, ok := f.expr.(*query.Bool); !ok || or.Op != query.Or {
			continue
		}
		own, other := false, false
		query.Walk(f.expr, func(e query.Expr) bool {
			if c, ok := e.(*query.ColRef); ok {
				own, other = own || c.RTE == r, other || c.RTE != r
			}
			return true
		})
		if own && other {
			return true
		}
	}
	return false
}

// test writes the test of r's tenant column that belongs into WHERE.
func (lv *level) test(r *query.RTE) string {
	if lv.whole {
		return fmt.Sprintf("where (…) and %s, with the condition that is there in the brackets", lv.bareTest(r))
	}
	return lv.glue() + " " + lv.bareTest(r)
}

func (lv *level) bareTest(r *query.RTE) string {
	ten := lv.p.tenancy(r.Relation)
	column := query.Ident(r.Relation.Columns[ten.Column()].Name)
	if len(lv.rtes) > 1 {
		column = query.Ident(r.Alias) + "." + column
	}
	return fmt.Sprintf("%s = %s", column, lv.p.tenantText(ten.Dim))
}

// fixDerived ties a derived entry to its parent: to the one that the block
// reads, else to one of its own, up to the relation that has the tenant column.
func (lv *level) fixDerived(r *query.RTE, owner *catalog.ForeignKey) string {
	tie := func(child, parent string) string {
		var ties []string
		for i, c := range owner.Columns {
			ties = append(ties, fmt.Sprintf("%s.%s = %s.%s", parent, query.Ident(owner.To.Columns[owner.RefColumns[i]].Name), child, query.Ident(owner.From.Columns[c].Name)))
		}
		return strings.Join(ties, " and ")
	}
	for _, o := range lv.rtes {
		if o.Relation == owner.To {
			if s := "and " + tie(query.Ident(r.Alias), query.Ident(o.Alias)); !lv.says(r, o, owner) {
				return s
			}
		}
	}
	from, where := lv.p.parents(owner)
	return fmt.Sprintf("%s exists (select 1 from %s where %s and %s)", lv.glue(), from, tie(query.Ident(r.Alias), "parent"), where)
}

// says reports whether the block equates the owning key of r with the key of o.
func (lv *level) says(r, o *query.RTE, owner *catalog.ForeignKey) bool {
	c := lv.factsFor(r)
	for i, col := range owner.Columns {
		if !c.same(term{rte: r, col: col}, term{rte: o, col: owner.RefColumns[i]}) {
			return false
		}
	}
	return true
}

// parents writes the FROM and the WHERE of a query of the parents that owner
// refers to, the first of which is called parent: those that are the tenant's.
func (p *prover) parents(owner *catalog.ForeignKey) (from, where string) {
	alias := "parent"
	from = tableName(owner.To) + " " + alias
	for n := 2; ; n++ {
		ten := p.tenancy(owner.To)
		if ten.Class != catalog.Derived {
			return from, fmt.Sprintf("%s.%s = %s", alias, query.Ident(owner.To.Columns[ten.Column()].Name), p.tenantText(ten.Dim))
		}
		owner = ten.Owner
		next := fmt.Sprintf("parent%d", n)
		var ties []string
		for i, c := range owner.Columns {
			ties = append(ties, fmt.Sprintf("%s.%s = %s.%s", next, query.Ident(owner.To.Columns[owner.RefColumns[i]].Name), alias, query.Ident(owner.From.Columns[c].Name)))
		}
		from += fmt.Sprintf(" join %s %s on %s", tableName(owner.To), next, strings.Join(ties, " and "))
		alias = next
	}
}

func (lv *level) glue() string {
	if slices.ContainsFunc(lv.where, func(f *fact) bool { return f.expr != nil }) {
		return "and"
	}
	return "where" // what came in from outside is not written here
}

// tenantText is how the statement writes the tenant, or would.
func (p *prover) tenantText(dim *catalog.Dimension) string {
	for _, t := range p.tenants {
		name := paramName(p.stmt, t.Param)
		// A parameter that merely has the type, as the row's id, is no suggestion.
		if t.Dim == dim && (len(p.stmt.Annotation.Params) > 0 || strings.Contains(name, dim.Name) || p.comparesTenant[t.Param]) {
			return name
		}
	}
	return "@" + dim.Name + "_id"
}

// regroup writes `t AND a OR b` as `t AND (a OR b)`, where that is what e is, or "".
func regroup(e *query.Bool, r *query.RTE, col int) string {
	if e.Op != query.Or {
		return ""
	}
	for i, arg := range e.Args {
		and, ok := arg.(*query.Bool)
		if !ok || and.Op != query.And {
			continue
		}
		at := slices.IndexFunc(and.Args, func(a query.Expr) bool {
			op, ok := a.(*query.Op)
			return ok && op.Name == "=" && speaksOf(op, r, col)
		})
		if at >= 0 {
			rest := slices.Clone(e.Args)
			rest[i] = &query.Bool{Op: query.And, Args: slices.Delete(slices.Clone(and.Args), at, at+1)}
			return query.String(and.Args[at]) + " AND (" + query.String(&query.Bool{Op: query.Or, Args: rest}) + ")"
		}
	}
	return ""
}
