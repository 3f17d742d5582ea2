-- name: ListInStock :many
select * from products where shop_slug = @shop_slug and stock > 0 order by sku;

-- Take takes pieces out of the stock. It counts 0 when there are too few.
-- name: Take :execrows
update products
set stock = stock - @pieces::integer
where shop_slug = @shop_slug and sku = @sku and stock >= @pieces::integer;

-- Restock adds a product or its pieces.
-- name: Restock :one
insert into products (shop_slug, sku, title, stock)
values (@shop_slug, @sku, @title, @stock)
on conflict (shop_slug, sku) do update
set stock = products.stock + excluded.stock
returning *;
