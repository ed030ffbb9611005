//! What is saved: every change of state, as a list that is written in one transaction or not at all.
//!
//! A store applies the records in order. Handlers append edits and nothing else; everything here comes from the
//! replica. Where a save fails, the replica is thrown away and loaded again: a failed save is a crash.

use std::collections::BTreeSet;

use azdo::{FieldName, Fields, Rev, WorkItemId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::edit::{Attempt, Doubt, Ending, Hold, Outcome, Search, Whom};
use crate::item::{Presence, Remote};
use crate::scope::Reason;
use crate::{AttemptId, BoardId, EditId, ItemId, NoticeId};

/// One change of what is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// A request is about to be sent; its edits are sending.
    AttemptBegun(Box<Attempt>),
    /// Its answer was lost, or the search for it has gone on.
    AttemptUnknown(AttemptId, Search),
    /// It is over.
    AttemptEnded {
        /// Which.
        attempt: AttemptId,
        /// How.
        outcome: Outcome,
        /// What the server said, where it refused.
        answer: Option<String>,
        /// Rev that it made, where it made one.
        rev: Option<Rev>,
    },
    /// An edit is to be sent (again). `doubt` as in [`crate::edit::Edit::doubt`].
    EditWaiting {
        /// Which.
        edit: EditId,
        /// See there.
        doubt: Option<Doubt>,
    },
    /// An edit is kept back.
    EditHeld(EditId, Hold),
    /// A draft is a draft no more.
    EditPublished(EditId),
    /// An edit starts from another value now.
    EditRebased(EditId, Value),
    /// An edit is settled, for good. One that [was let go](Ending::is_let_go) keeps its doubt.
    EditSettled(EditId, Ending),
    /// What was doubtful about an edit, settled or not, is known.
    DoubtCleared(EditId),
    /// The item has a work item.
    Paired(ItemId, WorkItemId),
    /// The work item was read.
    Observed(Box<Observation>),
    /// Whether the work item is there has changed.
    PresenceChanged {
        /// Of which item.
        item: ItemId,
        /// What it is now.
        presence: Presence,
        /// By whom, as Azure DevOps shows them, where it says.
        by: Option<String>,
    },
    /// A work item that somebody else made matches boards: it is an item now, and a card of each of them.
    Adopted {
        /// Its number here, new.
        item: ItemId,
        /// Its work item.
        work_item: WorkItemId,
        /// What was read.
        observation: Box<Observation>,
        /// The boards it is on.
        boards: BTreeSet<BoardId>,
    },
    /// An item has come into the scope of a board: it is a card of it. May say what is known.
    Entered {
        /// Which.
        item: ItemId,
        /// Of which board.
        board: BoardId,
    },
    /// An item has left the scope of a board. It is a card of it no more, and nothing else has happened to it.
    Left {
        /// Which.
        item: ItemId,
        /// Of which board.
        board: BoardId,
        /// Why.
        why: Reason,
    },
    /// More items would leave a board than leave by themselves. They stay until a person has decided.
    ScopeStopped {
        /// Which board.
        board: BoardId,
        /// Those that would leave, beside those told before.
        items: BTreeSet<ItemId>,
    },
    /// Notices have had their effect.
    NoticesSettled(Vec<NoticeId>, Disposition),
    /// A feed named these work items. The store keeps those that are news: see [`crate::replica::is_news`].
    Heard {
        /// Which feed.
        feed: Feed,
        /// What it named.
        entries: Vec<Mention>,
        /// Whether work items that no item is paired with are kept too, because one of them may be ours.
        keeps_strangers: bool,
    },
    /// Time to look again, notices or not. The store keeps a notice for each work item that is out of sight (a right
    /// given back makes no revision, so no feed tells of it), and for each whose number leaves the remainder `part`
    /// when divided by `parts`: in the course of a day everything that is paired is read once.
    Sweep {
        /// Which part's turn it is.
        part: i64,
        /// How many parts there are.
        parts: i64,
    },
    /// The store came out of a backup, and everything paired has been read again.
    Reconciled,
    /// A feed has been read up to here.
    CursorMoved(Feed, String),
    /// The server no longer takes a token.
    TokenRefused(Whom, TokenTrouble),
    /// A token works.
    TokenWorks(Whom),
    /// How the connection fares.
    Health(Health),
}

/// What a read brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Of which item.
    pub item: ItemId,
    /// The work item now.
    pub remote: Remote,
    /// Fields that differ from before, with the value before; empty for a first read.
    pub before: Fields,
    /// Whether the links differ from before.
    pub has_new_relations: bool,
    /// Whether this is the effect of our own request alone.
    pub is_own: bool,
}

/// How a notice ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// It brought something new.
    Applied,
    /// It told of what was known.
    Echo,
    /// It is about nothing of ours.
    OutOfScope,
}

/// The two feeds that are polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Feed {
    /// `reporting/workitemrevisions`.
    Revisions,
    /// `reporting/workitemlinks`: links can change without a revision.
    Links,
}

/// A work item named by a feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mention {
    /// Which.
    pub work_item: WorkItemId,
    /// Its revision, where the feed says.
    pub rev: Option<Rev>,
    /// Whether the feed says it is deleted.
    pub is_deleted: bool,
}

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenTrouble {
    /// The server says it has expired.
    Expired,
    /// Refused: wrong, revoked or expired.
    Refused,
    /// It lacks a right that was needed.
    LacksRight,
}

/// How a connection fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// It answers.
    InLockstep,
    /// It does not answer.
    Unreachable,
    /// It refuses the connection's token.
    TokenRefused,
    /// It asked to be left alone for a while.
    Throttled,
}

/// A field that changed, for the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Which.
    pub field: FieldName,
    /// Value before.
    pub was: Value,
    /// Value now.
    pub to: Value,
}
