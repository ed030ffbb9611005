//! Work items with their cards, as a board in memory reads them: whole once, then what has changed.

use std::collections::BTreeSet;

use lockstep_sync::edit::Edit;
use uuid::Uuid;

use super::edits::EditRow;
use super::work_items::id_list;
use super::{Store, StoreError};
use crate::ids::{BoardId, CompanyId, ConnectionId, ItemId};
use crate::{db, sql};

sql! {
    OF_BOARD = {
        sqlite: "select w.item_id, w.work_item_id, w.presence, w.rev, w.fields, w.relations, w.change_number as item_change,
                c.rank, c.placed_team, c.placed_column, c.change_number as card_change, c.left_us
            from cards c join work_items w on w.item_id = c.item_id
            where c.company_id = $1 and c.board_id = $2 and c.left_us is null",
        postgres: "select w.item_id, w.work_item_id, w.presence, w.rev, w.fields::text as fields, w.relations::text as relations,
                w.change_number as item_change, c.rank, c.placed_team, c.placed_column, c.change_number as card_change, c.left_us
            from cards c join work_items w on w.item_id = c.item_id
            where c.company_id = $1 and c.board_id = $2 and c.left_us is null"
    };
    CHANGED = {
        sqlite: "select w.item_id, w.work_item_id, w.presence, w.rev, w.fields, w.relations, w.change_number as item_change,
                c.rank, c.placed_team, c.placed_column, c.change_number as card_change, c.left_us
            from cards c join work_items w on w.item_id = c.item_id
            where c.company_id = $1 and c.board_id = $2 and c.item_id in (
                select item_id from cards where board_id = $2 and change_number > $4
                union select item_id from work_items where connection_id = $3 and change_number > $4)",
        postgres: "select w.item_id, w.work_item_id, w.presence, w.rev, w.fields::text as fields, w.relations::text as relations,
                w.change_number as item_change, c.rank, c.placed_team, c.placed_column, c.change_number as card_change, c.left_us
            from cards c join work_items w on w.item_id = c.item_id
            where c.company_id = $1 and c.board_id = $2 and c.item_id in (
                select item_id from cards where board_id = $2 and change_number > $4
                union select item_id from work_items where connection_id = $3 and change_number > $4)"
    };
    UNSETTLED_OF_BOARD = "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
        from edits where company_id = $1 and state <> 'settled'
        and item_id in (select item_id from cards where board_id = $2 and left_us is null) order by change_number, position";
    UNSETTLED_CHANGED = "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
        from edits where company_id = $1 and state <> 'settled' and item_id in (
            select item_id from cards where board_id = $2 and change_number > $4
            union select item_id from work_items where connection_id = $3 and change_number > $4)
        order by change_number, position";
    UNSETTLED_OF_ITEMS = {
        sqlite: "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
            from edits where company_id = $1 and state <> 'settled' and item_id in (select unhex(value) from json_each($2))
            order by change_number, position",
        postgres: "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
            from edits where company_id = $1 and state <> 'settled'
            and item_id in (select value::uuid from jsonb_array_elements_text($2)) order by change_number, position"
    };
    TITLES = {
        sqlite: "select work_item_id, json_extract(fields, '$.\"System.Title\"') from work_items
            where company_id = $1 and connection_id = $2 and work_item_id in (select value from json_each($3))",
        postgres: "select work_item_id, fields ->> 'System.Title' from work_items
            where company_id = $1 and connection_id = $2
            and work_item_id in (select value::bigint from jsonb_array_elements_text($3))"
    };
    N_DRAFTS = {
        sqlite: "select board_id, count(*) from edits
            where company_id = $1 and is_draft = 1 and state <> 'settled' and board_id is not null group by board_id",
        postgres: "select board_id, count(*) from edits
            where company_id = $1 and is_draft and state <> 'settled' and board_id is not null group by board_id"
    };
}

/// A work item with its card.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct BoardItemRow {
    /// The item.
    pub item_id: Uuid,
    /// Azure DevOps' number; `None` until it is created.
    pub work_item_id: Option<i64>,
    /// `unborn`, `present`, `deleted` or `out_of_sight`.
    pub presence: String,
    /// Revision last read.
    pub rev: Option<i64>,
    /// Field values as JSON, not read yet.
    pub fields: Option<String>,
    /// Links as JSON, not read yet.
    pub relations: Option<String>,
    /// Change number of the work item.
    pub item_change: i64,
    /// Order inside a cell.
    pub rank: String,
    /// The team's row that somebody put it in.
    pub placed_team: Option<String>,
    /// The column that somebody put it in.
    pub placed_column: Option<String>,
    /// Change number of the card.
    pub card_change: i64,
    /// When it left the board.
    pub left_us: Option<i64>,
}

impl BoardItemRow {
    /// Change number of whichever changed last.
    pub fn change(&self) -> i64 {
        self.item_change.max(self.card_change)
    }
}

impl Store {
    /// Every work item on a board.
    pub async fn board_items(&self, company: CompanyId, board: BoardId) -> Result<Vec<BoardItemRow>, StoreError> {
        db!(self, |c, dialect| sqlx::query_as::<_, BoardItemRow>(
            OF_BOARD.on(dialect)
        )
        .bind(company.0)
        .bind(board.0)
        .fetch_all(c))
    }

    /// Work items of a board that changed, or whose cards did, after a change number; those that left included.
    pub async fn board_items_changed_after(
        &self,
        company: CompanyId,
        board: BoardId,
        connection: ConnectionId,
        after: i64,
    ) -> Result<Vec<BoardItemRow>, StoreError> {
        db!(self, |c, dialect| sqlx::query_as::<_, BoardItemRow>(
            CHANGED.on(dialect)
        )
        .bind(company.0)
        .bind(board.0)
        .bind(connection.0)
        .bind(after)
        .fetch_all(c))
    }

    /// The unsettled edits of a board's work items, in order.
    pub async fn unsettled_of_board(
        &self,
        company: CompanyId,
        board: BoardId,
    ) -> Result<Vec<(ItemId, Edit)>, StoreError> {
        let rows = db!(self, |c| sqlx::query_as::<_, EditRow>(UNSETTLED_OF_BOARD)
            .bind(company.0)
            .bind(board.0)
            .fetch_all(c))?;
        Ok(on_board(rows, board))
    }

    /// The unsettled edits of what [`Self::board_items_changed_after`] gives, in order.
    pub async fn unsettled_changed_after(
        &self,
        company: CompanyId,
        board: BoardId,
        connection: ConnectionId,
        after: i64,
    ) -> Result<Vec<(ItemId, Edit)>, StoreError> {
        let rows = db!(self, |c| sqlx::query_as::<_, EditRow>(UNSETTLED_CHANGED)
            .bind(company.0)
            .bind(board.0)
            .bind(connection.0)
            .bind(after)
            .fetch_all(c))?;
        Ok(on_board(rows, board))
    }

    /// The unsettled edits of these items as the board shows them, in order.
    pub async fn unsettled_of_items(
        &self,
        company: CompanyId,
        board: BoardId,
        items: &BTreeSet<ItemId>,
    ) -> Result<Vec<(ItemId, Edit)>, StoreError> {
        let list = id_list(items.iter().map(|item| item.0));
        let rows = db!(self, |c, dialect| sqlx::query_as::<_, EditRow>(
            UNSETTLED_OF_ITEMS.on(dialect)
        )
        .bind(company.0)
        .bind(&list)
        .fetch_all(c))?;
        Ok(on_board(rows, board))
    }

    /// Titles of work items of a connection that are known, by number.
    pub async fn titles(
        &self,
        company: CompanyId,
        connection: ConnectionId,
        numbers: &[i64],
    ) -> Result<Vec<(i64, Option<String>)>, StoreError> {
        db!(self, |c, dialect| sqlx::query_as(TITLES.on(dialect))
            .bind(company.0)
            .bind(connection.0)
            .bind(sqlx::types::Json(numbers))
            .fetch_all(c))
    }

    /// How many edits wait to be published on each of the company's boards.
    pub async fn n_drafts(&self, company: CompanyId) -> Result<Vec<(BoardId, i64)>, StoreError> {
        let rows: Vec<(Uuid, i64)> = db!(self, |c, dialect| sqlx::query_as(N_DRAFTS.on(dialect))
            .bind(company.0)
            .fetch_all(c))?;
        Ok(rows.into_iter().map(|(board, n)| (BoardId(board), n)).collect())
    }
}

/// What waits to be published on another board is that board's plan alone.
fn on_board(rows: Vec<EditRow>, board: BoardId) -> Vec<(ItemId, Edit)> {
    rows.into_iter()
        .filter(|row| !row.is_draft || row.board_id == Some(board.0))
        .filter_map(|row| Some((ItemId(row.item_id), row.unsettled()?)))
        .collect()
}
