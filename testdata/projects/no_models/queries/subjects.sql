-- name: SubjectOf :one
select about from entries where account_id = @account_id and day = @day;

-- name: SetSubject :execrows
update entries set about = @about where account_id = @account_id and day = @day;
