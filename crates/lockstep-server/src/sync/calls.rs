//! Calls to Azure DevOps on their own tasks; each answer comes back as a message, whatever happens to the task.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use lockstep_sync::call::{Answer, Aside, Call, Clients, Failure, perform};
use lockstep_sync::edit::Whom;
use lockstep_sync::replica::StepId;
use tokio::sync::mpsc;

use super::leases::Hold;
use super::transport::HttpsTransport;
use crate::app::App;
use crate::connections::clients::client_for;
use crate::ids::{CompanyId, ConnectionId};

/// Requests that one call may take, each with the transport's own deadline.
const N_REQUESTS_MAX: u32 = 8;

/// A call that came back.
pub struct Answered {
    /// The step it was part of.
    pub step: StepId,
    /// What came back.
    pub answer: Answer,
    /// What was learned beside it.
    pub aside: Aside,
}

/// Clients of one connection, one for each token.
pub struct ConnectionClients {
    /// The server.
    pub app: App,
    /// Whose connection.
    pub company: CompanyId,
    /// Which connection.
    pub connection: ConnectionId,
    /// What it is worked under.
    pub hold: Hold,
}

impl Clients for ConnectionClients {
    type Transport = Arc<HttpsTransport>;

    async fn client(&self, whom: Whom) -> Option<azdo::Client<Self::Transport>> {
        // An instance that stood still since the attempt was saved may no longer be the one to send it.
        self.hold.sure().await;
        match client_for(&self.app, self.company, self.connection, whom).await {
            Ok(client) => Some(client),
            Err(error) => {
                tracing::debug!(connection.id = %self.connection, error = &error as &dyn std::error::Error, "No token to send a request with");
                None
            }
        }
    }
}

/// Makes the call on a task of its own.
pub fn spawn(clients: Arc<ConnectionClients>, step: StepId, call: Call, answers: mpsc::UnboundedSender<Answered>) {
    let bound = Duration::from_millis(clients.app.config.request_timeout_ms) * N_REQUESTS_MAX;
    tokio::spawn(async move {
        let performed = tokio::time::timeout(bound, perform(&*clients, &call));
        let (answer, aside) = match AssertUnwindSafe(performed).catch_unwind().await {
            Ok(Ok(done)) => done,
            // Out of time, or broken off by a panic: it may have reached the server.
            Ok(Err(_)) | Err(_) => (Answer::Failed(Failure::MaybeDone), Aside::default()),
        };
        // Nobody listens when the worker has started over; then the store knows the request as unanswered.
        let _is_heard = answers.send(Answered { step, answer, aside });
    });
}
