//! One item: the work item as last read, and the edits that are not settled.
//!
//! *Base* and *local* are derived: base is the oldest unsettled `was` of a field, else remote; local is the newest
//! `to`, else remote. Nothing here is a decision; decisions are made in [`crate::plan`].

use std::collections::{BTreeMap, BTreeSet};

use azdo::{FieldName, Fields, Relation, Rev, WorkItem, WorkItemId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::edit::{Act, Attempt, Doubt, Edit, Hold, LetGo, Subject};
use crate::{BoardId, EditId, ItemId, NoticeId, PARENT, PARENT_LINK};

/// An item, with all that is open about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Lockstep's number, and the marker of its creation.
    pub id: ItemId,
    /// The work item it is paired with.
    pub work_item: Option<WorkItemId>,
    /// The work item as last read.
    pub remote: Option<Remote>,
    /// Whether it is there.
    pub presence: Presence,
    /// Unsettled edits in the order of their change numbers.
    pub edits: Vec<Edit>,
    /// Edits let go of which a request may still take effect.
    #[serde(default)]
    pub let_go: Vec<LetGo>,
    /// The attempt that is under way or unanswered. One at a time.
    pub attempt: Option<Attempt>,
    /// Boards that it is a card of.
    #[serde(default)]
    pub boards: BTreeSet<BoardId>,
    /// Items that its edits name, that have no work item and are not going to have one.
    #[serde(default)]
    pub unmade: BTreeSet<ItemId>,
    /// What this process still has to do about it; not stored.
    #[serde(skip)]
    pub errand: Errand,
}

/// The work item as last read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remote {
    /// Revision.
    pub rev: Rev,
    /// Field values as the server wrote them, but for pictures of people and its own bookkeeping; [`PARENT`] as the links
    /// have it.
    pub fields: Fields,
    /// Links, in the server's order.
    pub relations: Vec<Relation>,
}

/// Whether the work item is there: an observation, never a missing row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// There is no work item yet.
    Unborn,
    /// Read with success.
    Present,
    /// In the recycle bin; seen there.
    Deleted,
    /// Unreadable with the connection's token, and no proof of a deletion.
    OutOfSight,
}

/// What this process still has to do about an item. Lost with the process, and found again from what is stored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Errand {
    /// It must be read before anything else.
    pub is_stale: bool,
    /// The batch did not return it: look into the recycle bin.
    pub is_missing: bool,
    /// Just read, so that a deletion may follow.
    pub is_fresh: bool,
    /// A refusal named no field: send each edit alone.
    pub sends_alone: bool,
    /// A call about it is under way.
    pub is_busy: bool,
    /// Nothing before this moment, microseconds UTC.
    pub not_before_us: i64,
    /// Notices to settle once it has been read.
    pub notices: Vec<NoticeId>,
    /// Those that the read under way answers. What is heard meanwhile may be newer than that read, and asks for another.
    pub reading: Vec<NoticeId>,
    /// Paths of nodes as they were sent in the request under way.
    pub sent_paths: BTreeMap<i64, String>,
    /// Calls in a row that ended without progress.
    pub n_failures: u32,
    /// How often each edit was refused since a person last looked at it.
    pub n_refused: BTreeMap<EditId, u32>,
}

impl Remote {
    /// What was read, with the parent as a field: it moves with the links, and not every server has the field. Of people it
    /// keeps who they are, and nothing of what the server notes for itself: that is half of what it sends of a work item.
    pub fn of(rev: Rev, mut fields: Fields, relations: Vec<Relation>) -> Self {
        fields.retain(|name, _| !is_bookkeeping(name.as_str()));
        fields.values_mut().for_each(without_picture);
        let parent = relations.iter().find(|r| r.rel == PARENT_LINK);
        match parent.and_then(Relation::work_item_id) {
            Some(parent) => fields.insert(FieldName::from(PARENT), json!(parent.0)),
            None => fields.remove(&FieldName::from(PARENT)),
        };
        Self { rev, fields, relations }
    }
}

impl From<&WorkItem> for Remote {
    fn from(read: &WorkItem) -> Self {
        Self::of(read.rev, read.fields.clone(), read.relations.clone())
    }
}

/// Whether a field is the server's own bookkeeping: said by another field too, or of no meaning outside of it. Nobody can
/// set one, and nothing here asks for one.
fn is_bookkeeping(name: &str) -> bool {
    let Some(name) = name.strip_prefix("System.") else {
        return false;
    };
    let is_level = |tree: &str| name.strip_prefix(tree).is_some_and(|level| level.parse::<u8>().is_ok());
    matches!(
        name,
        "AttachedFileCount"
            | "AuthorizedAs"
            | "AuthorizedDate"
            | "ExternalLinkCount"
            | "HyperLinkCount"
            | "NodeName"
            | "PersonId"
            | "RelatedLinkCount"
            | "RemoteLinkCount"
            | "RevisedDate"
            | "Watermark"
    ) || is_level("AreaLevel")
        || is_level("IterationLevel")
}

/// What is kept of a person.
const IDENTITY_KEPT: [&str; 3] = ["displayName", "id", "uniqueName"];

fn without_picture(value: &mut Value) {
    if let Value::Object(object) = value
        && object.contains_key("displayName")
    {
        object.retain(|key, _| IDENTITY_KEPT.contains(&key.as_str()));
    }
}

/// The item that a value of [`PARENT`] names, while it has no number there.
pub fn unborn_parent(value: &Value) -> Option<ItemId> {
    value.get("item")?.as_str()?.parse().ok().map(ItemId)
}

impl Item {
    /// A Lockstep item that has no work item.
    pub fn unborn(id: ItemId) -> Self {
        Self {
            id,
            work_item: None,
            remote: None,
            presence: Presence::Unborn,
            edits: Vec::new(),
            let_go: Vec::new(),
            attempt: None,
            boards: BTreeSet::new(),
            unmade: BTreeSet::new(),
            errand: Errand::default(),
        }
    }

    /// The value last read; `Null` when empty or never read.
    pub fn remote_value(&self, field: &FieldName) -> &Value {
        self.remote
            .as_ref()
            .and_then(|remote| remote.fields.get(field))
            .unwrap_or(&Value::Null)
    }

    /// The value both sides last agreed on.
    pub fn base(&self, field: &FieldName) -> &Value {
        self.chain(field)
            .next()
            .map_or_else(|| self.remote_value(field), |(_, was, _)| was)
    }

    /// The value to show: what was last wanted here, else what was last read.
    pub fn local(&self, field: &FieldName) -> &Value {
        self.chain(field)
            .last()
            .map_or_else(|| self.remote_value(field), |(_, _, to)| to)
    }

    /// Unsettled edits of a field, oldest first: position, `was`, `to`.
    pub fn chain(&self, field: &FieldName) -> impl Iterator<Item = (usize, &Value, &Value)> {
        self.edits
            .iter()
            .enumerate()
            .filter_map(move |(i, edit)| match &edit.act {
                Act::Set { field: f, was, to } if f == field => Some((i, was, to)),
                _ => None,
            })
    }

    /// Position of the first unsettled edit of a field at or behind `from`.
    pub fn next_of(&self, field: &FieldName, from: usize) -> Option<usize> {
        self.chain(field).map(|(i, ..)| i).find(|&i| i >= from)
    }

    /// Whether an unsettled edit before this one is about the same.
    pub fn has_earlier(&self, position: usize) -> bool {
        let subject = self.edits[position].subject();
        subject.is_some() && self.edits[..position].iter().any(|edit| edit.subject() == subject)
    }

    /// Requests that may still take effect, or have done so unseen.
    pub fn doubts(&self) -> impl Iterator<Item = &Doubt> {
        let open = self.edits.iter().filter_map(|edit| edit.doubt.as_ref());
        open.chain(self.let_go.iter().map(|let_go| &let_go.doubt))
    }

    /// Items without a number there that its edits name: what is at the other end of a link, and parents.
    pub fn awaits(&self) -> BTreeSet<ItemId> {
        self.edits.iter().flat_map(Edit::awaits).collect()
    }

    /// Puts numbers in the place of items that have one by now. In memory alone: what is stored is what was accepted.
    /// Returns whether any edit named one of them.
    pub fn learn(&mut self, numbers: &BTreeMap<ItemId, WorkItemId>) -> bool {
        let is_news = self
            .edits
            .iter()
            .flat_map(Edit::awaits)
            .any(|item| numbers.contains_key(&item));
        if is_news {
            self.edits.iter_mut().for_each(|edit| edit.learn(numbers));
        }
        is_news
    }

    /// Whether a creation is open.
    pub fn is_to_be_created(&self) -> bool {
        self.edits.iter().any(|edit| matches!(edit.act, Act::Create { .. }))
    }

    /// Fields with unsettled edits, each once, in the order of the edits.
    pub fn edited_fields(&self) -> Vec<FieldName> {
        let mut fields: Vec<FieldName> = Vec::new();
        for subject in self.edits.iter().filter_map(Edit::subject) {
            if let Subject::Field(field) = subject
                && !fields.contains(field)
            {
                fields.push(field.clone());
            }
        }
        fields
    }

    /// Whether nothing is open: it need not be kept in memory.
    pub fn is_at_rest(&self) -> bool {
        let errand = &self.errand;
        self.edits.is_empty()
            && self.attempt.is_none()
            && errand.notices.is_empty()
            && errand.reading.is_empty()
            && !errand.is_stale
            && !errand.is_missing
            && !errand.is_busy
    }

    /// Whether an edit is held for `hold`'s kind of reason.
    pub fn has_held(&self, is_such: impl Fn(&Hold) -> bool) -> bool {
        self.edits.iter().any(|edit| edit.hold().is_some_and(&is_such))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_people_it_is_kept_who_they_are() {
        let ines = json!({
            "displayName": "Ines Moreau", "id": "7", "uniqueName": "ines@northquay.example", "descriptor": "aad.7",
            "url": "https://server/7", "imageUrl": "https://server/7.png", "_links": {"avatar": {"href": "https://server/7.png"}},
        });
        let fields = Fields::from([
            (FieldName::from("System.AssignedTo"), ines),
            (FieldName::from("System.Title"), json!("Gate pilot")),
        ]);
        let remote = Remote::of(Rev(1), fields, Vec::new());
        let kept = json!({"displayName": "Ines Moreau", "id": "7", "uniqueName": "ines@northquay.example"});
        assert_eq!(remote.fields[&FieldName::from("System.AssignedTo")], kept);
        assert_eq!(remote.fields[&FieldName::from("System.Title")], "Gate pilot");
    }

    #[test]
    fn what_the_server_notes_for_itself_is_not_kept() {
        let names = [
            "System.Watermark",
            "System.AreaLevel2",
            "System.IterationLevel10",
            "System.AuthorizedAs",
            "System.AreaPath",
            "System.AreaLevelling",
            "Custom.Watermark",
        ];
        let fields = names.map(|name| (FieldName::from(name), json!("x"))).into();
        let remote = Remote::of(Rev(1), fields, Vec::new());
        let kept: Vec<&str> = remote.fields.keys().map(FieldName::as_str).collect();
        assert_eq!(kept, ["Custom.Watermark", "System.AreaLevelling", "System.AreaPath"]);
    }
}
