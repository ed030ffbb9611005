-- Companies, their members, sessions, the change numbers, the audit trail.

create table companies (
    id uuid primary key,
    name text not null,
    -- The last change number given out; it rises in the transaction that makes the change.
    change bigint not null default 0,
    created_us bigint not null
);

create table members (
    id uuid primary key,
    company_id uuid not null references companies (id),
    name text not null,
    email text not null,
    -- Lower case, as sign-in looks it up; one person per address on the whole server.
    email_folded text not null unique,
    role text not null check (role in ('company_admin', 'board_admin', 'member', 'viewer')),
    password_hash text not null,
    is_active boolean not null,
    avatar bigint not null check (avatar between 1 and 6),
    theme text not null default 'system' check (theme in ('system', 'light', 'dark')),
    has_single_keys boolean not null default true,
    created_us bigint not null
);
create index members_by_company on members (company_id);

create table sessions (
    id uuid primary key,
    company_id uuid not null references companies (id),
    member_id uuid not null references members (id),
    -- SHA-256 of the cookie's 256 bits; the cookie itself is nowhere.
    secret_digest bytea not null unique,
    user_agent text not null,
    created_us bigint not null,
    last_seen_us bigint not null
);
create index sessions_by_member on sessions (member_id);

-- What browsers missed while they were away; the oldest rows are dropped, and a browser older than them reads again.
create table changes (
    company_id uuid not null references companies (id),
    change bigint not null,
    noun text not null,
    noun_id uuid not null,
    at_us bigint not null,
    primary key (company_id, change)
);

create table audit (
    company_id uuid not null references companies (id),
    number bigint not null,
    at_us bigint not null,
    -- Null: the server itself, or somebody at its command line.
    member_id uuid references members (id),
    act text not null,
    subject_id uuid,
    detail text not null,
    -- SHA-256 over the digest before it and this row: a row changed or taken out breaks the chain.
    digest bytea not null,
    primary key (company_id, number)
);
create function audit_rows_are_kept() returns trigger language plpgsql as $$
begin
    raise exception 'audit rows are final';
end $$;
create trigger audit_rows_stay before update or delete on audit for each row execute function audit_rows_are_kept();
