//! What handlers take out of a request: [`Body`], [`Path`], [`Query`] and [`Source`]. They answer problems, not plain text,
//! and never repeat what was sent.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::header::{self, HeaderMap};
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::App;
use crate::error::{ApiError, Kind, Refusal};

/// A JSON body. Shapes for it carry `#[serde(deny_unknown_fields)]`.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = ApiError;
    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        // A form can't send this type across sites, and nothing else is understood.
        if !is_json(request.headers()) {
            return Err(Refusal::new(Kind::Malformed, "not_json", "This takes JSON")
                .next_step("Send it as application/json.")
                .into());
        }
        let bytes = Bytes::from_request(request, app).await.map_err(|rejection| {
            let kind = if rejection.status().as_u16() == 413 {
                Kind::TooLarge
            } else {
                Kind::Malformed
            };
            Refusal::new(kind, "unreadable_body", "The request could not be read whole")
        })?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|_error| {
            Refusal::new(Kind::Malformed, "unreadable_json", "This is not JSON")
                .detail("Half a character or a comma is off.")
        })?;
        if has_nul(&value) {
            return Err(Refusal::new(
                Kind::Unacceptable,
                "unstorable_text",
                "There is a character that can't be kept",
            )
            .detail("The text holds a NUL character, which neither Azure DevOps nor the database accepts.")
            .next_step("Remove it and try again.")
            .into());
        }
        serde_json::from_value(value)
            .map(Self)
            .map_err(|error| misfit(&error).into())
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    content_type
        .split(';')
        .next()
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(has_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn misfit(error: &serde_json::Error) -> Refusal {
    let message = error.to_string();
    // What serde says repeats values and the names of unknown fields, and either may be a token in the wrong place. Names of
    // missing and of expected fields are ours.
    let detail = if message.starts_with("missing field") {
        message
    } else if message.starts_with("unknown field") {
        match message.rsplit_once("`, expected ") {
            Some((_, expected)) => format!("There is a field that is not known here; expected is {expected}."),
            None => "There is a field that is not known here.".to_owned(),
        }
    } else {
        "A field holds a value of another kind than expected.".to_owned()
    };
    Refusal::new(
        Kind::Unacceptable,
        "unexpected_shape",
        "The request has another shape than this expects",
    )
    .detail(detail)
}

/// The variable parts of the path; what can't be one of our ids is not found.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map_err(|_rejection| ApiError::NotFound)?;
        Ok(Self(path.0))
    }
}

/// The query.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query = axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map_err(|_rejection| {
                Refusal::new(
                    Kind::Malformed,
                    "unreadable_query",
                    "The address has a query that can't be read",
                )
            })?;
        Ok(Self(query.0))
    }
}

/// The address a request came from, looking through the proxies that the settings trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The address.
    pub address: IpAddr,
    /// Whether anything on the way says that it passed the request on.
    pub is_forwarded: bool,
}

impl Source {
    /// Whether the request was made on this machine, and not by a proxy on it.
    pub fn is_this_machine(self) -> bool {
        self.address.is_loopback() && !self.is_forwarded
    }
}

impl FromRequestParts<App> for Source {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip().to_canonical());
        // Without a peer (a test without a socket) everybody shares one address, the safe side for limits.
        Ok(source(
            peer.unwrap_or(IpAddr::from([0, 0, 0, 0])),
            &parts.headers,
            &app.config.trusted_proxies,
        ))
    }
}

fn source(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> Source {
    let is_forwarded = [header::FORWARDED, header::VIA]
        .iter()
        .any(|name| headers.contains_key(name))
        || headers.contains_key("x-forwarded-for")
        || headers.contains_key("x-real-ip");
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut address = peer;
    // The last hop was written by the nearest proxy; each one is believed only if the one after it is trusted.
    for hop in hops.iter().rev() {
        if !trusted.contains(&address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(next) => address = next.to_canonical(),
            Err(_) => break,
        }
    }
    Source { address, is_forwarded }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(peer: &str, forwarded_for: &str, trusted: &[&str], expected: &str) {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded_for.parse().unwrap());
        let trusted: Vec<IpAddr> = trusted.iter().map(|ip| ip.parse().unwrap()).collect();
        assert_eq!(
            source(peer.parse().unwrap(), &headers, &trusted).address,
            expected.parse::<IpAddr>().unwrap()
        );
    }

    #[test]
    fn a_stranger_can_not_choose_its_address() {
        check("203.0.113.9", "10.0.0.1", &["127.0.0.1"], "203.0.113.9");
        check("127.0.0.1", "10.9.9.9, 203.0.113.9", &["127.0.0.1"], "203.0.113.9");
    }

    #[test]
    fn trusted_proxies_are_looked_through() {
        check(
            "127.0.0.1",
            "203.0.113.9, 10.0.0.2",
            &["127.0.0.1", "10.0.0.2"],
            "203.0.113.9",
        );
    }

    #[test]
    fn neither_a_value_nor_the_name_of_an_unknown_field_is_repeated() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code, reason = "only its refusals are looked at")]
        struct Input {
            token: String,
            label: String,
        }
        let detail = |value| format!("{:?}", misfit(&serde_json::from_value::<Input>(value).unwrap_err()));
        assert!(!detail(serde_json::json!({"token": ["a secret"], "label": "x"})).contains("a secret"));
        for secret in ["a secret", "a secret`, expected `a secret", "a secret`, expected "] {
            let text = detail(serde_json::json!({"label": "x", secret: 1}));
            assert!(
                text.contains("`token` or `label`") && !text.contains("a secret"),
                "{text}"
            );
        }
        assert!(detail(serde_json::json!({"label": "x"})).contains("missing field `token`"));
    }
}
