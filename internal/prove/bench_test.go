package prove_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

// BenchmarkLarge proves statements far larger than people write: 10,000
// conjuncts, 200 joins, 200 nested subqueries. The goal is 100 ms each.
func BenchmarkLarge(b *testing.B) {
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files:   []config.File{{Name: "s.sql", Text: "create table tenants (id uuid primary key); create table d (tenant_id uuid not null, id bigint not null, v text, primary key (tenant_id, id));"}},
		Tenancy: config.Tenancy{Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}}}},
	}, &rep)
	var conj, joins, nested strings.Builder
	conj.WriteString("select id from d where tenant_id = @t")
	for i := range 10000 {
		fmt.Fprintf(&conj, " and (id <> %d or v = 'x%d')", i, i)
	}
	joins.WriteString("select d0.id from d d0")
	for i := range 200 {
		fmt.Fprintf(&joins, " left join d d%d on d%d.tenant_id = d%d.tenant_id and d%d.id = d%d.id", i+1, i+1, i, i+1, i)
	}
	joins.WriteString(" where d0.tenant_id = @t")
	nested.WriteString("select id from d where tenant_id = @t")
	for i := range 60 {
		fmt.Fprintf(&nested, " and exists (select 1 from d n%d where n%d.tenant_id = @t", i, i)
	}
	nested.WriteString(strings.Repeat(")", 60))
	for _, c := range []struct{ name, sql string }{{"conjuncts", conj.String()}, {"joins", joins.String()}, {"nested", nested.String()}} {
		b.Run(c.name, func(b *testing.B) {
			var rep diag.List
			stmts := query.Parse("q.sql", "-- name: Large :many\n"+c.sql+";\n", cat, &rep)
			for b.Loop() {
				p := prove.One(cat, stmts[0])
				if p.Verdict != prove.Confined {
					b.Fatalf("%v", p.Findings)
				}
			}
		})
	}
}
