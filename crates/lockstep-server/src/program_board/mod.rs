//! Program boards: work items of Azure DevOps by team and iteration, seen and acted on together.
//!
//! What a board shows is derived from work items, their unsettled edits and its set-up; what of a card is Lockstep's own is
//! its order and, for a feature without children, where somebody put it. Every act appends edits; nothing here talks to
//! Azure DevOps to write.

pub mod act_plan;
pub mod act_shapes;
pub mod acts;
pub mod agreement;
pub mod boards;
pub mod card_detail;
pub mod changes;
pub mod create;
pub mod export;
pub mod field_words;
pub mod held;
pub mod import;
pub mod import_keep;
pub mod import_pace;
pub mod import_query;
pub mod import_write;
pub mod left;
pub mod local;
pub mod node_names;
pub mod nodes;
pub mod order;
pub mod place;
pub mod placement;
pub mod presence;
pub mod preview;
pub mod preview_answer;
pub mod preview_try;
pub mod proposal;
pub mod proposal_answer;
pub mod proposal_pi;
pub mod proposal_read;
pub mod proposal_teams;
pub mod publish;
pub mod publish_review;
pub mod publish_run;
pub mod publish_write;
pub mod quick_filters;
pub mod rank;
pub mod refusals;
#[cfg(test)]
mod samples;
pub mod scope_answer;
pub mod scope_pass;
pub mod set_up;
pub mod shapes;
pub mod share_links;
pub mod shared;
pub mod snapshot;
pub mod summary;
pub mod view;
pub mod views;
pub mod wiql_check;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The slice's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(boards::list))
        .routes(routes!(boards::detail, boards::edit, boards::delete))
        .routes(routes!(snapshot::snapshot))
        .routes(routes!(changes::changes))
        .routes(routes!(left::left))
        .routes(routes!(card_detail::card))
        .routes(routes!(acts::act))
        .routes(routes!(acts::undo))
        .routes(routes!(acts::redo))
        .routes(routes!(changes::presence))
        .routes(routes!(publish::review, publish::publish))
        .routes(routes!(publish::try_drafts))
        .routes(routes!(publish::stop))
        .routes(routes!(publish::discard))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(export::export))
                .layer(DefaultBodyLimit::max(export::BODY_BYTES_MAX)),
        )
        .routes(routes!(quick_filters::list, quick_filters::add))
        .routes(routes!(quick_filters::remove))
        .routes(routes!(share_links::list, share_links::make))
        .routes(routes!(share_links::end))
        .routes(routes!(shared::shared_board))
        .routes(routes!(create::create))
        .routes(routes!(scope_answer::answer))
        .routes(routes!(proposal::propose))
        .routes(routes!(preview::preview))
        .routes(routes!(wiql_check::check))
        .routes(routes!(local::connect::preview))
        .routes(routes!(local::connect::connect))
}
