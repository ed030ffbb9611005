//! A request in words: what it was to do, and how it ended.

use lockstep_sync::edit::AttemptKind;

use crate::action_items::mapping::{self, FieldNames};
use crate::store::attempts::AttemptRow;

/// What a request was to do: the fields it wrote, or the act.
pub fn what(attempt: &AttemptRow, names: &dyn FieldNames) -> String {
    let body = &attempt.body.0;
    match &body.kind {
        AttemptKind::Create { work_item_type, .. } => format!("New {work_item_type}"),
        AttemptKind::Delete => "To the recycle bin".to_owned(),
        AttemptKind::Restore => "Out of the recycle bin".to_owned(),
        AttemptKind::Update => {
            let fields = body.fields.keys().map(|name| match names.told(name) {
                Some((_, label)) => label,
                None if name.as_str() == azdo::field::HISTORY => "Comment".to_owned(),
                None => mapping::spelled(name),
            });
            let fields: Vec<String> = fields.collect();
            if fields.is_empty() {
                "Links".to_owned()
            } else {
                fields.join(", ")
            }
        }
    }
}

/// How it ended, or where it stands.
pub fn outcome(attempt: &AttemptRow) -> String {
    let open = if attempt.body.0.is_unknown() {
        "unknown"
    } else {
        "sending"
    };
    attempt.outcome.clone().unwrap_or_else(|| open.to_owned())
}
