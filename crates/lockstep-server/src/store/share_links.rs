//! Links that show a board without an account: a digest of each link's secret, never the secret.

use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::access::Role;
use crate::ids::{BoardId, CompanyId};
use crate::{db, run, sql, tx};

sql! {
    INSERT = "insert into share_links (id, company_id, board_id, secret_digest, made_by, made_us, expires_us)
        values ($1, $2, $3, $4, $5, $6, $7)";
    OF_BOARD = "select l.id, l.board_id, l.made_by, l.made_us, l.expires_us, l.ended_us, m.role, m.is_active
        from share_links l join members m on m.id = l.made_by and m.company_id = l.company_id
        where l.company_id = $1 and l.board_id = $2 order by l.made_us desc, l.id desc limit $3";
    N_OPEN = "select count(*) from share_links
        where company_id = $1 and board_id = $2 and ended_us is null and expires_us > $3";
    BY_DIGEST = "select l.id, l.company_id, l.board_id, l.expires_us, l.ended_us, m.role, m.is_active
        from share_links l join members m on m.id = l.made_by and m.company_id = l.company_id
        where l.secret_digest = $1";
    END = "update share_links set ended_us = $4
        where company_id = $1 and board_id = $2 and id = $3 and ended_us is null";
    IS_THERE = "select count(*) from share_links where company_id = $1 and board_id = $2 and id = $3";
}

/// A link as those who manage the board see it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ShareLinkRow {
    /// Its number, which opens nothing.
    pub id: Uuid,
    /// The board it shows.
    pub board_id: Uuid,
    /// Who made it.
    pub made_by: Uuid,
    /// When, microseconds UTC.
    pub made_us: i64,
    /// When it ends by itself, microseconds UTC.
    pub expires_us: i64,
    /// When somebody ended it, microseconds UTC.
    pub ended_us: Option<i64>,
    /// What its maker may do now.
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// Whether its maker still has access.
    pub is_active: bool,
}

/// What a link opens, as it stands at this moment.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OpenedLinkRow {
    /// Its number.
    pub id: Uuid,
    /// Whose company.
    pub company_id: Uuid,
    /// The board it shows.
    pub board_id: Uuid,
    /// When it ends by itself, microseconds UTC.
    pub expires_us: i64,
    /// When somebody ended it, microseconds UTC.
    pub ended_us: Option<i64>,
    /// What its maker may do now.
    #[sqlx(try_from = "String")]
    pub role: Role,
    /// Whether its maker still has access.
    pub is_active: bool,
}

/// A link to add.
pub struct NewShareLink<'a> {
    /// Its number.
    pub id: Uuid,
    /// The board it shows.
    pub board: BoardId,
    /// SHA-256 of its secret.
    pub secret_digest: &'a [u8],
    /// Who makes it.
    pub made_by: Uuid,
    /// When, microseconds UTC.
    pub made_us: i64,
    /// When it ends by itself, microseconds UTC.
    pub expires_us: i64,
}

impl Store {
    /// The latest links of a board, the newest first, ended ones among them.
    pub async fn share_links(
        &self,
        company: CompanyId,
        board: BoardId,
        n_max: i64,
    ) -> Result<Vec<ShareLinkRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, ShareLinkRow>(OF_BOARD)
            .bind(company.0)
            .bind(board.0)
            .bind(n_max)
            .fetch_all(c))
    }

    /// The link with this digest, on the whole server. Whether it still opens anything is the caller's to judge.
    pub async fn opened_share_link(&self, secret_digest: &[u8]) -> Result<Option<OpenedLinkRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, OpenedLinkRow>(BY_DIGEST)
            .bind(secret_digest)
            .fetch_optional(c))
    }
}

impl Tx {
    /// How many links of a board are neither ended nor expired.
    pub async fn n_open_share_links(
        &mut self,
        company: CompanyId,
        board: BoardId,
        now_us: i64,
    ) -> Result<i64, StoreError> {
        tx!(self, |c| sqlx::query_scalar(N_OPEN)
            .bind(company.0)
            .bind(board.0)
            .bind(now_us)
            .fetch_one(c))
    }

    /// Adds a link.
    pub async fn insert_share_link(&mut self, company: CompanyId, new: &NewShareLink<'_>) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT)
                .bind(new.id)
                .bind(company.0)
                .bind(new.board.0)
                .bind(new.secret_digest)
                .bind(new.made_by)
                .bind(new.made_us)
                .bind(new.expires_us)
        )?;
        Ok(())
    }

    /// Whether a board has this link, ended or not.
    pub async fn has_share_link(&mut self, company: CompanyId, board: BoardId, id: Uuid) -> Result<bool, StoreError> {
        let n: i64 = tx!(self, |c| sqlx::query_scalar(IS_THERE)
            .bind(company.0)
            .bind(board.0)
            .bind(id)
            .fetch_one(c))?;
        Ok(n > 0)
    }

    /// Ends a link for good. Returns whether this ended it: it is not, where it had ended before.
    pub async fn end_share_link(
        &mut self,
        company: CompanyId,
        board: BoardId,
        id: Uuid,
        now_us: i64,
    ) -> Result<bool, StoreError> {
        let n = run!(
            self,
            sqlx::query(END).bind(company.0).bind(board.0).bind(id).bind(now_us)
        )?;
        Ok(n > 0)
    }
}
