//! What the browser sends about action items.

use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use uuid::Uuid;

use super::origin::Origin;
use super::status::Status;

/// An action item to make.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewActionItem {
    /// The browser's own number for it; a repeated request is one item.
    pub id: Option<Uuid>,
    /// Title.
    pub title: String,
    /// Description.
    pub description_html: Option<String>,
    /// Who owns it.
    pub owner_id: Option<Uuid>,
    /// Status; open unless said.
    pub status: Option<Status>,
    /// 1 to 4.
    pub priority: Option<i64>,
    /// Due date, ISO.
    pub due_on: Option<String>,
    /// Tags.
    pub tags: Option<Vec<String>>,
    /// Team.
    pub team: Option<String>,
    /// Where it came from; *other* unless said.
    pub origin: Option<Origin>,
}

/// Pasted lines.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lines {
    /// The browser's own number; a repeated request makes nothing new.
    pub id: Uuid,
    /// Each line that is not empty becomes an action item.
    pub lines: String,
}

/// Changes of one action item.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditActionItem {
    /// The browser's own number; a repeated request is one edit.
    pub id: Uuid,
    /// What to change; what is missing stays.
    pub changes: Changes,
}

/// What to change; what is missing stays, `null` clears.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// Title.
    pub title: Option<String>,
    /// Description.
    pub description_html: Option<String>,
    /// Who owns it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Uuid>)]
    pub owner_id: Option<Option<Uuid>>,
    /// Status.
    pub status: Option<Status>,
    /// 1 to 4.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    pub priority: Option<Option<i64>>,
    /// Due date, ISO.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub due_on: Option<Option<String>>,
    /// Tags.
    pub tags: Option<Vec<String>>,
    /// Team.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    pub team: Option<Option<String>>,
    /// Where it came from.
    pub origin: Option<Origin>,
}

/// `null` is a value here, and a missing field is none.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// Where to create the work item.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// The browser's own number; a repeated request is one creation.
    pub id: Uuid,
    /// The connection.
    pub connection_id: Uuid,
    /// The project, by its number or name.
    pub project_id: String,
    /// Name of the type.
    pub work_item_type: String,
    /// Area; the project's root unless said.
    pub area_path: Option<String>,
    /// Iteration; the project's root unless said.
    pub iteration_path: Option<String>,
}

/// A comment to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// The browser's own number; a repeated request is one comment.
    pub id: Uuid,
    /// Plain text.
    pub text: String,
}

/// How to delete.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteActionItem {
    /// The browser's own number; a repeated request is one deletion.
    pub id: Uuid,
    /// What becomes of the work item.
    pub work_item: WorkItemFate,
}

/// What becomes of the work item of a deleted action item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkItemFate {
    /// It stays as it is.
    Leave,
    /// It goes to Azure DevOps' recycle bin.
    RecycleBin,
}

/// Take it out of the bin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreActionItem {
    /// The browser's own number; a repeated request is one restoration.
    pub id: Uuid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_clears_and_a_missing_field_stays() {
        let changes: Changes =
            serde_json::from_value(serde_json::json!({"owner_id": null, "due_on": "2026-10-23"})).unwrap();
        assert_eq!(changes.owner_id, Some(None));
        assert_eq!(changes.due_on, Some(Some("2026-10-23".into())));
        assert_eq!(changes.team, None);
        assert_eq!(changes.priority, None);
    }

    #[test]
    fn an_unknown_field_is_refused() {
        assert!(serde_json::from_value::<Changes>(serde_json::json!({"titel": "x"})).is_err());
    }
}
