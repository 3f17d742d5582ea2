package prove_test

import (
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/catalog"
	"github.com/tenantc/tenantc/internal/config"
	"github.com/tenantc/tenantc/internal/diag"
	"github.com/tenantc/tenantc/internal/prove"
	"github.com/tenantc/tenantc/internal/query"
)

const refusalsSchema = `
create table tenants (id uuid primary key, name text not null);
create table docs (
  tenant_id uuid not null references tenants (id), id int not null, title text not null, pub boolean not null default false, owner int,
  primary key (tenant_id, id));
create table users (tenant_id uuid not null references tenants (id), id int not null, email text not null, primary key (tenant_id, id), unique (tenant_id, email), unique (email));
create table orders (tenant_id uuid not null references tenants (id), id int primary key);
create table lines (id int primary key, order_id int not null references orders (id), item text);
create function total() returns bigint language plpgsql as 'begin return (select count(*) from docs); end';
`

var refusalsTenancy = config.Tenancy{
	Dimensions: []config.Dimension{{Name: "tenant", Columns: []string{"tenant_id"}, Root: "tenants"}},
	Tables:     []config.Table{{Name: "lines", Via: []string{"order_id"}}},
}

// a refusalCase is a statement, what it is refused with, and what does instead.
type refusalCase struct {
	name    string
	sql     string
	code    diag.Code
	message string
	fix     string
	instead string
}

// refusalCases are statements under refusalsSchema, each refused for one cause.
var refusalCases = []refusalCase{
	{
		name: "no tenant at all", code: diag.CodeNoTenant,
		sql:     "select title from docs where pub",
		message: "docs is read or written without its tenant",
		fix:     "and tenant_id = @tenant_id",
		instead: "select title from docs where pub and tenant_id = @tenant_id",
	},
	{
		name: "tenant on another relation only", code: diag.CodeOtherRelation,
		sql:     "select u.email from docs d join users u on u.id = d.owner where d.tenant_id = @tenant_id",
		message: "users u is joined without its tenant",
		fix:     "and u.tenant_id = d.tenant_id",
		instead: "select u.email from docs d join users u on u.id = d.owner and u.tenant_id = d.tenant_id where d.tenant_id = @tenant_id",
	},
	{
		name: "under OR", code: diag.CodeNotConjunct,
		sql:     "select title from docs where tenant_id = @tenant_id and title = 'a' or title = 'b'",
		message: "the tenant test of docs can be passed by another way",
		fix:     "docs.tenant_id = @tenant_id AND (docs.title = 'a' OR docs.title = 'b')",
		instead: "select title from docs where docs.tenant_id = @tenant_id AND (docs.title = 'a' OR docs.title = 'b')",
	},
	{
		name: "under NOT", code: diag.CodeNotConjunct,
		sql:     "select title from docs where not (tenant_id = @tenant_id and pub)",
		message: "the tenant test of docs can be passed by another way",
		fix:     "and tenant_id = @tenant_id",
		instead: "select title from docs where not (tenant_id = @tenant_id and pub) and tenant_id = @tenant_id",
	},
	{
		name: "under CASE", code: diag.CodeNotConjunct,
		sql:     "select title from docs where case when pub then true else tenant_id = @tenant_id end",
		message: "the tenant test of docs can be passed by another way",
		fix:     "and tenant_id = @tenant_id",
		instead: "select title from docs where case when pub then true else tenant_id = @tenant_id end and tenant_id = @tenant_id",
	},
	{
		name: "EXISTS under OR", code: diag.CodeNotConjunct,
		sql:     "select title from docs d where pub or exists (select 1 from tenants t where t.id = d.tenant_id and t.id = @tenant_id)",
		message: "the tenant test of docs d can be passed by another way",
		fix:     "where (…) and tenant_id = @tenant_id, with the condition that is there in the brackets",
		instead: "select title from docs d where (pub or exists (select 1 from tenants t where t.id = d.tenant_id and t.id = @tenant_id)) and tenant_id = @tenant_id",
	},
	{
		name: "sentinel", code: diag.CodeOptional,
		sql:     "select title from docs where tenant_id = @tenant_id or @tenant_id::text = ''",
		message: "the tenant test of docs can be switched off",
		fix:     "tenant_id = @tenant_id in its place",
		instead: "select title from docs where tenant_id = @tenant_id",
	},
	{
		name: "sentinel in COALESCE", code: diag.CodeOptional,
		sql:     "select title from docs where tenant_id = coalesce(@tenant_id, tenant_id)",
		message: "the tenant test of docs can be switched off",
		fix:     "tenant_id = @tenant_id in its place",
		instead: "select title from docs where tenant_id = @tenant_id",
	},
	{
		name: "sentinel in CASE", code: diag.CodeOptional,
		sql:     "select title from docs where case when @anyone::bool then true else tenant_id = @tenant_id end",
		message: "the tenant test of docs can be switched off",
		fix:     "tenant_id = @tenant_id in its place",
		instead: "select title from docs where tenant_id = @tenant_id",
	},
	{
		name: "kept side of an outer join", code: diag.CodeNullableSide,
		sql:     "select d.title from docs d left join users u on u.tenant_id = d.tenant_id and d.tenant_id = @tenant_id",
		message: "the tenant test of docs d stands on the wrong side of an outer join",
		fix:     "where d.tenant_id = @tenant_id",
		instead: "select d.title from docs d left join users u on u.tenant_id = d.tenant_id where d.tenant_id = @tenant_id",
	},
	{
		name: "NULL side of an outer join", code: diag.CodeNullableSide,
		sql:     "select d.title from docs d left join users u on u.id = d.owner where d.tenant_id = @tenant_id and (u.tenant_id = @tenant_id or u.tenant_id is null)",
		message: "the tenant test of users u comes after the outer join that makes it NULL",
		fix:     "in the ON of its join: and u.tenant_id = d.tenant_id",
		instead: "select d.title from docs d left join users u on u.id = d.owner and u.tenant_id = d.tenant_id where d.tenant_id = @tenant_id",
	},
	{
		name: "list of tenants", code: diag.CodeTenantList,
		sql:     "select title from docs where tenant_id = any(@tenants::uuid[])",
		message: "docs is compared with a list of tenants",
		fix:     "and tenant_id = @tenant_id",
		instead: "select title from docs where tenant_id = @tenant_id",
	},
	{
		name: "literal", code: diag.CodeLiteralTenant,
		sql:     "select title from docs where tenant_id = '00000000-0000-0000-0000-000000000001'",
		message: "the tenant of docs is a constant",
		fix:     "and tenant_id = @tenant_id",
		instead: "select title from docs where tenant_id = @tenant_id",
	},
	{
		name: "session setting", code: diag.CodeLiteralTenant,
		sql:     "select title from docs where tenant_id = nullif(current_setting('app.tenant'), '')::uuid",
		message: "the tenant of docs comes from current_setting()",
		fix:     "and tenant_id = @tenant_id",
		instead: "select title from docs where tenant_id = @tenant_id",
	},
	{
		name: "two tenant parameters", code: diag.CodeTwoTenants,
		sql:     "select title from docs where tenant_id = @a union all select email from users where tenant_id = @b",
		message: "users.tenant_id is compared with @b, which is not the tenant parameter",
		fix:     "and tenant_id = @a",
		instead: "select title from docs where tenant_id = @a union all select email from users where tenant_id = @a",
	},
	{
		name: "either of two parameters", code: diag.CodeTwoTenants,
		sql:     "select title from docs where tenant_id = @a and tenant_id = @b",
		message: "more than one parameter could be the tenant: @a or @b",
		fix:     "-- tenant: @a",
		instead: "-- tenant: @a\nselect title from docs where tenant_id = @a and tenant_id = @b",
	},
	{
		name: "no equality", code: diag.CodeNotEquality,
		sql:     "select title from docs where tenant_id::text like @tenant_id::text",
		message: "the tenant of docs is compared by LIKE",
		fix:     "and tenant_id = @tenant_id",
		instead: "select title from docs where tenant_id = @tenant_id",
	},
	{
		name: "lossy equality", code: diag.CodeLossy,
		sql:     "select title from docs where lower(tenant_id::text) = lower(@tenant_id::text)",
		message: "the test of docs.tenant_id is not exact",
		fix:     "and tenant_id = @tenant_id",
		instead: "select title from docs where tenant_id = @tenant_id",
	},
	{
		name: "test after LIMIT", code: diag.CodeTooLate,
		sql:     "select title from (select * from docs order by title limit 10) s where s.tenant_id = @tenant_id",
		message: "the tenant test of docs comes after LIMIT",
		fix:     "where tenant_id = @tenant_id, here inside",
		instead: "select title from (select * from docs where tenant_id = @tenant_id order by title limit 10) s",
	},
	{
		name: "test after a lock", code: diag.CodeTooLate,
		sql:     "with l as (select * from docs where pub for update) select title from l where tenant_id = @tenant_id",
		message: "the tenant test of docs comes after FOR UPDATE",
		fix:     "and tenant_id = @tenant_id, here inside",
		instead: "with l as (select * from docs where pub and tenant_id = @tenant_id for update) select title from l",
	},
	{
		name: "test after DISTINCT ON", code: diag.CodeTooLate,
		sql:     "select title from (select distinct on (owner) * from docs order by owner, id) s where s.tenant_id = @tenant_id",
		message: "the tenant test of docs comes after a DISTINCT ON without docs.tenant_id",
		fix:     "where tenant_id = @tenant_id, here inside; or docs.tenant_id in DISTINCT ON",
		instead: "select title from (select distinct on (docs.tenant_id, owner) * from docs order by tenant_id, owner, id) s where s.tenant_id = @tenant_id",
	},
	{
		name: "test after a window", code: diag.CodeTooLate,
		sql:     "select id from (select tenant_id, id, rank() over (order by title) as n from docs) s where s.tenant_id = @tenant_id and n < 3",
		message: "the tenant test of docs comes after a window over all rows",
		fix:     "where tenant_id = @tenant_id, here inside; or PARTITION BY docs.tenant_id",
		instead: "select id from (select tenant_id, id, rank() over (PARTITION BY docs.tenant_id order by title) as n from docs) s where s.tenant_id = @tenant_id and n < 3",
	},
	{
		name: "test after a GROUP BY", code: diag.CodeTooLate,
		sql:     "select n from (select max(o.id) as n, o.tenant_id, l.item from orders o join lines l on l.order_id = o.id group by grouping sets ((o.tenant_id, l.item), (l.item))) s where s.tenant_id = @tenant_id",
		message: "the tenant test of orders o comes after a GROUP BY without o.tenant_id",
		fix:     "and o.tenant_id = @tenant_id, here inside; or o.tenant_id in GROUP BY",
		instead: "select n from (select max(o.id) as n, o.tenant_id, l.item from orders o join lines l on l.order_id = o.id group by grouping sets ((o.tenant_id, l.item), (o.tenant_id))) s where s.tenant_id = @tenant_id",
	},
	{
		name: "id only", code: diag.CodeIDOnly,
		sql:     "select title from docs where id = @id",
		message: "docs is reached by its id alone",
		fix:     "and tenant_id = @tenant_id",
		instead: "select title from docs where id = @id and tenant_id = @tenant_id",
	},
	{
		name: "child by its id", code: diag.CodeIDOnly,
		sql:     "select item from lines where id = @id",
		message: "lines is not tied to a parent row of the tenant",
		fix:     "and exists (select 1 from orders parent where parent.id = lines.order_id and parent.tenant_id = @tenant_id)",
		instead: "select item from lines where id = @id and exists (select 1 from orders parent where parent.id = lines.order_id and parent.tenant_id = @tenant_id)",
	},
	{
		name: "insert without the tenant", code: diag.CodeInsertTenant,
		sql:     "insert into docs (id, title) values (1, 'x')",
		message: "the insert into docs leaves out tenant_id",
		fix:     "list tenant_id and give it @tenant_id",
		instead: "insert into docs (tenant_id, id, title) values (@tenant_id, 1, 'x')",
	},
	{
		name: "conflict target without the tenant", code: diag.CodeConflict,
		sql:     "insert into users (tenant_id, id, email) values (@tenant_id, 1, 'x') on conflict (email) do update set id = 2",
		message: "ON CONFLICT can meet another tenant's row of users",
		fix:     "name the key that holds the tenant: ON CONFLICT (tenant_id, id)",
		instead: "insert into users (tenant_id, id, email) values (@tenant_id, 1, 'x') on conflict (tenant_id, id) do update set id = 2",
	},
	{
		name: "SET of the tenant column", code: diag.CodeSetTenant,
		sql:     "update docs set tenant_id = @other, title = 'x' where tenant_id = @tenant_id",
		message: "SET gives docs.tenant_id a value that need not be the tenant",
		fix:     "leave tenant_id out of SET",
		instead: "update docs set title = 'x' where tenant_id = @tenant_id",
	},
	{
		name: "owner key of the client", code: diag.CodeOwnerKey,
		sql:     "insert into lines (id, order_id) values (1, @order_id)",
		message: "the insert hangs lines under a parent that need not be the tenant's",
		fix:     "insert into lines (…) select parent.id, … from orders parent where parent.id = @order_id and parent.tenant_id = @tenant_id",
		instead: "insert into lines (order_id, id) select parent.id, 1 from orders parent where parent.id = @order_id and parent.tenant_id = @tenant_id",
	},
	{
		name: "owner key of the client in SET", code: diag.CodeOwnerKey,
		sql:     "update lines set order_id = @other from orders o where o.id = lines.order_id and o.tenant_id = @tenant_id",
		message: "SET hangs lines under a parent that need not be the tenant's",
		fix:     "take the key from orders itself: … FROM orders parent WHERE parent.id = @other AND parent.tenant_id = @tenant_id",
		instead: "update lines set order_id = parent.id from orders o, orders parent where parent.id = @other and parent.tenant_id = @tenant_id and o.id = lines.order_id and o.tenant_id = @tenant_id",
	},
	{
		name: "unprovable function", code: diag.CodeFunction,
		sql:     "select title, total() from docs where tenant_id = @tenant_id",
		message: "total() is defined by the schema, and its body is not proven",
		fix:     "write the query in its place, or declare it under trust.functions when it reads nothing but its arguments",
		instead: "select title, (select count(*) from docs d where d.tenant_id = docs.tenant_id) from docs where tenant_id = @tenant_id",
	},
	{
		name: "function of the server", code: diag.CodeFunction,
		sql:     "select title, pg_notify('docs', title) from docs where tenant_id = @tenant_id",
		message: "pg_notify() is not on the list of functions that read nothing but their arguments",
		fix:     "write what it does in its place, or it is a statement of its own, with -- tenant: unscoped other: …",
		instead: "select title from docs where tenant_id = @tenant_id",
	},
	{
		name: "setting", code: diag.CodeFunction,
		sql:     "select set_config('app.tenant_id', @tenant_id::text, true) from docs where tenant_id = @tenant_id",
		message: "set_config() is not on the list of functions that read nothing but their arguments",
		fix:     "tenant.NewSharedRLS sets what policies read, in each transaction; another setting in a statement of its own, with -- tenant: unscoped other: …",
		instead: "select title from docs where tenant_id = @tenant_id",
	},
	{
		name: "type of the first use", code: diag.CodeLossy,
		sql:     "select @tenantId::text as t, title from docs where tenant_id = @tenantId",
		message: "the test of docs.tenant_id is not exact",
		fix:     "where it is used first: sqlc.arg('tenantId')::uuid::text",
		instead: "select sqlc.arg('tenantId')::uuid::text as t, title from docs where tenant_id = sqlc.arg('tenantId')",
	},
	{
		name: "tenant that may be NULL", code: diag.CodeTwoTenants,
		sql:     "select title from docs where tenant_id = sqlc.narg('tenantId')",
		message: "docs.tenant_id is compared with @tenantId, which may be NULL",
		fix:     "sqlc.arg('tenantId') in the place of sqlc.narg",
		instead: "select title from docs where tenant_id = sqlc.arg('tenantId')",
	},
	{
		name: "nobody's rows", code: diag.CodeNotEquality,
		sql:     "select title from docs where tenant_id is null and title = 'x'",
		message: "the tenant of docs is tested, but not for equality with the tenant",
		fix:     "tenant_id = @tenant_id in its place",
		instead: "select title from docs where tenant_id = @tenant_id and title = 'x'",
	},
	{
		name: "test behind a DELETE", code: diag.CodeTooLate,
		sql:     "with gone as (delete from docs returning tenant_id, title) select title from gone where tenant_id = @tenantId",
		message: "the tenant test of docs comes after the DELETE",
		fix:     "where tenant_id = @tenantId, here inside",
		instead: "with gone as (delete from docs where tenant_id = @tenantId returning title) select title from gone",
	},
	{
		name: "test behind an UPDATE", code: diag.CodeTooLate,
		sql:     "with done as (update docs d set title = 'x' where d.title = 'y' returning d.tenant_id, d.title) select title from done where tenant_id = @tenant_id",
		message: "the tenant test of docs d comes after the UPDATE",
		fix:     "and tenant_id = @tenant_id, here inside",
		instead: "with done as (update docs d set title = 'x' where d.title = 'y' and tenant_id = @tenant_id returning d.title) select title from done",
	},
	{
		name: "OR without the tenant", code: diag.CodeNoTenant,
		sql:     "select title from docs where pub or title = 'x'",
		message: "docs is read or written without its tenant",
		fix:     "where (…) and tenant_id = @tenant_id, with the condition that is there in the brackets",
		instead: "select title from docs where (pub or title = 'x') and tenant_id = @tenant_id",
	},
	{
		name: "joined by an OR", code: diag.CodeOtherRelation,
		sql:     "select u.email from docs d join users u on u.id = d.owner or u.email = d.title where d.tenant_id = @tenant_id",
		message: "users u is joined without its tenant",
		fix:     "and u.tenant_id = d.tenant_id, with the OR in brackets",
		instead: "select u.email from docs d join users u on (u.id = d.owner or u.email = d.title) and u.tenant_id = d.tenant_id where d.tenant_id = @tenant_id",
	},
	{
		name: "construct not understood", code: diag.CodeNotUnderstood,
		sql:     "select title, ctid from docs where tenant_id = @tenant_id",
		message: "the system column ctid is not understood here",
		fix:     "the key of the row",
		instead: "select title from docs where tenant_id = @tenant_id",
	},
}

// text is the case as a query file.
func (c refusalCase) text() string {
	command := ":exec"
	if strings.Contains(c.sql, "select title") || strings.HasPrefix(c.sql, "select") {
		command = ":many"
	}
	return "-- name: Q " + command + "\n" + c.sql + ";\n"
}

// TestRefusals asks that each cause of a refusal has its code, and that the text
// that the finding proposes is enough: instead is the statement with it.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range refusalCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := proveOne(t, refusalsSchema, c.sql)
			if p.Verdict != prove.Refused || len(p.Findings) == 0 {
				t.Fatalf("it is %s with %v, want it refused", p.Verdict, p.Findings)
			}
			d := p.Findings[len(p.Findings)-1]
			for _, f := range p.Findings {
				if f.Code == c.code {
					d = f
					break
				}
			}
			if d.Code != c.code || d.Message != c.message || d.Fix != c.fix || d.Why == "" {
				t.Errorf("it is refused so:\n%s %s\n  %s\n  fix: %s\nwant\n%s %s\n  fix: %s", d.Code, d.Message, d.Why, d.Fix, c.code, c.message, c.fix)
			}
			if in := proveOne(t, refusalsSchema, c.instead); in.Verdict != prove.Confined {
				t.Errorf("what to write instead is %s: %v", in.Verdict, in.Findings)
			}
		})
	}
}

// proveOne proves a statement without a name line; lines of annotation may
// stand above it.
func proveOne(t *testing.T, schema, sql string) *prove.Proof {
	t.Helper()
	var rep diag.List
	cat := catalog.Build(catalog.Input{
		Files:   []config.File{{Name: "schema.sql", Text: schema}},
		Tenancy: refusalsTenancy,
	}, &rep)
	stmts := query.Parse("q.sql", refusalCase{sql: sql}.text(), cat, &rep)
	if len(stmts) != 1 || len(rep.Sorted()) > 0 && rep.Sorted()[0].Severity == diag.Error {
		t.Fatalf("%d statements were read: %v", len(stmts), rep.Sorted())
	}
	return prove.One(cat, stmts[0])
}
