//! An edit is one act by one person.
//!
//! It is a row before it is anything else: waiting, sending or held until it is settled, and there is no other end than
//! those of [`Ending`]. What carries it out is an [`Attempt`].

use std::collections::BTreeMap;

use azdo::{FieldName, Fields, Rev, WorkItemId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use crate::attempt::{Attempt, AttemptKind, AttemptState, LinkSent, Outcome, Search, Whom};
use crate::item::unborn_parent;
use crate::{AttemptId, EditId, ItemId, MemberId, PARENT};

/// An edit that Azure DevOps refused so often waits for a person, whatever changes there.
pub const REFUSALS_MAX: u32 = 5;

/// One act by one person on one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// Made by the browser, so that a repeated click is one edit.
    pub id: EditId,
    /// Change number under which it was accepted. The only order there is; no clock is asked.
    pub change: i64,
    /// Who acted.
    pub author: MemberId,
    /// When it was accepted, microseconds UTC. Shown to people, never used to order.
    pub at_us: i64,
    /// What was done.
    pub act: Act,
    /// Where it stands.
    pub state: EditState,
    /// Planned and not meant yet: it is merged like any other and never sent before somebody publishes it.
    #[serde(default)]
    pub is_draft: bool,
    /// An unanswered request with this edit, of which no trace was found while it could still take effect.
    #[serde(default)]
    pub doubt: Option<Doubt>,
}

/// A request that may still take effect: until the work item has moved past the rev it tested. Once it has moved, the
/// updates tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Doubt {
    /// The rev it tested.
    pub rev: Rev,
    /// Whose token it carried.
    pub identity_id: String,
    /// Until when it may act on links by position, microseconds UTC: a position names another link once the links have
    /// moved, and links move without a rev. Zero where it takes no link away.
    #[serde(default)]
    pub until_us: i64,
    /// The edit came out of a backup: any request since may have carried it out, at any later rev and with whoever's token.
    /// See [`crate::restored`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_of_backup: bool,
}

/// An edit that was let go while a request with it might still take effect. Until the updates tell, its value may turn up
/// as if somebody else had written it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LetGo {
    /// Which edit.
    pub edit: EditId,
    /// What it was to do.
    pub act: Act,
    /// The request that may still do it.
    pub doubt: Doubt,
}

/// The other end of a link: a work item, or an item that has none yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Target {
    /// By Azure DevOps' number.
    WorkItem(WorkItemId),
    /// By Lockstep's, until it has a number there; see [`crate::item::Item::learn`].
    Item {
        /// Which item.
        item: ItemId,
    },
}

/// What an edit is about. Of edits with one subject the later takes the earlier's place, and one goes out at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'e> {
    /// A field, the parent among them.
    Field(&'e FieldName),
    /// A link: kind and other end.
    Link(&'e str, Target),
}

/// What a person did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Make a work item of a Lockstep item.
    Create {
        /// Project, by name or number, as the route takes it.
        project: String,
        /// Name of the work item type.
        work_item_type: String,
        /// First values, in Azure DevOps' terms; [`crate::PARENT`] as in [`Act::Set`].
        fields: Fields,
    },
    /// Set one field. `Null` is an empty field.
    ///
    /// `System.AreaId` and `System.IterationId` are set by node number and sent as the path the node has then.
    /// [`crate::PARENT`] is set by the number of a work item, or by `{"item": …}` with that of an item that has none yet.
    Set {
        /// Which field.
        field: FieldName,
        /// What the author saw.
        was: Value,
        /// What the author wants.
        to: Value,
    },
    /// Say something in the discussion.
    Comment {
        /// As HTML.
        html: String,
    },
    /// Add or remove a link, seen from its writing end.
    Link {
        /// Reference name with direction.
        rel: String,
        /// The other end.
        target: Target,
        /// Added, or removed.
        is_added: bool,
        /// What the link says about itself. A link that says something else is made anew; `None` leaves it as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// Move the work item to the recycle bin.
    Delete,
    /// Take the work item out of the recycle bin.
    Restore,
    /// Decide about an edit that is held.
    Decide {
        /// Which edit.
        edit: EditId,
        /// How.
        choice: Choice,
    },
}

/// What can be decided about a held edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "choice", rename_all = "snake_case")]
pub enum Choice {
    /// Try it once more.
    Retry,
    /// Let it go; the history keeps it.
    GiveUp,
    /// Write ours, knowing their value.
    Ours {
        /// Their value as it was shown. If it has moved since, the question is asked again.
        seen: Value,
    },
    /// Keep theirs; ours is kept in the history.
    Theirs {
        /// Their value as it was shown.
        seen: Value,
    },
    /// Look once more for a work item that may have been created.
    SearchAgain,
    /// Create it, knowing that it may be there already.
    CreateAnyway,
    /// A draft is meant now: it goes out.
    Publish,
}

/// Where an unsettled edit stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EditState {
    /// To be sent as soon as it may.
    Waiting,
    /// Part of an open attempt.
    Sending {
        /// Which one.
        attempt: AttemptId,
    },
    /// Kept back until something changes; only this edit waits.
    Held {
        /// Why.
        hold: Hold,
    },
}

/// Why an edit is kept back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "hold", rename_all = "snake_case")]
pub enum Hold {
    /// Its author has no token that works, and the connection's policy is to wait for one.
    NeedsToken,
    /// Somebody else changed the same field.
    Conflict {
        /// Their value.
        theirs: Value,
        /// Who wrote it, as Azure DevOps shows them.
        theirs_by: Option<String>,
    },
    /// Azure DevOps refused it.
    Refused {
        /// In its own words.
        answer: String,
        /// Rev the work item had; another rev is worth another try.
        at_rev: Option<Rev>,
        /// Paths of the nodes it names as they were sent; another path is worth another try.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        paths: Vec<String>,
    },
    /// The work item is in the recycle bin.
    WorkItemDeleted,
    /// The connection's token can no longer read the work item.
    OutOfSight,
    /// Nobody can tell whether the work item was created; a person decides.
    Unsure,
}

/// How an edit ended. There is no other end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ending", rename_all = "snake_case")]
pub enum Ending {
    /// Azure DevOps has it.
    Applied {
        /// The rev it made, where it made one.
        rev: Option<Rev>,
        /// By which request.
        attempt: Option<AttemptId>,
    },
    /// Azure DevOps had that value already.
    AlreadyThere,
    /// A later edit of the same field took its place before it was sent.
    SupersededBy {
        /// Which one.
        edit: EditId,
    },
    /// Their value stood. Ours can be put back from the history.
    LostConflict {
        /// Their value.
        theirs: Value,
    },
    /// A person let it go.
    GivenUp {
        /// Who.
        by: MemberId,
    },
    /// A decision, carried out.
    CarriedOut,
    /// A decision about something that had changed by then; it was asked again, or was no longer open.
    Overtaken,
}

impl Ending {
    /// Whether the edit's value is not what its people want any more, so that it must be known again should a doubtful
    /// request have written it.
    pub fn is_let_go(&self) -> bool {
        matches!(self, Ending::GivenUp { .. } | Ending::LostConflict { .. })
    }
}

impl Edit {
    /// The field it sets, if it sets one.
    pub fn field(&self) -> Option<&FieldName> {
        match &self.act {
            Act::Set { field, .. } => Some(field),
            _ => None,
        }
    }
    /// What it is about, if others can be about the same.
    pub fn subject(&self) -> Option<Subject<'_>> {
        match &self.act {
            Act::Set { field, .. } => Some(Subject::Field(field)),
            Act::Link { rel, target, .. } => Some(Subject::Link(rel, *target)),
            _ => None,
        }
    }
    /// Items without a number there that it names.
    pub fn awaits(&self) -> Vec<ItemId> {
        match &self.act {
            Act::Set { field, was, to } if field.as_str() == PARENT => {
                [was, to].into_iter().filter_map(unborn_parent).collect()
            }
            Act::Create { fields, .. } => {
                let parent = fields.get(&FieldName::from(PARENT));
                parent.and_then(unborn_parent).into_iter().collect()
            }
            Act::Link {
                target: Target::Item { item },
                ..
            } => vec![*item],
            _ => Vec::new(),
        }
    }
    /// Puts numbers in the place of items that have one.
    pub(crate) fn learn(&mut self, numbers: &BTreeMap<ItemId, WorkItemId>) {
        let learn = |value: &mut Value| {
            if let Some(number) = unborn_parent(value).and_then(|item| numbers.get(&item)) {
                *value = json!(number.0);
            }
        };
        match &mut self.act {
            Act::Set { field, was, to } if field.as_str() == PARENT => [was, to].into_iter().for_each(learn),
            Act::Create { fields, .. } => fields.get_mut(&FieldName::from(PARENT)).into_iter().for_each(learn),
            Act::Link { target, .. } => {
                if let Target::Item { item } = target
                    && let Some(number) = numbers.get(item)
                {
                    *target = Target::WorkItem(*number);
                }
            }
            _ => {}
        }
    }
    /// Whether it waits to be sent, or to be published.
    pub fn is_waiting(&self) -> bool {
        self.state == EditState::Waiting
    }
    /// Whether it is part of an open attempt.
    pub fn is_sending(&self) -> bool {
        matches!(self.state, EditState::Sending { .. })
    }
    /// Why it is held, if it is.
    pub fn hold(&self) -> Option<&Hold> {
        match &self.state {
            EditState::Held { hold } => Some(hold),
            _ => None,
        }
    }
}
