//! Acting on a board: each request is one transaction, and what it comes to is edits, never a write from here.
//!
//! What was done is kept with what takes it back, twenty acts for each person and board.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use azdo::FieldName;
use lockstep_sync::edit::{Act, Choice};
use serde::Deserialize;
use serde_json::Value;
use sqlx::types::Json as Stored;
use utoipa::ToSchema;
use uuid::Uuid;

use super::act_plan::{Others, Plan, Step, overtaken, planned};
use super::act_shapes::{BoardAct, BoardActed, BoardActs, CardValue, N_ACTS_MAX, OtherValue};
use super::shapes::WriteMode;
use super::{local, summary, views};
use crate::access::Member;
use crate::action_items::acting::part_id;
use crate::action_items::people::Match;
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Path};
use crate::ids::{BoardId, CompanyId, ItemId};
use crate::store::Tx;
use crate::store::board_acts::BoardActRow;
use crate::store::boards::BoardRow;
use crate::store::cards::{NewCard, TAKEN_OFF};
use crate::store::edits::NewEdit;

/// Does acts on a board, all of them or none.
#[utoipa::path(post, path = "/api/boards/{id}/acts", operation_id = "boards_act", tag = "boards",
    params(("id" = Uuid, Path)), request_body = BoardActs, responses(
    (status = 200, body = BoardActed), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub async fn act(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(input): Body<BoardActs>,
) -> Result<Json<BoardActed>, ApiError> {
    if input.acts.is_empty() || input.acts.len() > N_ACTS_MAX {
        return Err(Refusal::field_is("acts", "are none, or more than 500 at once").into());
    }
    let others = others(&app, member.company, &input.acts).await?;
    let (row, plan) = summary::look(&app, &member, id, |view, rights| {
        summary::may_act(rights, &view.row)?;
        let identity_of = |member| match view.people.identity_of(member)? {
            Match::Sure(written) => Some(written),
            // Nobody has to know them by another name.
            Match::Perhaps(_) if view.set_up().is_local() => view.people.written(member),
            Match::Perhaps(written) => Some(written),
        };
        let plan = planned(view, &input.acts, &others, &identity_of)?;
        Ok::<_, ApiError>((view.row.clone(), plan))
    })
    .await??;
    let mut tx = app.store.begin().await?;
    let done = BoardActRow {
        id: input.id,
        board_id: id.0,
        member_id: member.id.0,
        change_number: tx.announce_board(member.company, id).await?,
        at_us: app.now_us(),
        acts: Stored(serde_json::to_value(&plan.steps).unwrap_or_default()),
        inverse: Stored(serde_json::to_value(&plan.inverse).unwrap_or_default()),
        state: "done".to_owned(),
    };
    // A repeated request finds it done.
    if tx.insert_board_act(member.company, &done).await? {
        keep(&mut tx, &member, &row, &plan.steps, input.id, done.at_us).await?;
        tx.commit().await?;
        app.wake.ring(row.connection());
    }
    acted(&app, member.company, id, &plan).await
}

/// What fields hold that are set by reference name: a board does not keep them.
async fn others(app: &App, company: CompanyId, acts: &[BoardAct]) -> Result<Others, ApiError> {
    let mut others = Others::new();
    for act in acts {
        if let BoardAct::Set {
            item,
            value: CardValue::Other(OtherValue { name, .. }),
        } = act
        {
            let item = ItemId(*item);
            let fields = app.store.work_item(company, item).await?.and_then(|row| row.fields);
            let value = fields.and_then(|fields| fields.0.get(&FieldName::from(name.as_str())).cloned());
            others.insert((item, name.clone()), value.unwrap_or(Value::Null));
        }
    }
    Ok(others)
}

/// The browser's number for taking something back, or doing it again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TurnAct {
    /// A repeated request is done once.
    id: Uuid,
}

/// Takes back what the one who asks did last on the board.
#[utoipa::path(post, path = "/api/boards/{id}/undo", operation_id = "boards_undo", tag = "boards",
    params(("id" = Uuid, Path)), request_body = TurnAct, responses(
    (status = 200, body = BoardActed), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "There is nothing to take back, or it has changed since", body = Problem, content_type = "application/problem+json"),
))]
pub async fn undo(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(input): Body<TurnAct>,
) -> Result<Json<BoardActed>, ApiError> {
    turn(&app, &member, id, input.id, true).await
}

/// Does again what the one who asks took back last on the board.
#[utoipa::path(post, path = "/api/boards/{id}/redo", operation_id = "boards_redo", tag = "boards",
    params(("id" = Uuid, Path)), request_body = TurnAct, responses(
    (status = 200, body = BoardActed), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "There is nothing to do again, or it has changed since", body = Problem, content_type = "application/problem+json"),
))]
pub async fn redo(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(input): Body<TurnAct>,
) -> Result<Json<BoardActed>, ApiError> {
    turn(&app, &member, id, input.id, false).await
}

async fn turn(
    app: &App,
    member: &Member,
    id: BoardId,
    request: Uuid,
    is_undo: bool,
) -> Result<Json<BoardActed>, ApiError> {
    // Asked first: whoever may not see the board doesn't learn whether there is anything to take back.
    let row = summary::look(app, member, id, |view, rights| {
        summary::may_act(rights, &view.row).map(|()| view.row.clone())
    })
    .await??;
    let mut tx = app.store.begin().await?;
    let found = if is_undo {
        tx.last_done(member.company, id, member.id).await?
    } else {
        tx.first_undone(member.company, id, member.id).await?
    };
    let mut done = found.ok_or_else(|| nothing(is_undo))?;
    let stored = if is_undo { &done.inverse } else { &done.acts };
    let steps: Vec<Step> = serde_json::from_value(stored.0.clone()).map_err(|_unreadable| nothing(is_undo))?;
    if steps.is_empty() {
        return Err(nothing(is_undo).into());
    }
    let brings_drafts_back = steps.iter().any(|step| matches!(step, Step::Redraft { .. }));
    if brings_drafts_back && WriteMode::of(&row.write_mode) != WriteMode::Hold {
        return Err(no_longer_on_hold().into());
    }
    summary::look(app, member, id, |view, _rights| match overtaken(view, &steps) {
        Some(item) => Err(changed_since(is_undo, view.card(item).map(|card| card.title.clone()))),
        None => Ok(()),
    })
    .await??;
    keep(&mut tx, member, &row, &steps, request, app.now_us()).await?;
    if brings_drafts_back {
        // Discarding again is as quick as doing it again, and asks first.
        tx.forget_board_act(member.company, done.id).await?;
    } else {
        done.state = if is_undo { "undone" } else { "done" }.to_owned();
        tx.turn_board_act(member.company, &done).await?;
    }
    tx.commit().await?;
    app.wake.ring(row.connection());
    let plan = Plan {
        steps,
        inverse: Vec::new(),
    };
    acted(app, member.company, id, &plan).await
}

/// Keeps the steps, under one change number.
async fn keep(
    tx: &mut Tx,
    member: &Member,
    board: &BoardRow,
    steps: &[Step],
    request: Uuid,
    now_us: i64,
) -> Result<i64, ApiError> {
    if board.set_up.is_local() {
        return local::keep::keep(tx, member, board, steps, request, now_us).await;
    }
    let (company, connection) = (member.company, board.connection());
    let change = tx.announce_board(company, board.board()).await?;
    let is_draft = WriteMode::of(&board.write_mode) == WriteMode::Hold;
    for (index, step) in steps.iter().enumerate() {
        let edit = |act: Act, is_draft: bool| NewEdit {
            id: part_id(request, &index.to_string()),
            author: member.id,
            at_us: now_us,
            act,
            board: Some(board.board()),
            is_draft,
        };
        match step {
            Step::Edit { item, act } => {
                tx.append_edits(company, connection, *item, change, &[edit(act.clone(), is_draft)])
                    .await?;
            }
            Step::Born { item, act, rank } => {
                // Done again after it was let go: the row is there already.
                if tx.work_item(company, *item).await?.is_none() {
                    tx.insert_unborn(company, connection, *item, change, now_us).await?;
                }
                let card = NewCard {
                    item: *item,
                    rank: rank.clone(),
                };
                tx.insert_cards(company, board.board(), &[card], now_us, change).await?;
                tx.append_edits(company, connection, *item, change, &[edit(act.clone(), is_draft)])
                    .await?;
            }
            Step::Unborn { item } => unborn(tx, member, board, *item, edit(Act::Delete, is_draft), change).await?,
            Step::Place { item, cell } => {
                let cell = cell.as_ref().map(|(team, column)| (team.as_str(), column.as_str()));
                tx.place_card(company, board.board(), *item, cell, change).await?;
            }
            Step::Redraft { item, act, author } => {
                let draft = NewEdit {
                    author: *author,
                    ..edit(act.clone(), true)
                };
                tx.append_edits(company, connection, *item, change, &[draft]).await?;
            }
            Step::Off { item } => {
                let items = BTreeSet::from([*item]);
                tx.leave_board(company, board.board(), &items, TAKEN_OFF, now_us, change)
                    .await?;
            }
            Step::Back { item } => tx.put_back(company, board.board(), *item, now_us, change).await?,
            Step::Rank { item, rank } => tx.rank_card(company, board.board(), *item, rank, change).await?,
        }
    }
    Ok(change)
}

/// Lets a creation go; one that has come true meanwhile goes to the recycle bin.
async fn unborn(
    tx: &mut Tx,
    member: &Member,
    board: &BoardRow,
    item: ItemId,
    delete: NewEdit,
    change: i64,
) -> Result<(), ApiError> {
    let stored = tx.item(member.company, item).await?.ok_or(ApiError::NotFound)?;
    let creation = stored.edits.iter().find(|edit| matches!(edit.act, Act::Create { .. }));
    let act = match creation {
        Some(creation) => Act::Decide {
            edit: creation.id,
            choice: Choice::GiveUp,
        },
        None if stored.work_item.is_some() => Act::Delete,
        None => return Ok(()),
    };
    let is_draft = delete.is_draft && matches!(act, Act::Delete);
    tx.append_edits(
        member.company,
        board.connection(),
        item,
        change,
        &[NewEdit {
            act,
            is_draft,
            ..delete
        }],
    )
    .await?;
    Ok(())
}

/// The cards that the steps touched, as they are now. Whoever acted was asked for their rights before.
async fn acted(app: &App, company: CompanyId, id: BoardId, plan: &Plan) -> Result<Json<BoardActed>, ApiError> {
    let touched: BTreeSet<ItemId> = plan.steps.iter().map(Step::item).collect();
    let acted = views::look(app, company, id, |view| BoardActed {
        change: view.change,
        cards: touched.iter().filter_map(|item| view.card(*item)).cloned().collect(),
    })
    .await?;
    Ok(Json(acted))
}

fn nothing(is_undo: bool) -> Refusal {
    let (code, title) = if is_undo {
        ("nothing_to_undo", "There is nothing of yours to undo here")
    } else {
        ("nothing_to_redo", "There is nothing of yours to do again here")
    };
    Refusal::new(Kind::Conflict, code, title).next_step("Change it by hand.")
}

fn no_longer_on_hold() -> Refusal {
    Refusal::new(Kind::Conflict, "not_on_hold", "This board is no longer on hold")
        .detail("What was discarded would be written at once.")
        .next_step("Set the board to hold, then undo.")
}

fn changed_since(is_undo: bool, title: Option<String>) -> Refusal {
    let title = title.map_or_else(|| "The card".to_owned(), |title| format!("“{title}”"));
    let (code, says) = if is_undo {
        ("cannot_undo", "Cannot undo")
    } else {
        ("cannot_redo", "Cannot do it again")
    };
    Refusal::new(Kind::Conflict, code, says)
        .detail(format!("{title} was changed since, or is gone."))
        .next_step("Look at it as it is now, and change it by hand.")
}
