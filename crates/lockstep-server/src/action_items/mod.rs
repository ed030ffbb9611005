//! Action items: born here, pushed to Azure DevOps when it helps, and kept up to date from there.
//!
//! A handler checks, keeps what was asked in one transaction and rings the driver; it never talks to Azure DevOps to write.
//! What an item looks like is derived in [`item`], what a change comes to in [`changes`]; both are pure.

pub mod acting;
pub mod changes;
mod edit;
pub mod history;
pub mod html;
pub mod item;
pub mod life;
pub mod load;
mod make;
pub mod mapping;
pub mod open_edits;
pub mod origin;
pub mod people;
mod push;
pub mod requests;
#[cfg(test)]
pub(crate) mod samples;
pub mod shapes;
pub mod status;
mod type_reader;
pub mod types;
pub mod wanted;
pub mod words;

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::Redirect;
use http::StatusCode;
use lockstep_sync::edit::Whom;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::history::Sources;
use self::item::{BIN_US, Stored};
use self::load::Company;
use self::requests::{DeleteActionItem, EditActionItem, Lines, NewActionItem, NewComment, Push, RestoreActionItem};
use self::shapes::{ActionItem, ActionItemDetail, ActionItemList};
use crate::access::Member;
use crate::app::App;
use crate::connections::clients::client_for;
use crate::error::{ApiError, Problem};
use crate::extract::{Body, Path, Query};
use crate::ids::{CompanyId, ItemId};

/// How long Azure DevOps is asked for a work item's history; after it, what Lockstep saw is shown.
const UPDATES_DEADLINE: Duration = Duration::from_secs(5);

/// The slice's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, make_one))
        .routes(routes!(make_lines))
        .routes(routes!(detail))
        .routes(routes!(edit_one))
        .routes(routes!(push_one))
        .routes(routes!(comment_on))
        .routes(routes!(delete_one))
        .routes(routes!(restore_one))
        .routes(routes!(way_back))
}

/// Which items.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// What is in the bin, instead of what is not.
    #[serde(default)]
    bin: bool,
}

/// The company's action items, or what is in the bin.
#[utoipa::path(get, path = "/api/action-items", operation_id = "action_items_list", tag = "action items", params(Which), responses(
    (status = 200, body = ActionItemList), (status = 401, body = Problem, content_type = "application/problem+json"),
))]
async fn list(
    State(app): State<App>,
    member: Member,
    Query(which): Query<Which>,
) -> Result<Json<ActionItemList>, ApiError> {
    // Read first: the list is at least as new as this number.
    let change = app.store.latest_change(member.company).await?;
    let company = Company::read(&app, member.company).await?;
    let now_us = app.now_us();
    let rows = match which.bin {
        true => app.store.action_items_in_bin(member.company, now_us - BIN_US).await?,
        false => app.store.action_items(member.company).await?,
    };
    let stored = load::with_work_items(&app, member.company, rows).await?;
    type_reader::ask_for_missing(&app, member.company, &stored, &company.types);
    let items = stored
        .iter()
        .map(|stored| item::view(stored, company.around(&member, stored, now_us)))
        .collect();
    Ok(Json(ActionItemList { items, change }))
}

/// Makes an action item.
#[utoipa::path(post, path = "/api/action-items", operation_id = "action_items_create", tag = "action items", request_body = NewActionItem, responses(
    (status = 201, body = ActionItem), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The id is in use", body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
async fn make_one(
    State(app): State<App>,
    member: Member,
    Body(input): Body<NewActionItem>,
) -> Result<(StatusCode, Json<ActionItem>), ApiError> {
    let id = make::one(&app, &member, &input).await?;
    Ok((StatusCode::CREATED, shown(&app, &member, id).await?))
}

/// Makes an action item of each pasted line.
#[utoipa::path(post, path = "/api/action-items/lines", operation_id = "action_items_create_lines", tag = "action items", request_body = Lines, responses(
    (status = 201, body = [ActionItem]), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
async fn make_lines(
    State(app): State<App>,
    member: Member,
    Body(input): Body<Lines>,
) -> Result<(StatusCode, Json<Vec<ActionItem>>), ApiError> {
    let ids = make::lines(&app, &member, &input).await?;
    let company = Company::read(&app, member.company).await?;
    let mut items = Vec::with_capacity(ids.len());
    for id in ids {
        let stored = load::one(&app, member.company, id).await?.ok_or(ApiError::NotFound)?;
        items.push(item::view(&stored, company.around(&member, &stored, app.now_us())));
    }
    Ok((StatusCode::CREATED, Json(items)))
}

/// An action item with its history and comments.
#[utoipa::path(get, path = "/api/action-items/{id}", operation_id = "action_items_detail", tag = "action items", params(("id" = Uuid, Path)), responses(
    (status = 200, body = ActionItemDetail), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
async fn detail(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ItemId>,
) -> Result<Json<ActionItemDetail>, ApiError> {
    detailed(&app, &member, id).await
}

/// Edits an action item. Fields that Azure DevOps keeps become edits that are written there.
#[utoipa::path(post, path = "/api/action-items/{id}/edits", operation_id = "action_items_edit", tag = "action items", params(("id" = Uuid, Path)),
    request_body = EditActionItem, responses(
    (status = 200, body = ActionItem), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
async fn edit_one(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ItemId>,
    Body(input): Body<EditActionItem>,
) -> Result<Json<ActionItem>, ApiError> {
    edit::edit(&app, &member, id, input).await?;
    shown(&app, &member, id).await
}

/// Creates the work item of an action item.
#[utoipa::path(post, path = "/api/action-items/{id}/push", operation_id = "action_items_push", tag = "action items", params(("id" = Uuid, Path)),
    request_body = Push, responses(
    (status = 200, body = ActionItem), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It has one already", body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
    (status = 502, description = "Azure DevOps could not be asked", body = Problem, content_type = "application/problem+json"),
))]
async fn push_one(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ItemId>,
    Body(input): Body<Push>,
) -> Result<Json<ActionItem>, ApiError> {
    push::push(&app, &member, id, input).await?;
    shown(&app, &member, id).await
}

/// Says something about an action item.
#[utoipa::path(post, path = "/api/action-items/{id}/comments", operation_id = "action_items_comment", tag = "action items", params(("id" = Uuid, Path)),
    request_body = NewComment, responses(
    (status = 200, body = ActionItemDetail), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
async fn comment_on(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ItemId>,
    Body(input): Body<NewComment>,
) -> Result<Json<ActionItemDetail>, ApiError> {
    edit::comment(&app, &member, id, input).await?;
    detailed(&app, &member, id).await
}

/// Puts an action item into the bin.
#[utoipa::path(post, path = "/api/action-items/{id}/delete", operation_id = "action_items_delete", tag = "action items", params(("id" = Uuid, Path)),
    request_body = DeleteActionItem, responses(
    (status = 200, body = ActionItem), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
async fn delete_one(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ItemId>,
    Body(input): Body<DeleteActionItem>,
) -> Result<Json<ActionItem>, ApiError> {
    life::delete(&app, &member, id, input).await?;
    shown(&app, &member, id).await
}

/// Takes an action item out of the bin.
#[utoipa::path(post, path = "/api/action-items/{id}/restore", operation_id = "action_items_restore", tag = "action items", params(("id" = Uuid, Path)),
    request_body = RestoreActionItem, responses(
    (status = 200, body = ActionItem), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
async fn restore_one(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ItemId>,
    Body(input): Body<RestoreActionItem>,
) -> Result<Json<ActionItem>, ApiError> {
    life::restore(&app, &member, id, input).await?;
    shown(&app, &member, id).await
}

/// The way back from a work item: its hyperlink leads here, and on to the action item's page.
#[utoipa::path(get, path = "/x/{id}", operation_id = "action_items_way_back", tag = "action items", params(("id" = Uuid, Path)), responses(
    (status = 303, description = "To the action item, if there is one"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
async fn way_back(Path(id): Path<ItemId>) -> Redirect {
    Redirect::to(&format!("/action-items?item={id}"))
}

async fn shown(app: &App, member: &Member, id: ItemId) -> Result<Json<ActionItem>, ApiError> {
    let company = Company::read(app, member.company).await?;
    let stored = load::one(app, member.company, id).await?.ok_or(ApiError::NotFound)?;
    Ok(Json(item::view(&stored, company.around(member, &stored, app.now_us()))))
}

async fn detailed(app: &App, member: &Member, id: ItemId) -> Result<Json<ActionItemDetail>, ApiError> {
    let company = Company::read(app, member.company).await?;
    let stored = load::one(app, member.company, id).await?.ok_or(ApiError::NotFound)?;
    let around = company.around(member, &stored, app.now_us());
    let (local, edits) = (
        app.store.local_changes(member.company, id).await?,
        app.store.edits_of_item(member.company, id).await?,
    );
    let (attempts, observed) = (
        app.store.attempts_of_item(member.company, id).await?,
        app.store.observations(member.company, id).await?,
    );
    let updates = updates(app, member.company, &stored).await;
    let sources = Sources {
        row: Some(&stored.row),
        names: &mapping::ItemNames,
        local: &local,
        edits: &edits,
        attempts: &attempts,
        observed: &observed,
        updates: updates.as_deref(),
        people: around.people,
    };
    Ok(Json(ActionItemDetail {
        item: item::view(&stored, around),
        history: history::history(sources),
        comments: history::comments(sources),
    }))
}

/// The work item's updates, where Azure DevOps gives them in time.
async fn updates(app: &App, company: CompanyId, stored: &Stored) -> Option<Vec<azdo::WorkItemUpdate>> {
    let pair = stored.pushed()?;
    let id = pair.item.work_item?;
    let asked = async {
        let client = client_for(app, company, pair.connection, Whom::Connection).await.ok()?;
        client.updates(id).await.ok()
    };
    tokio::time::timeout(UPDATES_DEADLINE, asked).await.ok().flatten()
}
