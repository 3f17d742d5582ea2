package prove

import (
	"fmt"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// The rule database accepts a mention of a relation that is Private: with
// `isolation: database` the tenant's rows have a database of their own, and a
// statement reads and writes nothing but the database it runs in. It leans on
// the placement, which the runtime refuses where tenants share one; and on the
// catalog, which takes for Private no relation whose rows lie elsewhere.
//
// What a statement calls is refused as ever, so that none leaves the database:
//
//	SELECT * FROM dblink('dbname=other', 'select body from docs') AS d (body text)
const databaseRule = "database"

// elsewhere refuses a relation whose rows need not be the database's own.
func elsewhere(r *query.RTE) loose {
	name := r.Relation.ShortName()
	f := finding{
		code: diag.CodeUnclassified, loc: r.At, width: r.Width,
		message: "the rows of " + name + " do not lie in the tenant's database",
		why:     "what another server sends may be anybody's, and nothing in the statement tells",
		fix:     fmt.Sprintf("tables: {%s: {global: true}} when it is nobody's data", name),
		related: []related{{r.Relation.Pos, name + " is created here"}},
	}
	if r.Relation.Kind == catalog.MaterializedView {
		f.message = "what the materialized view " + name + " holds need not be of the tenant's database"
		f.why = "its query is not proven to read the tenant's relations and nothing else"
	}
	return loose{rte: r, diag: f}
}

// ofDatabase is the evidence of that rule.
func ofDatabase(rel *catalog.Relation) []Reason {
	out := []Reason{{Text: "the database is the tenant's own", Declared: "isolation: database"}}
	if rel.Tenancy.Stored {
		out = append(out, Reason{Text: "the query of " + rel.ShortName() + " reads nothing else"})
	}
	return out
}

// placed reports whether the database alone says whose the rows are of all that
// is a tenant's among the instances. There is something then.
func placed(list []Instance) bool {
	found := false
	for _, in := range list {
		switch in.Class {
		case catalog.Private:
			found = true
		case catalog.Global:
		default:
			return false
		}
	}
	return found
}

// columnless reports whether rows of rel are the tenant's without a column that
// says so.
func (p *prover) columnless(rel *catalog.Relation) bool {
	return p.tenancy(rel).Class == catalog.Private
}

// privateStored reports whether what s reads, the query of a materialized view,
// lies in the tenant's own database: relations that are Private, or nobody's.
// It leans on nothing that is declared of a function.
func privateStored(cat *catalog.Catalog, s *query.Stmt) bool {
	if s == nil {
		return false
	}
	a := attempt(cat, s, nil)
	return a.accepted() && len(a.p.trusted) == 0 && placed(a.res.instances)
}
