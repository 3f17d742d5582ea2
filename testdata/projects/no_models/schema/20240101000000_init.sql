-- migrate:up
create type mood as enum ('calm', 'curious', 'cross');

create table accounts (
    id         bigint generated always as identity primary key,
    name       text not null,
    created_at timestamptz not null default now()
);

create table entries (
    account_id bigint      not null references accounts (id) on delete cascade,
    day        date        not null,
    mood       mood        not null,
    words      text[]      not null default '{}',
    details    jsonb       not null default '{}',
    rating     numeric(4, 2),
    written_at timestamptz not null default now(),
    primary key (account_id, day)
);

-- migrate:down
drop table entries;
drop table accounts;
drop type mood;
