//! Carrying out what people decided about held edits.
//!
//! A choice carries the value that was seen; if that has moved since, the question is asked again. *Ours* starts the
//! edit from their value and lets it go; *theirs* settles it as lost, restorable from the history.

use azdo::FieldName;
use azdo::planted::{Bug, is_planted};

use crate::edit::{Act, AttemptState, Choice, Edit, EditState, Ending, Hold, Outcome};
use crate::item::Item;
use crate::merge::{drop_settled, rebase, settle, wait};
use crate::record::Record;
use crate::value::is_same;

/// Carries out the decisions among the item's edits, in order, and settles them.
pub fn carry_out_decisions(item: &mut Item, now_us: i64) -> Vec<Record> {
    let mut records = Vec::new();
    let is_open_decision = |edit: &Edit| edit.is_waiting() && matches!(edit.act, Act::Decide { .. });
    // One after the other: what one settles, the next must not touch.
    while let Some(position) = item.edits.iter().position(is_open_decision) {
        let Act::Decide { edit, choice } = item.edits[position].act.clone() else {
            break;
        };
        let target = item.edits.iter().position(|e| e.id == edit);
        let is_done = target.is_some_and(|target| carry_out(&mut records, item, position, target, &choice, now_us));
        let ending = if is_done { Ending::CarriedOut } else { Ending::Overtaken };
        settle(&mut records, item, position, ending);
        drop_settled(item, &records);
    }
    records
}

fn was_settled(records: &[Record], id: crate::EditId) -> bool {
    records
        .iter()
        .any(|r| matches!(r, Record::EditSettled(settled, _) if *settled == id))
}

fn carry_out(
    records: &mut Vec<Record>,
    item: &mut Item,
    decision: usize,
    target: usize,
    choice: &Choice,
    now_us: i64,
) -> bool {
    if *choice == Choice::Publish {
        let edit = &mut item.edits[target];
        let was_draft = std::mem::take(&mut edit.is_draft);
        if was_draft {
            // Meant now: counts as made now.
            edit.at_us = edit.at_us.max(now_us);
            records.push(Record::EditPublished(edit.id));
        }
        if is_planted(Bug::PublisherIsAuthor) {
            item.edits[target].author = item.edits[decision].author;
        }
        return was_draft;
    }
    let EditState::Held { hold } = item.edits[target].state.clone() else {
        // One that only waits can be given up; one on its way can't.
        let may_give_up = item.edits[target].is_waiting() && matches!(choice, Choice::GiveUp);
        if may_give_up {
            give_up(records, item, decision, target);
        }
        return may_give_up;
    };
    match (choice, hold) {
        (Choice::GiveUp, _) => {
            give_up(records, item, decision, target);
            true
        }
        (Choice::Retry, Hold::Refused { .. } | Hold::NeedsToken) => {
            // Reviewed now: counts as made now.
            item.edits[target].at_us = item.edits[target].at_us.max(now_us);
            item.errand.n_refused.remove(&item.edits[target].id);
            wait(records, item, target);
            true
        }
        (Choice::CreateAnyway, Hold::Unsure) => {
            if let Some(attempt) = item.attempt.take() {
                let outcome = Outcome::FoundAbsent;
                records.push(Record::AttemptEnded {
                    attempt: attempt.id,
                    outcome,
                    answer: None,
                    rev: None,
                });
            }
            // Created whatever there may be: it is not looked for again.
            item.edits[target].doubt = None;
            wait(records, item, target);
            true
        }
        (Choice::SearchAgain, Hold::Unsure) => {
            let Some(attempt) = &mut item.attempt else { return false };
            let AttemptState::Unknown { search } = &mut attempt.state else {
                return false;
            };
            // What was deleted meanwhile stays a candidate, however often one looks.
            search.n_lookups = 0;
            search.next_us = now_us;
            let (id, search) = (attempt.id, search.clone());
            // Stays unsure until the search has found it; the edit keeps its place.
            records.push(Record::AttemptUnknown(id, search));
            true
        }
        (Choice::Ours { seen }, Hold::Conflict { theirs, .. }) => {
            let Some(field) = item.edits[target].field().cloned() else {
                return false;
            };
            // The value now, not the value when the conflict was noted: they may have written again.
            let now = item.remote_value(&field).clone();
            if !is_same(&field, seen, &theirs) || !is_same(&field, seen, &now) {
                return false;
            }
            let chain = conflicting(item, &field, target);
            rebase(records, item, chain[0], now);
            for i in chain {
                wait(records, item, i);
            }
            true
        }
        (Choice::Theirs { seen }, Hold::Conflict { theirs, .. }) => {
            let Some(field) = item.edits[target].field().cloned() else {
                return false;
            };
            if !is_same(&field, seen, &theirs) {
                return false;
            }
            for i in conflicting(item, &field, target) {
                settle(records, item, i, Ending::LostConflict { theirs: theirs.clone() });
            }
            true
        }
        _ => false,
    }
}

/// The edits that a choice about one of them is about: those of its field, the planned apart from the meant.
fn conflicting(item: &Item, field: &FieldName, target: usize) -> Vec<usize> {
    let is_draft = item.edits[target].is_draft;
    let positions = item.chain(field).map(|(i, ..)| i);
    positions.filter(|&i| item.edits[i].is_draft == is_draft).collect()
}

/// Lets an edit go. What stands behind it on the same field starts from where it started.
fn give_up(records: &mut Vec<Record>, item: &mut Item, decision: usize, target: usize) {
    let by = item.edits[decision].author;
    if let Act::Set { field, was, .. } = item.edits[target].act.clone()
        && !is_planted(Bug::GivenUpBaseKept)
        && let Some(next) = item.next_of(&field, target + 1)
    {
        rebase(records, item, next, was);
    }
    settle(records, item, target, Ending::GivenUp { by });
    if matches!(item.edits[target].act, Act::Create { .. }) {
        // Without a work item there is nothing that the edits behind it could go to.
        for i in 0..item.edits.len() {
            let is_open = !was_settled(records, item.edits[i].id);
            if is_open && !matches!(item.edits[i].act, Act::Decide { .. }) {
                settle(records, item, i, Ending::GivenUp { by });
            }
        }
    }
}
