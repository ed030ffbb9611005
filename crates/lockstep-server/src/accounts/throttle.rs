//! How often a password, the set-up code or a share link may be tried: per account and per address the tries come from.
//!
//! A right password starts its account afresh, so a person who mistyped a few times is not punished for the next day's
//! sign-in. A network from which the account was entered rightly counts by itself, so strangers who guess elsewhere don't
//! keep the owner out. Where another person came in rightly an address starts afresh, too: a whole train signs in from one.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::error::{ApiError, Kind, Refusal};
use crate::store::members::folded;

/// Accounts and addresses that are remembered before idle ones are forgotten.
const N_KEYS_BEFORE_TIDYING: usize = 10_000;

/// Networks remembered for each account.
const N_NETWORKS_MAX: usize = 8;

/// Wrong links are remembered this long, from the first one.
const WRONG_LINKS_KEPT: Duration = Duration::from_secs(3600);

/// What is counted by itself: the tries with one account since it was last entered rightly, from one known network or from
/// all others together.
#[derive(Clone, PartialEq, Eq, Hash)]
struct AccountKey {
    account: [u8; 32],
    n_entered: u64,
    from: Option<IpAddr>,
}

/// How an account was entered since the server started.
#[derive(Default)]
struct Entered {
    n: u64,
    from: VecDeque<IpAddr>,
}

/// An address, and how many people have come in from it rightly since the server started.
type SourceKey = (IpAddr, u64);

/// Counts tries.
pub struct SignInThrottle {
    accounts: DefaultKeyedRateLimiter<AccountKey>,
    sources: DefaultKeyedRateLimiter<SourceKey>,
    /// One entry per account that somebody holds, so no stranger makes it grow.
    entered: Mutex<HashMap<[u8; 32], Entered>>,
    /// Who came in from which network; nobody counts twice, however often they change networks.
    people_from: Mutex<HashMap<IpAddr, HashSet<[u8; 32]>>>,
    wrong_links: WrongLinks,
    clock: DefaultClock,
}

impl SignInThrottle {
    /// Limits as the settings say.
    pub fn new(config: &Config) -> Self {
        Self {
            accounts: RateLimiter::keyed(quota(config.sign_in_burst, config.sign_in_per_hour)),
            sources: RateLimiter::keyed(quota(config.sign_in_source_burst, config.sign_in_source_per_hour)),
            entered: Mutex::default(),
            people_from: Mutex::default(),
            wrong_links: WrongLinks {
                n_max: config.sign_in_source_burst,
                seen: Mutex::default(),
            },
            clock: DefaultClock::default(),
        }
    }

    /// Counts one try from `source`; refuses when there were too many.
    pub fn try_from_source(&self, source: IpAddr) -> Result<(), ApiError> {
        if self.sources.len() > N_KEYS_BEFORE_TIDYING {
            self.sources.retain_recent();
        }
        let source = network(source);
        let n_people = self.people_from().get(&source).map_or(0, HashSet::len) as u64;
        self.sources
            .check_key(&(source, n_people))
            .map_err(|until| too_many(until.wait_time_from(self.clock.now())))
    }

    /// Counts one try with the account of `email`, whether there is one or not; refuses when there were too many.
    pub fn try_account(&self, email: &str, source: IpAddr) -> Result<(), ApiError> {
        if self.accounts.len() > N_KEYS_BEFORE_TIDYING {
            self.accounts.retain_recent();
        }
        let (account, source) = (account(email), network(source));
        let key = match self.entered().get(&account) {
            Some(entered) => AccountKey {
                account,
                n_entered: entered.n,
                from: entered.from.contains(&source).then_some(source),
            },
            None => AccountKey {
                account,
                n_entered: 0,
                from: None,
            },
        };
        self.accounts
            .check_key(&key)
            .map_err(|until| too_many(until.wait_time_from(self.clock.now())))
    }

    /// The account's password was right: its tries start afresh, and those from this network count by themselves.
    pub fn was_right(&self, email: &str, source: IpAddr) {
        let mut all = self.entered();
        let account = account(email);
        let entered = all.entry(account).or_default();
        entered.n += 1;
        let source = network(source);
        {
            let mut people = self.people_from();
            if people.len() > N_KEYS_BEFORE_TIDYING {
                people.clear();
            }
            people.entry(source).or_default().insert(account);
        }
        entered.from.retain(|known| *known != source);
        entered.from.push_front(source);
        entered.from.truncate(N_NETWORKS_MAX);
    }

    /// Refuses whoever tried too many links that don't exist: from there, not even a right one opens anything.
    pub fn may_try_link(&self, source: IpAddr) -> Result<(), ApiError> {
        let wait = self.wrong_links.wait(network(source), Instant::now());
        wait.map_or(Ok(()), |wait| Err(too_many_links(wait)))
    }

    /// Counts a link that doesn't exist.
    pub fn was_wrong_link(&self, source: IpAddr) {
        self.wrong_links.note(network(source), Instant::now());
    }

    fn people_from(&self) -> std::sync::MutexGuard<'_, HashMap<IpAddr, HashSet<[u8; 32]>>> {
        self.people_from
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn entered(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], Entered>> {
        // A panic elsewhere leaves a map that is still a map.
        self.entered.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Links that don't exist, by where they were tried from. Right ones cost nothing, as they are asked for every few seconds.
struct WrongLinks {
    n_max: u32,
    seen: Mutex<HashMap<IpAddr, (u32, Instant)>>,
}

impl WrongLinks {
    fn note(&self, source: IpAddr, now: Instant) {
        let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if seen.len() > N_KEYS_BEFORE_TIDYING {
            seen.retain(|_, (_, since)| now.duration_since(*since) < WRONG_LINKS_KEPT);
        }
        let (n, since) = seen.entry(source).or_insert((0, now));
        if now.duration_since(*since) >= WRONG_LINKS_KEPT {
            (*n, *since) = (0, now);
        }
        *n = n.saturating_add(1);
    }

    /// How long whoever is there has to wait.
    fn wait(&self, source: IpAddr, now: Instant) -> Option<Duration> {
        let seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (n, since) = seen.get(&source)?;
        let wait = WRONG_LINKS_KEPT.checked_sub(now.duration_since(*since))?;
        (*n >= self.n_max).then_some(wait)
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
    refused(wait, "Passwords are tried only so often, to keep guessing out.")
}

fn too_many_links(wait: Duration) -> ApiError {
    refused(wait, "Links are tried only so often, to keep guessing out.")
}

fn refused(wait: Duration, detail: &str) -> ApiError {
    let seconds = wait.as_secs() + 1;
    Refusal::new(Kind::TooMany, "too_many_tries", "Too many tries")
        .detail(detail)
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

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_account_is_tried_only_so_often_however_it_is_spelt_and_wherever_from() {
        let throttle = throttle(2);
        assert!(throttle.try_account("ada@example.org", address("203.0.113.1")).is_ok());
        assert!(throttle.try_account(" ADA@example.org", address("203.0.113.2")).is_ok());
        assert!(throttle.try_account("ada@example.org", address("203.0.113.3")).is_err());
        assert!(throttle.try_account("bob@example.org", address("203.0.113.1")).is_ok());
    }

    #[test]
    fn the_right_password_starts_afresh() {
        let throttle = throttle(1);
        assert!(throttle.try_account("ada@example.org", address("203.0.113.1")).is_ok());
        throttle.was_right("ada@example.org", address("203.0.113.1"));
        assert!(throttle.try_account("ada@example.org", address("203.0.113.1")).is_ok());
    }

    #[test]
    fn strangers_who_guess_do_not_keep_the_owner_out() {
        let throttle = throttle(1);
        throttle.was_right("ada@example.org", address("203.0.113.1"));
        assert!(throttle.try_account("ada@example.org", address("198.51.100.1")).is_ok());
        assert!(
            throttle
                .try_account("ada@example.org", address("198.51.100.2"))
                .is_err()
        );
        assert!(throttle.try_account("ada@example.org", address("203.0.113.1")).is_ok());
    }

    #[test]
    fn many_people_come_in_from_one_address_and_one_of_them_gains_nothing_by_coming_again() {
        let throttle = throttle(1);
        let office = address("203.0.113.1");
        for person in ["ada@example.org", "bob@example.org", "cid@example.org"] {
            assert!(throttle.try_from_source(office).is_ok(), "{person}");
            throttle.was_right(person, office);
        }
        assert!(throttle.try_from_source(office).is_ok());
        throttle.was_right("ada@example.org", office);
        assert!(throttle.try_from_source(office).is_err());
    }

    #[test]
    fn links_that_do_not_exist_are_tried_only_so_often_and_right_ones_cost_nothing() {
        let links = WrongLinks {
            n_max: 2,
            seen: Mutex::default(),
        };
        let (guesser, now) = (address("203.0.113.1"), Instant::now());
        links.note(guesser, now);
        assert_eq!(links.wait(guesser, now), None);
        links.note(guesser, now);
        assert_eq!(links.wait(guesser, now), Some(WRONG_LINKS_KEPT));
        assert_eq!(links.wait(address("203.0.113.2"), now), None);
        let later = now + WRONG_LINKS_KEPT + Duration::from_secs(1);
        assert_eq!(links.wait(guesser, later), None);
        links.note(guesser, later);
        assert_eq!(links.wait(guesser, later), None, "counted afresh");
    }

    #[test]
    fn changing_the_host_part_of_an_ipv6_address_gains_nothing() {
        let throttle = throttle(1);
        assert!(throttle.try_from_source(address("2001:db8::1")).is_ok());
        assert!(throttle.try_from_source(address("2001:db8::2")).is_err());
    }
}
