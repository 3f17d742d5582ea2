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

-- A review is marked rather than deleted.
create table reviews (
    shop_slug text        not null references shops (slug) on delete cascade,
    id        bigint      not null,
    sku       varchar(20) not null,
    words     text        not null,
    gone      boolean     not null default false,
    primary key (shop_slug, id),
    foreign key (shop_slug, sku) references products (shop_slug, sku)
);
