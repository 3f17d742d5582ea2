-- name: ListOpen :many
select * from tasks where organization_id = @organization_id and project_id = @project_id and not done order by id;

-- Progress counts the tasks that are done in each of the organization's projects.
-- name: Progress :many
-- tenant: by organization
select t.project_id, count(*) as tasks, count(*) filter (where t.done) as done
from tasks t
where t.organization_id = @organization_id
group by t.project_id
order by t.project_id;

-- name: Finish :execrows
update tasks set done = true where organization_id = @organization_id and project_id = @project_id and id = @id;

-- Whose project it is, is not asked here.
-- name: Titles :many
select title from tasks where project_id = @project_id order by id;
