//! What went wrong with a connection, in words: what happened, why, and the next step. One message for each cause.
//!
//! Nothing that was answered is repeated here, for what answered may be anything on the network: a status is named at most.

use azdo::{AuthFailure, Error, TransportErrorKind};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a check does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CheckProblem {
    /// One word for programs.
    pub code: &'static str,
    /// What happened.
    pub title: String,
    /// What it means.
    pub detail: String,
    /// What to do about it.
    pub next_step: String,
    /// What answered, without its words: `HTTP 401`.
    pub answer: Option<String>,
}

/// What a check was about, for the words.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Host of the address.
    pub host: &'a str,
    /// Name of the organization or collection.
    pub organization: &'a str,
    /// Whether the host is one of Azure DevOps Services.
    pub is_services: bool,
}

impl CheckProblem {
    fn new(
        code: &'static str,
        title: impl Into<String>,
        detail: impl Into<String>,
        next_step: impl Into<String>,
        answer: Option<String>,
    ) -> Self {
        Self {
            code,
            title: title.into(),
            detail: detail.into(),
            next_step: next_step.into(),
            answer,
        }
    }

    /// The address is plain http, and nobody confirmed that.
    pub fn plain_http(subject: Subject<'_>) -> Self {
        Self::new(
            "plain_http_needs_confirmation",
            "The address is not encrypted",
            format!(
                "Everything sent to {} could be read on the way, the token too.",
                subject.host
            ),
            "Use https:// if the server has it. Else confirm that the token may travel in the clear.",
            None,
        )
    }

    /// The token is stored for another connection of the company.
    pub fn token_of_another(label: &str, subject: Subject<'_>, answer: Option<String>) -> Self {
        Self::new(
            "token_of_another_organization",
            "This token belongs to another organization",
            format!(
                "It is the one that is stored for “{label}”, and {} does not take it.",
                subject.organization
            ),
            format!(
                "Create a token in {} itself: one token for each organization.",
                subject.organization
            ),
            answer,
        )
    }

    /// Rights that are needed are missing.
    pub fn missing_right(missing: &[&str]) -> Self {
        let (title, list) = match missing {
            [one] => ("A right is missing".to_owned(), (*one).to_owned()),
            many => (format!("{} rights are missing", many.len()), many.join(" and ")),
        };
        Self::new(
            "missing_right",
            title,
            format!("The token works, but it lacks: {list}."),
            "Edit the token in Azure DevOps, tick what is missing, save it there, and test again. The token itself stays the same.",
            None,
        )
    }

    /// A guest in the organization's place: the saved connection leads to another one.
    pub fn other_instance(subject: Subject<'_>) -> Self {
        Self::new(
            "wrong_organization",
            "This is another organization",
            format!(
                "{} answers, but it is not the organization that this connection was made for.",
                subject.organization
            ),
            "Make a new connection for it; its work items are others.",
            None,
        )
    }

    /// What a first contact failed with.
    pub fn of_contact(error: &Error, subject: Subject<'_>) -> Self {
        match error {
            // Its owner is known there, and this organization still doesn't let the token in.
            Error::MissingScope { .. } | Error::Forbidden { .. } => Self::new(
                "token_of_another_organization",
                "This token is not good for this organization",
                format!(
                    "Azure DevOps knows whose it is and does not let it into {}.",
                    subject.organization
                ),
                format!(
                    "Create the token in {} itself, as somebody who has access there: one token for each organization.",
                    subject.organization
                ),
                Some(status(401)),
            ),
            Error::NotFound { .. } => Self::new(
                "wrong_organization",
                if subject.is_services {
                    "There is no such organization"
                } else {
                    "There is no such collection"
                },
                format!(
                    "{} answers, but knows nothing called {}.",
                    subject.host, subject.organization
                ),
                if subject.is_services {
                    "Check the name: it is the first part of the address behind dev.azure.com."
                } else {
                    "Check the address: it ends with the name of the collection, often behind /tfs."
                },
                Some(status(404)),
            ),
            error => Self::of(error, subject),
        }
    }

    /// What a request failed with.
    pub fn of(error: &Error, subject: Subject<'_>) -> Self {
        let host = subject.host;
        match error {
            Error::Unauthenticated { reason } => Self::of_token(reason, subject),
            Error::Transport(error) => Self::of_transport(error.kind, host),
            Error::NotAzureDevOps { status: code } => Self::new(
                "proxy_page",
                "A page answered instead of Azure DevOps",
                format!(
                    "Something between this server and {host}, often a proxy that wants a sign-in, or another web server sent a page."
                ),
                "Open the address in a browser on the machine that Lockstep runs on. Set the proxy, or let the host through.",
                Some(status(*code)),
            ),
            Error::Redirected { status: code, .. } => Self::new(
                "proxy_page",
                "The address leads somewhere else",
                format!("{host} sends visitors on to another place. The token was not sent there."),
                "Enter the address that the browser ends up at, if it is your server. If it is a sign-in page of a proxy, let the host through.",
                Some(status(*code)),
            ),
            Error::Unreadable { status: code } => Self::new(
                "not_azure_devops",
                "This is not Azure DevOps",
                format!("{host} answers, but not as Azure DevOps or TFS does."),
                "Check the address.",
                Some(status(*code)),
            ),
            Error::Unavailable { status: code } => Self::new(
                "host_does_not_answer",
                "The server is in trouble",
                format!("{host} answered that it can't work at the moment."),
                "Try again in a few minutes.",
                Some(status(*code)),
            ),
            Error::Throttled { .. } => Self::new(
                "throttled",
                "Azure DevOps asks to wait",
                "The owner of this token has used up its share for the moment.",
                "Try again in a minute.",
                Some(status(429)),
            ),
            Error::VersionOutOfRange { latest } => Self::new(
                "version_not_supported",
                "This version is not supported",
                match latest {
                    // The server's own words, read as numbers.
                    Some(latest) => format!("{host} speaks REST API {latest}; Lockstep needs 4.0 or later."),
                    None => format!("{host} speaks none of the REST API versions from 4.0 to 7.1."),
                },
                "TFS 2018 and later are supported.",
                None,
            ),
            Error::Refused { status: code, .. } => Self::unexpected(host, Some(status(*code))),
            Error::NotFound { .. } => Self::unexpected(host, Some(status(404))),
            Error::MissingScope { .. } => Self::missing_right(&["a right this request needed"]),
            Error::Forbidden { .. } => Self::unexpected(host, Some(status(403))),
            Error::RevMoved | Error::RuleBroken { .. } | Error::AlreadyExists | Error::TransientConflict => {
                Self::unexpected(host, None)
            }
        }
    }

    fn unexpected(host: &str, answer: Option<String>) -> Self {
        Self::new(
            "not_azure_devops",
            "An unexpected answer",
            format!("{host} refused a question that every Azure DevOps answers."),
            "Check the address, and whether something stands in front of the server.",
            answer,
        )
    }

    fn of_token(reason: &AuthFailure, subject: Subject<'_>) -> Self {
        match reason {
            AuthFailure::Expired => Self::new(
                "expired_token",
                "The token has expired",
                format!("{} says so itself.", subject.host),
                "Create a new token, or give this one a later date in Azure DevOps, and enter it here.",
                Some(status(401)),
            ),
            AuthFailure::Policy(_) => Self::new(
                "token_blocked_by_policy",
                "A policy of the organization blocks the token",
                "Its owner is known, but may not come in from here: conditional access, a rule for guests, or the account was removed.",
                "Ask whoever manages the organization's policies to let this server in.",
                Some(status(401)),
            ),
            AuthFailure::SignInPage | AuthFailure::NotAuthorized => Self::new(
                "wrong_token",
                "The token is not accepted",
                format!(
                    "It is mistyped, was revoked, has expired, or was made for another organization than {}. Azure DevOps does not say which.",
                    subject.organization
                ),
                format!("Copy it again, or create a new one in {}.", subject.organization),
                Some(status(if *reason == AuthFailure::SignInPage { 203 } else { 401 })),
            ),
        }
    }

    fn of_transport(kind: TransportErrorKind, host: &str) -> Self {
        match kind {
            TransportErrorKind::NameNotFound => Self::new(
                "name_not_found",
                "The host is not known",
                format!("No address is found for {host}."),
                "Check the spelling, and that this server can resolve the name.",
                None,
            ),
            TransportErrorKind::UntrustedCertificate => Self::new(
                "untrusted_certificate",
                "The certificate is not trusted",
                format!(
                    "{host} shows a certificate that this server does not trust, is made for another name, or has run out."
                ),
                "Add the authority that signed it to the machine, or name its file in the setting extra_ca_file. There is no switch to ignore it.",
                None,
            ),
            TransportErrorKind::AddressNotAllowed => Self::new(
                "address_not_allowed",
                "This address may not be called",
                format!(
                    "{host} leads to a place that Lockstep does not call: this machine, a reserved address, an unusual port, or plain http to a public one."
                ),
                "Check the address. Private networks are allowed by the setting allow_private_addresses.",
                None,
            ),
            TransportErrorKind::Refused | TransportErrorKind::TimedOut | TransportErrorKind::Cut => Self::new(
                "host_does_not_answer",
                "The server does not answer",
                match kind {
                    TransportErrorKind::TimedOut => format!("{host} did not answer in time."),
                    TransportErrorKind::Cut => format!("{host} broke off in the middle."),
                    _ => format!("Nothing takes a connection at {host}."),
                },
                "Check the address and the port, that the server runs, and that a firewall lets this machine through.",
                None,
            ),
            TransportErrorKind::TooLarge => Self::new(
                "not_azure_devops",
                "The answer was too large",
                format!("{host} sent more than Azure DevOps does."),
                "Check the address.",
                None,
            ),
        }
    }
}

fn status(code: u16) -> String {
    format!("HTTP {code}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use azdo::TransportError;

    use super::*;

    const SUBJECT: Subject<'static> = Subject {
        host: "dev.azure.com",
        organization: "northquay",
        is_services: true,
    };

    fn problem(error: Error) -> CheckProblem {
        CheckProblem::of_contact(&error, SUBJECT)
    }

    fn transport(kind: TransportErrorKind) -> Error {
        Error::Transport(TransportError { kind, is_unsent: true })
    }

    /// The eight problems people have, and which answer each comes from.
    fn eight() -> [CheckProblem; 8] {
        [
            problem(Error::Unauthenticated {
                reason: AuthFailure::NotAuthorized,
            }),
            problem(Error::Unauthenticated {
                reason: AuthFailure::Expired,
            }),
            problem(Error::MissingScope {
                message: "TF400813".into(),
            }),
            CheckProblem::missing_right(&["Work Items (read & write)"]),
            problem(Error::NotFound { message: None }),
            problem(transport(TransportErrorKind::Refused)),
            problem(Error::NotAzureDevOps { status: 200 }),
            problem(transport(TransportErrorKind::UntrustedCertificate)),
        ]
    }

    #[test]
    fn each_of_the_eight_has_its_own_code_title_and_next_step() {
        let codes: Vec<&str> = eight().iter().map(|problem| problem.code).collect();
        assert_eq!(
            codes,
            [
                "wrong_token",
                "expired_token",
                "token_of_another_organization",
                "missing_right",
                "wrong_organization",
                "host_does_not_answer",
                "proxy_page",
                "untrusted_certificate",
            ]
        );
        let titles: BTreeSet<String> = eight().into_iter().map(|problem| problem.title).collect();
        let next_steps: BTreeSet<String> = eight().into_iter().map(|problem| problem.next_step).collect();
        assert_eq!((titles.len(), next_steps.len()), (8, 8));
    }

    #[test]
    fn nothing_that_was_answered_is_repeated() {
        let words = "words of a stranger";
        for error in [
            Error::Refused {
                status: 400,
                type_key: Some(words.into()),
                message: words.into(),
            },
            Error::Forbidden { message: words.into() },
            Error::MissingScope { message: words.into() },
            Error::NotFound {
                message: Some(words.into()),
            },
            Error::Unauthenticated {
                reason: AuthFailure::Policy(words.into()),
            },
            Error::Redirected {
                status: 302,
                to_host: Some(words.into()),
            },
        ] {
            assert!(!format!("{:?}", problem(error)).contains(words));
        }
    }
}
