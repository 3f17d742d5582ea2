-- ListOfLine returns the notes on a line, two steps below the order that says
-- whose they are.
-- name: ListOfLine :many
select n.*
from line_notes n
join line_items l on l.id = n.line_item_id
join orders o on o.id = l.order_id
where o.tenant_id = @tenant_id and l.id = @line_item_id
order by n.number;

-- name: AddNote :execrows
insert into line_notes (line_item_id, number, body)
select l.id, @number, @body
from line_items l
join orders o on o.id = l.order_id
where l.id = @line_item_id and o.tenant_id = @tenant_id;

-- name: DeleteNotes :execrows
delete from line_notes n
using line_items l, orders o
where n.line_item_id = l.id and l.order_id = o.id and o.tenant_id = @tenant_id and l.id = @line_item_id;
