-- SearchByTitle finds documents whose title matches an ILIKE pattern: % stands
-- for any text, _ for one character, and a backslash takes away the meaning of
-- either. Escape what a person typed before putting it between two %.
-- name: SearchByTitle :many
select *
from documents
where tenant_id = @tenant_id and title ilike @pattern
order by title, id;

-- ListWithOwners returns documents beside the names of those who own them.
-- name: ListWithOwners :many
select d.id, d.title, d.is_public, u.name as owner_name, u.email as owner_email
from documents d
join users u on u.tenant_id = d.tenant_id and u.id = d.owner_id
where d.tenant_id = @tenant_id
order by d.title, d.id;

-- name: ListPublic :many
select *
from documents
where tenant_id = @tenant_id and is_public
order by title, id
limit @max_rows;

-- ListOfAdmins returns the documents that admins own.
-- name: ListOfAdmins :many
select d.*
from documents d
where d.tenant_id = @tenant_id
  and d.owner_id in (select u.id from users u where u.tenant_id = @tenant_id and u.role = 'admin')
order by d.title, d.id;

-- Publish lets all of the tenant's users read the documents.
-- name: Publish :execrows
update documents
set is_public = true, updated_at = now()
where tenant_id = @tenant_id and id = any(@ids::uuid[]) and not is_public;

-- name: DeleteByOwner :execrows
delete from documents where tenant_id = @tenant_id and owner_id = @owner_id;

-- HandOver gives one user's documents to another and returns them.
-- name: HandOver :many
update documents
set owner_id = @new_owner_id, updated_at = now()
where tenant_id = @tenant_id and owner_id = @owner_id
returning *;

-- ListByOwners returns documents beside their owners' names. Which owners they
-- may be is left to the caller.
-- name: ListByOwners :many
-- tenant: filter users u
select d.id, d.title, u.name as owner_name
from documents d
join users u on u.tenant_id = d.tenant_id and u.id = d.owner_id
where d.tenant_id = @tenant_id and (d.is_public or d.title ilike @pattern)
order by d.title, d.id;
