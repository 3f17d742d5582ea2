package prove

import (
	"fmt"
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// A row of a project names its organization, too, and a statement that is
// confined in the project could give it to another one, which would find it among
// its own:
//
//	INSERT INTO tasks (organization_id, project_id) VALUES (@organization, @project)
//	-- tenant: by organization
//	SELECT * FROM tasks WHERE organization_id = @organization
//
// So a column of another dimension gets that dimension's tenant, or what an own
// row has there, or a foreign key to a row that has both columns sees to it.

// further is a column of a written relation that carries another dimension than
// the one in which the relation is confined.
type further struct {
	dim *catalog.Dimension
	col int
}

// furtherOf returns those of rel, under the tenancy ten: the dimensions narrower
// than its declared one say nothing of its rows, and the columns of an owning key
// have a rule of their own.
func furtherOf(cat *catalog.Catalog, rel *catalog.Relation, ten catalog.Tenancy) []further {
	if !ten.Owned() {
		return nil
	}
	var out []further
	for _, d := range cat.Dimensions[:rel.Tenancy.Dim.Index+1] {
		if col := rel.Tenancy.Columns[d.Index]; col >= 0 && !slices.Contains(ownerOf(ten), col) {
			out = append(out, further{d, col})
		}
	}
	return out
}

// furtherOfWrites returns dims with the dimensions of which a statement writes a
// column, widest first.
func furtherOfWrites(cat *catalog.Catalog, s *query.Stmt, dims []*catalog.Dimension) []*catalog.Dimension {
	has := map[*catalog.Dimension]bool{}
	for _, d := range dims {
		has[d] = true
	}
	for _, r := range s.RTEs {
		if r.Write {
			for _, f := range furtherOf(cat, r.Relation, tenancyBy(cat, r.Relation, s.Annotation.By)) {
				has[f.dim] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(cat.Dimensions), func(d *catalog.Dimension) bool { return !has[d] })
}

// withWider returns the attempt that takes for the tenant of a wider dimension, too,
// the one parameter that the statement compares with a column of it. The statement
// is proven without: what the parameter is then matters to who calls it. A method has
// the key of the widest dimension anyway, and a second one of which only this one
// is looked at would leave the first to nobody.
//
//	… WHERE project_id = @project_id AND organization_id = @organization_id
func (a *attempted) withWider() *attempted {
	cat, s, tenants := a.p.cat, a.p.stmt, a.p.tenants
	if len(tenants) == 0 {
		return a
	}
	narrowest := tenants[len(tenants)-1].Dim
	for _, d := range cat.Dimensions[:narrowest.Index] {
		if slices.ContainsFunc(tenants, func(t Tenant) bool { return t.Dim == d }) {
			continue
		}
		var of []Tenant
		for _, p := range s.Params {
			t := Tenant{d, p.Number}
			taken := slices.ContainsFunc(tenants, func(t Tenant) bool { return t.Param == p.Number })
			if a.p.comparesFurther[t] && !taken && candidate(cat, s, d, p) {
				of = append(of, t)
			}
		}
		if len(of) == 1 {
			tenants = append(slices.Clone(tenants), of[0])
		}
	}
	if len(tenants) == len(a.p.tenants) {
		return a
	}
	slices.SortFunc(tenants, func(a, b Tenant) int { return a.Dim.Index - b.Dim.Index })
	if with := attempt(cat, s, tenants); with.accepted() {
		return with
	}
	return a
}

// keptByKey reports whether a foreign key sees to it that f's column goes with
// the tenant's: to a row that has both, or to one that `reference` asks to be
// the tenant's. It is a row from before the statement: keys are checked when all
// is written, and what the statement itself puts there would prove nothing.
//
//	INSERT INTO nodes (organization_id, project_id, id, parent_id) VALUES (…, 1, 1)  -- its own parent
//
// Where f's column is NULL the key is not checked, and the row is none of that
// dimension's.
func (p *prover) keptByKey(rel *catalog.Relation, f further) bool {
	ten := p.tenancy(rel)
	return slices.ContainsFunc(rel.ForeignKeys, func(fk *catalog.ForeignKey) bool {
		to := p.tenancy(fk.To)
		unchecked := func(c int) bool { return c != f.col && !rel.Columns[c].NotNull } // where it is NULL
		return p.usableFK(fk) && !p.changes(fk.To, map[*catalog.Relation]bool{}) && to.Dim == ten.Dim && pairsIn(fk, ten, to, f.dim) && !slices.ContainsFunc(fk.Columns, unchecked)
	})
}

// changes reports whether the statement may put values into rel: as a target, or
// through a foreign key of rel whose action follows what it changes. seen are the
// relations that were asked.
func (p *prover) changes(rel *catalog.Relation, seen map[*catalog.Relation]bool) bool {
	for partitionOf(rel) != nil { // its rows are written through the whole table, too
		rel = partitionOf(rel)
	}
	if seen[rel] {
		return false
	}
	seen[rel] = true
	parts := rel.Subtree()
	return slices.ContainsFunc(p.stmt.RTEs, func(r *query.RTE) bool {
		return r.Write && (slices.Contains(parts, r.Relation) || slices.Contains(r.Relation.Subtree(), rel))
	}) || slices.ContainsFunc(parts, func(part *catalog.Relation) bool {
		return slices.ContainsFunc(part.ForeignKeys, func(fk *catalog.ForeignKey) bool {
			return (fk.OnUpdate == catalog.Cascade || fk.OnUpdate == catalog.SetDefault || fk.OnDelete == catalog.SetDefault) && p.changes(fk.To, seen)
		})
	})
}

// keeps reports whether a value with those labels keeps a row with the tenant of
// f's dimension: it is that tenant, or what an own row has in its column.
func (p *prover) keeps(l labels, rel *catalog.Relation, f further) bool {
	if l.isTenant(f.dim) {
		return true
	}
	if l.own == nil {
		return false
	}
	dim := p.tenancy(rel).Dim
	return slices.ContainsFunc(l.own.columns(map[ownColumns][]keyColumn{}), func(c keyColumn) bool {
		of := c.rel.Tenancy
		return c.alone && p.tenancy(c.rel).Dim == dim && f.dim.Index <= of.Dim.Index && of.Columns[f.dim.Index] == c.col
	})
}

// proposesFurther reports whether a row of an INSERT gives f's column such a value.
func (p *prover) proposesFurther(q *query.Insert, rows [][]labels, row int, f further) bool {
	rel := q.Target.Relation
	if _, is := proposedExpr(q, row, f.col).(*query.Default); is || !slices.Contains(q.Into, f.col) {
		return !p.filled(rel.Columns[f.col])
	}
	return p.keeps(p.proposedLabels(q, rows, row, f.col), rel, f)
}

// insertFurther refuses an INSERT that may give a row to another tenant of a
// further dimension.
func (p *prover) insertFurther(q *query.Insert, rows [][]labels, res *result) {
	rel := q.Target.Relation
	for _, f := range furtherOf(p.cat, rel, p.tenancy(rel)) {
		for i := range rows {
			if !p.keptByKey(rel, f) && !p.proposesFurther(q, rows, i, f) {
				p.gives(res, q.Target, nil, f, diag.CodeInsertTenant, q.Target.At, "the insert into "+rel.Name)
				break
			}
		}
	}
}

// setFurther refuses a SET list that may give a row to another tenant of a
// further dimension.
func (p *prover) setFurther(lv *level, target *query.RTE, set []*query.Assign, res *result) {
	rel := target.Relation
	for _, f := range furtherOf(p.cat, rel, p.tenancy(rel)) {
		if p.keptByKey(rel, f) {
			continue
		}
		at := slices.IndexFunc(set, func(a *query.Assign) bool {
			return a.Column == f.col && !p.keeps(p.stored(lv.labelsOf(a.Value), a.Value, rel, f.col), rel, f)
		})
		if at >= 0 {
			p.gives(res, target, lv, f, diag.CodeSetTenant, set[at].At, "SET")
		} else if computedFrom(rel, f.col, set) {
			p.gives(res, target, lv, f, diag.CodeSetTenant, set[0].At, "SET")
		}
	}
}

// gives says that a write may give a row to another tenant of f's dimension.
func (p *prover) gives(res *result, target *query.RTE, lv *level, f further, code diag.Code, at query.Loc, what string) {
	rel := target.Relation
	col, dim := rel.Columns[f.col].Name, p.tenancy(rel).Dim
	fix := fmt.Sprintf("give %s the parameter of the %s, or what a row of the same %s has there; or let a foreign key to a table that is not written hold both columns", col, f.dim.Name, dim.Name)
	res.loose = append(res.loose, loose{rte: target, lv: lv, diag: finding{
		code: code, loc: at, width: 1,
		message: fmt.Sprintf("%s gives %s.%s a value that need not be the %s's", what, target.Alias, col, f.dim.Name),
		why:     fmt.Sprintf("a statement by %s would find the row under another one", f.dim.Name),
		fix:     fix,
	}})
}
