package generator

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/tenantc/tenantc/internal/oracle"
)

// exampleProject has a table of each class, CHECKs, a circle of foreign keys, an
// enum and a name that must be quoted.
var exampleProject = map[string]string{
	"sqlc.yaml": `version: "2"
sql:
  - engine: postgresql
    schema: schema.sql
    queries: queries.sql
    codegen:
      - plugin: tenantc
        out: gen
        options:
          package: gen
          sql_package: pgx/v5
          tenancy:
            tables:
              plans: {global: true}
              lines: {via: order_id}
plugins:
  - name: tenantc
    process: {cmd: tenantc, format: json}
    env: [PATH, HOME]
`,
	"schema.sql": `-- +goose Up
create type state as enum ('open', 'paid');
create table tenants (id uuid primary key, slug text not null unique);
create table plans (id int primary key, name text not null);
create table "order" (
	tenant_id uuid not null references tenants (id),
	id bigint generated always as identity primary key,
	plan_id int references plans (id),
	state state not null default 'open',
	kind text not null check (kind in ('sale', 'return')),
	amount numeric(10, 2) not null check (amount >= 0),
	total numeric generated always as (amount * 2) stored,
	at timestamptz not null default now()
);
create table lines (id bigint primary key, order_id bigint not null references "order" (id) on delete cascade, sku text not null);
create function nothing() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger nothing before insert on lines for each row execute function nothing();
-- +goose Down
drop table lines;
`,
	"queries.sql": `-- name: Confined :many
select * from "order" where tenant_id = @tenant_id;

-- name: ByKind :many
select id, amount from "order" where kind = 'return' and state = @state;

-- name: Joined :many
select o.id, l.sku from "order" o left join lines l on l.order_id = @order_id where o.tenant_id = @tenant_id;

-- name: DeleteOrder :exec
delete from "order" where id = @id;

-- name: CopyAmount :exec
update "order" set amount = (select max(o.amount) from "order" o) where tenant_id = @tenant_id;

-- name: Dry :many
select id from "order" where kind = 'gift';

-- name: Odd :many
select id from "order" tablesample system (50) where tenant_id = @tenant_id;
`,
}

func TestExplainQuery(t *testing.T) {
	t.Parallel()
	dir := lay(t, exampleProject).Name()
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"Confined", []string{"Confined: confined", "it is proven"}},
		{"ByKind", []string{"ByKind: refused", "TC4101", "'return'", "It returns", "Without the other tenant's rows it returns\n\n    nothing"}},
		{"Joined", []string{"Joined: refused", `INSERT INTO "order"`, "OVERRIDING SYSTEM VALUE", "It returns"}},
		{"DeleteOrder", []string{"DeleteOrder: refused", "Of the rows of others there are then\n\n    nothing", "Before there were instead"}},
		{"CopyAmount", []string{"CopyAmount: refused", "Of the tenant's rows there are then"}},
		{"Dry", []string{"Dry: refused", "showed nothing. That proves nothing"}},
	} {
		t.Run(c.query, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := ExplainQuery(t.Context(), Config{Dir: dir}, c.query, "", &out); err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is missing in\n%s", want, out.String())
				}
			}
		})
	}
	var out bytes.Buffer
	if err := ExplainQuery(t.Context(), Config{Dir: dir}, "ByKinds", "", &out); !errors.Is(err, ErrUnknownQuery) || !strings.Contains(err.Error(), "did you mean ByKind?") {
		t.Errorf("got %v", err)
	}
	err := ExplainQuery(t.Context(), Config{Dir: dir}, "ByKind", "postgres://nobody@127.0.0.1:1/none", &out)
	if !errors.Is(err, oracle.ErrNoServer) || !strings.Contains(err.Error(), "-database") {
		t.Errorf("got %v", err)
	}
}

// Where no database has rows of two tenants there is no example to look for.
func TestExplainQueryOfADatabase(t *testing.T) {
	t.Parallel()
	dir := lay(t, map[string]string{
		"sqlc.yaml": strings.Replace(exampleProject["sqlc.yaml"], `            tables:
              plans: {global: true}
              lines: {via: order_id}
`, `            isolation: database
`, 1),
		"schema.sql": `create table docs (id bigint primary key);
			create function stamp() returns trigger language plpgsql as $$ begin perform 1; return new; end $$;
			create trigger stamp before insert on docs for each row execute function stamp();`,
		"queries.sql": `-- name: Fine :many
select id from docs;

-- name: Calls :many
select id, pg_read_file('/etc/passwd') from docs;

-- name: Leans :exec
insert into docs (id) values (@id);
`,
	}).Name()
	const none = "no database has rows of two tenants"
	for query, want := range map[string][]string{
		"Fine":  {"Fine: confined", "it is proven"},
		"Calls": {"Calls: refused", "TC4301", none},
		"Leans": {"Leans: confined", "TC2303", none},
	} {
		var out bytes.Buffer
		if err := ExplainQuery(t.Context(), Config{Dir: dir}, query, "", &out); err != nil {
			t.Fatal(err)
		}
		for _, part := range want {
			if !strings.Contains(out.String(), part) {
				t.Errorf("%q is missing in\n%s", part, out.String())
			}
		}
	}
}
