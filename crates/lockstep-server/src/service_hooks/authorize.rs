//! Whether a notification carries the right secret. Unknown path, unknown connection and wrong secret take the same steps.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use subtle::ConstantTimeEq;

use crate::connections::secrets::digest;
use crate::store::webhooks::HookedRow;

/// Bytes of a digest.
const DIGEST_BYTES: usize = 32;

/// Which secret a notification carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// The one of now.
    Current,
    /// The one before the last rotation, still in its time.
    Previous,
    /// Neither.
    Wrong,
}

/// Holds a request's secret against the webhook's, if there is one.
pub fn secret_of(headers: &HeaderMap, hooked: Option<&HookedRow>, now_us: i64) -> Secret {
    let given = digest(password(headers).unwrap_or_default().as_bytes());
    // Without a webhook the comparison is made with digests that no secret has.
    let nothing = [0; DIGEST_BYTES];
    let webhook = hooked.map(|hooked| &hooked.webhook);
    let current = webhook.map_or(nothing.as_slice(), |webhook| &webhook.digest);
    let previous = webhook
        .and_then(|webhook| webhook.previous_digest.as_deref())
        .unwrap_or(&nothing);
    let is_current = bool::from(given.ct_eq(current));
    let is_previous = bool::from(given.ct_eq(previous));
    let is_in_time = webhook.is_some_and(|webhook| webhook.previous_until_us.is_none_or(|until_us| now_us < until_us));
    match (is_current, is_previous && is_in_time) {
        (true, _) => Secret::Current,
        (false, true) => Secret::Previous,
        (false, false) => Secret::Wrong,
    }
}

/// The password of a Basic header; the user name says nothing.
fn password(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    decoded.split_once(':').map(|(_, password)| password.to_owned())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::webhooks::WebhookRow;

    fn hooked(previous_until_us: Option<i64>) -> HookedRow {
        HookedRow {
            webhook: WebhookRow {
                connection_id: Uuid::nil(),
                company_id: Uuid::nil(),
                path_id: "p".into(),
                user_name: "lockstep".into(),
                sealed: Vec::new(),
                digest: digest(b"new"),
                previous_digest: Some(digest(b"old")),
                previous_until_us,
                rotated_us: None,
            },
            is_enabled: true,
            deleted_us: None,
        }
    }

    fn check(header: &str, hooked: Option<&HookedRow>, expected: Secret) {
        let mut headers = HeaderMap::new();
        if !header.is_empty() {
            headers.insert(AUTHORIZATION, header.parse().unwrap());
        }
        assert_eq!(secret_of(&headers, hooked, 100), expected, "{header}");
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    #[test]
    fn the_secret_of_now_is_taken_whatever_the_user_name() {
        check(&basic("lockstep:new"), Some(&hooked(None)), Secret::Current);
        check(
            &basic("anybody:new").replace("Basic", "basic"),
            Some(&hooked(None)),
            Secret::Current,
        );
    }

    #[test]
    fn the_one_before_is_taken_until_its_time_has_passed() {
        check(&basic("lockstep:old"), Some(&hooked(None)), Secret::Previous);
        check(&basic("lockstep:old"), Some(&hooked(Some(101))), Secret::Previous);
        check(&basic("lockstep:old"), Some(&hooked(Some(100))), Secret::Wrong);
    }

    #[test]
    fn everything_else_is_wrong() {
        for header in [
            "",
            "Basic",
            "Basic !!!",
            "Bearer new",
            &basic("new"),
            &basic("lockstep:"),
            &basic("lockstep:newer"),
        ] {
            check(header, Some(&hooked(None)), Secret::Wrong);
        }
        check(&basic("lockstep:new"), None, Secret::Wrong);
    }
}
