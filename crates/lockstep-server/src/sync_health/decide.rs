//! Deciding about an edit: its author, a board admin or a company admin says what becomes of it.
//!
//! A decision is an edit of its own; the engine carries it out. A choice between two values carries the value that was shown:
//! where that has moved since, it is asked again.

use lockstep_sync::edit::{Act, Choice, Edit, Hold};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::Member;
use crate::action_items::acting::{Acting, Begun, part_id};
use crate::action_items::load::Company;
use crate::action_items::mapping::{FieldNames, ItemNames};
use crate::action_items::shapes::DecideAct;
use crate::action_items::{life, open_edits};
use crate::app::App;
use crate::error::{ApiError, Kind, Refusal};
use crate::ids::{BoardId, EditId, ItemId};
use crate::live::Noun;
use crate::program_board::field_words::FieldWords;
use crate::program_board::summary;
use crate::store::edits::{EditRow, NewEdit};

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// The browser's own number; a repeated request is one decision.
    id: Uuid,
    /// What becomes of the edit.
    choice: DecideAct,
    /// Their value as it was shown.
    #[serde(default)]
    seen: Option<String>,
}

/// Appends the decision about an edit.
pub async fn decide(app: &App, member: &Member, edit: EditId, input: &Decide) -> Result<(), ApiError> {
    let row = app.store.edit(member.company, edit).await?.ok_or(ApiError::NotFound)?;
    let company = Company::read(app, member.company).await?;
    let decision = part_id(input.id, "decide");
    if app.store.edit(member.company, decision).await?.is_some() {
        return Ok(());
    }
    if app
        .store
        .action_item(member.company, ItemId(row.item_id))
        .await?
        .is_none()
    {
        return on_board(app, member, &row, decision, input).await;
    }
    let mut acting = match Acting::begin(app, member, ItemId(row.item_id), input.id).await? {
        Begun::ToDo(acting) => acting,
        Begun::Done => return Ok(()),
    };
    let pair = acting.stored.pair.clone().ok_or(ApiError::NotFound)?;
    let target = open_edits::shown(&pair.item)
        .find(|open| open.id == edit)
        .cloned()
        .ok_or_else(settled)?;
    if !open_edits::may_decide(member, &target) {
        return Err(ApiError::Forbidden);
    }
    if !open_edits::acts(&pair.item, &target, acting.now_us()).contains(&input.choice) {
        return Err(moved_on().into());
    }
    let choice = choice(&target, input, &ItemNames)?;
    let mut kept = acting.stored.row.clone();
    if choice == Choice::GiveUp && matches!(target.act, Act::Create { .. }) {
        // Without the work item its other edits lead nowhere: their values stay with the row.
        let others: Vec<Edit> = life::undecided(&pair.item)
            .into_iter()
            .filter(|open| open.id != edit)
            .collect();
        kept = acting
            .stored
            .row_as_shown(company.people(Some(pair.connection)), &company.types);
        acting.give_up(&others);
    }
    acting.add("decide", Act::Decide { edit, choice });
    acting.keep(app, &kept, Some(pair.connection)).await
}

/// The same for a card, whose values were shown in its board's words.
async fn on_board(app: &App, member: &Member, row: &EditRow, decision: EditId, input: &Decide) -> Result<(), ApiError> {
    let (company, item) = (member.company, ItemId(row.item_id));
    let board = BoardId(row.board_id.ok_or(ApiError::NotFound)?);
    let mut tx = app.store.begin().await?;
    let stored = tx.item(company, item).await?.ok_or(ApiError::NotFound)?;
    let target = open_edits::shown(&stored)
        .find(|open| open.id.0 == row.id)
        .cloned()
        .ok_or_else(settled)?;
    if !open_edits::may_decide(member, &target) {
        return Err(ApiError::Forbidden);
    }
    let now_us = app.now_us();
    if !open_edits::acts(&stored, &target, now_us).contains(&input.choice) {
        return Err(moved_on().into());
    }
    let (choice, connection) = summary::look(app, member, board, |view, _rights| {
        let choice = choice(&target, input, &FieldWords::of(view))?;
        Ok::<_, Refusal>((choice, view.row.connection()))
    })
    .await??;
    let decided = NewEdit {
        id: decision,
        author: member.id,
        at_us: now_us,
        act: Act::Decide {
            edit: target.id,
            choice,
        },
        board: Some(board),
        is_draft: false,
    };
    let change = match tx.announce_cards(company, [item]).await? {
        Some(change) => change,
        None => tx.number_change(company, Noun::Sync, item.0).await?,
    };
    tx.append_edits(company, connection, item, change, &[decided]).await?;
    tx.commit().await?;
    app.wake.ring(connection);
    Ok(())
}

fn choice(target: &Edit, input: &Decide, names: &dyn FieldNames) -> Result<Choice, Refusal> {
    Ok(match input.choice {
        DecideAct::Retry => Choice::Retry,
        DecideAct::GiveUp => Choice::GiveUp,
        DecideAct::SearchAgain => Choice::SearchAgain,
        DecideAct::CreateAnyway => Choice::CreateAnyway,
        DecideAct::Ours | DecideAct::Theirs => {
            let (Some(Hold::Conflict { theirs, .. }), Some(field)) = (target.hold(), target.field()) else {
                return Err(moved_on());
            };
            if names.shown(field, theirs) != input.seen.clone().filter(|seen| !seen.is_empty()) {
                return Err(moved_on());
            }
            let seen = theirs.clone();
            if input.choice == DecideAct::Ours {
                Choice::Ours { seen }
            } else {
                Choice::Theirs { seen }
            }
        }
    })
}

fn settled() -> Refusal {
    Refusal::new(Kind::Conflict, "already_settled", "This edit is settled")
        .detail("Somebody decided about it, or it was written meanwhile.")
        .next_step("Look at the item as it is now.")
}

fn moved_on() -> Refusal {
    Refusal::new(Kind::Conflict, "moved_on", "This has changed since it was shown")
        .detail("The edit, or the value in Azure DevOps, is not what it was.")
        .next_step("Look at both values as they are now, then choose again.")
}
