//! Where Azure DevOps sends notifications of a connection: the address anybody who manages connections may see, the secret
//! only when asked for, which is written down.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::secrets::{new_secret, open_secret};
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Problem};
use crate::extract::Path;
use crate::ids::ConnectionId;
use crate::live::Noun;
use crate::store::audit::AuditEntry;
use crate::store::webhooks::WebhookRow;

/// Where notifications go, without the secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookAddress {
    /// The address to paste.
    url: String,
    /// The user name to paste.
    user_name: String,
}

/// Where notifications go, with the secret and what to do with it.
#[derive(Serialize, ToSchema)]
pub(super) struct Webhook {
    /// The address to paste.
    url: String,
    /// The user name to paste.
    user_name: String,
    /// The password to paste.
    secret: String,
    /// What to do in Azure DevOps, one step after the other.
    steps: Vec<String>,
    /// When the secret was last changed.
    rotated_us: Option<i64>,
    /// Until when the secret before is taken too; none while the new one was not seen, or if there is none before.
    previous_valid_until_us: Option<i64>,
}

/// Where notifications of a connection go.
#[utoipa::path(get, path = "/api/connections/{id}/webhook", operation_id = "connections_webhook", tag = "connections", params(("id" = Uuid, Path)), responses(
    (status = 200, body = WebhookAddress), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(super) async fn address(
    State(app): State<App>,
    by: Member,
    Path(id): Path<ConnectionId>,
) -> Result<Json<WebhookAddress>, ApiError> {
    let row = row(&app, by, id).await?;
    Ok(Json(WebhookAddress {
        url: url(&app, &row),
        user_name: row.user_name,
    }))
}

/// Shows the secret; written down in the audit trail.
#[utoipa::path(post, path = "/api/connections/{id}/webhook/reveal", operation_id = "connections_webhook_reveal", tag = "connections", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Webhook), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(super) async fn reveal(
    State(app): State<App>,
    by: Member,
    Path(id): Path<ConnectionId>,
) -> Result<Json<Webhook>, ApiError> {
    let row = row(&app, by, id).await?;
    let mut tx = app.store.begin().await?;
    let entry = AuditEntry {
        by: Some(by.id),
        act: "webhook.revealed",
        subject: Some(id.0),
        detail: json!({}),
    };
    tx.audit(by.company, entry).await?;
    tx.commit().await?;
    webhook(&app, &row)
}

/// Makes a new secret. The one before is taken until the new one was seen, and 48 hours more.
#[utoipa::path(post, path = "/api/connections/{id}/webhook/rotate", operation_id = "connections_webhook_rotate", tag = "connections", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Webhook), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(super) async fn rotate(
    State(app): State<App>,
    by: Member,
    Path(id): Path<ConnectionId>,
) -> Result<Json<Webhook>, ApiError> {
    row(&app, by, id).await?;
    let made = new_secret(&app.vault, by.company, id);
    let mut tx = app.store.begin().await?;
    tx.rotate_webhook(by.company, id, &made.sealed, &made.digest, app.now_us())
        .await?;
    let entry = AuditEntry {
        by: Some(by.id),
        act: "webhook.rotated",
        subject: Some(id.0),
        detail: json!({}),
    };
    tx.audit(by.company, entry).await?;
    tx.number_change(by.company, Noun::Connection, id.0).await?;
    tx.commit().await?;
    let row = row(&app, by, id).await?;
    webhook(&app, &row)
}

/// The webhook of a connection that was not deleted.
async fn row(app: &App, by: Member, id: ConnectionId) -> Result<WebhookRow, ApiError> {
    app.store.connection(by.company, id).await?.ok_or(ApiError::NotFound)?;
    app.store.webhook(by.company, id).await?.ok_or(ApiError::NotFound)
}

fn url(app: &App, row: &WebhookRow) -> String {
    format!("{}/hooks/{}", app.config.public_url, row.path_id)
}

fn webhook(app: &App, row: &WebhookRow) -> Result<Json<Webhook>, ApiError> {
    let secret = open_secret(&app.vault, row).map_err(|error| ApiError::Internal(error.into()))?;
    Ok(Json(Webhook {
        url: url(app, row),
        user_name: row.user_name.clone(),
        secret,
        steps: steps(),
        rotated_us: row.rotated_us,
        previous_valid_until_us: row.previous_until_us,
    }))
}

fn steps() -> Vec<String> {
    [
        "In Azure DevOps open Project settings > Service hooks, as somebody who may edit subscriptions there.",
        "Create a subscription with Web Hooks, and choose the event: Work item created, updated, deleted or restored. Leave the filters empty.",
        "Paste the URL, the user name and the password from here. Set messages and detailed messages to none.",
        "Finish, and do the same for the other events, in each project.",
    ]
    .map(str::to_owned)
    .to_vec()
}
