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

impl WorkItem {
    /// Reads a work item; `None` without a number and a rev. Empty fields are left out.
    pub fn from_value(value: &Value) -> Option<WorkItem> {
        let id = WorkItemId(integer(value.get("id")?)?);
        let rev = Rev(integer(value.get("rev")?)?);
        Some(WorkItem {
            id,
            rev,
            ..Self::from_draft(value)?
        })
    }

    /// Reads a work item that isn't made yet, as `validateOnly` answers it: number and rev may be missing.
    pub(crate) fn from_draft(value: &Value) -> Option<WorkItem> {
        let number = |key: &str| value.get(key).and_then(integer).unwrap_or_default();
        let fields = value
            .as_object()?
            .get("fields")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let relations = value.get("relations").and_then(Value::as_array).into_iter().flatten();
        Some(WorkItem {
            id: WorkItemId(number("id")),
            rev: Rev(number("rev")),
            fields: fields
                .filter(|(_, v)| !v.is_null())
                .map(|(k, v)| (FieldName::new(k), v.clone()))
                .collect(),
            relations: relations.filter_map(Relation::from_value).collect(),
        })
    }
}

impl Relation {
    /// Reads a relation; `None` without `rel` and `url`.
    pub(crate) fn from_value(value: &Value) -> Option<Relation> {
        Some(Relation {
            rel: value.get("rel")?.as_str()?.to_owned(),
            url: value.get("url")?.as_str()?.to_owned(),
            attributes: value
                .get("attributes")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
        })
    }
}

impl Identity {
    /// Reads an identity: an object, or text such as `Jane Doe <jane@example.com>`, as TFS 2018 has it.
    ///
    /// `None` for what names nobody: `null`, an empty text, an object without a name or number.
    pub fn from_value(value: &Value) -> Option<Identity> {
        match value {
            Value::String(text) => Self::from_text(text),
            Value::Object(object) => Self::from_object(object),
            _ => None,
        }
    }

    fn from_text(text: &str) -> Option<Identity> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let split = text.strip_suffix('>').and_then(|text| text.rsplit_once('<'));
        let (display_name, unique_name) = match split {
            Some((name, unique)) if !unique.trim().is_empty() => (name.trim(), Some(unique.trim().to_owned())),
            _ => (text, None),
        };
        let display_name = match (&unique_name, display_name) {
            (Some(unique), "") => unique.clone(),
            (_, name) => name.to_owned(),
        };
        Some(Identity {
            id: None,
            display_name,
            unique_name,
        })
    }

    fn from_object(object: &Map<String, Value>) -> Option<Identity> {
        let text = |key: &str| {
            object
                .get(key)
                .and_then(Value::as_str)
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        // `connectionData` has the sign-in name among the properties.
        let account = || {
            let account = object.get("properties")?.get("Account")?;
            account
                .get("$value")
                .unwrap_or(account)
                .as_str()
                .filter(|text| !text.is_empty())
        };
        // The reporting feed puts `Name <mail>` into the unique name and sends no other.
        let unique = text("uniqueName").and_then(Self::from_text);
        let unique_name = match &unique {
            Some(Identity {
                unique_name: Some(inner),
                ..
            }) => Some(inner.clone()),
            Some(plain) => Some(plain.display_name.clone()),
            None => account().map(str::to_owned),
        };
        let name = text("displayName")
            .or_else(|| text("customDisplayName"))
            .or_else(|| text("providerDisplayName"));
        let name = name
            .map(str::to_owned)
            .or_else(|| unique.map(|unique| unique.display_name));
        let id = text("id").map(str::to_owned);
        if id.is_none() && unique_name.is_none() && name.is_none() {
            return None;
        }
        let display_name = name.or_else(|| unique_name.clone()).unwrap_or_default();
        Some(Identity {
            id,
            display_name,
            unique_name,
        })
    }
}

/// An integer, also when it came as text or as `5.0`.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let number = number.as_f64()?;
            // Beyond 2^53 a float names no single integer.
            (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check_identity(value: Value, expected: Option<(Option<&str>, &str, Option<&str>)>) {
        let identity = Identity::from_value(&value);
        let parts = identity
            .as_ref()
            .map(|i| (i.id.as_deref(), i.display_name.as_str(), i.unique_name.as_deref()));
        assert_eq!(parts, expected, "{value}");
    }

    #[test]
    fn identities_are_read_from_text() {
        check_identity(
            json!("Jane Doe <jane@example.com>"),
            Some((None, "Jane Doe", Some("jane@example.com"))),
        );
        check_identity(
            json!("Jane Doe <DOMAIN\\jane>"),
            Some((None, "Jane Doe", Some("DOMAIN\\jane"))),
        );
        check_identity(
            json!("Jane <the> Doe <j@x>"),
            Some((None, "Jane <the> Doe", Some("j@x"))),
        );
        check_identity(json!("Jane Doe"), Some((None, "Jane Doe", None)));
        check_identity(json!("<j@x>"), Some((None, "j@x", Some("j@x"))));
        check_identity(json!(""), None);
    }

    #[test]
    fn identities_are_read_from_objects() {
        check_identity(
            json!({"displayName": "Jane", "id": "7", "uniqueName": "jane@example.com"}),
            Some((Some("7"), "Jane", Some("jane@example.com"))),
        );
        check_identity(
            json!({"id": "7", "uniqueName": "Jane Doe <jane@example.com>"}),
            Some((Some("7"), "Jane Doe", Some("jane@example.com"))),
        );
        check_identity(
            json!({"id": "7", "providerDisplayName": "Jane",
                   "properties": {"Account": {"$type": "System.String", "$value": "jane@example.com"}}}),
            Some((Some("7"), "Jane", Some("jane@example.com"))),
        );
        check_identity(json!({"id": "7"}), Some((Some("7"), "", None)));
        check_identity(json!({}), None);
        check_identity(json!(null), None);
        check_identity(json!(5), None);
    }

    #[test]
    fn a_work_item_needs_number_and_rev_and_nothing_else() {
        let item = WorkItem::from_value(&json!({"id": 5, "rev": "2", "fields": {"A": null, "B": 1}})).unwrap();
        assert_eq!((item.id, item.rev), (WorkItemId(5), Rev(2)));
        assert_eq!(item.fields, Fields::from([("B".into(), json!(1))]));
        assert!(item.relations.is_empty());
        assert_eq!(WorkItem::from_value(&json!({"id": 5})), None);
        assert_eq!(WorkItem::from_value(&json!(null)), None);
    }

    #[test]
    fn the_other_end_of_a_link_is_read_whatever_the_host_is_called() {
        let id = |url: &str| {
            Relation {
                rel: String::new(),
                url: url.into(),
                attributes: Map::new(),
            }
            .work_item_id()
        };
        assert_eq!(
            id("https://dev.azure.com/o/_apis/wit/workItems/42"),
            Some(WorkItemId(42))
        );
        assert_eq!(
            id("https://o.visualstudio.com/P/_APIS/wit/workitems/42?x"),
            Some(WorkItemId(42))
        );
        assert_eq!(id("https://lockstep.example/x/1"), None);
    }
}
