//! What an answer means for the item it is about.
//!
//! After an answered write, what the server *returned* becomes remote. An answer that was lost makes the attempt
//! unknown, and the question is asked of the server: the updates for a PATCH, the recycle bin for a deletion, the
//! marker for a creation. A creation counts as absent only when the server can no longer act on it and what shows it
//! has been read since.

mod lookups;
mod reads;
mod writes;

use azdo::{Relation, Rev, WorkItem};

use crate::call::{Answer, Aside, Failure};
use crate::edit::{Attempt, AttemptState, Doubt, Ending, Hold, Outcome, Whom};
use crate::item::{Item, Presence};
use crate::merge::{drop_settled, settle, wait};
use crate::record::{Disposition, Health, Record, TokenTrouble};
use crate::replica::{Pending, Replica, StepId, spread};

pub(crate) use lookups::has_proof_of_absence;

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
                let mut records = records;
                if records.iter().any(|record| matches!(record, Record::Observed(_))) {
                    records.extend(self.move_cards(&[item]));
                }
                self.save(records);
            }
        }
    }

    /// An answered write of a server that leaves the links out: those last read stand in,
    /// with what was sent, and the item is read again.
    pub(super) fn with_links_held(&mut self, pending: &Pending, mut read: WorkItem) -> WorkItem {
        if let Pending::Item { item, .. } = pending
            && let Some(item) = self.items.get_mut(item)
        {
            item.errand.is_stale = true;
            let mut links = item
                .remote
                .as_ref()
                .map(|remote| remote.relations.clone())
                .unwrap_or_default();
            for sent in item.attempt.iter().flat_map(|attempt| &attempt.links) {
                links.retain(|link| link.rel != sent.rel || link.work_item_id() != Some(sent.target));
                let comment = sent
                    .comment
                    .clone()
                    .map(|comment| ("comment".to_owned(), comment.into()));
                links.extend(sent.is_added.then(|| Relation {
                    rel: sent.rel.clone(),
                    url: self.rules.work_item_url(sent.target),
                    attributes: comment.into_iter().collect(),
                }));
            }
            read.relations = links;
        }
        read
    }

    /// Keeps an identity quiet for as long as the server asked.
    pub(super) fn pause(&mut self, whom: Whom, for_ms: u64) {
        let until = self.now_us + (for_ms as i64).saturating_mul(1000);
        let held = self.paused.entry(whom).or_insert(0);
        *held = until.max(*held);
    }

    /// Slows the connection down while it does not answer, and notes how it fares.
    pub(super) fn take_pulse(&mut self, whom: Whom, answer: &Answer, is_first_contact: bool) {
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
                    self.refused_until_us = self.refused_until_us.max(self.now_us + 30 * SECOND_US);
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

    pub(super) fn refuse_token(&mut self, whom: Whom, trouble: TokenTrouble) {
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
                self.refused_until_us = self.now_us + wait_us;
            }
        }
    }

    /// Waits that double, spread so that many don't come at once; microseconds.
    pub(super) fn backoff_us(&self, n: u32, most_s: i64) -> i64 {
        let seconds = (1_i64 << n.clamp(1, 10).saturating_sub(1)).min(most_s);
        let spread_us = (spread(self.dice ^ u64::from(n)) % (seconds as u64 * 500_000)) as i64;
        seconds * SECOND_US / 2 + spread_us
    }

    /// How long after it was begun a request may still take effect, microseconds.
    pub(super) fn late_us(&self) -> i64 {
        self.rules.request_timeout_us + self.rules.delay_bound_us
    }

    pub(super) fn slow_down(&self, item: &mut Item) {
        item.errand.n_failures += 1;
        if item.errand.n_failures > 2 {
            item.errand.not_before_us = self.now_us + self.backoff_us(item.errand.n_failures - 2, 300);
        }
    }
}

/// Notes whether the work item is there, and settles the notices that made us look.
pub(super) fn note_presence(item: &mut Item, presence: Presence, by: Option<String>) -> Vec<Record> {
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
pub(super) fn positions(item: &Item, attempt: &Attempt) -> Vec<usize> {
    (0..item.edits.len())
        .filter(|&i| attempt.edits.contains(&item.edits[i].id))
        .collect()
}

/// The attempt took effect: its edits are applied.
pub(super) fn succeed(item: &mut Item, attempt: &Attempt, outcome: Outcome, rev: Option<Rev>) -> Vec<Record> {
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

pub(super) fn back_to_waiting(records: &mut Vec<Record>, item: &mut Item, attempt: &Attempt, doubt: Option<Doubt>) {
    for i in positions(item, attempt) {
        match (&mut item.edits[i].doubt, &doubt) {
            (Some(held), Some(doubt)) => held.until_us = held.until_us.max(doubt.until_us),
            (held, doubt) => *held = held.take().or(doubt.clone()),
        }
        wait(records, item, i);
    }
}

pub(super) fn doubt_of(attempt: &Attempt, wait_us: i64) -> Option<Doubt> {
    attempt.expected_rev.map(|rev| Doubt {
        rev,
        identity_id: attempt.identity_id.clone(),
        until_us: if attempt.removes_links() {
            attempt.started_us + wait_us
        } else {
            0
        },
        is_of_backup: false,
    })
}
