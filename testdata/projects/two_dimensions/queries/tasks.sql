-- name: ListOpen :many
select * from tasks where project_id = @project_id and not done order by id;

-- Progress counts the tasks that are done in each of the organization's projects.
-- name: Progress :many
-- tenant: by organization
select t.project_id, count(*) as tasks, count(*) filter (where t.done) as done
from tasks t
where t.organization_id = @organization_id
group by t.project_id
order by t.project_id;

-- name: Finish :execrows
update tasks set done = true where project_id = @project_id and id = @id;
