//! A look into the database, beside the program: what was acknowledged has to be in it at any moment.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, PgConnection};
use uuid::Uuid;

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// An address.
    Postgres(String),
}

/// A creation of which the answer was lost, once it was resolved: how long that took.
#[derive(Debug, Clone, Copy)]
pub struct Resolved {
    /// From when it was begun, in milliseconds.
    pub ms: f64,
    /// It was there.
    pub was_there: bool,
}

enum Open {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// One query on whichever it is.
macro_rules! ask {
    ($open:expr, |$c:ident| $call:expr) => {
        match $open {
            Open::Sqlite($c) => $call.await?,
            Open::Postgres($c) => $call.await?,
        }
    };
}

impl Database {
    /// Of an instance: the address it was given, else the file in its folder.
    pub fn of(address: Option<&str>, file: &Path) -> Self {
        match address {
            Some(address) => Self::Postgres(address.to_owned()),
            None => Self::Sqlite(file.to_owned()),
        }
    }

    async fn open(&self) -> anyhow::Result<Open> {
        Ok(match self {
            Self::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file);
                Open::Sqlite(
                    options
                        .busy_timeout(std::time::Duration::from_secs(10))
                        .connect()
                        .await?,
                )
            }
            Self::Postgres(address) => Open::Postgres(PgConnection::connect(address).await?),
        })
    }

    /// Which of these edits are not in it.
    pub async fn missing_edits(&self, ids: &[Uuid]) -> anyhow::Result<Vec<Uuid>> {
        let mut open = self.open().await?;
        let mut missing = Vec::new();
        for id in ids {
            let query = "select count(*) from edits where id = $1";
            let n: i64 = ask!(&mut open, |c| sqlx::query_scalar(query).bind(id).fetch_one(c));
            if n == 0 {
                missing.push(*id);
            }
        }
        Ok(missing)
    }

    /// Which of these notifications are not in it, of one subscription.
    pub async fn missing_notices(&self, subscription: &str, numbers: &[i64]) -> anyhow::Result<Vec<i64>> {
        let mut open = self.open().await?;
        let mut missing = Vec::new();
        for number in numbers {
            let query = "select count(*) from notices where subscription_id = $1 and notification_id = $2";
            let n: i64 = ask!(&mut open, |c| sqlx::query_scalar(query)
                .bind(subscription)
                .bind(number)
                .fetch_one(c));
            if n == 0 {
                missing.push(*number);
            }
        }
        Ok(missing)
    }

    /// How often leases went to somebody.
    pub async fn lease_terms(&self) -> anyhow::Result<i64> {
        let mut open = self.open().await?;
        let query = "select cast(coalesce(sum(term), 0) as bigint) from leases";
        Ok(ask!(&mut open, |c| sqlx::query_scalar(query).fetch_one(c)))
    }

    /// Notices that nobody has followed up.
    pub async fn n_pending_notices(&self) -> anyhow::Result<i64> {
        let mut open = self.open().await?;
        let query = "select count(*) from notices where disposition = 'pending'";
        Ok(ask!(&mut open, |c| sqlx::query_scalar(query).fetch_one(c)))
    }

    /// Creations whose answer was lost and that were resolved.
    pub async fn resolved_creations(&self) -> anyhow::Result<Vec<Resolved>> {
        let mut open = self.open().await?;
        let query = "select ended_us - started_us, outcome from attempts
            where outcome in ('found_applied', 'found_absent') and body like '%\"kind\":\"create\"%'";
        let query = match open {
            Open::Sqlite(_) => query.to_owned(),
            Open::Postgres(_) => query.replace(
                "body like '%\"kind\":\"create\"%'",
                "body -> 'kind' ->> 'kind' = 'create'",
            ),
        };
        let query = sqlx::AssertSqlSafe(query);
        let rows: Vec<(i64, String)> = ask!(&mut open, |c| sqlx::query_as(query).fetch_all(c));
        let resolved = |(us, outcome): (i64, String)| Resolved {
            ms: us as f64 / 1000.0,
            was_there: outcome == "found_applied",
        };
        Ok(rows.into_iter().map(resolved).collect())
    }

    /// What the database itself finds wrong with it.
    pub async fn integrity_errors(&self) -> anyhow::Result<Vec<String>> {
        match self.open().await? {
            Open::Sqlite(mut connection) => {
                let verdicts: Vec<String> = sqlx::query_scalar("pragma integrity_check")
                    .fetch_all(&mut connection)
                    .await?;
                let dangling: i64 = sqlx::query_scalar("select count(*) from pragma_foreign_key_check")
                    .fetch_one(&mut connection)
                    .await?;
                let mut errors: Vec<String> = verdicts.into_iter().filter(|verdict| verdict != "ok").collect();
                errors.extend((dangling > 0).then(|| format!("{dangling} rows refer to nothing")));
                Ok(errors)
            }
            Open::Postgres(mut connection) => {
                // Every row of every table is read, so that a broken page shows; constraints are the server's to hold.
                let tables: Vec<String> =
                    sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public'")
                        .fetch_all(&mut connection)
                        .await?;
                let mut errors = Vec::new();
                for table in tables {
                    let query = sqlx::AssertSqlSafe(format!("select count(t.*::text) from \"{table}\" t"));
                    if let Err(error) = sqlx::query(query).execute(&mut connection).await {
                        errors.push(format!("{table}: {error}"));
                    }
                }
                Ok(errors)
            }
        }
    }
}
