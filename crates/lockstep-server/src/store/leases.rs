//! Leases: which instance works which connection, where several share one PostgreSQL database.
//!
//! No clock is compared with another's: a holder raises its leases' `beat`, and whoever saw one stand still for long enough
//! by their own clock takes the lease over under the next term. Every save of a worker asks for its term.

use uuid::Uuid;

use super::{StoreError, Tx};
use crate::ids::{CompanyId, ConnectionId};
use crate::{run, sql, tx};

sql! {
    // Of every company, as the list of connections that are worked.
    EVERY = "select connection_id, instance, term, beat from leases";
    BEAT = "update leases set beat = beat + 1 where instance = $1";
    TAKE = "insert into leases (connection_id, company_id, instance, term, beat) values ($1, $2, $3, 1, 0)
        on conflict (connection_id) do update set instance = excluded.instance, term = leases.term + 1, beat = 0
        where leases.term = $4 and leases.beat = $5
        returning term";
    GIVE_BACK = "update leases set instance = null, beat = beat + 1 where instance = $1";
    IS_HELD = "select count(*) from leases where company_id = $1 and connection_id = $2 and instance = $3 and term = $4";
}

/// A lease as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct LeaseRow {
    /// Of which connection.
    pub connection_id: Uuid,
    /// Whose it is.
    pub instance: Option<Uuid>,
    /// How often it went to somebody.
    pub term: i64,
    /// How often its holder said since that it lives.
    pub beat: i64,
}

impl Tx {
    /// Says that the instance lives, and gives every lease there is.
    pub async fn beat(&mut self, instance: Uuid) -> Result<Vec<LeaseRow>, StoreError> {
        run!(self, sqlx::query(BEAT).bind(instance))?;
        tx!(self, |c| sqlx::query_as::<_, LeaseRow>(EVERY).fetch_all(c))
    }

    /// Takes a connection's lease, if it still is as it was seen; `None` where there was none. Returns the term.
    pub async fn take_lease(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        instance: Uuid,
        seen: Option<LeaseRow>,
    ) -> Result<Option<i64>, StoreError> {
        let (term, beat) = seen.map_or((0, 0), |row| (row.term, row.beat));
        tx!(self, |c| sqlx::query_scalar(TAKE)
            .bind(connection.0)
            .bind(company.0)
            .bind(instance)
            .bind(term)
            .bind(beat)
            .fetch_optional(c))
    }

    /// Gives every lease of the instance back.
    pub async fn give_leases_back(&mut self, instance: Uuid) -> Result<(), StoreError> {
        run!(self, sqlx::query(GIVE_BACK).bind(instance))?;
        Ok(())
    }

    /// Whether the connection is the instance's under this term.
    pub async fn holds_lease(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        instance: Uuid,
        term: i64,
    ) -> Result<bool, StoreError> {
        let n: i64 = tx!(self, |c| sqlx::query_scalar(IS_HELD)
            .bind(company.0)
            .bind(connection.0)
            .bind(instance)
            .bind(term)
            .fetch_one(c))?;
        Ok(n > 0)
    }
}
