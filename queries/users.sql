-- name: FindByEmail :one
select * from users where tenant_id = @tenant_id and email = @email;

-- name: ListAdmins :many
select * from users where tenant_id = @tenant_id and role = 'admin' order by name, id;

-- CountByRole counts the tenant's users role by role.
-- name: CountByRole :many
select role, count(*) as users
from users
where tenant_id = @tenant_id
group by role
order by role;

-- Promote makes an admin of a member. It counts 0 when there is no such user
-- or when it is one already.
-- name: Promote :execrows
update users
set role = 'admin', updated_at = now()
where tenant_id = @tenant_id and id = @id and role <> 'admin';

-- Invite adds a user, or renames the one who has the e-mail already.
-- The arbiter contains the tenant: another tenant's user with the same e-mail
-- is no conflict.
-- name: Invite :one
insert into users (tenant_id, name, email, age)
values (@tenant_id, @name, @email, @age)
on conflict (tenant_id, email) do update
set name = excluded.name, updated_at = now()
returning *;

-- SetRoles sets the role of many users in one round trip.
-- name: SetRoles :batchexec
update users
set role = @role, updated_at = now()
where tenant_id = @tenant_id and id = @id;

-- Import loads users in bulk.
-- name: Import :copyfrom
insert into users (tenant_id, id, name, email, role, age)
values (@tenant_id, @id, @name, @email, @role, @age);

-- ListAuthors returns the users who have published at least one document.
-- name: ListAuthors :many
select u.*
from users u
where u.tenant_id = @tenant_id
  and exists (
    select 1
    from documents d
    where d.tenant_id = u.tenant_id and d.owner_id = u.id and d.is_public
  )
order by u.name, u.id;

-- CountDocuments counts the documents of each user, those with none included.
-- name: CountDocuments :many
with owned as (
    select d.owner_id, count(*) as documents
    from documents d
    where d.tenant_id = @tenant_id
    group by d.owner_id
)
select u.id, u.name, coalesce(o.documents, 0)::bigint as documents
from users u
left join owned o on o.owner_id = u.id
where u.tenant_id = @tenant_id
order by u.name, u.id;
