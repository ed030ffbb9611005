//! `lockstep backup`, `lockstep restore` and `lockstep restored`: a copy of the database, and the way back from one.
//!
//! A copy of SQLite is taken while the server serves. PostgreSQL has its own tools, which know roles, extents and
//! standby servers that we don't; after them `lockstep restored` gives the same care. Either way the instance is marked:
//! it reads everything again before it writes anything ([`lockstep_sync::restored`]).

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::app::now_us;
use crate::config::Config;
use crate::store::{Store, backups};

/// Copies the database of a server, running or not, into a new file.
pub async fn back_up(config: &Config, to: &Path) -> anyhow::Result<()> {
    if Store::is_postgres(&config.database) {
        bail!(
            "this database is PostgreSQL's: use `pg_dump --format=custom`, which copies it as it is at one moment while \
             Lockstep serves. After `pg_restore` run `lockstep restored` before Lockstep is started"
        );
    }
    let database = file_of(&config.database);
    if !database.exists() {
        bail!("there is no database at {}", database.display());
    }
    if to.exists() {
        bail!("{} is there already; a backup overwrites nothing", to.display());
    }
    let unfinished = beside(to, ".unfinished");
    make_private(&unfinished)?;
    let copied = async {
        backups::copy(&database, &unfinished).await?;
        backups::check(&unfinished).await?;
        put_in_place(&unfinished, to)
    };
    let outcome = copied.await;
    if outcome.is_err() {
        let _is_gone = std::fs::remove_file(&unfinished);
    }
    outcome?;
    println!("The database is copied to {}.", to.display());
    println!(
        "The key file is not in it: keep a copy of {} elsewhere.",
        config.key_file.display()
    );
    Ok(())
}

/// Puts a backup in the place of the database and marks it as restored. The server must be stopped.
///
/// Nothing is changed before the backup was checked and marked; a database that is there is kept aside.
pub async fn restore(config: &Config, from: &Path, may_replace: bool) -> anyhow::Result<()> {
    if Store::is_postgres(&config.database) {
        bail!("this database is PostgreSQL's: restore it with `pg_restore`, then run `lockstep restored`");
    }
    let database = file_of(&config.database);
    if let Some(folder) = database.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let _held = backups::hold(&database)?;
    if database.exists() && !may_replace {
        bail!(
            "there is a database at {} already; with --replace it is kept aside and the backup takes its place",
            database.display()
        );
    }
    backups::check(from)
        .await
        .with_context(|| format!("checking {}", from.display()))?;
    let unfinished = beside(&database, ".restoring");
    forget(&unfinished);
    make_private(&unfinished)?;
    let made = async {
        std::fs::copy(from, &unfinished).with_context(|| format!("copying {}", from.display()))?;
        let n_paired = mark(config, &unfinished.display().to_string()).await?;
        backups::check(&unfinished).await?;
        let aside = keep_aside(&database).await?;
        put_in_place(&unfinished, &database)?;
        anyhow::Ok((n_paired, aside))
    };
    let outcome = made.await;
    forget(&unfinished);
    let (n_paired, aside) = outcome?;
    if let Some(aside) = aside {
        println!("The database that was there is kept as {}.", aside.display());
    }
    tell(n_paired);
    Ok(())
}

/// Marks a database that was restored by other means, such as `pg_restore` or a copied file. The server must be stopped.
pub async fn restored(config: &Config) -> anyhow::Result<()> {
    if !Store::is_postgres(&config.database) && !file_of(&config.database).exists() {
        bail!("there is no database at {}", config.database);
    }
    tell(mark(config, &config.database).await?);
    Ok(())
}

/// Marks a database. Gives how many work items are to be read again.
async fn mark(config: &Config, database: &str) -> anyhow::Result<usize> {
    // A server that runs would not hear of it, and write what is old.
    let store = Store::open_alone(database).await?;
    let late_ms = config.request_timeout_ms.saturating_add(config.creation_delay_bound_ms);
    let late_us = i64::try_from(late_ms.saturating_mul(1000)).unwrap_or(i64::MAX / 4);
    let marked = store.mark_restored(now_us(), late_us).await;
    store.close().await;
    Ok(marked?)
}

fn tell(n_paired: usize) {
    println!(
        "Marked as restored. When Lockstep starts, it reads {n_paired} work items again before it writes anything."
    );
}

/// Moves a database that is there aside, with all that belongs to it. Gives where it is.
async fn keep_aside(database: &Path) -> anyhow::Result<Option<PathBuf>> {
    if !database.exists() {
        return Ok(None);
    }
    // A damaged one can't be folded; then its log goes along with it.
    let _is_folded = backups::fold_log(database).await;
    let at = jiff::Timestamp::from_microsecond(now_us())?.strftime("%Y%m%dT%H%M%S%.6fZ");
    let aside = beside(database, &format!(".before-restore-{at}"));
    // A second name first, so that at no moment there is nothing in the database's place.
    if std::fs::hard_link(database, &aside).is_err() {
        std::fs::copy(database, &aside).with_context(|| format!("keeping {}", database.display()))?;
    }
    for part in ["-wal", "-shm"] {
        let log = beside(database, part);
        if log.exists() {
            std::fs::rename(&log, beside(&aside, part)).with_context(|| format!("keeping {}", log.display()))?;
        }
    }
    Ok(Some(aside))
}

/// Gives a finished file its name, durably.
fn put_in_place(finished: &Path, name: &Path) -> anyhow::Result<()> {
    let put = || {
        File::open(finished)?.sync_all()?;
        std::fs::rename(finished, name)?;
        let folder = name.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    put().with_context(|| format!("writing {}", name.display()))
}

/// Makes an empty file for its owner alone.
fn make_private(file: &Path) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(file)
        .with_context(|| format!("making {}", file.display()))?;
    Ok(())
}

/// Removes what an attempt before may have left, with all that a store puts beside its file.
fn forget(unfinished: &Path) {
    for part in ["", "-wal", "-shm", ".lock"] {
        let file = beside(unfinished, part);
        match std::fs::remove_file(&file) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, "{} could not be removed", file.display()),
        }
    }
}

fn file_of(database: &str) -> PathBuf {
    PathBuf::from(database.strip_prefix("sqlite://").unwrap_or(database))
}

/// A path whose name goes on with `end`.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}
