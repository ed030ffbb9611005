//! Attempts: every request that could change Azure DevOps, whose token it carried and how it ended. Rows stay.
//!
//! Read here; written by the driver through [`super::records`].

use lockstep_sync::edit::{Attempt, Outcome};
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError};
use crate::ids::{CompanyId, ItemId};
use crate::{db, sql};

sql! {
    OF_ITEM = "select id, connection_id, item_id, author, identity_name, body, outcome, answer, rev, started_us, ended_us
        from attempts where company_id = $1 and item_id = $2 order by started_us, id";
    RECENT = "select id, connection_id, item_id, author, identity_name, body, outcome, answer, rev, started_us, ended_us
        from attempts where company_id = $1 order by started_us desc, id desc limit $2";
}

/// An attempt as it is stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AttemptRow {
    /// Its number.
    pub id: Uuid,
    /// The connection it went to.
    pub connection_id: Uuid,
    /// The item it was about.
    pub item_id: Uuid,
    /// Who acted.
    pub author: Uuid,
    /// The token's owner as Azure DevOps shows them.
    pub identity_name: String,
    /// Kind, edits, whose token, fields sent.
    pub body: Json<Attempt>,
    /// How it ended, as [`outcome`](AttemptRow::outcome) reads it; `None` while it is open.
    pub outcome: Option<String>,
    /// What the server said, where it refused.
    pub answer: Option<String>,
    /// Rev that it made.
    pub rev: Option<i64>,
    /// When it was saved, just before it was sent; microseconds UTC.
    pub started_us: i64,
    /// When it was known to be over; microseconds UTC.
    pub ended_us: Option<i64>,
}

impl AttemptRow {
    /// How it ended, if it has.
    pub fn outcome(&self) -> Option<Outcome> {
        OUTCOMES
            .into_iter()
            .find(|outcome| Some(outcome_text(*outcome)) == self.outcome.as_deref())
    }
}

const OUTCOMES: [Outcome; 6] = [
    Outcome::Applied,
    Outcome::FoundApplied,
    Outcome::FoundAbsent,
    Outcome::RevMoved,
    Outcome::Refused,
    Outcome::Unsent,
];

/// How an outcome is stored.
pub(super) fn outcome_text(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "applied",
        Outcome::FoundApplied => "found_applied",
        Outcome::FoundAbsent => "found_absent",
        Outcome::RevMoved => "rev_moved",
        Outcome::Refused => "refused",
        Outcome::Unsent => "unsent",
    }
}

impl Store {
    /// Every attempt about an item, oldest first.
    pub async fn attempts_of_item(&self, company: CompanyId, item: ItemId) -> Result<Vec<AttemptRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, AttemptRow>(OF_ITEM)
            .bind(company.0)
            .bind(item.0)
            .fetch_all(c))
    }

    /// The company's newest attempts, newest first, at most `n_max`.
    pub async fn recent_attempts(&self, company: CompanyId, n_max: i64) -> Result<Vec<AttemptRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, AttemptRow>(RECENT)
            .bind(company.0)
            .bind(n_max)
            .fetch_all(c))
    }
}
