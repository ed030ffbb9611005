//! The list of store files with SQL; a file missing here would escape the test that prepares every statement.

use super::{Statement, audit, changes, companies, members, sessions};

/// Every statement of every store file, with the file's name.
pub fn statements() -> Vec<(&'static str, &'static [Statement])> {
    vec![
        ("audit", audit::ALL),
        ("changes", changes::ALL),
        ("companies", companies::ALL),
        ("members", members::ALL),
        ("sessions", sessions::ALL),
    ]
}
