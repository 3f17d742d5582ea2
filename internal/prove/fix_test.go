package prove_test

import (
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

const fixSchema = `
create table tenants (id uuid primary key);
create table "Shops" (id bigint primary key, "tenantId" uuid not null references tenants (id), name text not null, unique ("tenantId", name));
create table "Shelves" (id bigint primary key, "shopId" bigint not null references "Shops" (id), code text not null, unique ("shopId", code));
create unique index shops_name on "Shops" (lower(name));
create table keys (id bigint primary key, "tenantId" uuid, code text not null unique);
`

var fixTenancy = config.Tenancy{
	Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenantId"}, Root: "tenants"}},
	Tables:     []config.Table{{Name: "Shelves", Via: []string{"shopId"}}},
	Nulls:      config.NullsNobody,
}

// a fixCase is a refused write and the fixes of its findings.
type fixCase struct {
	sql  string
	want []string
}

// text is the case as a query file.
func (c fixCase) text() string { return "-- name: Q :exec\n" + c.sql + ";\n" }

// fixCases are refused writes under fixSchema.
var fixCases = []fixCase{
	{`insert into "Shops" (id, "tenantId", name) values (@id, @tenant_id, @name) on conflict (id) do update set name = excluded.name`,
		[]string{`name the key that holds the tenant: ON CONFLICT ("tenantId", name)`}},
	{`insert into keys (id, "tenantId", code) values (@id, @tenant_id, @code) on conflict (code) do update set id = excluded.id`,
		[]string{`CREATE UNIQUE INDEX ON keys ("tenantId", code), and ON CONFLICT ("tenantId", code)`}},
	{`insert into keys (id, "tenantId", code) values (@id, sqlc.narg('tenant_id'), @code)`,
		[]string{`sqlc.arg('tenant_id') in the place of sqlc.narg: the tenant is never NULL`}},
	// A key that holds the owner is no second fault.
	{`insert into "Shelves" (id, "shopId", code) values (@id, @shop, @code) on conflict ("shopId", code) do update set id = excluded.id`,
		[]string{`insert into "Shelves" (…) select parent.id, … from "Shops" parent where parent.id = @shop and parent."tenantId" = @tenant_id`}},
	{`update "Shelves" s set "shopId" = @shop from "Shops" o where o.id = s."shopId" and o."tenantId" = @tenant_id`,
		[]string{`take the key from Shops itself: … FROM "Shops" parent WHERE parent.id = @shop AND parent."tenantId" = @tenant_id`}},
}

// TestFixes asks for the text that each refused write is given, names quoted.
func TestFixes(t *testing.T) {
	t.Parallel()
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files:   []config.File{{Name: "schema.sql", Text: fixSchema}},
		Tenancy: fixTenancy,
	}, &rep)
	for _, c := range fixCases {
		stmts := query.Parse("q.sql", c.text(), cat, &rep)
		if rep.HasErrors() || len(stmts) != 1 {
			t.Fatalf("%s: %v", c.sql, rep.Sorted())
		}
		p := prove.One(cat, stmts[0])
		if p.Verdict != prove.Refused || len(p.Findings) != len(c.want) {
			t.Errorf("%s\nis %s: %v", c.sql, p.Verdict, p.Findings)
			continue
		}
		for i, f := range p.Findings {
			if f.Fix != c.want[i] {
				t.Errorf("%s\ngot  %s\nwant %s", c.sql, f.Fix, c.want[i])
			}
		}
	}
}
