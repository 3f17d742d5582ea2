-- +goose Up
create table tenants (
    id         uuid         primary key default gen_random_uuid(),
    name       varchar(255) not null,
    subdomain  varchar(63)  not null unique,
    created_at timestamptz  not null default now(),
    updated_at timestamptz  not null default now()
);

-- +goose Down
drop table tenants;
