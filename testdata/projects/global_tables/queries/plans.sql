-- name: ListOffered :many
select * from plans where public order by price_cents, code;

-- name: SetPrice :execrows
update plans set price_cents = @price_cents where code = @code;

-- name: ListCountries :many
select * from countries order by name;
