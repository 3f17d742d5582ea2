-- name: FindByName :many
select * from members where organization_id = @organization_id and name = @name order by id;
