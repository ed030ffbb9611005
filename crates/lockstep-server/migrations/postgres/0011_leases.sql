-- Which of several instances works a connection. Nobody's once it was given back.
create table leases (
    connection_id uuid primary key references connections (id),
    company_id uuid not null references companies (id),
    instance uuid,
    -- Rises whenever the lease goes to somebody; what is saved under an earlier one is refused.
    term bigint not null,
    -- Rises while its holder lives.
    beat bigint not null
);
