//! When each event of each project last came by a service hook.

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::webhooks::SeenRow;

/// When an event last came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct HookRow {
    /// GUID of the project; none where no notification named one.
    pub project_id: Option<String>,
    /// Name of the project, if it was told.
    pub project: Option<String>,
    /// `created`, `updated`, `deleted` or `restored`; a comment is an update.
    pub event: &'static str,
    /// When it last came.
    pub last_us: Option<i64>,
    /// How often it came.
    pub n: i64,
}

/// The four events, for each project that was named; an event that never came has a row too.
pub(super) fn hook_rows<'a>(seen: impl Iterator<Item = &'a SeenRow>) -> Vec<HookRow> {
    const EVENTS: [&str; 4] = ["created", "updated", "deleted", "restored"];
    let mut rows: Vec<HookRow> = Vec::new();
    for row in seen {
        let Some(event) = event_of(&row.event_type) else {
            continue;
        };
        let project_id = Some(row.project_id.clone()).filter(|id| !id.is_empty());
        if !rows.iter().any(|kept| kept.project_id == project_id) {
            let empty = |event| HookRow {
                project_id: project_id.clone(),
                project: row.project.clone(),
                event,
                last_us: None,
                n: 0,
            };
            rows.extend(EVENTS.map(empty));
        }
        if let Some(kept) = rows
            .iter_mut()
            .find(|kept| kept.project_id == project_id && kept.event == event)
        {
            kept.last_us = kept.last_us.max(Some(row.last_us));
            kept.n += row.n;
        }
    }
    if rows.is_empty() {
        rows.extend(EVENTS.map(|event| HookRow {
            project_id: None,
            project: None,
            event,
            last_us: None,
            n: 0,
        }));
    }
    rows
}

/// A comment is an update.
fn event_of(event_type: &str) -> Option<&'static str> {
    match event_type.to_ascii_lowercase().as_str() {
        "workitem.created" => Some("created"),
        "workitem.updated" | "workitem.commented" => Some("updated"),
        "workitem.deleted" => Some("deleted"),
        "workitem.restored" => Some("restored"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn seen(project_id: &str, event_type: &str, last_us: i64, n: i64) -> SeenRow {
        SeenRow {
            connection_id: Uuid::nil(),
            project_id: project_id.to_owned(),
            project: Some("Harbour".to_owned()),
            event_type: event_type.to_owned(),
            last_us,
            n,
        }
    }

    #[test]
    fn each_project_has_a_row_for_each_event_and_a_comment_is_an_update() {
        let seen = [
            seen("p", "workitem.updated", 5, 2),
            seen("p", "workitem.commented", 9, 1),
            seen("q", "git.push", 1, 1),
        ];
        let rows = hook_rows(seen.iter());
        let summary: Vec<_> = rows.iter().map(|row| (row.event, row.last_us, row.n)).collect();
        assert_eq!(
            summary,
            [
                ("created", None, 0),
                ("updated", Some(9), 3),
                ("deleted", None, 0),
                ("restored", None, 0)
            ]
        );
    }

    #[test]
    fn without_any_event_the_four_are_listed_as_never_seen() {
        assert_eq!(hook_rows([].iter()).len(), 4);
    }
}
