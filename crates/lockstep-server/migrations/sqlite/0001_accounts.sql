-- Companies, their members, sessions, the change numbers, the audit trail.

create table companies (
    id blob primary key,
    name text not null,
    -- The last change number given out; it rises in the transaction that makes the change.
    change integer not null default 0,
    created_us integer not null
) strict;

create table members (
    id blob primary key,
    company_id blob not null references companies (id),
    name text not null,
    email text not null,
    -- Lower case, as sign-in looks it up; one person per address on the whole server.
    email_folded text not null unique,
    role text not null check (role in ('company_admin', 'board_admin', 'member', 'viewer')),
    password_hash text not null,
    is_active integer not null check (is_active in (0, 1)),
    avatar integer not null check (avatar between 1 and 6),
    theme text not null default 'system' check (theme in ('system', 'light', 'dark')),
    has_single_keys integer not null default 1 check (has_single_keys in (0, 1)),
    created_us integer not null
) strict;
create index members_by_company on members (company_id);

create table sessions (
    id blob primary key,
    company_id blob not null references companies (id),
    member_id blob not null references members (id),
    -- SHA-256 of the cookie's 256 bits; the cookie itself is nowhere.
    secret_digest blob not null unique,
    user_agent text not null,
    created_us integer not null,
    last_seen_us integer not null
) strict;
create index sessions_by_member on sessions (member_id);

-- What browsers missed while they were away; the oldest rows are dropped, and a browser older than them reads again.
create table changes (
    company_id blob not null references companies (id),
    change integer not null,
    noun text not null,
    noun_id blob not null,
    at_us integer not null,
    primary key (company_id, change)
) strict, without rowid;

create table audit (
    company_id blob not null references companies (id),
    number integer not null,
    at_us integer not null,
    -- Null: the server itself, or somebody at its command line.
    member_id blob references members (id),
    act text not null,
    subject_id blob,
    detail text not null,
    -- SHA-256 over the digest before it and this row: a row changed or taken out breaks the chain.
    digest blob not null,
    primary key (company_id, number)
) strict, without rowid;
create trigger audit_rows_stay before delete on audit begin select raise(abort, 'audit rows are kept'); end;
create trigger audit_rows_are_final before update on audit begin select raise(abort, 'audit rows are final'); end;
