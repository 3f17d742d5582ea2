package prove

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// explain says why nothing confines r: the nearest fact, why it is not enough,
// and the smallest text that would be.
func (lv *level) explain(r *query.RTE) loose {
	p := lv.p
	ten := p.tenancy(r.Relation)
	if ten.Mixed && !r.Only {
		return mixed(r, lv)
	}
	if !ten.Owned() {
		return p.unclassified(r)
	}
	c := lv.cause(r)
	f := finding{code: c.code, loc: r.At, width: r.Width, message: c.message, why: c.why, fix: c.fix}
	if f.fix == "" {
		f.fix = lv.fix(r)
	}
	if c.text != "" {
		f.related = append(f.related, related{c.loc.Pos(), c.text})
	}
	lv.outside(&f, r)
	return loose{rte: r, lv: lv, instance: true, diag: f}
}

// mixed refuses a relation whose children hold rows of somebody else.
func mixed(r *query.RTE, lv *level) loose {
	return loose{rte: r, lv: lv, diag: finding{
		code: diag.CodeMixed, loc: r.At, width: r.Width,
		message: fmt.Sprintf("%s has children of another tenancy, whose rows are read with it", r.Relation.Name),
		why:     "reading or writing a parent includes the rows of its children",
		fix:     "FROM ONLY " + r.Relation.Name + ", or two tables without inheritance",
	}}
}

// unclassified refuses a relation of which nothing is declared.
func (p *prover) unclassified(r *query.RTE) loose {
	if p.cat.Private() {
		return elsewhere(r)
	}
	name := r.Relation.ShortName()
	f := finding{
		code: diag.CodeUnclassified, loc: r.At, width: r.Width,
		message: fmt.Sprintf("%s is neither a tenant's nor declared nobody's", name),
		why:     "whose rows it holds is not known, so nothing can be proven of them",
		fix:     fmt.Sprintf("tables: {%s: {global: true}} when it is nobody's data, else give it the tenant column", name),
		group:   diag.Group{Key: r.Relation.FullName()},
	}
	for _, fk := range r.Relation.ForeignKeys {
		if p.mayOwn(fk) {
			f.fix = p.declareVia(fk) + ", or {global: true} when they are nobody's"
			break
		}
	}
	if r.Relation.Kind == catalog.MaterializedView {
		f.message = fmt.Sprintf("the materialized view %s has no declared tenancy", name)
		f.why = "its query does not keep tenants apart by a NOT NULL tenant column, so a row may be made of several tenants' rows"
		f.fix = fmt.Sprintf("a query that hands out the tenant column, and groups, ranks and joins by it; or tables: {%s: {columns: …}} when each row is one tenant's all the same, {global: true} when it is nobody's", name)
	}
	if r.Relation.Outdated {
		f.why = "a view or function that it reads was replaced after it was filled, so it may hold what that said before"
		f.fix = "REFRESH MATERIALIZED VIEW " + tableName(r.Relation) + " in a later migration"
	}
	f.related = append(f.related, related{r.Relation.Pos, name + " is created here"})
	return loose{rte: r, diag: f}
}

// mayOwn reports whether a table can be declared to be owned through a foreign key.
func (p *prover) mayOwn(fk *catalog.ForeignKey) bool {
	t := p.tenancy(fk.To)
	return t.Owned() && t.Class != catalog.Shared && !fk.NotValid && !fk.NotEnforced && !fk.Deferrable &&
		!slices.ContainsFunc(fk.Columns, func(c int) bool { return !fk.From.Columns[c].NotNull })
}

// declareVia is the declaration that a table's rows belong to those of a parent.
func (p *prover) declareVia(fk *catalog.ForeignKey) string {
	var cols []string
	for _, c := range fk.Columns {
		cols = append(cols, fk.From.Columns[c].Name)
	}
	via := strings.Join(cols, ", ")
	if len(cols) > 1 {
		via = "[" + via + "]"
	}
	return fmt.Sprintf("tables: {%s: {via: %s}} when its rows belong to the owner of %s", fk.From.ShortName(), via, fk.To.ShortName())
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
	if lv.late[r] && slices.ContainsFunc(lv.barred, p.fromTenant) {
		return lv.tooLate(r)
	}
	ten := p.tenancy(r.Relation)
	name := called(r)
	if ten.Class == catalog.Derived {
		return cause{code: diag.CodeIDOnly,
			message: fmt.Sprintf("%s is not tied to a parent row of the tenant", name),
			why:     fmt.Sprintf("%s has no tenant column: its rows belong to the owner of %s, and no confined row of it is equated with %s", r.Relation.Name, ten.Owner.To.Name, p.ownerColumns(r.Relation))}
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
	if len(p.before) > 0 && !lv.alone() {
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
		if o.Kind != query.RelationRTE {
			continue
		}
		if t := p.tenancy(o.Relation); t.Dim != dim || t.Class == catalog.Derived {
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
			if inst := at.confined[o]; inst != nil && inst.Class != catalog.Global && lv.p.isFirm(o) {
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

// alone reports whether the block reads one entry, and no condition of it
// compares that with a row outside.
func (lv *level) alone() bool {
	outside := func(t term) bool { return t.rte != nil && !lv.has[t.rte] }
	return len(lv.rtes) == 1 && !slices.ContainsFunc(lv.where, func(f *fact) bool {
		return slices.ContainsFunc(f.equal, func(eq equality) bool { return outside(eq.a) || outside(eq.b) })
	})
}

// isFirm reports whether the confinement of o leans on nothing that is assumed.
func (p *prover) isFirm(o *query.RTE) bool { return p.firm == nil || p.firm[o] }

// keyed reports whether values from outside the block name the row by a key, or
// the row to which it refers: all that they lack is the tenant.
func (lv *level) keyed(r *query.RTE) bool {
	given := map[int]bool{}
	take := func(facts []*fact) {
		for _, f := range facts {
			for _, eq := range f.equal {
				for _, side := range [][2]term{{eq.a, eq.b}, {eq.b, eq.a}} {
					if side[0].rte == r && (side[1].param > 0 || side[1].konst != "" || side[1].rte != nil && !lv.has[side[1].rte]) {
						given[side[0].col] = true
					}
				}
			}
		}
	}
	take(lv.where)
	for s := lv.path[r].holding(); s != nil; s = s.above.holding() {
		take(s.join.facts)
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
		if cols, _ := k.Columns(); named(cols) {
			return true
		}
	}
	return slices.ContainsFunc(r.Relation.ForeignKeys, func(fk *catalog.ForeignKey) bool {
		return lv.p.tenancy(fk.To).Owned() && named(fk.Columns)
	})
}
