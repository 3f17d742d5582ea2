-- +goose Up

-- The reference to the owner carries the tenant, so that no document can
-- belong to another tenant's user.
create table documents (
    tenant_id  uuid        not null references tenants (id) on delete cascade,
    id         uuid        not null default gen_random_uuid(),
    title      text        not null,
    content    text        not null default '',
    owner_id   uuid        not null,
    is_public  boolean     not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),

    primary key (tenant_id, id),
    foreign key (tenant_id, owner_id) references users (tenant_id, id) on delete cascade
);

create index documents_owner on documents (tenant_id, owner_id);
create index documents_public on documents (tenant_id, title) where is_public;

-- +goose Down
drop table documents;
