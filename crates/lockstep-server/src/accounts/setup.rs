//! The first visit: a code from the server's own log makes the company and its first administrator, once.

use std::sync::Mutex;

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, header};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

use super::{Session, WithCookie, checked_email, checked_name, passwords, session_of, sessions};
use crate::access::Role;
use crate::app::{App, random_bytes};
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Source};
use crate::ids::{CompanyId, MemberId, fresh};
use crate::store::audit::AuditEntry;
use crate::store::members::NewMember;

/// The code of this start; nothing once the server is set up.
pub struct SetupCode(Mutex<Option<String>>);

impl SetupCode {
    /// A fresh code for a server without companies, none for another.
    pub fn for_server_with(n_companies: i64) -> Self {
        let code = (n_companies == 0).then(|| URL_SAFE_NO_PAD.encode(random_bytes::<16>()));
        Self(Mutex::new(code))
    }

    /// The code, for the operator's eyes.
    pub fn get(&self) -> Option<String> {
        self.slot().clone()
    }

    fn is(&self, code: &str) -> bool {
        self.slot()
            .as_deref()
            .is_some_and(|right| right.as_bytes().ct_eq(code.as_bytes()).into())
    }

    fn close(&self) {
        *self.slot() = None;
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        // A panic elsewhere leaves a code that is still a code.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Whether the server still waits for its set-up.
pub async fn is_open(app: &App) -> Result<bool, ApiError> {
    if app.setup.get().is_none() {
        return Ok(false);
    }
    let is_open = app.store.n_companies().await? == 0;
    if !is_open {
        app.setup.close();
    }
    Ok(is_open)
}

/// The company and its first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Setup {
    /// From the server's log.
    code: String,
    company_name: String,
    name: String,
    email: String,
    #[schema(value_type = String)]
    password: SecretString,
}

/// Makes the company and its first administrator, who is signed in at once. Closed for ever afterwards.
#[utoipa::path(post, path = "/api/setup", operation_id = "company_set_up", tag = "accounts", request_body = Setup, responses(
    (status = 200, body = Session), (status = 401, description = "Wrong code", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "Already set up", body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn set_up(
    State(app): State<App>,
    source: Source,
    headers: HeaderMap,
    Body(setup): Body<Setup>,
) -> Result<WithCookie<Session>, ApiError> {
    app.throttle.try_from_source(source.address)?;
    if !is_open(&app).await? {
        return Err(already_set_up());
    }
    if !app.setup.is(&setup.code) {
        return Err(
            Refusal::new(Kind::SignedOut, "wrong_setup_code", "This is not the set-up code")
                .detail("The code is made anew at every start until the server is set up.")
                .next_step("Open the address that the server printed at its last start.")
                .into(),
        );
    }
    let company_name = checked_name("company_name", &setup.company_name)?;
    let name = checked_name("name", &setup.name)?;
    let email = checked_email(&setup.email)?;
    passwords::check_new("password", &setup.password, &email, &name)?;
    let password_hash = app.passwords.hash(&setup.password).await.map_err(anyhow::Error::from)?;

    let (company, member, now_us) = (CompanyId(fresh()), MemberId(fresh()), app.now_us());
    let mut tx = app.store.begin().await?;
    if tx.n_companies().await? != 0 {
        return Err(already_set_up());
    }
    tx.insert_company(company, &company_name, now_us).await?;
    let new = NewMember {
        id: member,
        name: &name,
        email: &email,
        role: Role::CompanyAdmin,
        password_hash: &password_hash,
        avatar: 1,
        created_us: now_us,
    };
    tx.insert_member(company, &new).await?;
    tx.audit(
        company,
        AuditEntry {
            by: Some(member),
            act: "company.set_up",
            subject: Some(company.0),
            detail: json!({}),
        },
    )
    .await?;
    let cookie = sessions::begin(&mut tx, &app.config, company, member, &headers, now_us).await?;
    tx.commit().await?;
    app.setup.close();
    Ok((
        [(header::SET_COOKIE, cookie)],
        Json(session_of(&app, company, member).await?),
    ))
}

fn already_set_up() -> ApiError {
    Refusal::new(Kind::Conflict, "already_set_up", "This server is set up already")
        .next_step("Sign in, or ask a company admin for an account.")
        .into()
}
