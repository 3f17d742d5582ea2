-- name: ListByAuthor :many
select * from files where tenant_id = @tenant_id and author_id = @author_id order by id;
