//! JSON Patch documents as work items take them: `add`, `replace`, `remove`, `test` on `/rev`, `/fields/…`, `/relations/…`.
//!
//! Reads a document into changes; applies nothing. `move` and `copy` are refused.

use serde_json::{Map, Value};

use crate::refusal::Refusal;

/// What a document asks for, in its order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    /// Sets a field, or empties it with `Null`.
    Field {
        name: String,
        value: Value,
        is_replace: bool,
    },
    /// A new relation.
    AddRelation {
        rel: String,
        url: String,
        attributes: Map<String, Value>,
    },
    /// The relation at this position goes.
    RemoveRelation(usize),
    /// One attribute of the relation at this position; `Null` empties it.
    RelationAttribute {
        position: usize,
        name: String,
        value: Value,
    },
    /// Every attribute of the relation at this position.
    RelationAttributes {
        position: usize,
        attributes: Map<String, Value>,
    },
}

/// A document taken apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Document {
    /// The rev that must be current.
    pub tested_rev: Option<Value>,
    /// Fields that must have these values.
    pub tested_fields: Vec<(String, Value)>,
    pub changes: Vec<Change>,
}

impl Document {
    /// Changes of fields only, as a person makes them at a page.
    pub fn of_fields(changes: &[(&str, Value)]) -> Document {
        let change = |(name, value): &(&str, Value)| Change::Field {
            name: (*name).to_owned(),
            value: value.clone(),
            is_replace: false,
        };
        Document {
            changes: changes.iter().map(change).collect(),
            ..Document::default()
        }
    }

    pub fn read(body: &[u8]) -> Result<Document, Refusal> {
        let value: Value = serde_json::from_slice(body).map_err(|_| Refusal::bad_patch("The body is no JSON."))?;
        let Value::Array(operations) = value else {
            return Err(Refusal::bad_patch("The body is no list of operations."));
        };
        if operations.is_empty() {
            return Err(Refusal::bad_patch("The list of operations is empty."));
        }
        let mut document = Document::default();
        for operation in &operations {
            document.take(operation)?;
        }
        Ok(document)
    }

    fn take(&mut self, operation: &Value) -> Result<(), Refusal> {
        let op = text(operation, "op")?.to_lowercase();
        let path = text(operation, "path")?;
        let value = operation.get("value").cloned().unwrap_or(Value::Null);
        let trimmed = path
            .strip_prefix('/')
            .ok_or_else(|| Refusal::bad_patch("A path starts with a slash."))?;
        let steps: Vec<String> = trimmed
            .split('/')
            .map(|step| step.replace("~1", "/").replace("~0", "~"))
            .collect();
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        match (op.as_str(), steps.as_slice()) {
            ("test", ["rev"]) => self.tested_rev = Some(value),
            ("test", ["fields", name]) => self.tested_fields.push(((*name).to_owned(), value)),
            // The id of a new work item: negative, only meaningful in a batch.
            ("add", ["id"]) => {}
            ("add" | "replace", ["fields", name]) => {
                self.changes.push(Change::Field {
                    name: (*name).to_owned(),
                    value,
                    is_replace: op == "replace",
                });
            }
            ("remove", ["fields", name]) => {
                self.changes.push(Change::Field {
                    name: (*name).to_owned(),
                    value: Value::Null,
                    is_replace: false,
                });
            }
            ("add", ["relations", "-"]) => self.changes.push(new_relation(&value)?),
            ("remove", ["relations", position]) => self.changes.push(Change::RemoveRelation(index(position)?)),
            ("replace", ["relations", position]) => {
                let attributes = value
                    .get("attributes")
                    .and_then(Value::as_object)
                    .cloned()
                    .unwrap_or_default();
                self.changes.push(Change::RelationAttributes {
                    position: index(position)?,
                    attributes,
                });
            }
            ("add" | "replace" | "remove", ["relations", position, "attributes", name]) => {
                let value = if op == "remove" { Value::Null } else { value };
                self.changes.push(Change::RelationAttribute {
                    position: index(position)?,
                    name: (*name).to_owned(),
                    value,
                });
            }
            ("move" | "copy", _) => return Err(Refusal::bad_patch(&format!("The operation {op} is not supported."))),
            _ => return Err(Refusal::bad_patch(&format!("The path {path} can't be used with {op}."))),
        }
        Ok(())
    }
}

fn new_relation(value: &Value) -> Result<Change, Refusal> {
    let attributes = value
        .get("attributes")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    Ok(Change::AddRelation {
        rel: text(value, "rel")?.to_owned(),
        url: text(value, "url")?.to_owned(),
        attributes,
    })
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    value
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| Refusal::bad_patch(&format!("An operation lacks {name}.")))
}

fn index(step: &str) -> Result<usize, Refusal> {
    step.parse()
        .map_err(|_| Refusal::bad_patch(&format!("{step} is no position of a relation.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_in_its_order() {
        let body = br#"[{"op":"test","path":"/rev","value":3},{"op":"add","path":"/fields/System.Title","value":"T"},{"op":"remove","path":"/relations/1"}]"#;
        let document = Document::read(body).unwrap();
        assert_eq!(document.tested_rev, Some(serde_json::json!(3)));
        assert_eq!(document.changes[1], Change::RemoveRelation(1));
    }

    #[test]
    fn what_is_no_patch_is_refused() {
        for body in [
            "",
            "{}",
            "[]",
            r#"[{"op":"move","path":"/fields/A","from":"/fields/B"}]"#,
            r#"[{"op":"add","path":"/nothing"}]"#,
        ] {
            assert_eq!(Document::read(body.as_bytes()).unwrap_err().status, 400, "{body}");
        }
    }
}
