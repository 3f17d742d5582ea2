-- name: GetOrder :one
select * from app.orders where tenant_id = @tenant_id and id = @id;

-- name: ListByStatus :many
select * from app.orders where tenant_id = @tenant_id and status = any(@statuses::app.status[]) order by id;

-- name: ListByIDs :many
select id, item_sku from app.orders where tenant_id = @tenant_id and id = any(@ids::bigint[]) order by id;

-- Search leaves out the conditions that are null.
-- name: Search :many
select id, contact, details from app.orders
where tenant_id = @tenant_id
  and (sqlc.narg('status')::app.status is null or status = sqlc.narg('status'))
  and (sqlc.narg('tag')::text is null or sqlc.narg('tag') = any(tags))
  and (sqlc.narg('contact')::text is null or contact = sqlc.narg('contact'))
order by id;

-- name: PlaceOrder :one
insert into app.orders (tenant_id, id, item_sku, qty, contact, copy_to, details, extra, total, history, tags, scores, buyer_id, weight, due, raw, blob, rating)
values (@tenant_id, @id, @item_sku, @qty, @contact, @copy_to, @details, @extra, @total, @history, @tags, @scores, @buyer_id, @weight, @due, @raw, @blob, @rating)
returning *;

-- name: BySku :many
select id from app.orders where tenant_id = @tenant_id and item_sku = any(@wanted_sku::text[]) and qty >= @min_qty and id <> @not_id order by id;

-- name: SetStatus :exec
update app.orders set before = status, status = @status where tenant_id = @tenant_id and id = @id;

-- name: SetDetails :execrows
update app.orders set details = @details where tenant_id = @tenant_id and id = @id;

-- name: Ship :execresult
update app.orders set shipped_at = now() where tenant_id = @tenant_id and id = any(@ids::bigint[]);

-- name: WithNews :many
select sqlc.embed(o), sqlc.embed(n), o.qty * 2 as twice
from app.orders o
join app.news n on n.tenant_id = o.tenant_id and n.id = o.id
where o.tenant_id = @tenant_id
order by o.id;

-- name: Outer :many
select o.id, n.title
from app.orders o
left join app.news n on n.tenant_id = o.tenant_id and n.id = o.id
where o.tenant_id = @tenant_id
order by o.id;

-- name: ListOpen :many
select * from app.open_orders where tenant_id = @tenant_id order by id;

-- name: Totals :many
select status, count(*) as orders, sum((total).cents)::bigint as cents
from app.orders where tenant_id = @tenant_id group by status order by status;

-- name: DeleteEach :batchexec
delete from app.orders where tenant_id = @tenant_id and id = @id;

-- name: ContactOfEach :batchone
select contact from app.orders where tenant_id = @tenant_id and id = @id;

-- name: TaggedWithEach :batchmany
select id from app.orders where tenant_id = @tenant_id and @tag::text = any(tags) order by id;

-- name: Latest :one
select max(created_at)::timestamptz as at, count(*) as n from app.orders where tenant_id = @tenant_id;
