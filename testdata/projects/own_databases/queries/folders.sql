-- name: Import :copyfrom
insert into folders (name) values (@name);

-- name: IDsOf :batchone
select id from folders where name = @name;

-- name: Bill :one
select coalesce(sum(p.cents), 0)::bigint as cents from folders f join plans p on p.code = f.plan_code;

-- A parameter may have the name of the argument that chooses the database.
-- name: Echo :one
select count(*) from folders where name = @company_id;
