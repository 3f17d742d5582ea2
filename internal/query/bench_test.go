package query_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/query"
)

// synthetic is a schema of so many tables and a file of so many statements
// over them, of the shapes that query files are full of.
func synthetic(tables, statements int) (schema, queries string) {
	var s, q strings.Builder
	s.WriteString("create table tenants (id uuid primary key);\n")
	for i := range tables {
		fmt.Fprintf(&s, "create table t%d (id uuid primary key, tenant_id uuid not null, parent_id uuid, name text not null, state text, n int, data jsonb, created_at timestamptz not null, updated_at timestamptz);\n", i)
	}
	for i := range statements {
		t, u := i%tables, (i+1)%tables
		fmt.Fprintf(&q, "-- name: Q%d :many\n", i)
		switch i % 5 {
		case 0:
			fmt.Fprintf(&q, "select * from t%d where tenant_id = @tenant_id and id = @id;\n\n", t)
		case 1:
			fmt.Fprintf(&q, "select a.id, a.name, count(*) as n, max(b.created_at) as last from t%d a left join t%d b on b.parent_id = a.id and b.tenant_id = a.tenant_id where a.tenant_id = @tenant_id and (a.state = @state or a.n > @n) group by a.id, a.name order by last desc nulls last limit @lim offset @off;\n\n", t, u)
		case 2:
			fmt.Fprintf(&q, "insert into t%d (id, tenant_id, name, state, n, created_at) values (@id, @tenant_id, @name, 'new', 0, now()) on conflict (id) do update set name = excluded.name, updated_at = now() where t%d.tenant_id = @tenant_id returning *;\n\n", t, t)
		case 3:
			fmt.Fprintf(&q, "update t%d set state = @state, n = n + 1, updated_at = now() where tenant_id = @tenant_id and id = any(@ids::uuid[]) and exists (select 1 from t%d b where b.id = parent_id and b.tenant_id = @tenant_id) returning id;\n\n", t, u)
		case 4:
			fmt.Fprintf(&q, "with recent as (select id, parent_id, row_number() over (partition by parent_id order by created_at desc) as rank from t%d where tenant_id = @tenant_id) select r.id, p.name, coalesce(p.state, 'none') as state, case when p.n > 10 then 'big' else 'small' end as size from recent r join t%d p on p.id = r.parent_id and p.tenant_id = @tenant_id where r.rank <= @k and p.data ->> 'kind' = @kind;\n\n", t, u)
		}
	}
	return s.String(), q.String()
}

func BenchmarkParse(b *testing.B) {
	schema, queries := synthetic(300, 1000)
	cat := build(b, schema)
	b.ReportAllocs()
	for b.Loop() {
		var rep diag.List
		stmts := query.Parse("queries.sql", queries, cat, &rep)
		if len(stmts) != 1000 {
			b.Fatalf("%d statements", len(stmts))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/statement")
}

// TestLinear bounds the growth of the cost by what is allocated, which does
// not depend on the machine: ten times the statements over ten times the
// tables cost about ten times as much.
func TestLinear(t *testing.T) {
	cost := func(n int) float64 {
		schema, queries := synthetic(n/4, n)
		cat := build(t, schema)
		return testing.AllocsPerRun(2, func() {
			var rep diag.List
			for _, st := range query.Parse("queries.sql", queries, cat, &rep) {
				if len(st.Issues) > 0 {
					t.Fatalf("%s: %s", st.Name, st.Issues[0].Message)
				}
			}
		})
	}
	small, large := cost(100), cost(1000)
	if large > 11*small {
		t.Errorf("100 statements allocate %.0f times, 1000 allocate %.0f times", small, large)
	}
}
