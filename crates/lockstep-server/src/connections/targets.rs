//! What a connection offers to push to: projects, and the types, areas and iterations of one. Asked for when needed.

use axum::Json;
use axum::extract::State;
use azdo::{ClassificationNode, Error, Tree};
use lockstep_sync::edit::Whom;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::clients::client_for;
use super::problems::{CheckProblem, Subject};
use super::test::no_token;
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::Path;
use crate::ids::ConnectionId;
use crate::store::connections::ConnectionRow;

/// Deepest nodes that are asked for; Microsoft allows 14 levels.
const DEPTH: u32 = 14;
/// Most nodes of one tree that are listed.
const N_NODES_MAX: usize = 10_000;

/// A project.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TargetProject)]
pub(super) struct Project {
    /// GUID.
    id: String,
    name: String,
}

/// Where in a project an item can go.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Targets {
    /// Types that can be created.
    work_item_types: Vec<TargetType>,
    /// Area paths, each behind the one above it.
    areas: Vec<String>,
    /// Iterations, each behind the one above it.
    iterations: Vec<TargetIteration>,
}

/// A work item type.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TargetType {
    name: String,
    /// `RRGGBB`.
    color: Option<String>,
}

/// An iteration.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TargetIteration {
    path: String,
    start_on: Option<String>,
    finish_on: Option<String>,
}

/// The path of a question about one project.
#[derive(Deserialize)]
pub(super) struct InProject {
    id: ConnectionId,
    project_id: String,
}

/// The projects of a connection, as its token sees them.
#[utoipa::path(get, path = "/api/connections/{id}/projects", operation_id = "connections_projects", tag = "connections", params(("id" = Uuid, Path)), responses(
    (status = 200, body = [Project]), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 502, description = "Azure DevOps did not answer as it should", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn projects(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ConnectionId>,
) -> Result<Json<Vec<Project>>, ApiError> {
    let row = app
        .store
        .connection(member.company, id)
        .await?
        .ok_or(ApiError::NotFound)?;
    let client = client_for(&app, member.company, id, Whom::Connection)
        .await
        .map_err(no_token)?;
    let found = client.projects().await.map_err(|error| no_answer(&error, &row))?;
    let is_allowed =
        |id: &str| row.projects.is_empty() || row.projects.iter().any(|allowed| allowed.eq_ignore_ascii_case(id));
    let mut projects: Vec<Project> = found
        .into_iter()
        .filter(|project| is_allowed(&project.id))
        .map(|project| Project {
            id: project.id,
            name: project.name,
        })
        .collect();
    projects.sort_by_cached_key(|project| project.name.to_lowercase());
    Ok(Json(projects))
}

/// The types, areas and iterations of a project.
#[utoipa::path(get, path = "/api/connections/{id}/projects/{project_id}/targets", operation_id = "connections_targets", tag = "connections",
    params(("id" = Uuid, Path), ("project_id" = String, Path)), responses(
    (status = 200, body = Targets), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 502, description = "Azure DevOps did not answer as it should", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn targets(
    State(app): State<App>,
    member: Member,
    Path(InProject { id, project_id }): Path<InProject>,
) -> Result<Json<Targets>, ApiError> {
    // The project is a GUID: anything else would be a path of somebody's choice on the other server.
    Uuid::parse_str(&project_id).map_err(|_error| ApiError::NotFound)?;
    let row = app
        .store
        .connection(member.company, id)
        .await?
        .ok_or(ApiError::NotFound)?;
    if !row.projects.is_empty()
        && !row
            .projects
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(&project_id))
    {
        return Err(ApiError::NotFound);
    }
    let client = client_for(&app, member.company, id, Whom::Connection)
        .await
        .map_err(no_token)?;
    let refuse = |error: Error| match error {
        Error::NotFound { .. } => ApiError::NotFound,
        error => no_answer(&error, &row),
    };
    let types = client.work_item_types(&project_id).await.map_err(refuse)?;
    let areas = client
        .classification_nodes(&project_id, Tree::Areas, DEPTH)
        .await
        .map_err(refuse)?;
    let iterations = client
        .classification_nodes(&project_id, Tree::Iterations, DEPTH)
        .await
        .map_err(refuse)?;
    let is_offered = |work_item_type: &azdo::WorkItemType| !work_item_type.is_disabled;
    let types = types.into_iter().filter(is_offered).map(|t| TargetType {
        name: t.name,
        color: t.color,
    });
    Ok(Json(Targets {
        work_item_types: types.collect(),
        areas: flattened(&areas).into_iter().map(|node| node.path.clone()).collect(),
        iterations: flattened(&iterations).into_iter().map(iteration).collect(),
    }))
}

/// A tree as a list, each node behind the one above it.
fn flattened(root: &ClassificationNode) -> Vec<&ClassificationNode> {
    let mut list = Vec::new();
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        if list.len() == N_NODES_MAX {
            break;
        }
        list.push(node);
        waiting.extend(node.children.iter().rev());
    }
    list
}

fn iteration(node: &ClassificationNode) -> TargetIteration {
    // Days of an iteration are midnights UTC; the day is what people mean.
    let day = |date: &Option<String>| date.as_ref().and_then(|date| date.get(..10)).map(str::to_owned);
    TargetIteration {
        path: node.path.clone(),
        start_on: day(&node.start_date),
        finish_on: day(&node.finish_date),
    }
}

/// The other server did not do its part.
fn no_answer(error: &Error, row: &ConnectionRow) -> ApiError {
    let subject = Subject {
        host: &row.server_url,
        organization: &row.organization,
        is_services: row.flavor == "services",
    };
    let problem = CheckProblem::of(error, subject);
    Refusal::new(Kind::OtherServer, problem.code, problem.title)
        .detail(problem.detail)
        .next_step(problem.next_step)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str, children: Vec<ClassificationNode>) -> ClassificationNode {
        ClassificationNode {
            id: 1,
            identifier: None,
            name: name.into(),
            path: name.into(),
            start_date: Some("2026-01-05T00:00:00Z".into()),
            finish_date: None,
            children,
        }
    }

    #[test]
    fn a_tree_is_listed_from_the_top_each_branch_whole() {
        let tree = node("P", vec![node("A", vec![node("A1", vec![])]), node("B", vec![])]);
        let names: Vec<&str> = flattened(&tree).iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["P", "A", "A1", "B"]);
        assert_eq!(iteration(&tree).start_on.as_deref(), Some("2026-01-05"));
    }
}
