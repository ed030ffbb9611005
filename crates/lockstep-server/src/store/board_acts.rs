//! What each person did on each board, and what takes it back: for undo and redo.

use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::{StoreError, Tx};
use crate::ids::{BoardId, CompanyId, MemberId};
use crate::{run, sql, tx};

/// Acts of one person on one board that can be taken back.
pub const N_KEPT: i64 = 20;

sql! {
    INSERT = "insert into board_acts (id, company_id, board_id, member_id, change_number, at_us, acts, inverse, state)
        values ($1, $2, $3, $4, $5, $6, $7, $8, 'done') on conflict (id) do nothing";
    // What was done last, and of what was taken back the one that was taken back last.
    LAST_DONE = "select id, board_id, member_id, change_number, at_us, acts, inverse, state from board_acts
        where company_id = $1 and board_id = $2 and member_id = $3 and state = 'done' order by change_number desc limit 1";
    FIRST_UNDONE = "select id, board_id, member_id, change_number, at_us, acts, inverse, state from board_acts
        where company_id = $1 and board_id = $2 and member_id = $3 and state = 'undone' order by change_number limit 1";
    SET_STATE = "update board_acts set state = $3, inverse = $4, acts = $5 where company_id = $1 and id = $2";
    FORGET = "delete from board_acts where company_id = $1 and id = $2";
    FORGET_UNDONE_AND_OLD = "delete from board_acts where company_id = $1 and board_id = $2 and member_id = $3
        and (state = 'undone' or id not in (
            select id from board_acts where company_id = $1 and board_id = $2 and member_id = $3 and state = 'done'
            order by change_number desc limit $4))";
}

/// What one person did in one go.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct BoardActRow {
    /// The browser's own number for it.
    pub id: Uuid,
    /// The board.
    pub board_id: Uuid,
    /// Who.
    pub member_id: Uuid,
    /// Change number under which it was done.
    pub change_number: i64,
    /// When, microseconds UTC.
    pub at_us: i64,
    /// What does it again.
    pub acts: Json<Value>,
    /// What takes it back.
    pub inverse: Json<Value>,
    /// `done` or `undone`.
    pub state: String,
}

impl Tx {
    /// What a person did last on a board and did not take back.
    pub async fn last_done(
        &mut self,
        company: CompanyId,
        board: BoardId,
        member: MemberId,
    ) -> Result<Option<BoardActRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, BoardActRow>(LAST_DONE)
            .bind(company.0)
            .bind(board.0)
            .bind(member.0)
            .fetch_optional(c))
    }

    /// What a person took back last on a board.
    pub async fn first_undone(
        &mut self,
        company: CompanyId,
        board: BoardId,
        member: MemberId,
    ) -> Result<Option<BoardActRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, BoardActRow>(FIRST_UNDONE)
            .bind(company.0)
            .bind(board.0)
            .bind(member.0)
            .fetch_optional(c))
    }

    /// Keeps what a person did; what they had taken back before can't be done again any more. `false`: it is kept already.
    pub async fn insert_board_act(&mut self, company: CompanyId, row: &BoardActRow) -> Result<bool, StoreError> {
        let n_new = run!(
            self,
            sqlx::query(INSERT)
                .bind(row.id)
                .bind(company.0)
                .bind(row.board_id)
                .bind(row.member_id)
                .bind(row.change_number)
                .bind(row.at_us)
                .bind(&row.acts)
                .bind(&row.inverse)
        )?;
        run!(
            self,
            sqlx::query(FORGET_UNDONE_AND_OLD)
                .bind(company.0)
                .bind(row.board_id)
                .bind(row.member_id)
                .bind(N_KEPT)
        )?;
        Ok(n_new > 0)
    }

    /// Forgets what was done: it can be taken back or done again no more.
    pub async fn forget_board_act(&mut self, company: CompanyId, id: Uuid) -> Result<(), StoreError> {
        run!(self, sqlx::query(FORGET).bind(company.0).bind(id))?;
        Ok(())
    }

    /// Notes that something was taken back, or done again, and what turns that round.
    pub async fn turn_board_act(&mut self, company: CompanyId, row: &BoardActRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(SET_STATE)
                .bind(company.0)
                .bind(row.id)
                .bind(&row.state)
                .bind(&row.inverse)
                .bind(&row.acts)
        )?;
        Ok(())
    }
}
