//! Answers the question that a board asks when many cards would leave it in one go: let them go, or keep them.

use std::collections::BTreeSet;

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Path};
use crate::ids::BoardId;
use crate::live::Noun;

/// Why a card left: somebody let it go.
const LET_GO: &str = "let_go";

/// What to do with cards that would leave.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeavingAnswer {
    /// What to do with them.
    choice: LeavingChoice,
}

/// What to do with cards that would leave.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeavingChoice {
    /// They leave.
    LetGo,
    /// They stay, though they are outside the scope.
    Keep,
}

/// Says whether cards that would leave a board do so.
#[utoipa::path(post, path = "/api/boards/{id}/leaving", operation_id = "boards_answer_leaving", tag = "boards", params(("id" = Uuid, Path)), request_body = LeavingAnswer,
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "Nothing is asked any more", body = Problem, content_type = "application/problem+json")))]
pub async fn answer(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(answer): Body<LeavingAnswer>,
) -> Result<StatusCode, ApiError> {
    let now_us = app.now_us();
    let mut tx = app.store.begin().await?;
    let board = tx.board(member.company, id).await?.ok_or(ApiError::NotFound)?;
    let mut detail = board.import_detail.0.clone();
    let Some(leaving) = detail.leaving.take() else {
        return Err(
            Refusal::new(Kind::Conflict, "nothing_asked", "Nothing is asked any more")
                .detail("Somebody has answered, or the cards are in the scope again.")
                .into(),
        );
    };
    match answer.choice {
        LeavingChoice::Keep => {
            let kept: BTreeSet<_> = detail.kept.iter().copied().chain(leaving.items).collect();
            detail.kept = kept.into_iter().collect();
        }
        LeavingChoice::LetGo => {
            let items: BTreeSet<_> = leaving.items.into_iter().collect();
            let change = tx.number_change(member.company, Noun::Card, id.0).await?;
            tx.leave_board(member.company, id, &items, LET_GO, now_us, change)
                .await?;
        }
    }
    let change = tx.number_change(member.company, Noun::Board, id.0).await?;
    tx.set_board_import(member.company, id, &board.import_state, &detail, change)
        .await?;
    tx.commit().await?;
    // The engine judges the scope again.
    app.wake.ring(board.connection());
    Ok(StatusCode::NO_CONTENT)
}
