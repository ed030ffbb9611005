//! The database: the only folder with SQL, one text for SQLite and PostgreSQL.
//!
//! **How to write a store file.** One file per noun. Its statements stand at the top in `sql!`, which also lists them for
//! the test that prepares every statement on both databases; add the file to [`statements`]. Reads go through
//! [`db!`](crate::db); a [`Tx`] reads with [`tx!`](crate::tx) and writes with [`run!`](crate::run):
//!
//! ```ignore
//! sql! {
//!     INSERT_TEAM = "insert into teams (id, company_id, name, created_us) values ($1, $2, $3, $4)";
//!     TEAM = "select id, name, created_us from teams where company_id = $1 and id = $2";
//!     // Two texts only where the databases really differ; used as `LONGEST.on(dialect)`.
//!     LONGEST = { sqlite: "select max(length(name)) from teams", postgres: "select max(char_length(name))::bigint from teams" };
//! }
//!
//! #[derive(sqlx::FromRow)]
//! pub struct TeamRow { pub id: Uuid, pub name: String, pub created_us: i64 }
//!
//! impl Store {
//!     pub async fn team(&self, company: CompanyId, id: Uuid) -> Result<Option<TeamRow>, StoreError> {
//!         db!(self, |c| sqlx::query_as::<_, TeamRow>(TEAM).bind(company.0).bind(id).fetch_optional(c))
//!     }
//! }
//! impl Tx {
//!     pub async fn insert_team(&mut self, company: CompanyId, team: &TeamRow) -> Result<(), StoreError> {
//!         run!(self, sqlx::query(INSERT_TEAM).bind(team.id).bind(company.0).bind(&team.name).bind(team.created_us))?;
//!         Ok(())
//!     }
//! }
//! // A caller: the rows, the change number and its announcement are one act.
//! let mut tx = store.begin().await?;
//! tx.insert_team(company, &team).await?;
//! let change = tx.number_change(company, Noun::Team, team.id).await?;
//! tx.commit().await?;   // announces the change to browsers by itself
//! ```
//!
//! The body of `db!` and `tx!` is one sqlx call that fetches, without `.await`; `run!` takes the query without `.execute` and
//! gives how many rows it touched. All three give `Result<_, StoreError>`. `db!(self, |c, dialect| ..)`,
//! `tx!(self, |c, dialect| ..)` and `run!(self, |dialect| ..)` also name the [`Dialect`]. Inside a transaction read with
//! `tx!`, never with `db!`: the reader would not see what the transaction wrote. `insert .. returning` fetches, so `tx!`.
//!
//! Rules of the text: placeholders `$1`; ids `uuid` (BLOB in SQLite); times and numbers `i64` (`INTEGER` / `BIGINT`, never
//! 32 bits); calendar dates ISO text; JSON through `sqlx::types::Json` (`TEXT` / `JSONB`); `STRICT` tables in SQLite; upserts
//! by `on conflict`; `cast(sum(x) as bigint)`; no `now()`, no `ilike`; every table of a company's things has
//! `company_id` and every statement on it asks for one.
//!
//! **Writes are one at a time**, on both databases: [`Store::begin`] waits for the writer's turn and gives it back at commit
//! or drop. So a rule read inside a transaction (the last administrator) still holds when it commits, change numbers appear
//! in commit order, and they are announced in that order. Keep transactions short and never await the network in one.
//! Instances that share a PostgreSQL database take turns, too, and hear of each other's commits ([`bells`]). Notifications alone
//! are kept without a turn, in a statement of their own: they take no number, and what makes each the only one is the table's.

pub mod action_items;
pub mod attempts;
pub mod audit;
pub mod backups;
pub mod bells;
pub mod board_acts;
pub mod board_filters;
pub mod board_items;
pub mod boards;
pub mod cards;
pub mod changes;
pub mod companies;
pub mod connections;
pub mod credentials;
pub mod cursors;
pub mod edits;
mod files;
pub mod imports;
pub mod leases;
pub mod local_boards;
mod lock;
pub mod members;
pub mod nodes;
pub mod notices;
pub mod observations;
mod pieces;
pub mod publishes;
mod readings;
pub mod records;
pub mod restores;
pub mod sessions;
pub mod share_links;
mod statement;
pub mod webhooks;
pub mod work_item_types;
pub mod work_items;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgPool, SqlitePool};
use tokio::sync::{Mutex, OwnedMutexGuard};
use uuid::Uuid;

use crate::db;
use crate::live::{ChangeNotice, Ended, LiveBus};
pub use files::statements;
pub use statement::{Both, Dialect, Statement};

/// How long a write waits for its turn before it says that the store is busy.
const WRITER_WAIT: Duration = Duration::from_secs(5);
/// Readers beside the one writer.
const N_READERS: u32 = 4;
/// Connections to PostgreSQL: the readers, the writer, and the one that hears other instances.
const N_PG_CONNECTIONS: u32 = 8;
/// PostgreSQL ends a session that does nothing inside a transaction for so long, in milliseconds: an instance that was frozen
/// there holds the others up no longer.
const PG_IDLE_IN_TRANSACTION_MS: &str = "4000";
/// The writer's turn of all instances: "lockstep" as a number, whatever else uses the same PostgreSQL database. It ends with
/// the transaction.
const PG_BEGIN: &str = "begin; select pg_advisory_xact_lock(7813573191660758384)";
/// How long SQLite itself waits for a lock held by another process (a backup).
const SQLITE_BUSY: Duration = Duration::from_secs(5);

// Of the migrations' own table, which no store file is about.
const LATEST_MIGRATION: &str = "select max(version) from _sqlx_migrations where success";

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// What a caller does next when the store could not.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique column already holds this value; nothing was written.
    #[error("the value is already taken")]
    Taken {
        /// The constraint or column, as the database names it.
        constraint: String,
    },
    /// Somebody else has the writer's turn for too long, or the database is locked: try again later.
    #[error("the store is busy")]
    Busy,
    /// The disk is full: nothing was written, and nothing will be before there is room.
    #[error("the disk is full")]
    NoRoom,
    /// The database server does not answer, or went away in the middle: nobody knows whether the last write was kept.
    #[error("the database does not answer")]
    Away(#[source] Box<sqlx::Error>),
    /// Another instance works with this database.
    #[error("another Lockstep works with this database ({what}); stop it first, or give this one its own database")]
    InUse {
        /// The lock that is held.
        what: String,
    },
    /// The database was written by a newer release.
    #[error("this database was written by a newer Lockstep (migration {version}); install that release or a later one")]
    Newer {
        /// The migration this binary doesn't know.
        version: i64,
    },
    /// The database was written by an older release, and only a server that starts brings it up to date.
    #[error(
        "this database was written by an older Lockstep (migration {version}); start this one once, or use that release"
    )]
    Older {
        /// The newest migration it has.
        version: i64,
    },
    /// Bringing the tables up to date failed; nothing of the failing step is kept.
    #[error("the database could not be brought up to date")]
    Migration(#[source] Box<MigrateError>),
    /// The address in the settings can't be understood.
    #[error("the database setting is not a path or a postgres:// address")]
    Address(#[source] Box<sqlx::Error>),
    /// The database answered with an error.
    #[error("the database refused")]
    Database(#[source] Box<sqlx::Error>),
    /// A file beside the database could not be used.
    #[error("the file {path} could not be used")]
    File {
        /// Where it is.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(e) if e.is_unique_violation() => Self::Taken {
                constraint: e.constraint().unwrap_or_else(|| e.message()).to_owned(),
            },
            // 5 and 6 are SQLITE_BUSY and SQLITE_LOCKED with their extended codes; 55P03 is PostgreSQL's lock_timeout.
            sqlx::Error::Database(e)
                if matches!(e.code().as_deref(), Some("5" | "6" | "261" | "517" | "262" | "55P03")) =>
            {
                Self::Busy
            }
            // SQLITE_FULL; PostgreSQL's disk_full.
            sqlx::Error::Database(e) if matches!(e.code().as_deref(), Some("13" | "53100")) => Self::NoRoom,
            // PostgreSQL shuts down, crashed, or starts.
            sqlx::Error::Database(e) if matches!(e.code().as_deref(), Some("57P01" | "57P02" | "57P03")) => {
                Self::Away(Box::new(error))
            }
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => Self::Away(Box::new(error)),
            sqlx::Error::PoolTimedOut => Self::Busy,
            _ => Self::Database(Box::new(error)),
        }
    }
}

/// The two databases.
#[derive(Clone)]
pub enum Db {
    /// One file; a single writer beside read-only readers.
    Sqlite {
        /// Read-only connections.
        read: SqlitePool,
        /// The one connection that writes.
        write: SqlitePool,
    },
    /// A PostgreSQL server.
    Pg(PgPool),
}

/// The database with its tables up to date, the one place that reads and writes it.
#[derive(Clone)]
pub struct Store {
    db: Db,
    writer: Arc<Mutex<()>>,
    live: LiveBus,
    lock: Arc<lock::InstanceLock>,
    /// This process among those that share the database.
    instance: Uuid,
    /// Notices settled by this process; says when to trim them.
    n_settled: Arc<AtomicU64>,
}

impl Store {
    /// Opens `url`, a path of a SQLite file or a `postgres://` address, and runs the migrations. A SQLite file is one
    /// instance's alone and locked; several may share a PostgreSQL database.
    ///
    /// Errors: [`StoreError::InUse`], [`StoreError::Newer`], [`StoreError::Migration`]: do not start, print it.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let (db, lock) = if Self::is_postgres(url) {
            open_postgres(url).await?
        } else {
            open_sqlite(url).await?
        };
        Ok(Self {
            db,
            writer: Arc::default(),
            live: LiveBus::default(),
            lock: Arc::new(lock),
            instance: Uuid::new_v4(),
            n_settled: Arc::default(),
        })
    }

    /// Opens a database that nobody else may work with meanwhile, as [`open`](Self::open) does a SQLite file anyway.
    ///
    /// Errors: as of [`open`](Self::open); [`StoreError::InUse`], another Lockstep works with the PostgreSQL database.
    pub async fn open_alone(url: &str) -> Result<Self, StoreError> {
        if Self::is_postgres(url) {
            bells::refuse_company(url).await?;
        }
        Self::open(url).await
    }

    /// Opens a database to read it, beside the server that works with it: takes no lock and brings nothing up to date.
    ///
    /// Errors: [`StoreError::Older`], the tables are those of another release.
    pub async fn look(url: &str) -> Result<Self, StoreError> {
        let db = if Self::is_postgres(url) {
            let options: PgConnectOptions = url.parse().map_err(|e| StoreError::Address(Box::new(e)))?;
            Db::Pg(pg_pool(options.options([("default_transaction_read_only", "on")])).await?)
        } else {
            let file = url.strip_prefix("sqlite://").unwrap_or(url);
            let pool = sqlite_pool(N_READERS, SqliteConnectOptions::new().filename(file).read_only(true)).await?;
            Db::Sqlite {
                read: pool.clone(),
                write: pool,
            }
        };
        let store = Self {
            db,
            writer: Arc::default(),
            live: LiveBus::default(),
            lock: Arc::new(lock::InstanceLock::None),
            instance: Uuid::new_v4(),
            n_settled: Arc::default(),
        };
        let held: i64 = db!(store, |c| sqlx::query_scalar(LATEST_MIGRATION).fetch_one(c))?;
        let known = SQLITE_MIGRATIONS.iter().map(|migration| migration.version).max();
        match Some(held).cmp(&known) {
            std::cmp::Ordering::Less => Err(StoreError::Older { version: held }),
            std::cmp::Ordering::Equal => Ok(store),
            std::cmp::Ordering::Greater => Err(StoreError::Newer { version: held }),
        }
    }

    /// Whether `url` names a PostgreSQL server, and not a file.
    pub fn is_postgres(url: &str) -> bool {
        url.starts_with("postgres://") || url.starts_with("postgresql://")
    }

    /// Which texts of statements to use.
    fn dialect(&self) -> Dialect {
        match self.db {
            Db::Sqlite { .. } => Dialect::Sqlite,
            Db::Pg(_) => Dialect::Postgres,
        }
    }

    /// Whether other instances may work with the same database.
    pub fn is_shared(&self) -> bool {
        matches!(self.db, Db::Pg(_))
    }

    /// The pools, for [`db!`](crate::db).
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Where committed changes are announced.
    pub fn live(&self) -> &LiveBus {
        &self.live
    }

    /// Starts a write transaction; it is undone unless [`Tx::commit`] is called.
    ///
    /// Errors: [`StoreError::Busy`], others write for longer than [`WRITER_WAIT`]: answer 503, nothing happened.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let turn = tokio::time::timeout(WRITER_WAIT, self.writer.clone().lock_owned())
            .await
            .map_err(|_elapsed| StoreError::Busy)?;
        let inner = match &self.db {
            Db::Sqlite { write, .. } => Inner::Sqlite(write.begin_with("begin immediate").await?),
            Db::Pg(pool) => Inner::Pg(pool.begin_with(PG_BEGIN).await?),
        };
        Ok(Tx {
            inner,
            numbered: Vec::new(),
            ended: Vec::new(),
            live: self.live.clone(),
            instance: self.instance,
            n_settled: self.n_settled.clone(),
            _turn: turn,
        })
    }

    /// Whether the database answers; for readiness.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.n_companies().await.map(|_n| ())
    }

    /// Closes every connection and gives a file's lock back; SQLite folds its log into the file.
    pub async fn close(&self) {
        match &self.db {
            Db::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Db::Pg(pool) => pool.close().await,
        }
        self.lock.release();
    }
}

/// A write transaction; dropped without [`Tx::commit`] it leaves no trace.
pub struct Tx {
    inner: Inner,
    numbered: Vec<ChangeNotice>,
    ended: Vec<Ended>,
    live: LiveBus,
    instance: Uuid,
    n_settled: Arc<AtomicU64>,
    // Dropped last: the turn ends when the transaction has.
    _turn: OwnedMutexGuard<()>,
}

enum Inner {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Pg(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// The connection under a transaction, for [`tx!`](crate::tx).
pub enum On<'t> {
    /// SQLite's.
    Sqlite(&'t mut sqlx::SqliteConnection),
    /// PostgreSQL's.
    Pg(&'t mut sqlx::PgConnection),
}

impl Tx {
    /// The connection, for [`tx!`](crate::tx).
    pub fn on(&mut self) -> On<'_> {
        match &mut self.inner {
            Inner::Sqlite(tx) => On::Sqlite(tx),
            Inner::Pg(tx) => On::Pg(tx),
        }
    }

    /// Makes everything durable, then announces the changes that were numbered and ends the streams of sessions that were ended.
    ///
    /// When this returns `Ok`, the effect survives a power cut. On an error nobody knows whether it was kept: read again by id.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.ring_other_instances().await?;
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Pg(tx) => tx.commit().await?,
        }
        // Still inside the writer's turn, so that numbers are announced in order.
        for notice in self.numbered {
            self.live.announce(notice);
        }
        for ended in self.ended {
            self.live.end(ended);
        }
        Ok(())
    }
}

async fn open_sqlite(path: &str) -> Result<(Db, lock::InstanceLock), StoreError> {
    let file = path.strip_prefix("sqlite://").unwrap_or(path);
    let lock = lock::InstanceLock::beside_file(std::path::Path::new(file))?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // FULL: an answered edit or notice survives a power cut, not only a crash of the process.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(SQLITE_BUSY)
        .foreign_keys(true)
        .pragma("trusted_schema", "off")
        // Folding the log into the file takes the time of many commits: seldom, and of more at once.
        .pragma("wal_autocheckpoint", "4000")
        .optimize_on_close(true, None);
    let write = sqlite_pool(1, options.clone()).await?;
    migrated(SQLITE_MIGRATIONS.run(&write).await)?;
    let read = sqlite_pool(N_READERS, options.create_if_missing(false).read_only(true)).await?;
    Ok((Db::Sqlite { read, write }, lock))
}

async fn sqlite_pool(n_max: u32, options: SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    let pool = SqlitePoolOptions::new()
        .acquire_timeout(WRITER_WAIT)
        // A file is not lost as a server is: asking before each use whether it is still there would double every read.
        .test_before_acquire(false)
        // A full disk ends a transaction under the driver, which then can't roll it back and would refuse the next for ever.
        .after_release(|connection, _about| {
            Box::pin(async move {
                if connection.is_in_transaction() {
                    // What undoes it may still be on its way.
                    connection.ping().await?;
                }
                Ok(!connection.is_in_transaction())
            })
        })
        .max_connections(n_max);
    Ok(pool.connect_with(options).await?)
}

async fn pg_pool(options: PgConnectOptions) -> Result<PgPool, StoreError> {
    let pool = PgPoolOptions::new()
        .max_connections(N_PG_CONNECTIONS)
        .acquire_timeout(WRITER_WAIT);
    let wait_ms = WRITER_WAIT.as_millis().to_string();
    let options = options.application_name("lockstep").options([
        ("lock_timeout", wait_ms.as_str()),
        ("idle_in_transaction_session_timeout", PG_IDLE_IN_TRANSACTION_MS),
    ]);
    Ok(pool.connect_with(options).await?)
}

async fn open_postgres(url: &str) -> Result<(Db, lock::InstanceLock), StoreError> {
    let options: PgConnectOptions = url.parse().map_err(|e| StoreError::Address(Box::new(e)))?;
    let pool = pg_pool(options).await?;
    migrated(POSTGRES_MIGRATIONS.run(&pool).await)?;
    Ok((Db::Pg(pool), lock::InstanceLock::None))
}

fn migrated(outcome: Result<(), MigrateError>) -> Result<(), StoreError> {
    outcome.map_err(|error| match error {
        MigrateError::VersionMissing(version) => StoreError::Newer { version },
        other => StoreError::Migration(Box::new(other)),
    })
}
