-- migrate:up
create type mood as enum ('calm', 'curious', 'cross');

-- What an entry is about. The enum has the name of a query file, and a constant
-- that of a repository.
create type subjects as enum ('work', 'repository');

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
    about      subjects,
    written_at timestamptz not null default now(),
    primary key (account_id, day)
);

-- The queries of this table lie in day-notes.sql.
create table day_notes (
    account_id bigint not null,
    id         bigint not null,
    day        date   not null,
    text       text   not null,
    answers    bigint,
    marked_by  bigint,
    token      varchar not null default gen_random_uuid(),
    primary key (account_id, id),
    foreign key (account_id, day) references entries (account_id, day) on delete cascade,
    foreign key (account_id, answers) references day_notes (account_id, id),
    foreign key (account_id, marked_by) references day_notes (account_id, id)
);

-- migrate:down
drop table day_notes;
drop table entries;
drop table accounts;
drop type mood;
drop type subjects;
