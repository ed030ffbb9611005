//! Delete, restore, destroy.
//!
//! A deleted work item keeps its id and content in the recycle bin; whether its links vanish elsewhere and come back
//! is doubtful, so switched.

use std::collections::BTreeMap;

use serde_json::json;

use crate::Sim;
use crate::access::Permission;
use crate::link_types;
use crate::links::{LinkChange, LinkChangeKind};
use crate::organization::RevisionEntry;
use crate::refusal::Refusal;
use crate::truth::{Accepted, AcceptedKind};
use crate::work_item::{Deletion, Fields, Relation, Target, Update, WorkItem};
use crate::write::{Author, Draft};

impl Sim {
    /// Moves a work item to the recycle bin.
    pub(crate) fn delete_work_item(&mut self, now_us: i64, author: &Author, id: i64) -> Result<(), Refusal> {
        let area = self.readable(&author.person, id)?.number("System.AreaId");
        self.require_edit(author, area)?;
        self.require_delete(author)?;
        if self.doubts().delete_removes_links_elsewhere {
            self.change_links_elsewhere(now_us, author, id, LinkChangeKind::Removed);
        }
        let deletion = Deletion {
            at_us: now_us,
            by: author.person.unique_name.clone(),
        };
        self.bin_step(now_us, author, id, AcceptedKind::Deleted, Some(deletion));
        self.announce_bin(now_us, author, id, "workitem.deleted");
        Ok(())
    }

    /// Brings a work item back from the recycle bin.
    pub(crate) fn restore_work_item(&mut self, now_us: i64, author: &Author, id: i64) -> Result<(), Refusal> {
        let area = self.in_bin(author, id)?.number("System.AreaId");
        self.require_edit(author, area)?;
        self.require_delete(author)?;
        if !self.doubts().restore_brings_links_back {
            self.change_links_elsewhere(now_us, author, id, LinkChangeKind::Removed);
            if let Some(item) = self.organization.items.get_mut(&id) {
                item.relations
                    .retain(|relation| matches!(relation.target, Target::Url(_)));
            }
        } else {
            self.drop_links_that_no_longer_fit(id);
        }
        self.bin_step(now_us, author, id, AcceptedKind::Restored, None);
        if self.doubts().restore_brings_links_back {
            self.change_links_elsewhere(now_us, author, id, LinkChangeKind::Added);
        }
        self.announce_bin(now_us, author, id, "workitem.restored");
        Ok(())
    }

    /// Deletes for good, from the recycle bin or at once.
    pub(crate) fn destroy_work_item(&mut self, now_us: i64, author: &Author, id: i64) -> Result<(), Refusal> {
        let is_there = self.in_bin(author, id).is_ok() || self.readable(&author.person, id).is_ok();
        if !is_there {
            return Err(Refusal::no_work_item(id));
        }
        if !self.access.may(&author.person, Permission::DestroyWorkItems) {
            let message = "TF401027: You need the Permanently delete work items permission to perform this action.";
            return Err(Refusal::tracking(403, "AccessCheckException", message));
        }
        self.change_links_elsewhere(now_us, author, id, LinkChangeKind::Removed);
        self.accept_bin(now_us, author, id, AcceptedKind::Destroyed, None);
        if self.doubts().destroy_fires_deleted {
            self.announce_bin(now_us, author, id, "workitem.deleted");
        }
        if let Some(item) = self.organization.items.get_mut(&id) {
            item.is_destroyed = true;
            item.relations.clear();
        }
        Ok(())
    }

    /// The work item in the recycle bin, if this person may know of it.
    pub(crate) fn in_bin(&self, author: &Author, id: i64) -> Result<&WorkItem, Refusal> {
        let item = self
            .organization
            .items
            .get(&id)
            .filter(|item| item.deletion.is_some() && !item.is_destroyed);
        item.filter(|item| self.may_read(&author.person, item)).ok_or_else(|| {
            let message =
                format!("TF401232: Work item {id} does not exist, or you do not have permissions to read it.");
            Refusal::tracking(404, "WorkItemNotFoundException", message)
        })
    }

    fn require_delete(&self, author: &Author) -> Result<(), Refusal> {
        if self.access.may(&author.person, Permission::DeleteWorkItems) {
            return Ok(());
        }
        let message = "TF401027: You need the Delete and restore work items permission to perform this action.";
        Err(Refusal::tracking(403, "AccessCheckException", message))
    }

    /// Into or out of the bin, with a revision if that is the side the doubt is on.
    fn bin_step(&mut self, now_us: i64, author: &Author, id: i64, kind: AcceptedKind, deletion: Option<Deletion>) {
        let is_deleted = deletion.is_some();
        let mut update_id = None;
        if self.doubts().delete_bumps_rev {
            let by = author.person.unique_name.clone();
            let at_us = self.next_change_us(id, now_us);
            let item = &self.organization.items[&id];
            let mut draft = Draft::of(item.project, item.fields().clone(), item.relations.clone());
            draft.fields.remove("System.History");
            draft.fields.insert("System.IsDeleted", json!(is_deleted));
            self.make_revision(id, at_us, &by, &mut draft, false);
            self.organization.revision_log.pop();
            let rev = self.organization.items[&id].rev();
            let update = Update {
                rev,
                at_us,
                by,
                is_revision: true,
                added: Vec::new(),
                removed: Vec::new(),
                updated: Vec::new(),
            };
            update_id = Some(self.push_update(id, update));
        }
        if let Some(item) = self.organization.items.get_mut(&id) {
            item.deletion = deletion;
        }
        let rev = self.organization.items[&id].rev();
        let at_us = crate::clock::stored(now_us);
        self.organization.revision_log.push(RevisionEntry {
            id,
            rev,
            at_us,
            is_deleted,
        });
        self.accept_bin(now_us, author, id, kind, update_id);
    }

    fn accept_bin(&mut self, now_us: i64, author: &Author, id: i64, kind: AcceptedKind, update_id: Option<i64>) {
        self.truth.push(Accepted {
            work_item_id: id,
            rev: self.organization.items[&id].rev(),
            update_id,
            at_us: now_us,
            identity: author.person.unique_name.clone(),
            identity_id: author.person.id.clone(),
            request_id: author.request_id.clone(),
            token_name: author.token_name.clone(),
            kind,
            fields: BTreeMap::new(),
            tested_rev: None,
            relations_added: Vec::new(),
            relations_removed: Vec::new(),
        });
    }

    /// Adds or removes, at every other end, the links that `id` has.
    fn change_links_elsewhere(&mut self, now_us: i64, author: &Author, id: i64, kind: LinkChangeKind) {
        for relation in self.organization.items[&id].relations.clone() {
            let (Target::WorkItem(other), Some(end)) = (&relation.target, link_types::find(&relation.rel)) else {
                continue;
            };
            let mut mirrored = relation.clone();
            mirrored.rel = end.opposite.to_owned();
            mirrored.target = Target::WorkItem(id);
            let is_there = self
                .organization
                .items
                .get(other)
                .is_some_and(|item| item.relations.iter().any(|r| r.is_same_link(&mirrored)));
            if is_there == (kind == LinkChangeKind::Added) {
                continue;
            }
            self.log_link(
                now_us,
                author,
                id,
                *other,
                end,
                &LinkChange {
                    kind,
                    relation: relation.clone(),
                },
            );
            self.change_far_end(
                now_us,
                author,
                *other,
                LinkChange {
                    kind,
                    relation: mirrored,
                },
            );
        }
    }

    /// While the item was away, its parent may have gone or its child found another parent.
    fn drop_links_that_no_longer_fit(&mut self, id: i64) {
        let mut relations = self.organization.items[&id].relations.clone();
        relations.retain(|relation| {
            let (Target::WorkItem(other), Some(end)) = (&relation.target, link_types::find(&relation.rel)) else {
                return true;
            };
            let Some(other) = self.organization.items.get(other).filter(|other| !other.is_destroyed) else {
                return false;
            };
            let is_single = link_types::find(end.opposite).is_some_and(|opposite| opposite.is_single);
            let is_taken = other
                .relations
                .iter()
                .any(|r| r.rel == end.opposite && r.target != Target::WorkItem(id));
            !(is_single && is_taken)
        });
        relations.retain(|relation| !self.closes_circle(id, relation));
        if let Some(item) = self.organization.items.get_mut(&id) {
            item.relations = relations;
        }
    }

    /// While the item was away, what it waits for may have been linked behind what waits for it.
    fn closes_circle(&self, id: i64, relation: &Relation) -> bool {
        let (Target::WorkItem(before), Some(end)) = (&relation.target, link_types::find(&relation.rel)) else {
            return false;
        };
        if !end.is_acyclic || end.is_forward {
            return false;
        }
        let item = &self.organization.items[&id];
        let draft = Draft::of(item.project, Fields::default(), Vec::new());
        item.relations
            .iter()
            .filter(|other| other.rel == end.opposite)
            .any(|other| match other.target {
                Target::WorkItem(after) => self.reaches(&draft, Some(id), after, *before, end.opposite),
                Target::Url(_) => false,
            })
    }
}
