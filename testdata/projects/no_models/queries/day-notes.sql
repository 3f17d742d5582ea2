-- name: NotesOf :many
select * from day_notes where account_id = @account_id and day = any(@days::date[]) order by id;

-- ImportNote would be confined, were its account not one that may be null.
-- name: ImportNote :exec
-- tenant: unscoped migration: takes over what others have exported
insert into day_notes (account_id, id, day, text) values (sqlc.narg('account_id'), @id, @day, @text);
