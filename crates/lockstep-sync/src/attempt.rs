//! An attempt is one request made to carry edits out.
//!
//! It is saved before its first byte leaves, so a crash leaves a question that can be asked ([`AttemptState::Unknown`]),
//! never a silence.

use azdo::{Fields, Rev, WorkItemId};
use serde::{Deserialize, Serialize};

use crate::{AttemptId, EditId, ItemId, MemberId, PARENT_LINK};

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
    /// Nobody knows whether it was made: the store was restored, and the one before may have made it from this moment on,
    /// with whoever's token. See [`crate::restored`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supposed_since_us: Option<i64>,
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
