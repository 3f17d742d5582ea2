-- name: Titles :many
-- tenant: filter documents d
select d.title, f.name from documents d join folders f on f.id = d.folder_id where d.deleted_at is null order by d.title;

-- name: Largest :many
select name, documents from folder_sizes order by documents desc, name limit @most::integer;

-- Archive moves a folder's documents.
-- name: Archive :execrows
with moved as (delete from documents where folder_id = @folder_id returning id, title)
insert into archive.documents (id, title) select id, title from moved;

-- name: Archived :many
select title from archive.documents order by title;

-- name: Counted :one
select documents from totals;
