//! Program boards: work items of Azure DevOps by team and iteration, seen and acted on together.
//!
//! What a board shows is derived from work items, their unsettled edits and its set-up; what of a card is Lockstep's own is
//! its order and, for a feature without children, where somebody put it. Every act appends edits; nothing here talks to
//! Azure DevOps to write.

pub mod nodes;
pub mod rank;
pub mod set_up;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

/// The slice's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
