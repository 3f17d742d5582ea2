package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// shapes are statements as people write them, all of them confined: {T} is a table and
// {P} the one that it refers to.
var shapes = []string{
	`:one
select * from {T} where tenant_id = @tenant_id and id = @id;`,
	`:many
select c.id, c.name, p.name as parent_name from {T} c join {P} p on p.tenant_id = c.tenant_id and p.id = c.parent_id
where c.tenant_id = @tenant_id and p.status = @status order by c.name, c.id;`,
	`:many
select c.id, coalesce(p.name, '') as parent_name from {T} c left join {P} p on p.tenant_id = c.tenant_id and p.id = c.parent_id and p.status <> 'gone'
where c.tenant_id = @tenant_id order by c.created_at desc limit @lim offset @off;`,
	`:many
select g.id, count(c.id) as kids from {T} c join {P} p on p.tenant_id = c.tenant_id and p.id = c.parent_id
join {P} g on g.tenant_id = p.tenant_id and g.id = p.parent_id
where c.tenant_id = @tenant_id group by g.id having count(*) > 1;`,
	`:many
with open as (select * from {T} where tenant_id = @tenant_id and status = 'open'),
totals as (select parent_id, sum(amount)::bigint as amount from open group by parent_id)
select o.id, o.name, t.amount from open o join totals t on t.parent_id = o.parent_id order by t.amount desc;`,
	`:many
select * from {T} c where c.tenant_id = @tenant_id
and exists (select 1 from {P} p where p.tenant_id = c.tenant_id and p.id = c.parent_id and p.amount > @least);`,
	`:many
select id, name from {T} where tenant_id = @tenant_id and parent_id in (select id from {P} where tenant_id = @tenant_id and status = any(@statuses::text[]));`,
	`:one
insert into {T} (tenant_id, id, name, amount, parent_id) values (@tenant_id, @id, @name, @amount, @parent_id)
on conflict (tenant_id, id) do update set name = excluded.name, amount = {T}.amount + excluded.amount, status = case when {T}.status = 'gone' then 'open' else {T}.status end
returning *;`,
	`:execrows
insert into {T} (tenant_id, id, name, amount, parent_id)
select p.tenant_id, gen_random_uuid(), p.name || ' copy', p.amount, p.id from {P} p where p.tenant_id = @tenant_id and p.status = @status;`,
	`:execrows
update {T} set status = 'settled', amount = @amount, note = coalesce(sqlc.narg('note'), note) where tenant_id = @tenant_id and id = @id;`,
	`:execrows
update {T} c set amount = p.amount from {P} p where p.tenant_id = c.tenant_id and p.id = c.parent_id and c.tenant_id = @tenant_id and p.status = 'open';`,
	`:exec
delete from {T} where tenant_id = @tenant_id and created_at < @before and status in ('gone', 'settled', 'lost');`,
	`:many
select id, name, amount, rank() over w as place, sum(amount) over (partition by parent_id order by created_at) as running
from {T} where tenant_id = @tenant_id window w as (partition by status order by amount desc);`,
	`:many
select id, name from {T} where tenant_id = @tenant_id and status = 'open'
union all select id, name from {P} where tenant_id = @tenant_id and amount > 0
except select parent_id, name from {T} where tenant_id = @tenant_id and note is null order by 2 limit 50;`,
	`:many
with recursive up as (
  select id, parent_id, 1 as depth from {T} where tenant_id = @tenant_id and id = @id
  union all
  select c.id, c.parent_id, up.depth + 1 from {T} c join up on c.id = up.parent_id where c.tenant_id = @tenant_id and up.depth < 20)
select * from up;`,
	`:many
select c.id, l.name, l.amount from {T} c cross join lateral (
  select p.name, p.amount from {P} p where p.tenant_id = c.tenant_id and p.id = c.parent_id order by p.created_at desc limit 3) l
where c.tenant_id = @tenant_id and (sqlc.narg('status')::text is null or c.status = sqlc.narg('status'));`,
	`:one
select count(*) as all_of_them, count(*) filter (where status = 'open') as open, coalesce(max(amount), 0)::bigint as most,
  (select count(*) from {P} where {P}.tenant_id = @tenant_id) as parents from {T} where tenant_id = @tenant_id;`,
	`:many
with gone as (delete from {T} where tenant_id = @tenant_id and status = 'gone' returning id, parent_id)
select p.id, p.name, count(*) as removed from gone g join {P} p on p.id = g.parent_id and p.tenant_id = @tenant_id group by p.id, p.name;`,
	`:many
select status, date_trunc('day', created_at)::timestamptz as day, sum(amount)::bigint as amount from {T}
where tenant_id = @tenant_id and created_at between @since and @until and name ilike '%' || @term::text || '%'
group by rollup (1, 2) order by 1, 2;`,
	`:many
with picked as (select id from {T} where tenant_id = @tenant_id and status = 'open' order by created_at limit @batch for update skip locked)
update {T} set status = 'taken' where tenant_id = @tenant_id and id in (select id from picked) returning id, name;`,
	`:many
select jsonb_build_object('id', c.id, 'name', c.name) as doc, array_agg(p.id order by p.name) as parents from {T} c
join {P} p using (tenant_id) where c.tenant_id = @tenant_id and c.note is not null group by c.tenant_id, c.id, c.name;`,
}

// writeVaried writes a project of that many statements, of every shape, over
// that many tables, without models.
func writeVaried(dir string, tables, statements int) error {
	files := map[string]*strings.Builder{}
	add := func(name, text string) {
		if files[name] == nil {
			files[name] = &strings.Builder{}
		}
		files[name].WriteString(text)
	}
	add("sqlc.yaml", strings.Replace(tenantcConfig, "          models: models\n", "", 1))
	add("schema/00000_tenants.sql", "create table tenants (id uuid primary key, name text not null);\n")
	for i := 1; i <= tables; i++ {
		add(fmt.Sprintf("schema/%05d.sql", i), fillTable(i).Replace(tableSQL))
	}
	for n := range statements {
		table := n%tables + 1
		shape := shapes[(n+n/tables)%len(shapes)]
		add(fmt.Sprintf("queries/things_%04d.sql", table), fmt.Sprintf("-- name: Query%d %s\n\n", n, fillShape(table).Replace(shape)))
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func tableName(i int) string { return fmt.Sprintf("things_%04d", max(i, 1)) }

func fillTable(i int) *strings.Replacer {
	return strings.NewReplacer("TABLE", tableName(i), "PARENT", tableName(i-1))
}

func fillShape(i int) *strings.Replacer {
	return strings.NewReplacer("{T}", tableName(i), "{P}", tableName(i-1))
}
