-- When a connection's data last came out of a backup: until everything paired has been read again nothing is written.
create table restores (
    connection_id blob primary key references connections (id),
    company_id blob not null references companies (id),
    -- The newest moment that the backup knew of.
    since_us integer not null,
    restored_us integer not null,
    -- The company's change number then: edits up to it are the backup's.
    change_number integer not null,
    -- When everything had been read again.
    reconciled_us integer
) strict;
