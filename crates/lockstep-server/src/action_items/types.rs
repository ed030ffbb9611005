//! Work item types as a connection's projects have them: their states with what each means, and which fields they have.
//!
//! Read from Azure DevOps when something is pushed and kept, so that a status can be shown and set while it can't be asked.

use std::collections::BTreeMap;

use azdo::StateCategory;
use serde::{Deserialize, Serialize};

use super::status::category_by_name;
use crate::ids::ConnectionId;

/// A state of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateInfo {
    /// Its name.
    pub name: String,
    /// Its colour, `RRGGBB`.
    pub color: Option<String>,
    /// What it means, as Azure DevOps writes it.
    category: String,
}

/// A work item type of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeInfo {
    /// Its name.
    pub name: String,
    /// Its colour, `RRGGBB`.
    pub color: Option<String>,
    /// Name of its picture; what was kept before pictures were has none.
    #[serde(default)]
    pub icon: Option<String>,
    /// Its states, in the server's order.
    pub states: Vec<StateInfo>,
    /// Reference names of its fields; empty where the server names none.
    pub fields: Vec<String>,
    /// Whether nothing can be created of it any more.
    pub is_disabled: bool,
}

impl StateInfo {
    /// A state.
    pub fn new(name: &str, color: Option<String>, category: StateCategory) -> Self {
        Self {
            name: name.to_owned(),
            color,
            category: category.as_str().to_owned(),
        }
    }

    /// What it means.
    pub fn category(&self) -> StateCategory {
        StateCategory::parse(&self.category)
    }
}

impl TypeInfo {
    /// What is kept of a type as it was read.
    pub fn of(read: &azdo::WorkItemType) -> Self {
        Self {
            name: read.name.clone(),
            color: read.color.clone(),
            icon: read.icon.clone(),
            states: read
                .states
                .iter()
                .map(|s| StateInfo::new(&s.name, s.color.clone(), s.category))
                .collect(),
            fields: read
                .fields
                .iter()
                .map(|field| field.reference_name.as_str().to_owned())
                .collect(),
            is_disabled: read.is_disabled,
        }
    }

    /// A state by its name; Azure DevOps takes any case.
    pub fn state(&self, name: &str) -> Option<&StateInfo> {
        self.states.iter().find(|state| is_equal(&state.name, name))
    }

    /// What a state means; by its name where the type doesn't know it.
    pub fn category(&self, state: &str) -> StateCategory {
        self.state(state)
            .map_or_else(|| category_by_name(state), StateInfo::category)
    }

    /// Whether it has a field. A server that names no fields is taken to have it.
    pub fn has_field(&self, reference_name: &str) -> bool {
        self.fields.is_empty() || self.fields.iter().any(|field| field == reference_name)
    }
}

/// What is known of the types of all projects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Types {
    projects: BTreeMap<(ConnectionId, String), Vec<TypeInfo>>,
}

impl Types {
    /// Notes the types of a project.
    pub fn insert(&mut self, connection: ConnectionId, project: &str, types: Vec<TypeInfo>) {
        self.projects.insert((connection, folded(project)), types);
    }

    /// A type of a project, if it was read.
    pub fn get(&self, connection: ConnectionId, project: &str, work_item_type: &str) -> Option<&TypeInfo> {
        let types = self.projects.get(&(connection, folded(project)))?;
        types.iter().find(|info| is_equal(&info.name, work_item_type))
    }
}

/// A project's name as it is looked up.
pub fn folded(project: &str) -> String {
    project.trim().to_lowercase()
}

fn is_equal(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn task() -> TypeInfo {
        TypeInfo {
            icon: None,
            name: "Task".into(),
            color: Some("F2CB1D".into()),
            states: vec![
                StateInfo::new("New", Some("b2b2b2".into()), StateCategory::Proposed),
                StateInfo::new("In review", None, StateCategory::InProgress),
            ],
            fields: vec!["System.Title".into()],
            is_disabled: false,
        }
    }

    #[test]
    fn a_state_means_what_its_type_says() {
        assert_eq!(task().category("in review"), StateCategory::InProgress);
        assert_eq!(task().category("Closed"), StateCategory::Completed);
    }

    #[test]
    fn a_type_is_found_in_its_project_and_in_no_other() {
        let connection = ConnectionId(Uuid::from_u128(1));
        let mut types = Types::default();
        types.insert(connection, "Harbour", vec![task()]);
        assert!(types.get(connection, "harbour", "TASK").is_some());
        assert!(types.get(connection, "Yard", "Task").is_none());
        assert!(types.get(ConnectionId(Uuid::from_u128(2)), "Harbour", "Task").is_none());
    }

    #[test]
    fn a_server_that_names_no_fields_has_them_all() {
        assert!(!task().has_field("Microsoft.VSTS.Common.Priority"));
        assert!(
            TypeInfo {
                fields: Vec::new(),
                ..task()
            }
            .has_field("Microsoft.VSTS.Common.Priority")
        );
    }

    #[test]
    fn it_is_read_back_as_it_was_kept() {
        let kept = serde_json::to_string(&task()).unwrap();
        assert_eq!(serde_json::from_str::<TypeInfo>(&kept).unwrap(), task());
    }
}
