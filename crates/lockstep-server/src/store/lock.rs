//! One instance per database: a locked file beside SQLite's, an advisory lock in PostgreSQL.
//!
//! Both locks end with the process, however it ends, so a crash never leaves one behind.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::sync::Mutex;

use super::StoreError;

/// "lockstep" as a number: the key of the advisory lock, whatever else uses the same PostgreSQL database.
const ADVISORY_KEY: i64 = 0x6c6f_636b_7374_6570;

/// Held as long as the store is open.
pub(super) enum InstanceLock {
    /// None: this one only looks.
    Looking,
    /// The locked file.
    File(File),
    /// The session whose advisory lock it is, until it is released.
    Session {
        /// How to get another session when this one breaks.
        options: Box<PgConnectOptions>,
        /// The session.
        connection: Mutex<Option<PgConnection>>,
    },
}

impl InstanceLock {
    /// Takes `<database>.lock`.
    pub(super) fn beside_file(database: &Path) -> Result<Self, StoreError> {
        let mut name = database.as_os_str().to_owned();
        name.push(".lock");
        let path = Path::new(&name);
        let at = |source| StoreError::File {
            path: path.display().to_string(),
            source,
        };
        let file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(path)
            .map_err(at)?;
        match file.try_lock() {
            Ok(()) => Ok(Self::File(file)),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
                what: path.display().to_string(),
            }),
            Err(TryLockError::Error(source)) => Err(at(source)),
        }
    }

    /// Takes the advisory lock on a connection of its own, outside any pool.
    pub(super) async fn in_database(options: &PgConnectOptions) -> Result<Self, StoreError> {
        let connection = locked_session(options).await?;
        Ok(Self::Session {
            options: Box::new(options.clone()),
            connection: Mutex::new(Some(connection)),
        })
    }

    /// Takes the lock again when the session that held it broke.
    ///
    /// Errors: [`StoreError::InUse`], another instance was quicker: stop. Others: the database doesn't answer, try later.
    pub(super) async fn keep(&self) -> Result<(), StoreError> {
        let Self::Session { options, connection } = self else {
            return Ok(());
        };
        let mut connection = connection.lock().await;
        let Some(session) = connection.as_mut() else {
            return Ok(());
        };
        if session.ping().await.is_err() {
            *session = locked_session(options).await?;
        }
        Ok(())
    }

    /// Gives the lock back, so that the next instance may start at once.
    pub(super) async fn release(&self) {
        // Where giving it back fails, the end of the process does it.
        match self {
            Self::Looking => {}
            Self::File(file) => {
                let _is_unlocked = file.unlock();
            }
            Self::Session { connection, .. } => {
                if let Some(connection) = connection.lock().await.take() {
                    let _is_closed = connection.close().await;
                }
            }
        }
    }
}

async fn locked_session(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let mut session = options
        .clone()
        .application_name("lockstep (instance lock)")
        .connect()
        .await?;
    let is_ours: bool = sqlx::query_scalar("select pg_try_advisory_lock($1)")
        .bind(ADVISORY_KEY)
        .fetch_one(&mut session)
        .await?;
    if is_ours {
        Ok(session)
    } else {
        Err(StoreError::InUse {
            what: "advisory lock in PostgreSQL".to_owned(),
        })
    }
}
