package prove

import (
	"fmt"
	"github.com/tenantc/tenantc/internal/diag"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// insertRows accepts an INSERT when every row that it proposes is the tenant's:
// the tenant column receives the tenant, or the owning key one own parent row.
// The column must be listed: a default or a generated value is nobody's choice.
//
// Each row of VALUES is looked at, not the first:
//
//	INSERT INTO docs (tenant_id, id) VALUES (@t, 1), (@x, 2)
func (p *prover) insertRows(q *query.Insert, rows [][]labels, res *result) (string, []Reason) {
	rel := q.Target.Relation
	ten := p.tenancy(rel)
	if q.Source == nil {
		res.loose = append(res.loose, loose{rte: q.Target, diag: finding{
			code: diag.CodeInsertTenant, loc: q.Target.At, width: q.Target.Width,
			message: "DEFAULT VALUES inserts into " + rel.Name + " without a tenant",
			why:     "the tenant column would take its default, which is no caller's tenant",
			fix:     "list " + p.ownerColumns(rel) + " and give it the tenant",
		}})
		return "", nil
	}
	stem := "insertselect"
	if _, ok := q.Source.(*query.Values); ok {
		stem = "insertvalues"
	}
	var because []Reason
	for i := range rows {
		var ok bool
		if ten.Class == catalog.Derived {
			ok = p.proposesOwner(q, rows, i, &because)
		} else {
			ok = p.proposesTenant(q, rows, i, &because)
		}
		if !ok {
			res.loose = append(res.loose, p.explainInsert(q, i))
			return "", nil
		}
	}
	if ten.Class == catalog.Derived {
		because = append(because, p.via(rel, ten.Owner))
	}
	return stem, because
}

// proposesTenant reports whether a row gives the tenant column the tenant.
// Where the column is nullable it must be the parameter itself: a value that
// may be NULL would make a row of nobody.
func (p *prover) proposesTenant(q *query.Insert, rows [][]labels, row int, because *[]Reason) bool {
	rel := q.Target.Relation
	ten := p.tenancy(rel)
	col := ten.Column()
	if rel.Columns[col].Generated != nil || rel.Columns[col].Identity == 'a' {
		return false
	}
	e := proposedExpr(q, row, col)
	if !p.proposedLabels(q, rows, row, col).isTenant(ten.Dim) {
		return false
	}
	if c, ok := e.(*query.Const); ok && c.Null {
		return false
	}
	if !rel.Columns[col].NotNull && !p.isTenantParam(e) {
		return false
	}
	*because = append(*because, Reason{Loc: e.Loc(), Text: rel.Columns[col].Name + " := " + query.String(e)})
	return true
}

// proposesOwner reports whether a row gives the owning key one own parent row.
func (p *prover) proposesOwner(q *query.Insert, rows [][]labels, row int, because *[]Reason) bool {
	fk := p.tenancy(q.Target.Relation).Owner
	if !p.usableFK(fk) {
		return false
	}
	list := make([]labels, len(fk.Columns))
	for i, c := range fk.Columns {
		e := proposedExpr(q, row, c)
		if e == nil || q.Target.Relation.Columns[c].Generated != nil {
			return false
		}
		list[i] = p.proposedLabels(q, rows, row, c)
		*because = append(*because, Reason{Loc: e.Loc(), Text: fmt.Sprintf("%s := %s", q.Target.Relation.Columns[c].Name, query.String(e))})
	}
	return isTuple(list, fk.To, fk.RefColumns)
}

// isTuple reports whether the values, one for each of cols, are together these
// columns of one own row of rel.
func isTuple(list []labels, rel *catalog.Relation, cols []int) bool {
	if list[0].any {
		return false
	}
	found := false
	list[0].rows(rel, cols, func(o origin) bool {
		found = true
		for i := 1; i < len(list); i++ {
			found = found && list[i].has(rel, cols[i], o)
		}
		return !found
	})
	return found
}
