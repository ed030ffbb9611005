//! The boards of a company: listed, looked at, changed, deleted. Making one is [`super::create`]'s.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use azdo::{FieldName, field};
use http::StatusCode;
use lockstep_sync::item::Presence;
use serde::Deserialize;
use sqlx::types::Json as Stored;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::local::numbers::node_rows;
use super::local::{local_set_up, not_on_a_local_board, refuse_local};
use super::preview::acceptable;
use super::publish_write;
use super::set_up::SetUp;
use super::shapes::{BoardDetail, BoardPerson, BoardSee, BoardSummary, WriteMode};
use super::summary::{self, Counts};
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Path, Query};
use crate::ids::{BoardId, CompanyId, MemberId};
use crate::live::Noun;
use crate::store::Tx;
use crate::store::boards::BoardRow;
use crate::store::work_items::WorkItemRow;

/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 120;
/// Most people who can be listed.
const N_PEOPLE_MAX: usize = 5_000;

/// The boards that the one who asks may see.
#[utoipa::path(get, path = "/api/boards", operation_id = "boards_list", tag = "boards", responses(
    (status = 200, body = [BoardSummary]), (status = 401, body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(State(app): State<App>, member: Member) -> Result<Json<Vec<BoardSummary>>, ApiError> {
    let company = member.company;
    let n_cards: BTreeMap<BoardId, i64> = app.store.n_cards(company).await?.into_iter().collect();
    let n_drafts: BTreeMap<BoardId, i64> = app.store.n_drafts(company).await?.into_iter().collect();
    let listed = app.store.board_members(company).await?;
    let labels: BTreeMap<Uuid, String> = app
        .store
        .connections(company)
        .await?
        .into_iter()
        .map(|row| (row.id, row.label))
        .collect();
    let count = |of: &BTreeMap<BoardId, i64>, board| of.get(&board).and_then(|n| usize::try_from(*n).ok()).unwrap_or(0);
    let boards = app.store.boards(company).await?.into_iter().filter_map(|row| {
        let of_member = |person: &&_| is_of(person, &row.id, member.id);
        let rights = summary::rights(
            &member,
            &row,
            listed.iter().find(of_member).map(|person| person.may_edit),
        );
        let counts = Counts {
            n_cards: count(&n_cards, row.board()),
            n_drafts: count(&n_drafts, row.board()),
            change: row.change_number,
        };
        let label = labels.get(&row.connection_id).cloned();
        rights.may_see.then(|| summary::of(&row, label, counts, rights))
    });
    Ok(Json(boards.collect()))
}

fn is_of(person: &crate::store::boards::BoardMemberRow, board: &Uuid, member: MemberId) -> bool {
    person.board_id == *board && person.member_id == member.0
}

/// A board with its set-up.
#[utoipa::path(get, path = "/api/boards/{id}", operation_id = "boards_detail", tag = "boards",
    params(("id" = Uuid, Path)), responses(
    (status = 200, body = BoardDetail), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn detail(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
) -> Result<Json<BoardDetail>, ApiError> {
    shown(&app, &member, id).await
}

/// A board with its set-up, as one who may see it gets it.
pub async fn shown(app: &App, member: &Member, id: BoardId) -> Result<Json<BoardDetail>, ApiError> {
    let listed = app.store.board_members(member.company).await?;
    let detail = summary::look(app, member, id, |view, rights| summary::detail(view, rights, &listed)).await?;
    Ok(Json(detail))
}

/// What is to change about a board; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditBoard {
    /// Its name.
    #[serde(default)]
    name: Option<String>,
    /// What it does with what is done on it.
    #[serde(default)]
    write_mode: Option<WriteMode>,
    /// What it shows.
    #[serde(default)]
    set_up: Option<SetUp>,
    /// Who may see it.
    #[serde(default)]
    see: Option<BoardSee>,
    /// Who is listed, in place of those who were.
    #[serde(default)]
    people: Option<Vec<BoardPerson>>,
}

/// Changes a board. Nothing is written to Azure DevOps by it; another scope is read again whole.
#[utoipa::path(patch, path = "/api/boards/{id}", operation_id = "boards_edit", tag = "boards",
    params(("id" = Uuid, Path)), request_body = EditBoard, responses(
    (status = 200, body = BoardDetail), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "Something waits to be published", body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub async fn edit(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(input): Body<EditBoard>,
) -> Result<Json<BoardDetail>, ApiError> {
    let name = input.name.as_deref().map(checked_name).transpose()?;
    let company = member.company;
    let known = app.store.members(company).await?;
    let people = checked_people(input.people, |id| known.iter().any(|row| row.id == id))?;
    let mut tx = app.store.begin().await?;
    let mut row = tx.board(company, id).await?.ok_or(ApiError::NotFound)?;
    let was_shown = row.set_up.clone();
    let set_up = match input.set_up {
        Some(set_up) if was_shown.is_local() => Some(kept_local(&mut tx, &row, set_up, app.now_us()).await?),
        Some(set_up) => {
            refuse_local(&set_up)?;
            Some(set_up)
        }
        None => None,
    };
    if let Some(set_up) = &set_up {
        acceptable(set_up)?;
    }
    if let Some(mode) = input.write_mode {
        if was_shown.is_local() && mode == WriteMode::Hold {
            return Err(not_on_a_local_board().into());
        }
        let n_drafts = tx.n_drafts_of(company, id).await?;
        if n_drafts > 0 && WriteMode::of(&row.write_mode) == WriteMode::Hold && mode != WriteMode::Hold {
            return Err(still_drafts(n_drafts).into());
        }
        row.write_mode = mode.as_str().to_owned();
    }
    row.name = name.unwrap_or(row.name);
    if let Some(set_up) = set_up {
        row.set_up = Stored(set_up);
    }
    if let Some(see) = input.see {
        row.see = see.as_str().to_owned();
    }
    if let Some(people) = people {
        tx.replace_board_members(company, id, &people).await?;
    }
    row.change_number = tx.number_change(company, Noun::Board, id.0).await?;
    let connection = row.connection();
    tx.update_board(&row).await?;
    if !was_shown.is_local() && !was_shown.0.finds_the_same(&row.set_up.0) {
        // Cards may come and go: the whole scope is read again, and what would leave in numbers is asked about.
        tx.read_scope_again(&row).await?;
    }
    tx.commit().await?;
    app.wake.ring(connection);
    shown(&app, &member, id).await
}

/// Another set-up of a local board, with its nodes kept. A row with cards stays.
async fn kept_local(tx: &mut Tx, row: &BoardRow, set_up: SetUp, now_us: i64) -> Result<SetUp, ApiError> {
    let (company, connection) = (CompanyId(row.company_id), row.connection());
    let known = tx.nodes(company, connection).await?;
    let set_up = local_set_up(set_up, &known)?;
    let items = tx.items_on_board(company, row.board()).await?;
    let gone = row
        .set_up
        .teams
        .iter()
        .filter(|team| !set_up.teams.iter().any(|kept| kept.area_id == team.area_id));
    for team in gone {
        let n = items.iter().filter(|item| is_in_area(item, team.area_id)).count();
        if n > 0 {
            let cards = if n == 1 {
                "a card".to_owned()
            } else {
                format!("{n} cards")
            };
            return Err(
                Refusal::field_is("set_up.teams", &format!("“{}” still has {cards}", team.name))
                    .next_step("Move them to another team first, or hide the row.")
                    .into(),
            );
        }
    }
    tx.save_nodes(company, connection, &node_rows(&set_up), &[], now_us)
        .await?;
    Ok(set_up)
}

fn is_in_area(item: &WorkItemRow, area: i64) -> bool {
    let held = item
        .fields
        .as_ref()
        .and_then(|fields| fields.get(&FieldName::from(field::AREA_ID)));
    item.presence() == Presence::Present && held.and_then(serde_json::Value::as_i64) == Some(area)
}

fn checked_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(Refusal::field_is(
            "name",
            "a board has a name of at most 120 characters",
        ));
    }
    Ok(name.to_owned())
}

fn checked_people(
    people: Option<Vec<BoardPerson>>,
    is_member: impl Fn(Uuid) -> bool,
) -> Result<Option<Vec<(MemberId, bool)>>, Refusal> {
    let Some(people) = people else { return Ok(None) };
    if people.len() > N_PEOPLE_MAX {
        return Err(Refusal::field_is("people", "are more than a board can list"));
    }
    if !people.iter().all(|person| is_member(person.member_id)) {
        return Err(Refusal::field_is("people", "name somebody who is not in the company"));
    }
    let people: BTreeMap<MemberId, bool> = people
        .into_iter()
        .map(|person| (MemberId(person.member_id), person.may_edit))
        .collect();
    Ok(Some(people.into_iter().collect()))
}

fn still_drafts(n: i64) -> Refusal {
    let changes = if n == 1 {
        "1 change waits".to_owned()
    } else {
        format!("{n} changes wait")
    };
    Refusal::new(Kind::Conflict, "still_drafts", "Something waits to be published")
        .detail(format!("{changes} on this board."))
        .next_step("Publish or discard them first.")
        .with("n_drafts", n.into())
}

/// Whether what waits to be published may go with the board.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeleteBoard {
    /// Discard what waits to be published.
    #[serde(default)]
    discard: bool,
}

/// Deletes a board. Nothing in Azure DevOps changes; what is already on its way still goes out.
#[utoipa::path(delete, path = "/api/boards/{id}", operation_id = "boards_delete", tag = "boards",
    params(("id" = Uuid, Path), DeleteBoard), responses(
    (status = 204), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "Something waits to be published", body = Problem, content_type = "application/problem+json"),
))]
pub async fn delete(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Query(how): Query<DeleteBoard>,
) -> Result<StatusCode, ApiError> {
    let company = member.company;
    let mut tx = app.store.begin().await?;
    let row = tx.board(company, id).await?.ok_or(ApiError::NotFound)?;
    let n_drafts = tx.n_drafts_of(company, id).await?;
    if n_drafts > 0 && !how.discard {
        return Err(still_drafts(n_drafts).into());
    }
    let now_us = app.now_us();
    let change = tx.number_change(company, Noun::Board, id.0).await?;
    if n_drafts > 0 {
        let drafts = tx.drafts_of_board(company, id).await?;
        publish_write::give_up(&mut tx, &member, &row, &drafts, change, now_us).await?;
    }
    tx.delete_board(company, id, now_us, change).await?;
    if row.set_up.is_local() {
        tx.delete_connection(company, row.connection(), now_us).await?;
    }
    tx.commit().await?;
    app.wake.ring(row.connection());
    Ok(StatusCode::NO_CONTENT)
}
