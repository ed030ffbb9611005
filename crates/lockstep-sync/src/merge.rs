//! Absorbing what was read, and what that means for the edits of each field.
//!
//! [`absorb`] takes a read in. [`settle_fields`] compares each edited field's base, here and there, and says what
//! becomes of its edits. Different fields never meet. Neither writes to Azure DevOps.

use std::collections::BTreeMap;

use azdo::planted::{Bug, is_planted};
use azdo::{FieldName, Fields, Rev, WorkItem, field};
use serde_json::Value;

use crate::PARENT;
use crate::edit::{Act, Edit, EditState, Ending, Hold, LetGo, Subject};
use crate::item::{Item, Presence, Remote};
use crate::record::{Observation, Record};
use crate::rules::{ConflictRule, Rules};
use crate::value::{self, is_same, merge_tags};

/// Takes in a work item that was read with the connection's token.
///
/// A read of an older revision changes no field (the rev held never falls); at the same revision relations, node
/// names and identities may have moved, so everything is taken. Returns the records, empty when nothing is new.
pub fn absorb(item: &mut Item, read: &WorkItem, is_own: bool) -> Vec<Record> {
    let mut records = Vec::new();
    let held_rev = item.remote.as_ref().map(|remote| remote.rev);
    if held_rev.is_some_and(|held| read.rev < held) {
        return records;
    }
    let mut relations = read.relations.clone();
    if is_planted(Bug::LinkChangeSkipped)
        && let Some(remote) = &item.remote
        && read.rev == remote.rev
    {
        relations = remote.relations.clone();
    }
    let remote = Remote::of(read.rev, read.fields.clone(), relations);
    let before = item
        .remote
        .as_ref()
        .map(|before| differences(&before.fields, &remote.fields))
        .unwrap_or_default();
    let has_new_relations = item
        .remote
        .as_ref()
        .is_some_and(|before| before.relations != remote.relations);
    let is_new = item.remote.is_none() || held_rev != Some(read.rev) || !before.is_empty() || has_new_relations;
    if is_new {
        item.remote = Some(remote.clone());
        records.push(Record::Observed(Box::new(Observation {
            item: item.id,
            remote,
            before,
            has_new_relations,
            is_own,
        })));
    }
    if item.presence != Presence::Present && !is_planted(Bug::RestorationIgnored) {
        item.presence = Presence::Present;
        let by = changed_by(&read.fields);
        records.push(Record::PresenceChanged {
            item: item.id,
            presence: Presence::Present,
            by,
        });
    }
    records
}

/// Who made the revision, as Azure DevOps shows them.
pub fn changed_by(fields: &Fields) -> Option<String> {
    let identity = azdo::Identity::from_value(fields.get(&FieldName::from(field::CHANGED_BY))?)?;
    Some(identity.display_name).filter(|name| !name.is_empty())
}

/// Fields that differ, with their value before.
fn differences(before: &Fields, now: &Fields) -> Fields {
    let mut changed = Fields::new();
    for (name, value) in before {
        if now.get(name) != Some(value) {
            changed.insert(name.clone(), value.clone());
        }
    }
    for name in now.keys() {
        if !before.contains_key(name) {
            changed.insert(name.clone(), Value::Null);
        }
    }
    changed
}

/// Decides, field by field, what becomes of the edits now that remote is what it is.
///
/// Changes the item and returns the records. Edits that are being sent are left alone. Runs to a fixed point: a
/// second call returns nothing.
pub fn settle_fields(item: &mut Item, rules: &Rules) -> Vec<Record> {
    let mut records = supersede(item);
    if item.presence != Presence::Present || item.remote.is_none() {
        return records;
    }
    for field in item.edited_fields() {
        let theirs = item.remote_value(&field).clone();
        let mut positions: Vec<usize> = item.chain(&field).map(|(i, ..)| i).collect();
        // What is meant comes first, what is planned on top of it afterwards.
        if positions.iter().any(|&i| !item.edits[i].is_draft) {
            positions.retain(|&i| !item.edits[i].is_draft);
        }
        if positions.iter().any(|&i| item.edits[i].is_sending()) {
            continue;
        }
        let base = item.base(&field).clone();
        let Some(Act::Set { to: local, .. }) = positions.last().map(|&i| item.edits[i].act.clone()) else {
            continue;
        };
        let rule = rules.conflict_of(positions.iter().map(|&i| &item.edits[i]));
        let is_overwritten = field.as_str() == PARENT && is_planted(Bug::ParentConflictOverwritten);
        let rule = if is_overwritten {
            ConflictRule::LockstepWins
        } else {
            rule
        };
        if is_same(&field, &theirs, &local) {
            for &i in &positions {
                settle(&mut records, item, i, Ending::AlreadyThere);
            }
        } else if is_same(&field, &theirs, &base) {
            // They are where we started from; a conflict that was, is over.
            for &i in &positions {
                if matches!(item.edits[i].hold(), Some(Hold::Conflict { .. })) {
                    wait(&mut records, item, i);
                }
            }
        } else if field.as_str() == field::TAGS {
            let merged = merge_tags(&base, &local, &theirs);
            if is_same(&field, &merged, &theirs) {
                for &i in &positions {
                    settle(&mut records, item, i, Ending::AlreadyThere);
                }
            }
        } else if !is_planted(Bug::ConflictSkipped) {
            settle_conflict(&mut records, item, &field, &positions, &theirs, rule);
        }
    }
    drop_settled(item, &records);
    records
}

fn settle_conflict(
    records: &mut Vec<Record>,
    item: &mut Item,
    field: &FieldName,
    positions: &[usize],
    theirs: &Value,
    rule: ConflictRule,
) {
    match rule {
        ConflictRule::Ask if !is_planted(Bug::ConflictLostSilently) => {
            // Links move without a revision, so who made the last one may have had no part in it.
            let is_by_revision = field.as_str() != PARENT;
            let theirs_by = item.remote.as_ref().filter(|_| is_by_revision);
            let theirs_by = theirs_by.and_then(|remote| changed_by(&remote.fields));
            for &i in positions {
                let is_told = match item.edits[i].hold() {
                    Some(Hold::Conflict { theirs: told, .. }) => is_same(field, told, theirs),
                    _ => false,
                };
                if !is_told {
                    hold(
                        records,
                        item,
                        i,
                        Hold::Conflict {
                            theirs: theirs.clone(),
                            theirs_by: theirs_by.clone(),
                        },
                    );
                }
            }
        }
        ConflictRule::Ask | ConflictRule::AzureDevopsWins => {
            for &i in positions {
                settle(records, item, i, Ending::LostConflict { theirs: theirs.clone() });
            }
        }
        ConflictRule::LockstepWins => {
            rebase(records, item, positions[0], theirs.clone());
            for &i in positions {
                if matches!(item.edits[i].hold(), Some(Hold::Conflict { .. })) {
                    wait(records, item, i);
                }
            }
        }
    }
}

/// An edit not yet sent is superseded by a later one about the same, whoever made it. Steps of state by one author are
/// kept, since a type may refuse the leap and take the steps; they go together, once the last of them is superseded. A
/// draft takes the place of drafts alone: what was meant goes out, whatever becomes of a plan.
fn supersede(item: &mut Item) -> Vec<Record> {
    let mut records = Vec::new();
    let mut superseded_by: BTreeMap<usize, usize> = BTreeMap::new();
    for (i, edit) in item.edits.iter().enumerate().rev() {
        let subject = edit.subject();
        // A doubtful one may yet turn out to be applied; it is looked up before it is let go.
        if subject.is_none() || edit.is_sending() || edit.doubt.is_some() {
            continue;
        }
        let is_plan_enough = edit.is_draft || is_planted(Bug::DraftSupersedesMeant);
        let takes_its_place = |later: &Edit| later.subject() == subject && (is_plan_enough || !later.is_draft);
        let Some(later) = (i + 1..item.edits.len()).find(|&later| takes_its_place(&item.edits[later])) else {
            continue;
        };
        let is_step = subject == Some(Subject::Field(&FieldName::from(field::STATE)))
            && item.edits[later].author == edit.author
            && item.edits[later].is_draft == edit.is_draft
            && edit.is_waiting();
        let by = if is_step {
            superseded_by.get(&later).copied()
        } else {
            Some(later)
        };
        if let Some(by) = by {
            superseded_by.insert(i, by);
        }
    }
    let mut earlier_of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (earlier, later) in superseded_by {
        earlier_of.entry(later).or_default().push(earlier);
    }
    for (later, earlier) in earlier_of {
        // What was seen is the base that both sides agreed on, not a value that was never sent.
        if let Act::Set { was, .. } = item.edits[earlier[0]].act.clone()
            && !is_planted(Bug::SupersededBaseKept)
        {
            rebase(&mut records, item, later, was);
        }
        let edit = item.edits[later].id;
        for i in earlier {
            settle(&mut records, item, i, Ending::SupersededBy { edit });
        }
    }
    drop_settled(item, &records);
    records
}

/// The value to write for an edit: tags as the merged set, everything else as wanted.
pub fn value_to_send(item: &Item, position: usize) -> Option<(FieldName, Value)> {
    let Act::Set { field, was, to } = &item.edits.get(position)?.act else {
        return None;
    };
    let value = if field.as_str() == field::TAGS && !is_planted(Bug::TagsReplaced) {
        merge_tags(was, to, item.remote_value(field))
    } else {
        to.clone()
    };
    Some((field.clone(), value))
}

/// After a write was answered: later edits of every field it touched start from what the server returned.
pub fn rebase_after_write(item: &mut Item, fields: &[FieldName]) -> Vec<Record> {
    let mut records = Vec::new();
    for field in fields {
        let now = item.remote_value(field).clone();
        if let Some(first) = item.next_of(field, 0) {
            rebase(&mut records, item, first, now);
        }
    }
    records
}

/// Marks an edit waiting, in memory and in the records.
pub fn wait(records: &mut Vec<Record>, item: &mut Item, position: usize) {
    let edit = &mut item.edits[position];
    edit.state = EditState::Waiting;
    records.push(Record::EditWaiting {
        edit: edit.id,
        doubt: edit.doubt.clone(),
    });
}

/// Marks an edit held.
pub fn hold(records: &mut Vec<Record>, item: &mut Item, position: usize, why: Hold) {
    let edit = &mut item.edits[position];
    edit.state = EditState::Held { hold: why.clone() };
    records.push(Record::EditHeld(edit.id, why));
}

/// Marks an edit held for want of something that Lockstep itself knows of, in these words.
pub(crate) fn hold_for(records: &mut Vec<Record>, item: &mut Item, position: usize, why: &str) {
    let why = Hold::Refused {
        answer: why.to_owned(),
        at_rev: None,
        paths: Vec::new(),
    };
    hold(records, item, position, why);
}

/// Gives an edit another starting value.
pub fn rebase(records: &mut Vec<Record>, item: &mut Item, position: usize, from: Value) {
    let edit = &mut item.edits[position];
    if let Act::Set { was, .. } = &mut edit.act
        && *was != from
    {
        *was = from.clone();
        records.push(Record::EditRebased(edit.id, from));
    }
}

/// Records the end of an edit; [`drop_settled`] takes it out of the item.
pub fn settle(records: &mut Vec<Record>, item: &Item, position: usize, ending: Ending) {
    records.push(Record::EditSettled(item.edits[position].id, ending));
}

/// Takes settled edits out of the item. Of those let go it keeps what may still take effect.
pub fn drop_settled(item: &mut Item, records: &[Record]) {
    let ending_of = |edit: &Edit| {
        records.iter().find_map(|record| match record {
            Record::EditSettled(id, ending) if *id == edit.id => Some(ending),
            _ => None,
        })
    };
    for edit in item.edits.extract_if(.., |edit| ending_of(edit).is_some()) {
        let is_let_go = ending_of(&edit).is_some_and(Ending::is_let_go) && !is_planted(Bug::LetGoForgotten);
        if let Some(doubt) = edit.doubt.filter(|_| is_let_go) {
            item.let_go.push(LetGo {
                edit: edit.id,
                act: edit.act,
                doubt,
            });
        }
    }
}

/// The rev held, or zero when never read.
pub fn held_rev(item: &Item) -> Rev {
    item.remote.as_ref().map_or(Rev(0), |remote| remote.rev)
}

/// Fold of the normal value, for tests and checkers.
pub fn normal_of(item: &Item, name: &FieldName) -> Value {
    value::normal(name, item.remote_value(name))
}
