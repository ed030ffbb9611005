//! Where service hooks call, and the secret they carry; and when each event last came.

use std::collections::{BTreeSet, HashMap};

use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::ids::{CompanyId, ConnectionId};
use crate::{db, run, sql, tx};

sql! {
    INSERT = "insert into webhooks (connection_id, company_id, path_id, user_name, sealed, digest, created_us)
        values ($1, $2, $3, $4, $5, $6, $7)";
    OF_CONNECTION = "select connection_id, company_id, path_id, user_name, sealed, digest, previous_digest,
            previous_until_us, rotated_us from webhooks where company_id = $1 and connection_id = $2";
    // The one question that can't name a company: the path is what tells whose it is.
    BY_PATH = {
        sqlite: "select w.connection_id, w.company_id, w.path_id, w.user_name, w.sealed, w.digest, w.previous_digest,
                w.previous_until_us, w.rotated_us, c.is_enabled, c.deleted_us
            from webhooks w join connections c on c.id = w.connection_id
            where w.path_id in (select value from json_each($1))",
        postgres: "select w.connection_id, w.company_id, w.path_id, w.user_name, w.sealed, w.digest, w.previous_digest,
                w.previous_until_us, w.rotated_us, c.is_enabled, c.deleted_us
            from webhooks w join connections c on c.id = w.connection_id
            where w.path_id in (select value from jsonb_array_elements_text($1))"
    };
    ROTATE = "update webhooks set previous_digest = digest, previous_until_us = null, sealed = $3, digest = $4, rotated_us = $5
        where company_id = $1 and connection_id = $2";
    NEW_SEEN = "update webhooks set previous_until_us = $3
        where company_id = $1 and connection_id = $2 and previous_digest is not null and previous_until_us is null";
    SEEN = "insert into subscriptions_seen (connection_id, company_id, project_id, project, event_type, last_us, n)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (connection_id, project_id, event_type)
        do update set last_us = excluded.last_us, n = subscriptions_seen.n + excluded.n,
            project = coalesce(excluded.project, subscriptions_seen.project)";
    N_SEEN = "select count(*) from subscriptions_seen where company_id = $1 and connection_id = $2";
    IS_SEEN = "select count(*) from subscriptions_seen
        where company_id = $1 and connection_id = $2 and project_id = $3 and event_type = $4";
    ALL_SEEN = "select connection_id, project_id, project, event_type, last_us, n from subscriptions_seen
        where company_id = $1 order by connection_id, project, project_id, event_type";
}

/// Most rows of events kept for one connection: a stranger with the secret can't fill the table.
const N_SEEN_MAX: i64 = 2000;

/// A connection's webhook.
#[derive(Clone, sqlx::FromRow)]
pub struct WebhookRow {
    /// Of which connection.
    pub connection_id: Uuid,
    /// Of which company.
    pub company_id: Uuid,
    /// In the address.
    pub path_id: String,
    /// In the Basic header.
    pub user_name: String,
    /// The secret, sealed.
    pub sealed: Vec<u8>,
    /// SHA-256 of the secret.
    pub digest: Vec<u8>,
    /// SHA-256 of the secret before the last rotation.
    pub previous_digest: Option<Vec<u8>>,
    /// Until when that one is taken; none while the new one was not seen yet.
    pub previous_until_us: Option<i64>,
    /// When the secret was last rotated.
    pub rotated_us: Option<i64>,
}

/// What the intake needs to know of a path.
#[derive(Clone, sqlx::FromRow)]
pub struct HookedRow {
    /// The webhook.
    #[sqlx(flatten)]
    pub webhook: WebhookRow,
    /// Whether the connection is enabled.
    pub is_enabled: bool,
    /// When the connection was deleted.
    pub deleted_us: Option<i64>,
}

/// When an event last came.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SeenRow {
    /// Of which connection.
    pub connection_id: Uuid,
    /// Of which project; empty where none was named.
    pub project_id: String,
    /// Its name, if it was told.
    pub project: Option<String>,
    /// `workitem.updated` ...
    pub event_type: String,
    /// When it last came.
    pub last_us: i64,
    /// How often it came.
    pub n: i64,
}

/// What is noted of an event that came.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Seen {
    /// GUID of its project; empty where none was named.
    pub project_id: String,
    /// Its name, if it was told.
    pub project: Option<String>,
    /// `workitem.updated` ...
    pub event_type: String,
}

impl Store {
    /// A connection's webhook.
    pub async fn webhook(
        &self,
        company: CompanyId,
        connection: ConnectionId,
    ) -> Result<Option<WebhookRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, WebhookRow>(OF_CONNECTION)
            .bind(company.0)
            .bind(connection.0)
            .fetch_optional(c))
    }

    /// Whose webhooks these paths are, by path; of deleted connections too.
    pub async fn webhooks_by_path(&self, paths: &BTreeSet<&str>) -> Result<HashMap<String, HookedRow>, StoreError> {
        let rows = db!(self, |c, dialect| sqlx::query_as::<_, HookedRow>(BY_PATH.on(dialect))
            .bind(Json(paths))
            .fetch_all(c))?;
        let by_path = |row: HookedRow| (row.webhook.path_id.clone(), row);
        Ok(rows.into_iter().map(by_path).collect())
    }

    /// When each event of each of the company's connections last came.
    pub async fn events_seen(&self, company: CompanyId) -> Result<Vec<SeenRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, SeenRow>(ALL_SEEN)
            .bind(company.0)
            .fetch_all(c))
    }
}

impl Tx {
    /// Adds the webhook of a new connection.
    pub async fn insert_webhook(&mut self, row: &WebhookRow, now_us: i64) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT)
                .bind(row.connection_id)
                .bind(row.company_id)
                .bind(&row.path_id)
                .bind(&row.user_name)
                .bind(&row.sealed)
                .bind(&row.digest)
                .bind(now_us)
        )?;
        Ok(())
    }

    /// Gives a webhook a new secret; the one before is taken until the new one was seen and its time has passed.
    pub async fn rotate_webhook(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        sealed: &[u8],
        digest: &[u8],
        now_us: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(ROTATE)
                .bind(company.0)
                .bind(connection.0)
                .bind(sealed)
                .bind(digest)
                .bind(now_us)
        )?;
        Ok(())
    }

    /// The new secret was seen: from now on the one before has an end.
    pub async fn new_secret_seen(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        previous_until_us: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(NEW_SEEN)
                .bind(company.0)
                .bind(connection.0)
                .bind(previous_until_us)
        )?;
        Ok(())
    }

    /// Notes that an event came so many times, last at `now_us`.
    pub async fn event_seen(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        seen: &Seen,
        n_seen: i64,
        now_us: i64,
    ) -> Result<(), StoreError> {
        let n_of_it: i64 = tx!(self, |c| sqlx::query_scalar(IS_SEEN)
            .bind(company.0)
            .bind(connection.0)
            .bind(&seen.project_id)
            .bind(&seen.event_type)
            .fetch_one(c))?;
        if n_of_it == 0 {
            let n: i64 = tx!(self, |c| sqlx::query_scalar(N_SEEN)
                .bind(company.0)
                .bind(connection.0)
                .fetch_one(c))?;
            if n >= N_SEEN_MAX {
                return Ok(());
            }
        }
        run!(
            self,
            sqlx::query(SEEN)
                .bind(connection.0)
                .bind(company.0)
                .bind(&seen.project_id)
                .bind(&seen.project)
                .bind(&seen.event_type)
                .bind(now_us)
                .bind(n_seen)
        )?;
        Ok(())
    }
}
