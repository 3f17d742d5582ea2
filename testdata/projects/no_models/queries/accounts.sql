-- name: OpenAccount :one
-- tenant: unscoped public: anybody may open an account
insert into accounts (name) values (@name) returning *;

-- name: GetAccount :one
select * from accounts where id = @account_id;
