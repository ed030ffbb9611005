//! Times as Azure DevOps writes and reads them. Inside the simulator a time is microseconds UTC; nobody reads a clock.

use jiff::{Timestamp, civil, fmt::rfc2822, tz::TimeZone};

/// What stands for "still current".
pub(crate) const FAR_FUTURE: &str = "9999-01-01T00:00:00Z";
pub(crate) const DAY_US: i64 = 86_400_000_000;

/// Cut to the milliseconds that are stored.
pub(crate) fn stored(us: i64) -> i64 {
    us - us.rem_euclid(1000)
}

/// `2026-11-22T10:00:00.12Z`: trailing zeros dropped, or all seven digits.
pub(crate) fn iso(us: i64, long_fractions: bool) -> String {
    let whole = us.div_euclid(1_000_000);
    let fraction = us.rem_euclid(1_000_000);
    let seconds = Timestamp::from_second(whole).map_or_else(|_| FAR_FUTURE.to_owned(), |at| at.to_string());
    if long_fractions {
        return seconds.replace('Z', &format!(".{:07}Z", fraction * 10));
    }
    match fraction {
        0 => seconds,
        _ => {
            let digits = format!("{fraction:06}");
            seconds.replace('Z', &format!(".{}Z", digits.trim_end_matches('0')))
        }
    }
}

/// `Sun, 22 Nov 2026 10:00:00 GMT`, for the `Date` header.
pub(crate) fn http_date(us: i64) -> String {
    let at = Timestamp::from_microsecond(us).unwrap_or(Timestamp::UNIX_EPOCH);
    rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&at)
        .unwrap_or_default()
}

/// A point in time, or a whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub us: i64,
    pub has_time: bool,
}

/// ISO 8601 with or without time and zone (UTC if none), or the form of HTTP dates that the Node client sends.
pub(crate) fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Moment {
            us: at.as_microsecond(),
            has_time: true,
        });
    }
    if text.len() <= 10 {
        let date: civil::Date = text.parse().ok()?;
        return Some(Moment {
            us: midnight(date)?,
            has_time: false,
        });
    }
    if let Ok(local) = text.parse::<civil::DateTime>() {
        return Some(Moment {
            us: local.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond(),
            has_time: true,
        });
    }
    let at = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Moment {
        us: at.as_microsecond(),
        has_time: true,
    })
}

/// Midnight UTC of a calendar date such as `2026-10-12`.
pub(crate) fn day_us(date: &str) -> Option<i64> {
    midnight(date.parse().ok()?)
}

/// The calendar date (UTC) of a point in time.
pub(crate) fn date_of(us: i64) -> String {
    iso(us, false)[..10].to_owned()
}

fn midnight(date: civil::Date) -> Option<i64> {
    Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_drop_their_trailing_zeros() {
        assert_eq!(iso(1_782_554_645_120_000, false), "2026-06-27T10:04:05.12Z");
        assert_eq!(iso(1_782_554_645_000_000, false), "2026-06-27T10:04:05Z");
        assert_eq!(iso(1_782_554_645_120_000, true), "2026-06-27T10:04:05.1200000Z");
    }

    #[test]
    fn every_form_of_a_date_that_clients_send_is_read() {
        let noon = 1_795_348_800_000_000;
        for text in [
            "2026-11-22T12:00:00Z",
            "2026-11-22T12:00:00.0000000Z",
            "2026-11-22T13:00:00+01:00",
            "2026-11-22T12:00:00",
            "Sun, 22 Nov 2026 12:00:00 GMT",
        ] {
            assert_eq!(
                parse(text),
                Some(Moment {
                    us: noon,
                    has_time: true
                }),
                "{text}"
            );
        }
        assert_eq!(parse("2026-11-22").map(|m| m.has_time), Some(false));
        assert_eq!(parse("soon"), None);
    }
}
