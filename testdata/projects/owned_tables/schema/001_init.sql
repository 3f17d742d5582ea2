create table tenants (
    id   uuid primary key,
    name text not null
);

create table orders (
    id        uuid primary key default gen_random_uuid(),
    tenant_id uuid not null references tenants (id) on delete cascade,
    customer  text not null,
    unique (tenant_id, id)
);

-- A line belongs to whoever owns its order, a note to whoever owns its line:
-- neither has a tenant of its own.
create table line_items (
    id       uuid    primary key default gen_random_uuid(),
    order_id uuid    not null references orders (id) on delete cascade,
    position integer not null,
    product  text    not null,
    quantity integer not null check (quantity > 0),
    unique (order_id, position)
);

create table line_notes (
    line_item_id uuid    not null references line_items (id) on delete cascade,
    number       integer not null,
    body         text    not null,
    primary key (line_item_id, number)
);
