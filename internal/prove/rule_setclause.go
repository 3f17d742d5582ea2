package prove

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// setClause refuses a SET list that gives the row away: the tenant column may
// only be set to the tenant, and the owning key only as a whole to one own
// parent row.
//
//	UPDATE docs SET tenant_id = @other WHERE tenant_id = @t
//	UPDATE lines SET order_id = @id FROM …              -- hung under a foreign parent
func (p *prover) setClause(lv *level, target *query.RTE, set []*query.Assign, res *result) {
	rel := target.Relation
	ten := p.tenancy(rel)
	if !ten.Owned() || ten.Class == catalog.Private {
		return
	}
	p.setFurther(lv, target, set, res)
	for _, col := range ownerOf(ten) {
		if computedFrom(rel, col, set) {
			res.loose = append(res.loose, loose{rte: target, lv: lv, diag: finding{
				code: diag.CodeSetTenant, loc: set[0].At, width: 1,
				message: "SET changes a column from which " + target.Alias + "." + rel.Columns[col].Name + " is generated",
				why:     "the row would change hands with it",
				fix:     "leave the column out of SET",
			}})
			return
		}
	}
	if ten.Class == catalog.Derived {
		p.setOwner(lv, target, set, res)
		return
	}
	for _, a := range set {
		if a.Column != ten.Column() {
			continue
		}
		ok := !a.Partial && p.stored(lv.labelsOf(a.Value), a.Value, rel, a.Column).isTenant(ten.Dim)
		if k, is := a.Value.(*query.Const); is && k.Null {
			ok = false
		}
		if ok && (rel.NeverNull(a.Column) || p.isTenantParam(a.Value)) {
			continue
		}
		res.loose = append(res.loose, loose{rte: target, lv: lv, diag: finding{
			code: diag.CodeSetTenant, loc: a.At, width: len(rel.Columns[a.Column].Name),
			message: "SET gives " + target.Alias + "." + rel.Columns[a.Column].Name + " a value that need not be the tenant",
			why:     "the row would change hands: " + query.String(a.Value) + " can be another tenant, or nobody",
			fix:     "leave " + rel.Columns[a.Column].Name + " out of SET",
		}})
	}
}

func (p *prover) setOwner(lv *level, target *query.RTE, set []*query.Assign, res *result) {
	fk := p.tenancy(target.Relation).Owner
	list := make([]labels, len(fk.Columns))
	var touched *query.Assign
	for i, c := range fk.Columns {
		for _, a := range set {
			if a.Column == c {
				touched = a
				if !a.Partial {
					list[i] = p.stored(lv.labelsOf(a.Value), a.Value, target.Relation, c)
				}
			}
		}
	}
	if touched == nil || p.usableFK(fk) && isTuple(list, fk.To, fk.RefColumns) {
		return
	}
	from, where := p.parents(fk)
	res.loose = append(res.loose, loose{rte: target, lv: lv, diag: finding{
		code: diag.CodeOwnerKey, loc: touched.At, width: 1,
		message: "SET hangs " + target.Alias + " under a parent that need not be the tenant's",
		why:     query.String(touched.Value) + " is not known to be the key of an own row of " + fk.To.Name,
		fix: "take the key from " + fk.To.Name + " itself: … FROM " + from + " WHERE parent." + query.Ident(fk.To.Columns[fk.RefColumns[0]].Name) +
			" = " + query.String(touched.Value) + " AND " + where,
	}})
}

// ownerOf returns the columns by which a relation is owned.
func ownerOf(ten catalog.Tenancy) []int {
	if ten.Class == catalog.Derived {
		return ten.Owner.Columns
	}
	return []int{ten.Column()}
}
