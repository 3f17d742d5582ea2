-- name: GetUser :one
select * from users where tenant_id = @tenant_id and id = @id;

-- name: ListUsers :many
select * from users where tenant_id = @tenant_id order by id limit @max_rows;

-- name: FilterUsers :many
select * from users where tenant_id = @tenant_id and age >= @age and role = @role;

-- name: CreateUser :one
insert into users (tenant_id, name, email, age) values (@tenant_id, @name, @email, @age) returning *;

-- name: UpdateUser :execrows
update users set age = @age where tenant_id = @tenant_id and id = @id;

-- name: CountUsers :one
select count(*) from users where tenant_id = @tenant_id and age >= @age;
