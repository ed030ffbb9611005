//! A look for the effect of an unanswered write came back, or a question outside any write.
//!
//! A PATCH is looked for in the updates, a deletion in the recycle bin, a creation by its marker. A creation counts as
//! absent only when the server can no longer act on it and what shows it has been read since.

use azdo::planted::{Bug, is_planted};
use azdo::{FieldName, Rev, WorkItemUpdate, field};
use serde_json::{Value, json};

use super::{SECOND_US, back_to_waiting, doubt_of, note_presence, positions, succeed};
use crate::call::{Answer, Failure, own_update};
use crate::document::path_field;
use crate::edit::{Act, Attempt, AttemptKind, AttemptState, Doubt, Ending, Hold, LinkSent, Outcome};
use crate::item::{Item, Presence};
use crate::links::has_relation;
use crate::merge::{drop_settled, held_rev, hold, rebase, settle, wait};
use crate::record::{Observation, Record};
use crate::replica::Replica;
use crate::restored::{Trace, follow_trace, trace};
use crate::value::{is_kept_form, is_same};
use crate::{PARENT, PARENT_LINK};

/// Waits between look-ups of a lost creation, seconds; the last one repeats.
const LOOKUP_WAITS_S: [i64; 8] = [2, 3, 10, 15, 30, 60, 120, 120];
/// Without a fence the feed has to be quiet for so long after the bound, microseconds.
const QUIET_US: i64 = 15 * 60 * 1_000_000;
/// Quiet feed passes that count as a fence.
const QUIET_PASSES: u32 = 3;
/// When an unanswered write is first looked for, microseconds after it was given up.
pub(super) const FIRST_LOOKUP_US: i64 = LOOKUP_WAITS_S[0] * SECOND_US;

impl Replica {
    /// A look for the effect of an unanswered write came back.
    pub(super) fn looked_for(
        &mut self,
        item: &mut Item,
        attempt: Attempt,
        answer: Answer,
        had_proof: bool,
    ) -> Vec<Record> {
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
                // It is nowhere, whoever may have sent it.
                for i in positions(item, &attempt) {
                    item.edits[i].doubt = None;
                }
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
    pub(super) fn asked(&mut self, item: &mut Item, answer: Answer) -> Vec<Record> {
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

/// The updates of the work item after an unanswered PATCH.
///
/// It may take effect for `late_us` after it was sent.
pub(super) fn found_update(
    item: &mut Item,
    attempt: &Attempt,
    updates: &[WorkItemUpdate],
    late_us: i64,
) -> Vec<Record> {
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
                Act::Set { field, .. } if field.as_str() == PARENT && !shows_parent(own, attempt) => {
                    wait(&mut records, item, i);
                }
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
        if shows_parent(own, attempt)
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

/// Whether an update did to the parent what the attempt was to do. An earlier request with the same fields may have made
/// it, one that was given up before the parent was edited; and a position may have been another link's by then.
fn shows_parent(update: &WorkItemUpdate, attempt: &Attempt) -> bool {
    let mut links = attempt.links.iter().filter(|link| link.rel == PARENT_LINK);
    let was_done = |link: &LinkSent| {
        let changes = &update.relations;
        let list = if link.is_added {
            &changes.added
        } else {
            &changes.removed
        };
        has_relation(list, &link.rel, link.target)
    };
    attempt.sets_parent() && links.all(was_done)
}

/// Takes over the values of the fields that were sent, as the server kept them. The rev stays the one read.
pub(super) fn show_sent(item: &mut Item, attempt: &Attempt, own: &WorkItemUpdate) -> Option<Record> {
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
    if shows_parent(own, attempt) {
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
pub(super) fn clear_doubts(item: &mut Item, updates: &[WorkItemUpdate]) -> Vec<Record> {
    let mut records = Vec::new();
    let rev = held_rev(item);
    for i in 0..item.edits.len() {
        let edit = &item.edits[i];
        let Some(doubt) = edit.doubt.clone().filter(|doubt| rev > doubt.rev) else {
            continue;
        };
        if doubt.is_of_backup {
            let found = trace(item, i, &doubt, updates);
            let own = match &found {
                Trace::Update(own) => item.edits[i].field().cloned().zip(Some(*own)),
                _ => None,
            };
            if follow_trace(&mut records, item, i, found) {
                records.push(Record::DoubtCleared(item.edits[i].id));
                item.edits[i].doubt = None;
            }
            if let Some((field, own)) = own {
                start_from_update(&mut records, item, &field, i + 1, own);
            }
            continue;
        }
        let Some(own) = updates.iter().find(|update| is_doing_of(update, &doubt, &edit.act)) else {
            records.push(Record::DoubtCleared(edit.id));
            item.edits[i].doubt = None;
            continue;
        };
        let field = edit.field().cloned();
        let ending = Ending::Applied {
            rev: Some(own.rev),
            attempt: None,
        };
        settle(&mut records, item, i, ending);
        if let Some(field) = field {
            start_from_update(&mut records, item, &field, i + 1, own);
        }
    }
    for let_go in item
        .let_go
        .extract_if(.., |let_go| rev > let_go.doubt.rev)
        .collect::<Vec<_>>()
    {
        records.push(Record::DoubtCleared(let_go.edit));
        let own = updates
            .iter()
            .find(|update| is_doing_of(update, &let_go.doubt, &let_go.act));
        if let (Some(own), Act::Set { field, .. }) = (own, &let_go.act) {
            start_from_update(&mut records, item, field, 0, own);
        }
    }
    drop_settled(item, &records);
    records
}

/// Whether an update is what an unanswered request did of an edit.
fn is_doing_of(update: &WorkItemUpdate, doubt: &Doubt, act: &Act) -> bool {
    let revised_by = update.revised_by.id.as_deref();
    let is_by_us = revised_by.is_some_and(|id| id.eq_ignore_ascii_case(&doubt.identity_id));
    let wrote = |field: &FieldName, what: &Value| {
        let now = update.fields.get(field).and_then(|change| change.new_value.as_ref());
        now.is_some_and(|now| is_kept_form(field, what, now))
    };
    is_by_us
        && update.rev == Rev(doubt.rev.0 + 1)
        && match act {
            Act::Set { field, to, .. } => wrote(field, to),
            Act::Comment { html } => wrote(&FieldName::from(field::HISTORY), &Value::String(html.clone())),
            _ => false,
        }
}

/// The edits of a field from a position on start from what an update of our own left there.
fn start_from_update(records: &mut Vec<Record>, item: &mut Item, field: &FieldName, from: usize, own: &WorkItemUpdate) {
    if let Some(next) = item.next_of(field, from) {
        let value = own.fields.get(field).and_then(|change| change.new_value.clone());
        rebase(records, item, next, value.unwrap_or(Value::Null));
    }
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
    if is_planted(Bug::AbsenceTooSoon) {
        return true;
    }
    let bound_us = attempt.started_us + replica.late_us();
    let is_quiet = search.n_quiet_passes >= QUIET_PASSES && replica.now_us >= bound_us + QUIET_US;
    replica.now_us >= bound_us && (search.has_fence || is_quiet)
}
