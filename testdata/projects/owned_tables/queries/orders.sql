-- name: FindByCustomer :many
select * from orders where tenant_id = @tenant_id and customer = @customer order by id;
