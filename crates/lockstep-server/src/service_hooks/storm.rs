//! Whether notifications of a connection come in crowds right now, as after a bulk edit in Azure DevOps.
//!
//! While they do, reading what they named waits: each is answered sooner, and several about one work item become one read.
//! Not for long, so that a crowd without end holds nothing up; and a crowd of one connection holds up no other. Times are
//! microseconds UTC.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::ids::ConnectionId;

/// So many kept in one commit are a crowd.
const N_CROWD: usize = 16;
/// After the last crowd it is waited so long for another.
const CALM_AFTER_US: i64 = 150_000;
/// Nothing waits longer than this for the end of a storm.
const WAIT_MAX_US: i64 = 2_000_000;

/// The crowds of late, by connection.
#[derive(Debug, Default)]
pub struct Storm(Mutex<BTreeMap<ConnectionId, Crowds>>);

#[derive(Debug, Clone, Copy)]
struct Crowds {
    first_us: i64,
    last_us: i64,
}

impl Storm {
    /// So many notifications of a connection were kept together.
    pub fn kept(&self, connection: ConnectionId, n: usize, now_us: i64) {
        if n < N_CROWD {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first_us = match all.get(&connection) {
            Some(crowds) if now_us < crowds.last_us + CALM_AFTER_US => crowds.first_us,
            _ => now_us,
        };
        let last_us = now_us;
        all.insert(connection, Crowds { first_us, last_us });
    }

    /// When to look again at what notifications named, if that waits now.
    pub fn wait_until_us(&self, connection: ConnectionId, now_us: i64) -> Option<i64> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let crowds = all.get(&connection)?;
        let until_us = (crowds.last_us + CALM_AFTER_US).min(crowds.first_us + WAIT_MAX_US);
        // A clock that was set back leaves nothing waiting.
        (crowds.first_us <= now_us && now_us < until_us).then_some(until_us)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const MS: i64 = 1000;
    const HARBOUR: ConnectionId = ConnectionId(Uuid::from_u128(1));

    /// Crowds at these moments; until when it is waited at `now`, milliseconds.
    fn check(crowds: &[(usize, i64)], now_ms: i64, expected_ms: Option<i64>) {
        let storm = Storm::default();
        for (n, at_ms) in crowds {
            storm.kept(HARBOUR, *n, at_ms * MS);
        }
        let until = storm.wait_until_us(HARBOUR, now_ms * MS).map(|until_us| until_us / MS);
        assert_eq!(until, expected_ms, "{crowds:?} at {now_ms}");
    }

    #[test]
    fn a_few_are_no_crowd() {
        check(&[], 10, None);
        check(&[(1, 10), (15, 10)], 10, None);
    }

    #[test]
    fn after_a_crowd_it_is_waited_for_another() {
        check(&[(16, 10)], 10, Some(160));
        check(&[(16, 10)], 159, Some(160));
        check(&[(16, 10)], 160, None);
        check(&[(16, 10), (40, 100), (2, 200)], 200, Some(250));
    }

    #[test]
    fn a_storm_holds_nothing_up_for_long() {
        let crowds: Vec<_> = (0..100).map(|at| (64, at * 100)).collect();
        check(&crowds[..20], 1990, Some(2000));
        check(&crowds[..30], 2950, None);
        check(&crowds, 9950, None);
    }

    #[test]
    fn the_next_storm_is_waited_for_again() {
        check(&[(64, 0), (64, 9000)], 9000, Some(9150));
    }

    #[test]
    fn a_crowd_of_one_connection_holds_up_no_other() {
        let storm = Storm::default();
        storm.kept(HARBOUR, 64, 0);
        assert_eq!(storm.wait_until_us(ConnectionId(Uuid::from_u128(2)), 0), None);
    }

    #[test]
    fn a_clock_that_was_set_back_leaves_nothing_waiting() {
        check(&[(64, 9000)], 10, None);
    }
}
