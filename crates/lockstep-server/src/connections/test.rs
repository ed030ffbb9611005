//! Testing a connection before it is saved, and a saved one.

use axum::Json;
use axum::extract::State;
use azdo::Token;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::checklist::{Check, CheckPurpose, Checked, Checklist};
use super::clients::{NoClient, stored_token};
use super::inputs;
use super::problems::CheckProblem;
use super::steps::{StepId, StepState};
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Path};
use crate::ids::{CompanyId, ConnectionId, MemberId};
use crate::live::Noun;
use crate::store::connections::ConnectionRow;

/// An address and a token to try.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TestConnection {
    /// In any of the forms it is written in.
    server_url: String,
    #[schema(value_type = String)]
    token: SecretString,
    /// Somebody confirmed that the token may travel in the clear.
    #[serde(default)]
    allows_plain_http: bool,
}

/// Checks an address and a token, and saves nothing.
#[utoipa::path(post, path = "/api/connections/test", operation_id = "connections_test", tag = "connections", request_body = TestConnection, responses(
    (status = 200, body = Checklist, description = "Also when rights are missing"),
    (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(super) async fn test(
    State(app): State<App>,
    member: Member,
    Body(input): Body<TestConnection>,
) -> Result<Json<Checklist>, ApiError> {
    let collection = inputs::server_url(&input.server_url)?;
    let token = inputs::token(&input.token)?;
    let check = Check {
        app: &app,
        collection: &collection,
        token: &token,
        allows_plain_http: input.allows_plain_http,
        purpose: CheckPurpose::Connection,
        known_projects: Vec::new(),
    };
    Ok(Json(run(&check, member.company, None).await?.checklist))
}

/// Checks a saved connection with its stored token.
#[utoipa::path(post, path = "/api/connections/{id}/test", operation_id = "connections_test_saved", tag = "connections", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Checklist), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The token must be entered again", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn test_saved(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ConnectionId>,
) -> Result<Json<Checklist>, ApiError> {
    let row = app
        .store
        .connection(member.company, id)
        .await?
        .ok_or(ApiError::NotFound)?;
    Ok(Json(test_stored(&app, &row, None).await?))
}

/// Checks the stored token of a connection, or of a member for it, and keeps what is learned of the token.
pub(super) async fn test_stored(
    app: &App,
    row: &ConnectionRow,
    member: Option<MemberId>,
) -> Result<Checklist, ApiError> {
    let token = stored_token(app, row, member).await.map_err(no_token)?;
    let checked = run_for(app, row, member, &token).await?;
    note_token(app, row, member, &checked).await?;
    Ok(checked.checklist)
}

/// Checks a token for a saved connection.
pub(super) async fn run_for(
    app: &App,
    row: &ConnectionRow,
    member: Option<MemberId>,
    token: &Token,
) -> Result<Checked, ApiError> {
    let collection = inputs::server_url(&row.server_url)?;
    let check = Check {
        app,
        collection: &collection,
        token,
        allows_plain_http: row.allows_plain_http,
        purpose: if member.is_some() {
            CheckPurpose::OwnToken
        } else {
            CheckPurpose::Connection
        },
        known_projects: row.defaults.iter().map(|defaults| defaults.project.clone()).collect(),
    };
    run(&check, CompanyId(row.company_id), Some(row)).await
}

/// Runs a check and adds what only the company's other connections can tell: that the address leads to another
/// organization than before, or that a refused token is another connection's.
pub(super) async fn run(
    check: &Check<'_>,
    company: CompanyId,
    saved: Option<&ConnectionRow>,
) -> Result<Checked, ApiError> {
    let mut checked = check.run().await;
    let is_other = |saved: &ConnectionRow| {
        let found = checked.found.as_ref();
        found.is_some_and(|found| !found.connection.instance_id.eq_ignore_ascii_case(&saved.instance_id))
    };
    if saved.is_some_and(is_other) {
        checked.checklist = checked
            .checklist
            .with_problem(CheckProblem::other_instance(check.subject()));
        return Ok(checked);
    }
    let is_refused = checked
        .checklist
        .problem
        .as_ref()
        .is_some_and(|problem| problem.code == "wrong_token");
    if is_refused && let Some(label) = other_owner_of(check, company, saved).await? {
        let answer = checked
            .checklist
            .problem
            .as_ref()
            .and_then(|problem| problem.answer.clone());
        let problem = CheckProblem::token_of_another(&label, check.subject(), answer);
        checked.checklist = checked.checklist.with_problem(problem);
    }
    Ok(checked)
}

/// The label of another connection that this token is stored for.
async fn other_owner_of(
    check: &Check<'_>,
    company: CompanyId,
    saved: Option<&ConnectionRow>,
) -> Result<Option<String>, ApiError> {
    let fingerprint = check.app.vault.fingerprint(check.token.reveal().as_bytes());
    let credentials = check.app.store.all_credentials(company).await?;
    let is_elsewhere = |connection: Uuid| saved.is_none_or(|saved| saved.id != connection);
    let owner = credentials
        .iter()
        .find(|c| c.fingerprint == fingerprint && is_elsewhere(c.connection_id));
    let Some(owner) = owner else { return Ok(None) };
    let row = check
        .app
        .store
        .connection(company, ConnectionId(owner.connection_id))
        .await?;
    Ok(row
        .filter(|row| row.server_url != check.collection.url())
        .map(|row| row.label))
}

/// Keeps what a check of a stored token learned about it.
async fn note_token(
    app: &App,
    row: &ConnectionRow,
    member: Option<MemberId>,
    checked: &Checked,
) -> Result<(), ApiError> {
    let company = CompanyId(row.company_id);
    let code = checked.checklist.problem.as_ref().map(|problem| problem.code);
    let mut tx = app.store.begin().await?;
    let credentials = tx.credentials(company, row.connection()).await?;
    let Some(credential) = credentials
        .iter()
        .find(|c| c.member_id == member.map(|member| member.0))
    else {
        return Ok(());
    };
    let is_token_ok = checked
        .checklist
        .steps
        .iter()
        .any(|step| step.id == StepId::Token && step.state == StepState::Ok);
    match (&checked.found, code) {
        (_, Some("expired_token")) => {
            tx.set_credential_state(company, credential.id, "expired", None).await?;
        }
        (_, Some("wrong_token" | "token_of_another_organization" | "token_blocked_by_policy")) => {
            tx.set_credential_state(company, credential.id, "refused", None).await?;
        }
        (Some(found), _) if is_token_ok => {
            tx.set_credential_verified(credential, &found.connection.user, app.now_us())
                .await?;
        }
        // The server could not be asked: nothing was learned about the token.
        _ => return Ok(()),
    }
    tx.number_change(company, Noun::Credential, row.id).await?;
    tx.commit().await?;
    app.wake.ring(row.connection());
    Ok(())
}

/// Why a stored token can't be used, for people.
pub(super) fn no_token(error: NoClient) -> ApiError {
    let refusal = |code, title: &str, next_step: &str| {
        ApiError::from(Refusal::new(Kind::Conflict, code, title.to_owned()).next_step(next_step))
    };
    match error {
        NoClient::NoConnection => ApiError::NotFound,
        NoClient::NoToken => refusal("no_token", "There is no token yet", "Enter one."),
        NoClient::Reenter => refusal(
            "reenter_token",
            "The token must be entered again",
            "Enter it for the new address.",
        ),
        NoClient::Disabled => refusal("connection_disabled", "The connection is disabled", "Enable it first."),
        NoClient::PlainHttp | NoClient::Address(_) => refusal(
            "address_not_allowed",
            "The stored address can't be used",
            "Edit the connection.",
        ),
        NoClient::Sealed(_) | NoClient::Token(_) => {
            tracing::error!(error = crate::error::chain(&error), "A sealed token doesn't open");
            refusal(
                "token_sealed",
                "The stored token can't be opened",
                "The key file is another one than when it was stored. Bring that file back, or enter the token again.",
            )
        }
        NoClient::Store(error) => error.into(),
    }
}

/// A check that does not hold, as the answer to somebody who wanted to save.
pub(super) fn check_failed(checklist: &Checklist) -> ApiError {
    let refusal = Refusal::new(
        Kind::Unacceptable,
        "check_failed",
        "The check does not hold; nothing was saved",
    );
    let refusal = match &checklist.problem {
        Some(problem) => refusal
            .detail(format!("{}. {}", problem.title, problem.detail))
            .next_step(&problem.next_step),
        None => refusal,
    };
    refusal
        .with("checklist", serde_json::to_value(checklist).unwrap_or_default())
        .into()
}
