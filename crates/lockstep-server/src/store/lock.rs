//! One instance per SQLite file: a locked file beside it. The lock ends with the process, however it ends, so a crash never
//! leaves one behind.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::StoreError;

/// Held as long as the store is open.
pub(super) enum InstanceLock {
    /// None is needed: the database is shared, or only looked at.
    None,
    /// The locked file.
    File(File),
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

    /// Gives the lock back, so that the next instance may start at once.
    pub(super) fn release(&self) {
        if let Self::File(file) = self {
            // Where giving it back fails, the end of the process does it.
            let _is_unlocked = file.unlock();
        }
    }
}
