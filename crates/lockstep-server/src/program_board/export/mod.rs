//! A board as a table to take away: its cards, in CSV, or with their dependencies and the load, as a workbook.
//!
//! What people typed is never taken for a formula by what opens the file: text is text in a workbook and marked as such in
//! CSV (OWASP ASVS 1.2.10). Nothing is kept of what was exported.

mod csv;
mod rows;
mod xlsx;

use std::collections::{BTreeSet, HashMap, HashSet};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use azdo::StateCategory;
use http::header::{self, HeaderValue};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::snapshot;
use super::summary;
use super::view::BoardView;
use crate::access::Member;
use crate::action_items::status::category_by_name;
use crate::action_items::types::Types;
use crate::app::App;
use crate::error::{ApiError, Problem};
use crate::extract::{Body, Path};
use crate::ids::BoardId;
use rows::{Around, Book};

/// Largest list of cards that is taken: 100,000 of them.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
const CSV: &str = "text/csv; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What to export.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportBoard {
    /// As what.
    format: ExportFormat,
    /// The cards that the browser's filter leaves; all of them without one. Those that are not on the board are passed over.
    cards: Option<Vec<Uuid>>,
}

/// What a board is exported as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Cards, comma separated (RFC 4180), UTF-8.
    Csv,
    /// A workbook: cards, dependencies, load against capacity.
    Xlsx,
}

/// A board as a table: its cards as CSV, or cards, dependencies and load as a workbook.
#[utoipa::path(post, path = "/api/boards/{id}/export", operation_id = "boards_export", tag = "boards",
    params(("id" = Uuid, Path)), request_body = ExportBoard, responses(
    (status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn export(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(input): Body<ExportBoard>,
) -> Result<Response, ApiError> {
    let (connection, outside) = summary::look(&app, &member, id, |view, _rights| {
        (view.row.connection(), outside(view))
    })
    .await?;
    let types = app.store.work_item_types(member.company).await?;
    let titles = app.store.titles(member.company, connection, &outside).await?;
    let server = app.store.connection(member.company, connection).await?;
    let around = Around {
        server_url: server.map(|row| row.server_url),
        titles: titles.into_iter().collect(),
        only: input.cards.map(|cards| cards.into_iter().collect::<HashSet<Uuid>>()),
    };
    let book = summary::look(&app, &member, id, |view, _rights| {
        rows::book(view, &around, |card| category(view, &types, &card.r#type, &card.state))
    })
    .await?;
    // Ten thousand rows take a while to pack; others are answered meanwhile.
    let format = input.format;
    let file = tokio::task::spawn_blocking(move || packed(format, &book))
        .await
        .map_err(anyhow::Error::from)??;
    Ok(answer(format, file))
}

fn outside(view: &BoardView) -> Vec<i64> {
    let links = view.cards().flat_map(|(_, card)| &card.links);
    let numbers = links
        .filter(|link| link.to_or_from.is_none())
        .filter_map(|link| link.number);
    numbers.collect::<BTreeSet<i64>>().into_iter().collect()
}

fn category(view: &BoardView, types: &Types, kind: &str, state: &str) -> StateCategory {
    snapshot::info(view, types, kind).map_or_else(|| category_by_name(state), |info| info.category(state))
}

fn packed(format: ExportFormat, book: &Book) -> Result<Vec<u8>, anyhow::Error> {
    Ok(match format {
        ExportFormat::Csv => csv::written(&book.cards),
        ExportFormat::Xlsx => xlsx::written(book)?,
    })
}

fn answer(format: ExportFormat, file: Vec<u8>) -> Response {
    let (kind, disposition) = match format {
        ExportFormat::Csv => (CSV, "attachment; filename=\"board.csv\""),
        ExportFormat::Xlsx => (XLSX, "attachment; filename=\"board.xlsx\""),
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition)),
    ];
    (headers, file).into_response()
}

type Titles = HashMap<i64, Option<String>>;
