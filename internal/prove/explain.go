package prove

import (
	"fmt"
	"github.com/tenantc/tenantc/internal/diag"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// explain says why nothing confines r: the nearest fact, why it is not enough,
// and the smallest text that would be.
func (lv *level) explain(r *query.RTE) loose {
	p := lv.p
	ten := p.tenancy(r.Relation)
	if ten.Mixed && !r.Only {
		return loose{rte: r, lv: lv, diag: finding{
			code: diag.CodeMixed, loc: r.At, width: r.Width,
			message: fmt.Sprintf("%s has children of another tenancy, whose rows are read with it", r.Relation.Name),
			why:     "reading or writing a parent includes the rows of its children",
			fix:     "FROM ONLY " + r.Relation.Name + ", or two tables without inheritance",
		}}
	}
	if !ten.Owned() || ten.Class == catalog.Derived && ten.Owner == nil {
		return p.unclassified(r)
	}
	c := lv.cause(r)
	f := finding{code: c.code, loc: r.At, width: r.Width, message: c.message, why: c.why, fix: c.fix}
	if f.fix == "" {
		f.fix = lv.fix(r)
	}
	if c.loc.Source != nil && c.text != "" {
		f.related = append(f.related, related{c.loc.Pos(), c.text})
	}
	return loose{rte: r, lv: lv, instance: true, diag: f}
}

// unclassified refuses a relation of which nothing is declared.
func (p *prover) unclassified(r *query.RTE) loose {
	name := r.Relation.Name
	f := finding{
		code: diag.CodeUnclassified, loc: r.At, width: r.Width,
		message: fmt.Sprintf("%s is neither a tenant's nor declared nobody's", name),
		why:     "whose rows it holds is not known, so nothing can be proven of them",
		fix:     fmt.Sprintf("tables: {%s: {global: true}} when it is nobody's data, else give it the tenant column", name),
	}
	for _, fk := range r.Relation.ForeignKeys {
		if p.tenancy(fk.To).Owned() {
			var cols []string
			for _, c := range fk.Columns {
				cols = append(cols, r.Relation.Columns[c].Name)
			}
			f.fix = fmt.Sprintf("tables: {%s: {via: %s}} when its rows belong to the owner of %s, or {global: true} when they are nobody's", name, strings.Join(cols, ", "), fk.To.Name)
			break
		}
	}
	if r.Relation.Kind == catalog.MaterializedView {
		f.message = fmt.Sprintf("the materialized view %s has no declared tenancy", name)
		f.fix = fmt.Sprintf("tables: {%s: …} declares its tenancy", name)
	}
	f.related = append(f.related, related{r.Relation.Pos, name + " is created here"})
	return loose{rte: r, diag: f}
}

// cause is what is said of the nearest fact.
type cause struct {
	code         diag.Code
	message, why string
	fix          string // "" for the usual one
	loc          query.Loc
	text         string
}

func (lv *level) cause(r *query.RTE) cause {
	p := lv.p
	ten := p.tenancy(r.Relation)
	name := called(r)
	if ten.Class == catalog.Derived {
		return cause{code: diag.CodeIDOnly,
			message: fmt.Sprintf("%s is not tied to a parent row of the tenant", name),
			why:     fmt.Sprintf("%s has no tenant column: its rows belong to the owner of %s, and no confined row of it is equated with %s", r.Relation.Name, ten.Owner.To.Name, p.ownerColumns(r.Relation))}
	}
	if ten.Column() < 0 {
		return cause{code: diag.CodeNoTenant, message: name + " has no tenant column"}
	}
	col := r.Relation.Columns[ten.Column()].Name
	if m, ok := lv.mention(r, ten.Column()); ok {
		return m
	}
	if o, inst := lv.confinedBeside(r); o != nil {
		why := fmt.Sprintf("no condition ties %s.%s to the tenant", r.Alias, col)
		if len(inst.Because) > 0 {
			why = fmt.Sprintf("%s is confined by %s, but nothing ties %s to it: two tenants may share the value by which they are joined", o.Alias, inst.Because[0].Text, r.Alias)
		}
		return cause{code: diag.CodeOtherRelation, message: fmt.Sprintf("%s is joined without its tenant", name), why: why}
	}
	if len(p.before) > 0 {
		return cause{code: diag.CodeOtherRelation, message: fmt.Sprintf("%s is joined without its tenant", name),
			why: fmt.Sprintf("no condition ties %s.%s to the tenant", r.Alias, col)}
	}
	if lv.keyed(r) {
		return cause{code: diag.CodeIDOnly, message: fmt.Sprintf("%s is reached by its id alone", name),
			why: "whoever sends another tenant's id reaches that tenant's row"}
	}
	return cause{code: diag.CodeNoTenant, message: fmt.Sprintf("%s is read or written without its tenant", name),
		why: "every tenant's rows take part"}
}

// sibling returns the entry of the block to which r can be tied: a confined one
// of its dimension, else one that is mended before r; nil when there is none.
func (lv *level) sibling(r *query.RTE) *query.RTE {
	p := lv.p
	dim := p.tenancy(r.Relation).Dim
	var mended *query.RTE
	for _, o := range lv.rtes {
		if o == r || o.Kind != query.RelationRTE || o.Relation == nil || o.Sub != nil {
			continue
		}
		t := p.tenancy(o.Relation)
		if !t.Owned() || t.Dim != dim || t.Class == catalog.Derived || t.Column() < 0 {
			continue
		}
		if lv.confined[o] != nil && p.isFirm(o) {
			return o
		}
		if mended == nil && slices.Contains(p.before, o) {
			mended = o
		}
	}
	return mended
}

// called names an entry as the statement does.
func called(r *query.RTE) string {
	if r.Alias != "" && r.Alias != r.Relation.Name {
		return r.Relation.Name + " " + r.Alias
	}
	return r.Relation.Name
}

// confinedBeside returns an entry that is confined, of r's block or of one
// around it, and why it is; nil when there is none.
func (lv *level) confinedBeside(r *query.RTE) (*query.RTE, *Instance) {
	for at := lv; at != nil; {
		for _, o := range at.rtes {
			if inst := at.confined[o]; o != r && inst != nil && inst.Class != catalog.Global && lv.p.isFirm(o) {
				return o, inst
			}
		}
		if at.up == nil {
			break
		}
		at = at.up.lv
	}
	return nil, nil
}

// isFirm reports whether the confinement of o leans on nothing that is assumed.
func (p *prover) isFirm(o *query.RTE) bool { return p.firm == nil || p.firm[o] }

// keyed reports whether values from outside the block name the row by a key, or
// the row to which it refers: all that they lack is the tenant.
func (lv *level) keyed(r *query.RTE) bool {
	given := map[int]bool{}
	for _, f := range lv.base(r) {
		for _, eq := range f.equal {
			for _, side := range [][2]term{{eq.a, eq.b}, {eq.b, eq.a}} {
				if side[0].rte == r && (side[1].param > 0 || side[1].konst != "" || side[1].rte != nil && !lv.has[side[1].rte]) {
					given[side[0].col] = true
				}
			}
		}
	}
	tenant := lv.p.tenancy(r.Relation).Column()
	named := func(cols []int) bool {
		n := 0
		for _, c := range cols {
			if c != tenant && !given[c] {
				return false
			}
			if c != tenant {
				n++
			}
		}
		return n > 0
	}
	for _, k := range r.Relation.Keys {
		if cols, ok := k.Columns(); ok && named(cols) {
			return true
		}
	}
	return slices.ContainsFunc(r.Relation.ForeignKeys, func(fk *catalog.ForeignKey) bool {
		return lv.p.tenancy(fk.To).Owned() && named(fk.Columns)
	})
}

// mention finds the conjunct that speaks of r's tenant column, and says why it
// is not enough.
func (lv *level) mention(r *query.RTE, col int) (cause, bool) {
	name := called(r)
	column := r.Alias + "." + r.Relation.Columns[col].Name
	var facts []*fact
	facts = append(facts, lv.where...)
	for _, s := range lv.path[r] {
		facts = append(facts, lv.on[s.join]...)
	}
	for _, f := range facts {
		if f.expr == nil || !speaksOf(f.expr, r, col) || lv.p.leansOn(f.expr, r) {
			continue
		}
		c := cause{loc: query.Start(f.expr), text: query.String(f.expr)}
		switch e := f.expr.(type) {
		case *query.Bool:
			c.code = diag.CodeNotConjunct
			c.message = fmt.Sprintf("the tenant test of %s can be passed by another way", name)
			c.why = fmt.Sprintf("it stands in `%s`, which can be true without it", c.text)
			c.fix = regroup(e, r, col)
			if lv.p.ownOrShared(e, r, col) && lv.p.tenancy(r.Relation).Class != catalog.Shared {
				c.fix = fmt.Sprintf("tables: {%s: {nulls: everybody}} when rows without a tenant are for everybody to read; else the equality alone", r.Relation.ShortName())
			}
			if optional(e) {
				c.fix = ""
				c.code = diag.CodeOptional
				c.message = fmt.Sprintf("the tenant test of %s can be switched off", name)
				c.why = fmt.Sprintf("`%s` is true for every row when the value says so", c.text)
			}
		case *query.ArrayOp, *query.InList:
			c.code = diag.CodeTenantList
			c.message = fmt.Sprintf("%s is compared with a list of tenants", name)
			c.why = "a list may hold more than one tenant"
		case *query.Op:
			c = lv.mentionOp(r, column, e, c)
		case *query.RowOp:
			c.code = diag.CodeOtherRelation
			c.message = fmt.Sprintf("%s is tied to what is not known to be the tenant's", name)
			c.why = fmt.Sprintf("`%s` only helps once the other side is confined", c.text)
			if e.Name != "=" {
				c.code = diag.CodeNotEquality
				c.message = fmt.Sprintf("the tenant of %s is compared by %s", name, e.Name)
				c.why = fmt.Sprintf("`%s` holds for more than one tenant", c.text)
			}
		case *query.SubLink:
			c.code = diag.CodeOtherRelation
			c.message = fmt.Sprintf("%s is tied to a subquery whose rows are not known to be the tenant's", name)
			c.why = fmt.Sprintf("`%s` only helps where the subquery hands out the tenant itself", c.text)
		case *query.DistinctFrom, *query.NullTest:
			c.code = diag.CodeNotEquality
			c.message = fmt.Sprintf("the tenant of %s is tested, but not for equality with the tenant", name)
			c.why = fmt.Sprintf("`%s` holds for rows of other tenants or of nobody", c.text)
		default:
			c.code = diag.CodeNotConjunct
			c.message = fmt.Sprintf("the tenant test of %s is no plain equality", name)
			c.why = fmt.Sprintf("`%s` is not understood as one", c.text)
		}
		if !slices.ContainsFunc(lv.closeOver(lv.base(r), nil), func(g *fact) bool { return g == f }) {
			c.code = diag.CodeNullableSide
			c.message = fmt.Sprintf("the tenant test of %s stands on the wrong side of an outer join", name)
			c.why = fmt.Sprintf("the join keeps rows of %s whatever `%s` says", r.Alias, c.text)
		}
		return c, true
	}
	return cause{}, false
}

func (lv *level) mentionOp(r *query.RTE, column string, e *query.Op, c cause) cause {
	name := called(r)
	if e.Name != "=" {
		c.code = diag.CodeNotEquality
		c.message = fmt.Sprintf("the tenant of %s is compared by %s", name, e.Name)
		c.why = fmt.Sprintf("`%s` holds for more than one tenant", c.text)
		return c
	}
	other := e.Right
	if p, ok := lv.p.strip(e.Right).(*query.ColRef); ok && p.RTE == r {
		other = e.Left
	}
	switch o := uncast(other).(type) {
	case *query.Const:
		c.code = diag.CodeLiteralTenant
		c.message = fmt.Sprintf("the tenant of %s is a constant", name)
		c.why = fmt.Sprintf("`%s` names one fixed tenant, whoever calls", c.text)
	case *query.FuncCall:
		c.code = diag.CodeLiteralTenant
		c.message = fmt.Sprintf("the tenant of %s comes from %s()", name, o.Name)
		c.why = "it is not the caller's tenant that the statement is given"
	case *query.ParamRef:
		if lv.p.equates(e.Left, e.Right) {
			c.code = diag.CodeTwoTenants
			c.message = fmt.Sprintf("%s is compared with %s, which is not the tenant parameter", column, paramName(lv.p.stmt, o.Param.Number))
			c.why = "a statement has one tenant parameter; any other value is the caller's to choose"
			return c
		}
		c.code = diag.CodeLossy
		c.message = fmt.Sprintf("%s is compared with a value of another type or collation", column)
		c.why = fmt.Sprintf("`%s` can hold for two tenants: one side is converted, or the collation folds texts", c.text)
	case *query.ColRef:
		c.code = diag.CodeOtherRelation
		c.message = fmt.Sprintf("%s is tied to %s, which is not known to be the tenant's", name, query.String(o))
		c.why = fmt.Sprintf("`%s` only helps once the other side is confined", c.text)
	default:
		c.code = diag.CodeLossy
		c.message = fmt.Sprintf("the tenant test of %s is not exact", name)
		c.why = fmt.Sprintf("`%s` can hold for two tenants", c.text)
	}
	return c
}

// uncast takes off every cast, for telling a person what stands there.
func uncast(e query.Expr) query.Expr {
	for {
		c, ok := e.(*query.Cast)
		if !ok {
			return e
		}
		e = c.Arg
	}
}

func speaksOf(e query.Expr, r *query.RTE, col int) bool {
	found := false
	query.Walk(e, func(e query.Expr) bool {
		if c, ok := e.(*query.ColRef); ok && c.RTE == r && c.Col == col {
			found = true
		}
		return !found
	})
	return found
}

// optional reports whether a branch of e has no column at all: a value alone
// can make it true.
func optional(e *query.Bool) bool {
	if e.Op != query.Or {
		return false
	}
	return slices.ContainsFunc(e.Args, func(arg query.Expr) bool {
		columns := false
		query.Walk(arg, func(e query.Expr) bool {
			if _, ok := e.(*query.ColRef); ok {
				columns = true
			}
			return true
		})
		return !columns
	})
}
