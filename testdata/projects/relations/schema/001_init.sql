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

create table files (
    tenant_id   bigint not null references tenants (id) on delete cascade,
    id          bigint not null,
    name        text   not null,
    author_id   bigint not null,
    reviewer_id bigint,
    folder_code text,
    folder_year integer,
    primary key (tenant_id, id),
    foreign key (tenant_id, author_id) references people (tenant_id, id),
    foreign key (tenant_id, reviewer_id) references people (tenant_id, id),
    foreign key (tenant_id, folder_code, folder_year) references folders (tenant_id, code, year)
);
