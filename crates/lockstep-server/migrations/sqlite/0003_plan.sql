-- Work items as last read, edits and the requests that carry them, cursors of the feeds, action items.

-- One row for each work item of a connection; action items are views of it. Without a number: not created yet.
create table work_items (
    item_id blob primary key,
    company_id blob not null references companies (id),
    connection_id blob not null references connections (id),
    work_item_id integer,
    presence text not null check (presence in ('unborn', 'present', 'deleted', 'out_of_sight')),
    rev integer,
    -- Field values and links, raw, as the server wrote them; null until first read.
    fields text,
    relations text,
    -- The company's change number of the last change that people can see.
    change_number integer not null,
    changed_us integer not null,
    unique (connection_id, work_item_id),
    check ((rev is null) = (fields is null)),
    check ((rev is null) = (relations is null))
) strict;
create index work_items_by_company on work_items (company_id);

-- One request that can change Azure DevOps; committed before its first byte. Rows stay: they are the audit trail.
create table attempts (
    id blob primary key,
    company_id blob not null references companies (id),
    connection_id blob not null references connections (id),
    item_id blob not null references work_items (item_id),
    author blob not null references members (id),
    -- Whose token was used, and its owner as Azure DevOps shows them.
    whom text not null,
    identity_id text not null,
    identity_name text not null,
    -- The attempt as last saved: kind, edits, fields sent, how far the search for it has come.
    body text not null,
    state text not null check (state in ('sending', 'unknown', 'ended')),
    outcome text check (outcome in ('applied', 'found_applied', 'found_absent', 'rev_moved', 'refused', 'unsent')),
    answer text,
    rev integer,
    started_us integer not null,
    ended_us integer,
    check ((state = 'ended') = (outcome is not null)),
    check ((state = 'ended') = (ended_us is not null))
) strict;
-- An item has one open attempt at a time.
create unique index attempts_open on attempts (item_id) where state <> 'ended';
create index attempts_by_item on attempts (item_id, started_us);
create index attempts_by_company on attempts (company_id, started_us);

-- One act by one person. Handlers append; the driver settles, each edit once and for good.
create table edits (
    id blob primary key,
    company_id blob not null references companies (id),
    connection_id blob not null references connections (id),
    item_id blob not null references work_items (item_id),
    -- The order of edits: the change number, then the place among those of one change.
    change_number integer not null,
    position integer not null,
    author blob not null references members (id),
    at_us integer not null,
    act text not null,
    state text not null check (state in ('waiting', 'sending', 'held', 'settled')),
    hold text,
    attempt_id blob references attempts (id),
    -- An unanswered request with this edit that may still take effect.
    doubt text,
    ending text,
    settled_us integer,
    check ((state = 'settled') = (ending is not null)),
    check ((state = 'settled') = (settled_us is not null)),
    check ((state = 'held') = (hold is not null)),
    check ((state = 'sending') = (attempt_id is not null))
) strict;
create index edits_unsettled_by_connection on edits (connection_id, change_number) where state <> 'settled';
create index edits_unsettled_by_company on edits (company_id) where state <> 'settled';
create index edits_by_item on edits (item_id, change_number, position);

-- How far each feed has been read.
create table cursors (
    connection_id blob not null references connections (id),
    feed text not null check (feed in ('revisions', 'links')),
    company_id blob not null references companies (id),
    token text not null,
    moved_us integer not null,
    primary key (connection_id, feed)
) strict, without rowid;

-- What reads brought, for the history when Azure DevOps can't be asked.
create table observations (
    id blob primary key,
    company_id blob not null references companies (id),
    connection_id blob not null references connections (id),
    item_id blob not null references work_items (item_id),
    rev integer not null,
    at_us integer not null,
    -- Who made the revision, as Azure DevOps shows them.
    by_name text,
    -- List of {field, was, to}; empty where only links changed.
    changes text not null,
    is_own integer not null check (is_own in (0, 1)),
    change_number integer not null
) strict;
create index observations_by_item on observations (item_id, at_us);

-- Action items: what lives in Lockstep. Pushed, the fields that Azure DevOps keeps are read from the work item.
create table action_items (
    id blob primary key,
    company_id blob not null references companies (id),
    number integer not null,
    title text not null,
    description_html text not null,
    owner_member_id blob references members (id),
    owner_name text,
    status text not null check (status in ('open', 'in_progress', 'blocked', 'done', 'wont_do')),
    priority integer check (priority between 1 and 4),
    due_on text,
    tags text not null,
    team text,
    origin text not null check (origin in ('retrospective', 'inspect_adapt', 'assessment', 'other')),
    is_blocked integer not null check (is_blocked in (0, 1)),
    created_by blob not null references members (id),
    created_us integer not null,
    changed_us integer not null,
    deleted_us integer,
    deleted_by text,
    deleted_where text check (deleted_where in ('here', 'azure_devops')),
    change_number integer not null,
    unique (company_id, number),
    check ((deleted_us is null) = (deleted_where is null))
) strict;

-- History of what lives in Lockstep alone. The id is the browser's, so that a repeated click is one change.
create table local_changes (
    id blob primary key,
    company_id blob not null references companies (id),
    item_id blob not null references action_items (id),
    change_number integer not null,
    author blob not null references members (id),
    at_us integer not null,
    -- List of {field, from, to}.
    changes text not null
) strict;
create index local_changes_by_item on local_changes (item_id, change_number);
