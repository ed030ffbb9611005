//! Publishing: what waits to be published on a board, and what was tried and sent.

use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use super::edits::EditRow;
use super::work_items::id_list;
use super::{Store, StoreError, Tx};
use crate::ids::{BoardId, CompanyId, MemberId};
use crate::{db, run, sql, tx};

sql! {
    DRAFTS = {
        sqlite: "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
            from edits where company_id = $1 and board_id = $2 and is_draft = 1 and state <> 'settled' order by change_number, position",
        postgres: "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
            from edits where company_id = $1 and board_id = $2 and is_draft and state <> 'settled' order by change_number, position"
    };
    N_DRAFTS = {
        sqlite: "select count(*) from edits where company_id = $1 and board_id = $2 and is_draft = 1 and state <> 'settled'",
        postgres: "select count(*) from edits where company_id = $1 and board_id = $2 and is_draft and state <> 'settled'"
    };
    BY_ID = {
        sqlite: "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
            from edits where company_id = $1 and id in (select unhex(value) from json_each($2)) order by change_number, position",
        postgres: "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
            from edits where company_id = $1 and id in (select value::uuid from jsonb_array_elements_text($2)) order by change_number, position"
    };
    INSERT = "insert into publishes (id, company_id, board_id, member_id, started_us, ended_us, body)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing";
    UPDATE = "update publishes set ended_us = $3, body = $4 where company_id = $1 and id = $2";
    LATEST = "select id, board_id, member_id, started_us, ended_us, body from publishes
        where company_id = $1 and board_id = $2 order by started_us desc, id desc limit $3";
    ONE = "select id, board_id, member_id, started_us, ended_us, body from publishes where company_id = $1 and id = $2";
}

/// A dry run, or a publish.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct PublishRow {
    /// The browser's own number for it.
    pub id: Uuid,
    /// The board.
    pub board_id: Uuid,
    /// Who.
    pub member_id: Uuid,
    /// When it began, microseconds UTC.
    pub started_us: i64,
    /// When all of it had come to an end, microseconds UTC.
    pub ended_us: Option<i64>,
    /// What was tried or sent, and what came of it.
    pub body: Json<Value>,
}

impl Store {
    /// The latest publishes and dry runs of a board, the newest first.
    pub async fn publishes(
        &self,
        company: CompanyId,
        board: BoardId,
        n_max: i64,
    ) -> Result<Vec<PublishRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, PublishRow>(LATEST)
            .bind(company.0)
            .bind(board.0)
            .bind(n_max)
            .fetch_all(c))
    }
}

impl Tx {
    /// The edits that wait to be published on a board, in order.
    pub async fn drafts_of_board(&mut self, company: CompanyId, board: BoardId) -> Result<Vec<EditRow>, StoreError> {
        tx!(self, |c, dialect| sqlx::query_as::<_, EditRow>(DRAFTS.on(dialect))
            .bind(company.0)
            .bind(board.0)
            .fetch_all(c))
    }

    /// These edits, settled or not, in order.
    pub async fn edits_by_id(&mut self, company: CompanyId, ids: &[Uuid]) -> Result<Vec<EditRow>, StoreError> {
        let list = id_list(ids.iter().copied());
        tx!(self, |c, dialect| sqlx::query_as::<_, EditRow>(BY_ID.on(dialect))
            .bind(company.0)
            .bind(&list)
            .fetch_all(c))
    }

    /// How many edits wait to be published on a board.
    pub async fn n_drafts_of(&mut self, company: CompanyId, board: BoardId) -> Result<i64, StoreError> {
        tx!(self, |c, dialect| sqlx::query_scalar(N_DRAFTS.on(dialect))
            .bind(company.0)
            .bind(board.0)
            .fetch_one(c))
    }

    /// A publish or dry run by its number.
    pub async fn publish(&mut self, company: CompanyId, id: Uuid) -> Result<Option<PublishRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, PublishRow>(ONE)
            .bind(company.0)
            .bind(id)
            .fetch_optional(c))
    }

    /// Keeps a publish or dry run that has begun.
    pub async fn insert_publish(&mut self, company: CompanyId, row: &PublishRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT)
                .bind(row.id)
                .bind(company.0)
                .bind(row.board_id)
                .bind(MemberId(row.member_id).0)
                .bind(row.started_us)
                .bind(row.ended_us)
                .bind(&row.body)
        )?;
        Ok(())
    }

    /// Keeps how far it has come.
    pub async fn update_publish(&mut self, company: CompanyId, row: &PublishRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(UPDATE)
                .bind(company.0)
                .bind(row.id)
                .bind(row.ended_us)
                .bind(&row.body)
        )?;
        Ok(())
    }
}
