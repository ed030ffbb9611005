//! Taking a notification: who sends it, what it names, and the answer.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use azdo::Notification;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;

use super::authorize::{Secret, secret_of};
use super::group::{Arrival, Group};
use crate::app::App;
use crate::error::{ApiError, Kind, Refusal};
use crate::extract::Path;
use crate::ids::{CompanyId, ConnectionId};
use crate::store::notices::{Accepted, Fate, HookNotice};
use crate::store::webhooks::{HookedRow, Seen};

/// A notification is kept within this time, or its sender is told to come again.
const KEPT_WITHIN: Duration = Duration::from_secs(2);
/// When to come again.
const RETRY_AFTER_S: u64 = 30;
/// How long the secret before is taken once the new one was seen: longer than the 36 hours of a probation.
const PREVIOUS_SECRET_US: i64 = 48 * 60 * 60 * 1_000_000;
/// What is kept of a body that can't be understood, in bytes.
const QUARANTINED_BYTES_MAX: usize = 64 * 1024;
/// Longest text taken out of a body, in bytes.
const TEXT_BYTES_MAX: usize = 400;

/// A notification from Azure DevOps: 200 once it is kept, 401 for strangers, 410 for a deleted connection, else 503.
pub(super) async fn take(
    State(app): State<App>,
    Extension(group): Extension<Arc<Group>>,
    Path(path_id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let now_us = app.now_us();
    let known = group
        .known(&app, &path_id)
        .map(|hooked| (secret_of(&headers, Some(&hooked), now_us), hooked))
        .filter(|(secret, _)| *secret != Secret::Wrong);
    let (secret, hooked) = match known {
        Some((secret, hooked)) => (secret, Some(hooked)),
        None => {
            let Ok(Ok(hooked)) = tokio::time::timeout(KEPT_WITHIN, group.whose(&app, path_id)).await else {
                return again();
            };
            (secret_of(&headers, hooked.as_ref(), now_us), hooked)
        }
    };
    let Some(hooked) = hooked.filter(|_| secret != Secret::Wrong) else {
        metrics::counter!("lockstep_hooks_refused_total").increment(1);
        return (
            StatusCode::UNAUTHORIZED,
            [("www-authenticate", "Basic realm=\"Lockstep\"")],
        )
            .into_response();
    };
    if hooked.deleted_us.is_some() {
        // Ends the orphaned subscription; the one place where that is meant.
        return StatusCode::GONE.into_response();
    }
    let Some(body) = read(body, app.config.notice_body_max_bytes).await else {
        return again();
    };
    let arrival = arrival(&hooked, secret, body, now_us);
    let label = match arrival.notice.fate {
        Fate::Pending => "pending",
        Fate::OutOfScope => "out_of_scope",
        Fate::Quarantined => "quarantined",
    };
    match tokio::time::timeout(KEPT_WITHIN, group.keep(&app, arrival)).await {
        Ok(Ok(accepted)) => {
            let fate = if accepted == Accepted::Again { "again" } else { label };
            metrics::counter!("lockstep_notices_total", "fate" => fate).increment(1);
            StatusCode::OK.into_response()
        }
        Ok(Err(_)) | Err(_) => again(),
    }
}

/// Our trouble: it is sent again, and the subscription is not put on probation.
fn again() -> Response {
    metrics::counter!("lockstep_hooks_not_kept_total").increment(1);
    ApiError::from(Refusal::new(Kind::NotNow, "not_kept", "The notification was not kept").retry_after_s(RETRY_AFTER_S))
        .into_response()
}

/// A body up to a bound.
struct Taken {
    bytes: Vec<u8>,
    is_whole: bool,
}

/// Reads a body up to the bound; `None` when it broke off.
async fn read(mut body: Body, bytes_max: usize) -> Option<Taken> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.ok()?.into_data() else { continue };
        let room = bytes_max - bytes.len();
        bytes.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Some(Taken { bytes, is_whole: false });
        }
    }
    Some(Taken { bytes, is_whole: true })
}

/// What is kept of a notification.
fn arrival(hooked: &HookedRow, secret: Secret, body: Taken, received_us: i64) -> Arrival {
    let webhook = &hooked.webhook;
    let is_first_with_new =
        secret == Secret::Current && webhook.previous_digest.is_some() && webhook.previous_until_us.is_none();
    let parsed = if body.is_whole {
        Notification::parse(&body.bytes).ok()
    } else {
        None
    };
    let seen = parsed.as_ref().map(seen);
    let notice = match parsed {
        Some(parsed) => understood(parsed, hooked.is_enabled, body.bytes, received_us),
        None => quarantined(body.bytes, received_us),
    };
    Arrival {
        company: CompanyId(webhook.company_id),
        connection: ConnectionId(webhook.connection_id),
        notice,
        seen,
        previous_until_us: is_first_with_new.then_some(received_us + PREVIOUS_SECRET_US),
        is_enabled: hooked.is_enabled,
    }
}

fn understood(parsed: Notification, is_enabled: bool, body: Vec<u8>, received_us: i64) -> HookNotice {
    let is_work_item = parsed.event_type.to_ascii_lowercase().starts_with("workitem.");
    let fate = match (is_work_item, parsed.work_item_id) {
        (false, _) => Fate::OutOfScope,
        (true, Some(_)) => Fate::Pending,
        (true, None) => Fate::Quarantined,
    };
    let body = match fate {
        // A disabled connection keeps which work items to look at, and nothing that was said about them.
        Fate::Pending => is_enabled.then_some(body),
        Fate::OutOfScope => None,
        Fate::Quarantined => Some(cut(body)),
    };
    HookNotice {
        subscription_id: parsed.subscription_id.map(|text| shortened(&text)),
        notification_id: parsed.notification_id,
        event_id: parsed.event_id.map(|text| shortened(&text)),
        event_type: shortened(&parsed.event_type),
        work_item: parsed.work_item_id,
        rev: parsed.rev,
        body,
        received_us,
        fate,
    }
}

fn quarantined(body: Vec<u8>, received_us: i64) -> HookNotice {
    HookNotice {
        subscription_id: None,
        notification_id: None,
        event_id: None,
        event_type: String::new(),
        work_item: None,
        rev: None,
        body: Some(cut(body)),
        received_us,
        fate: Fate::Quarantined,
    }
}

/// Of which project an event is, as it says: shown to people, decides nothing.
fn seen(parsed: &Notification) -> Seen {
    let text = |text: &Option<String>| text.as_deref().map(shortened);
    Seen {
        project_id: text(&parsed.project_id).unwrap_or_default(),
        project: text(&parsed.project),
        event_type: shortened(&parsed.event_type),
    }
}

fn cut(mut body: Vec<u8>) -> Vec<u8> {
    body.truncate(QUARANTINED_BYTES_MAX);
    body
}

/// A text as it is stored: bounded, and without what PostgreSQL takes no text with.
fn shortened(text: &str) -> String {
    let end = (0..=text.len().min(TEXT_BYTES_MAX))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    text[..end].replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, is_enabled: bool, fate: Fate, has_body: bool) {
        let notice = match Notification::parse(body.as_bytes()) {
            Ok(parsed) => understood(parsed, is_enabled, body.as_bytes().to_vec(), 0),
            Err(_) => quarantined(body.as_bytes().to_vec(), 0),
        };
        assert_eq!((notice.fate, notice.body.is_some()), (fate, has_body), "{body}");
    }

    #[test]
    fn each_kind_of_body_has_its_fate() {
        check(
            r#"{"eventType":"workitem.created","resource":{"id":5}}"#,
            true,
            Fate::Pending,
            true,
        );
        check(
            r#"{"eventType":"workitem.created","resource":{"id":5}}"#,
            false,
            Fate::Pending,
            false,
        );
        check(
            r#"{"eventType":"workitem.updated","resource":{}}"#,
            true,
            Fate::Quarantined,
            true,
        );
        check(
            r#"{"eventType":"git.push","resource":{"id":5}}"#,
            true,
            Fate::OutOfScope,
            false,
        );
        check("not json", true, Fate::Quarantined, true);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(shortened(&"é".repeat(300)).len(), 400);
        assert_eq!(shortened("a\0b"), "a\u{fffd}b");
    }
}
