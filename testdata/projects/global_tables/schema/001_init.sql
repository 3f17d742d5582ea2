create table tenants (
    id   uuid primary key,
    name text not null
);

-- The price list and the list of countries are everybody's.
create table plans (
    code        text    primary key,
    price_cents bigint  not null check (price_cents >= 0),
    public      boolean not null default true
);

create table countries (
    code char(2) primary key,
    name text    not null
);

create table subscriptions (
    tenant_id uuid   not null references tenants (id) on delete cascade,
    id        bigint not null,
    plan_code text   not null references plans (code),
    seats     integer not null default 1,
    note      text,
    primary key (tenant_id, id)
);
