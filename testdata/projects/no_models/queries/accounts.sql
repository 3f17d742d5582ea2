-- name: OpenAccount :one
-- tenant: unscoped public: anybody may open an account
insert into accounts (name) values (@name) returning *;

-- name: Widest :many
-- tenant: unscoped admin: what to look at first
select relname::text as name, relnatts::int as columns from pg_catalog.pg_class where relnatts > @at_least::int and relkind = 'r' and relnamespace = 'public'::regnamespace order by relname;

-- name: GetAccount :one
select * from accounts where id = @account_id;
