//! An edit is one act by one person; an attempt is one request made to carry edits out.
//!
//! Both are rows before they are anything else. An edit is waiting, sending or held until it is settled, and there is
//! no other end than those of [`Ending`]. An attempt is saved before its first byte leaves, so a crash leaves a
//! question that can be asked ([`AttemptState::Unknown`]), never a silence.

use std::collections::BTreeMap;

use azdo::{FieldName, Fields, Rev, WorkItemId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::item::unborn_parent;
use crate::{AttemptId, EditId, ItemId, MemberId, PARENT, PARENT_LINK};

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

/// Whose token a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "whom", content = "member", rename_all = "snake_case")]
pub enum Whom {
    /// The connection's own token.
    Connection,
    /// A member's own token.
    Member(MemberId),
}

/// One request that can change Azure DevOps: the audit row, and the question after a lost answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// Number.
    pub id: AttemptId,
    /// The item it is about.
    pub item: ItemId,
    /// What kind of request.
    pub kind: AttemptKind,
    /// The edits it carries.
    pub edits: Vec<EditId>,
    /// Who acted.
    pub author: MemberId,
    /// Whose token was used.
    pub whom: Whom,
    /// That token's owner in Azure DevOps, by identity number.
    pub identity_id: String,
    /// The owner's name as Azure DevOps shows it.
    pub identity_name: String,
    /// Keyed hash of the token, to tell it from the next one.
    pub fingerprint: String,
    /// The rev that the request tests, for a PATCH.
    pub expected_rev: Option<Rev>,
    /// Fields sent; nodes by number.
    pub fields: Fields,
    /// Links sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkSent>,
    /// When it was saved, just before it was sent; microseconds UTC.
    pub started_us: i64,
    /// Where it stands.
    pub state: AttemptState,
}

/// A link that a request adds or takes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkSent {
    /// Reference name with direction.
    pub rel: String,
    /// The other end.
    pub target: WorkItemId,
    /// Added, or taken away.
    pub is_added: bool,
    /// What an added one says about itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Kind of a request that changes something.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AttemptKind {
    /// POST of a new work item, with the item's marker inside.
    Create {
        /// Project it goes to.
        project: String,
        /// Its type.
        work_item_type: String,
    },
    /// PATCH with `test /rev`.
    Update,
    /// DELETE into the recycle bin.
    Delete,
    /// PATCH of the recycle bin.
    Restore,
}

/// Where an attempt stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AttemptState {
    /// On its way.
    Sending,
    /// The answer was lost; being looked for.
    Unknown {
        /// How far the looking has come.
        search: Search,
    },
    /// Over.
    Ended {
        /// How.
        outcome: Outcome,
        /// What the server said, where it refused.
        answer: Option<String>,
    },
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Answered with success.
    Applied,
    /// The answer was lost, and the work item shows that it had taken effect.
    FoundApplied,
    /// The answer was lost, and nothing of it is there.
    FoundAbsent,
    /// The work item had moved on; nothing was written.
    RevMoved,
    /// Refused; nothing was written.
    Refused,
    /// It never reached the server.
    Unsent,
}

/// The search for the effect of a request whose answer was lost.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Search {
    /// Look-ups made.
    pub n_lookups: u32,
    /// When to look next, microseconds UTC.
    pub next_us: i64,
    /// A revision made after the deadline has been seen in the feed: what the feed does not show by now is not there.
    pub has_fence: bool,
    /// Feed passes after the deadline that brought nothing.
    pub n_quiet_passes: u32,
    /// Something of the same project and type was deleted or hidden before it could be looked at; it may have been ours.
    pub has_deleted_candidate: bool,
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

impl Attempt {
    /// Whether the answer was lost.
    pub fn is_unknown(&self) -> bool {
        matches!(self.state, AttemptState::Unknown { .. })
    }
    /// Whether it sets, changes or clears the parent.
    pub fn sets_parent(&self) -> bool {
        self.links.iter().any(|link| link.rel == PARENT_LINK)
    }
    /// Whether it takes links away, which it does by their position.
    pub fn removes_links(&self) -> bool {
        self.links.iter().any(|link| !link.is_added)
    }
    /// Whether it is about a creation.
    pub fn is_create(&self) -> bool {
        matches!(self.kind, AttemptKind::Create { .. })
    }
}
