create table plans (
    code  text primary key,
    cents bigint not null
);

create schema archive;

create table folders (
    id        bigint generated always as identity primary key,
    name      text not null unique,
    plan_code text references plans (code)
);

create table documents (
    id         uuid        primary key default gen_random_uuid(),
    folder_id  bigint      not null references folders (id) on delete cascade,
    title      text        not null,
    body       text,
    version    integer     not null default 1,
    created_at timestamptz not null default now(),
    deleted_at timestamptz
);

create table archive.documents (
    id    uuid primary key,
    title text not null
);

create table settings (
    key   text primary key,
    value text not null default ''
);

create table visits (
    id bigint      generated always as identity primary key,
    at timestamptz not null default now()
);

create view folder_sizes as
    select f.id, f.name, count(d.id) as documents
    from folders f left join documents d on d.folder_id = f.id and d.deleted_at is null
    group by f.id;

create materialized view totals as select count(*) as documents from documents;
