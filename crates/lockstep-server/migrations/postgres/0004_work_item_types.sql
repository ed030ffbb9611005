-- Work item types as last read from each project: what a state means, which fields there are.

create table work_item_types (
    connection_id uuid not null references connections (id),
    -- The project's name, lower case.
    project text not null,
    company_id uuid not null references companies (id),
    -- List of types with their states and fields.
    types jsonb not null,
    read_us bigint not null,
    primary key (connection_id, project)
);
create index work_item_types_by_company on work_item_types (company_id);
