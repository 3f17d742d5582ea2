-- name: ListLoud :many
select id, loud from events where tenant_id = @tenant_id and loud is not null order by id;
