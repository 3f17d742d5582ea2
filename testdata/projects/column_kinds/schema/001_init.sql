create table tenants (
    id   uuid primary key,
    name text not null
);

create type kind as enum ('note', 'call', 'o''brien');
create domain email as text check (value like '%@%');

-- One column of each kind that a row may have.
create table events (
    tenant_id uuid        not null references tenants (id),
    id        bigint      not null generated always as identity,
    kind      kind        not null default 'note',
    kinds     kind[]      not null,
    tags      text[]      not null default '{}',
    levels    integer[],
    refs      uuid[],
    doc       jsonb       not null,
    more      jsonb,
    payload   bytea,
    price     numeric(10, 2),
    score     double precision,
    ok        boolean     not null default false,
    note      varchar(20),
    sender    email,
    level     smallint    not null,
    ref       uuid,
    at        timestamptz not null default now(),
    day       date,
    loud      text        generated always as (upper(note)) stored,

    primary key (tenant_id, id)
);

-- A key of two columns besides the tenant, both given.
create table prices (
    tenant_id uuid   not null references tenants (id),
    code      text   not null,
    region    text   not null,
    cents     bigint not null,

    primary key (tenant_id, code, region)
);

-- A key that the server fills, unless it is given, and a second key.
create table tickets (
    tenant_id uuid   not null references tenants (id),
    id        bigserial,
    number    integer not null,
    title     text   not null default '',

    primary key (tenant_id, id),
    unique (tenant_id, number)
);

-- A row that counts its changes, and is marked rather than deleted.
create table articles (
    tenant_id  uuid    not null references tenants (id),
    id         integer not null,
    slug       text    not null,
    body       text    not null default '',
    version    integer not null default 1,
    deleted_at timestamptz,

    primary key (tenant_id, id),
    unique (tenant_id, slug)
);

create table labels (
    tenant_id uuid    not null references tenants (id),
    name      text    not null,
    colour    text,
    gone      boolean not null default false,

    primary key (tenant_id, name)
);
