//! What a connection has been told to do: policies, tokens that work, bounds.

use std::collections::{BTreeMap, BTreeSet};

use azdo::planted::{Bug, is_planted};
use serde::{Deserialize, Serialize};

use crate::MemberId;
use crate::edit::{Edit, Whom};
use crate::restored::Restored;
use crate::scope::Scope;

/// Everything the planner asks of a connection. Given from outside; the planner changes none of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// What happens to an edit whose author has no token that works.
    pub without_own_token: WithoutOwnToken,
    /// What happens to a field that was changed on both sides.
    pub conflict: ConflictRule,
    /// Whether a creation under the connection's account says on whose behalf.
    pub notes_on_behalf_create: bool,
    /// Whether an update under the connection's account says on whose behalf.
    pub notes_on_behalf_update: bool,
    /// Start of the marker's address; the item's number follows: `https://lockstep.example/x/`.
    pub marker_base: String,
    /// Address of the collection, without a slash at the end; links are written with it.
    pub collection_url: String,
    /// How late the server may still act on a request we gave up on, microseconds.
    pub delay_bound_us: i64,
    /// How long a request may take, microseconds.
    pub request_timeout_us: i64,
    /// How often the feeds are read, microseconds.
    pub poll_interval_us: i64,
    /// Projects that the connection's token can read, by name and by number, folded; `None` while not known.
    pub readable_projects: Option<BTreeSet<String>>,
    /// Owner of the connection's token.
    pub connection_token: Option<TokenOwner>,
    /// Members' own tokens that work.
    pub own_tokens: BTreeMap<MemberId, TokenOwner>,
    /// Members whose own token is stored and is not taken. They wait for a new one whatever the policy: who has chosen to
    /// write as themselves is never written for under another name because of an expiry.
    pub unusable_tokens: BTreeSet<MemberId>,
    /// Names of members, for the note on whose behalf.
    pub names: BTreeMap<MemberId, String>,
    /// Paths of area and iteration nodes by number, as they are now; empty while not known.
    pub nodes: BTreeMap<i64, String>,
    /// Scopes of the boards.
    pub scopes: Vec<Scope>,
    /// When the store last came out of a backup, if it ever has.
    pub restored: Option<Restored>,
}

/// Who a token belongs to in Azure DevOps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOwner {
    /// Identity number.
    pub identity_id: String,
    /// Sign-in name; WIQL asks by it.
    pub unique_name: String,
    /// Name as shown.
    pub name: String,
    /// Keyed hash of the token.
    pub fingerprint: String,
}

/// What happens to an edit whose author has no token that works. Chosen when the connection is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutOwnToken {
    /// The edit is kept until they store one.
    Hold,
    /// It is written under the connection's account.
    WriteAsConnection,
}

/// What happens to a field that was changed on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictRule {
    /// Nothing is written for it until somebody chooses.
    Ask,
    /// Their value stands.
    AzureDevopsWins,
    /// Ours is written.
    LockstepWins,
}

impl Rules {
    /// Whose token carries a request for `author`, or `None` when it has to wait for one.
    pub fn whom_for(&self, author: MemberId) -> Option<(Whom, &TokenOwner)> {
        if is_planted(Bug::AuthorIgnored) {
            return self.connection_token.as_ref().map(|owner| (Whom::Connection, owner));
        }
        if let Some(owner) = self.own_tokens.get(&author) {
            return Some((Whom::Member(author), owner));
        }
        if self.unusable_tokens.contains(&author) && !is_planted(Bug::RefusedTokenReplaced) {
            return None;
        }
        match self.without_own_token {
            WithoutOwnToken::Hold => None,
            WithoutOwnToken::WriteAsConnection => self.connection_token.as_ref().map(|owner| (Whom::Connection, owner)),
        }
    }

    /// Whether the connection's token can read `project`; a creation where it cannot could never be found again.
    pub fn can_read_project(&self, project: &str) -> bool {
        self.readable_projects
            .as_ref()
            .is_none_or(|projects| projects.contains(&project.to_lowercase()))
    }

    /// What happens to a field that these edits and somebody else changed. What a backup held open overwrites nothing
    /// unasked: what stands there may be newer and ours.
    pub fn conflict_of<'e>(&self, mut edits: impl Iterator<Item = &'e Edit>) -> ConflictRule {
        let is_of_backup = |edit: &Edit| self.restored.is_some_and(|restored| edit.change <= restored.change);
        match self.conflict {
            ConflictRule::LockstepWins if edits.any(is_of_backup) => ConflictRule::Ask,
            rule => rule,
        }
    }

    /// Whether these rules and those ask the same of everybody, whatever boards and nodes there are.
    pub fn is_same_but_for_boards(&self, other: &Self) -> bool {
        let without_boards = |rules: &Self| Self {
            nodes: BTreeMap::new(),
            scopes: Vec::new(),
            ..rules.clone()
        };
        without_boards(self) == without_boards(other)
    }

    /// Address of a work item inside a document.
    pub fn work_item_url(&self, id: azdo::WorkItemId) -> String {
        format!("{}/_apis/wit/workItems/{id}", self.collection_url)
    }

    /// The marker of an item: an address nobody else makes, and a way back for people.
    pub fn marker(&self, item: crate::ItemId) -> String {
        format!("{}{}", self.marker_base, item.0.simple())
    }
}
