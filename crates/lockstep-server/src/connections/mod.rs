//! Connections: one organization or collection each, its token and the members' own, its check, its webhook.
//!
//! A stored token is sent to the address it was entered for and nowhere else; no answer of this slice carries a character
//! of one. Keeping a connection in step is the sync's work, not this slice's.

pub mod checklist;
pub mod clients;
pub mod expiry;
pub mod hook_rows;
mod inputs;
mod own_tokens;
pub mod problems;
mod read;
mod save;
pub mod secrets;
pub mod shapes;
pub mod steps;
mod targets;
mod test;
mod webhook;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// The slice's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read::list, save::create))
        .routes(routes!(test::test))
        .routes(routes!(read::one, save::edit, save::delete))
        .routes(routes!(test::test_saved))
        .routes(routes!(webhook::address))
        .routes(routes!(webhook::reveal))
        .routes(routes!(webhook::rotate))
        .routes(routes!(targets::projects))
        .routes(routes!(targets::targets))
        .routes(routes!(own_tokens::list))
        .routes(routes!(own_tokens::store, own_tokens::remove))
        .routes(routes!(own_tokens::test))
}
