//! Change numbers: one counter per company, and what each number was about.
//!
//! The counter rises in the transaction that makes the change, so commit order is number order and no number is skipped.

use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::app::now_us;
use crate::ids::CompanyId;
use crate::live::{ChangeNotice, Noun};
use crate::{db, run, sql, tx};

/// How many changes a company keeps for browsers that were away.
pub const N_CHANGES_KEPT: i64 = 10_000;
/// Old changes are dropped whenever this many new ones have come.
const PRUNE_EVERY: i64 = 500;

sql! {
    NEXT = "update companies set change = change + 1 where id = $1 returning change";
    INSERT = "insert into changes (company_id, change, noun, noun_id, at_us) values ($1, $2, $3, $4, $5)";
    PRUNE = "delete from changes where company_id = $1 and change <= $2";
    LATEST = "select change from companies where id = $1";
    // Of every company: for what hears other instances, never for a request.
    EVERY_LATEST = "select id, change from companies where change > 0";
    AFTER = "select change, noun, noun_id from changes where company_id = $1 and change > $2 order by change limit $3";
}

/// One row of the change feed.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ChangeRow {
    /// The change's number in its company.
    pub change: i64,
    /// What kind of thing changed.
    pub noun: String,
    /// Which one.
    pub noun_id: Uuid,
}

impl Tx {
    /// Takes the company's next change number for a change of `noun` with `id`; browsers hear of it at commit.
    pub async fn number_change(&mut self, company: CompanyId, noun: Noun, id: Uuid) -> Result<i64, StoreError> {
        let change: i64 = tx!(self, |c| sqlx::query_scalar(NEXT).bind(company.0).fetch_one(c))?;
        run!(
            self,
            sqlx::query(INSERT)
                .bind(company.0)
                .bind(change)
                .bind(noun.as_str())
                .bind(id)
                .bind(now_us())
        )?;
        if change % PRUNE_EVERY == 0 {
            run!(self, sqlx::query(PRUNE).bind(company.0).bind(change - N_CHANGES_KEPT))?;
        }
        self.numbered.push(ChangeNotice {
            company,
            change,
            noun,
            id,
        });
        Ok(change)
    }
}

impl Store {
    /// The company's latest change number; 0 before the first.
    pub async fn latest_change(&self, company: CompanyId) -> Result<i64, StoreError> {
        let latest: Option<i64> = db!(self, |c| sqlx::query_scalar(LATEST).bind(company.0).fetch_optional(c))?;
        Ok(latest.unwrap_or(0))
    }

    /// The latest change number of every company that has one.
    pub async fn latest_changes(&self) -> Result<Vec<(CompanyId, i64)>, StoreError> {
        let rows: Vec<(Uuid, i64)> = db!(self, |c| sqlx::query_as(EVERY_LATEST).fetch_all(c))?;
        Ok(rows.into_iter().map(|(id, change)| (CompanyId(id), change)).collect())
    }

    /// The company's changes with a number above `after`, oldest first, at most `n_max`.
    pub async fn changes_after(
        &self,
        company: CompanyId,
        after: i64,
        n_max: i64,
    ) -> Result<Vec<ChangeRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, ChangeRow>(AFTER)
            .bind(company.0)
            .bind(after)
            .bind(n_max)
            .fetch_all(c))
    }
}
