//! JSON Patch documents for work items.
//!
//! An [`Update`] can't be made without the rev it tests, so no PATCH overwrites what nobody here has read. The test
//! guards fields only: Microsoft's examples show links that change while rev stays, so a relation is removed right
//! after a read, and the answer is checked.
//!
//! Source: Work Items - Update and Create, and the examples `PATCH__wit_workitems__taskId_*.json`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::model::{FieldName, Fields, Rev, field};
use crate::planted::{Bug, is_planted};

/// Changes to one work item at one rev.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    rev: Rev,
    changes: Changes,
    removed_relations: Vec<usize>,
}

/// A work item to be made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Creation {
    changes: Changes,
}

/// What both documents are made of.
#[derive(Debug, Clone, PartialEq, Default)]
struct Changes {
    /// In the order they were first named; `Null` clears.
    fields: Vec<(FieldName, Value)>,
    relations: Vec<Value>,
}

impl Update {
    /// An update that holds only while the work item is at `rev`.
    pub fn at(rev: Rev) -> Self {
        Self {
            rev,
            changes: Changes::default(),
            removed_relations: Vec::new(),
        }
    }

    /// Sets a field. `null` clears it.
    pub fn set(mut self, field: &FieldName, value: Value) -> Self {
        self.changes.set(field, value);
        self
    }

    /// Clears a field.
    pub fn clear(mut self, field: &FieldName) -> Self {
        self.changes.set(field, Value::Null);
        self
    }

    /// Adds a comment: `System.History` in the same revision, the one way that exists on every server.
    pub fn comment(mut self, html: &str) -> Self {
        self.changes.set(&field::HISTORY.into(), html.into());
        self
    }

    /// Adds a relation.
    pub fn add_relation(mut self, rel: &str, url: &str, comment: Option<&str>) -> Self {
        self.changes.add_relation(rel, url, comment);
        self
    }

    /// Removes the relation at `index` of the list as last read. Several go from the highest index down, in
    /// whichever order they are named here, since each removal renumbers those behind it.
    pub fn remove_relation(mut self, index: usize) -> Self {
        if !self.removed_relations.contains(&index) {
            self.removed_relations.push(index);
            self.removed_relations.sort_unstable_by(|a, b| b.cmp(a));
        }
        self
    }

    /// The rev it tests.
    pub fn rev(&self) -> Rev {
        self.rev
    }

    /// The fields it names with the values it sends; `null` for a cleared one. A comment is `System.History`.
    pub fn fields_sent(&self) -> Fields {
        self.changes.fields_sent()
    }

    /// The JSON Patch array: `test /rev`, fields, removed relations, added ones.
    pub fn document(&self) -> Value {
        let mut operations = Vec::new();
        if !is_planted(Bug::NoRevTest) {
            operations.push(json!({"op": "test", "path": "/rev", "value": self.rev.0}));
        }
        operations.extend(self.changes.field_operations());
        for index in &self.removed_relations {
            operations.push(json!({"op": "remove", "path": format!("/relations/{index}")}));
        }
        operations.extend(self.changes.relation_operations());
        Value::Array(operations)
    }
}

impl Creation {
    /// A work item with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field. `null` leaves it empty.
    pub fn set(mut self, field: &FieldName, value: Value) -> Self {
        self.changes.set(field, value);
        self
    }

    /// Adds a comment to the first revision.
    pub fn comment(mut self, html: &str) -> Self {
        self.changes.set(&field::HISTORY.into(), html.into());
        self
    }

    /// Adds a relation.
    pub fn add_relation(mut self, rel: &str, url: &str, comment: Option<&str>) -> Self {
        self.changes.add_relation(rel, url, comment);
        self
    }

    /// The fields it names with the values it sends.
    pub fn fields_sent(&self) -> Fields {
        self.changes.fields_sent()
    }

    /// The JSON Patch array: fields, then relations. An empty field isn't named: there is nothing to clear.
    pub fn document(&self) -> Value {
        let fields = self
            .changes
            .field_operations()
            .into_iter()
            .filter(|operation| operation["op"] != "remove");
        Value::Array(fields.chain(self.changes.relation_operations()).collect())
    }
}

impl Changes {
    fn set(&mut self, field: &FieldName, value: Value) {
        match self.fields.iter_mut().find(|(name, _)| name == field) {
            Some((_, held)) => *held = value,
            None => self.fields.push((field.clone(), value)),
        }
    }

    fn add_relation(&mut self, rel: &str, url: &str, comment: Option<&str>) {
        let mut relation = json!({"rel": rel, "url": url});
        if let Some(comment) = comment {
            relation["attributes"] = json!({"comment": comment});
        }
        self.relations.push(relation);
    }

    fn fields_sent(&self) -> Fields {
        self.fields.iter().cloned().collect::<BTreeMap<_, _>>()
    }

    fn field_operations(&self) -> Vec<Value> {
        // `add` on a field that has a value overwrites it.
        let operation = |(field, value): &(FieldName, Value)| match value {
            Value::Null => json!({"op": "remove", "path": field_path(field)}),
            value => json!({"op": "add", "path": field_path(field), "value": value}),
        };
        self.fields.iter().map(operation).collect()
    }

    fn relation_operations(&self) -> Vec<Value> {
        let operation = |relation: &Value| json!({"op": "add", "path": "/relations/-", "value": relation});
        self.relations.iter().map(operation).collect()
    }
}

/// JSON Pointer to a field; `~` and `/` are escaped, so that a name can't lead anywhere else.
fn field_path(field: &FieldName) -> String {
    format!("/fields/{}", field.as_str().replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: Value, expected: Value) {
        assert_eq!(document, expected);
    }

    #[test]
    fn the_rev_is_tested_before_anything_else() {
        check(
            Update::at(Rev(14))
                .set(&"System.Title".into(), json!("T"))
                .clear(&"System.AssignedTo".into())
                .document(),
            json!([
                {"op": "test", "path": "/rev", "value": 14},
                {"op": "add", "path": "/fields/System.Title", "value": "T"},
                {"op": "remove", "path": "/fields/System.AssignedTo"},
            ]),
        );
    }

    #[test]
    fn relations_are_removed_from_the_highest_index_down_and_each_once() {
        let update = Update::at(Rev(2))
            .remove_relation(0)
            .remove_relation(3)
            .remove_relation(1)
            .remove_relation(3);
        let paths: Vec<_> = update.document().as_array().unwrap()[1..]
            .iter()
            .map(|o| o["path"].clone())
            .collect();
        assert_eq!(paths, ["/relations/3", "/relations/1", "/relations/0"]);
    }

    #[test]
    fn relations_are_added_behind_the_removals() {
        check(
            Update::at(Rev(2))
                .add_relation("System.LinkTypes.Related", "u/7", Some("why"))
                .remove_relation(0)
                .document(),
            json!([
                {"op": "test", "path": "/rev", "value": 2},
                {"op": "remove", "path": "/relations/0"},
                {"op": "add", "path": "/relations/-",
                 "value": {"rel": "System.LinkTypes.Related", "url": "u/7", "attributes": {"comment": "why"}}},
            ]),
        );
    }

    #[test]
    fn a_field_named_twice_is_sent_once_with_the_later_value() {
        let update = Update::at(Rev(1))
            .set(&"A".into(), json!(1))
            .clear(&"B".into())
            .set(&"A".into(), json!(2));
        assert_eq!(
            update.fields_sent(),
            Fields::from([("A".into(), json!(2)), ("B".into(), Value::Null)])
        );
        assert_eq!(update.document().as_array().unwrap().len(), 3);
    }

    #[test]
    fn a_field_name_can_not_lead_to_another_path() {
        let update = Update::at(Rev(1)).set(&"x/../relations/~0".into(), json!(1));
        assert_eq!(update.document()[1]["path"], "/fields/x~1..~1relations~1~00");
    }

    #[test]
    fn a_creation_tests_nothing_and_clears_nothing() {
        check(
            Creation::new()
                .set(&"System.Title".into(), json!("T"))
                .set(&"System.AssignedTo".into(), Value::Null)
                .comment("hello")
                .add_relation("Hyperlink", "https://lockstep.example/x/1", None)
                .document(),
            json!([
                {"op": "add", "path": "/fields/System.Title", "value": "T"},
                {"op": "add", "path": "/fields/System.History", "value": "hello"},
                {"op": "add", "path": "/relations/-",
                 "value": {"rel": "Hyperlink", "url": "https://lockstep.example/x/1"}},
            ]),
        );
    }

    #[cfg(feature = "planted")]
    #[test]
    fn the_planted_bug_drops_the_rev_test() {
        crate::planted::plant(Some(Bug::NoRevTest));
        assert_eq!(Update::at(Rev(1)).document(), json!([]));
        crate::planted::plant(None);
        assert_eq!(Update::at(Rev(1)).document().as_array().unwrap().len(), 1);
    }
}
