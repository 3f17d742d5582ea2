create table organizations (
    id   uuid primary key,
    name text not null
);

create table projects (
    id              uuid primary key,
    organization_id uuid not null references organizations (id) on delete cascade,
    name            text not null,
    unique (organization_id, id)
);

create table members (
    organization_id uuid not null references organizations (id) on delete cascade,
    id              bigint not null,
    name            text not null,
    primary key (organization_id, id)
);

create table tasks (
    organization_id uuid    not null,
    project_id      uuid    not null,
    id              bigint  not null,
    number          integer not null,
    title           text    not null,
    done            boolean not null default false,
    assignee_id     bigint,
    primary key (project_id, id),
    unique (organization_id, project_id, number),
    foreign key (organization_id, assignee_id) references members (organization_id, id),
    foreign key (organization_id, project_id) references projects (organization_id, id) on delete cascade
);

create index tasks_organization on tasks (organization_id);
