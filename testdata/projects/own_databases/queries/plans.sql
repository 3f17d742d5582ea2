-- name: List :many
select * from plans order by code;

-- name: Add :exec
insert into plans (code, cents) values (@code, @cents);
