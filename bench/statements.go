package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// writeStatements adds to a synthetic project the queries of which sqlc makes
// what gen offers: the five of each table, those that tenantc generates, and each
// once more for a batch. Conditions of the caller's, orders and patches have no
// like in sqlc; the nearest query stands for each.
func writeStatements(dir string, tables int) error {
	if err := os.WriteFile(filepath.Join(dir, "same.yaml"), []byte(sameConfig), 0o644); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "same_queries"), 0o755); err != nil {
		return err
	}
	for i := 1; i <= tables; i++ {
		table, parent := fmt.Sprintf("things_%04d", i), fmt.Sprintf("things_%04d", max(i-1, 1))
		child := fmt.Sprintf("things_%04d", min(i+1, tables))
		fill := strings.NewReplacer("TABLE", table, "PARENT", parent, "CHILD", child, "NUMBER", fmt.Sprintf("%04d", i))
		text := fill.Replace(generatedSQL + batched(generatedSQL) + queriesSQL + batched(queriesSQL) + aloneSQL)
		if err := os.WriteFile(filepath.Join(dir, "same_queries", table+".sql"), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

var annotation = regexp.MustCompile(`-- name: (\w+) :(one|many|execrows)`)

// batched returns the queries as those of a batch.
func batched(queries string) string {
	return "\n" + annotation.ReplaceAllStringFunc(queries, func(line string) string {
		of := annotation.FindStringSubmatch(line)
		return "-- name: Batch" + of[1] + " :batch" + strings.TrimSuffix(of[2], "rows")
	}) + "\n"
}

const sameConfig = `version: "2"
sql:
  - engine: postgresql
    schema: schema
    queries: same_queries
    gen:
      go:
        package: same
        out: same
        sql_package: pgx/v5
`

const setSQL = `set name = coalesce(sqlc.narg(name), name), status = coalesce(sqlc.narg(status), status),
  amount = coalesce(sqlc.narg(amount), amount), note = coalesce(sqlc.narg(note), note),
  parent_id = coalesce(sqlc.narg(parent_id), parent_id), created_at = coalesce(sqlc.narg(created_at), created_at)
`

const newSQL = `insert into TABLE (tenant_id, name, amount, note, parent_id, id, status, created_at)
values (@tenant_id, @name, @amount, @note, @parent_id, @id, @status, @created_at)
`

// generatedSQL are the queries that tenantc generates and that have a twin in a
// batch.
const generatedSQL = `-- name: GetNUMBER :one
select * from TABLE where tenant_id = @tenant_id and id = @id;

-- name: ListNUMBER :many
select * from TABLE where tenant_id = @tenant_id;

-- name: ListByNUMBER :many
select * from TABLE where tenant_id = @tenant_id order by id limit sqlc.arg(size);

-- name: CountNUMBER :one
select count(*) from TABLE where tenant_id = @tenant_id;

-- name: ExistsNUMBER :one
select exists (select 1 from TABLE where tenant_id = @tenant_id);

-- name: CreateNUMBER :one
` + newSQL + `returning *;

-- name: UpsertNUMBER :one
` + newSQL + `on conflict (tenant_id, id) do update
set name = excluded.name, amount = excluded.amount, note = excluded.note, parent_id = excluded.parent_id
returning *;

-- name: UpdateNUMBER :execrows
update TABLE ` + setSQL + `where tenant_id = @tenant_id and id = @id;

-- name: UpdateWhereNUMBER :execrows
update TABLE ` + setSQL + `where tenant_id = @tenant_id and status = @was;

-- name: DeleteNUMBER :execrows
delete from TABLE where tenant_id = @tenant_id and id = @id;

-- name: DeleteWhereNUMBER :execrows
delete from TABLE where tenant_id = @tenant_id and status = @status;

-- name: PageNUMBER :many
select * from TABLE where tenant_id = @tenant_id and id > @after order by id limit sqlc.arg(size);

-- name: CreateManyNUMBER :many
insert into TABLE (tenant_id, name, amount, parent_id, id)
select @tenant_id, unnest(@names::text[]), unnest(@amounts::bigint[]), unnest(@parent_ids::uuid[]), unnest(@ids::uuid[])
returning *;
`

// aloneSQL are those that have none.
const aloneSQL = `-- name: ForEachNUMBER :many
select * from TABLE where tenant_id = @tenant_id;

-- name: ForEachByNUMBER :many
select * from TABLE where tenant_id = @tenant_id order by id limit sqlc.arg(size);

-- name: LoadParentsNUMBER :many
select * from PARENT where tenant_id = @tenant_id and id = any(@ids::uuid[]);

-- name: LoadChildrenNUMBER :many
select * from CHILD where tenant_id = @tenant_id and parent_id = any(@ids::uuid[]) order by id;
`
