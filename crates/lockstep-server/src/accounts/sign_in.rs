//! Sign-in and sign-out. A wrong password, an unknown address and an account without access get one and the same answer.

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, StatusCode, header};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Session, WithCookie, session_of, sessions};
use crate::access::Visitor;
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Source};
use crate::ids::{CompanyId, MemberId};
use crate::store::audit::AuditEntry;

/// Who wants in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    email: String,
    #[schema(value_type = String)]
    password: SecretString,
}

/// Signs a member in; the session before it in this browser ends.
#[utoipa::path(post, path = "/api/sign-in", operation_id = "sign_in", tag = "accounts", request_body = SignIn, responses(
    (status = 200, body = Session), (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 429, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn sign_in(
    State(app): State<App>,
    visitor: Visitor,
    source: Source,
    headers: HeaderMap,
    Body(input): Body<SignIn>,
) -> Result<WithCookie<Session>, ApiError> {
    app.throttle.try_from_source(source.address)?;
    app.throttle.try_account(&input.email, source.address)?;
    let row = app
        .store
        .member_signing_in(&input.email)
        .await?
        .filter(|row| row.is_active);
    let stored = row.as_ref().map(|row| row.password_hash.as_str());
    let is_right = app
        .passwords
        .check(&input.password, stored)
        .await
        .map_err(anyhow::Error::from)?;
    let Some(row) = row.filter(|_| is_right) else {
        metrics::counter!("lockstep_sign_ins_total", "outcome" => "refused").increment(1);
        tracing::info!(source = %source.address, "Refused a sign-in");
        return Err(Refusal::new(
            Kind::SignedOut,
            "wrong_sign_in",
            "The e-mail address or the password is wrong",
        )
        .next_step("Try again, or ask a company admin whether you have access.")
        .into());
    };
    app.throttle.was_right(&input.email, source.address);
    metrics::counter!("lockstep_sign_ins_total", "outcome" => "accepted").increment(1);
    begin_session(
        &app,
        visitor,
        &headers,
        CompanyId(row.company_id),
        MemberId(row.id),
        "session.signed_in",
    )
    .await
}

async fn begin_session(
    app: &App,
    Visitor(before): Visitor,
    headers: &HeaderMap,
    company: CompanyId,
    member: MemberId,
    act: &str,
) -> Result<WithCookie<Session>, ApiError> {
    let mut tx = app.store.begin().await?;
    // Asked again inside the transaction: access may have been taken away while the password was checked.
    if !tx.member(company, member).await?.is_some_and(|row| row.is_active) {
        return Err(ApiError::SignedOut);
    }
    if let Some(before) = before {
        tx.end_session(before.company, before.id, before.session).await?;
    }
    let cookie = sessions::begin(&mut tx, &app.config, company, member, headers, app.now_us()).await?;
    tx.audit(
        company,
        AuditEntry {
            by: Some(member),
            act,
            subject: Some(member.0),
            detail: json!({}),
        },
    )
    .await?;
    tx.commit().await?;
    Ok((
        [(header::SET_COOKIE, cookie)],
        Json(session_of(app, company, member).await?),
    ))
}

/// Ends this browser's session, if it has one.
#[utoipa::path(post, path = "/api/sign-out", operation_id = "sign_out", tag = "accounts", responses((status = 204)))]
pub(super) async fn sign_out(
    State(app): State<App>,
    Visitor(member): Visitor,
) -> Result<(StatusCode, [(http::HeaderName, http::HeaderValue); 1]), ApiError> {
    if let Some(member) = member {
        let mut tx = app.store.begin().await?;
        tx.end_session(member.company, member.id, member.session).await?;
        tx.commit().await?;
    }
    Ok((
        StatusCode::NO_CONTENT,
        [(header::SET_COOKIE, sessions::no_cookie(&app.config))],
    ))
}

/// Whom to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BecomePerson {
    member_id: Uuid,
}

/// In a demo: be another of its people, without a password. Elsewhere there is nothing here.
#[utoipa::path(post, path = "/api/demo/person", operation_id = "demo_become_person", tag = "accounts", request_body = BecomePerson, responses(
    (status = 200, body = Session), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn become_person(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Body(input): Body<BecomePerson>,
) -> Result<WithCookie<Session>, ApiError> {
    if !app.is_demo {
        return Err(ApiError::NotFound);
    }
    let company = app
        .store
        .companies()
        .await?
        .first()
        .map(|row| CompanyId(row.id))
        .ok_or(ApiError::NotFound)?;
    let member = app
        .store
        .member(company, MemberId(input.member_id))
        .await?
        .filter(|row| row.is_active);
    let member = member.map(|row| MemberId(row.id)).ok_or(ApiError::NotFound)?;
    begin_session(&app, visitor, &headers, company, member, "session.demo_person").await
}
