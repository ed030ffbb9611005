//! Connections: one organization or collection each. Deleted ones stay as rows and are seen by nobody but the webhook; those of
//! local boards ([`super::local_boards`]) are seen by nobody.

use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::ids::{CompanyId, ConnectionId};
use crate::{db, run, sql, tx};

sql! {
    INSERT = "insert into connections (id, company_id, label, server_url, organization, instance_id, flavor, versions,
            is_enabled, without_own_token, conflict_rule, notes_on_behalf_create, notes_on_behalf_update, allows_plain_http,
            time_zone, defaults, projects, health_state, health_since_us, created_us)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'new', $18, $18)";
    UPDATE = "update connections set label = $3, server_url = $4, organization = $5, flavor = $6, versions = $7,
            is_enabled = $8, without_own_token = $9, conflict_rule = $10, notes_on_behalf_create = $11,
            notes_on_behalf_update = $12, allows_plain_http = $13, time_zone = $14, defaults = $15
        where company_id = $1 and id = $2 and deleted_us is null";
    BY_ID = "select id, company_id, label, server_url, organization, instance_id, flavor, versions, is_enabled,
            without_own_token, conflict_rule, notes_on_behalf_create, notes_on_behalf_update, allows_plain_http, time_zone,
            defaults, projects, health_state, health_detail, health_since_us, last_poll_us, created_us
        from connections where company_id = $1 and id = $2 and deleted_us is null and not is_local";
    OF_COMPANY = "select id, company_id, label, server_url, organization, instance_id, flavor, versions, is_enabled,
            without_own_token, conflict_rule, notes_on_behalf_create, notes_on_behalf_update, allows_plain_http, time_zone,
            defaults, projects, health_state, health_detail, health_since_us, last_poll_us, created_us
        from connections where company_id = $1 and deleted_us is null and not is_local order by created_us, id";
    ENABLED = "select id, company_id from connections where is_enabled = $1 and deleted_us is null and not is_local order by id";
    SET_HEALTH = "update connections set health_state = $3, health_detail = $4,
            health_since_us = case when health_state = $3 then health_since_us else $5 end
        where company_id = $1 and id = $2 and deleted_us is null";
    SET_POLLED = "update connections set last_poll_us = $3 where company_id = $1 and id = $2";
    DELETE = "update connections set deleted_us = $3, is_enabled = $4 where company_id = $1 and id = $2 and deleted_us is null";
    N_OPEN = "select count(*) from edits where company_id = $1 and connection_id = $2 and state <> 'settled'";
    // What waits for a token needs no decision: it goes by itself once the token is there.
    // `state <> 'settled'` for the index that has the few others.
    COUNT_WAITING = {
        sqlite: "select connection_id, count(*) from edits where company_id = $1 and state <> 'settled' and (state in ('waiting', 'sending')
            or (state = 'held' and json_extract(hold, '$.hold') = 'needs_token')) group by connection_id",
        postgres: "select connection_id, count(*) from edits where company_id = $1 and state <> 'settled' and (state in ('waiting', 'sending')
            or (state = 'held' and hold ->> 'hold' = 'needs_token')) group by connection_id"
    };
    COUNT_HELD = {
        sqlite: "select connection_id, count(*) from edits where company_id = $1 and state <> 'settled' and state = 'held'
            and json_extract(hold, '$.hold') <> 'needs_token' group by connection_id",
        postgres: "select connection_id, count(*) from edits where company_id = $1 and state <> 'settled' and state = 'held'
            and hold ->> 'hold' <> 'needs_token' group by connection_id"
    };
    COUNT_PAIRED = "select w.connection_id, count(*) from action_items a join work_items w on w.item_id = a.id
        where a.company_id = $1 and a.deleted_us is null and w.work_item_id is not null group by w.connection_id";
    POLLED = "select connection_id, max(moved_us) from cursors where company_id = $1 group by connection_id";
}

/// A connection as it is stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ConnectionRow {
    /// Its number.
    pub id: Uuid,
    /// Whose.
    pub company_id: Uuid,
    /// As people call it.
    pub label: String,
    /// Canonical address, without a slash at its end.
    pub server_url: String,
    /// Name of the organization or collection.
    pub organization: String,
    /// GUID of the organization or collection; it stays when the address changes.
    pub instance_id: String,
    /// `services`, `server_2022` ...
    pub flavor: String,
    /// Which api-versions are spoken.
    pub versions: Json<azdo::Versions>,
    /// Whether anything is sent and read.
    pub is_enabled: bool,
    /// `hold` or `write_as_connection`.
    pub without_own_token: String,
    /// `ask`, `azure_devops_wins` or `lockstep_wins`.
    pub conflict_rule: String,
    /// Whether a creation on somebody's behalf says so in the work item.
    pub notes_on_behalf_create: bool,
    /// Whether an edit on somebody's behalf says so in the work item.
    pub notes_on_behalf_update: bool,
    /// An administrator confirmed that the token travels in the clear.
    pub allows_plain_http: bool,
    /// Time zone of the organization, as IANA calls it.
    pub time_zone: Option<String>,
    /// Where a pushed item goes unless somebody says otherwise.
    pub defaults: Option<Json<Defaults>>,
    /// Ids of the projects that may be used; empty: all the token sees.
    pub projects: Json<Vec<String>>,
    /// How it fares, by the driver.
    pub health_state: String,
    /// More about that.
    pub health_detail: Option<String>,
    /// Since when.
    pub health_since_us: i64,
    /// When it was last asked what changed.
    pub last_poll_us: Option<i64>,
    /// When it was made.
    pub created_us: i64,
}

/// Where a pushed item goes unless somebody says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// GUID of the project.
    pub project_id: String,
    /// Its name.
    pub project: String,
    /// Name of the work item type.
    pub work_item_type: String,
    /// `Project\Area`; the project's own if none.
    pub area_path: Option<String>,
    /// `Project\Iteration`; the project's own if none.
    pub iteration_path: Option<String>,
}

/// Numbers of one connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// Edits on their way.
    pub waiting: i64,
    /// Edits kept back until something happens.
    pub held: i64,
    /// Items with a work item.
    pub paired: i64,
    /// When a feed was last read.
    pub polled_us: Option<i64>,
    /// After a restore: work items still to be read again before anything is written.
    pub to_reconcile: Option<i64>,
}

impl ConnectionRow {
    /// Its number.
    pub fn connection(&self) -> ConnectionId {
        ConnectionId(self.id)
    }
}

impl Store {
    /// A connection of the company that was not deleted.
    pub async fn connection(&self, company: CompanyId, id: ConnectionId) -> Result<Option<ConnectionRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, ConnectionRow>(BY_ID)
            .bind(company.0)
            .bind(id.0)
            .fetch_optional(c))
    }

    /// The company's connections, in the order they were made.
    pub async fn connections(&self, company: CompanyId) -> Result<Vec<ConnectionRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, ConnectionRow>(OF_COMPANY)
            .bind(company.0)
            .fetch_all(c))
    }

    /// Every enabled connection of every company: what the driver drives.
    pub async fn enabled_connections(&self) -> Result<Vec<(ConnectionId, CompanyId)>, StoreError> {
        let rows: Vec<(Uuid, Uuid)> = db!(self, |c| sqlx::query_as(ENABLED).bind(true).fetch_all(c))?;
        Ok(rows
            .into_iter()
            .map(|(id, company)| (ConnectionId(id), CompanyId(company)))
            .collect())
    }

    /// The numbers of each of the company's connections; one without any is absent.
    pub async fn connection_counts(
        &self,
        company: CompanyId,
    ) -> Result<std::collections::BTreeMap<ConnectionId, ConnectionCounts>, StoreError> {
        let mut counts = std::collections::BTreeMap::<ConnectionId, ConnectionCounts>::new();
        let waiting: Vec<(Uuid, i64)> = db!(self, |c, dialect| sqlx::query_as(COUNT_WAITING.on(dialect))
            .bind(company.0)
            .fetch_all(c))?;
        let held: Vec<(Uuid, i64)> = db!(self, |c, dialect| sqlx::query_as(COUNT_HELD.on(dialect))
            .bind(company.0)
            .fetch_all(c))?;
        let paired: Vec<(Uuid, i64)> = db!(self, |c| sqlx::query_as(COUNT_PAIRED).bind(company.0).fetch_all(c))?;
        let polled: Vec<(Uuid, i64)> = db!(self, |c| sqlx::query_as(POLLED).bind(company.0).fetch_all(c))?;
        for (id, n) in waiting {
            counts.entry(ConnectionId(id)).or_default().waiting = n;
        }
        for (id, n) in held {
            counts.entry(ConnectionId(id)).or_default().held = n;
        }
        for (id, n) in paired {
            counts.entry(ConnectionId(id)).or_default().paired = n;
        }
        for (id, at_us) in polled {
            counts.entry(ConnectionId(id)).or_default().polled_us = Some(at_us);
        }
        for (id, n) in self.n_unread_since_restore(company).await? {
            counts.entry(id).or_default().to_reconcile = Some(n);
        }
        Ok(counts)
    }
}

impl Tx {
    /// A connection, as this transaction sees it.
    pub async fn connection(
        &mut self,
        company: CompanyId,
        id: ConnectionId,
    ) -> Result<Option<ConnectionRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, ConnectionRow>(BY_ID)
            .bind(company.0)
            .bind(id.0)
            .fetch_optional(c))
    }

    /// Adds a connection. Errors: [`StoreError::Taken`], the company has one to this organization already.
    pub async fn insert_connection(&mut self, row: &ConnectionRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT)
                .bind(row.id)
                .bind(row.company_id)
                .bind(&row.label)
                .bind(&row.server_url)
                .bind(&row.organization)
                .bind(&row.instance_id)
                .bind(&row.flavor)
                .bind(&row.versions)
                .bind(row.is_enabled)
                .bind(&row.without_own_token)
                .bind(&row.conflict_rule)
                .bind(row.notes_on_behalf_create)
                .bind(row.notes_on_behalf_update)
                .bind(row.allows_plain_http)
                .bind(&row.time_zone)
                .bind(&row.defaults)
                .bind(&row.projects)
                .bind(row.created_us)
        )?;
        Ok(())
    }

    /// Writes what an administrator may change. The organization's id, the health and the times stay as they are.
    pub async fn update_connection(&mut self, row: &ConnectionRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(UPDATE)
                .bind(row.company_id)
                .bind(row.id)
                .bind(&row.label)
                .bind(&row.server_url)
                .bind(&row.organization)
                .bind(&row.flavor)
                .bind(&row.versions)
                .bind(row.is_enabled)
                .bind(&row.without_own_token)
                .bind(&row.conflict_rule)
                .bind(row.notes_on_behalf_create)
                .bind(row.notes_on_behalf_update)
                .bind(row.allows_plain_http)
                .bind(&row.time_zone)
                .bind(&row.defaults)
        )?;
        Ok(())
    }

    /// How the connection fares; the time since when moves only when the state does.
    pub async fn set_health(
        &mut self,
        company: CompanyId,
        id: ConnectionId,
        state: &str,
        detail: Option<&str>,
        now_us: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(SET_HEALTH)
                .bind(company.0)
                .bind(id.0)
                .bind(state)
                .bind(detail)
                .bind(now_us)
        )?;
        Ok(())
    }

    /// The connection was asked what changed.
    pub async fn set_polled(&mut self, company: CompanyId, id: ConnectionId, now_us: i64) -> Result<(), StoreError> {
        run!(self, sqlx::query(SET_POLLED).bind(company.0).bind(id.0).bind(now_us))?;
        Ok(())
    }

    /// How many edits of the connection are not settled.
    pub async fn n_open_edits(&mut self, company: CompanyId, id: ConnectionId) -> Result<i64, StoreError> {
        tx!(self, |c| sqlx::query_scalar(N_OPEN)
            .bind(company.0)
            .bind(id.0)
            .fetch_one(c))
    }

    /// Deletes a connection; its row stays for the history and the webhook. Returns whether there was one.
    pub async fn delete_connection(
        &mut self,
        company: CompanyId,
        id: ConnectionId,
        now_us: i64,
    ) -> Result<bool, StoreError> {
        let n = run!(
            self,
            sqlx::query(DELETE).bind(company.0).bind(id.0).bind(now_us).bind(false)
        )?;
        Ok(n > 0)
    }
}
