//! When a token expires, as somebody said: a token can't tell.

use jiff::civil::Date;

/// Days before its end from which a token is warned of, the first that is reached from above.
const WARNED_AT_DAYS: [i64; 4] = [1, 7, 14, 30];

/// The calendar day of a time, UTC.
pub fn day_of(at_us: i64) -> Date {
    let timestamp = jiff::Timestamp::from_microsecond(at_us).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    timestamp.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// A day as it was typed: `2027-02-14`.
pub fn parse_day(text: &str) -> Option<Date> {
    let day: Date = text.trim().parse().ok()?;
    (text.trim().len() == 10 && (2000..=9998).contains(&day.year())).then_some(day)
}

/// Days until the token's last day; negative once it is over.
pub fn days_left(expires_on: Option<&str>, today: Date) -> Option<i64> {
    let last = parse_day(expires_on?)?;
    Some(i64::from(today.until(last).ok()?.get_days()))
}

/// What to say about a token, if there is anything to say.
pub fn warning(state: &str, days_left: Option<i64>) -> Option<String> {
    match (state, days_left) {
        ("reenter", _) => Some("The address has changed. Enter the token again.".to_owned()),
        ("expired", _) => Some("Azure DevOps says that the token has expired. Replace it.".to_owned()),
        ("refused", Some(days)) if days < 0 => {
            Some("Azure DevOps refuses the token. Its date has passed, so it has most likely expired.".to_owned())
        }
        ("refused", _) => Some("Azure DevOps refuses the token: it was revoked, or it has expired.".to_owned()),
        (_, None) => None,
        (_, Some(days)) if days < 0 => Some("The date of the token has passed. Replace it.".to_owned()),
        (_, Some(0)) => Some("The token expires today.".to_owned()),
        (_, Some(1)) => Some("The token expires tomorrow.".to_owned()),
        (_, Some(days)) => WARNED_AT_DAYS
            .iter()
            .any(|from| days <= *from)
            .then(|| format!("The token expires in {days} days.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expires_on: &str, today: &str, expected: Option<i64>) {
        assert_eq!(days_left(Some(expires_on), today.parse().unwrap()), expected);
    }

    #[test]
    fn days_are_counted_by_the_calendar() {
        check("2027-02-14", "2027-02-14", Some(0));
        check("2027-03-01", "2027-02-28", Some(1));
        check("2028-03-01", "2028-02-28", Some(2));
        check("2026-10-11", "2026-10-22", Some(-11));
        check("2030-01-01", "2026-01-01", Some(1461));
        check("soon", "2026-01-01", None);
        assert_eq!(days_left(None, "2026-01-01".parse().unwrap()), None);
    }

    #[test]
    fn a_day_is_a_calendar_date_and_nothing_else() {
        for text in [
            "2027-2-14",
            "14.02.2027",
            "2027-02-30",
            "2027-02-14T00:00",
            "0001-01-01",
            "",
        ] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    #[test]
    fn thirty_days_ahead_it_is_warned_of() {
        assert_eq!(warning("ok", Some(31)), None);
        assert_eq!(warning("ok", None), None);
        assert_eq!(
            warning("ok", Some(30)).as_deref(),
            Some("The token expires in 30 days.")
        );
        assert_eq!(warning("ok", Some(0)).as_deref(), Some("The token expires today."));
        assert!(warning("ok", Some(-1)).unwrap().contains("passed"));
        assert!(warning("refused", Some(-3)).unwrap().contains("most likely expired"));
        assert!(warning("refused", None).unwrap().contains("revoked"));
    }
}
