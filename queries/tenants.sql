-- name: ListTenants :many
-- tenant: unscoped admin: lists tenants for the back office
select * from tenants order by name, id;

-- Usage returns what the tenant sees on its own settings page.
-- name: Usage :one
select t.name,
       (select count(*) from users u where u.tenant_id = t.id) as users,
       (select count(*) from documents d where d.tenant_id = t.id) as documents
from tenants t
where t.id = @tenant_id;
