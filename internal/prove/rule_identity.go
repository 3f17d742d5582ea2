package prove

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// confineIdentity accepts an instance that is, by a usable key, the very row of
// another own instance of its relation.
//
// A ctid is such a key within a statement; see placeOf.
//
// All columns of the key must come from one row, and the key must be unique:
//
//	… WHERE r.a = p1.a AND r.b = p2.b     -- key (a, b): a mix of two rows
func confineIdentity(lv *level, c *closure, r *query.RTE) ([]Reason, bool) {
	if r.Relation.Kind == catalog.Table && len(r.Relation.Children) == 0 {
		place := []int{placeColumn}
		if because, ok := lv.tupleOf(c, columnTerms(r, place), r.Relation, place); ok {
			return because, true
		}
	}
	for _, k := range r.Relation.Keys {
		cols := usableKey(r.Relation, k)
		if because, ok := lv.tupleOf(c, columnTerms(r, cols), r.Relation, cols); ok {
			return because, true
		}
	}
	return nil, false
}
