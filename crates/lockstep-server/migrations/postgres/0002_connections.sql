-- Connections, the tokens and secrets that belong to them (sealed), and what service hooks sent.

create table connections (
    id uuid primary key,
    company_id uuid not null references companies (id),
    label text not null,
    -- Canonical address, without a slash at its end.
    server_url text not null,
    organization text not null,
    -- GUID of the organization or collection; it stays when the address changes.
    instance_id text not null,
    flavor text not null,
    -- Which api-versions are spoken, as `azdo::Versions`.
    versions jsonb not null,
    is_enabled boolean not null,
    without_own_token text not null check (without_own_token in ('hold', 'write_as_connection')),
    conflict_rule text not null default 'ask' check (conflict_rule in ('ask', 'azure_devops_wins', 'lockstep_wins')),
    notes_on_behalf_create boolean not null,
    notes_on_behalf_update boolean not null,
    allows_plain_http boolean not null,
    time_zone text,
    -- Where a pushed item goes unless somebody says otherwise.
    defaults jsonb,
    -- Ids of the projects that may be used; empty: all the token sees.
    projects jsonb not null,
    -- Written by the driver alone.
    health_state text not null,
    health_detail text,
    health_since_us bigint not null,
    last_poll_us bigint,
    created_us bigint not null,
    -- A deleted connection stays: its webhook still answers 410, its history still names it.
    deleted_us bigint
);
create index connections_by_company on connections (company_id);
create unique index connections_by_instance on connections (company_id, instance_id) where deleted_us is null;

create table credentials (
    id uuid primary key,
    company_id uuid not null references companies (id),
    connection_id uuid not null references connections (id),
    -- Null: the connection's own token.
    member_id uuid references members (id),
    kind text not null check (kind in ('pat')),
    sealed bytea not null,
    -- Keyed hash: tells two tokens apart, opens nothing.
    fingerprint text not null,
    identity_id text not null,
    identity_name text not null,
    identity_unique_name text,
    expires_on text,
    state text not null check (state in ('ok', 'refused', 'expired', 'reenter')),
    state_detail text,
    verified_us bigint not null,
    created_us bigint not null
);
create unique index credentials_of_connection on credentials (connection_id) where member_id is null;
create unique index credentials_of_member on credentials (connection_id, member_id) where member_id is not null;

create table webhooks (
    connection_id uuid primary key references connections (id),
    company_id uuid not null references companies (id),
    -- 128 bits, in the address.
    path_id text not null unique,
    user_name text not null,
    -- The secret: sealed to be shown again, its SHA-256 to be compared with.
    sealed bytea not null,
    digest bytea not null,
    -- The secret before the last rotation. Valid until the new one was seen and 48 hours have passed.
    previous_digest bytea,
    previous_until_us bigint,
    rotated_us bigint,
    created_us bigint not null
);

create table subscriptions_seen (
    connection_id uuid not null references connections (id),
    company_id uuid not null references companies (id),
    -- Empty where the notification named none.
    project_id text not null,
    project text,
    event_type text not null,
    last_us bigint not null,
    n bigint not null,
    primary key (connection_id, project_id, event_type)
);

create table notices (
    id uuid primary key,
    company_id uuid not null references companies (id),
    connection_id uuid not null references connections (id),
    source text not null check (source in ('hook', 'revisions', 'links', 'updates')),
    subscription_id text,
    notification_id bigint,
    event_id text,
    event_type text not null,
    work_item_id bigint,
    rev bigint,
    is_deletion boolean not null,
    -- As it came, hooks alone; gone once the notice is settled.
    body bytea,
    received_us bigint not null,
    disposition text not null check (disposition in ('pending', 'applied', 'echo', 'superseded', 'out_of_scope', 'quarantined')),
    settled_us bigint,
    check ((disposition = 'pending') = (settled_us is null))
);
create index notices_pending on notices (connection_id, received_us) where disposition = 'pending';
create index notices_settled on notices (connection_id, disposition, settled_us) where disposition <> 'pending';
create index notices_by_event on notices (connection_id, event_id) where event_id is not null;
create unique index notices_once on notices (connection_id, subscription_id, notification_id)
    where source = 'hook' and subscription_id is not null and notification_id is not null;
