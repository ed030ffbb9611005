//! Sealing of secrets.

use std::path::Path;

/// Seals and opens secrets with the key of the key file.
pub struct Vault {}

impl Vault {
    /// Opens the key file.
    pub fn open(_key_file: &Path) -> std::io::Result<Self> {
        Ok(Self {})
    }
}
