create table tenants (
    id   bigint primary key,
    name text not null
);

create table people (
    tenant_id bigint not null references tenants (id) on delete cascade,
    id        bigint not null,
    name      text   not null,
    boss_id   bigint,
    primary key (tenant_id, id),
    foreign key (tenant_id, boss_id) references people (tenant_id, id)
);

-- A folder's key has two columns beside the tenant.
create table folders (
    tenant_id bigint  not null references tenants (id) on delete cascade,
    code      text    not null,
    year      integer not null,
    title     text    not null,
    primary key (tenant_id, code, year)
);

-- A label without a tenant is everybody's. It has been made by nobody here, and lies
-- on no file: a key that the tenant is part of refers to nothing where there is none.
create table labels (
    tenant_id bigint references tenants (id) on delete cascade,
    id        bigint not null,
    name      text   not null,
    maker_id  bigint,
    unique (tenant_id, id),
    foreign key (tenant_id, maker_id) references people (tenant_id, id)
);

create table files (
    tenant_id   bigint not null references tenants (id) on delete cascade,
    id          bigint not null,
    name        text   not null,
    author_id   bigint not null,
    reviewer_id bigint,
    folder_code text,
    folder_year integer,
    label_id    bigint,
    primary key (tenant_id, id),
    foreign key (tenant_id, label_id) references labels (tenant_id, id),
    foreign key (tenant_id, author_id) references people (tenant_id, id),
    foreign key (tenant_id, reviewer_id) references people (tenant_id, id),
    foreign key (tenant_id, folder_code, folder_year) references folders (tenant_id, code, year)
);

-- An invoice has two folders, and both keys have two columns.
create table invoices (
    tenant_id    bigint  not null references tenants (id) on delete cascade,
    id           bigint  not null,
    payer_id     bigint  not null,
    folder_code  text    not null,
    folder_year  integer not null,
    archive_code text    not null,
    archive_year integer not null,
    primary key (tenant_id, id),
    foreign key (tenant_id, payer_id) references people (tenant_id, id),
    foreign key (tenant_id, folder_code, folder_year) references folders (tenant_id, code, year),
    foreign key (tenant_id, archive_code, archive_year) references folders (tenant_id, code, year)
);
