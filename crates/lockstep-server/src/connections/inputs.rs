//! What people type about a connection, read once and refused with words.

use azdo::{Collection, CollectionError, Token, TokenFormatError};
use secrecy::{ExposeSecret, SecretString};

use super::expiry::{day_of, parse_day};
use crate::error::{ApiError, Refusal};

/// Most characters of a label.
const LABEL_CHARS_MAX: usize = 100;

/// An address in one of the forms it is written in.
pub fn server_url(typed: &str) -> Result<Collection, ApiError> {
    let collection = Collection::parse(typed).map_err(|error| {
        let message = match error {
            CollectionError::Empty => "is missing",
            CollectionError::NotAnAddress => "is no address",
            CollectionError::UnknownScheme => "must begin with https:// or http://",
            CollectionError::HoldsCredentials => "must not hold a user name or password",
            CollectionError::MissingCollection => "lacks the organization or collection behind the host",
            CollectionError::HoldsToken => "is a token: paste it into the field for the token",
        };
        Refusal::field_is("server_url", message)
            .next_step("Enter the address as the browser shows it, or just the organization's name.")
    })?;
    Ok(collection)
}

/// A token as it was pasted.
pub fn token(pasted: &SecretString) -> Result<Token, ApiError> {
    let token = Token::parse(pasted.expose_secret()).map_err(|error| {
        let message = match error {
            TokenFormatError::Empty => "is missing",
            TokenFormatError::TooLong => "is longer than any token",
            TokenFormatError::BadCharacter => "holds a character that no token has",
        };
        Refusal::field_is("token", message).next_step("Copy the token again, as Azure DevOps shows it once.")
    })?;
    Ok(token)
}

/// A label that people can tell connections apart by.
pub fn label(typed: &str) -> Result<String, ApiError> {
    let label = typed.trim();
    if label.is_empty() {
        return Err(Refusal::field_is("label", "is missing").into());
    }
    if label.chars().count() > LABEL_CHARS_MAX {
        return Err(Refusal::field_is("label", "is too long: at most 100 characters").into());
    }
    if label.chars().any(char::is_control) {
        return Err(Refusal::field_is("label", "holds a character that can't be shown").into());
    }
    Ok(label.to_owned())
}

/// The last day of a token: a calendar date that is not over yet.
pub fn expires_on(typed: Option<&str>, now_us: i64) -> Result<Option<String>, ApiError> {
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else {
        return Ok(None);
    };
    let day = parse_day(typed).ok_or_else(|| Refusal::field_is("expires_on", "is no date such as 2027-02-14"))?;
    // In some time zone it is still yesterday.
    if day < day_of(now_us).yesterday().unwrap_or(day) {
        return Err(Refusal::field_is("expires_on", "has passed").into());
    }
    Ok(Some(day.to_string()))
}

/// A time zone as IANA calls it.
pub fn time_zone(typed: &str) -> Result<String, ApiError> {
    match jiff::tz::TimeZone::get(typed.trim()) {
        Ok(_) => Ok(typed.trim().to_owned()),
        Err(_) => Err(Refusal::field_is("time_zone", "is no time zone such as Europe/Oslo").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_is_over_is_refused_and_none_is_taken() {
        let now_us = azdo::parse_us("2026-11-22T10:00:00Z").unwrap();
        assert_eq!(expires_on(None, now_us).unwrap(), None);
        assert_eq!(expires_on(Some(" "), now_us).unwrap(), None);
        assert_eq!(
            expires_on(Some("2027-02-14"), now_us).unwrap().as_deref(),
            Some("2027-02-14")
        );
        assert!(expires_on(Some("2026-11-21"), now_us).is_ok());
        assert!(expires_on(Some("2026-11-20"), now_us).is_err());
        assert!(expires_on(Some("14 Feb"), now_us).is_err());
    }

    #[test]
    fn a_label_is_trimmed_and_bounded() {
        assert_eq!(label("  Northquay cloud ").unwrap(), "Northquay cloud");
        assert!(label(" ").is_err() && label(&"x".repeat(101)).is_err() && label("a\u{7}b").is_err());
    }

    #[test]
    fn a_time_zone_is_one_that_exists() {
        assert!(time_zone("Europe/Oslo").is_ok() && time_zone("Mars/Olympus").is_err());
    }
}
