//! Where Microsoft's specifications and examples are: `LOCKSTEP_AZDO_SPECS`, else beside the repository.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A folder of Microsoft's files; `None`, said on stderr, where they are not.
pub fn folder(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/azure-devops");
    let root = std::env::var_os("LOCKSTEP_AZDO_SPECS").map_or(beside, PathBuf::from);
    let folder = root.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "SKIPPED: Microsoft's files are not here ({name}); set LOCKSTEP_AZDO_SPECS to the folder that holds \
         specs, examples and webhook-samples"
    );
    None
}

/// A JSON file of Microsoft's, whose byte order mark is skipped.
pub fn read_json(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    serde_json::from_slice(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
