//! What an answer means for the item it is about.
//!
//! After an answered write, what the server *returned* becomes remote. An answer that was lost makes the attempt
//! unknown, and the question is asked of the server: the updates for a PATCH, the recycle bin for a deletion, the
//! marker for a creation. A creation counts as absent only when the server can no longer act on it and what shows it
//! has been read since.

use std::collections::BTreeMap;

use azdo::planted::{Bug, is_planted};
use azdo::{FieldName, Rev, WorkItem, WorkItemId, WorkItemUpdate, field};
use serde_json::{Value, json};

use crate::call::{Answer, Aside, Failure, own_update};
use crate::document::path_field;
use crate::edit::{
    Act, Attempt, AttemptKind, AttemptState, Doubt, EditState, Ending, Hold, Outcome, Search, Target, Whom,
};
use crate::item::{Item, Presence};
use crate::links::{carries_marker, has_relation};
use crate::merge::{absorb, drop_settled, held_rev, hold, rebase, rebase_after_write, settle, wait};
use crate::record::{Disposition, Health, Observation, Record, TokenTrouble};
use crate::replica::{Pending, Replica, StepId, spread};
use crate::value::{is_kept_form, is_same};
use crate::{ItemId, PARENT, PARENT_LINK};

/// Waits between look-ups of a lost creation, seconds; the last one repeats.
const LOOKUP_WAITS_S: [i64; 8] = [2, 3, 10, 15, 30, 60, 120, 120];
/// Without a fence the feed has to be quiet for so long after the bound, microseconds.
const QUIET_US: i64 = 15 * 60 * 1_000_000;
/// Quiet feed passes that count as a fence.
const QUIET_PASSES: u32 = 3;
const SECOND_US: i64 = 1_000_000;

impl Replica {
    pub(crate) fn answered(&mut self, step: StepId, answer: Answer, aside: Aside) {
        let Some(pending) = self.pending.remove(&step) else {
            return;
        };
        if let Some(server_us) = aside.server_time_us {
            self.server_ahead_us = server_us - self.now_us;
        }
        let whom = match &pending {
            Pending::Item { item, .. } => self
                .items
                .get(item)
                .and_then(|item| item.attempt.as_ref())
                .filter(|attempt| attempt.state == AttemptState::Sending)
                .map_or(Whom::Connection, |attempt| attempt.whom),
            _ => Whom::Connection,
        };
        if let Some(retry_after_ms) = aside.retry_after_ms {
            self.pause(whom, retry_after_ms);
        }
        let is_first_contact = self.health.is_none();
        self.take_pulse(whom, &answer, is_first_contact);
        let answer = match answer {
            Answer::Written(read) if aside.lacks_links => Answer::Written(self.with_links_held(&pending, read)),
            answer => answer,
        };
        match pending {
            Pending::Batch { items, strangers } => self.read(items, strangers, answer),
            Pending::Poll(feed) => self.polled(feed, answer),
            Pending::Item { item, had_proof } => {
                self.dirty.insert(item);
                let Some(mut taken) = self.items.remove(&item) else {
                    return;
                };
                taken.errand.is_busy = false;
                let records = match taken.attempt.clone() {
                    Some(attempt) if attempt.state == AttemptState::Sending => {
                        self.written(&mut taken, attempt, answer)
                    }
                    Some(attempt) => self.looked_for(&mut taken, attempt, answer, had_proof),
                    None => self.asked(&mut taken, answer),
                };
                self.items.insert(item, taken);
                self.save(records);
            }
        }
    }

    /// An answered write of a server that leaves the links out: those last read stand in, and the item is read again.
    fn with_links_held(&mut self, pending: &Pending, mut read: WorkItem) -> WorkItem {
        if let Pending::Item { item, .. } = pending
            && let Some(item) = self.items.get_mut(item)
        {
            item.errand.is_stale = true;
            read.relations = item
                .remote
                .as_ref()
                .map(|remote| remote.relations.clone())
                .unwrap_or_default();
        }
        read
    }

    /// Keeps an identity quiet for as long as the server asked.
    fn pause(&mut self, whom: Whom, for_ms: u64) {
        let until = self.now_us + (for_ms as i64).saturating_mul(1000);
        let held = self.paused.entry(whom).or_insert(0);
        *held = until.max(*held);
    }

    /// Slows the connection down while it does not answer, and notes how it fares.
    fn take_pulse(&mut self, whom: Whom, answer: &Answer, is_first_contact: bool) {
        let health = match answer {
            Answer::Failed(Failure::NotNow | Failure::MaybeDone) => {
                self.n_failures += 1;
                let wait_us = self.backoff_us(self.n_failures, 60);
                self.paused_all_until_us = self.now_us + wait_us;
                // One lost answer is nothing to tell anybody.
                (self.n_failures >= 2 || is_first_contact).then_some(Health::Unreachable)
            }
            Answer::Failed(Failure::Token(trouble)) => {
                self.refuse_token(whom, *trouble);
                (whom == Whom::Connection).then_some(Health::TokenRefused)
            }
            Answer::Failed(Failure::Throttled(retry_after_ms)) => {
                self.pause(whom, (*retry_after_ms).max(1000));
                (whom == Whom::Connection).then_some(Health::Throttled)
            }
            Answer::Failed(Failure::NoToken) => {
                if whom == Whom::Connection {
                    self.pause(whom, 30_000);
                }
                None
            }
            _ => {
                self.n_failures = 0;
                self.paused_all_until_us = 0;
                (whom == Whom::Connection).then_some(Health::InLockstep)
            }
        };
        if let Some(health) = health
            && self.health != Some(health)
        {
            self.health = Some(health);
            self.save(vec![Record::Health(health)]);
        }
    }

    fn refuse_token(&mut self, whom: Whom, trouble: TokenTrouble) {
        match whom {
            Whom::Member(member) => {
                self.rules.own_tokens.remove(&member);
                self.rules.unusable_tokens.insert(member);
                self.save(vec![Record::TokenRefused(whom, trouble)]);
            }
            Whom::Connection => {
                if self.health != Some(Health::TokenRefused) {
                    self.save(vec![Record::TokenRefused(whom, trouble)]);
                }
                self.n_failures += 1;
                let wait_us = self.backoff_us(self.n_failures + 4, 600);
                self.paused.insert(whom, self.now_us + wait_us);
            }
        }
    }

    /// Waits that double, spread so that many don't come at once; microseconds.
    fn backoff_us(&self, n: u32, most_s: i64) -> i64 {
        let seconds = (1_i64 << n.clamp(1, 10).saturating_sub(1)).min(most_s);
        let spread_us = (spread(self.dice ^ u64::from(n)) % (seconds as u64 * 500_000)) as i64;
        seconds * SECOND_US / 2 + spread_us
    }

    /// A batch was read.
    fn read(&mut self, items: Vec<ItemId>, strangers: Vec<WorkItemId>, answer: Answer) {
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
            return;
        };
        let mut records = Vec::new();
        for id in items {
            let Some(item) = self.items.get_mut(&id) else { continue };
            match found.iter().find(|read| Some(read.id) == item.work_item) {
                Some(read) => records.extend(take_in(item, read)),
                None if is_planted(Bug::NotFoundMeansDeleted) => {
                    records.extend(note_presence(item, Presence::Deleted, None));
                }
                None => item.errand.is_missing = true,
            }
        }
        for id in strangers {
            let Some(notices) = self.strangers.remove(&id) else {
                continue;
            };
            let read = found.iter().find(|read| read.id == id);
            if read.is_none() {
                // Deleted or hidden before it could be looked at: it may have been the one.
                records.extend(self.update_searches(|kind, _, search| {
                    search.has_deleted_candidate |= matches!(kind, AttemptKind::Create { .. });
                }));
            }
            let adopted = read.is_some_and(|read| self.adopt(read, &mut records));
            let disposition = if adopted {
                Disposition::Applied
            } else {
                Disposition::OutOfScope
            };
            records.push(Record::NoticesSettled(notices, disposition));
        }
        self.save(records);
    }

    /// Pairs a work item that carries the marker of an unanswered creation. Returns whether it did.
    fn adopt(&mut self, read: &WorkItem, records: &mut Vec<Record>) -> bool {
        let owner = self.items.values().find(|item| {
            item.work_item.is_none()
                && item
                    .attempt
                    .as_ref()
                    .is_some_and(|attempt| attempt.is_create() && attempt.is_unknown())
                && carries_marker(read, &self.rules.marker(item.id))
        });
        let Some(id) = owner.map(|item| item.id) else {
            return false;
        };
        let Some(mut item) = self.items.remove(&id) else {
            return false;
        };
        if let Some(attempt) = item.attempt.take() {
            records.extend(self.born(&mut item, attempt, read, Outcome::FoundApplied));
        }
        self.dirty.insert(id);
        self.items.insert(id, item);
        true
    }

    /// The item has its work item now.
    fn born(&mut self, item: &mut Item, attempt: Attempt, read: &WorkItem, outcome: Outcome) -> Vec<Record> {
        item.work_item = Some(read.id);
        self.by_work_item.insert(read.id, item.id);
        let number = BTreeMap::from([(item.id, read.id)]);
        for other in self.items.values_mut() {
            if other.learn(&number) {
                self.dirty.insert(other.id);
            }
        }
        let mut records = vec![Record::Paired(item.id, read.id)];
        records.extend(absorb(item, read, true));
        records.extend(succeed(item, &attempt, outcome, Some(read.rev)));
        // What the server filled in is where later edits start from.
        records.extend(rebase_after_write(item, &item.edited_fields()));
        if let Some(notices) = self.strangers.remove(&read.id) {
            item.errand.notices.extend(notices);
            item.errand.is_stale = true;
        }
        records
    }

    /// A write came back.
    fn written(&mut self, item: &mut Item, attempt: Attempt, answer: Answer) -> Vec<Record> {
        item.attempt = None;
        match answer {
            Answer::Written(read) if attempt.is_create() => self.born(item, attempt, &read, Outcome::Applied),
            Answer::Written(read) if Some(read.id) == item.work_item => {
                let mut records = absorb(item, &read, true);
                if is_planted(Bug::BaseIsSentValue)
                    && let Some(remote) = &mut item.remote
                {
                    remote.fields.extend(attempt.fields.clone());
                    let remote = remote.clone();
                    for record in &mut records {
                        if let Record::Observed(observation) = record {
                            observation.remote = remote.clone();
                        }
                    }
                }
                records.extend(check_links(item, &attempt));
                records.extend(succeed(item, &attempt, Outcome::Applied, Some(read.rev)));
                let parent = attempt.sets_parent().then(|| FieldName::from(PARENT));
                let fields: Vec<FieldName> = attempt.fields.keys().cloned().chain(parent).collect();
                records.extend(rebase_after_write(item, &fields));
                item.errand.n_failures = 0;
                records
            }
            Answer::Moved => {
                let mut records = Vec::new();
                match attempt.kind {
                    AttemptKind::Delete => {
                        let by = Some(attempt.identity_name.clone());
                        records.extend(note_presence(item, Presence::Deleted, by));
                    }
                    _ => item.errand.is_stale = true,
                }
                records.extend(succeed(item, &attempt, Outcome::Applied, None));
                records
            }
            Answer::Failed(failure) => self.write_failed(item, attempt, failure),
            // An answer of another kind is no answer.
            _ => unknown(item, attempt, self.now_us),
        }
    }

    fn write_failed(&mut self, item: &mut Item, attempt: Attempt, failure: Failure) -> Vec<Record> {
        let mut records = Vec::new();
        let end = |outcome, answer| Record::AttemptEnded {
            attempt: attempt.id,
            outcome,
            answer,
            rev: None,
        };
        match failure {
            Failure::MaybeDone if attempt.is_create() && is_planted(Bug::CreateRetriedBlindly) => {
                records.push(end(Outcome::Unsent, None));
                back_to_waiting(&mut records, item, &attempt, None);
            }
            Failure::MaybeDone => records.extend(unknown(item, attempt, self.now_us)),
            Failure::NotNow | Failure::Throttled(_) | Failure::NoToken | Failure::Token(_) => {
                records.push(end(Outcome::Unsent, None));
                back_to_waiting(&mut records, item, &attempt, None);
                if failure == Failure::NoToken
                    && let Whom::Member(member) = attempt.whom
                {
                    self.rules.own_tokens.remove(&member);
                    self.rules.unusable_tokens.insert(member);
                }
            }
            Failure::RevMoved => {
                records.push(end(Outcome::RevMoved, None));
                back_to_waiting(&mut records, item, &attempt, None);
                item.errand.is_stale = true;
                self.slow_down(item);
            }
            Failure::AlreadyExists => {
                records.push(end(Outcome::Refused, None));
                back_to_waiting(&mut records, item, &attempt, None);
                // With others in the document nobody knows which it was; after a read the link is seen to be there.
                item.errand.sends_alone = attempt.edits.len() > 1;
                item.errand.is_stale = true;
                self.slow_down(item);
            }
            Failure::LacksRight(answer) => {
                records.push(end(Outcome::Refused, Some(answer.clone())));
                refuse(&mut records, item, &attempt, &[], &answer);
                records.push(Record::TokenRefused(attempt.whom, TokenTrouble::LacksRight));
            }
            Failure::Refused { answer, fields } => {
                records.push(end(Outcome::Refused, Some(answer.clone())));
                refuse(&mut records, item, &attempt, &fields, &answer);
            }
            Failure::NotFound(said) => {
                let answer = said.unwrap_or_else(|| "404, without a word.".to_owned());
                records.push(end(Outcome::Refused, Some(answer.clone())));
                // It may be about the work item, about the far end of a link, or about this token alone; what is there
                // is read with the connection's, and settles what it settles.
                refuse(&mut records, item, &attempt, &[], &answer);
                item.errand.is_stale = item.work_item.is_some();
            }
        }
        records
    }

    /// How long after it was begun a request may still take effect, microseconds.
    fn late_us(&self) -> i64 {
        self.rules.request_timeout_us + self.rules.delay_bound_us
    }

    fn slow_down(&self, item: &mut Item) {
        item.errand.n_failures += 1;
        if item.errand.n_failures > 2 {
            item.errand.not_before_us = self.now_us + self.backoff_us(item.errand.n_failures - 2, 300);
        }
    }

    /// A look for the effect of an unanswered write came back.
    fn looked_for(&mut self, item: &mut Item, attempt: Attempt, answer: Answer, had_proof: bool) -> Vec<Record> {
        let AttemptState::Unknown { mut search } = attempt.state.clone() else {
            return Vec::new();
        };
        search.n_lookups += 1;
        let mut records = Vec::new();
        let absent = Record::AttemptEnded {
            attempt: attempt.id,
            outcome: Outcome::FoundAbsent,
            answer: None,
            rev: None,
        };
        match (&attempt.kind, answer) {
            (AttemptKind::Create { .. }, Answer::Found(Some(read))) if !self.by_work_item.contains_key(&read.id) => {
                item.attempt = None;
                return self.born(item, attempt, &read, Outcome::FoundApplied);
            }
            (AttemptKind::Create { .. }, Answer::Found(_)) if had_proof && !search.has_deleted_candidate => {
                item.attempt = None;
                records.push(absent);
                back_to_waiting(&mut records, item, &attempt, None);
                return records;
            }
            (AttemptKind::Create { .. }, Answer::Found(_)) if had_proof => {
                // Something of that kind was deleted meanwhile: only a person can tell.
                for i in positions(item, &attempt) {
                    hold(&mut records, item, i, Hold::Unsure);
                }
                search.next_us = i64::MAX;
            }
            (AttemptKind::Update, Answer::Updates(updates)) => {
                item.attempt = None;
                item.errand.is_stale = true;
                return found_update(item, &attempt, &updates, self.late_us());
            }
            (AttemptKind::Delete, Answer::Bin(Some(by))) => {
                item.attempt = None;
                let by = by.map(|identity| identity.display_name);
                records.extend(note_presence(item, Presence::Deleted, by));
                records.extend(succeed(item, &attempt, Outcome::FoundApplied, None));
                return records;
            }
            (AttemptKind::Restore, Answer::Bin(None)) => {
                item.attempt = None;
                item.errand.is_stale = true;
                records.extend(succeed(item, &attempt, Outcome::FoundApplied, None));
                return records;
            }
            (AttemptKind::Delete | AttemptKind::Restore, Answer::Bin(_)) => {
                item.attempt = None;
                item.errand.is_stale = true;
                records.push(absent);
                back_to_waiting(&mut records, item, &attempt, None);
                return records;
            }
            // A work item that is gone has no updates to read: what is there is found out first.
            (AttemptKind::Update, Answer::Failed(Failure::NotFound(_))) => {
                item.attempt = None;
                item.errand.is_stale = true;
                records.push(absent);
                let doubt = doubt_of(&attempt, self.late_us());
                back_to_waiting(&mut records, item, &attempt, doubt);
                return records;
            }
            _ => {
                let n = (search.n_lookups as usize).min(LOOKUP_WAITS_S.len()) - 1;
                search.next_us = self.now_us + LOOKUP_WAITS_S[n] * SECOND_US;
            }
        }
        item.attempt = Some(Attempt {
            state: AttemptState::Unknown { search: search.clone() },
            ..attempt.clone()
        });
        records.push(Record::AttemptUnknown(attempt.id, search));
        records
    }

    /// A question outside any attempt came back.
    fn asked(&mut self, item: &mut Item, answer: Answer) -> Vec<Record> {
        let mut records = Vec::new();
        match answer {
            Answer::Bin(found) => {
                item.errand.is_missing = false;
                match found {
                    Some(by) => {
                        let by = by.map(|identity| identity.display_name);
                        records.extend(note_presence(item, Presence::Deleted, by));
                    }
                    // Also where it was seen in the bin before: it may be destroyed, or restored where we can't look.
                    None => records.extend(note_presence(item, Presence::OutOfSight, None)),
                }
            }
            Answer::Updates(updates) => records.extend(clear_doubts(item, &updates)),
            Answer::Failed(Failure::NotFound(_)) => {
                if item.errand.is_missing {
                    item.errand.is_missing = false;
                    records.extend(note_presence(item, Presence::OutOfSight, None));
                } else {
                    item.errand.is_stale = true;
                    self.slow_down(item);
                }
            }
            Answer::Failed(_) => self.slow_down(item),
            _ => {}
        }
        records
    }
}

/// A work item was read: absorb it and settle the notices that asked for it.
fn take_in(item: &mut Item, read: &WorkItem) -> Vec<Record> {
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

/// Notes whether the work item is there, and settles the notices that made us look.
fn note_presence(item: &mut Item, presence: Presence, by: Option<String>) -> Vec<Record> {
    let mut records = Vec::new();
    if item.presence != presence {
        item.presence = presence;
        records.push(Record::PresenceChanged {
            item: item.id,
            presence,
            by,
        });
    }
    let notices = std::mem::take(&mut item.errand.reading);
    if !notices.is_empty() {
        let disposition = if records.is_empty() {
            Disposition::Echo
        } else {
            Disposition::Applied
        };
        records.push(Record::NoticesSettled(notices, disposition));
    }
    records
}

/// Positions of an attempt's edits.
fn positions(item: &Item, attempt: &Attempt) -> Vec<usize> {
    (0..item.edits.len())
        .filter(|&i| attempt.edits.contains(&item.edits[i].id))
        .collect()
}

/// The attempt took effect: its edits are applied.
fn succeed(item: &mut Item, attempt: &Attempt, outcome: Outcome, rev: Option<Rev>) -> Vec<Record> {
    let mut records = vec![Record::AttemptEnded {
        attempt: attempt.id,
        outcome,
        answer: None,
        rev,
    }];
    for i in positions(item, attempt) {
        if item.edits[i].is_sending() || item.edits[i].hold() == Some(&Hold::Unsure) {
            settle(
                &mut records,
                item,
                i,
                Ending::Applied {
                    rev,
                    attempt: Some(attempt.id),
                },
            );
        }
    }
    drop_settled(item, &records);
    records
}

/// A link that the answer does not show as it was wanted goes on waiting, and the item is read again.
fn check_links(item: &mut Item, attempt: &Attempt) -> Vec<Record> {
    let mut records = Vec::new();
    let Some(relations) = item.remote.as_ref().map(|remote| remote.relations.clone()) else {
        return records;
    };
    for i in positions(item, attempt) {
        let is_so = match &item.edits[i].act {
            Act::Link {
                rel,
                target: Target::WorkItem(target),
                is_added,
                ..
            } => has_relation(&relations, rel, *target) == *is_added,
            Act::Set { field, to, .. } if field.as_str() == PARENT => is_same(field, item.remote_value(field), to),
            _ => true,
        };
        if !is_so {
            item.errand.is_stale = true;
            wait(&mut records, item, i);
        }
    }
    records
}

fn back_to_waiting(records: &mut Vec<Record>, item: &mut Item, attempt: &Attempt, doubt: Option<Doubt>) {
    for i in positions(item, attempt) {
        match (&mut item.edits[i].doubt, &doubt) {
            (Some(held), Some(doubt)) => held.until_us = held.until_us.max(doubt.until_us),
            (held, doubt) => *held = held.take().or(doubt.clone()),
        }
        wait(records, item, i);
    }
}

/// Holds the edits that the answer names; the others go out again. If it names none, each goes out alone.
fn refuse(records: &mut Vec<Record>, item: &mut Item, attempt: &Attempt, fields: &[FieldName], answer: &str) {
    let at_rev = item.remote.as_ref().map(|remote| remote.rev);
    let all = positions(item, attempt);
    let named: Vec<usize> = all
        .iter()
        .copied()
        .filter(|&i| item.edits[i].field().is_some_and(|f| is_named(f, fields)))
        .collect();
    let is_alone = all.len() == 1;
    for i in all {
        if is_alone || named.contains(&i) {
            hold(
                records,
                item,
                i,
                Hold::Refused {
                    answer: answer.to_owned(),
                    at_rev,
                },
            );
        } else {
            wait(records, item, i);
        }
    }
    if !is_alone && named.is_empty() {
        item.errand.sends_alone = true;
    }
}

/// Whether an answer that names these fields speaks of this one. A node is set by number and refused by path.
fn is_named(field: &FieldName, named: &[FieldName]) -> bool {
    named
        .iter()
        .any(|name| name == field || path_field(field) == Some(name.as_str()))
}

/// Nobody knows whether it took effect.
fn unknown(item: &mut Item, attempt: Attempt, now_us: i64) -> Vec<Record> {
    let search = Search {
        next_us: now_us + LOOKUP_WAITS_S[0] * SECOND_US,
        ..Search::default()
    };
    let record = Record::AttemptUnknown(attempt.id, search.clone());
    item.attempt = Some(Attempt {
        state: AttemptState::Unknown { search },
        ..attempt
    });
    vec![record]
}

fn doubt_of(attempt: &Attempt, wait_us: i64) -> Option<Doubt> {
    attempt.expected_rev.map(|rev| Doubt {
        rev,
        identity_id: attempt.identity_id.clone(),
        until_us: if attempt.removes_links() {
            attempt.started_us + wait_us
        } else {
            0
        },
    })
}

/// The updates of the work item after an unanswered PATCH.
///
/// It may take effect for `late_us` after it was sent.
fn found_update(item: &mut Item, attempt: &Attempt, updates: &[WorkItemUpdate], late_us: i64) -> Vec<Record> {
    let expected = attempt.expected_rev.unwrap_or(Rev(0));
    let had_already = |field: &FieldName, value: &Value| is_same(field, item.remote_value(field), value);
    let own = own_update(updates, expected, &attempt.identity_id, &attempt.fields, had_already);
    if let Some(own) = own.filter(|_| !attempt.fields.is_empty()) {
        // Links of the same request are judged by the read that follows.
        let mut records = vec![Record::AttemptEnded {
            attempt: attempt.id,
            outcome: Outcome::FoundApplied,
            answer: None,
            rev: Some(own.rev),
        }];
        for i in positions(item, attempt) {
            match &item.edits[i].act {
                Act::Link { .. } => wait(&mut records, item, i),
                _ => {
                    let ending = Ending::Applied {
                        rev: Some(own.rev),
                        attempt: Some(attempt.id),
                    };
                    settle(&mut records, item, i, ending);
                }
            }
        }
        drop_settled(item, &records);
        // What it wrote shows at once. Until the read that follows nothing else says so, and an edit made in between
        // would start from the value before.
        records.extend(show_sent(item, attempt, own));
        if attempt.sets_parent()
            && let Some(first) = item.next_of(&FieldName::from(PARENT), 0)
        {
            let parent = item.remote_value(&FieldName::from(PARENT)).clone();
            rebase(&mut records, item, first, parent);
        }
        // Its values are where later edits of these fields start from, though somebody may have written since.
        for (name, change) in &own.fields {
            let value = change.new_value.clone().unwrap_or(Value::Null);
            if let Some(first) = item.next_of(name, 0) {
                rebase(&mut records, item, first, value);
            }
        }
        return records;
    }
    let outcome = Outcome::FoundAbsent;
    let mut records = vec![Record::AttemptEnded {
        attempt: attempt.id,
        outcome,
        answer: None,
        rev: None,
    }];
    // While the rev is the one it tested it may still take effect; once past it never can.
    let has_moved = updates.iter().any(|update| update.rev > expected);
    let doubt = if has_moved { None } else { doubt_of(attempt, late_us) };
    back_to_waiting(&mut records, item, attempt, doubt);
    records
}

/// Takes over the values of the fields that were sent, as the server kept them. The rev stays the one read.
fn show_sent(item: &mut Item, attempt: &Attempt, own: &WorkItemUpdate) -> Option<Record> {
    let remote = item.remote.as_mut()?;
    let mut before = azdo::Fields::new();
    let sent = attempt.fields.keys().filter(|name| name.as_str() != field::HISTORY);
    let paths = attempt.fields.keys().filter_map(path_field).map(FieldName::from);
    for name in sent.cloned().chain(paths) {
        let name = &name;
        let Some(change) = own.fields.get(name) else { continue };
        let was = match change.new_value.clone().filter(|value| !value.is_null()) {
            Some(value) => remote.fields.insert(name.clone(), value),
            None => remote.fields.remove(name),
        };
        before.insert(name.clone(), was.unwrap_or(Value::Null));
    }
    if attempt.sets_parent() {
        let parent = FieldName::from(PARENT);
        let was = match attempt
            .links
            .iter()
            .find(|link| link.is_added && link.rel == PARENT_LINK)
        {
            Some(link) => remote.fields.insert(parent.clone(), json!(link.target.0)),
            None => remote.fields.remove(&parent),
        };
        before.insert(parent, was.unwrap_or(Value::Null));
    }
    (!before.is_empty()).then(|| {
        Record::Observed(Box::new(Observation {
            item: item.id,
            remote: remote.clone(),
            before,
            has_new_relations: false,
            is_own: true,
        }))
    })
}

/// The work item has moved past the rev that unanswered requests tested: they have taken effect, or never will.
fn clear_doubts(item: &mut Item, updates: &[WorkItemUpdate]) -> Vec<Record> {
    let mut records = Vec::new();
    let rev = held_rev(item);
    let history = FieldName::from(field::HISTORY);
    for i in 0..item.edits.len() {
        let edit = &item.edits[i];
        let Some(doubt) = edit.doubt.clone().filter(|doubt| rev > doubt.rev) else {
            continue;
        };
        let own = updates.iter().find(|update| {
            let is_by_us = update
                .revised_by
                .id
                .as_deref()
                .is_some_and(|id| id.eq_ignore_ascii_case(&doubt.identity_id));
            let wrote = |field: &FieldName| update.fields.get(field).and_then(|change| change.new_value.as_ref());
            is_by_us
                && update.rev == Rev(doubt.rev.0 + 1)
                && match &edit.act {
                    Act::Set { field, to, .. } => wrote(field).is_some_and(|now| is_kept_form(field, to, now)),
                    Act::Comment { html } => {
                        wrote(&history).is_some_and(|now| is_kept_form(&history, &Value::String(html.clone()), now))
                    }
                    _ => false,
                }
        });
        match own {
            Some(own) => {
                let field = edit.field().cloned();
                settle(
                    &mut records,
                    item,
                    i,
                    Ending::Applied {
                        rev: Some(own.rev),
                        attempt: None,
                    },
                );
                // A later edit of the field starts from what this one wrote.
                if let Some(field) = field
                    && let Some(next) = item.next_of(&field, i + 1)
                {
                    let value = own.fields.get(&field).and_then(|change| change.new_value.clone());
                    rebase(&mut records, item, next, value.unwrap_or(Value::Null));
                }
            }
            None => {
                item.edits[i].doubt = None;
                if item.edits[i].state == EditState::Waiting {
                    wait(&mut records, item, i);
                }
            }
        }
    }
    drop_settled(item, &records);
    records
}

/// Whether an unanswered creation can be called absent by the look-up that is about to be made.
///
/// The server may act late, by the bound; after it, the feed must have been read past that moment: a revision made
/// after it was seen (a fence), or the project was quiet for several passes.
pub(crate) fn has_proof_of_absence(replica: &Replica, item: &Item) -> bool {
    let Some(attempt) = &item.attempt else { return false };
    let AttemptState::Unknown { search } = &attempt.state else {
        return false;
    };
    let bound_us = attempt.started_us + replica.late_us();
    let is_quiet = search.n_quiet_passes >= QUIET_PASSES && replica.now_us >= bound_us + QUIET_US;
    replica.now_us >= bound_us && (search.has_fence || is_quiet)
}
