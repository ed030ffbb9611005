//! Makes a board. Its import starts at once; the board is there from now on and fills up.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;

use super::local::numbers::{PROJECT, node_rows};
use super::local::{local_set_up, process, refuse_local};
use super::preview::acceptable;
use super::set_up::SetUp;
use super::shapes::{BoardConnection, BoardImport, BoardSummary, ImportState, WriteMode};
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::Body;
use crate::ids::{BoardId, CompanyId, ConnectionId, fresh};
use crate::live::Noun;
use crate::store::boards::{BoardRow, ImportDetail};
use crate::store::connections::ConnectionRow;
use crate::store::{StoreError, Tx};

/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 120;

/// A board to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBoard {
    /// Its number, chosen by the browser: a repeated click makes one board.
    #[schema(value_type = Uuid)]
    id: BoardId,
    /// Its name.
    name: String,
    /// Where its cards come from; nowhere for a local board.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    connection_id: Option<ConnectionId>,
    /// What it shows.
    set_up: SetUp,
    /// What it does with what is done on it.
    write_mode: WriteMode,
}

/// Makes a board and begins to fill it.
#[utoipa::path(post, path = "/api/boards", operation_id = "boards_create", tag = "boards", request_body = NewBoard, responses(
    (status = 201, body = BoardSummary), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The number is in use", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The set-up can't work", body = Problem, content_type = "application/problem+json")))]
pub async fn create(
    State(app): State<App>,
    member: Member,
    Body(new): Body<NewBoard>,
) -> Result<(StatusCode, Json<BoardSummary>), ApiError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(Refusal::field_is("name", "a board has a name of at most 120 characters").into());
    }
    let set_up = match new.connection_id {
        Some(_) => {
            refuse_local(&new.set_up)?;
            new.set_up
        }
        None => local_set_up(new.set_up, &[])?,
    };
    acceptable(&set_up)?;
    let is_local = set_up.is_local();
    let mut tx = app.store.begin().await?;
    let connection = match new.connection_id {
        Some(id) => Some(tx.connection(member.company, id).await?.ok_or(ApiError::NotFound)?),
        None => None,
    };
    if let Some(made) = tx.board(member.company, new.id).await? {
        // The same click again.
        let is_there = match new.connection_id {
            Some(id) => made.connection() == id,
            None => made.set_up.is_local(),
        };
        return if is_there && made.created_by == member.id.0 {
            Ok((StatusCode::CREATED, Json(summary(&made, connection.as_ref()))))
        } else {
            Err(in_use().into())
        };
    }
    let change = tx.number_change(member.company, Noun::Board, new.id.0).await?;
    let row = BoardRow {
        id: new.id.0,
        company_id: member.company.0,
        connection_id: new.connection_id.map_or_else(fresh, |id| id.0),
        name: name.to_owned(),
        // On a local board what is done is done.
        write_mode: if is_local { WriteMode::Live } else { new.write_mode }
            .as_str()
            .to_owned(),
        set_up: Stored(set_up),
        see: "company".to_owned(),
        import_state: if is_local { "ready" } else { "importing" }.to_owned(),
        import_detail: Stored(ImportDetail::default()),
        scope_read_us: None,
        created_by: member.id.0,
        created_us: app.now_us(),
        change_number: change,
        deleted_us: None,
    };
    if is_local {
        keep_local_connection(&mut tx, &row).await?;
    }
    match tx.insert_board(&row).await {
        Ok(()) => {}
        Err(StoreError::Taken { .. }) => return Err(in_use().into()),
        Err(error) => return Err(error.into()),
    }
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(summary(&row, connection.as_ref()))))
}

/// What a local board stands on: a connection that leads nowhere, with nodes and types of its own.
async fn keep_local_connection(tx: &mut Tx, row: &BoardRow) -> Result<(), StoreError> {
    let (company, connection) = (CompanyId(row.company_id), row.connection());
    tx.insert_local_connection(company, connection, row.created_us).await?;
    tx.save_nodes(company, connection, &node_rows(&row.set_up), &[], row.created_us)
        .await?;
    tx.save_work_item_types(company, connection, PROJECT, &process::types(), row.created_us)
        .await
}

fn in_use() -> Refusal {
    Refusal::new(Kind::Conflict, "board_exists", "This board exists already").next_step("Open the list of boards.")
}

/// A board that was just made, as its maker sees it.
fn summary(row: &BoardRow, connection: Option<&ConnectionRow>) -> BoardSummary {
    let detail = &row.import_detail.0;
    BoardSummary {
        id: row.id,
        name: row.name.clone(),
        connection: connection.map(|connection| BoardConnection {
            id: connection.id,
            label: connection.label.clone(),
        }),
        is_local: row.set_up.is_local(),
        write_mode: WriteMode::of(&row.write_mode),
        n_cards: 0,
        n_drafts: 0,
        import: BoardImport {
            state: if row.import_state == "ready" {
                ImportState::Ready
            } else {
                ImportState::Importing
            },
            n_found: detail.n_found,
            n_read: detail.n_read,
            detail: detail.detail.clone(),
            leaving: None,
        },
        may_edit: true,
        may_manage: true,
        change: row.change_number,
    }
}
