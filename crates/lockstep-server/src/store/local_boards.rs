//! What local boards keep: items whose truth is here, edits that are settled as they are kept, and the one step by which such a
//! board is connected.
//!
//! A local item is a row like any other: its number, its fields and its links are what Azure DevOps would have said. So
//! everything that reads boards reads these too.

use azdo::{Fields, Relation};
use lockstep_sync::edit::{Act, Ending};
use lockstep_sync::item::Presence;
use sqlx::types::Json;
use uuid::Uuid;

use super::boards::{BoardRow, ImportDetail};
use super::edits::{EditRow, NewEdit};
use super::work_items::{WorkItemRow, presence_text};
use super::{StoreError, Tx};
use crate::ids::{BoardId, CompanyId, ConnectionId, ItemId};
use crate::{run, sql, tx};

sql! {
    INSERT_CONNECTION = "insert into connections (id, company_id, label, server_url, organization, instance_id, flavor, versions,
            is_enabled, without_own_token, notes_on_behalf_create, notes_on_behalf_update, allows_plain_http, projects,
            health_state, health_since_us, created_us, is_local)
        values ($1, $2, '', '', '', $3, 'local', $4, $5, 'hold', $5, $5, $5, $6, 'new', $7, $7, $8)";
    LAST_NUMBER = "select max(work_item_id) from work_items where company_id = $1 and connection_id = $2";
    PUT = "insert into work_items (item_id, company_id, connection_id, work_item_id, presence, rev, fields, relations, change_number, changed_us)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (item_id) do update set presence = excluded.presence, rev = excluded.rev, fields = excluded.fields,
            relations = excluded.relations, change_number = excluded.change_number, changed_us = excluded.changed_us
            where work_items.company_id = excluded.company_id and work_items.connection_id = excluded.connection_id";
    INSERT_SETTLED = "insert into edits (id, company_id, connection_id, item_id, change_number, position, author, at_us, act, state, ending, settled_us, board_id)
        values ($1, $2, $3, $4, $5,
            (select count(*) from edits where company_id = $2 and item_id = $4 and change_number = $5), $6, $7, $8, 'settled', $9, $7, $10)
        on conflict (id) do nothing";
    ITEMS = "select w.item_id, w.connection_id, w.work_item_id, w.presence, w.rev, w.fields, w.relations, w.change_number, w.changed_us
        from cards c join work_items w on w.item_id = c.item_id
        where c.company_id = $1 and c.board_id = $2 and c.left_us is null order by w.work_item_id";
    EDITS = "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
        from edits where company_id = $1 and item_id in (select item_id from cards where board_id = $2 and left_us is null)
        order by change_number, position";
    MOVE_ITEM = "update work_items set connection_id = $3, work_item_id = null, presence = 'unborn', rev = null, fields = null,
            relations = null, change_number = $4 where company_id = $1 and item_id = $2";
    // What was removed stays behind with the connection that led nowhere.
    FORGET_CARDS = "delete from cards where company_id = $1 and board_id = $2
        and item_id in (select item_id from work_items where company_id = $1 and connection_id = $3)";
    MOVE_EDIT = "update edits set connection_id = $3, act = $4 where company_id = $1 and id = $2";
    OPEN_EDIT = "update edits set connection_id = $3, act = $4, state = 'waiting', ending = null, settled_us = null, is_draft = $5
        where company_id = $1 and id = $2";
    MOVE_BOARD = "update boards set connection_id = $3, set_up = $4, write_mode = $5, import_state = $6, import_detail = $7,
            scope_read_us = null, change_number = $8
        where company_id = $1 and id = $2 and deleted_us is null";
    FORGET_ACTS = "delete from board_acts where company_id = $1 and board_id = $2";
}

/// A local item as it is to be kept.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalItemRow {
    /// Which item.
    pub item: ItemId,
    /// Its number on its board.
    pub number: i64,
    /// Whether it is there.
    pub presence: Presence,
    /// How often it was changed.
    pub rev: i64,
    /// Field values.
    pub fields: Fields,
    /// Links.
    pub relations: Vec<Relation>,
}

/// An edit of a local board as it goes on at a connection.
#[derive(Debug, Clone, PartialEq)]
pub struct MovedEdit {
    /// Its number.
    pub id: Uuid,
    /// The item it is about.
    pub item: ItemId,
    /// What it says in the connection's numbers.
    pub act: Act,
    /// Whether it waits to be published from now on, or stays settled.
    pub is_draft: bool,
}

impl Tx {
    /// Adds the connection of a local board: it leads nowhere.
    pub async fn insert_local_connection(
        &mut self,
        company: CompanyId,
        id: ConnectionId,
        now_us: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT_CONNECTION)
                .bind(id.0)
                .bind(company.0)
                .bind(format!("local:{}", id.0))
                // Never read: nothing is spoken.
                .bind(Json(serde_json::json!({})))
                .bind(false)
                .bind(Json(Vec::<String>::new()))
                .bind(now_us)
                .bind(true)
        )?;
        Ok(())
    }

    /// The number that the next item of a local board gets.
    pub async fn next_local_number(&mut self, company: CompanyId, connection: ConnectionId) -> Result<i64, StoreError> {
        let last: Option<i64> = tx!(self, |c| sqlx::query_scalar(LAST_NUMBER)
            .bind(company.0)
            .bind(connection.0)
            .fetch_one(c))?;
        Ok(last.unwrap_or(0) + 1)
    }

    /// Keeps a local item as it is now.
    pub async fn put_local_item(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        row: &LocalItemRow,
        change: i64,
        now_us: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(PUT)
                .bind(row.item.0)
                .bind(company.0)
                .bind(connection.0)
                .bind(row.number)
                .bind(presence_text(row.presence))
                .bind(row.rev)
                .bind(Json(&row.fields))
                .bind(Json(&row.relations))
                .bind(change)
                .bind(now_us)
        )?;
        Ok(())
    }

    /// Keeps an edit that has taken its effect already; one whose id is there stays as it is.
    pub async fn insert_settled_edit(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        item: ItemId,
        change: i64,
        edit: &NewEdit,
    ) -> Result<(), StoreError> {
        let ending = Ending::Applied {
            rev: None,
            attempt: None,
        };
        run!(
            self,
            sqlx::query(INSERT_SETTLED)
                .bind(edit.id.0)
                .bind(company.0)
                .bind(connection.0)
                .bind(item.0)
                .bind(change)
                .bind(edit.author.0)
                .bind(edit.at_us)
                .bind(Json(&edit.act))
                .bind(Json(&ending))
                .bind(edit.board.map(|board| board.0))
        )?;
        Ok(())
    }

    /// The items with a card on a board, deleted ones included, by number.
    pub async fn items_on_board(&mut self, company: CompanyId, board: BoardId) -> Result<Vec<WorkItemRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, WorkItemRow>(ITEMS)
            .bind(company.0)
            .bind(board.0)
            .fetch_all(c))
    }

    /// Every edit of the items with a card on a board, in order.
    pub async fn edits_on_board(&mut self, company: CompanyId, board: BoardId) -> Result<Vec<EditRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, EditRow>(EDITS)
            .bind(company.0)
            .bind(board.0)
            .fetch_all(c))
    }

    /// Makes a local item one that is to be created at a connection.
    pub async fn move_local_item(
        &mut self,
        company: CompanyId,
        item: ItemId,
        connection: ConnectionId,
        change: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(MOVE_ITEM)
                .bind(company.0)
                .bind(item.0)
                .bind(connection.0)
                .bind(change)
        )?;
        Ok(())
    }

    /// Forgets the cards of items that stay behind at a local board's connection.
    pub async fn forget_local_cards(
        &mut self,
        company: CompanyId,
        board: BoardId,
        connection: ConnectionId,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(FORGET_CARDS)
                .bind(company.0)
                .bind(board.0)
                .bind(connection.0)
        )?;
        Ok(())
    }

    /// Takes an edit of a local board along to a connection.
    pub async fn move_local_edit(
        &mut self,
        company: CompanyId,
        edit: &MovedEdit,
        connection: ConnectionId,
    ) -> Result<(), StoreError> {
        if edit.is_draft {
            run!(
                self,
                sqlx::query(OPEN_EDIT)
                    .bind(company.0)
                    .bind(edit.id)
                    .bind(connection.0)
                    .bind(Json(&edit.act))
                    .bind(true)
            )?;
        } else {
            run!(
                self,
                sqlx::query(MOVE_EDIT)
                    .bind(company.0)
                    .bind(edit.id)
                    .bind(connection.0)
                    .bind(Json(&edit.act))
            )?;
        }
        Ok(())
    }

    /// Makes a local board one of the connection that `row` names. What could be undone there can't be any more.
    pub async fn move_local_board(&mut self, row: &BoardRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(MOVE_BOARD)
                .bind(row.company_id)
                .bind(row.id)
                .bind(row.connection_id)
                .bind(&row.set_up)
                .bind(&row.write_mode)
                .bind(&row.import_state)
                .bind(Json(ImportDetail::default()))
                .bind(row.change_number)
        )?;
        run!(self, sqlx::query(FORGET_ACTS).bind(row.company_id).bind(row.id))?;
        Ok(())
    }
}
