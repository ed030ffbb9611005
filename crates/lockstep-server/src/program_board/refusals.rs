//! What a board is told when Azure DevOps does not do its part, in words.

use azdo::Error;

use crate::connections::clients::NoClient;
use crate::connections::problems::{CheckProblem, Subject};
use crate::error::{ApiError, Kind, Refusal};
use crate::store::connections::ConnectionRow;

/// Azure DevOps did not answer as it should.
pub fn no_answer(error: &Error, row: &ConnectionRow) -> ApiError {
    let problem = problem(error, row);
    Refusal::new(Kind::OtherServer, problem.code, problem.title)
        .detail(problem.detail)
        .next_step(problem.next_step)
        .into()
}

/// The same in one line, for what goes on in the background.
pub fn in_a_line(error: &Error, row: &ConnectionRow) -> String {
    let problem = problem(error, row);
    format!("{}. {}", problem.title.trim_end_matches('.'), problem.next_step)
}

fn problem(error: &Error, row: &ConnectionRow) -> CheckProblem {
    let subject = Subject {
        host: &row.server_url,
        organization: &row.organization,
        is_services: row.flavor == "services",
    };
    CheckProblem::of(error, subject)
}

/// There is no token to ask with.
pub fn no_client(error: NoClient) -> ApiError {
    let (code, title, next_step) = match error {
        NoClient::NoConnection => return ApiError::NotFound,
        NoClient::Disabled => (
            "connection_disabled",
            "The connection is disabled",
            "Ask a company admin to enable it.",
        ),
        NoClient::Store(error) => return error.into(),
        NoClient::NoToken
        | NoClient::Reenter
        | NoClient::Sealed(_)
        | NoClient::Token(_)
        | NoClient::Address(_)
        | NoClient::PlainHttp => (
            "no_token",
            "The connection has no token that can be used",
            "Ask a company admin to enter one on the connection's page.",
        ),
    };
    Refusal::new(Kind::Conflict, code, title).next_step(next_step).into()
}
