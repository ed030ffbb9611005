//! What is not settled about an item, as people see it: where each edit stands, what to do, who may decide.

use lockstep_sync::edit::{Act, Edit, EditState, Hold};
use lockstep_sync::item::Item;
use lockstep_sync::plan::NEEDS_TOKEN_REVIEW_US;

use super::item::Surroundings;
use super::mapping::FieldNames;
use super::shapes::{DecideAct, EditAuthor, OpenEdit, OpenEditState};
use super::{html, words};
use crate::access;
use crate::accounts::initials;

/// What it takes to show an edit.
#[derive(Clone, Copy)]
pub struct EditContext<'a> {
    /// Everything beside the item.
    pub around: Surroundings<'a>,
    /// How its fields and their values are read.
    pub names: &'a dyn FieldNames,
}

/// The edits that people see: decisions are carried out on the way and never shown as open.
pub fn shown(item: &Item) -> impl Iterator<Item = &Edit> {
    item.edits.iter().filter(|edit| !matches!(edit.act, Act::Decide { .. }))
}

/// The open edits of an item, in order.
pub fn of(item: &Item, context: EditContext<'_>) -> Vec<OpenEdit> {
    shown(item).map(|edit| open_edit(item, edit, context)).collect()
}

/// One edit as people see it.
pub fn open_edit(item: &Item, edit: &Edit, context: EditContext<'_>) -> OpenEdit {
    let around = context.around;
    let name = around.people.name(edit.author).to_owned();
    let (field, label) = named(&edit.act, context.names);
    let (was, to) = values(&edit.act, context.names);
    let (theirs, theirs_by, answer) = match edit.hold() {
        Some(Hold::Conflict { theirs, theirs_by }) => (
            edit.field().and_then(|field| context.names.shown(field, theirs)),
            theirs_by.clone(),
            None,
        ),
        Some(Hold::Refused { answer, .. }) => (None, None, Some(answer.clone())),
        _ => (None, None, None),
    };
    let state = state(item, edit);
    let is_mine = edit.author == around.viewer.id;
    let is_old = is_old(edit, around.now_us);
    let connection = around
        .connection
        .map_or("this connection", |connection| connection.label.as_str());
    let next_step = match edit.hold() {
        Some(hold) => Some(words::next_step(hold, &name, is_mine, is_old, connection)),
        None if state == OpenEditState::Unknown => Some(words::LOOKING.to_owned()),
        None => None,
    };
    let acts = acts(item, edit, around.now_us);
    OpenEdit {
        id: edit.id.0,
        field,
        label,
        author: EditAuthor {
            member_id: edit.author.0,
            initials: initials(&name),
            name,
        },
        at_us: edit.at_us,
        state,
        was,
        to,
        theirs,
        theirs_by,
        answer,
        next_step,
        may_decide: !acts.is_empty() && may_decide(around.viewer, edit),
        acts,
    }
}

/// Whether a member may decide about an edit: its author, and whoever may decide about all.
pub fn may_decide(viewer: &access::Member, edit: &Edit) -> bool {
    (edit.author == viewer.id && viewer.may(access::Act::DecideEdits)) || viewer.may(access::Act::DecideAllEdits)
}

/// Whether an edit has waited so long for a token that its author looks at it again before it goes out.
pub fn is_old(edit: &Edit, now_us: i64) -> bool {
    now_us - edit.at_us >= NEEDS_TOKEN_REVIEW_US
}

/// Where an edit stands.
pub fn state(item: &Item, edit: &Edit) -> OpenEditState {
    let is_unanswered = item
        .attempt
        .as_ref()
        .is_some_and(|a| a.is_unknown() && a.edits.contains(&edit.id));
    match &edit.state {
        EditState::Held {
            hold: Hold::Conflict { .. },
        } => OpenEditState::Conflict,
        EditState::Held {
            hold: Hold::Refused { .. },
        } => OpenEditState::Refused,
        EditState::Held { hold: Hold::NeedsToken } => OpenEditState::NeedsToken,
        EditState::Held { hold: Hold::Unsure } => OpenEditState::Unknown,
        EditState::Held {
            hold: Hold::WorkItemDeleted | Hold::OutOfSight,
        } => OpenEditState::Held,
        _ if is_unanswered => OpenEditState::Unknown,
        EditState::Sending { .. } => OpenEditState::Sending,
        EditState::Waiting => OpenEditState::Waiting,
    }
}

/// What can be decided about an edit now.
pub fn acts(item: &Item, edit: &Edit, now_us: i64) -> Vec<DecideAct> {
    match &edit.state {
        EditState::Held { hold } => match hold {
            Hold::Conflict { .. } => vec![DecideAct::Ours, DecideAct::Theirs],
            Hold::Refused { .. } => vec![DecideAct::Retry, DecideAct::GiveUp],
            Hold::NeedsToken if is_old(edit, now_us) => vec![DecideAct::Retry, DecideAct::GiveUp],
            Hold::NeedsToken | Hold::WorkItemDeleted | Hold::OutOfSight => vec![DecideAct::GiveUp],
            Hold::Unsure => vec![DecideAct::SearchAgain, DecideAct::CreateAnyway],
        },
        // One that only waits can be taken back; one on its way can't, nor one whose answer is looked for.
        EditState::Waiting if item.attempt.is_none() && edit.doubt.is_none() => vec![DecideAct::GiveUp],
        EditState::Waiting | EditState::Sending { .. } => Vec::new(),
    }
}

/// The field or act of an edit: the word for programs and the word for people.
pub fn named(act: &Act, names: &dyn FieldNames) -> (String, String) {
    match act {
        Act::Set { field, .. } => names
            .told(field)
            .unwrap_or_else(|| (field.to_string(), field.to_string())),
        other => (words::act_word(other).to_owned(), words::act_label(other).to_owned()),
    }
}

/// Before and after, as people read it.
pub fn values(act: &Act, names: &dyn FieldNames) -> (Option<String>, Option<String>) {
    match act {
        Act::Set { field, was, to } => (names.shown(field, was), names.shown(field, to)),
        Act::Create {
            project,
            work_item_type,
            ..
        } => {
            let place = names.project(project).map(|name| format!(" in {name}"));
            (None, Some(format!("{work_item_type}{}", place.unwrap_or_default())))
        }
        Act::Comment { html } => (None, Some(html::to_text(html))),
        Act::Link { .. } | Act::Delete | Act::Restore | Act::Decide { .. } => (None, None),
    }
}

#[cfg(test)]
mod tests;
