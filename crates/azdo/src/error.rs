//! What a caller can do about a refusal: one variant for each thing done differently.

use crate::model::FieldName;
use crate::transport::{TransportError, TransportErrorKind};

/// Why a request gave no result.
///
/// [`Error::is_definite`] tells the answers that surely changed nothing from those that may have.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The work item has moved past the rev that was tested: read and plan again.
    #[error("the work item has moved on")]
    RevMoved,
    /// A rule refused a value: show it.
    #[error("a rule of the work item type refused a value: {message}")]
    RuleBroken {
        /// The server's words.
        message: String,
        /// Each field that was refused; empty when the answer names none.
        rules: Vec<RuleError>,
    },
    /// Any other definite refusal, in the server's words.
    #[error("refused with status {status}: {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The server's name for the refusal.
        type_key: Option<String>,
        /// The server's words; empty when it gave none.
        message: String,
    },
    /// The identity lacks a permission.
    #[error("the identity lacks a permission: {message}")]
    Forbidden {
        /// The server's words.
        message: String,
    },
    /// The identity is known; its token lacks a right.
    #[error("the token lacks a right: {message}")]
    MissingScope {
        /// The server's words.
        message: String,
    },
    /// The token was not accepted.
    #[error("not authenticated")]
    Unauthenticated {
        /// Which of the faces of this failure it was.
        reason: AuthFailure,
    },
    /// Not there, hidden, or (a work item) deleted: these can't be told apart.
    #[error("not found")]
    NotFound {
        /// The server's words, if the answer came from Azure DevOps in words at all.
        message: Option<String>,
    },
    /// The relation exists already.
    #[error("the relation exists already")]
    AlreadyExists,
    /// Something inside the server got in the way (TF401349): read, then try again.
    #[error("the server asks to try again")]
    TransientConflict,
    /// The server doesn't speak the version that was asked for.
    #[error("the server does not speak this api-version")]
    VersionOutOfRange {
        /// The newest version it says it speaks, such as `5.1`.
        latest: Option<String>,
    },
    /// Asked to wait.
    #[error("asked to wait {retry_after_ms} ms")]
    Throttled {
        /// How long, in milliseconds.
        retry_after_ms: u64,
    },
    /// The server failed or gave up. The request may have been applied.
    #[error("the server failed with status {status}")]
    Unavailable {
        /// HTTP status: 408 or 5xx.
        status: u16,
    },
    /// A success that can't be read: cut off, or no JSON. The request may have been applied.
    #[error("the answer with status {status} can't be read")]
    Unreadable {
        /// HTTP status.
        status: u16,
    },
    /// The answer of a stranger: a proxy's login page, another web server.
    #[error("what answered with status {status} is not Azure DevOps")]
    NotAzureDevOps {
        /// HTTP status.
        status: u16,
    },
    /// Sent elsewhere. Never followed: the token would go there too.
    #[error("redirected with status {status}")]
    Redirected {
        /// HTTP status.
        status: u16,
        /// The host it leads to.
        to_host: Option<String>,
    },
    /// No answer.
    #[error("no answer from the server")]
    Transport(#[from] TransportError),
}

/// The faces of an authentication failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthFailure {
    /// The server says that the token has expired.
    Expired,
    /// Azure DevOps' sign-in page (203, or HTML where data was asked for), or a redirect to it.
    SignInPage,
    /// 401: a wrong, revoked or expired token, or one of another organization.
    NotAuthorized,
    /// The identity was refused by a policy, named in the server's words: conditional access, guests, a deleted user.
    Policy(String),
}

/// One field that a rule refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// The field's reference name.
    pub field: FieldName,
    /// The server's words.
    pub message: String,
    /// The server's flags, such as `required, hasValues, invalidEmpty`.
    pub flags: String,
}

impl Error {
    /// Whether the request certainly changed nothing.
    ///
    /// Nothing was applied when no byte left, or when the server (or a redirect in front of it) refused: 3xx, 4xx but
    /// 408, or a sign-in page. Time-outs, cut connections, 408, 5xx and unreadable successes leave it open.
    pub fn is_definite(&self) -> bool {
        match self {
            Error::RevMoved
            | Error::RuleBroken { .. }
            | Error::Refused { .. }
            | Error::Forbidden { .. }
            | Error::MissingScope { .. }
            | Error::Unauthenticated { .. }
            | Error::NotFound { .. }
            | Error::AlreadyExists
            | Error::TransientConflict
            | Error::VersionOutOfRange { .. }
            | Error::Throttled { .. }
            | Error::Redirected { .. } => true,
            Error::NotAzureDevOps { status } => (400..500).contains(status) && *status != 408,
            Error::Unavailable { .. } | Error::Unreadable { .. } => false,
            Error::Transport(error) => error.is_unsent || error.kind.precedes_the_request(),
        }
    }
}

impl TransportErrorKind {
    /// Whether it can only happen before a byte of the request is sent.
    fn precedes_the_request(self) -> bool {
        match self {
            TransportErrorKind::NameNotFound
            | TransportErrorKind::Refused
            | TransportErrorKind::UntrustedCertificate
            | TransportErrorKind::AddressNotAllowed => true,
            TransportErrorKind::TimedOut | TransportErrorKind::TooLarge | TransportErrorKind::Cut => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: Error, is_definite: bool) {
        assert_eq!(error.is_definite(), is_definite, "{error:?}");
    }

    fn transport(kind: TransportErrorKind, is_unsent: bool) -> Error {
        Error::Transport(TransportError { kind, is_unsent })
    }

    #[test]
    fn a_refusal_changed_nothing() {
        check(Error::RevMoved, true);
        check(Error::Throttled { retry_after_ms: 1 }, true);
        check(
            Error::Unauthenticated {
                reason: AuthFailure::SignInPage,
            },
            true,
        );
        check(
            Error::Redirected {
                status: 302,
                to_host: None,
            },
            true,
        );
        check(Error::NotAzureDevOps { status: 407 }, true);
    }

    #[test]
    fn silence_and_garble_leave_it_open() {
        check(Error::Unavailable { status: 408 }, false);
        check(Error::Unavailable { status: 500 }, false);
        check(Error::Unreadable { status: 200 }, false);
        check(Error::NotAzureDevOps { status: 200 }, false);
        check(transport(TransportErrorKind::TimedOut, false), false);
        check(transport(TransportErrorKind::Cut, false), false);
        check(transport(TransportErrorKind::TooLarge, false), false);
    }

    #[test]
    fn what_was_not_sent_changed_nothing() {
        check(transport(TransportErrorKind::TimedOut, true), true);
        check(transport(TransportErrorKind::Cut, true), true);
        check(transport(TransportErrorKind::Refused, false), true);
        check(transport(TransportErrorKind::UntrustedCertificate, false), true);
    }
}
