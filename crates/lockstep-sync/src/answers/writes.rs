//! A write came back: with what the work item is now, or with a reason why not.

use std::collections::BTreeMap;

use azdo::planted::{Bug, is_planted};
use azdo::{FieldName, Rev, WorkItem};
use serde_json::{Value, json};

use super::lookups::FIRST_LOOKUP_US;
use super::{back_to_waiting, note_presence, positions, succeed};
use crate::call::{Answer, Failure};
use crate::document::{path_field, paths_of};
use crate::edit::{Act, Attempt, AttemptKind, AttemptState, Ending, Hold, Outcome, REFUSALS_MAX, Search, Target, Whom};
use crate::item::{Item, Presence};
use crate::links::has_relation;
use crate::merge::{absorb, drop_settled, hold, rebase, rebase_after_write, settle, wait};
use crate::record::{Record, TokenTrouble};
use crate::replica::Replica;
use crate::{PARENT, PARENT_LINK};

impl Replica {
    /// The item has its work item now.
    pub(super) fn born(&mut self, item: &mut Item, attempt: Attempt, read: &WorkItem, outcome: Outcome) -> Vec<Record> {
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
        records.extend(start_from_birth(item, &attempt, read));
        if let Some(notices) = self.strangers.remove(&read.id) {
            item.errand.notices.extend(notices);
            item.errand.is_stale = true;
        }
        records
    }

    /// A write came back.
    pub(super) fn written(&mut self, item: &mut Item, attempt: Attempt, answer: Answer) -> Vec<Record> {
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
                records.extend(check_removals(item, &attempt));
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

    pub(super) fn write_failed(&mut self, item: &mut Item, attempt: Attempt, failure: Failure) -> Vec<Record> {
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
            Failure::MaybeDone if attempt.kind == AttemptKind::Update && is_planted(Bug::UpdateRetriedBlindly) => {
                records.push(end(Outcome::Unsent, None));
                back_to_waiting(&mut records, item, &attempt, None);
            }
            Failure::MaybeDone if attempt.kind == AttemptKind::Update && is_planted(Bug::UnansweredIsApplied) => {
                records.extend(succeed(item, &attempt, Outcome::Applied, None));
            }
            Failure::Throttled(_) if is_planted(Bug::ThrottledIsApplied) => {
                records.extend(succeed(item, &attempt, Outcome::Applied, None));
            }
            Failure::Token(_) if is_planted(Bug::SignInIsApplied) => {
                records.extend(succeed(item, &attempt, Outcome::Applied, None));
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
                item.errand.is_stale = !is_planted(Bug::MovedRevNotRead);
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
}

/// Edits made before the work item was seen start from what it was born with: what was sent, and beside that what the
/// server filled in. One that was found later may have been changed since, and its parent at any time.
fn start_from_birth(item: &mut Item, attempt: &Attempt, read: &WorkItem) -> Vec<Record> {
    let mut records = Vec::new();
    let born_under = attempt.links.iter().find(|link| link.rel == PARENT_LINK);
    for field in item.edited_fields() {
        let sent = attempt.fields.get(&field).filter(|_| read.rev > Rev(1));
        let born_with = if field.as_str() == PARENT {
            born_under.map_or(Value::Null, |link| json!(link.target.0))
        } else {
            sent.unwrap_or(item.remote_value(&field)).clone()
        };
        if let Some(first) = item.next_of(&field, 0) {
            rebase(&mut records, item, first, born_with);
        }
    }
    records
}

/// A link that the answer still shows after its removal goes on waiting, and the item is read again: its position may
/// have been another one's by then. What was added is there, or nothing of the document was taken.
fn check_removals(item: &mut Item, attempt: &Attempt) -> Vec<Record> {
    let mut records = Vec::new();
    let Some(relations) = item.remote.as_ref().map(|remote| remote.relations.clone()) else {
        return records;
    };
    for i in positions(item, attempt) {
        let is_still_there = match &item.edits[i].act {
            Act::Link {
                rel,
                target: Target::WorkItem(target),
                is_added: false,
                ..
            } => has_relation(&relations, rel, *target),
            Act::Set {
                field, to: Value::Null, ..
            } if field.as_str() == PARENT => !item.remote_value(field).is_null(),
            _ => false,
        };
        if is_still_there {
            item.errand.is_stale = true;
            wait(&mut records, item, i);
        }
    }
    records
}

/// Holds the edits that the answer names; the others go out again. If it names none, each goes out alone.
pub(super) fn refuse(
    records: &mut Vec<Record>,
    item: &mut Item,
    attempt: &Attempt,
    fields: &[FieldName],
    answer: &str,
) {
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
            let answer = answer.to_owned();
            if is_planted(Bug::RefusalDropsEdit) {
                let by = item.edits[i].author;
                settle(records, item, i, Ending::GivenUp { by });
                continue;
            }
            let n_refused = item.errand.n_refused.entry(item.edits[i].id).or_insert(0);
            *n_refused += 1;
            // Where somebody revises it again and again, another rev is no reason for another try.
            let is_enough = *n_refused >= REFUSALS_MAX && !is_planted(Bug::RefusedForEver);
            let why = Hold::Refused {
                answer,
                at_rev: at_rev.filter(|_| !is_enough),
                paths: match is_enough {
                    true => Vec::new(),
                    false => paths_of(&item.edits[i], &item.errand.sent_paths),
                },
            };
            hold(records, item, i, why);
        } else {
            wait(records, item, i);
        }
    }
    drop_settled(item, records);
    if !is_alone && named.is_empty() {
        item.errand.sends_alone = true;
    }
}

/// Whether an answer that names these fields speaks of this one. A node is set by number and refused by path.
pub(super) fn is_named(field: &FieldName, named: &[FieldName]) -> bool {
    named
        .iter()
        .any(|name| name == field || path_field(field) == Some(name.as_str()))
}

/// Nobody knows whether it took effect.
pub(super) fn unknown(item: &mut Item, attempt: Attempt, now_us: i64) -> Vec<Record> {
    let search = Search {
        next_us: now_us + FIRST_LOOKUP_US,
        ..Search::default()
    };
    let record = Record::AttemptUnknown(attempt.id, search.clone());
    item.attempt = Some(Attempt {
        state: AttemptState::Unknown { search },
        ..attempt
    });
    vec![record]
}
