//! What left a board in the last days: it stays listed for a week, with why.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::summary;
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Problem};
use crate::extract::Path;
use crate::ids::BoardId;
use crate::store::cards::LeftRow;

/// How long what left is listed, microseconds.
const LISTED_US: i64 = 7 * 24 * 3_600 * 1_000_000;
/// Most that are listed, the latest.
const N_LISTED_MAX: i64 = 500;

/// A card that left a board.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftCard {
    /// The item.
    item: Uuid,
    /// Azure DevOps' number.
    number: Option<i64>,
    /// Work item type.
    r#type: Option<String>,
    /// Title, as last read.
    title: Option<String>,
    /// When it left, microseconds UTC.
    left_us: i64,
    /// Why it left.
    why: LeftWhy,
}

/// Why a card left a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftWhy {
    /// The query does not find it any more.
    Query,
    /// It is in another project now.
    Project,
    /// It has another type now.
    Type,
    /// It is in an area of none of the board's teams now.
    Area,
    /// It is in an iteration outside of the PI now.
    Iteration,
    /// It was one of many that would have left at once, and somebody let them go.
    LetGo,
    /// Somebody took it off the board.
    TakenOff,
    /// For a reason that an older version kept.
    Other,
}

impl LeftWhy {
    fn of(word: &str) -> Self {
        match word {
            "scope" => Self::Query,
            "project" => Self::Project,
            "type" => Self::Type,
            "area" => Self::Area,
            "iteration" => Self::Iteration,
            "let_go" => Self::LetGo,
            "taken_off" => Self::TakenOff,
            _ => Self::Other,
        }
    }
}

impl From<LeftRow> for LeftCard {
    fn from(row: LeftRow) -> Self {
        Self {
            item: row.item_id,
            number: row.work_item_id,
            r#type: row.work_item_type,
            title: row.title,
            left_us: row.left_us,
            why: LeftWhy::of(row.left_why.as_deref().unwrap_or_default()),
        }
    }
}

/// The cards that left a board in the last seven days, the latest first.
#[utoipa::path(get, path = "/api/boards/{id}/left", operation_id = "boards_left", tag = "boards",
    params(("id" = Uuid, Path)), responses(
    (status = 200, body = Vec<LeftCard>), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn left(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
) -> Result<Json<Vec<LeftCard>>, ApiError> {
    summary::look(&app, &member, id, |_view, _rights| ()).await?;
    let since_us = app.now_us() - LISTED_US;
    let rows = app
        .store
        .cards_left_since(member.company, id, since_us, N_LISTED_MAX)
        .await?;
    Ok(Json(rows.into_iter().map(LeftCard::from).collect()))
}
