//! The updates of a work item: who changed what, in order.
//!
//! An update's number isn't a rev: link changes add updates at the same rev. TFS 2018 has the collection's route only,
//! so that is the one used everywhere.
//!
//! Source: `wit` specifications and examples, Updates - List.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::client::{Call, Client};
use crate::error::Error;
use crate::model::{FieldName, Identity, Relation, Rev, WorkItemId, integer};
use crate::transport::Transport;
use crate::version::Route;

/// One update of a work item.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkItemUpdate {
    /// Number of the update within its work item.
    pub id: i64,
    /// The work item.
    pub work_item_id: WorkItemId,
    /// The rev it led to, or left.
    pub rev: Rev,
    /// Who made it.
    pub revised_by: Identity,
    /// When the next update took its place; `9999-01-01` for the newest.
    pub revised_date: Option<String>,
    /// Fields that changed.
    pub fields: BTreeMap<FieldName, FieldChange>,
    /// Links that changed.
    pub relations: RelationChanges,
}

/// A field before and after; `None` is empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldChange {
    /// Before.
    pub old_value: Option<Value>,
    /// After.
    pub new_value: Option<Value>,
}

/// Links before and after.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RelationChanges {
    /// Came.
    pub added: Vec<Relation>,
    /// Went.
    pub removed: Vec<Relation>,
    /// Got other attributes.
    pub updated: Vec<Relation>,
}

impl<T: Transport> Client<T> {
    /// All updates of a work item, oldest first.
    pub async fn updates(&self, id: WorkItemId) -> Result<Vec<WorkItemUpdate>, Error> {
        let call = || Call::get(format!("/_apis/wit/workItems/{id}/updates"));
        let read = |entry: &Value| {
            let update = read_update(entry).filter(|update| update.work_item_id == id)?;
            Some((update.id.to_string(), update))
        };
        let mut updates = self.list(Route::Updates, call, read).await?;
        updates.sort_by_key(|update| update.id);
        Ok(updates)
    }
}

fn read_update(entry: &Value) -> Option<WorkItemUpdate> {
    let number = |key: &str| entry.get(key).and_then(integer);
    let fields = entry.get("fields").and_then(Value::as_object).into_iter().flatten();
    Some(WorkItemUpdate {
        id: number("id")?,
        work_item_id: WorkItemId(number("workItemId")?),
        rev: Rev(number("rev")?),
        revised_by: entry
            .get("revisedBy")
            .and_then(Identity::from_value)
            .unwrap_or_default(),
        revised_date: entry.get("revisedDate").and_then(Value::as_str).map(str::to_owned),
        fields: fields
            .map(|(name, change)| (FieldName::new(name), read_change(change)))
            .collect(),
        relations: entry.get("relations").map(read_relations).unwrap_or_default(),
    })
}

fn read_change(change: &Value) -> FieldChange {
    let value = |key: &str| change.get(key).filter(|value| !value.is_null()).cloned();
    FieldChange {
        old_value: value("oldValue"),
        new_value: value("newValue"),
    }
}

fn read_relations(relations: &Value) -> RelationChanges {
    let list = |key: &str| {
        let list = relations.get(key).and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Relation::from_value).collect()
    };
    RelationChanges {
        added: list("added"),
        removed: list("removed"),
        updated: list("updated"),
    }
}
