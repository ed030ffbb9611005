//! Copies of a SQLite database: taken while the server serves, checked before they are trusted.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::{SQLITE_BUSY, SQLITE_MIGRATIONS, StoreError, lock};

// SQLite's alone, so not among the statements that both databases prepare.
const COPY: &str = "vacuum into $1";
const CHECK: &str = "pragma integrity_check(1)";
const FOREIGN_KEYS: &str = "select count(*) from pragma_foreign_key_check";
const MIGRATIONS: &str = "select version from _sqlx_migrations where success order by version desc limit 1";
const FOLD_LOG: &str = "pragma wal_checkpoint(truncate)";

/// Why a file is not a backup that can be used.
#[derive(Debug, thiserror::Error)]
pub enum UnfitBackup {
    /// SQLite finds it damaged, in its words.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// It can't be read as a database of Lockstep.
    #[error("the file is no database of Lockstep")]
    Foreign(#[source] StoreError),
    /// It was made by a newer release.
    #[error(transparent)]
    Newer(StoreError),
}

/// The lock of a database that nobody may work with meanwhile; given back when dropped.
pub struct Held {
    _lock: lock::InstanceLock,
}

/// Takes the lock of a SQLite database, whether or not there is one yet.
///
/// Errors: [`StoreError::InUse`], a server works with it.
pub fn hold(database: &Path) -> Result<Held, StoreError> {
    Ok(Held {
        _lock: lock::InstanceLock::beside_file(database)?,
    })
}

/// Copies the database as it is at one moment into the empty file `to`, whoever writes to it meanwhile.
pub async fn copy(database: &Path, to: &Path) -> Result<(), StoreError> {
    let mut from = opened(database).await?;
    sqlx::query(COPY)
        .bind(to.display().to_string())
        .execute(&mut from)
        .await?;
    from.close().await?;
    Ok(())
}

/// Makes sure that a file is a whole database of Lockstep that this release understands.
pub async fn check(file: &Path) -> Result<(), UnfitBackup> {
    let foreign = |error: sqlx::Error| UnfitBackup::Foreign(error.into());
    let mut connection = opened(file).await.map_err(UnfitBackup::Foreign)?;
    let verdict: String = sqlx::query_scalar(CHECK)
        .fetch_one(&mut connection)
        .await
        .map_err(|error| UnfitBackup::Damaged(error.to_string()))?;
    if verdict != "ok" {
        return Err(UnfitBackup::Damaged(verdict));
    }
    let version: i64 = sqlx::query_scalar(MIGRATIONS)
        .fetch_one(&mut connection)
        .await
        .map_err(foreign)?;
    if SQLITE_MIGRATIONS.iter().all(|known| known.version != version) {
        return Err(UnfitBackup::Newer(StoreError::Newer { version }));
    }
    let n_dangling: i64 = sqlx::query_scalar(FOREIGN_KEYS)
        .fetch_one(&mut connection)
        .await
        .map_err(foreign)?;
    if n_dangling > 0 {
        let words = format!("{n_dangling} rows refer to others that are not there");
        return Err(UnfitBackup::Damaged(words));
    }
    connection.close().await.map_err(foreign)
}

/// Folds a database's log into its file, so that the file alone is all of it. Nobody else may have it open.
pub async fn fold_log(database: &Path) -> Result<(), StoreError> {
    let mut connection = writable(database).connect().await?;
    sqlx::query(FOLD_LOG).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

async fn opened(file: &Path) -> Result<SqliteConnection, StoreError> {
    Ok(writable(file).read_only(true).connect().await?)
}

fn writable(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .busy_timeout(SQLITE_BUSY)
        .pragma("trusted_schema", "off")
}
