//! What happened to an action item, as whom, and what was said about it.
//!
//! Put together from Lockstep's own records (local changes, edits, attempts) and from Azure DevOps': the work item's updates
//! where it could be asked, else what reads brought. An update that our own edit made is told once, as that edit: who acted
//! here, under whose name it stands there. A note that says on whose behalf something was written is no comment.

use std::collections::{BTreeMap, BTreeSet};

use azdo::{FieldName, WorkItemUpdate, field};
use lockstep_sync::edit::{Act, Ending, Hold, Whom};
use serde_json::Value;

use super::mapping::FieldNames;
use super::people::People;
use super::shapes::{CommentRow, HistoryRow, HistoryState, Place, WrittenWith};
use super::{html, open_edits};
use crate::ids::MemberId;
use crate::store::action_items::{ActionItemRow, LocalChange, LocalChangeRow};
use crate::store::attempts::AttemptRow;
use crate::store::edits::EditRow;
use crate::store::observations::ObservationRow;

/// Everything a history is put together from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The action item's row, if it is about one.
    pub row: Option<&'a ActionItemRow>,
    /// How fields and their values are read.
    pub names: &'a dyn FieldNames,
    /// What was changed here alone.
    pub local: &'a [LocalChangeRow],
    /// Every edit, settled or not.
    pub edits: &'a [EditRow],
    /// Every attempt.
    pub attempts: &'a [AttemptRow],
    /// What reads brought.
    pub observed: &'a [ObservationRow],
    /// The work item's updates; `None` when Azure DevOps could not be asked.
    pub updates: Option<&'a [WorkItemUpdate]>,
    /// Members.
    pub people: &'a People,
}

/// Whether a comment that was made before the push went with it.
fn was_sent(change: &LocalChangeRow, html: Option<&str>, edits: &[EditRow]) -> bool {
    edits.iter().any(|edit| {
        let is_it = matches!(&edit.act.0, Act::Comment { html: sent } if Some(sent.as_str()) == html);
        is_it && edit.author == change.author && state_of(edit) != HistoryState::GivenUp
    })
}

/// Whether an edit is a comment that was not sent and is kept here all the same.
fn is_kept_here(edit: &EditRow, local: &[LocalChangeRow]) -> bool {
    let Act::Comment { html } = &edit.act.0 else {
        return false;
    };
    let is_it = |change: &LocalChangeRow| {
        change.author == edit.author
            && change
                .changes
                .iter()
                .any(|said| said.field == "comment" && said.to.as_ref() == Some(html))
    };
    state_of(edit) == HistoryState::GivenUp && local.iter().any(is_it)
}

/// The history, the latest first.
pub fn history(of: Sources<'_>) -> Vec<HistoryRow> {
    let mut rows: Vec<HistoryRow> = of.row.map(|row| made(row, of.people)).into_iter().collect();
    rows.extend(of.local.iter().flat_map(|change| local_rows(change, of)));
    rows.extend(of.edits.iter().filter_map(|edit| edit_row(edit, of)));
    match of.updates {
        Some(updates) => {
            let own = OwnRevs::of(of.edits);
            rows.extend(updates.iter().flat_map(|update| update_rows(update, &own, of.names)));
        }
        None => {
            let seen = of.observed.iter().filter(|seen| !seen.is_own);
            rows.extend(seen.flat_map(|seen| observed_rows(seen, of.names)));
        }
    }
    rows.extend(of.row.and_then(deleted_there));
    // Stable: what happened at one moment keeps its order, seen from the end.
    rows.reverse();
    rows.sort_by_key(|row| std::cmp::Reverse(row.at_us));
    rows
}

/// The comments, the oldest first.
pub fn comments(of: Sources<'_>) -> Vec<CommentRow> {
    let mut rows: Vec<CommentRow> = Vec::new();
    for change in of.local {
        let kept = change.changes.iter().filter(|said| said.field == "comment");
        for said in kept.filter(|said| !was_sent(change, said.to.as_deref(), of.edits)) {
            rows.push(CommentRow {
                id: format!("l{}", change.id),
                at_us: change.at_us,
                who: of.people.name(MemberId(change.author)).to_owned(),
                r#where: Place::Lockstep,
                html: html::clean(said.to.as_deref().unwrap_or_default()),
                state: HistoryState::Settled,
            });
        }
    }
    for edit in of.edits.iter().filter(|edit| !is_kept_here(edit, of.local)) {
        if let Act::Comment { html: said } = &edit.act.0 {
            rows.push(CommentRow {
                id: format!("e{}", edit.id),
                at_us: edit.at_us,
                who: of.people.name(MemberId(edit.author)).to_owned(),
                r#where: Place::Lockstep,
                html: html::clean(said),
                state: state_of(edit),
            });
        }
    }
    let own = OwnRevs::of(of.edits);
    for update in of.updates.into_iter().flatten() {
        if let Some(said) = said_in(update, &own) {
            rows.push(CommentRow {
                id: format!("u{}", update.id),
                at_us: at_us(update),
                who: update.revised_by.display_name.clone(),
                r#where: Place::AzureDevops,
                html: html::clean(said),
                state: HistoryState::Settled,
            });
        }
    }
    rows.sort_by_key(|row| row.at_us);
    rows
}

/// The revisions that our own edits made, each with the fields they named.
struct OwnRevs {
    revs: BTreeMap<i64, BTreeSet<String>>,
    was_created: bool,
}

impl OwnRevs {
    fn of(edits: &[EditRow]) -> Self {
        let mut revs: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
        let mut was_created = false;
        for edit in edits {
            let Some(Ending::Applied { rev, .. }) = edit.ending() else {
                continue;
            };
            was_created |= matches!(edit.act.0, Act::Create { .. });
            if let Some(rev) = rev {
                let fields = revs.entry(rev.0).or_default();
                if let Act::Set { field, .. } = &edit.act.0 {
                    fields.insert(field.to_string());
                    // A node is set by its number and told by its path.
                    match field.as_str() {
                        field::AREA_ID => drop(fields.insert(field::AREA_PATH.to_owned())),
                        field::ITERATION_ID => drop(fields.insert(field::ITERATION_PATH.to_owned())),
                        _ => {}
                    }
                }
            }
        }
        Self { revs, was_created }
    }

    /// Whether the revision is the creation, or one of our edits made it.
    fn has(&self, rev: i64) -> bool {
        self.revs.contains_key(&rev) || self.is_creation(rev)
    }

    fn is_creation(&self, rev: i64) -> bool {
        self.was_created && rev == 1
    }

    fn named(&self, rev: i64, field: &FieldName) -> bool {
        self.is_creation(rev)
            || self
                .revs
                .get(&rev)
                .is_some_and(|fields| fields.contains(field.as_str()))
    }
}

fn made(row: &ActionItemRow, people: &People) -> HistoryRow {
    let who = people.name(MemberId(row.created_by));
    here(format!("c{}", row.id), row.created_us, who, "create")
}

fn here(id: String, at_us: i64, who: &str, what: &str) -> HistoryRow {
    HistoryRow {
        id,
        at_us,
        who: who.to_owned(),
        r#where: Place::Lockstep,
        what: what.to_owned(),
        from: None,
        to: None,
        state: HistoryState::Settled,
        written_as: None,
        written_with: None,
        rev: None,
        answer: None,
    }
}

fn local_rows(change: &LocalChangeRow, of: Sources<'_>) -> Vec<HistoryRow> {
    let who = of.people.name(MemberId(change.author));
    let is_told_by_edit = |one: &LocalChange| one.field == "comment" && was_sent(change, one.to.as_deref(), of.edits);
    let told = change
        .changes
        .iter()
        .enumerate()
        .filter(|(_, one)| !is_told_by_edit(one));
    told.map(|(index, one)| {
        let mut row = here(format!("l{}-{index}", change.id), change.at_us, who, &one.field);
        if one.field != "comment" {
            row.from.clone_from(&one.from);
            row.to.clone_from(&one.to);
        }
        row
    })
    .collect()
}

fn edit_row(edit: &EditRow, of: Sources<'_>) -> Option<HistoryRow> {
    let act = &edit.act.0;
    if matches!(act, Act::Decide { .. }) || is_kept_here(edit, of.local) {
        return None;
    }
    let what = if matches!(act, Act::Create { .. }) {
        "push".to_owned()
    } else {
        open_edits::named(act, of.names).0
    };
    let (from, to) = if matches!(act, Act::Comment { .. }) {
        (None, None)
    } else {
        open_edits::values(act, of.names)
    };
    let state = state_of(edit);
    let attempt = attempt_of(edit, of.attempts);
    // Only what was written, or is being written, stands under a name there.
    let is_written = matches!(edit.ending(), Some(Ending::Applied { .. })) || state == HistoryState::Sending;
    let written = attempt.filter(|_| is_written);
    let rev = match edit.ending() {
        Some(Ending::Applied { rev, .. }) => rev.map(|rev| rev.0),
        _ => None,
    };
    let answer = match edit.hold.as_ref().map(|hold| &hold.0) {
        Some(Hold::Refused { answer, .. }) => Some(answer.clone()),
        _ if state == HistoryState::GivenUp => attempt.and_then(|attempt| attempt.answer.clone()),
        _ => None,
    };
    Some(HistoryRow {
        from,
        to,
        state,
        written_as: written.map(|attempt| attempt.identity_name.clone()),
        written_with: written.map(|attempt| match attempt.body.0.whom {
            Whom::Connection => WrittenWith::ConnectionToken,
            Whom::Member(_) => WrittenWith::OwnToken,
        }),
        rev,
        answer,
        ..here(
            format!("e{}", edit.id),
            edit.at_us,
            of.people.name(MemberId(edit.author)),
            &what,
        )
    })
}

/// The attempt that settled the edit, else the last one that carried it.
fn attempt_of<'a>(edit: &EditRow, attempts: &'a [AttemptRow]) -> Option<&'a AttemptRow> {
    let settled_by = match edit.ending() {
        Some(Ending::Applied { attempt, .. }) => attempt.map(|id| id.0),
        _ => edit.attempt_id,
    };
    match settled_by {
        Some(id) => attempts.iter().find(|attempt| attempt.id == id),
        None => attempts
            .iter()
            .rev()
            .find(|attempt| attempt.body.0.edits.iter().any(|id| id.0 == edit.id)),
    }
}

fn state_of(edit: &EditRow) -> HistoryState {
    match (edit.ending(), edit.state.as_str()) {
        (Some(Ending::SupersededBy { .. }), _) => HistoryState::Superseded,
        (Some(Ending::LostConflict { .. }), _) => HistoryState::LostConflict,
        (Some(Ending::GivenUp { .. }), _) => HistoryState::GivenUp,
        (Some(_), _) => HistoryState::Settled,
        (None, "sending") => HistoryState::Sending,
        (None, "held") => HistoryState::Held,
        (None, _) => HistoryState::Waiting,
    }
}

fn update_rows(update: &WorkItemUpdate, own: &OwnRevs, names: &dyn FieldNames) -> Vec<HistoryRow> {
    let rev = update.rev.0;
    let mut rows = Vec::new();
    for (name, change) in &update.fields {
        let Some((what, _)) = names.told(name) else { continue };
        if own.named(rev, name) {
            continue;
        }
        let shown = |value: &Option<Value>| value.as_ref().and_then(|value| names.shown(name, value));
        let (from, to) = (shown(&change.old_value), shown(&change.new_value));
        if from != to {
            rows.push(there(
                format!("u{}-{what}", update.id),
                at_us(update),
                &update.revised_by.display_name,
                &what,
                from,
                to,
                rev,
            ));
        }
    }
    if said_in(update, own).is_some() {
        let id = format!("u{}-comment", update.id);
        rows.push(there(
            id,
            at_us(update),
            &update.revised_by.display_name,
            "comment",
            None,
            None,
            rev,
        ));
    }
    rows
}

fn there(
    id: String,
    at_us: i64,
    who: &str,
    what: &str,
    from: Option<String>,
    to: Option<String>,
    rev: i64,
) -> HistoryRow {
    HistoryRow {
        r#where: Place::AzureDevops,
        from,
        to,
        rev: Some(rev),
        ..here(id, at_us, who, what)
    }
}

/// What somebody said in Azure DevOps. What our own request said is told by its edit, or is a note.
fn said_in<'a>(update: &'a WorkItemUpdate, own: &OwnRevs) -> Option<&'a str> {
    if own.has(update.rev.0) {
        return None;
    }
    let said = update
        .fields
        .get(&FieldName::from(field::HISTORY))?
        .new_value
        .as_ref()?
        .as_str()?;
    (!html::to_text(said).is_empty()).then_some(said)
}

fn at_us(update: &WorkItemUpdate) -> i64 {
    let changed = update
        .fields
        .get(&FieldName::from(field::CHANGED_DATE))
        .and_then(|change| change.new_value.as_ref());
    let changed = changed.and_then(Value::as_str).or(update.revised_date.as_deref());
    changed.and_then(lockstep_sync::value::date_us).unwrap_or_default()
}

fn observed_rows(seen: &ObservationRow, names: &dyn FieldNames) -> Vec<HistoryRow> {
    let who = seen.by_name.as_deref().unwrap_or("Azure DevOps");
    let told = seen
        .changes
        .iter()
        .filter_map(|change| Some((names.told(&change.field)?.0, change)));
    told.map(|(what, change)| {
        let (from, to) = (
            names.shown(&change.field, &change.was),
            names.shown(&change.field, &change.to),
        );
        there(
            format!("o{}-{what}", seen.id),
            seen.at_us,
            who,
            &what,
            from,
            to,
            seen.rev,
        )
    })
    .collect()
}

fn deleted_there(row: &ActionItemRow) -> Option<HistoryRow> {
    let at_us = row
        .deleted_us
        .filter(|_| row.deleted_where.as_deref() == Some("azure_devops"))?;
    let who = row.deleted_by.as_deref().unwrap_or("Azure DevOps");
    let gone = here(format!("d{}", row.id), at_us, who, "delete");
    Some(HistoryRow {
        r#where: Place::AzureDevops,
        ..gone
    })
}

#[cfg(test)]
mod tests;
