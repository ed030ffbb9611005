//! What has changed on a board since somebody looked, and who is there: answered from memory.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::shapes::BoardChanges;
use super::summary;
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Problem};
use crate::extract::{Body, Path, Query};
use crate::ids::BoardId;
use crate::live::relay::Word;

/// Cards that are told one by one; beyond them the board is read anew.
const N_CARDS_MAX: usize = 1_000;

/// Since when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Since {
    /// The change number of what the browser has.
    after: i64,
}

/// What has changed on a board since a change number.
#[utoipa::path(get, path = "/api/boards/{id}/changes", operation_id = "boards_changes", tag = "boards",
    params(("id" = Uuid, Path), Since), responses(
    (status = 200, body = BoardChanges), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn changes(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Query(since): Query<Since>,
) -> Result<Json<BoardChanges>, ApiError> {
    let now_us = app.now_us();
    let presences = &app.boards.presences;
    let changes = summary::look(&app, &member, id, |view, rights| {
        let after = since.after;
        // Before it was loaded, or from the future: what went can't be told. What all cards share comes with a snapshot.
        let is_out_of_reach = after < view.since || after > view.change || view.frame_version > after;
        let (cards, gone) = view.changed_after(after);
        let needs_snapshot = is_out_of_reach || cards.len() + gone.len() > N_CARDS_MAX;
        BoardChanges {
            change: view.change,
            cards: if needs_snapshot { Vec::new() } else { cards },
            gone: match needs_snapshot {
                true => Vec::new(),
                false => gone.into_iter().map(|item| item.0).collect(),
            },
            board: (view.version > after).then(|| summary::of_view(view, rights)),
            needs_snapshot,
            present: presences.on(id, &view.people, now_us),
        }
    })
    .await?;
    Ok(Json(changes))
}

/// Where somebody is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HereIAm {
    /// The card they look at.
    item: Option<Uuid>,
}

/// Says that the one who asks has the board open; again every 20 seconds. Others see it unless they don't want to be seen.
#[utoipa::path(post, path = "/api/boards/{id}/presence", operation_id = "boards_presence", tag = "boards",
    params(("id" = Uuid, Path)), request_body = HereIAm, responses(
    (status = 204), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn presence(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(here): Body<HereIAm>,
) -> Result<StatusCode, ApiError> {
    summary::look(&app, &member, id, |_view, _rights| ()).await?;
    let row = app.store.member(member.company, member.id).await?;
    if row.is_some_and(|row| row.has_presence) {
        app.boards.presences.note(id, member.id, here.item, app.now_us());
        app.relay.tell(Word::Present {
            board: id,
            member: member.id,
            item: here.item,
        });
    }
    Ok(StatusCode::NO_CONTENT)
}
