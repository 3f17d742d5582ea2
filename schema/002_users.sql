-- +goose Up

-- The key begins with the tenant: two tenants may use one id, and each of
-- them reads along its own part of the index.
create table users (
    tenant_id  uuid        not null references tenants (id) on delete cascade,
    id         uuid        not null default gen_random_uuid(),
    name       text        not null,
    email      text        not null,
    role       text        not null default 'member' check (role in ('member', 'admin')),
    age        integer     not null check (age >= 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),

    primary key (tenant_id, id),
    unique (tenant_id, email)
);

-- +goose Down
drop table users;
