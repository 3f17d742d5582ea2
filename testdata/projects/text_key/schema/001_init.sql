create table shops (
    slug text primary key,
    name text not null
);

create table products (
    shop_slug text    not null references shops (slug) on delete cascade,
    sku       text    not null,
    title     text    not null,
    stock     integer not null default 0 check (stock >= 0),
    primary key (shop_slug, sku)
);
