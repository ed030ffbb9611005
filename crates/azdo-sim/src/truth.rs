//! Ground truth: what was accepted, by whom, through which request.
//!
//! Written at the moment a change is committed, never afterwards, and no part of what Azure DevOps answers: the checkers of
//! a simulation hold the product's belief against it.

use std::collections::BTreeMap;

use serde_json::Value;

/// What kind of change was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceptedKind {
    /// A new work item.
    Created,
    /// At least one field changed.
    Updated,
    /// Only relations changed, on this end or mirrored from the other.
    LinkOnly,
    /// Moved to the recycle bin.
    Deleted,
    /// Came back from the recycle bin.
    Restored,
    /// Gone for good.
    Destroyed,
}

/// One accepted change of one work item.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// The work item.
    pub work_item_id: i64,
    /// Its rev after the change.
    pub rev: i64,
    /// The number of the update, if the change made one.
    pub update_id: Option<i64>,
    /// When, microseconds UTC.
    pub at_us: i64,
    /// Unique name of who did it.
    pub identity: String,
    /// Id of who did it.
    pub identity_id: String,
    /// The `x-request-id` of the request; none for a person at a page.
    pub request_id: Option<String>,
    /// The name of the token used; none for a person at a page.
    pub token_name: Option<String>,
    /// What happened.
    pub kind: AcceptedKind,
    /// Raw value before and after, by reference name; `Null` for none. Server-set fields included.
    pub fields: BTreeMap<String, (Value, Value)>,
    /// The rev that a `test` operation of the document named.
    pub tested_rev: Option<i64>,
    /// Relations that came, as (rel, target URL).
    pub relations_added: Vec<(String, String)>,
    /// Relations that went, as (rel, target URL).
    pub relations_removed: Vec<(String, String)>,
}

/// One work item as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The work item.
    pub id: i64,
    /// Its rev.
    pub rev: i64,
    /// The name of its project.
    pub project: String,
    /// Raw values: identities as unique names, paths rendered.
    pub fields: BTreeMap<String, Value>,
    /// (rel, target URL), in order.
    pub relations: Vec<(String, String)>,
    /// In the recycle bin.
    pub is_deleted: bool,
    /// Gone for good.
    pub is_destroyed: bool,
}
