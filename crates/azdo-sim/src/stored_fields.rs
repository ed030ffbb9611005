//! The raw values of one revision, small enough for organizations of many thousand work items: a sorted list that
//! points at fields and shares every value that did not change with the revision before.

use std::collections::{BTreeMap, HashMap};
use std::ops::Index;
use std::sync::Arc;

use serde_json::Value;

use crate::fields::{self, Field, Kind};

/// Values by field; no two of the same field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields {
    /// In the order of the reference names.
    held: Vec<(&'static Field, Arc<Value>)>,
}

/// Values that many work items have, each held once: states, people, areas, points.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pool {
    texts: HashMap<String, Arc<Value>>,
    numbers: HashMap<i64, Arc<Value>>,
}

/// What changed: by reference name, before and after.
pub(crate) type Changed = BTreeMap<String, (Option<Value>, Option<Value>)>;

impl Fields {
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.position(name).ok().map(|at| self.held[at].1.as_ref())
    }

    pub fn contains_key(&self, name: &str) -> bool {
        self.position(name).is_ok()
    }

    /// Sets the value of a field of this reference name; a name that no field has is a mistake of the caller.
    pub fn insert(&mut self, name: &str, value: Value) {
        // The same moment and the same person stand in several fields.
        let same = self.held.iter().find(|(_, held)| **held == value);
        let value = same.map_or_else(|| Arc::new(value), |(_, held)| Arc::clone(held));
        match (self.position(name), fields::find(name)) {
            (Ok(at), _) => self.held[at].1 = value,
            (Err(at), Some(field)) => self.held.insert(at, (field, value)),
            (Err(_), None) => debug_assert!(false, "there is no field {name}"),
        }
    }

    /// Lets go of values that stand in the pool already, and puts the others there.
    pub fn share(&mut self, pool: &mut Pool) {
        for (field, value) in &mut self.held {
            if !has_few_values(field) {
                continue;
            }
            let pooled = match value.as_ref() {
                Value::String(text) => match pool.texts.get(text) {
                    Some(pooled) => pooled,
                    None => pool.texts.entry(text.clone()).or_insert_with(|| Arc::clone(value)),
                },
                Value::Number(number) => match number.as_i64() {
                    Some(whole) => pool.numbers.entry(whole).or_insert_with(|| Arc::clone(value)),
                    None => continue,
                },
                _ => continue,
            };
            *value = Arc::clone(pooled);
        }
    }

    pub fn remove(&mut self, name: &str) {
        if let Ok(at) = self.position(name) {
            self.held.remove(at);
        }
    }

    pub fn retain(&mut self, mut keeps: impl FnMut(&str) -> bool) {
        self.held.retain(|(field, _)| keeps(field.reference_name));
    }

    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.held
            .iter()
            .map(|(field, value)| (field.reference_name, value.as_ref()))
    }

    /// As others keep it.
    pub fn to_map(&self) -> BTreeMap<String, Value> {
        self.iter()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }

    /// What differs in `new`.
    pub fn changed_to(&self, new: &Fields) -> Changed {
        let mut changed = Changed::new();
        for (field, old) in &self.held {
            let now = new.position(field.reference_name).ok().map(|at| &new.held[at].1);
            if now.is_none_or(|now| !Arc::ptr_eq(now, old) && now != old) {
                let now = now.map(|now| now.as_ref().clone());
                changed.insert(field.reference_name.to_owned(), (Some(old.as_ref().clone()), now));
            }
        }
        for (field, now) in &new.held {
            if !self.contains_key(field.reference_name) {
                changed.insert(field.reference_name.to_owned(), (None, Some(now.as_ref().clone())));
            }
        }
        changed
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.held.binary_search_by(|(field, _)| field.reference_name.cmp(name))
    }
}

/// Whether a field's value is likely to be found in other work items too.
fn has_few_values(field: &Field) -> bool {
    match field.kind {
        Kind::Identity | Kind::Double => true,
        Kind::String => field.reference_name != "System.Title",
        Kind::Integer => field.reference_name != "System.Watermark",
        _ => false,
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Fields) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Index<&str> for Fields {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Arc, Fields};

    #[test]
    fn a_value_is_found_replaced_and_removed() {
        let mut fields = Fields::default();
        fields.insert("System.Title", json!("A"));
        fields.insert("System.State", json!("New"));
        fields.insert("System.Title", json!("B"));
        assert_eq!(fields.get("System.Title"), Some(&json!("B")));
        assert_eq!(
            fields.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            ["System.State", "System.Title"]
        );
        fields.remove("System.State");
        assert!(!fields.contains_key("System.State"));
    }

    #[test]
    fn what_many_items_have_is_held_once() {
        let mut pool = super::Pool::default();
        let of = |state: &str| {
            let mut fields = Fields::default();
            fields.insert("System.Title", json!("A"));
            fields.insert("System.State", json!(state));
            fields.insert("Microsoft.VSTS.Common.Priority", json!(2));
            fields
        };
        let (mut a, mut b, mut c) = (of("New"), of("New"), of("Active"));
        for fields in [&mut a, &mut b, &mut c] {
            fields.share(&mut pool);
        }
        assert_eq!((&a, &c), (&of("New"), &of("Active")));
        let is_shared = |at: usize| Arc::ptr_eq(&a.held[at].1, &b.held[at].1);
        assert_eq!((is_shared(0), is_shared(1), is_shared(2)), (true, true, false));
    }

    #[test]
    fn a_copy_shares_what_did_not_change() {
        let mut before = Fields::default();
        before.insert("System.Title", json!("A"));
        before.insert("System.State", json!("New"));
        let mut after = before.clone();
        after.insert("System.State", json!("Active"));
        assert!(Arc::ptr_eq(&before.held[1].1, &after.held[1].1));
        let changed = before.changed_to(&after);
        assert_eq!(changed.keys().collect::<Vec<_>>(), ["System.State"]);
        assert_eq!(changed["System.State"], (Some(json!("New")), Some(json!("Active"))));
    }
}
