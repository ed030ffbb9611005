//! Reads an answer: either the JSON that was asked for, or which [`Error`] it is.
//!
//! The status is looked at first, then the error's `typeKey`, then the code at the start of its message. The message
//! itself is localised on servers on premises, the code is not, so words are a last resort.
//!
//! Sources: the error envelope and the version texts from Microsoft's client code (actions/runner, `src/Sdk`);
//! the codes and the four faces of an authentication failure from public reports, since no specification has them.

use serde_json::Value;

use crate::body;
use crate::envelope::{Envelope, says_expired};
use crate::error::{AuthFailure, Error};
use crate::throttle::Throttle;
use crate::transport::Response;
use crate::url;

/// How long to wait when a 429 doesn't say.
const RETRY_AFTER_MS_DEFAULT: u64 = 30_000;

/// Who asks without being signed in, as TF400813 and `connectionData` name it.
pub(crate) const ANONYMOUS_ID: &str = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";

/// The JSON of a successful answer; `Null` for a 204.
pub(crate) fn read(response: &Response, throttle: &Throttle) -> Result<Value, Error> {
    accept(response, throttle)?;
    if response.status == 204 {
        return Ok(Value::Null);
    }
    body::json(&response.body).ok_or(Error::Unreadable {
        status: response.status,
    })
}

/// Whether an answer is a success whose body is the server's own and can be read.
pub(crate) fn accept(response: &Response, throttle: &Throttle) -> Result<(), Error> {
    match response.status {
        204 => Ok(()),
        200..=299 => accept_success(response),
        300..=399 => Err(redirect(response)),
        _ => Err(refusal(response, throttle)),
    }
}

fn accept_success(response: &Response) -> Result<(), Error> {
    let status = response.status;
    if body::is_html(response) {
        // 203 is the status Azure DevOps sends its sign-in page with; a proxy that shows a page of its own uses 200.
        let is_sign_in = status == 203 || body::is_sign_in_page(response);
        return Err(if !is_sign_in {
            Error::NotAzureDevOps { status }
        } else if says_expired(&body::page(response)) {
            Error::Unauthenticated {
                reason: AuthFailure::Expired,
            }
        } else {
            Error::Unauthenticated {
                reason: AuthFailure::SignInPage,
            }
        });
    }
    if status == 203 {
        return Err(Error::Unreadable { status });
    }
    Ok(())
}

fn redirect(response: &Response) -> Error {
    let location = response.header("location").unwrap_or_default();
    let is_sign_in = location.to_ascii_lowercase().contains("_signin")
        || response
            .headers
            .iter()
            .any(|(name, _)| name.to_ascii_lowercase().starts_with("x-tfs-fedauth"));
    if is_sign_in {
        return Error::Unauthenticated {
            reason: AuthFailure::SignInPage,
        };
    }
    Error::Redirected {
        status: response.status,
        to_host: url::host_of(location),
    }
}

fn refusal(response: &Response, throttle: &Throttle) -> Error {
    let status = response.status;
    let envelope = Envelope::of(response);
    if status == 429 || (status < 500 && envelope.has_code("TF400733")) {
        return Error::Throttled {
            retry_after_ms: throttle.retry_after_ms.unwrap_or(RETRY_AFTER_MS_DEFAULT),
        };
    }
    if status == 401 {
        return unauthorized(response, &envelope);
    }
    if matches!(status, 407 | 511) {
        return Error::NotAzureDevOps { status };
    }
    if let Some(error) = envelope.known_refusal(status) {
        return error;
    }
    if status == 408 || status >= 500 {
        return Error::Unavailable { status };
    }
    if is_strangers_page(response) {
        return Error::NotAzureDevOps { status };
    }
    match status {
        412 => Error::RevMoved,
        403 => forbidden(response, &envelope),
        404 => Error::NotFound {
            message: envelope.message_if_any(),
        },
        _ => Error::Refused {
            status,
            type_key: envelope.type_key,
            message: envelope.message,
        },
    }
}

/// A page that carries no mark of Azure DevOps. IIS gets the benefit of the doubt: it is what serves Azure DevOps on
/// premises, and answers for it when a collection's path is wrong.
fn is_strangers_page(response: &Response) -> bool {
    let is_iis = response
        .header("server")
        .is_some_and(|server| server.contains("Microsoft-IIS"));
    body::is_html(response) && !is_iis && !body::is_sign_in_page(response)
}

fn unauthorized(response: &Response, envelope: &Envelope) -> Error {
    if let Some(reason) = envelope.auth_failure() {
        return Error::Unauthenticated { reason };
    }
    if envelope.names_a_user() || (envelope.has_code("TF400813") && user_data_names_a_user(response)) {
        return Error::MissingScope {
            message: envelope.message.clone(),
        };
    }
    if envelope.is_permission() {
        return Error::Forbidden {
            message: envelope.message.clone(),
        };
    }
    Error::Unauthenticated {
        reason: AuthFailure::NotAuthorized,
    }
}

fn forbidden(response: &Response, envelope: &Envelope) -> Error {
    if let Some(reason) = envelope.auth_failure() {
        return Error::Unauthenticated { reason };
    }
    if envelope.names_a_user() || (envelope.has_code("TF400813") && user_data_names_a_user(response)) {
        return Error::MissingScope {
            message: envelope.message.clone(),
        };
    }
    Error::Forbidden {
        message: envelope.message.clone(),
    }
}

/// `X-VSS-UserData: <guid>:<name>` comes with authenticated answers.
fn user_data_names_a_user(response: &Response) -> bool {
    let id = response
        .header("x-vss-userdata")
        .and_then(|text| text.split(':').next())
        .unwrap_or_default();
    is_guid(id) && id != ANONYMOUS_ID && id.chars().any(|c| c.is_ascii_hexdigit() && c != '0')
}

fn is_guid(text: &str) -> bool {
    text.len() == 36 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}
