package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// writeSynthetic writes a project with that many tables into dir: for each one
// a migration, a model and a query file of five statements. Every table refers
// to the one before it.
func writeSynthetic(dir string, tables int) error {
	files := map[string]string{
		"go.mod":     "module example.com/synthetic\n\ngo 1.26\n",
		"sqlc.yaml":  tenantcConfig,
		"plain.yaml": plainConfig,
		"schema/00000_tenants.sql": `create table tenants (
    id   uuid primary key,
    name text not null
);
`,
		"models/tenants.go": `package models

import "github.com/tenantc/tenantc/tenant"

// Tenant is the root.
type Tenant struct {
	ID   tenant.ID ` + "`db:\"id,primaryKey\"`" + `
	Name string    ` + "`db:\"name\"`" + `
}
`,
	}
	for i := 1; i <= tables; i++ {
		table, parent := fmt.Sprintf("things_%04d", i), fmt.Sprintf("things_%04d", max(i-1, 1))
		fill := strings.NewReplacer("TABLE", table, "PARENT", parent, "STRUCT", fmt.Sprintf("Thing%04d", i), "NUMBER", fmt.Sprintf("%04d", i))
		files[fmt.Sprintf("schema/%05d_%s.sql", i, table)] = fill.Replace(tableSQL)
		files["queries/"+table+".sql"] = fill.Replace(queriesSQL)
		files["models/"+table+".go"] = fill.Replace(modelGo)
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

const tenantcConfig = `version: "2"
sql:
  - engine: postgresql
    schema: schema
    queries: queries
    codegen:
      - plugin: tenantc
        out: gen
        options:
          package: gen
          sql_package: pgx/v5
          models: models
          tenancy:
            dimensions:
              - {name: tenant, columns: [tenant_id], root: tenants}
plugins:
  - name: tenantc
    process: {cmd: tenantc, format: json}
`

const plainConfig = `version: "2"
sql:
  - engine: postgresql
    schema: schema
    queries: queries
    gen:
      go:
        package: plain
        out: plain
        sql_package: pgx/v5
`

const tableSQL = `create table TABLE (
    tenant_id  uuid        not null references tenants (id) on delete cascade,
    id         uuid        not null default gen_random_uuid(),
    name       text        not null,
    status     text        not null default 'open',
    amount     bigint      not null,
    note       text,
    parent_id  uuid        not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    foreign key (tenant_id, parent_id) references PARENT (tenant_id, id)
);

create index TABLE_parent on TABLE (tenant_id, parent_id);
`

const queriesSQL = `-- name: ListByStatusNUMBER :many
select * from TABLE where tenant_id = @tenant_id and status = @status order by name, id;

-- name: ListWithParentNUMBER :many
select c.id, c.name, c.amount, p.name as parent_name
from TABLE c
join PARENT p on p.tenant_id = c.tenant_id and p.id = c.parent_id
where c.tenant_id = @tenant_id and p.status = @status
order by c.name, c.id;

-- name: TotalsNUMBER :many
select status, count(*) as things, sum(amount)::bigint as amount
from TABLE
where tenant_id = @tenant_id
group by status
order by status;

-- name: SettleNUMBER :execrows
update TABLE set status = 'settled', amount = @amount where tenant_id = @tenant_id and id = @id;

-- name: RecordNUMBER :one
insert into TABLE (tenant_id, id, name, amount, parent_id)
values (@tenant_id, @id, @name, @amount, @parent_id)
on conflict (tenant_id, id) do update set name = excluded.name, amount = excluded.amount
returning *;
`

const modelGo = `package models

import (
	"time"

	"github.com/google/uuid"
	"github.com/tenantc/tenantc/tenant"
)

// STRUCT is a row of TABLE.
type STRUCT struct {
	_         struct{}  ` + "`tenant:\"table=TABLE\"`" + `
	ID        uuid.UUID ` + "`db:\"id,primaryKey\"`" + `
	TenantID  tenant.ID ` + "`db:\"tenant_id\"`" + `
	Name      string    ` + "`db:\"name\"`" + `
	Status    string    ` + "`db:\"status\"`" + `
	Amount    int64     ` + "`db:\"amount\"`" + `
	Note      *string   ` + "`db:\"note\"`" + `
	ParentID  uuid.UUID ` + "`db:\"parent_id\"`" + `
	CreatedAt time.Time ` + "`db:\"created_at\"`" + `
}
`
