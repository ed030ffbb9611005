//! Checks a query while it is being typed: how many work items it finds, or what Azure DevOps has against it, in its own
//! words.

use axum::Json;
use axum::extract::State;
use azdo::Error;
use lockstep_sync::edit::Whom;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::import_query::ScopeQuery;
use super::refusals::{no_answer, no_client};
use crate::access::Member;
use crate::app::App;
use crate::connections::clients::client_for;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Path};
use crate::ids::ConnectionId;

/// A query to check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WiqlRequest {
    /// The project it runs in, by GUID or name; the whole collection without one.
    #[serde(default)]
    project: Option<String>,
    /// The text.
    wiql: String,
}

/// What a query finds.
#[derive(Debug, Serialize, ToSchema)]
pub struct WiqlCheck {
    /// How many work items.
    n: usize,
}

/// How many work items a query finds.
#[utoipa::path(post, path = "/api/connections/{id}/wiql", operation_id = "boards_check_wiql", tag = "boards", params(("id" = uuid::Uuid, Path)),
    request_body = WiqlRequest, responses((status = 200, body = WiqlCheck),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Azure DevOps refuses the query, in its own words", body = Problem, content_type = "application/problem+json"),
    (status = 502, description = "Azure DevOps did not answer as it should", body = Problem, content_type = "application/problem+json")))]
pub async fn check(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ConnectionId>,
    Body(request): Body<WiqlRequest>,
) -> Result<Json<WiqlCheck>, ApiError> {
    let row = app
        .store
        .connection(member.company, id)
        .await?
        .ok_or(ApiError::NotFound)?;
    if request.wiql.trim().is_empty() || request.wiql.chars().count() > azdo::wiql::QUERY_CHARS_MAX {
        return Err(Refusal::field_is("wiql", "write a query of at most 32,000 characters").into());
    }
    let client = client_for(&app, member.company, id, Whom::Connection)
        .await
        .map_err(no_client)?;
    let query = ScopeQuery::Text {
        project: request.project,
        wiql: request.wiql,
        is_ours: false,
    };
    match super::preview::find(&client, &query).await {
        Ok(ids) => Ok(Json(WiqlCheck { n: ids.len() })),
        Err(error) => Err(refused_query(&error, &query).map_or_else(|| no_answer(&error, &row), ApiError::from)),
    }
}

/// The refusal of a query that somebody else wrote; `None` where it is not the query that is wrong.
pub fn refused_query(error: &Error, query: &ScopeQuery) -> Option<Refusal> {
    let words = match error {
        Error::Refused { message, .. } | Error::RuleBroken { message, .. } => message.as_str(),
        Error::NotFound { message } => match (query, message) {
            (ScopeQuery::Saved { .. }, message) => message
                .as_deref()
                .unwrap_or("The saved query is gone, or the token may not see it."),
            (ScopeQuery::Text { .. }, Some(message)) => message,
            (ScopeQuery::Text { .. }, None) => return None,
        },
        _ => return None,
    };
    if matches!(query, ScopeQuery::Text { is_ours: true, .. }) {
        return None;
    }
    let field = match query {
        ScopeQuery::Text { .. } => "wiql",
        ScopeQuery::Saved { .. } => "query",
    };
    Some(
        Refusal::new(Kind::Unacceptable, "query_refused", "Azure DevOps refuses this query")
            .detail(words)
            .field(field, words)
            .next_step("Change the query and try again."),
    )
}
