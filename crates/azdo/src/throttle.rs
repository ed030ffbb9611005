//! What an answer says about waiting, on any status.
//!
//! Azure DevOps Services sends `Retry-After` with a 200 too, and delays requests before it blocks them. Servers on
//! premises send none of these headers.
//!
//! Source: Microsoft's page "Rate and usage limits"; `Retry-After` in seconds or as an HTTP date (RFC 9110, 10.2.3).

use crate::date;
use crate::transport::Response;

/// Longest wait that is believed; a header can't silence a connection for a day.
const RETRY_AFTER_MS_MAX: u64 = 60 * 60 * 1000;

/// The strictest throttling seen on the answers since it was last taken.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Throttle {
    /// No request of this identity before this time has passed.
    pub retry_after_ms: Option<u64>,
    /// How long the server held a request back.
    pub delay_ms: Option<u64>,
    /// What is left of the budget, in the server's units.
    pub remaining: Option<f64>,
    /// The whole budget.
    pub limit: Option<f64>,
}

impl Throttle {
    /// What one answer says; `now_us` is the server's own time, for a `Retry-After` that is a date.
    pub(crate) fn of(response: &Response, now_us: Option<i64>) -> Throttle {
        let number = |name: &str| {
            response
                .header(name)?
                .trim()
                .parse::<f64>()
                .ok()
                .filter(|n| n.is_finite())
        };
        Throttle {
            retry_after_ms: response
                .header("retry-after")
                .and_then(|text| retry_after_ms(text, now_us)),
            delay_ms: number("x-ratelimit-delay").map(milliseconds),
            remaining: number("x-ratelimit-remaining"),
            limit: number("x-ratelimit-limit"),
        }
    }

    /// The stricter of the two, figure by figure.
    pub(crate) fn stricter(self, other: Throttle) -> Throttle {
        let least = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Throttle {
            retry_after_ms: self.retry_after_ms.max(other.retry_after_ms),
            delay_ms: self.delay_ms.max(other.delay_ms),
            remaining: least(self.remaining, other.remaining),
            limit: least(self.limit, other.limit),
        }
    }
}

fn retry_after_ms(text: &str, now_us: Option<i64>) -> Option<u64> {
    if let Ok(seconds) = text.trim().parse::<f64>() {
        return seconds.is_finite().then(|| milliseconds(seconds));
    }
    let until_us = date::parse_http_us(text)?;
    let wait_us = until_us.saturating_sub(now_us?).max(0);
    Some(((wait_us / 1000) as u64).min(RETRY_AFTER_MS_MAX))
}

fn milliseconds(seconds: f64) -> u64 {
    ((seconds.max(0.0) * 1000.0).ceil() as u64).min(RETRY_AFTER_MS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&str, &str)], expected: Throttle) {
        let headers = headers.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        let now_us = date::parse_http_us("Sun, 22 Nov 2026 10:00:00 GMT");
        assert_eq!(
            Throttle::of(
                &Response {
                    status: 200,
                    headers,
                    body: Vec::new()
                },
                now_us
            ),
            expected
        );
    }

    #[test]
    fn all_figures_are_read_from_a_successful_answer() {
        check(
            &[
                ("Retry-After", "20"),
                ("X-RateLimit-Delay", "5.123"),
                ("X-RateLimit-Remaining", "0"),
                ("X-RateLimit-Limit", "200"),
            ],
            Throttle {
                retry_after_ms: Some(20_000),
                delay_ms: Some(5123),
                remaining: Some(0.0),
                limit: Some(200.0),
            },
        );
    }

    #[test]
    fn a_date_counts_from_the_servers_clock() {
        check(
            &[("retry-after", "Sun, 22 Nov 2026 10:00:30 GMT")],
            Throttle {
                retry_after_ms: Some(30_000),
                ..Throttle::default()
            },
        );
    }

    #[test]
    fn nonsense_is_no_throttle_and_nothing_waits_for_ever() {
        check(
            &[("retry-after", "soon"), ("x-ratelimit-delay", "NaN")],
            Throttle::default(),
        );
        check(
            &[("retry-after", "-5")],
            Throttle {
                retry_after_ms: Some(0),
                ..Throttle::default()
            },
        );
        check(
            &[("retry-after", "99999999999")],
            Throttle {
                retry_after_ms: Some(RETRY_AFTER_MS_MAX),
                ..Throttle::default()
            },
        );
    }

    #[test]
    fn the_strictest_of_several_answers_stays() {
        let calm = Throttle {
            remaining: Some(150.0),
            limit: Some(200.0),
            ..Throttle::default()
        };
        let busy = Throttle {
            retry_after_ms: Some(1),
            remaining: Some(3.0),
            ..Throttle::default()
        };
        let both = Throttle {
            retry_after_ms: Some(1),
            delay_ms: None,
            remaining: Some(3.0),
            limit: Some(200.0),
        };
        assert_eq!(calm.stricter(busy), both);
        assert_eq!(busy.stricter(calm), both);
    }
}
