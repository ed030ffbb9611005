//! A transport that answers from a script, and an executor of a dozen lines: the crate has neither.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use azdo::{Client, Collection, Request, Response, Token, Transport, TransportError, Versions};
use serde_json::Value;

/// Answers in order, keeps what was asked. Without an answer left it panics: a loop went on too long.
#[derive(Default)]
pub struct Script {
    answers: Mutex<VecDeque<Result<Response, TransportError>>>,
    asked: Mutex<Vec<Request>>,
}

impl Transport for Script {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.asked.lock().unwrap().push(request);
        self.answers
            .lock()
            .unwrap()
            .pop_front()
            .expect("a request beyond the script")
    }
}

impl Script {
    pub fn of(answers: impl IntoIterator<Item = Response>) -> Script {
        let answers = answers.into_iter().map(Ok).collect();
        Script {
            answers: Mutex::new(answers),
            asked: Mutex::default(),
        }
    }

    pub fn failing(error: TransportError) -> Script {
        Script {
            answers: Mutex::new([Err(error)].into()),
            asked: Mutex::default(),
        }
    }

    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    /// Method and address behind the collection, request by request.
    pub fn asked_lines(&self) -> Vec<String> {
        let line = |r: &Request| format!("{} {}", r.method.as_str(), r.url.strip_prefix(URL).unwrap_or(&r.url));
        self.asked().iter().map(line).collect()
    }

    pub fn client(&self) -> Client<&Script> {
        self.client_of(Versions::services())
    }

    pub fn client_of(&self, versions: Versions) -> Client<&Script> {
        Client::new(self, collection(), token(), versions)
    }
}

pub const URL: &str = "https://dev.azure.com/fabrikam";

pub fn collection() -> Collection {
    Collection::parse(URL).unwrap()
}

pub fn token() -> Token {
    Token::parse("not-a-real-token").unwrap()
}

pub fn json(status: u16, body: Value) -> Response {
    with(
        status,
        &[("Content-Type", "application/json; charset=utf-8")],
        &body.to_string(),
    )
}

pub fn html(status: u16, body: &str) -> Response {
    with(status, &[("Content-Type", "text/html; charset=utf-8")], body)
}

pub fn with(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    Response {
        status,
        headers,
        body: body.as_bytes().to_vec(),
    }
}

/// Runs a future whose transport never waits.
pub fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
