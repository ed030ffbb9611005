//! Boards: their set-up, who may see and edit them, and how far their import has come.

use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::ids::{BoardId, CompanyId, ConnectionId, ItemId, MemberId};
use crate::program_board::set_up::SetUp;
use crate::{db, run, sql, tx};

sql! {
    INSERT = "insert into boards (id, company_id, connection_id, name, write_mode, set_up, see, import_state, import_detail,
            scope_read_us, created_by, created_us, change_number, deleted_us)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    OF_COMPANY = "select id, company_id, connection_id, name, write_mode, set_up, see, import_state, import_detail, scope_read_us,
            created_by, created_us, change_number, deleted_us
        from boards where company_id = $1 and deleted_us is null order by created_us, id";
    OF_CONNECTION = "select id, company_id, connection_id, name, write_mode, set_up, see, import_state, import_detail, scope_read_us,
            created_by, created_us, change_number, deleted_us
        from boards where company_id = $1 and connection_id = $2 and deleted_us is null order by created_us, id";
    ONE = "select id, company_id, connection_id, name, write_mode, set_up, see, import_state, import_detail, scope_read_us,
            created_by, created_us, change_number, deleted_us
        from boards where company_id = $1 and id = $2 and deleted_us is null";
    EVERY = "select id, company_id, connection_id, name, write_mode, set_up, see, import_state, import_detail, scope_read_us,
            created_by, created_us, change_number, deleted_us
        from boards where deleted_us is null order by created_us, id";
    UPDATE = "update boards set name = $3, write_mode = $4, set_up = $5, see = $6, change_number = $7
        where company_id = $1 and id = $2 and deleted_us is null";
    SET_IMPORT = "update boards set import_state = $3, import_detail = $4, change_number = $5
        where company_id = $1 and id = $2 and deleted_us is null";
    SET_SCOPE_READ = "update boards set scope_read_us = $3 where company_id = $1 and id = $2";
    FORGET_SCOPE_READ = "update boards set scope_read_us = null where company_id = $1 and id = $2";
    DELETE = "update boards set deleted_us = $3, change_number = $4 where company_id = $1 and id = $2 and deleted_us is null";
    PEOPLE = "select board_id, member_id, may_edit from board_members where company_id = $1 order by board_id, member_id";
    LISTED = "select may_edit from board_members where company_id = $1 and board_id = $2 and member_id = $3";
    REMOVE_PEOPLE = "delete from board_members where company_id = $1 and board_id = $2";
    INSERT_PERSON = "insert into board_members (board_id, member_id, company_id, may_edit) values ($1, $2, $3, $4)";
}

/// A board as it is stored.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct BoardRow {
    /// Its number.
    pub id: Uuid,
    /// Whose company.
    pub company_id: Uuid,
    /// The connection its cards come from.
    pub connection_id: Uuid,
    /// Its name.
    pub name: String,
    /// `live`, `hold` or `read_only`.
    pub write_mode: String,
    /// What it shows.
    pub set_up: Json<SetUp>,
    /// `company` or `listed`.
    pub see: String,
    /// `importing`, `ready` or `stopped`.
    pub import_state: String,
    /// How far the import has come.
    pub import_detail: Json<ImportDetail>,
    /// When its scope was last read whole, microseconds UTC.
    pub scope_read_us: Option<i64>,
    /// Who made it.
    pub created_by: Uuid,
    /// When, microseconds UTC.
    pub created_us: i64,
    /// The company's change number of its last change.
    pub change_number: i64,
    /// When it was deleted, microseconds UTC.
    pub deleted_us: Option<i64>,
}

/// How far the import of a board has come, and what waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportDetail {
    /// How many work items its scope holds, once that is known.
    pub n_found: Option<i64>,
    /// How many were read.
    pub n_read: i64,
    /// Why it stopped, in words.
    pub detail: Option<String>,
    /// When the import that runs first began, microseconds UTC by the server's clock.
    pub started_us: Option<i64>,
    /// Cards that would leave in one go; somebody is asked.
    pub leaving: Option<Leaving>,
    /// Cards that stay although they left the scope, because somebody said so.
    pub kept: Vec<ItemId>,
}

/// Cards that would leave a board in one go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// Which.
    pub items: Vec<ItemId>,
    /// Since when, microseconds UTC.
    pub since_us: i64,
}

/// Who of those listed may do what on a board.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct BoardMemberRow {
    /// Which board.
    pub board_id: Uuid,
    /// Who.
    pub member_id: Uuid,
    /// Whether they may edit it.
    pub may_edit: bool,
}

impl BoardRow {
    /// Its number.
    pub fn board(&self) -> BoardId {
        BoardId(self.id)
    }

    /// Its connection.
    pub fn connection(&self) -> ConnectionId {
        ConnectionId(self.connection_id)
    }
}

impl Store {
    /// The company's boards, oldest first.
    pub async fn boards(&self, company: CompanyId) -> Result<Vec<BoardRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, BoardRow>(OF_COMPANY)
            .bind(company.0)
            .fetch_all(c))
    }

    /// The boards of a connection, oldest first.
    pub async fn boards_of_connection(
        &self,
        company: CompanyId,
        connection: ConnectionId,
    ) -> Result<Vec<BoardRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, BoardRow>(OF_CONNECTION)
            .bind(company.0)
            .bind(connection.0)
            .fetch_all(c))
    }

    /// Every board of every company: what the clock looks at.
    pub async fn every_board(&self) -> Result<Vec<BoardRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, BoardRow>(EVERY).fetch_all(c))
    }

    /// One board.
    pub async fn board(&self, company: CompanyId, id: BoardId) -> Result<Option<BoardRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, BoardRow>(ONE)
            .bind(company.0)
            .bind(id.0)
            .fetch_optional(c))
    }

    /// Whether a member is listed on a board, and with the right to edit.
    pub async fn listed_on_board(
        &self,
        company: CompanyId,
        id: BoardId,
        member: MemberId,
    ) -> Result<Option<bool>, StoreError> {
        db!(self, |c| sqlx::query_scalar(LISTED)
            .bind(company.0)
            .bind(id.0)
            .bind(member.0)
            .fetch_optional(c))
    }

    /// Who is listed on the company's boards.
    pub async fn board_members(&self, company: CompanyId) -> Result<Vec<BoardMemberRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, BoardMemberRow>(PEOPLE)
            .bind(company.0)
            .fetch_all(c))
    }
}

impl Tx {
    /// One board, as this transaction sees it.
    pub async fn board(&mut self, company: CompanyId, id: BoardId) -> Result<Option<BoardRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, BoardRow>(ONE)
            .bind(company.0)
            .bind(id.0)
            .fetch_optional(c))
    }

    /// The boards of a connection, as this transaction sees them.
    pub async fn boards_of_connection(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
    ) -> Result<Vec<BoardRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, BoardRow>(OF_CONNECTION)
            .bind(company.0)
            .bind(connection.0)
            .fetch_all(c))
    }

    /// Who is listed on the company's boards, as this transaction sees it.
    pub async fn board_members(&mut self, company: CompanyId) -> Result<Vec<BoardMemberRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, BoardMemberRow>(PEOPLE)
            .bind(company.0)
            .fetch_all(c))
    }

    /// Adds a board.
    ///
    /// Errors: [`StoreError::Taken`], the number is in use: a repeated click, or somebody else's board.
    pub async fn insert_board(&mut self, row: &BoardRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT)
                .bind(row.id)
                .bind(row.company_id)
                .bind(row.connection_id)
                .bind(&row.name)
                .bind(&row.write_mode)
                .bind(&row.set_up)
                .bind(&row.see)
                .bind(&row.import_state)
                .bind(&row.import_detail)
                .bind(row.scope_read_us)
                .bind(row.created_by)
                .bind(row.created_us)
                .bind(row.change_number)
                .bind(row.deleted_us)
        )?;
        Ok(())
    }

    /// Keeps a board's name, write mode, set-up, who sees it, and its change number.
    pub async fn update_board(&mut self, row: &BoardRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(UPDATE)
                .bind(row.company_id)
                .bind(row.id)
                .bind(&row.name)
                .bind(&row.write_mode)
                .bind(&row.set_up)
                .bind(&row.see)
                .bind(row.change_number)
        )?;
        Ok(())
    }

    /// Notes how far the import of a board has come: `importing`, `ready` or `stopped`.
    pub async fn set_board_import(
        &mut self,
        company: CompanyId,
        id: BoardId,
        state: &str,
        detail: &ImportDetail,
        change: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(SET_IMPORT)
                .bind(company.0)
                .bind(id.0)
                .bind(state)
                .bind(Json(detail))
                .bind(change)
        )?;
        Ok(())
    }

    /// Notes when a board's scope was last read whole.
    pub async fn set_board_scope_read(
        &mut self,
        company: CompanyId,
        id: BoardId,
        read_us: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(SET_SCOPE_READ).bind(company.0).bind(id.0).bind(read_us)
        )?;
        Ok(())
    }

    /// The scope of a board is to be read anew and whole; what somebody keeps on it stays kept.
    pub async fn read_scope_again(&mut self, row: &BoardRow) -> Result<(), StoreError> {
        let detail = ImportDetail {
            kept: row.import_detail.0.kept.clone(),
            ..ImportDetail::default()
        };
        let (company, id) = (CompanyId(row.company_id), row.board());
        self.set_board_import(company, id, "importing", &detail, row.change_number)
            .await?;
        run!(self, sqlx::query(FORGET_SCOPE_READ).bind(company.0).bind(id.0))?;
        Ok(())
    }

    /// Deletes a board. Its cards' work items stay as they are.
    pub async fn delete_board(
        &mut self,
        company: CompanyId,
        id: BoardId,
        now_us: i64,
        change: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(DELETE).bind(company.0).bind(id.0).bind(now_us).bind(change)
        )?;
        Ok(())
    }

    /// Says anew who is listed on a board.
    pub async fn replace_board_members(
        &mut self,
        company: CompanyId,
        id: BoardId,
        people: &[(MemberId, bool)],
    ) -> Result<(), StoreError> {
        run!(self, sqlx::query(REMOVE_PEOPLE).bind(company.0).bind(id.0))?;
        for (member, may_edit) in people {
            run!(
                self,
                sqlx::query(INSERT_PERSON)
                    .bind(id.0)
                    .bind(member.0)
                    .bind(company.0)
                    .bind(may_edit)
            )?;
        }
        Ok(())
    }
}
