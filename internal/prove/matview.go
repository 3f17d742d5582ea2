package prove

import (
	"slices"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/query"
)

// ClassifyStored finds the materialized views of cat that are the tenants' by
// their query, and says so in their tenancy: whoever filled the view, the rows
// that name a tenant were made of that tenant's rows alone. That is so where
// the query is confined under `t = @t` outside of it, and t is never NULL.
//
//	SELECT tenant_id, count(*) FROM docs GROUP BY tenant_id
//	SELECT tenant_id, rank() OVER (ORDER BY total) FROM sales   -- one tenant's rank tells of all
//
// It says nothing of one that was filled before what it reads was replaced.
//
// In a tenant's own database it is so where the query reads nothing else.
//
// A view that is declared stays what it is declared; any other stays
// unclassified, and is refused where it is used.
func ClassifyStored(cat *catalog.Catalog) {
	reader := query.NewReader(cat)
	for _, view := range cat.Relations { // a view reads those that are made before it
		if view.Kind != catalog.MaterializedView || view.Tenancy.Class != catalog.Unclassified || view.Tenancy.Pos.IsValid() || view.Outdated && !cat.Private() {
			continue
		}
		if cat.Private() {
			if privateStored(cat, reader.StoredView(view, -1)) {
				view.Tenancy.Class, view.Tenancy.Dim, view.Tenancy.Stored = catalog.Private, cat.Dimensions[0], true
			}
			continue
		}
		dim, col := narrowest(cat, view)
		if dim != nil && tenantOfStored(cat, reader.StoredView(view, col), dim) {
			view.Tenancy.Class, view.Tenancy.Dim, view.Tenancy.Stored = catalog.Direct, dim, true
		}
	}
}

// narrowest returns the narrowest dimension whose column a view has, NOT NULL
// and of the dimension's class; nil when there is none.
func narrowest(cat *catalog.Catalog, view *catalog.Relation) (*catalog.Dimension, int) {
	for i := len(cat.Dimensions) - 1; i >= 0; i-- {
		d := cat.Dimensions[i]
		if view.Tenancy.Columns[i] < 0 {
			continue
		}
		col := view.Columns[view.Tenancy.Columns[i]]
		if col.NotNull && cat.EqualityClass(col.Type) == cat.EqualityClass(d.Type) && slices.Equal(col.Type.Mods, d.Type.Mods) {
			return d, col.Index
		}
		return nil, 0
	}
	return nil, 0
}

// tenantOfStored reports whether s, with $1 for the tenant of dim, reads one
// tenant's rows, and leans on nothing that is declared.
func tenantOfStored(cat *catalog.Catalog, s *query.Stmt, dim *catalog.Dimension) bool {
	if s == nil {
		return false
	}
	a := attempt(cat, s, []Tenant{{dim, 1}})
	if !a.accepted() || len(a.p.trusted) > 0 {
		return false
	}
	return slices.ContainsFunc(a.res.instances, func(in Instance) bool { return in.Class != catalog.Global })
}
