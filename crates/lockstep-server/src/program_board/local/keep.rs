//! Keeps what was done on a local board: each act takes its effect in the transaction that keeps it.

use std::collections::BTreeMap;

use azdo::{Relation, Rev};
use lockstep_sync::edit::Act;
use lockstep_sync::item::{Presence, Remote};
use sqlx::types::Json;
use uuid::Uuid;

use super::apply::{LocalItem, named, with_numbers};
use crate::access::Member;
use crate::action_items::acting::part_id;
use crate::error::{ApiError, Kind, Refusal};
use crate::ids::ItemId;
use crate::program_board::act_plan::Step;
use crate::store::Tx;
use crate::store::boards::BoardRow;
use crate::store::cards::NewCard;
use crate::store::edits::NewEdit;
use crate::store::local_boards::LocalItemRow;
use crate::store::work_items::WorkItemRow;

/// Keeps the steps, under one change number, which is the answer.
pub async fn keep(
    tx: &mut Tx,
    member: &Member,
    board: &BoardRow,
    steps: &[Step],
    request: Uuid,
    now_us: i64,
) -> Result<i64, ApiError> {
    let company = member.company;
    let now = tx.board(company, board.board()).await?.ok_or(ApiError::NotFound)?;
    if now.connection_id != board.connection_id {
        return Err(connected_meanwhile().into());
    }
    let change = tx.announce_board(company, board.board()).await?;
    let mut keeper = Keeper {
        tx,
        member,
        board,
        request,
        change,
        now_us,
        n_kept: 0,
    };
    for step in steps {
        match step {
            Step::Edit { item, act } => keeper.apply(*item, act.clone()).await?,
            Step::Born { item, act, rank } => keeper.born(*item, act.clone(), rank).await?,
            // Nothing is left alone elsewhere: a card that goes is gone, until it is taken back.
            Step::Unborn { item } | Step::Off { item } => keeper.apply(*item, Act::Delete).await?,
            Step::Back { item } => keeper.apply(*item, Act::Restore).await?,
            // There are no drafts here.
            Step::Redraft { .. } => {}
            Step::Place { item, cell } => {
                let cell = cell.as_ref().map(|(team, column)| (team.as_str(), column.as_str()));
                keeper
                    .tx
                    .place_card(company, board.board(), *item, cell, change)
                    .await?;
            }
            Step::Rank { item, rank } => {
                keeper.tx.rank_card(company, board.board(), *item, rank, change).await?;
            }
        }
    }
    Ok(change)
}

fn connected_meanwhile() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "board_connected",
        "This board was just connected to Azure DevOps",
    )
    .detail("What you did was not kept.")
    .next_step("Look at the board as it is now, and do it again.")
}

struct Keeper<'a> {
    tx: &'a mut Tx,
    member: &'a Member,
    board: &'a BoardRow,
    request: Uuid,
    change: i64,
    now_us: i64,
    n_kept: usize,
}

impl Keeper<'_> {
    async fn apply(&mut self, item: ItemId, act: Act) -> Result<(), ApiError> {
        let act = self.with_numbers(act).await?;
        let row = self.tx.work_item(self.member.company, item).await?;
        let mut held = row.and_then(local_item).ok_or(ApiError::NotFound)?;
        held.apply(&act);
        self.put(item, held, act).await
    }

    async fn born(&mut self, item: ItemId, act: Act, rank: &str) -> Result<(), ApiError> {
        let company = self.member.company;
        let card = NewCard {
            item,
            rank: rank.to_owned(),
        };
        if self.tx.work_item(company, item).await?.is_some() {
            // Done again after it was taken back: it comes back as it was.
            return self.apply(item, Act::Restore).await;
        }
        let act = self.with_numbers(act).await?;
        let number = self.tx.next_local_number(company, self.board.connection()).await?;
        let Some(held) = LocalItem::born(number, &act) else {
            return Ok(());
        };
        self.put(item, held, act).await?;
        self.tx
            .insert_cards(company, self.board.board(), &[card], self.now_us, self.change)
            .await?;
        Ok(())
    }

    async fn with_numbers(&mut self, act: Act) -> Result<Act, ApiError> {
        let mut numbers = BTreeMap::new();
        for item in named(&act) {
            let row = self.tx.work_item(self.member.company, item).await?;
            if let Some(number) = row.and_then(|row| row.work_item_id) {
                numbers.insert(item, number);
            }
        }
        Ok(with_numbers(act, &numbers))
    }

    async fn put(&mut self, item: ItemId, held: LocalItem, act: Act) -> Result<(), ApiError> {
        let (company, connection) = (self.member.company, self.board.connection());
        let row = LocalItemRow {
            item,
            number: held.number,
            presence: held.presence,
            rev: held.remote.rev.0,
            fields: held.remote.fields,
            relations: held.remote.relations,
        };
        self.tx
            .put_local_item(company, connection, &row, self.change, self.now_us)
            .await?;
        let edit = NewEdit {
            id: part_id(self.request, &self.n_kept.to_string()),
            author: self.member.id,
            at_us: self.now_us,
            act,
            board: Some(self.board.board()),
            is_draft: false,
        };
        self.n_kept += 1;
        self.tx
            .insert_settled_edit(company, connection, item, self.change, &edit)
            .await?;
        Ok(())
    }
}

/// A local item as it is stored; `None` of what is none.
pub fn local_item(row: WorkItemRow) -> Option<LocalItem> {
    let presence = row.presence();
    let number = row.work_item_id?;
    let (Json(fields), Json::<Vec<Relation>>(relations)) = (row.fields?, row.relations?);
    (presence != Presence::Unborn).then(|| LocalItem {
        number,
        presence,
        remote: Remote::of(Rev(row.rev.unwrap_or(1)), fields, relations),
    })
}
