//! What members change of themselves: name, theme, keys, whether others see where they are, password.

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode, header};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{Me, Theme, checked_name, me, passwords, sessions};
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Problem, Refusal};
use crate::extract::{Body, Source};
use crate::live::Noun;
use crate::live::relay::Word;
use crate::store::audit::AuditEntry;

/// What of one's own to change; what is missing stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditMe {
    name: Option<String>,
    theme: Option<Theme>,
    has_single_keys: Option<bool>,
    has_presence: Option<bool>,
}

/// Changes what members may change of themselves.
#[utoipa::path(patch, path = "/api/me", operation_id = "me_edit", tag = "accounts", request_body = EditMe, responses(
    (status = 200, body = Me), (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn edit(
    State(app): State<App>,
    member: Member,
    Body(input): Body<EditMe>,
) -> Result<Json<Me>, ApiError> {
    let name = input
        .name
        .as_deref()
        .map(|name| checked_name("name", name))
        .transpose()?;
    let mut tx = app.store.begin().await?;
    let mut row = tx.member(member.company, member.id).await?.ok_or(ApiError::SignedOut)?;
    let is_renamed = name.as_ref().is_some_and(|name| *name != row.name);
    row.name = name.unwrap_or(row.name);
    row.theme = input.theme.unwrap_or(row.theme);
    row.has_single_keys = input.has_single_keys.unwrap_or(row.has_single_keys);
    row.has_presence = input.has_presence.unwrap_or(row.has_presence);
    let is_unseen = !row.has_presence;
    tx.set_member_profile(&row).await?;
    if is_renamed {
        tx.audit(
            member.company,
            AuditEntry {
                by: Some(member.id),
                act: "member.edited",
                subject: Some(row.id),
                detail: json!({"fields": ["name"]}),
            },
        )
        .await?;
        tx.number_change(member.company, Noun::Member, row.id).await?;
    }
    tx.commit().await?;
    if is_unseen {
        app.boards.presences.forget(member.id);
        app.relay.tell(Word::Unseen(member.id));
    }
    Ok(Json(me(row)))
}

/// The password before and after.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePassword {
    #[schema(value_type = String)]
    current: SecretString,
    #[schema(value_type = String)]
    new: SecretString,
}

/// Changes the member's password. Every other session of the member ends, and this one gets a new cookie.
#[utoipa::path(post, path = "/api/me/password", operation_id = "me_change_password", tag = "accounts", request_body = ChangePassword, responses(
    (status = 204), (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn change_password(
    State(app): State<App>,
    member: Member,
    source: Source,
    headers: HeaderMap,
    Body(input): Body<ChangePassword>,
) -> Result<(StatusCode, [(http::HeaderName, http::HeaderValue); 1]), ApiError> {
    let row = app
        .store
        .member(member.company, member.id)
        .await?
        .ok_or(ApiError::SignedOut)?;
    // A stolen session must not become a way to guess the password.
    app.throttle.try_account(&row.email, source.address)?;
    let stored = app.store.password_hash(member.company, member.id).await?;
    if !app
        .passwords
        .check(&input.current, stored.as_deref())
        .await
        .map_err(anyhow::Error::from)?
    {
        return Err(Refusal::field_is("current", "is not your password").into());
    }
    app.throttle.was_right(&row.email, source.address);
    passwords::check_new("new", &input.new, &row.email, &row.name)?;
    let hash = app.passwords.hash(&input.new).await.map_err(anyhow::Error::from)?;
    let mut tx = app.store.begin().await?;
    tx.set_member_password(member.company, member.id, &hash).await?;
    tx.end_sessions(member.company, member.id, None).await?;
    let cookie = sessions::begin(&mut tx, &app.config, member.company, member.id, &headers, app.now_us()).await?;
    tx.audit(
        member.company,
        AuditEntry {
            by: Some(member.id),
            act: "member.changed_password",
            subject: Some(member.id.0),
            detail: json!({}),
        },
    )
    .await?;
    tx.commit().await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}
