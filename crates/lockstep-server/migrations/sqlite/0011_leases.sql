-- Which of several instances works a connection. Nobody's once it was given back.
create table leases (
    connection_id blob primary key references connections (id),
    company_id blob not null references companies (id),
    instance blob,
    -- Rises whenever the lease goes to somebody; what is saved under an earlier one is refused.
    term integer not null,
    -- Rises while its holder lives.
    beat integer not null
) strict, without rowid;
