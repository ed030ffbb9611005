-- When a connection's data last came out of a backup: until everything paired has been read again nothing is written.
create table restores (
    connection_id uuid primary key references connections (id),
    company_id uuid not null references companies (id),
    -- The newest moment that the backup knew of.
    since_us bigint not null,
    restored_us bigint not null,
    -- The company's change number then: edits up to it are the backup's.
    change_number bigint not null,
    -- When everything had been read again.
    reconciled_us bigint
);
