//! How often a password or the set-up code may be tried: per account and per address the tries come from.
//!
//! A right password starts its account afresh, so a person who mistyped a few times is not punished for the next day's sign-in.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::error::{ApiError, Kind, Refusal};
use crate::store::members::folded;

/// Accounts and addresses that are remembered before idle ones are forgotten.
const N_KEYS_BEFORE_TIDYING: usize = 10_000;

/// An account without its e-mail address, and how often it was entered rightly.
type AccountKey = ([u8; 32], u64);

/// Counts tries.
pub struct SignInThrottle {
    accounts: DefaultKeyedRateLimiter<AccountKey>,
    sources: DefaultKeyedRateLimiter<IpAddr>,
    successes: Mutex<HashMap<[u8; 32], u64>>,
    clock: DefaultClock,
}

impl SignInThrottle {
    /// Limits as the settings say.
    pub fn new(config: &Config) -> Self {
        Self {
            accounts: RateLimiter::keyed(quota(config.sign_in_burst, config.sign_in_per_hour)),
            sources: RateLimiter::keyed(quota(config.sign_in_source_burst, config.sign_in_source_per_hour)),
            successes: Mutex::default(),
            clock: DefaultClock::default(),
        }
    }

    /// Counts one try from `source`; refuses when there were too many.
    pub fn try_from_source(&self, source: IpAddr) -> Result<(), ApiError> {
        if self.sources.len() > N_KEYS_BEFORE_TIDYING {
            self.sources.retain_recent();
        }
        self.sources
            .check_key(&network(source))
            .map_err(|until| too_many(until.wait_time_from(self.clock.now())))
    }

    /// Counts one try with the account of `email`, whether there is one or not; refuses when there were too many.
    pub fn try_account(&self, email: &str) -> Result<(), ApiError> {
        if self.accounts.len() > N_KEYS_BEFORE_TIDYING {
            self.accounts.retain_recent();
        }
        let account = account(email);
        let n_successes = self.successes().get(&account).copied().unwrap_or(0);
        self.accounts
            .check_key(&(account, n_successes))
            .map_err(|until| too_many(until.wait_time_from(self.clock.now())))
    }

    /// The account's password was right: its tries start afresh.
    pub fn was_right(&self, email: &str) {
        *self.successes().entry(account(email)).or_insert(0) += 1;
    }

    fn successes(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], u64>> {
        // A panic elsewhere leaves a map that is still a map.
        self.successes.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn quota(burst: u32, per_hour: u32) -> Quota {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let period = Duration::from_secs(3600) / per_hour.max(1);
    Quota::with_period(period)
        .unwrap_or_else(|| Quota::per_second(burst))
        .allow_burst(burst)
}

fn account(email: &str) -> [u8; 32] {
    Sha256::digest(folded(email).as_bytes()).into()
}

/// Addresses that one customer of a provider can change at will count as one.
fn network(source: IpAddr) -> IpAddr {
    match source {
        IpAddr::V4(_) => source,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

fn too_many(wait: Duration) -> ApiError {
    let seconds = wait.as_secs() + 1;
    Refusal::new(Kind::TooMany, "too_many_tries", "Too many tries")
        .detail("Passwords are tried only so often, to keep guessing out.")
        .next_step(format!(
            "Wait {} and try again.",
            if seconds < 90 {
                format!("{seconds} seconds")
            } else {
                format!("{} minutes", seconds.div_ceil(60))
            }
        ))
        .retry_after_s(seconds)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(burst: u32) -> SignInThrottle {
        SignInThrottle::new(&Config {
            sign_in_burst: burst,
            sign_in_source_burst: burst,
            ..Config::default()
        })
    }

    #[test]
    fn an_account_is_tried_only_so_often_however_it_is_spelt() {
        let throttle = throttle(2);
        assert!(throttle.try_account("ada@example.org").is_ok());
        assert!(throttle.try_account(" ADA@example.org").is_ok());
        assert!(throttle.try_account("ada@example.org").is_err());
        assert!(throttle.try_account("bob@example.org").is_ok());
    }

    #[test]
    fn the_right_password_starts_afresh() {
        let throttle = throttle(1);
        assert!(throttle.try_account("ada@example.org").is_ok());
        throttle.was_right("ada@example.org");
        assert!(throttle.try_account("ada@example.org").is_ok());
    }

    #[test]
    fn changing_the_host_part_of_an_ipv6_address_gains_nothing() {
        let throttle = throttle(1);
        assert!(throttle.try_from_source("2001:db8::1".parse().unwrap()).is_ok());
        assert!(throttle.try_from_source("2001:db8::2".parse().unwrap()).is_err());
    }
}
