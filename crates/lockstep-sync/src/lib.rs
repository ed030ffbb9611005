//! The sync engine: two sides, one plan. No I/O; time and randomness are arguments.
//!
//! For every work item it plans with, Lockstep stores *remote*, the item as last read, and its *unsettled edits*.
//! Everything else is derived. A notification is a rumour; the truth is always read. What the engine promises:
//!
//! - an edit that was accepted is applied, superseded, lost to a conflict (and kept), given up by a person, or still
//!   open and visible: there is no other end ([`edit::Ending`]);
//! - a write names the rev it was computed from, carries edits of one author, and touches only fields that those name;
//! - a request that can change something has its attempt saved before its first byte ([`attempt::Attempt`]); if the
//!   answer is lost, the effect is looked for and never assumed;
//! - a work item counts as deleted when it was seen in the recycle bin, and for no other reason;
//! - a store that came out of a backup reads everything again before it writes anything ([`restored`]);
//! - one seed replays any run: no clock, no dice, no map without an order.
//!
//! [`item`], [`edit`] and [`attempt`] are the nouns, [`merge`] and [`plan`] the rules for one item, [`replica`] the many
//! items of a connection, [`scope`] what belongs to a board, [`call`] the way to Azure DevOps, [`record`] the way to the
//! store.

pub mod answers;
pub mod attempt;
pub mod call;
pub mod decide;
mod document;
pub mod edit;
mod feeds;
pub mod ids;
pub mod item;
pub mod links;
pub mod merge;
pub mod plan;
pub mod record;
pub mod replica;
pub mod restored;
pub mod rules;
pub mod scope;
mod tries;
pub mod value;

pub use ids::*;

/// The parent as a field: by the number of a work item, read from the link and written as one, from the child's end.
pub const PARENT: &str = "System.Parent";
/// The link by which a child names its parent.
pub const PARENT_LINK: &str = "System.LinkTypes.Hierarchy-Reverse";

#[cfg(test)]
mod tests;
