-- name: GetEntry :one
select * from entries where account_id = @account_id and day = @day;

-- name: ListEntries :many
select * from entries where account_id = @account_id order by day;

-- Write adds the day's entry or replaces it.
-- name: Write :one
insert into entries (account_id, day, mood, words, rating)
values (@account_id, @day, @mood, @words, @rating)
on conflict (account_id, day) do update
set mood = excluded.mood, words = excluded.words, rating = excluded.rating
returning *;

-- CountByMood counts the account's days mood by mood.
-- name: CountByMood :many
select mood, count(*) as days from entries where account_id = @account_id group by mood order by mood;

-- name: DeleteBefore :execrows
delete from entries where account_id = @account_id and day < @day;
