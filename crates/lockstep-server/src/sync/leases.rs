//! Who works a connection: this instance, where it is alone; else whichever of several holds the connection's lease.
//!
//! A holder says every few seconds that it lives, in one transaction for all its leases. One that could not for a while
//! stops sending what can change something, well before another takes over. One that was frozen meanwhile finds out when
//! it wants to save its next attempt: saves ask for the lease, and an attempt is saved before it is sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use uuid::Uuid;

use crate::app::now_us;
use crate::ids::{CompanyId, ConnectionId, fresh};
use crate::store::leases::LeaseRow;
use crate::store::{Store, StoreError};

/// A holder beats so often while a lease would run out.
const BEATS_PER_LEASE: u32 = 6;

/// The leases of this instance.
pub enum Leases {
    /// There is no other instance: every connection is its own.
    Alone,
    /// Several may share the database.
    Shared(Shared),
}

/// Leases where several instances may share a database.
pub struct Shared {
    instance: Uuid,
    /// A lease that stood still for so long is taken over.
    length: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: BTreeMap<ConnectionId, Arc<Lease>>,
    seen: Seen,
}

/// Whether this instance works a connection.
#[derive(Clone)]
pub enum Hold {
    /// It does: there is no other.
    Alone,
    /// It does, under this lease.
    Lease(Arc<Lease>),
}

impl Hold {
    /// Whether the connection is known to be another's.
    pub fn is_lost(&self) -> bool {
        matches!(self, Self::Lease(lease) if *lease.sure.borrow() == Sure::Lost)
    }

    /// Ends when this instance can be sure that it works the connection, for now; not before. Once it doesn't, never.
    pub async fn sure(&self) {
        if let Self::Lease(lease) = self {
            lease.sure().await;
        }
    }
}

/// A lease that is held, or was.
pub struct Lease {
    /// Whose it is.
    pub instance: Uuid,
    /// Under which term.
    pub term: i64,
    sure: watch::Sender<Sure>,
}

/// How long a holder can be sure of its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sure {
    /// Until then, by both clocks: one stands still while a machine sleeps, the other can be set.
    Until(Instant, i64),
    /// It is another's now.
    Lost,
}

impl Leases {
    /// The leases of an instance that begins.
    pub fn of(store: &Store, length: Duration) -> Self {
        if !store.is_shared() {
            return Self::Alone;
        }
        Self::Shared(Shared {
            instance: fresh(),
            length,
            state: Mutex::default(),
        })
    }

    /// How often to beat; never where there is no other instance.
    pub fn beat_every(&self) -> Option<Duration> {
        match self {
            Self::Alone => None,
            Self::Shared(shared) => Some(shared.length / BEATS_PER_LEASE),
        }
    }

    /// Whether this instance works the connection.
    pub fn hold(&self, connection: ConnectionId) -> Option<Hold> {
        match self {
            Self::Alone => Some(Hold::Alone),
            Self::Shared(shared) => shared.state().held.get(&connection).cloned().map(Hold::Lease),
        }
    }

    /// Whether one of these connections may be free: it is neither this instance's nor known as another's.
    pub fn may_take(&self, wanted: &BTreeMap<ConnectionId, CompanyId>) -> bool {
        let Self::Shared(shared) = self else { return false };
        let state = shared.state();
        let is_known = |connection| state.held.contains_key(connection) || state.seen.0.contains_key(connection);
        !wanted.keys().all(is_known)
    }

    /// Says that this instance lives, takes what is free of these connections, and notes what was lost.
    pub async fn beat(&self, store: &Store, wanted: &BTreeMap<ConnectionId, CompanyId>) -> Result<(), StoreError> {
        match self {
            Self::Alone => Ok(()),
            Self::Shared(shared) => shared.beat(store, wanted).await,
        }
    }

    /// Gives everything back, so that another instance goes on at once.
    pub async fn give_back(&self, store: &Store) -> Result<(), StoreError> {
        let Self::Shared(shared) = self else { return Ok(()) };
        let held = std::mem::take(&mut shared.state().held);
        held.values().for_each(|lease| lease.lose());
        let mut tx = store.begin().await?;
        tx.give_leases_back(shared.instance).await?;
        tx.commit().await
    }
}

impl Shared {
    async fn beat(&self, store: &Store, wanted: &BTreeMap<ConnectionId, CompanyId>) -> Result<(), StoreError> {
        // Before the transaction: whoever waits for this lease to run out began to count after it.
        let (began, began_us) = (Instant::now(), now_us());
        let mut tx = store.begin().await?;
        let rows = tx.beat(self.instance).await?;
        // After them: nobody's lease stands still from before it was seen.
        let seen_at = Instant::now();
        let rows: BTreeMap<ConnectionId, LeaseRow> = rows
            .into_iter()
            .map(|row| (ConnectionId(row.connection_id), row))
            .collect();
        let mut terms: BTreeMap<ConnectionId, i64> = rows
            .iter()
            .filter(|(_, row)| row.instance == Some(self.instance))
            .map(|(connection, row)| (*connection, row.term))
            .collect();
        for (connection, company) in wanted {
            let row = rows.get(connection).copied();
            if terms.contains_key(connection) || !self.state().seen.is_free(*connection, row, seen_at, self.length) {
                continue;
            }
            if let Some(term) = tx.take_lease(*company, *connection, self.instance, row).await? {
                tracing::info!(connection.id = %connection, term, "This instance works connection {connection} now");
                terms.insert(*connection, term);
            }
        }
        tx.commit().await?;
        let length_us = i64::try_from(self.length.as_micros()).unwrap_or(i64::MAX);
        let sure = Sure::Until(began + self.length * 2 / 3, began_us.saturating_add(length_us / 3 * 2));
        self.state().note(self.instance, &terms, sure);
        metrics::gauge!("lockstep_leases_held").set(terms.len() as f64);
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What is held now, and until when that is sure.
    fn note(&mut self, instance: Uuid, terms: &BTreeMap<ConnectionId, i64>, sure: Sure) {
        self.held.retain(|connection, lease| {
            let is_held = terms.get(connection) == Some(&lease.term);
            if !is_held {
                lease.lose();
            }
            is_held
        });
        for (connection, term) in terms {
            let lease = self.held.entry(*connection).or_insert_with(|| {
                Arc::new(Lease {
                    instance,
                    term: *term,
                    sure: watch::Sender::new(sure),
                })
            });
            lease.sure.send_replace(sure);
        }
    }
}

impl Lease {
    async fn sure(&self) {
        let mut changes = self.sure.subscribe();
        loop {
            let sure = *changes.borrow_and_update();
            match sure {
                Sure::Until(at, at_us) if Instant::now() < at && now_us() < at_us => return,
                Sure::Until(..) => {}
                Sure::Lost => return std::future::pending().await,
            }
            if changes.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    fn lose(&self) {
        self.sure.send_replace(Sure::Lost);
    }
}

/// Leases of others as they were seen, and since when they stand still.
#[derive(Default)]
struct Seen(BTreeMap<ConnectionId, (i64, i64, Instant)>);

impl Seen {
    /// Whether a lease may be taken: there is none, it was given back, or its holder has not been heard of for so long.
    fn is_free(&mut self, connection: ConnectionId, row: Option<LeaseRow>, now: Instant, length: Duration) -> bool {
        let Some(row) = row.filter(|row| row.instance.is_some()) else {
            return true;
        };
        match self.0.get(&connection) {
            Some((term, beat, since)) if (*term, *beat) == (row.term, row.beat) => {
                now.saturating_duration_since(*since) >= length
            }
            _ => {
                self.0.insert(connection, (row.term, row.beat, now));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: Duration = Duration::from_secs(12);

    fn row(instance: Option<u128>, term: i64, beat: i64) -> LeaseRow {
        LeaseRow {
            connection_id: Uuid::nil(),
            instance: instance.map(Uuid::from_u128),
            term,
            beat,
        }
    }

    /// What was seen after so many seconds, and whether the last may be taken.
    fn check(rows: &[(u64, Option<LeaseRow>)], expected: bool) {
        let (mut seen, start) = (Seen::default(), Instant::now());
        let mut is_free = false;
        for (at_s, row) in rows {
            let now = start + Duration::from_secs(*at_s);
            is_free = seen.is_free(ConnectionId(Uuid::nil()), *row, now, LENGTH);
        }
        assert_eq!(is_free, expected, "{rows:?}");
    }

    #[test]
    fn a_lease_that_is_nobodys_is_free() {
        check(&[(0, None)], true);
        check(&[(0, Some(row(None, 4, 7)))], true);
    }

    #[test]
    fn a_lease_whose_holder_lives_is_not() {
        check(&[(0, Some(row(Some(1), 1, 0)))], false);
        check(&[(0, Some(row(Some(1), 1, 0))), (11, Some(row(Some(1), 1, 0)))], false);
        check(&[(0, Some(row(Some(1), 1, 0))), (13, Some(row(Some(1), 1, 1)))], false);
    }

    #[test]
    fn a_lease_that_stood_still_for_its_length_is() {
        check(&[(0, Some(row(Some(1), 1, 5))), (12, Some(row(Some(1), 1, 5)))], true);
    }

    #[test]
    fn another_term_is_counted_anew() {
        let rows = [(0, Some(row(Some(1), 1, 0))), (20, Some(row(Some(2), 2, 0)))];
        check(&rows, false);
        check(&[rows[0], rows[1], (31, Some(row(Some(2), 2, 0)))], false);
        check(&[rows[0], rows[1], (32, Some(row(Some(2), 2, 0)))], true);
    }

    fn sure_for(length: Duration) -> Sure {
        let length_us = i64::try_from(length.as_micros()).unwrap();
        Sure::Until(Instant::now() + length, now_us() + length_us)
    }

    #[tokio::test]
    async fn a_holder_that_could_not_beat_waits_until_it_can_again() {
        let (instance, connection) = (Uuid::from_u128(1), ConnectionId(Uuid::nil()));
        let mut state = State::default();
        let terms = BTreeMap::from([(connection, 3)]);
        state.note(instance, &terms, sure_for(Duration::ZERO));
        let lease = state.held[&connection].clone();
        let is_sure = async |lease: &Lease| {
            tokio::time::timeout(Duration::from_millis(20), lease.sure())
                .await
                .is_ok()
        };
        assert!(!is_sure(&lease).await);
        state.note(instance, &terms, sure_for(LENGTH));
        assert!(is_sure(&lease).await);
    }

    #[tokio::test]
    async fn a_lease_that_is_anothers_is_lost_for_good() {
        let (instance, connection) = (Uuid::from_u128(1), ConnectionId(Uuid::nil()));
        let mut state = State::default();
        state.note(instance, &BTreeMap::from([(connection, 3)]), sure_for(LENGTH));
        let lease = state.held[&connection].clone();
        state.note(instance, &BTreeMap::from([(connection, 5)]), sure_for(LENGTH));
        assert!(Hold::Lease(lease).is_lost());
        assert_eq!(state.held[&connection].term, 5);
        state.note(instance, &BTreeMap::new(), sure_for(LENGTH));
        assert!(state.held.is_empty());
    }
}
