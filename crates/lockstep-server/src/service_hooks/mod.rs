//! Where Azure DevOps sends notifications: `POST /hooks/{path_id}`.
//!
//! What an answer means to Azure DevOps decides it: 200 is said once the notification is kept for good; trouble of ours is
//! always 503, which it tries again; 401 is for strangers, the same whatever was wrong; 410, which disables a subscription
//! for ever, goes to a deleted connection's own hooks alone. Nothing else is ever answered: another status would put the
//! subscription on probation, and notifications meanwhile would be lost.
//!
//! A notification is a hint which work item to read again. Nothing it says is written anywhere.
//!
//! Source: Microsoft's page on troubleshooting service hooks, for what each status leads to.

mod authorize;
mod group;
mod intake;
mod last_seen;
pub mod storm;
mod together;

use std::sync::Arc;

use axum::{Extension, Router, routing};

use crate::app::App;

/// The slice's route; not in the OpenAPI document, for it is Azure DevOps' to call and no browser's.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/hooks/{path_id}", routing::post(intake::take))
        .layer(Extension(Arc::new(group::Group::default())))
}
