-- ListOfOrder returns the lines of one of the tenant's orders.
-- name: ListOfOrder :many
select l.*
from line_items l
join orders o on o.id = l.order_id
where o.tenant_id = @tenant_id and o.id = @order_id
order by l.position;

-- AddLine adds a line to an order, if the order is the tenant's.
-- name: AddLine :execrows
insert into line_items (order_id, position, product, quantity)
select o.id, @position, @product, @quantity
from orders o
where o.id = @order_id and o.tenant_id = @tenant_id;

-- name: SetQuantity :execrows
update line_items l
set quantity = @quantity
from orders o
where o.id = l.order_id and o.tenant_id = @tenant_id and l.id = @id;
