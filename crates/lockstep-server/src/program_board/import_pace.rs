//! How many requests of an import may run at once: more while Azure DevOps answers quickly, fewer as soon as it asks for
//! patience or slows down.
//!
//! Pure: what came back in, a number and a moment out. Time is an argument, microseconds UTC.

use azdo::Throttle;

/// What an import begins with.
const AT_ONCE_START: usize = 4;
/// The most there ever are.
const AT_ONCE_MAX: usize = 16;
/// An answer may take this many times the quickest one before the server counts as slowed down.
const SLOWED_DOWN: i64 = 3;
/// Answers below this are quick whatever the quickest one was, microseconds.
const QUICK_US: i64 = 250_000;
/// Below this part of the budget the pace is the slowest.
const BUDGET_LOW: f64 = 0.2;
/// The first wait after a failure, microseconds; it doubles up to the longest.
const WAIT_US: i64 = 1_000_000;
const WAIT_MAX_US: i64 = 60_000_000;

/// The pace of one import.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    at_once: usize,
    n_quick: usize,
    quickest_us: Option<i64>,
    not_before_us: i64,
    n_failures: u32,
    /// How it stood when requests were sent that the next answers belong to: one setback is one step back.
    changed_us: i64,
}

/// What came back of one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CameBack {
    /// An answer.
    Answer,
    /// A refusal that asks to wait so long, milliseconds.
    Throttled(u64),
    /// Nothing, or a failure that another try may mend.
    Failure,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            at_once: AT_ONCE_START,
            n_quick: 0,
            quickest_us: None,
            not_before_us: 0,
            n_failures: 0,
            changed_us: 0,
        }
    }
}

impl Pace {
    /// How many requests may run at once.
    pub fn at_once(&self) -> usize {
        self.at_once
    }

    /// Nothing is sent before this moment.
    pub fn not_before_us(&self) -> i64 {
        self.not_before_us
    }

    /// Failures in a row.
    pub fn n_failures(&self) -> u32 {
        self.n_failures
    }

    /// A request that was sent at `sent_us` has come back, with what answers said about waiting.
    pub fn came_back(&mut self, sent_us: i64, now_us: i64, back: CameBack, throttle: Throttle) {
        let asked_ms = match back {
            CameBack::Throttled(wait_ms) => Some(wait_ms.max(throttle.retry_after_ms.unwrap_or(0))),
            _ => throttle.retry_after_ms.filter(|wait_ms| *wait_ms > 0),
        };
        if let Some(wait_ms) = asked_ms {
            self.wait_until(now_us.saturating_add(i64::try_from(wait_ms).unwrap_or(i64::MAX).saturating_mul(1000)));
            self.slow_down(sent_us, now_us, 1);
        }
        if back == CameBack::Failure {
            let wait_us = WAIT_US.saturating_mul(1 << self.n_failures.min(16)).min(WAIT_MAX_US);
            if sent_us >= self.changed_us {
                self.n_failures = self.n_failures.saturating_add(1);
                self.wait_until(now_us.saturating_add(wait_us));
            }
            self.slow_down(sent_us, now_us, self.at_once / 2);
            return;
        }
        if back != CameBack::Answer {
            return;
        }
        self.n_failures = 0;
        let took_us = now_us.saturating_sub(sent_us).max(1);
        let quickest_us = self.quickest_us.map_or(took_us, |quickest_us| quickest_us.min(took_us));
        self.quickest_us = Some(quickest_us);
        let is_low = matches!((throttle.remaining, throttle.limit), (Some(left), Some(all)) if left < all * BUDGET_LOW);
        if is_low || throttle.delay_ms.is_some_and(|delay_ms| delay_ms > 0) {
            self.slow_down(sent_us, now_us, self.at_once / 2);
        } else if took_us > (quickest_us * SLOWED_DOWN).max(QUICK_US) {
            self.slow_down(sent_us, now_us, self.at_once.saturating_sub(1));
        } else if asked_ms.is_none() {
            self.n_quick += 1;
            // One more for each quick answer until the first setback, so that a small board is not over before the pace is
            // found; from then on one more for each round of them.
            let n_enough = if self.changed_us == 0 { 1 } else { self.at_once };
            if self.n_quick >= n_enough && self.at_once < AT_ONCE_MAX {
                self.at_once += 1;
                self.n_quick = 0;
            }
        }
    }

    fn wait_until(&mut self, at_us: i64) {
        self.not_before_us = self.not_before_us.max(at_us);
    }

    fn slow_down(&mut self, sent_us: i64, now_us: i64, to: usize) {
        self.n_quick = 0;
        // What was sent before the last step back says nothing about the pace since.
        if sent_us >= self.changed_us {
            self.at_once = to.clamp(1, AT_ONCE_MAX);
            self.changed_us = now_us;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1000;

    fn quick(pace: &mut Pace, n: usize, from_us: i64) -> i64 {
        let mut now_us = from_us;
        for _ in 0..n {
            pace.came_back(now_us, now_us + 40 * MS, CameBack::Answer, Throttle::default());
            now_us += 40 * MS;
        }
        now_us
    }

    #[test]
    fn quick_answers_raise_the_pace_to_its_bound_and_no_further() {
        let mut pace = Pace::default();
        assert_eq!(pace.at_once(), 4);
        quick(&mut pace, 500, 0);
        assert_eq!((pace.at_once(), pace.not_before_us()), (16, 0));
    }

    #[test]
    fn the_pace_is_found_in_two_rounds_and_once_set_back_it_comes_back_slowly() {
        let mut pace = Pace::default();
        let now_us = quick(&mut pace, 12, 1);
        assert_eq!(pace.at_once(), 16);
        pace.came_back(now_us, now_us + 100 * MS, CameBack::Failure, Throttle::default());
        assert_eq!(pace.at_once(), 8);
        quick(&mut pace, 8, now_us + 100 * MS);
        assert_eq!(pace.at_once(), 9);
    }

    #[test]
    fn a_wait_that_is_asked_for_is_kept_even_when_it_comes_with_an_answer() {
        let mut pace = Pace::default();
        let now_us = quick(&mut pace, 100, 0);
        let throttle = Throttle {
            retry_after_ms: Some(5000),
            ..Throttle::default()
        };
        pace.came_back(now_us, now_us + 40 * MS, CameBack::Answer, throttle);
        assert_eq!((pace.at_once(), pace.not_before_us()), (1, now_us + 5040 * MS));
        let mut refused = Pace::default();
        refused.came_back(0, 40 * MS, CameBack::Throttled(30_000), Throttle::default());
        assert_eq!((refused.at_once(), refused.not_before_us()), (1, 30_040 * MS));
        // It recovers by itself.
        quick(&mut refused, 200, 40_000 * MS);
        assert_eq!(refused.at_once(), 16);
    }

    #[test]
    fn a_budget_that_runs_low_and_requests_held_back_slow_it_down() {
        for throttle in [
            Throttle {
                remaining: Some(10.0),
                limit: Some(200.0),
                ..Throttle::default()
            },
            Throttle {
                delay_ms: Some(300),
                ..Throttle::default()
            },
        ] {
            let mut pace = Pace::default();
            let now_us = quick(&mut pace, 500, 0);
            pace.came_back(now_us, now_us + 40 * MS, CameBack::Answer, throttle);
            assert_eq!(pace.at_once(), 8);
        }
    }

    #[test]
    fn a_server_that_gets_slow_is_asked_less() {
        let mut pace = Pace::default();
        let mut now_us = quick(&mut pace, 500, 0);
        for _ in 0..5 {
            pace.came_back(now_us, now_us + 900 * MS, CameBack::Answer, Throttle::default());
            now_us += 900 * MS;
        }
        assert_eq!(pace.at_once(), 11);
    }

    #[test]
    fn failures_of_one_moment_are_one_setback_and_waits_double() {
        let mut pace = Pace::default();
        let now_us = quick(&mut pace, 500, 0);
        for _ in 0..16 {
            pace.came_back(now_us, now_us + 100 * MS, CameBack::Failure, Throttle::default());
        }
        assert_eq!((pace.at_once(), pace.n_failures()), (8, 1));
        assert_eq!(pace.not_before_us(), now_us + 1100 * MS);
        let again_us = pace.not_before_us();
        pace.came_back(again_us, again_us + 100 * MS, CameBack::Failure, Throttle::default());
        assert_eq!((pace.at_once(), pace.n_failures()), (4, 2));
        assert_eq!(pace.not_before_us(), again_us + 2100 * MS);
    }
}
