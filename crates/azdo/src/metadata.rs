//! Work item types, their states, and fields.
//!
//! Source: `wit` specifications 4.1 to 7.1 (work item types, states, fields). States stand in the type from 5.x on;
//! before that they are asked for type by type.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::client::{Call, Client, api_path, entries};
use crate::error::Error;
use crate::model::FieldName;
use crate::transport::Transport;
use crate::url::encode;
use crate::version::Route;

/// Most work item types of one project that are read.
const TYPES_MAX: usize = 500;

/// A work item type of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkItemType {
    /// Name, such as `User Story`.
    pub name: String,
    /// Reference name; empty where the server sends none.
    pub reference_name: String,
    /// Colour, `RRGGBB`, such as `009CCC`.
    pub color: Option<String>,
    /// Name of its picture, such as `icon_book`; older servers send none.
    pub icon: Option<String>,
    /// Can't be created any more.
    pub is_disabled: bool,
    /// States in the server's order.
    pub states: Vec<WorkItemState>,
    /// Its fields.
    pub fields: Vec<TypeField>,
    /// From a state (`""` for a new work item) to the states allowed next; empty when the server sends none.
    pub transitions: BTreeMap<String, Vec<String>>,
}

/// A state of a work item type.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkItemState {
    /// Name; a process may call it anything.
    pub name: String,
    /// Colour, `RRGGBB`.
    pub color: Option<String>,
    /// What the state means.
    pub category: StateCategory,
}

/// One end of a link type, or a relation to something outside of work items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationType {
    /// Reference name of this end, such as `System.LinkTypes.Dependency-Reverse`.
    pub reference_name: String,
    /// What people call it, such as `Predecessor`.
    pub name: String,
    /// Reference name of the other end; relations to something outside have none.
    pub opposite: Option<String>,
    /// `dependency`, `tree`, `network` or `directedNetwork`.
    pub topology: Option<String>,
    /// Whether the link leads from here to there.
    pub is_forward: bool,
    /// Whether it may be used.
    pub is_enabled: bool,
}

/// What a state means, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateCategory {
    /// Not begun.
    Proposed,
    /// Begun.
    InProgress,
    /// Done, to be verified.
    Resolved,
    /// Done.
    Completed,
    /// Not to be done.
    Removed,
    /// The server doesn't say.
    Unknown,
}

/// A field as one work item type has it.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeField {
    /// Reference name.
    pub reference_name: FieldName,
    /// Name as shown.
    pub name: String,
    /// Must have a value.
    pub is_required: bool,
}

/// A field as the project or collection has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Reference name.
    pub reference_name: FieldName,
    /// Name as shown.
    pub name: String,
    /// `string`, `integer`, `double`, `dateTime`, `html`, `plainText`, `treePath`, `identity`, `boolean`, ...
    pub field_type: String,
    /// Can't be written.
    pub is_read_only: bool,
    /// Holds an identity.
    pub is_identity: bool,
}

impl<T: Transport> Client<T> {
    /// The work item types of a project with their states, fields and transitions.
    ///
    /// One request, and on servers whose types carry no states one more for each type.
    pub async fn work_item_types(&self, project: &str) -> Result<Vec<WorkItemType>, Error> {
        let call = Call::get(api_path(Some(project), "/wit/workitemtypes"));
        let answer = self.call(Route::WorkItemTypes, call).await?;
        let mut types = Vec::new();
        for entry in entries(&answer)?.iter().take(TYPES_MAX) {
            let Some(mut work_item_type) = read_type(entry) else {
                continue;
            };
            if work_item_type.states.is_empty() {
                work_item_type.states = self.work_item_type_states(project, &work_item_type.name).await?;
            }
            types.push(work_item_type);
        }
        Ok(types)
    }

    /// The states of a work item type, in the server's order.
    pub async fn work_item_type_states(
        &self,
        project: &str,
        work_item_type: &str,
    ) -> Result<Vec<WorkItemState>, Error> {
        let path = format!("/wit/workitemtypes/{}/states", encode(work_item_type));
        let call = Call::get(api_path(Some(project), &path));
        let answer = self.call(Route::WorkItemTypeStates, call).await?;
        Ok(entries(&answer)?.iter().filter_map(read_state).collect())
    }

    /// The fields of a project.
    pub async fn fields(&self, project: &str) -> Result<Vec<Field>, Error> {
        let call = Call::get(api_path(Some(project), "/wit/fields"));
        let answer = self.call(Route::Fields, call).await?;
        Ok(entries(&answer)?.iter().filter_map(read_field).collect())
    }

    /// The link types, each end one. Also the cheapest proof that work items may be read.
    pub async fn relation_types(&self) -> Result<Vec<RelationType>, Error> {
        let call = Call::get("/_apis/wit/workitemrelationtypes".to_owned());
        let answer = self.call(Route::RelationTypes, call).await?;
        Ok(entries(&answer)?.iter().filter_map(read_relation_type).collect())
    }
}

impl StateCategory {
    /// Reads the category's name; anything new is [`StateCategory::Unknown`].
    pub fn parse(name: &str) -> StateCategory {
        match name {
            "Proposed" => StateCategory::Proposed,
            "InProgress" => StateCategory::InProgress,
            "Resolved" => StateCategory::Resolved,
            "Completed" => StateCategory::Completed,
            "Removed" => StateCategory::Removed,
            _ => StateCategory::Unknown,
        }
    }

    /// The category's name as the server writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            StateCategory::Proposed => "Proposed",
            StateCategory::InProgress => "InProgress",
            StateCategory::Resolved => "Resolved",
            StateCategory::Completed => "Completed",
            StateCategory::Removed => "Removed",
            StateCategory::Unknown => "Unknown",
        }
    }
}

fn read_relation_type(entry: &Value) -> Option<RelationType> {
    let attributes = entry.get("attributes").cloned().unwrap_or_default();
    let is = |key: &str, without: bool| attributes.get(key).and_then(Value::as_bool).unwrap_or(without);
    let reference_name = text(entry, "referenceName")?;
    Some(RelationType {
        name: text(entry, "name").unwrap_or_else(|| reference_name.clone()),
        opposite: text(&attributes, "oppositeEndReferenceName"),
        topology: text(&attributes, "topology"),
        is_forward: is("isForward", false),
        is_enabled: is("enabled", true),
        reference_name,
    })
}

fn read_type(entry: &Value) -> Option<WorkItemType> {
    let list = |key: &str| {
        entry
            .get(key)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .unwrap_or_default()
    };
    // `fields` is the newer name of `fieldInstances`; some answers have both.
    let fields = if list("fields").is_empty() {
        list("fieldInstances")
    } else {
        list("fields")
    };
    Some(WorkItemType {
        name: text(entry, "name")?,
        reference_name: text(entry, "referenceName").unwrap_or_default(),
        color: text(entry, "color").and_then(|color| plain_color(&color)),
        icon: entry.get("icon").and_then(|icon| text(icon, "id")),
        is_disabled: flag(entry, "isDisabled"),
        states: list("states").iter().filter_map(read_state).collect(),
        fields: fields.iter().filter_map(read_type_field).collect(),
        transitions: entry.get("transitions").map(read_transitions).unwrap_or_default(),
    })
}

fn read_state(entry: &Value) -> Option<WorkItemState> {
    Some(WorkItemState {
        name: text(entry, "name")?,
        color: text(entry, "color").and_then(|color| plain_color(&color)),
        category: StateCategory::parse(&text(entry, "category").or_else(|| text(entry, "stateCategory"))?),
    })
}

fn read_type_field(entry: &Value) -> Option<TypeField> {
    // The oldest shape wraps the field's name and reference name.
    let field = entry.get("field").filter(|field| field.is_object()).unwrap_or(entry);
    let reference_name = text(field, "referenceName")?;
    Some(TypeField {
        name: text(field, "name").unwrap_or_else(|| reference_name.clone()),
        reference_name: FieldName::new(reference_name),
        is_required: flag(entry, "alwaysRequired"),
    })
}

fn read_field(entry: &Value) -> Option<Field> {
    let reference_name = text(entry, "referenceName")?;
    Some(Field {
        name: text(entry, "name").unwrap_or_else(|| reference_name.clone()),
        reference_name: FieldName::new(reference_name),
        field_type: text(entry, "type").unwrap_or_default(),
        is_read_only: flag(entry, "readOnly"),
        is_identity: flag(entry, "isIdentity"),
    })
}

fn read_transitions(transitions: &Value) -> BTreeMap<String, Vec<String>> {
    let from_state = |(from, to): (&String, &Value)| {
        let to = to
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|step| text(step, "to"))
            .collect();
        (from.clone(), to)
    };
    transitions.as_object().into_iter().flatten().map(from_state).collect()
}

/// `RRGGBB`; some answers write `#RRGGBB` or `AARRGGBB`.
fn plain_color(color: &str) -> Option<String> {
    let color = color.trim_start_matches('#');
    let is_hex = color.chars().all(|c| c.is_ascii_hexdigit());
    match color.len() {
        6 if is_hex => Some(color.to_owned()),
        8 if is_hex => Some(color[2..].to_owned()),
        _ => None,
    }
}

fn text(entry: &Value, key: &str) -> Option<String> {
    entry.get(key)?.as_str().map(str::to_owned)
}

fn flag(entry: &Value, key: &str) -> bool {
    entry.get(key).and_then(Value::as_bool).unwrap_or(false)
}
