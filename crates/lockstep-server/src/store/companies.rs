//! Companies.

use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::ids::CompanyId;
use crate::{db, run, sql, tx};

sql! {
    INSERT = "insert into companies (id, name, created_us) values ($1, $2, $3)";
    BY_ID = "select id, name, created_us from companies where id = $1";
    ALL_OF_THEM = "select id, name, created_us from companies order by created_us, id";
    COUNT = "select count(*) from companies";
}

/// A company as it is stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CompanyRow {
    /// Its number.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_us: i64,
}

impl Store {
    /// One company.
    pub async fn company(&self, id: CompanyId) -> Result<Option<CompanyRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, CompanyRow>(BY_ID)
            .bind(id.0)
            .fetch_optional(c))
    }

    /// Every company, oldest first: for the server's own chores, never for a request.
    pub async fn companies(&self) -> Result<Vec<CompanyRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, CompanyRow>(ALL_OF_THEM).fetch_all(c))
    }

    /// How many companies there are; 0 means that the server waits for its set-up.
    pub async fn n_companies(&self) -> Result<i64, StoreError> {
        db!(self, |c| sqlx::query_scalar(COUNT).fetch_one(c))
    }
}

impl Tx {
    /// How many companies there are, as this transaction sees it.
    pub async fn n_companies(&mut self) -> Result<i64, StoreError> {
        tx!(self, |c| sqlx::query_scalar(COUNT).fetch_one(c))
    }

    /// Adds a company.
    pub async fn insert_company(&mut self, id: CompanyId, name: &str, created_us: i64) -> Result<(), StoreError> {
        run!(self, sqlx::query(INSERT).bind(id.0).bind(name).bind(created_us))?;
        Ok(())
    }
}
