-- Program boards: where their cards come from, who may see them, and what of a card is Lockstep's own.

create table boards (
    id blob primary key,
    company_id blob not null references companies (id),
    connection_id blob not null references connections (id),
    name text not null,
    write_mode text not null check (write_mode in ('live', 'hold', 'read_only')),
    -- Scope, teams, columns, levels, unit, capacity: see `program_board/set_up.rs`.
    set_up text not null,
    -- Who may see it: everybody of the company, or those in board_members.
    see text not null check (see in ('company', 'listed')),
    import_state text not null check (import_state in ('importing', 'ready', 'stopped')),
    -- How far the import has come; what the breaker keeps back.
    import_detail text not null,
    -- When the scope was last read whole, microseconds UTC.
    scope_read_us integer,
    created_by blob not null references members (id),
    created_us integer not null,
    change_number integer not null,
    deleted_us integer
) strict;
create index boards_by_company on boards (company_id);
create index boards_by_connection on boards (connection_id);

create table board_members (
    board_id blob not null references boards (id),
    member_id blob not null references members (id),
    company_id blob not null references companies (id),
    may_edit integer not null check (may_edit in (0, 1)),
    primary key (board_id, member_id)
) strict, without rowid;

-- A work item as a board shows it.
create table cards (
    board_id blob not null references boards (id),
    item_id blob not null references work_items (item_id),
    company_id blob not null references companies (id),
    -- Order inside a cell: a fractional index, Lockstep's own.
    rank text not null,
    -- Where somebody put a feature that has no children on the board: ids of a team and a column of the set-up.
    placed_team text,
    placed_column text,
    entered_us integer not null,
    -- Left the scope, or was removed; stays listed for a week.
    left_us integer,
    left_why text,
    change_number integer not null,
    primary key (board_id, item_id)
) strict, without rowid;
create index cards_by_item on cards (item_id);
create index cards_by_change on cards (board_id, change_number);

-- Area and iteration nodes by number, as last read. A rename changes a row here and writes nothing.
create table nodes (
    connection_id blob not null references connections (id),
    node_id integer not null,
    company_id blob not null references companies (id),
    project_id text not null,
    project text not null,
    tree text not null check (tree in ('areas', 'iterations')),
    parent_id integer,
    name text not null,
    path text not null,
    start_on text,
    finish_on text,
    read_us integer not null,
    primary key (connection_id, node_id)
) strict, without rowid;

-- The acts of each person on each board, for undo and redo: the acts that take it back.
create table board_acts (
    id blob primary key,
    company_id blob not null references companies (id),
    board_id blob not null references boards (id),
    member_id blob not null references members (id),
    change_number integer not null,
    at_us integer not null,
    acts text not null,
    inverse text not null,
    state text not null check (state in ('done', 'undone'))
) strict;
create index board_acts_by_member on board_acts (board_id, member_id, change_number);

-- A publish: what was tried, what was sent, what came of it.
create table publishes (
    id blob primary key,
    company_id blob not null references companies (id),
    board_id blob not null references boards (id),
    member_id blob not null references members (id),
    started_us integer not null,
    ended_us integer,
    body text not null
) strict;
create index publishes_by_board on publishes (board_id, started_us);

-- The board an edit was made on, and whether it waits to be published.
alter table edits add column board_id blob references boards (id);
alter table edits add column is_draft integer not null default 0 check (is_draft in (0, 1));
create index edits_drafts on edits (board_id, change_number) where is_draft = 1;

create index work_items_by_change on work_items (connection_id, change_number);
