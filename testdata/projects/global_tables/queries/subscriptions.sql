-- Bill returns what each subscription costs a month.
-- name: Bill :many
select s.id, p.code, (p.price_cents * s.seats)::bigint as cents
from subscriptions s
join plans p on p.code = s.plan_code
where s.tenant_id = @tenant_id
order by s.id;

-- name: ChangePlan :execrows
update subscriptions set plan_code = @plan_code where tenant_id = @tenant_id and id = @id;

-- WithoutNote returns the subscriptions that nobody wrote a note on.
-- name: WithoutNote :many
select * from subscriptions where tenant_id = @tenant_id and note is null order by id;
