//! Local boards: plans with no Azure DevOps behind them, which can be connected later.
//!
//! A local board has a connection of its own that leads nowhere. Its items carry numbers, fields and links in the very form
//! that Azure DevOps would give them, and its areas and iterations are nodes of its own; so views, acts, undo and lists are
//! those of every board. Only here an act takes effect as it is kept ([`keep`]), since there is nobody to agree with.
//! [`connect`] turns all of it into drafts at a connection; from there on it is a board on hold.

pub mod apply;
pub mod connect;
pub mod connect_answer;
pub mod connect_plan;
pub mod connect_report;
pub mod connect_states;
pub mod keep;
pub mod numbers;
pub mod process;

use super::set_up::SetUp;
use crate::error::{Kind, Refusal};
use crate::store::nodes::NodeRow;

/// Refuses the set-up of a local board where there has to be something to read from.
pub fn refuse_local(set_up: &SetUp) -> Result<(), Refusal> {
    if set_up.is_local() {
        return Err(Refusal::field_is(
            "set_up.scope",
            "is that of a local board; choose projects, a query or a WIQL text",
        ));
    }
    Ok(())
}

/// The set-up of a local board, with a number for everything in it; `known` are the nodes that it had before.
///
/// Errors: [`Refusal`], it reads from somewhere, or names a type that a local board has not.
pub fn local_set_up(set_up: SetUp, known: &[NodeRow]) -> Result<SetUp, Refusal> {
    if !set_up.is_local() {
        return Err(Refusal::field_is(
            "set_up.scope",
            "must be that of a local board where there is no connection",
        ));
    }
    let unknown = numbers::unknown_types(&set_up);
    if !unknown.is_empty() {
        return Err(Refusal::field_is(
            "set_up.levels",
            &format!("name what a local board does not have: {}", unknown.join(", ")),
        ));
    }
    Ok(numbers::numbered(set_up, known))
}

/// What a local board has none of.
pub fn not_on_a_local_board() -> Refusal {
    Refusal::new(Kind::Conflict, "board_is_local", "This is a local board")
        .detail("What is done on it is done; there is nothing to publish.")
        .next_step("Connect it to Azure DevOps in its settings, if its cards are to become work items.")
}
