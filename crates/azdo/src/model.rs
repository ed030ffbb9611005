//! The nouns of Azure DevOps as the wire has them, read leniently: unknown properties are ignored, absent ones are `None`.
//!
//! Source: the OpenAPI files of Azure DevOps REST 4.1 to 7.2 (`wit`, `core`, `hooks`).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Number of a work item, unique within its organization or collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WorkItemId(pub i64);

/// Revision number of a work item. It orders fields and nothing else: a link can change while it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rev(pub i64);

/// Reference name of a field, such as `System.Title`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldName(String);

/// Field values by reference name. A field without a value is absent on the wire.
pub type Fields = BTreeMap<FieldName, Value>;

impl FieldName {
    /// Wraps a reference name as it stands.
    pub fn new(reference_name: impl Into<String>) -> Self {
        Self(reference_name.into())
    }
    /// The reference name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for FieldName {
    fn from(reference_name: &str) -> Self {
        Self(reference_name.to_owned())
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for WorkItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Rev {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reference names of the system fields Lockstep speaks of.
pub mod field {
    /// Title, plain text, at most 255 characters.
    pub const TITLE: &str = "System.Title";
    /// Description, HTML unless the server says Markdown.
    pub const DESCRIPTION: &str = "System.Description";
    /// State, a name of the work item type.
    pub const STATE: &str = "System.State";
    /// Reason of the state.
    pub const REASON: &str = "System.Reason";
    /// Assignee, an identity.
    pub const ASSIGNED_TO: &str = "System.AssignedTo";
    /// Tags, one string joined by `; `.
    pub const TAGS: &str = "System.Tags";
    /// A comment; write only.
    pub const HISTORY: &str = "System.History";
    /// Name of the work item type.
    pub const WORK_ITEM_TYPE: &str = "System.WorkItemType";
    /// Name of the project.
    pub const TEAM_PROJECT: &str = "System.TeamProject";
    /// Area path, `Project\Area`.
    pub const AREA_PATH: &str = "System.AreaPath";
    /// Iteration path, `Project\Iteration`.
    pub const ITERATION_PATH: &str = "System.IterationPath";
    /// Number of the area node; it stays when the node is renamed.
    pub const AREA_ID: &str = "System.AreaId";
    /// Number of the iteration node; it stays when the node is renamed.
    pub const ITERATION_ID: &str = "System.IterationId";
    /// Who made the last revision, an identity.
    pub const CHANGED_BY: &str = "System.ChangedBy";
    /// When the last revision was made, ISO 8601 UTC.
    pub const CHANGED_DATE: &str = "System.ChangedDate";
    /// Who created the work item, an identity.
    pub const CREATED_BY: &str = "System.CreatedBy";
    /// When the work item was created, ISO 8601 UTC.
    pub const CREATED_DATE: &str = "System.CreatedDate";
    /// Number of comments.
    pub const COMMENT_COUNT: &str = "System.CommentCount";
    /// True in the reporting feed for a deleted work item.
    pub const IS_DELETED: &str = "System.IsDeleted";
    /// Revision number as a field.
    pub const REV: &str = "System.Rev";
    /// Work item number as a field.
    pub const ID: &str = "System.Id";
    /// Priority, 1 to 4 in Microsoft's processes.
    pub const PRIORITY: &str = "Microsoft.VSTS.Common.Priority";
}

/// A work item at one revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkItem {
    /// Number.
    pub id: WorkItemId,
    /// Revision.
    pub rev: Rev,
    /// Field values; absent means empty.
    #[serde(default)]
    pub fields: Fields,
    /// Links, in the server's order; empty when they were not asked for.
    #[serde(default)]
    pub relations: Vec<Relation>,
}

/// One link of a work item, seen from its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relation {
    /// Reference name with direction, such as `System.LinkTypes.Hierarchy-Reverse`, or `Hyperlink`.
    pub rel: String,
    /// Where it leads.
    pub url: String,
    /// `comment`, `name` and what else the server keeps.
    #[serde(default)]
    pub attributes: Map<String, Value>,
}

impl Relation {
    /// The work item at the other end, when the link leads to one.
    ///
    /// The number is the last segment behind `/_apis/wit/workItems/`, in any case: hosts are spelled in several ways.
    pub fn work_item_id(&self) -> Option<WorkItemId> {
        let lower = self.url.to_ascii_lowercase();
        let (_, tail) = lower.split_once("/_apis/wit/workitems/")?;
        tail.split(['/', '?']).next()?.parse().ok().map(WorkItemId)
    }
}

/// Who a field or an update names.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// Identity number, a GUID in text; absent where the server sends text only (TFS 2018).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Name as shown.
    #[serde(default)]
    pub display_name: String,
    /// Sign-in name or mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_name: Option<String>,
}
