//! Members' own tokens: what somebody does here is then done in Azure DevOps as themselves, and nothing else is.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::checklist::Checklist;
use super::save::{held, sealed};
use super::shapes::MyToken;
use super::test::{run_for, test_stored};
use super::{inputs, read};
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Path};
use crate::ids::ConnectionId;
use crate::live::Noun;
use crate::store::audit::AuditEntry;

/// A token of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OwnToken {
    #[schema(value_type = String)]
    token: SecretString,
    /// Its last day, `2027-02-14`.
    expires_on: Option<String>,
}

/// One's own tokens, one line for each connection.
#[utoipa::path(get, path = "/api/me/tokens", operation_id = "own_tokens_list", tag = "connections", responses((status = 200, body = [MyToken])))]
pub(super) async fn list(State(app): State<App>, member: Member) -> Result<Json<Vec<MyToken>>, ApiError> {
    Ok(Json(read::my_tokens(&app, member).await?))
}

/// Checks and stores one's own token; edits that waited for it are sent.
#[utoipa::path(put, path = "/api/me/tokens/{connection_id}", operation_id = "own_tokens_store", tag = "connections", params(("connection_id" = Uuid, Path)),
    request_body = OwnToken, responses(
    (status = 200, body = MyToken), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The check does not hold; `checklist` says why", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn store(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ConnectionId>,
    Body(input): Body<OwnToken>,
) -> Result<Json<MyToken>, ApiError> {
    let token = inputs::token(&input.token)?;
    let expires_on = inputs::expires_on(input.expires_on.as_deref(), app.now_us())?;
    let row = app
        .store
        .connection(member.company, id)
        .await?
        .ok_or(ApiError::NotFound)?;
    let found = held(run_for(&app, &row, Some(member.id), &token).await?)?;
    let mut tx = app.store.begin().await?;
    let now = tx.connection(member.company, id).await?.ok_or(ApiError::NotFound)?;
    if now.server_url != row.server_url {
        return Err(Refusal::new(
            Kind::Conflict,
            "changed_meanwhile",
            "Somebody changed the connection meanwhile",
        )
        .next_step("Look at the new address, then enter the token again.")
        .into());
    }
    let credential = sealed(&app, &now, Some(member.id), &token, &found, expires_on, app.now_us());
    tx.replace_credential(&credential).await?;
    let entry = AuditEntry {
        by: Some(member.id),
        act: "own_token.stored",
        subject: Some(id.0),
        detail: json!({}),
    };
    tx.audit(member.company, entry).await?;
    tx.number_change(member.company, Noun::Credential, id.0).await?;
    tx.commit().await?;
    app.wake.ring(id);
    Ok(Json(read::my_token(&app, member, &now).await?))
}

/// Checks one's own stored token.
#[utoipa::path(post, path = "/api/me/tokens/{connection_id}/test", operation_id = "own_tokens_test", tag = "connections", params(("connection_id" = Uuid, Path)), responses(
    (status = 200, body = Checklist), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "There is no token, or it must be entered again", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn test(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ConnectionId>,
) -> Result<Json<Checklist>, ApiError> {
    let row = app
        .store
        .connection(member.company, id)
        .await?
        .ok_or(ApiError::NotFound)?;
    Ok(Json(test_stored(&app, &row, Some(member.id)).await?))
}

/// Removes one's own token.
#[utoipa::path(delete, path = "/api/me/tokens/{connection_id}", operation_id = "own_tokens_remove", tag = "connections", params(("connection_id" = Uuid, Path)), responses(
    (status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(super) async fn remove(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ConnectionId>,
) -> Result<StatusCode, ApiError> {
    app.store
        .connection(member.company, id)
        .await?
        .ok_or(ApiError::NotFound)?;
    let mut tx = app.store.begin().await?;
    if tx.delete_credential(member.company, id, Some(member.id)).await? {
        let entry = AuditEntry {
            by: Some(member.id),
            act: "own_token.removed",
            subject: Some(id.0),
            detail: json!({}),
        };
        tx.audit(member.company, entry).await?;
        tx.number_change(member.company, Noun::Credential, id.0).await?;
        tx.commit().await?;
        app.wake.ring(id);
    }
    Ok(StatusCode::NO_CONTENT)
}
