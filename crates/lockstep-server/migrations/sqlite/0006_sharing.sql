-- What of a board is shared: links that show it without an account, quick filters for all, and who wants to be seen.

create table share_links (
    id blob primary key,
    company_id blob not null references companies (id),
    board_id blob not null references boards (id),
    -- SHA-256 of the link's 256 bits; the link itself is nowhere.
    secret_digest blob not null unique,
    made_by blob not null references members (id),
    made_us integer not null,
    expires_us integer not null,
    ended_us integer
) strict;
create index share_links_by_board on share_links (board_id, made_us);

create table board_filters (
    id blob primary key,
    company_id blob not null references companies (id),
    board_id blob not null references boards (id),
    name text not null,
    -- What it leaves: see `program_board/quick_filters.rs`.
    filter text not null,
    made_by blob not null references members (id),
    made_us integer not null,
    unique (board_id, name)
) strict;

-- Whether others on a board see that a member is there.
alter table members add column has_presence integer not null default 1 check (has_presence in (0, 1));
