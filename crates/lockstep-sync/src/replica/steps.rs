//! What goes out: the next step of each item, the batch read, the polls.

use std::collections::{BTreeMap, BTreeSet};

use azdo::planted::{Bug, is_planted};
use azdo::{FeedStart, WorkItemId};

use super::{BATCH_IDS_MAX, FIRST_LOOK_BACK_US, ITEM_CALLS_MAX, Pending, ROUNDS_MAX, Replica};
use crate::call::Call;
use crate::document::nodes_of;
use crate::edit::{AttemptState, EditState, Ending, Whom};
use crate::item::{Item, Presence};
use crate::plan::{Next, plan};
use crate::record::{Disposition, Feed, Record};
use crate::rules::Rules;
use crate::{AttemptId, ItemId, NoticeId};

impl Replica {
    pub(super) fn plan_items(&mut self) {
        let mut n_busy = self
            .pending
            .values()
            .filter(|p| matches!(p, Pending::Item { .. }))
            .count();
        let mut later = BTreeSet::new();
        // What is found on the way may be of interest to others.
        while let Some(id) = self.dirty.pop_first() {
            let attempt = AttemptId(self.next_id());
            self.learn_numbers(id);
            let Some(item) = self.items.get_mut(&id) else { continue };
            let (mut records, next) = plan_to_rest(item, &self.rules, self.now_us, attempt);
            item.errand.is_fresh = false;
            let is_given_up = |record: &Record| matches!(record, Record::EditSettled(_, Ending::GivenUp { .. }));
            if item.presence == Presence::Unborn && records.iter().any(is_given_up) && !item.is_to_be_created() {
                self.note_unmade(id);
            }
            match next {
                Next::Rest(at) => {
                    if let Some(at) = at {
                        self.timers.insert((at, id));
                    }
                    self.save(std::mem::take(&mut records));
                    self.forget_if_at_rest(id);
                }
                Next::Read => {
                    self.to_read.insert(id);
                    self.save(records);
                }
                Next::Ask(_) | Next::Write(..) if n_busy >= ITEM_CALLS_MAX => {
                    later.insert(id);
                    self.save(records);
                }
                Next::Ask(call) => {
                    let over = self.pause_over_us(Whom::Connection);
                    if over > self.now_us {
                        self.timers.insert((over, id));
                        self.save(records);
                    } else {
                        n_busy += 1;
                        self.ask(id, records, call);
                    }
                }
                // When everything has been read it is planned again.
                Next::Write(..) if self.is_reconciling() => self.save(records),
                Next::Write(attempt, call) => {
                    let over = self.pause_over_us(attempt.whom);
                    if over > self.now_us {
                        self.timers.insert((over, id));
                        self.save(records);
                    } else {
                        n_busy += 1;
                        self.write(id, records, *attempt, *call);
                    }
                }
            }
        }
        self.dirty = later;
    }

    /// Tells an item the numbers of items that its edits name and that have one by now.
    pub(super) fn learn_numbers(&mut self, id: ItemId) {
        let awaited = self.items.get(&id).map(Item::awaits).unwrap_or_default();
        let number = |item: &ItemId| Some((*item, self.items.get(item)?.work_item?));
        let numbers = awaited.iter().filter_map(number).collect();
        if let Some(item) = self.items.get_mut(&id).filter(|_| !awaited.is_empty()) {
            item.learn(&numbers);
        }
    }

    /// An item is not going to have a work item: what was to be linked to it has nothing to go to.
    pub(super) fn note_unmade(&mut self, id: ItemId) {
        for other in self.items.values_mut().filter(|other| other.awaits().contains(&id)) {
            other.unmade.insert(id);
            self.dirty.insert(other.id);
        }
    }

    pub(super) fn ask(&mut self, id: ItemId, records: Vec<Record>, call: Call) {
        let had_proof = self
            .items
            .get(&id)
            .is_some_and(|item| crate::answers::has_proof_of_absence(self, item));
        if let Some(item) = self.items.get_mut(&id) {
            item.errand.is_busy = true;
        }
        self.step(records, Some(call), Some(Pending::Item { item: id, had_proof }));
    }

    pub(super) fn write(&mut self, id: ItemId, mut records: Vec<Record>, attempt: crate::edit::Attempt, call: Call) {
        if let Some(item) = self.items.get_mut(&id) {
            item.errand.is_busy = true;
            item.errand.sent_paths.clear();
            for edit in &mut item.edits {
                if attempt.edits.contains(&edit.id) {
                    let paths = nodes_of(edit).into_iter();
                    let paths = paths.filter_map(|node| Some((node, self.rules.nodes.get(&node)?.clone())));
                    item.errand.sent_paths.extend(paths);
                    edit.state = EditState::Sending { attempt: attempt.id };
                }
            }
            item.attempt = Some(attempt.clone());
        }
        records.push(Record::AttemptBegun(Box::new(attempt)));
        self.step(
            records,
            Some(call),
            Some(Pending::Item {
                item: id,
                had_proof: false,
            }),
        );
    }

    pub(super) fn read_batch(&mut self) {
        let is_reading = self.pending.values().any(|p| matches!(p, Pending::Batch { .. }));
        if is_reading || self.pause_over_us(Whom::Connection) > self.now_us {
            return;
        }
        let mut items: Vec<ItemId> = Vec::new();
        let mut ids: Vec<WorkItemId> = Vec::new();
        while ids.len() < BATCH_IDS_MAX
            && let Some(id) = self.to_read.pop_first()
        {
            let Some(item) = self.items.get_mut(&id).filter(|item| !item.errand.is_busy) else {
                continue;
            };
            if let Some(work_item) = item.work_item {
                item.errand.is_busy = true;
                let heard = std::mem::take(&mut item.errand.notices);
                item.errand.reading.extend(heard);
                item.errand.is_stale = false;
                items.push(id);
                ids.push(work_item);
            }
        }
        // A stranger is read only when its own creation's answer can no longer come.
        let is_creating = self.items.values().any(|item| {
            item.attempt
                .as_ref()
                .is_some_and(|a| a.is_create() && a.state == AttemptState::Sending)
        });
        let mut strangers = BTreeMap::new();
        if !is_creating && self.follows_strangers() {
            while ids.len() < BATCH_IDS_MAX
                && let Some((id, notices)) = self.strangers.pop_first()
            {
                strangers.insert(id, notices);
                ids.push(id);
            }
        }
        if ids.is_empty() {
            return;
        }
        let mut save = Vec::new();
        if is_planted(Bug::AcknowledgedBeforeSave) {
            let mut notices: Vec<NoticeId> = Vec::new();
            for id in &items {
                notices.extend(
                    self.items
                        .get_mut(id)
                        .map(|i| std::mem::take(&mut i.errand.reading))
                        .unwrap_or_default(),
                );
            }
            save.push(Record::NoticesSettled(notices, Disposition::Applied));
        }
        self.step(
            save,
            Some(Call::ReadItems(ids)),
            Some(Pending::Batch { items, strangers }),
        );
    }

    pub(super) fn poll(&mut self) {
        if self.pause_over_us(Whom::Connection) > self.now_us || self.is_reconciling() {
            return;
        }
        // Without a cursor from a while ago; after a restore from as long ago as the backup knows, and from as long ago as
        // a creation is without an answer: what became of it since is told there alone.
        let restored_us = self.rules.restored.map(|restored| restored.since_us);
        let attempts = self.items.values().filter_map(|item| item.attempt.as_ref());
        let creations = attempts.filter(|attempt| attempt.is_create());
        let since_us = creations.map(|creation| creation.supposed_since_us.unwrap_or(creation.started_us));
        let from_us = since_us.chain(restored_us).min().unwrap_or(i64::MAX);
        let (now_us, first_us) = (self.now_us, self.now_us.min(from_us) - FIRST_LOOK_BACK_US);
        for feed in [Feed::Revisions, Feed::Links] {
            let Some(state) = self.feeds.get_mut(&feed).filter(|s| !s.is_busy && s.next_us <= now_us) else {
                continue;
            };
            state.is_busy = true;
            if state.pass_started_us.is_none() {
                state.pass_started_us = Some(now_us);
                state.n_in_pass = 0;
                state.newest_in_pass_us = None;
            }
            let from = state
                .cursor
                .clone()
                .map_or(FeedStart::Since { start_us: first_us }, FeedStart::Token);
            self.step(Vec::new(), Some(Call::Poll(feed, from)), Some(Pending::Poll(feed)));
        }
    }
}

/// Plans until the plan asks for something or rests. Decisions on the way may open others.
fn plan_to_rest(item: &mut Item, rules: &Rules, now_us: i64, attempt: AttemptId) -> (Vec<Record>, Next) {
    let mut records = Vec::new();
    for _ in 0..ROUNDS_MAX {
        let (more, next) = plan(item, rules, now_us, attempt);
        let is_settled = more.is_empty();
        records.extend(more);
        if is_settled || !matches!(next, Next::Rest(_)) {
            return (records, next);
        }
    }
    unreachable!("an item's plan did not come to rest within {ROUNDS_MAX} rounds");
}
