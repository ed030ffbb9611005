//! What an act does to an item that is nowhere else: here Lockstep is the one who says what is so.
//!
//! Pure. The result has the form that Azure DevOps would answer in: fields by reference name, the parent and dependencies as
//! links to numbers.

use std::collections::BTreeMap;

use azdo::{FieldName, Fields, Relation, Rev, field};
use lockstep_sync::edit::{Act, Target};
use lockstep_sync::item::{Presence, Remote, unborn_parent};
use lockstep_sync::{ItemId, PARENT, PARENT_LINK};
use serde_json::{Map, Value, json};

use super::numbers::PROJECT;
use super::process::FIRST_STATE;

/// A local item.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalItem {
    /// Its number on its board.
    pub number: i64,
    /// Whether it is there.
    pub presence: Presence,
    /// Its fields and links, and how often it was changed.
    pub remote: Remote,
}

impl LocalItem {
    /// What a creation makes; `None` of any other act.
    pub fn born(number: i64, act: &Act) -> Option<Self> {
        let Act::Create {
            work_item_type, fields, ..
        } = act
        else {
            return None;
        };
        let mut item = Self {
            number,
            presence: Presence::Present,
            remote: Remote::of(Rev(1), Fields::new(), Vec::new()),
        };
        item.set(&FieldName::from(field::WORK_ITEM_TYPE), &json!(work_item_type));
        item.set(&FieldName::from(field::TEAM_PROJECT), &json!(PROJECT));
        item.set(&FieldName::from(field::STATE), &json!(FIRST_STATE));
        for (name, value) in fields {
            item.set(name, value);
        }
        Some(item)
    }

    /// Does an act. What it names has numbers: see [`with_numbers`].
    pub fn apply(&mut self, act: &Act) {
        match act {
            Act::Set { field, to, .. } => self.set(field, to),
            Act::Link {
                rel,
                target: Target::WorkItem(target),
                is_added,
                comment,
            } => {
                let is_it = |link: &Relation| link.rel == *rel && link.work_item_id() == Some(*target);
                let held = self.remote.relations.iter().find(|link| is_it(link)).cloned();
                self.remote.relations.retain(|link| !is_it(link));
                if *is_added {
                    self.remote.relations.push(match (comment, held) {
                        (None, Some(held)) => held,
                        (comment, _) => relation(rel, target.0, comment.as_deref()),
                    });
                }
            }
            Act::Delete => self.presence = Presence::Deleted,
            Act::Restore => self.presence = Presence::Present,
            Act::Link { .. } | Act::Comment { .. } | Act::Create { .. } | Act::Decide { .. } => {}
        }
        self.remote.rev = Rev(self.remote.rev.0 + 1);
    }

    fn set(&mut self, name: &FieldName, value: &Value) {
        if name.as_str() == PARENT {
            self.remote.relations.retain(|link| link.rel != PARENT_LINK);
            if let Some(parent) = value.as_i64() {
                self.remote.relations.push(relation(PARENT_LINK, parent, None));
            }
        }
        if value.is_null() {
            self.remote.fields.remove(name);
        } else {
            self.remote.fields.insert(name.clone(), value.clone());
        }
    }
}

fn relation(rel: &str, target: i64, comment: Option<&str>) -> Relation {
    let mut attributes = Map::new();
    if let Some(comment) = comment {
        attributes.insert("comment".to_owned(), json!(comment));
    }
    Relation {
        rel: rel.to_owned(),
        // As links are written there; it leads nowhere.
        url: format!("{PROJECT}:/_apis/wit/workItems/{target}"),
        attributes,
    }
}

/// Items that an act names by Lockstep's number.
pub fn named(act: &Act) -> Vec<ItemId> {
    match act {
        Act::Set { field, was, to } if field.as_str() == PARENT => {
            [was, to].into_iter().filter_map(unborn_parent).collect()
        }
        Act::Create { fields, .. } => {
            let parent = fields.get(&FieldName::from(PARENT));
            parent.and_then(unborn_parent).into_iter().collect()
        }
        Act::Link {
            target: Target::Item { item },
            ..
        } => vec![*item],
        _ => Vec::new(),
    }
}

/// The act with the board's numbers in the place of Lockstep's.
pub fn with_numbers(mut act: Act, numbers: &BTreeMap<ItemId, i64>) -> Act {
    let known = |value: &mut Value| {
        if let Some(number) = unborn_parent(value).and_then(|item| numbers.get(&item)) {
            *value = json!(number);
        }
    };
    match &mut act {
        Act::Set { field, was, to } if field.as_str() == PARENT => [was, to].into_iter().for_each(known),
        Act::Create { fields, .. } => fields.get_mut(&FieldName::from(PARENT)).into_iter().for_each(known),
        Act::Link { target, .. } => {
            if let Target::Item { item } = target
                && let Some(number) = numbers.get(item)
            {
                *target = Target::WorkItem(azdo::WorkItemId(*number));
            }
        }
        _ => {}
    }
    act
}

#[cfg(test)]
pub(crate) mod tests {
    use azdo::WorkItemId;
    use uuid::Uuid;

    use super::*;
    use crate::program_board::held::WAITS_FOR;

    pub(crate) fn create(title: &str, fields: Value) -> Act {
        let mut fields: Fields = serde_json::from_value(fields).unwrap();
        fields.insert(FieldName::from(field::TITLE), json!(title));
        Act::Create {
            project: PROJECT.into(),
            work_item_type: "User Story".into(),
            fields,
        }
    }

    pub(crate) fn set(name: &str, to: Value) -> Act {
        Act::Set {
            field: FieldName::from(name),
            was: Value::Null,
            to,
        }
    }

    pub(crate) fn waits_for(target: i64, is_added: bool, comment: Option<&str>) -> Act {
        Act::Link {
            rel: WAITS_FOR.into(),
            target: Target::WorkItem(WorkItemId(target)),
            is_added,
            comment: comment.map(str::to_owned),
        }
    }

    fn story() -> LocalItem {
        LocalItem::born(7, &create("Gate", json!({"System.AreaId": 3}))).unwrap()
    }

    fn value(item: &LocalItem, name: &str) -> Value {
        let held = item.remote.fields.get(&FieldName::from(name));
        held.cloned().unwrap_or(Value::Null)
    }

    #[test]
    fn what_is_born_has_a_type_a_state_and_what_it_was_made_with() {
        let item = story();
        assert_eq!((item.number, item.presence), (7, Presence::Present));
        assert_eq!(value(&item, field::WORK_ITEM_TYPE), "User Story");
        assert_eq!(value(&item, field::STATE), "New");
        assert_eq!(
            (value(&item, field::TITLE), value(&item, field::AREA_ID)),
            (json!("Gate"), json!(3))
        );
    }

    #[test]
    fn an_empty_value_takes_the_field_away() {
        let mut item = story();
        item.apply(&set(field::TAGS, json!("a; b")));
        assert_eq!(value(&item, field::TAGS), "a; b");
        item.apply(&set(field::TAGS, Value::Null));
        assert!(!item.remote.fields.contains_key(&FieldName::from(field::TAGS)));
        assert_eq!(item.remote.rev, Rev(3));
    }

    #[test]
    fn the_parent_is_a_field_and_a_link_and_there_is_one() {
        let mut item = story();
        item.apply(&set(PARENT, json!(1)));
        item.apply(&set(PARENT, json!(2)));
        let parents: Vec<_> = item
            .remote
            .relations
            .iter()
            .filter_map(Relation::work_item_id)
            .collect();
        assert_eq!((parents, value(&item, PARENT)), (vec![WorkItemId(2)], json!(2)));
        // Read back from the store it is the same.
        let Remote { rev, fields, relations } = item.remote.clone();
        assert_eq!(Remote::of(rev, fields, relations), item.remote);
        item.apply(&set(PARENT, Value::Null));
        assert_eq!((item.remote.relations.len(), value(&item, PARENT)), (0, Value::Null));
    }

    #[test]
    fn a_link_that_says_something_else_is_one_link() {
        let mut item = story();
        item.apply(&waits_for(4, true, Some("proposed")));
        item.apply(&waits_for(4, true, Some("accepted")));
        item.apply(&waits_for(4, true, None));
        let said: Vec<_> = item
            .remote
            .relations
            .iter()
            .map(|link| link.attributes["comment"].clone())
            .collect();
        assert_eq!(said, [json!("accepted")]);
        item.apply(&waits_for(4, false, None));
        assert!(item.remote.relations.is_empty());
    }

    #[test]
    fn what_is_removed_can_come_back_as_it_was() {
        let mut item = story();
        item.apply(&Act::Delete);
        assert_eq!(item.presence, Presence::Deleted);
        item.apply(&Act::Restore);
        assert_eq!(
            (item.presence, value(&item, field::TITLE)),
            (Presence::Present, json!("Gate"))
        );
    }

    #[test]
    fn what_was_made_in_the_same_go_is_named_by_its_number() {
        let parent = ItemId(Uuid::from_u128(9));
        let numbers = BTreeMap::from([(parent, 12)]);
        let made = create("Gate", json!({"System.Parent": {"item": parent}}));
        assert_eq!(named(&made), [parent]);
        let item = LocalItem::born(13, &with_numbers(made, &numbers)).unwrap();
        assert_eq!(value(&item, PARENT), 12);
        let link = Act::Link {
            rel: WAITS_FOR.into(),
            target: Target::Item { item: parent },
            is_added: true,
            comment: None,
        };
        assert_eq!(named(&link), [parent]);
        assert_eq!(with_numbers(link, &numbers), waits_for(12, true, None));
    }
}
