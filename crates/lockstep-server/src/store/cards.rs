//! Cards: work items as boards show them, with the little that is Lockstep's own about them.

use std::collections::BTreeSet;

use serde_json::json;
use sqlx::types::Json;
use uuid::Uuid;

use super::work_items::id_list;
use super::{Store, StoreError, Tx};
use crate::ids::{BoardId, CompanyId, ItemId};
use crate::live::{ChangeNotice, Noun};
use crate::{db, run, sql, tx};

sql! {
    // A card that comes back keeps its place; its rank, too. One that a person took off comes back by a person alone.
    INSERT = {
        sqlite: "insert into cards (board_id, item_id, company_id, rank, entered_us, change_number)
            select $2, unhex(value ->> 'item'), $1, value ->> 'rank', $4, $5 from json_each($3) where true
            on conflict (board_id, item_id) do update set left_us = null, left_why = null,
                entered_us = excluded.entered_us, change_number = excluded.change_number
                where cards.left_us is not null and cards.left_why <> 'taken_off'",
        postgres: "insert into cards (board_id, item_id, company_id, rank, entered_us, change_number)
            select $2, (value ->> 'item')::uuid, $1, value ->> 'rank', $4, $5 from jsonb_array_elements($3)
            on conflict (board_id, item_id) do update set left_us = null, left_why = null,
                entered_us = excluded.entered_us, change_number = excluded.change_number
                where cards.left_us is not null and cards.left_why <> 'taken_off'"
    };
    PUT_BACK = "update cards set left_us = null, left_why = null, entered_us = $4, change_number = $5
        where company_id = $1 and board_id = $2 and item_id = $3 and left_why = 'taken_off'";
    LEAVE = {
        sqlite: "update cards set left_us = $4, left_why = $5, change_number = $6
            where company_id = $1 and board_id = $2 and left_us is null and item_id in (select unhex(value) from json_each($3))",
        postgres: "update cards set left_us = $4, left_why = $5, change_number = $6
            where company_id = $1 and board_id = $2 and left_us is null
            and item_id in (select value::uuid from jsonb_array_elements_text($3))"
    };
    PLACE = "update cards set placed_team = $4, placed_column = $5, change_number = $6
        where company_id = $1 and board_id = $2 and item_id = $3";
    RANK = "update cards set rank = $4, change_number = $5 where company_id = $1 and board_id = $2 and item_id = $3";
    LAST_RANK = {
        sqlite: "select max(rank) from cards where company_id = $1 and board_id = $2",
        postgres: "select max(rank collate \"C\") from cards where company_id = $1 and board_id = $2"
    };
    OF_BOARD = "select board_id, item_id, rank, placed_team, placed_column, entered_us, left_us, left_why, change_number
        from cards where company_id = $1 and board_id = $2 and left_us is null";
    CHANGED = "select board_id, item_id, rank, placed_team, placed_column, entered_us, left_us, left_why, change_number
        from cards where company_id = $1 and board_id = $2 and change_number > $3";
    LEFT_SINCE = {
        sqlite: "select c.item_id, w.work_item_id, w.presence, json_extract(w.fields, '$.\"System.Title\"') as title,
                json_extract(w.fields, '$.\"System.WorkItemType\"') as work_item_type, c.left_us, c.left_why
            from cards c join work_items w on w.item_id = c.item_id
            where c.company_id = $1 and c.board_id = $2 and c.left_us >= $3 order by c.left_us desc, c.item_id limit $4",
        postgres: "select c.item_id, w.work_item_id, w.presence, w.fields ->> 'System.Title' as title,
                w.fields ->> 'System.WorkItemType' as work_item_type, c.left_us, c.left_why
            from cards c join work_items w on w.item_id = c.item_id
            where c.company_id = $1 and c.board_id = $2 and c.left_us >= $3 order by c.left_us desc, c.item_id limit $4"
    };
    OF_ITEMS = {
        sqlite: "select c.board_id, c.item_id from cards c join boards b on b.id = c.board_id
            where c.company_id = $1 and c.left_us is null and b.deleted_us is null
            and c.item_id in (select unhex(value) from json_each($2))",
        postgres: "select c.board_id, c.item_id from cards c join boards b on b.id = c.board_id
            where c.company_id = $1 and c.left_us is null and b.deleted_us is null
            and c.item_id in (select value::uuid from jsonb_array_elements_text($2))"
    };
    N_OF_BOARDS = "select board_id, count(*) from cards where company_id = $1 and left_us is null group by board_id";
}

/// A card as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CardRow {
    /// The board.
    pub board_id: Uuid,
    /// The item.
    pub item_id: Uuid,
    /// Order inside a cell: a fractional index.
    pub rank: String,
    /// The team's row that somebody put it in.
    pub placed_team: Option<String>,
    /// The column that somebody put it in.
    pub placed_column: Option<String>,
    /// When it came onto the board, microseconds UTC.
    pub entered_us: i64,
    /// When it left the board, microseconds UTC.
    pub left_us: Option<i64>,
    /// Why it left.
    pub left_why: Option<String>,
    /// The company's change number of its last change.
    pub change_number: i64,
}

/// Why a card left: somebody took it off the board, and left the work item alone.
pub const TAKEN_OFF: &str = "taken_off";

/// A card that left a board.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct LeftRow {
    /// The item.
    pub item_id: Uuid,
    /// Azure DevOps' number.
    pub work_item_id: Option<i64>,
    /// `unborn`, `present`, `deleted` or `out_of_sight`.
    pub presence: String,
    /// Title, as last read.
    pub title: Option<String>,
    /// Work item type, as last read.
    pub work_item_type: Option<String>,
    /// When it left, microseconds UTC.
    pub left_us: i64,
    /// Why it left.
    pub left_why: Option<String>,
}

/// A card to put on a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCard {
    /// The item; its work item row is there already.
    pub item: ItemId,
    /// Order inside a cell.
    pub rank: String,
}

impl Store {
    /// Which of these items are on which boards.
    pub async fn boards_of_items(
        &self,
        company: CompanyId,
        items: impl IntoIterator<Item = ItemId>,
    ) -> Result<Vec<(BoardId, ItemId)>, StoreError> {
        let list = id_list(items.into_iter().map(|item| item.0));
        if list.0.is_empty() {
            return Ok(Vec::new());
        }
        let rows = db!(self, |c, dialect| sqlx::query_as(OF_ITEMS.on(dialect))
            .bind(company.0)
            .bind(&list)
            .fetch_all(c))?;
        Ok(board_and_item(rows))
    }

    /// The cards on a board.
    pub async fn cards(&self, company: CompanyId, board: BoardId) -> Result<Vec<CardRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, CardRow>(OF_BOARD)
            .bind(company.0)
            .bind(board.0)
            .fetch_all(c))
    }

    /// The cards of a board that changed after a change number, those that left included.
    pub async fn cards_changed_after(
        &self,
        company: CompanyId,
        board: BoardId,
        after: i64,
    ) -> Result<Vec<CardRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, CardRow>(CHANGED)
            .bind(company.0)
            .bind(board.0)
            .bind(after)
            .fetch_all(c))
    }

    /// The cards that left a board since a moment, the latest first, at most `n_max`.
    pub async fn cards_left_since(
        &self,
        company: CompanyId,
        board: BoardId,
        since_us: i64,
        n_max: i64,
    ) -> Result<Vec<LeftRow>, StoreError> {
        db!(self, |c, dialect| sqlx::query_as::<_, LeftRow>(LEFT_SINCE.on(dialect))
            .bind(company.0)
            .bind(board.0)
            .bind(since_us)
            .bind(n_max)
            .fetch_all(c))
    }

    /// How many cards are on each of the company's boards.
    pub async fn n_cards(&self, company: CompanyId) -> Result<Vec<(BoardId, i64)>, StoreError> {
        let rows: Vec<(Uuid, i64)> = db!(self, |c| sqlx::query_as(N_OF_BOARDS).bind(company.0).fetch_all(c))?;
        Ok(rows.into_iter().map(|(board, n)| (BoardId(board), n)).collect())
    }
}

impl Tx {
    /// Puts cards on a board; one that left comes back as it was. Returns how many came.
    pub async fn insert_cards(
        &mut self,
        company: CompanyId,
        board: BoardId,
        cards: &[NewCard],
        now_us: i64,
        change: i64,
    ) -> Result<u64, StoreError> {
        let list: Vec<_> = cards
            .iter()
            .map(|card| json!({"item": card.item.0.simple().to_string(), "rank": card.rank}))
            .collect();
        run!(self, |dialect| sqlx::query(INSERT.on(dialect))
            .bind(company.0)
            .bind(board.0)
            .bind(Json(&list))
            .bind(now_us)
            .bind(change))
    }

    /// Takes cards off a board; they stay listed. Returns how many went.
    pub async fn leave_board(
        &mut self,
        company: CompanyId,
        board: BoardId,
        items: &BTreeSet<ItemId>,
        why: &str,
        now_us: i64,
        change: i64,
    ) -> Result<u64, StoreError> {
        let list = id_list(items.iter().map(|item| item.0));
        run!(self, |dialect| sqlx::query(LEAVE.on(dialect))
            .bind(company.0)
            .bind(board.0)
            .bind(&list)
            .bind(now_us)
            .bind(why)
            .bind(change))
    }

    /// Puts a card back that a person took off the board; any other stays as it is.
    pub async fn put_back(
        &mut self,
        company: CompanyId,
        board: BoardId,
        item: ItemId,
        now_us: i64,
        change: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(PUT_BACK)
                .bind(company.0)
                .bind(board.0)
                .bind(item.0)
                .bind(now_us)
                .bind(change)
        )?;
        Ok(())
    }

    /// Puts a feature into a cell, by the numbers of the set-up; nothing of it is written to Azure DevOps.
    pub async fn place_card(
        &mut self,
        company: CompanyId,
        board: BoardId,
        item: ItemId,
        cell: Option<(&str, &str)>,
        change: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(PLACE)
                .bind(company.0)
                .bind(board.0)
                .bind(item.0)
                .bind(cell.map(|(team, _)| team))
                .bind(cell.map(|(_, column)| column))
                .bind(change)
        )?;
        Ok(())
    }

    /// Gives a card another rank.
    pub async fn rank_card(
        &mut self,
        company: CompanyId,
        board: BoardId,
        item: ItemId,
        rank: &str,
        change: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(RANK)
                .bind(company.0)
                .bind(board.0)
                .bind(item.0)
                .bind(rank)
                .bind(change)
        )?;
        Ok(())
    }

    /// Announces the boards that show these items: one notice a board and transaction. Returns its number, the last of
    /// several, if they are on any board.
    pub async fn announce_cards(
        &mut self,
        company: CompanyId,
        items: impl IntoIterator<Item = ItemId>,
    ) -> Result<Option<i64>, StoreError> {
        let boards: BTreeSet<BoardId> = self
            .boards_of_items(company, items)
            .await?
            .into_iter()
            .map(|(board, _)| board)
            .collect();
        let mut last = None;
        for board in boards {
            last = Some(self.announce_board(company, board).await?);
        }
        Ok(last)
    }

    /// Announces that cards of a board have changed, unless this transaction has already. Returns the notice's number.
    pub async fn announce_board(&mut self, company: CompanyId, board: BoardId) -> Result<i64, StoreError> {
        let is_it = |notice: &&ChangeNotice| notice.noun == Noun::Card && notice.id == board.0;
        if let Some(told) = self.numbered.iter().find(is_it) {
            return Ok(told.change);
        }
        self.number_change(company, Noun::Card, board.0).await
    }

    /// The last rank of a board, if it has cards.
    pub async fn last_rank(&mut self, company: CompanyId, board: BoardId) -> Result<Option<String>, StoreError> {
        tx!(self, |c, dialect| sqlx::query_scalar(LAST_RANK.on(dialect))
            .bind(company.0)
            .bind(board.0)
            .fetch_one(c))
    }

    /// As [`Store::boards_of_items`], with what this transaction wrote.
    pub async fn boards_of_items(
        &mut self,
        company: CompanyId,
        items: impl IntoIterator<Item = ItemId>,
    ) -> Result<Vec<(BoardId, ItemId)>, StoreError> {
        let list = id_list(items.into_iter().map(|item| item.0));
        if list.0.is_empty() {
            return Ok(Vec::new());
        }
        let rows = tx!(self, |c, dialect| sqlx::query_as(OF_ITEMS.on(dialect))
            .bind(company.0)
            .bind(&list)
            .fetch_all(c))?;
        Ok(board_and_item(rows))
    }
}

fn board_and_item(rows: Vec<(Uuid, Uuid)>) -> Vec<(BoardId, ItemId)> {
    rows.into_iter()
        .map(|(board, item)| (BoardId(board), ItemId(item)))
        .collect()
}
