-- What of a board is shared: links that show it without an account, quick filters for all, and who wants to be seen.

create table share_links (
    id uuid primary key,
    company_id uuid not null references companies (id),
    board_id uuid not null references boards (id),
    -- SHA-256 of the link's 256 bits; the link itself is nowhere.
    secret_digest bytea not null unique,
    made_by uuid not null references members (id),
    made_us bigint not null,
    expires_us bigint not null,
    ended_us bigint
);
create index share_links_by_board on share_links (board_id, made_us);

create table board_filters (
    id uuid primary key,
    company_id uuid not null references companies (id),
    board_id uuid not null references boards (id),
    name text not null,
    -- What it leaves: see `program_board/quick_filters.rs`.
    filter jsonb not null,
    made_by uuid not null references members (id),
    made_us bigint not null,
    unique (board_id, name)
);

-- Whether others on a board see that a member is there.
alter table members add column has_presence boolean not null default true;
