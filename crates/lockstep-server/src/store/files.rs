//! The list of store files with SQL; a file missing here would escape the test that prepares every statement.

use super::{
    Statement, action_items, attempts, audit, board_acts, board_filters, board_items, boards, cards, changes,
    companies, connections, credentials, cursors, edits, imports, leases, local_boards, members, nodes, notices,
    observations, publishes, readings, records, restores, sessions, share_links, webhooks, work_item_types, work_items,
};

/// Every statement of every store file, with the file's name.
pub fn statements() -> Vec<(&'static str, &'static [Statement])> {
    vec![
        ("action_items", action_items::ALL),
        ("attempts", attempts::ALL),
        ("audit", audit::ALL),
        ("board_acts", board_acts::ALL),
        ("board_filters", board_filters::ALL),
        ("board_items", board_items::ALL),
        ("boards", boards::ALL),
        ("cards", cards::ALL),
        ("changes", changes::ALL),
        ("companies", companies::ALL),
        ("connections", connections::ALL),
        ("credentials", credentials::ALL),
        ("cursors", cursors::ALL),
        ("edits", edits::ALL),
        ("imports", imports::ALL),
        ("leases", leases::ALL),
        ("local_boards", local_boards::ALL),
        ("members", members::ALL),
        ("nodes", nodes::ALL),
        ("notices", notices::ALL),
        ("observations", observations::ALL),
        ("publishes", publishes::ALL),
        ("readings", readings::ALL),
        ("records", records::ALL),
        ("restores", restores::ALL),
        ("sessions", sessions::ALL),
        ("share_links", share_links::ALL),
        ("webhooks", webhooks::ALL),
        ("work_item_types", work_item_types::ALL),
        ("work_items", work_items::ALL),
    ]
}
