//! Where things are in this repository.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask sits in the repository")
}

/// The web client.
pub fn web() -> PathBuf {
    root().join("web")
}

/// A binary that cargo built in `profile_folder` (`debug`, `demo`, ...).
pub fn built(profile_folder: &str, name: &str) -> PathBuf {
    let target = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    };
    target
        .join(profile_folder)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// A new folder of our own under the system's temporary one, removed when dropped.
pub struct Temporary(PathBuf);

impl Temporary {
    /// Makes it; what an earlier process of our number left there goes.
    pub fn make(purpose: &str) -> std::io::Result<Self> {
        static N_MADE: AtomicU32 = AtomicU32::new(0);
        let ours = format!("{}-{}", std::process::id(), N_MADE.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(format!("lockstep-{purpose}-{ours}"));
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl std::ops::Deref for Temporary {
    type Target = Path;
    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("could not remove {}: {error}", self.0.display());
        }
    }
}
