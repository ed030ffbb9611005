//! Fingerprints of files, to know whether work was done already.
//!
//! A stamp guards against needless work, never against an attacker: FNV-1a is enough.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The fingerprint of files and of everything below folders, by name and content. What is absent counts as absent.
pub fn of(paths: &[PathBuf]) -> io::Result<String> {
    let mut hash = Fnv::new();
    for path in paths {
        absorb(&mut hash, path)?;
    }
    Ok(format!("{:016x}", hash.0))
}

/// Whether the file `stamp` holds exactly `fingerprint`.
pub fn is_current(stamp: &Path, fingerprint: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|held| held.trim() == fingerprint)
}

/// Keeps `fingerprint` in the file `stamp`.
pub fn keep(stamp: &Path, fingerprint: &str) -> io::Result<()> {
    fs::write(stamp, format!("{fingerprint}\n"))
}

fn absorb(hash: &mut Fnv, path: &Path) -> io::Result<()> {
    hash.absorb(path.file_name().unwrap_or_default().as_encoded_bytes());
    if path.is_dir() {
        let mut inside = fs::read_dir(path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<io::Result<Vec<_>>>()?;
        inside.sort();
        for path in inside {
            absorb(hash, &path)?;
        }
    } else if path.exists() {
        hash.absorb(&fs::read(path)?);
    }
    Ok(())
}

struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// The length goes first, so that `ab` + `c` is not `a` + `bc`.
    fn absorb(&mut self, bytes: &[u8]) {
        for byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_changes_the_fingerprint_and_the_old_text_brings_it_back() {
        let folder = crate::folders::Temporary::make("stamp").unwrap();
        let file = folder.join("a.ts");
        fs::write(&file, "one").unwrap();
        let first = of(&[folder.to_path_buf()]).unwrap();
        fs::write(&file, "two").unwrap();
        let second = of(&[folder.to_path_buf()]).unwrap();
        fs::write(&file, "one").unwrap();
        assert_ne!(first, second);
        assert_eq!(first, of(&[folder.to_path_buf()]).unwrap());
    }
}
