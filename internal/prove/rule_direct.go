package prove

import (
	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// confineDirect accepts an instance whose tenant column (for a root, its key)
// equals the tenant: the parameter, or a value that is known to be it.
//
// A range is not one tenant:
//
//	SELECT title FROM docs WHERE tenant_id >= @t
func confineDirect(lv *level, c *closure, r *query.RTE) ([]Reason, bool) {
	ten := lv.p.tenancy(r.Relation)
	if ten.Class == catalog.Derived {
		return nil, false
	}
	because, ok := lv.tenantOf(c, term{rte: r, col: ten.Column()}, ten.Dim)
	if ten.Stored {
		because = append(because, Reason{Text: "the query of " + r.Relation.ShortName() + " keeps tenants apart"})
	}
	return because, ok
}
