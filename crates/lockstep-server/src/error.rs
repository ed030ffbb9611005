//! What a request answers when it can't do what was asked: RFC 9457 problems. The only place an HTTP status is chosen.
//!
//! A slice says *what kind* of refusal it is and in which words; the status follows from the [`Kind`]:
//!
//! ```ignore
//! return Err(Refusal::new(Kind::Conflict, "email_taken", "Somebody has this e-mail address")
//!     .detail("Every member needs an address of their own.")
//!     .field("email", "already in use")
//!     .into());
//! let row = store.team(company, id).await?.ok_or(ApiError::NotFound)?;   // StoreError becomes ApiError by `?`
//! ```
//!
//! What is unexpected is logged here once with its whole chain and answered without it. Neither the log nor the answer
//! carries request bodies, so no token or title gets out this way.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::StoreError;

/// The media type of a [`Problem`].
pub const PROBLEM_JSON: &str = "application/problem+json";

/// RFC 9457 problem details, with what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// `/problems/<code>`.
    pub r#type: String,
    /// What happened, as one word for programs.
    pub code: String,
    /// What happened, for people.
    pub title: String,
    /// The HTTP status once more.
    pub status: u16,
    /// More of it, for people.
    pub detail: String,
    /// What to do about it.
    pub next_step: Option<String>,
    /// Which fields were at fault.
    pub fields: Vec<FieldProblem>,
}

/// One field that was at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// The field's name in the request.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// What kind of refusal it is; the status follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The request can't be read at all: 400.
    Malformed,
    /// It can be read and is not acceptable: 422.
    Unacceptable,
    /// Nobody is signed in, or the secret is wrong: 401.
    SignedOut,
    /// The member may not do this: 403.
    Forbidden,
    /// There is no such thing, or not for this company: 404.
    NotFound,
    /// It doesn't fit what is there now: 409.
    Conflict,
    /// It was here and is gone for good: 410.
    Gone,
    /// The body is larger than this route takes: 413.
    TooLarge,
    /// Too many tries: 429.
    TooMany,
    /// Another server did not do its part: 502.
    OtherServer,
    /// Not now; nothing was done: 503.
    NotNow,
    /// Our fault: 500.
    Ours,
}

impl Kind {
    const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Unacceptable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Gone => StatusCode::GONE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::OtherServer => StatusCode::BAD_GATEWAY,
            Self::NotNow => StatusCode::SERVICE_UNAVAILABLE,
            Self::Ours => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// A refusal in a slice's own words.
#[derive(Debug, Clone)]
pub struct Refusal(Box<Words>);

#[derive(Debug, Clone)]
struct Words {
    kind: Kind,
    code: &'static str,
    title: String,
    detail: String,
    next_step: Option<String>,
    fields: Vec<FieldProblem>,
    retry_after_s: Option<u64>,
    more: serde_json::Map<String, serde_json::Value>,
}

impl Refusal {
    /// A refusal with its code for programs and its title for people.
    pub fn new(kind: Kind, code: &'static str, title: impl Into<String>) -> Self {
        Self(Box::new(Words {
            kind,
            code,
            title: title.into(),
            detail: String::new(),
            next_step: None,
            fields: Vec::new(),
            retry_after_s: None,
            more: serde_json::Map::new(),
        }))
    }

    /// A field that can't be accepted as it is.
    pub fn field_is(field: &str, message: &str) -> Self {
        Self::new(Kind::Unacceptable, "invalid_field", "Something needs another look").field(field, message)
    }

    /// What programs know it by.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// More about it, for people.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = detail.into();
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn next_step(mut self, next_step: impl Into<String>) -> Self {
        self.0.next_step = Some(next_step.into());
        self
    }

    /// One more field at fault.
    #[must_use]
    pub fn field(mut self, field: &str, message: impl Into<String>) -> Self {
        self.0.fields.push(FieldProblem {
            field: field.to_owned(),
            message: message.into(),
        });
        self
    }

    /// When to come back.
    #[must_use]
    pub fn retry_after_s(mut self, seconds: u64) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// A further member of the problem, such as `checklist`.
    #[must_use]
    pub fn with(mut self, name: &str, value: serde_json::Value) -> Self {
        self.0.more.insert(name.to_owned(), value);
        self
    }

    fn problem(&self) -> Problem {
        Problem {
            r#type: format!("/problems/{}", self.0.code),
            code: self.0.code.to_owned(),
            title: self.0.title.clone(),
            status: self.0.kind.status().as_u16(),
            detail: self.0.detail.clone(),
            next_step: self.0.next_step.clone(),
            fields: self.0.fields.clone(),
        }
    }
}

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Nobody is signed in: sign in first.
    #[error("nobody is signed in")]
    SignedOut,
    /// The member's role doesn't include this.
    #[error("the member may not do this")]
    Forbidden,
    /// There is no such thing in this company.
    #[error("no such thing in this company")]
    NotFound,
    /// A slice's own words.
    #[error("refused: {}", .0.0.code)]
    Refused(Refusal),
    /// The store could not.
    #[error("the store could not")]
    Store(#[from] StoreError),
    /// A fault of ours, logged with its chain.
    #[error("internal fault")]
    Internal(#[source] anyhow::Error),
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<anyhow::Error> for ApiError {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}

impl ApiError {
    fn refusal(self) -> Refusal {
        match self {
            Self::Refused(refusal) => refusal,
            Self::SignedOut => Refusal::new(Kind::SignedOut, "signed_out", "Please sign in")
                .detail("Nobody is signed in here, or the session has ended.")
                .next_step("Sign in and try again."),
            Self::Forbidden => Refusal::new(Kind::Forbidden, "forbidden", "Your role doesn't include this")
                .detail("This needs another role in your company.")
                .next_step("Ask a company admin."),
            Self::NotFound => Refusal::new(Kind::NotFound, "not_found", "There is nothing here")
                .detail("It doesn't exist, or not for your company."),
            Self::Store(StoreError::Busy) => busy(),
            Self::Store(StoreError::NoRoom) => no_room(),
            Self::Store(error @ StoreError::Away(_)) => {
                tracing::warn!(error = chain(&error), "The database doesn't answer");
                away()
            }
            error => {
                tracing::error!(error = chain(&error), "A request failed");
                Refusal::new(Kind::Ours, "internal", "Something went wrong on our side")
                    .detail("It was logged. Nothing half done is kept.")
                    .next_step("Try again; if it stays, give your operator the request id of this answer.")
            }
        }
    }
}

fn busy() -> Refusal {
    Refusal::new(Kind::NotNow, "busy", "The server is busy")
        .detail("The database had no turn for this write. Nothing was done.")
        .next_step("Try again in a moment.")
        .retry_after_s(2)
}

fn no_room() -> Refusal {
    Refusal::new(Kind::NotNow, "no_room", "The server's disk is full")
        .detail("Nothing was saved. What is there can still be read.")
        .next_step("Tell your operator; it works again as soon as there is room.")
        .retry_after_s(10)
}

fn away() -> Refusal {
    Refusal::new(Kind::NotNow, "database_away", "The database doesn't answer")
        .detail("It may be restarting. Repeating what you did is safe: it is done once.")
        .next_step("Try again in a moment.")
        .retry_after_s(2)
}

/// An error and its causes in one line.
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.refusal().into_response()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = match serde_json::to_value(self.problem()) {
            Ok(serde_json::Value::Object(body)) => body,
            _ => serde_json::Map::new(),
        };
        body.extend(self.0.more.clone());
        let mut response = (self.0.kind.status(), serde_json::Value::Object(body).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.0.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_its_code_its_fields_and_the_next_step() {
        let refusal = Refusal::field_is("email", "is missing").next_step("Type it.");
        let problem = refusal.problem();
        assert_eq!((problem.status, problem.code.as_str()), (422, "invalid_field"));
        assert_eq!(
            problem.fields,
            [FieldProblem {
                field: "email".into(),
                message: "is missing".into()
            }]
        );
        assert_eq!(problem.next_step.as_deref(), Some("Type it."));
    }

    #[test]
    fn an_unexpected_error_answers_nothing_of_itself() {
        let problem = ApiError::Internal(anyhow::anyhow!("pat-in-here")).refusal().problem();
        assert_eq!(problem.status, 500);
        assert!(!format!("{problem:?}").contains("pat-in-here"));
    }
}
