-- name: LoadNews :copyfrom
insert into app.news (tenant_id, id, title) values (@tenant_id, @id, @title);

-- name: ListNews :many
-- tenant: filter app.news
select * from app.news where tenant_id = @tenant_id order by id;

-- name: Rename :exec
update app.news set title = @title where tenant_id = @tenant_id and id = @id;
