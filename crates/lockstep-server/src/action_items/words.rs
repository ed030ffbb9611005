//! What is said about what is not settled: first what happened, then what it means, then what to do.

use lockstep_sync::edit::{Act, Hold};
use lockstep_sync::item::{Item, Presence};

use super::item::{ConnectionFacts, ConnectionHealth};
use super::shapes::SyncState;

/// What an item's sync state means, where there is something to say.
pub fn sync_detail(
    state: SyncState,
    n_waiting: usize,
    item: &Item,
    connection: Option<&ConnectionFacts>,
) -> Option<String> {
    let n = match n_waiting {
        1 => "1 edit".to_owned(),
        n => format!("{n} edits"),
    };
    Some(match state {
        SyncState::Local => return None,
        SyncState::InLockstep => return None,
        SyncState::Conflict => "Changed in both places. Choose which value stands.".to_owned(),
        SyncState::Refused => "Azure DevOps refused an edit. It is kept here until somebody decides.".to_owned(),
        SyncState::NeedsToken => "An edit waits for its author’s own token.".to_owned(),
        SyncState::Unknown if item.has_held(|hold| *hold == Hold::Unsure) => {
            "Nobody can tell whether the work item was created. Somebody has to decide.".to_owned()
        }
        SyncState::Unknown => {
            "The answer of Azure DevOps was lost. Lockstep looks for its effect and writes nothing twice.".to_owned()
        }
        SyncState::OutOfSight => {
            "The connection can no longer read the work item. It may be hidden or gone; nothing is deleted here."
                .to_owned()
        }
        SyncState::Held if item.presence == Presence::Deleted => {
            "The work item is in Azure DevOps’ recycle bin.".to_owned()
        }
        SyncState::Held => "An edit is kept back.".to_owned(),
        SyncState::Waiting => match connection.map_or(ConnectionHealth::Fine, |connection| connection.health) {
            ConnectionHealth::Fine => format!("{n} to be written to Azure DevOps."),
            ConnectionHealth::Disabled => {
                format!("The connection is disabled. {n} stored here will be written once it is enabled.")
            }
            ConnectionHealth::Unreachable => {
                format!("Azure DevOps does not answer. {n} stored here will be written in order once it answers.")
            }
            ConnectionHealth::TokenRefused => {
                format!(
                    "Azure DevOps refuses the connection’s token. {n} stored here will be written once it is replaced."
                )
            }
            ConnectionHealth::Throttled => {
                format!("Azure DevOps asked for a pause. {n} stored here will be written after it.")
            }
        },
    })
}

/// What to do about a held edit.
pub fn next_step(hold: &Hold, author_name: &str, is_mine: bool, is_old: bool, connection: &str) -> String {
    match hold {
        Hold::NeedsToken if is_mine && is_old => {
            format!("Store your own token for {connection}, then look at this again: it has waited for more than 24 hours. Send it, or let it go.")
        }
        Hold::NeedsToken if is_mine => {
            format!("Store your own token for {connection}. The edit is then written under your name.")
        }
        Hold::NeedsToken => {
            format!("{author_name} stores a token of their own for {connection}. The edit is then written under their name.")
        }
        Hold::Conflict { .. } => {
            "Choose which value stands. Nothing is written for this field until then; all other fields go on.".to_owned()
        }
        Hold::Refused { .. } => {
            "Change the value, try again, or let it go. Azure DevOps keeps its own value until then.".to_owned()
        }
        Hold::WorkItemDeleted => "The work item is in Azure DevOps’ recycle bin. Restore it, or let this edit go.".to_owned(),
        Hold::OutOfSight => {
            "The connection can no longer read the work item. Give its account access again, or let this edit go.".to_owned()
        }
        Hold::Unsure => {
            "The answer to the creation was lost, and nobody can tell whether it took effect. Look in Azure DevOps: if the work \
             item is there, search again; if it is not, create it anyway."
                .to_owned()
        }
    }
}

/// What to do while an answer is looked for.
pub const LOOKING: &str = "The answer was lost. Lockstep looks for the effect before it writes anything again.";

/// The word for programs of an act that sets no field.
pub const fn act_word(act: &Act) -> &'static str {
    match act {
        Act::Create { .. } => "create",
        Act::Comment { .. } => "comment",
        Act::Link { .. } => "link",
        Act::Delete => "delete",
        Act::Restore => "restore",
        Act::Decide { .. } => "decide",
        Act::Set { .. } => "field",
    }
}

/// The word for people of an act that sets no field.
pub const fn act_label(act: &Act) -> &'static str {
    match act {
        Act::Create { .. } => "New work item",
        Act::Comment { .. } => "Comment",
        Act::Link { .. } => "Link",
        Act::Delete => "Move to the recycle bin",
        Act::Restore => "Restore",
        Act::Decide { .. } => "Decision",
        Act::Set { .. } => "Field",
    }
}
