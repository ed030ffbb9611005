//! Fields and their values as people read them on a board: nodes by the names of rows and columns, parents by number.

use azdo::{FieldName, field};
use lockstep_sync::PARENT;
use serde_json::Value;

use super::held::{Parent, TARGET_DATE};
use super::local::numbers::PROJECT;
use super::view::BoardView;
use crate::action_items::mapping::{self, FieldNames};

/// What it takes to put values of a board into words.
#[derive(Clone, Copy)]
pub struct FieldWords<'a> {
    view: &'a BoardView,
}

impl<'a> FieldWords<'a> {
    /// The words of a board.
    pub fn of(view: &'a BoardView) -> Self {
        Self { view }
    }

    /// The word for programs and the word for people of a field.
    pub fn named(&self, name: &FieldName) -> (String, String) {
        let (what, label) = match name.as_str() {
            field::TITLE => ("title", "Title"),
            field::STATE => ("state", "State"),
            field::ASSIGNED_TO => ("assignee", "Assigned to"),
            field::TAGS => ("tags", "Tags"),
            field::PRIORITY => ("priority", "Priority"),
            field::AREA_ID | field::AREA_PATH => ("area", "Area"),
            field::ITERATION_ID | field::ITERATION_PATH => ("iteration", "Iteration"),
            TARGET_DATE => ("target_on", "Target date"),
            PARENT => ("parent", "Parent"),
            other if other == self.view.unit() => {
                let name = &self.view.set_up().unit.name;
                return ("points".to_owned(), capitalized(name));
            }
            _ => match mapping::told(name) {
                Some(told) => told,
                None => return (name.to_string(), mapping::spelled(name)),
            },
        };
        (what.to_owned(), label.to_owned())
    }

    /// A value as people read it; `None` for an empty one.
    pub fn shown(&self, name: &FieldName, value: &Value) -> Option<String> {
        match name.as_str() {
            field::AREA_ID => self.node(value),
            field::ITERATION_ID => {
                let column = value.as_i64().and_then(|node| self.view.places.column(node));
                let column = column.and_then(|column| self.view.set_up().columns.get(column));
                column.map(|column| column.name.clone()).or_else(|| self.node(value))
            }
            TARGET_DATE => value.as_str().and_then(|date| date.get(..10)).map(str::to_owned),
            PARENT => match Parent::of(value) {
                Parent::None => None,
                Parent::Number(number) => Some(number.to_string()),
                Parent::Item(item) => {
                    let card = self.view.card(item);
                    Some(card.map_or_else(|| "a new work item".to_owned(), |card| card.title.clone()))
                }
            },
            _ => match value {
                Value::Number(number) => Some(plain(number)),
                value => mapping::shown(name, value),
            },
        }
    }

    fn node(&self, value: &Value) -> Option<String> {
        let id = value.as_i64()?;
        Some(match self.view.nodes.get(id) {
            Some(node) => node.path.clone(),
            None => format!("node {id}"),
        })
    }
}

impl FieldNames for FieldWords<'_> {
    /// Nodes are told once, by their paths; what Azure DevOps keeps books with is not told.
    fn told(&self, name: &FieldName) -> Option<(String, String)> {
        let is_known = matches!(name.as_str(), TARGET_DATE | PARENT) || name.as_str() == self.view.unit();
        // An edit names a node by its number.
        let is_node = matches!(name.as_str(), field::AREA_ID | field::ITERATION_ID);
        (is_known || is_node || mapping::told(name).is_some()).then(|| self.named(name))
    }

    fn shown(&self, name: &FieldName, value: &Value) -> Option<String> {
        FieldWords::shown(self, name, value)
    }

    /// Boards name projects by their numbers. What is local is in none.
    fn project(&self, project: &str) -> Option<String> {
        if project.eq_ignore_ascii_case(PROJECT) {
            return None;
        }
        let name = self.view.nodes.project_name(project);
        Some(name.unwrap_or_else(|| project.to_owned()))
    }
}

/// Whether a field is set by its reference name: neither Azure DevOps' own nor one that a board has a word for.
pub fn is_other(name: &str) -> bool {
    let is_name = name.contains('.') && name.split('.').all(is_word);
    let is_known = matches!(name, TARGET_DATE | field::PRIORITY | PARENT);
    is_name && !is_known && !name.to_ascii_lowercase().starts_with("system.")
}

fn is_word(part: &str) -> bool {
    !part.is_empty()
        && part
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// A number without a fraction that says nothing.
fn plain(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(value) if value.fract() == 0.0 && value.abs() < 1e15 => format!("{}", value as i64),
        _ => number.to_string(),
    }
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_azure_devops_or_a_board_keeps_is_not_set_by_its_reference_name() {
        assert!(is_other("Custom.RootCause") && is_other("Microsoft.VSTS.CMMI.RootCause"));
        for name in [
            "System.Rev",
            "system.state",
            field::PRIORITY,
            TARGET_DATE,
            PARENT,
            "Custom",
            "Custom./rev",
            "",
        ] {
            assert!(!is_other(name), "{name}");
        }
    }
}
