//! Quick filters that everybody on a board sees.

use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::ids::{BoardId, CompanyId};
use crate::program_board::quick_filters::Filter;
use crate::{db, run, sql, tx};

sql! {
    INSERT = "insert into board_filters (id, company_id, board_id, name, filter, made_by, made_us)
        values ($1, $2, $3, $4, $5, $6, $7)";
    OF_BOARD = "select id, board_id, name, filter, made_by, made_us from board_filters
        where company_id = $1 and board_id = $2 order by name, id";
    ONE = "select id, board_id, name, filter, made_by, made_us from board_filters
        where company_id = $1 and board_id = $2 and id = $3";
    COUNT = "select count(*) from board_filters where company_id = $1 and board_id = $2";
    DELETE = "delete from board_filters where company_id = $1 and board_id = $2 and id = $3";
}

/// A quick filter of a board.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct BoardFilterRow {
    /// Its number.
    pub id: Uuid,
    /// The board.
    pub board_id: Uuid,
    /// Its name, once on a board.
    pub name: String,
    /// What it leaves.
    pub filter: Json<Filter>,
    /// Who made it.
    pub made_by: Uuid,
    /// When, microseconds UTC.
    pub made_us: i64,
}

impl Store {
    /// The quick filters of a board, by name.
    pub async fn board_filters(&self, company: CompanyId, board: BoardId) -> Result<Vec<BoardFilterRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, BoardFilterRow>(OF_BOARD)
            .bind(company.0)
            .bind(board.0)
            .fetch_all(c))
    }
}

impl Tx {
    /// One quick filter of a board.
    pub async fn board_filter(
        &mut self,
        company: CompanyId,
        board: BoardId,
        id: Uuid,
    ) -> Result<Option<BoardFilterRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, BoardFilterRow>(ONE)
            .bind(company.0)
            .bind(board.0)
            .bind(id)
            .fetch_optional(c))
    }

    /// How many quick filters a board has.
    pub async fn n_board_filters(&mut self, company: CompanyId, board: BoardId) -> Result<i64, StoreError> {
        tx!(self, |c| sqlx::query_scalar(COUNT)
            .bind(company.0)
            .bind(board.0)
            .fetch_one(c))
    }

    /// Adds a quick filter.
    ///
    /// Errors: [`StoreError::Taken`], the board has one of this name, or of this number: a repeated click.
    pub async fn insert_board_filter(&mut self, company: CompanyId, row: &BoardFilterRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT)
                .bind(row.id)
                .bind(company.0)
                .bind(row.board_id)
                .bind(&row.name)
                .bind(&row.filter)
                .bind(row.made_by)
                .bind(row.made_us)
        )?;
        Ok(())
    }

    /// Removes a quick filter.
    pub async fn delete_board_filter(
        &mut self,
        company: CompanyId,
        board: BoardId,
        id: Uuid,
    ) -> Result<(), StoreError> {
        run!(self, sqlx::query(DELETE).bind(company.0).bind(board.0).bind(id))?;
        Ok(())
    }
}
