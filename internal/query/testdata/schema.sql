create extension citext;
create type mood as enum ('sad', 'ok');
create domain slug as text check (value <> '');
create collation folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create table tenants (id uuid primary key, name text not null);
create table users (
    id uuid primary key,
    tenant_id uuid not null references tenants (id),
    email varchar(255) not null,
    name text collate folding,
    age int,
    role text not null default 'member',
    mood mood,
    tags text[],
    data jsonb,
    created_at timestamptz not null default now(),
    unique (tenant_id, email),
    constraint users_age_key unique (tenant_id, age)
);
create unique index users_lower_email on users (tenant_id, lower(email));
create table documents (
    id bigint generated always as identity primary key,
    tenant_id uuid not null,
    owner_id uuid references users (id),
    title text not null,
    slug slug,
    views int not null default 0
);
create view members as select id, tenant_id, email from users where role = 'member';
create view named_members (member, mail) as select id, email from members;
create function shout(t text) returns text language sql as 'select upper(t)';
