//! The way to the simulated Azure DevOps: the client's own bytes, with trouble on the wire.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use azdo::{Client, Collection, Request, Response, Token, Transport, TransportError, TransportErrorKind, Versions};
use azdo_sim::{Exchange, Faults, HttpRequest, Sim};
use lockstep_sync::call::Clients;
use lockstep_sync::edit::Whom;

/// A wire to the simulator, with trouble on it.
#[derive(Clone)]
pub struct Wire {
    pub sim: Arc<Mutex<Sim>>,
    pub faults: Arc<Mutex<Faults>>,
    pub now_us: Arc<Mutex<i64>>,
    /// Name of the request that is being made, so that ground truth can be traced to an attempt.
    pub request_id: Arc<Mutex<String>>,
    /// Set when the caller would be waiting for an answer that never comes.
    pub was_lost: Arc<Mutex<bool>>,
    pub n_requests: Arc<Mutex<u64>>,
}

impl Transport for Wire {
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportError>> + Send {
        let answer = self.exchange(request);
        async move { answer }
    }
}

impl Wire {
    fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        *self.n_requests.lock().unwrap() += 1;
        let path = request
            .url
            .strip_prefix("https://sim.example")
            .expect("one server")
            .to_owned();
        let mut headers = request.headers.clone();
        headers.push(("x-request-id".to_owned(), self.request_id.lock().unwrap().clone()));
        let method = format!("{:?}", request.method).to_uppercase();
        let request = HttpRequest {
            method,
            path_and_query: path,
            headers,
            body: request.body,
        };
        let now_us = *self.now_us.lock().unwrap();
        match self
            .faults
            .lock()
            .unwrap()
            .exchange(&mut self.sim.lock().unwrap(), now_us, &request)
        {
            Exchange::Answer(answer) => Ok(Response {
                status: answer.status,
                headers: answer.headers,
                body: answer.body,
            }),
            Exchange::NotSent => Err(TransportError {
                kind: TransportErrorKind::Refused,
                is_unsent: true,
            }),
            Exchange::Lost => {
                *self.was_lost.lock().unwrap() = true;
                Err(TransportError {
                    kind: TransportErrorKind::TimedOut,
                    is_unsent: false,
                })
            }
        }
    }
}

/// Clients by whose token they carry.
#[derive(Clone)]
pub struct Tokens {
    pub wire: Wire,
    pub tokens: BTreeMap<Whom, Token>,
    pub collection: Collection,
}

impl Clients for Tokens {
    type Transport = Wire;
    fn client(&self, whom: Whom) -> impl Future<Output = Option<Client<Wire>>> + Send {
        let token = self.tokens.get(&whom).cloned();
        let client =
            token.map(|token| Client::new(self.wire.clone(), self.collection.clone(), token, Versions::services()));
        async move { client }
    }
}

/// Runs a future that never waits: every answer is there at once.
pub fn run<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
