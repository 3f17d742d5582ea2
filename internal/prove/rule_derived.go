package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// confineDerived accepts an instance of a relation that is owned through a
// foreign key when the columns of that key are those of one own parent row.
//
// The parent must itself be confined, and the tie must be the owning key:
//
//	SELECT l.* FROM lines l JOIN orders o ON o.id = l.order_id   -- o is anybody's
//	SELECT l.* FROM lines l WHERE l.id = @id                     -- l is anybody's
func confineDerived(lv *level, c *closure, r *query.RTE) ([]Reason, bool) {
	ten := lv.p.tenancy(r.Relation)
	if ten.Class != catalog.Derived || !lv.p.usableFK(ten.Owner) {
		return nil, false
	}
	because, ok := lv.tupleOf(c, columnTerms(r, ten.Owner.Columns), ten.Owner.To, ten.Owner.RefColumns)
	if !ok {
		return nil, false
	}
	// The row by which r is tied may be owned through the same key.
	if via := lv.p.via(r.Relation, ten.Owner); !slices.Contains(because, via) {
		because = append(because, via)
	}
	return because, true
}
