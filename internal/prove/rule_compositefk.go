package prove

import (
	"github.com/tenantc/tenantc/internal/query"
)

// confineCompositeFK accepts an instance that refers to an own row of p by an
// id that is unique by itself, through a foreign key that also holds the tenant:
// c(t, x) → p(t, y), y a usable key of p, c.t NOT NULL. A key over x alone that is
// declared consistent counts as such a one, also where c is owned via another.
//
// Where c.t may be NULL the key is not checked, and the row of nobody is read:
//
//	FOREIGN KEY (tenant_id, folder_id) REFERENCES folders (tenant_id, id)  -- tenant_id NULL
func confineCompositeFK(lv *level, c *closure, r *query.RTE) ([]Reason, bool) {
	p := lv.p
	ten := p.tenancy(r.Relation)
	for _, fk := range r.Relation.ForeignKeys {
		if !p.keepsTenant(fk) {
			continue
		}
		var x, y []int
		for i := range fk.Columns {
			if fk.Columns[i] != ten.Column() {
				x, y = append(x, fk.Columns[i]), append(y, fk.RefColumns[i])
			}
		}
		if !isUsableKey(fk.To, y) {
			continue
		}
		if because, ok := lv.tupleOf(c, columnTerms(r, x), fk.To, y); ok {
			return append(because, p.foreignKey(fk)), true
		}
	}
	return nil, false
}
