//! Dates as Azure DevOps and HTTP write them, to and from microseconds UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Microseconds UTC of an ISO 8601 date with 0 to 7 fractional digits. One without a zone is UTC.
///
/// The sentinels `9999-01-01T00:00:00Z` (still current) and `0001-01-01T00:00:00` (never) are dates like any other.
pub fn parse_us(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.as_microsecond());
    }
    let local: DateTime = text.parse().ok()?;
    Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

/// The date as Azure DevOps takes it: ISO 8601, UTC, microseconds where there are any.
///
/// A time outside of the years 1 to 9998 is moved to the nearest inside.
pub fn format_us(at_us: i64) -> String {
    // The last days of year 9999 have no `Timestamp` in every zone; the margin costs nothing.
    const MIN_US: i64 = -62_135_596_800_000_000;
    const MAX_US: i64 = 253_370_764_800_000_000;
    let timestamp = Timestamp::from_microsecond(at_us.clamp(MIN_US, MAX_US)).unwrap_or(Timestamp::UNIX_EPOCH);
    timestamp.to_string()
}

/// Microseconds UTC of an HTTP date such as `Sun, 22 Nov 2026 10:00:00 GMT`.
pub(crate) fn parse_http_us(text: &str) -> Option<i64> {
    let zoned = jiff::fmt::rfc2822::parse(text.trim()).ok()?;
    Some(zoned.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_dates_of_every_width_are_read() {
        assert_eq!(parse_us("1970-01-01T00:00:01Z"), Some(1_000_000));
        assert_eq!(parse_us("1970-01-01T00:00:01.5Z"), Some(1_500_000));
        assert_eq!(parse_us("1970-01-01T00:00:01.1234567Z"), Some(1_123_456));
        assert_eq!(parse_us("1970-01-01T01:00:00+01:00"), Some(0));
        assert_eq!(parse_us("1970-01-01T00:00:01"), Some(1_000_000));
        assert!(parse_us("9999-01-01T00:00:00Z").is_some());
        assert!(parse_us("0001-01-01T00:00:00").is_some());
        assert_eq!(parse_us("1/11/2017 11:18:16 PM"), None);
    }

    #[test]
    fn what_is_written_is_read_back() {
        for at_us in [0, 1, 1_500_000, 1_795_341_600_000_000] {
            assert_eq!(parse_us(&format_us(at_us)), Some(at_us));
        }
        assert_eq!(format_us(1_500_000), "1970-01-01T00:00:01.5Z");
        assert!(parse_us(&format_us(i64::MAX)).is_some());
        assert!(parse_us(&format_us(i64::MIN)).is_some());
    }

    #[test]
    fn http_dates_are_read() {
        assert_eq!(parse_http_us("Thu, 01 Jan 1970 00:00:02 GMT"), Some(2_000_000));
        assert_eq!(parse_http_us("yesterday"), None);
    }
}
