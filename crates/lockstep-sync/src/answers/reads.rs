//! A batch was read: what it means for the items that were asked for, and for work items that nobody is paired with.

use std::collections::BTreeMap;

use azdo::planted::{Bug, is_planted};
use azdo::{WorkItem, WorkItemId};

use super::note_presence;
use crate::call::Answer;
use crate::edit::Outcome;
use crate::item::{Item, Presence};
use crate::links::carries_marker;
use crate::merge::absorb;
use crate::record::{Disposition, Record};
use crate::replica::Replica;
use crate::{ItemId, NoticeId};

impl Replica {
    /// A batch was read.
    pub(super) fn read(&mut self, items: Vec<ItemId>, strangers: BTreeMap<WorkItemId, Vec<NoticeId>>, answer: Answer) {
        for id in &items {
            if let Some(item) = self.items.get_mut(id) {
                item.errand.is_busy = false;
            }
        }
        self.dirty.extend(&items);
        let Answer::Items(found) = answer else {
            for id in items {
                if let Some(errand) = self.items.get_mut(&id).map(|item| &mut item.errand) {
                    errand.is_stale = true;
                    let heard = std::mem::take(&mut errand.reading);
                    errand.notices.extend(heard);
                }
            }
            for (id, notices) in strangers {
                self.strangers.entry(id).or_default().extend(notices);
            }
            return;
        };
        let mut records = Vec::new();
        let mut read_now = Vec::new();
        for id in items {
            let Some(item) = self.items.get_mut(&id) else { continue };
            match found.iter().find(|read| Some(read.id) == item.work_item) {
                Some(read) => {
                    records.extend(take_in(item, read));
                    read_now.push(id);
                }
                None if is_planted(Bug::NotFoundMeansDeleted) => {
                    records.extend(note_presence(item, Presence::Deleted, None));
                }
                None if is_planted(Bug::BinNotAsked) => {
                    records.extend(note_presence(item, Presence::OutOfSight, None));
                }
                None => item.errand.is_missing = true,
            }
        }
        for (id, notices) in strangers {
            let read = found.iter().find(|read| read.id == id);
            if let Some(item) = self.by_work_item.get(&id).copied() {
                // Paired while it was being read.
                self.hand_over(item, notices);
                continue;
            }
            if read.is_none() {
                // Deleted or hidden before it could be looked at: it may have been the one.
                records.extend(self.update_searches(|attempt, search| {
                    search.has_deleted_candidate |= attempt.is_create();
                }));
            }
            let disposition = match read.map(|read| self.meet(read, &mut records)) {
                Some(Some(item)) => {
                    read_now.push(item);
                    Disposition::Applied
                }
                _ => Disposition::OutOfScope,
            };
            records.push(Record::NoticesSettled(notices, disposition));
        }
        records.extend(self.move_cards(&read_now));
        self.save(records);
    }

    /// A work item that nobody is paired with: it may be what an unanswered creation made, or belong to a board.
    fn meet(&mut self, read: &WorkItem, records: &mut Vec<Record>) -> Option<ItemId> {
        if let Some(item) = self.adopt(read, records) {
            return Some(item);
        }
        let (item, adopted) = self.take_up(read)?;
        // What was heard of it since may be newer than what was read.
        if let Some(notices) = self.strangers.remove(&read.id)
            && let Record::Adopted {
                observation, boards, ..
            } = &adopted
        {
            let known = Item {
                work_item: Some(read.id),
                remote: Some(observation.remote.clone()),
                presence: Presence::Present,
                boards: boards.clone(),
                ..Item::unborn(item)
            };
            self.items.insert(item, known);
            self.by_work_item.insert(read.id, item);
            self.hand_over(item, notices);
        }
        records.push(adopted);
        Some(item)
    }

    /// Pairs a work item that carries the marker of an unanswered creation. Returns whose it was.
    fn adopt(&mut self, read: &WorkItem, records: &mut Vec<Record>) -> Option<ItemId> {
        let owner = self.items.values().find(|item| {
            item.work_item.is_none()
                && item
                    .attempt
                    .as_ref()
                    .is_some_and(|attempt| attempt.is_create() && attempt.is_unknown())
                && (carries_marker(read, &self.rules.marker(item.id)) || is_planted(Bug::MarkerNotCompared))
        });
        let id = owner.map(|item| item.id)?;
        let mut item = self.items.remove(&id)?;
        if let Some(attempt) = item.attempt.take() {
            records.extend(self.born(&mut item, attempt, read, Outcome::FoundApplied));
        }
        self.dirty.insert(id);
        self.items.insert(id, item);
        Some(id)
    }
}

/// A work item was read: absorb it and settle the notices that asked for it.
pub(super) fn take_in(item: &mut Item, read: &WorkItem) -> Vec<Record> {
    item.errand.is_missing = false;
    item.errand.is_fresh = true;
    let mut records = absorb(item, read, false);
    let disposition = if records.is_empty() {
        Disposition::Echo
    } else {
        Disposition::Applied
    };
    let notices = std::mem::take(&mut item.errand.reading);
    if !notices.is_empty() {
        records.push(Record::NoticesSettled(notices, disposition));
    }
    records
}
