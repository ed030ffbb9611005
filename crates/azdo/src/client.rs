//! [`Client`]: one method for each endpoint in use; this file has what they share.
//!
//! A method sends one request, or reads one list page by page with a bound. Nothing is retried, no redirect is
//! followed, no link out of an answer is opened, and no state is kept but what the newest answers said about waiting
//! and about the server's clock. The futures work on any executor.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::collection::Collection;
use crate::date;
use crate::error::Error;
use crate::refusal;
use crate::throttle::Throttle;
use crate::token::Token;
use crate::transport::{Method, Request, Response, Transport};
use crate::url::encode;
use crate::version::{Route, Versions};

/// Most pages of one list. With [`PAGE_SIZE`] this is far beyond what Microsoft's limits allow.
const PAGES_MAX: usize = 1000;

/// Entries asked for in one page of a list.
pub(crate) const PAGE_SIZE: usize = 200;

const USER_AGENT: &str = concat!("Lockstep/", env!("CARGO_PKG_VERSION"));

/// Speaks to one organization or collection with one token.
///
/// Cheap to make: keep one for each connection and token, with `&X` or `Arc<X>` as the transport.
pub struct Client<T: Transport> {
    transport: T,
    collection: Collection,
    authorization: String,
    versions: Versions,
    observed: Mutex<Observed>,
}

/// What the answers said beside their content.
#[derive(Debug, Clone, Copy, Default)]
struct Observed {
    throttle: Throttle,
    server_time_us: Option<i64>,
}

/// One request to be, by its parts.
pub(crate) struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    content_type: &'static str,
    body: Vec<u8>,
}

/// A successful answer.
pub(crate) struct Answer {
    pub status: u16,
    pub value: Value,
    pub continuation_token: Option<String>,
}

impl<T: Transport> Client<T> {
    /// A client for `collection` that speaks `versions` and signs in with `token`.
    pub fn new(transport: T, collection: Collection, token: Token, versions: Versions) -> Self {
        let authorization = format!("Basic {}", STANDARD.encode(format!(":{}", token.reveal())));
        Self {
            transport,
            collection,
            authorization,
            versions,
            observed: Mutex::default(),
        }
    }

    /// The organization or collection it speaks to.
    pub fn collection(&self) -> &Collection {
        &self.collection
    }

    /// The versions it speaks.
    pub fn versions(&self) -> &Versions {
        &self.versions
    }

    /// The strictest throttling seen on any answer, of any status, since the last call.
    pub fn take_throttle(&self) -> Throttle {
        let mut observed = self.observed.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut observed.throttle)
    }

    /// The server's clock by the `Date` header of the newest answer, in microseconds UTC.
    pub fn server_time_us(&self) -> Option<i64> {
        self.observed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .server_time_us
    }

    /// Sends a call on a route, with the version the server takes there.
    ///
    /// Errors: [`Error::VersionOutOfRange`] without sending anything where the server lacks the route.
    pub(crate) async fn call(&self, route: Route, mut call: Call) -> Result<Answer, Error> {
        let version = self
            .versions
            .of(route)
            .ok_or(Error::VersionOutOfRange { latest: None })?;
        call.query.push(("api-version", version));
        self.send(call).await
    }

    /// Sends a call on a route and reads the answer straight into `V`, several times quicker than by way of a
    /// [`Value`]. An answer of another shape, or with broken text in it, is given to `read`, which is lenient.
    pub(crate) async fn call_typed<V: DeserializeOwned>(
        &self,
        route: Route,
        mut call: Call,
        read: impl FnOnce(&Value) -> Option<V>,
    ) -> Result<V, Error> {
        let version = self
            .versions
            .of(route)
            .ok_or(Error::VersionOutOfRange { latest: None })?;
        call.query.push(("api-version", version));
        let response = self.transport.send(self.request(call)).await?;
        let throttle = self.observe(&response);
        refusal::accept(&response, &throttle)?;
        if let Ok(value) = serde_json::from_slice(&response.body) {
            return Ok(value);
        }
        read(&refusal::read(&response, &throttle)?).ok_or(Error::Unreadable {
            status: response.status,
        })
    }

    /// Sends a call as it stands.
    pub(crate) async fn send(&self, call: Call) -> Result<Answer, Error> {
        let response = self.transport.send(self.request(call)).await?;
        let throttle = self.observe(&response);
        let continuation_token = response
            .header("x-ms-continuationtoken")
            .map(str::trim)
            .filter(|t| !t.is_empty());
        let continuation_token = continuation_token.map(str::to_owned);
        let value = refusal::read(&response, &throttle)?;
        Ok(Answer {
            status: response.status,
            value,
            continuation_token,
        })
    }

    /// Reads a list to its end, by `$top` and `$skip` or by continuation token, whichever the server offers.
    ///
    /// It ends at a short page, at a page that holds nothing new, and at a token seen before. `key` gives what makes
    /// an entry one and the same; an entry without a key is left out.
    ///
    /// Errors: [`Error::Unreadable`] for a list without an end.
    pub(crate) async fn list<V>(
        &self,
        route: Route,
        call: impl Fn() -> Call,
        read: impl Fn(&Value) -> Option<(String, V)>,
    ) -> Result<Vec<V>, Error> {
        let mut values = Vec::new();
        let mut keys_seen = BTreeSet::new();
        let mut tokens_seen = BTreeSet::new();
        let mut token: Option<String> = None;
        let mut n_read = 0;
        for _ in 0..PAGES_MAX {
            let mut page_call = call().query("$top", PAGE_SIZE);
            page_call = match &token {
                Some(token) => page_call.query("continuationToken", token),
                None if n_read > 0 => page_call.query("$skip", n_read),
                None => page_call,
            };
            let answer = self.call(route, page_call).await?;
            let entries = entries(&answer)?;
            n_read += entries.len();
            let n_before = values.len();
            for (key, value) in entries.iter().filter_map(&read) {
                if keys_seen.insert(key) {
                    values.push(value);
                }
            }
            let is_anything_new = values.len() > n_before;
            match answer.continuation_token {
                Some(next) if is_anything_new && tokens_seen.insert(next.clone()) => token = Some(next),
                Some(_) => return Ok(values),
                None if token.is_some() || entries.len() < PAGE_SIZE || !is_anything_new => return Ok(values),
                None => {}
            }
        }
        Err(Error::Unreadable { status: 200 })
    }

    fn request(&self, call: Call) -> Request {
        let mut url = format!("{}{}", self.collection.url(), call.path);
        for (index, (key, value)) in call.query.iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.push_str(key);
            url.push('=');
            url.push_str(&encode(value));
        }
        let mut headers = vec![
            ("authorization".to_owned(), self.authorization.clone()),
            ("accept".to_owned(), "application/json".to_owned()),
            // Asks for 401 rather than a redirect to the sign-in page; not every route heeds it.
            ("x-tfs-fedauthredirect".to_owned(), "Suppress".to_owned()),
            ("user-agent".to_owned(), USER_AGENT.to_owned()),
        ];
        if !call.content_type.is_empty() {
            headers.push(("content-type".to_owned(), call.content_type.to_owned()));
        }
        Request {
            method: call.method,
            url,
            headers,
            body: call.body,
        }
    }

    fn observe(&self, response: &Response) -> Throttle {
        let server_time_us = response.header("date").and_then(date::parse_http_us);
        let throttle = Throttle::of(response, server_time_us);
        let mut observed = self.observed.lock().unwrap_or_else(PoisonError::into_inner);
        observed.throttle = observed.throttle.stricter(throttle);
        observed.server_time_us = server_time_us.or(observed.server_time_us);
        throttle
    }
}

impl Call {
    /// A call without a body. Path segments are literal; names go through [`Call::path`].
    pub(crate) fn new(method: Method, path: String) -> Call {
        Call {
            method,
            path,
            query: Vec::new(),
            content_type: "",
            body: Vec::new(),
        }
    }

    pub(crate) fn get(path: String) -> Call {
        Call::new(Method::Get, path)
    }

    /// Adds a query parameter; the value is encoded.
    pub(crate) fn query(mut self, key: &'static str, value: impl ToString) -> Call {
        self.query.push((key, value.to_string()));
        self
    }

    /// Adds a query parameter where `is_wanted`.
    pub(crate) fn query_if(self, is_wanted: bool, key: &'static str, value: impl ToString) -> Call {
        if is_wanted { self.query(key, value) } else { self }
    }

    pub(crate) fn json(self, body: &Value) -> Call {
        self.body("application/json", body)
    }

    pub(crate) fn json_patch(self, body: &Value) -> Call {
        self.body("application/json-patch+json", body)
    }

    fn body(mut self, content_type: &'static str, body: &Value) -> Call {
        self.content_type = content_type;
        self.body = body.to_string().into_bytes();
        self
    }
}

/// `/_apis{path}` under a project, or under the whole collection.
pub(crate) fn api_path(project: Option<&str>, path: &str) -> String {
    match project {
        Some(project) => format!("/{}/_apis{path}", encode(project)),
        None => format!("/_apis{path}"),
    }
}

/// The entries of a list answer: `{"count":n,"value":[…]}`.
pub(crate) fn entries(answer: &Answer) -> Result<&[Value], Error> {
    let entries = answer.value.get("value").and_then(Value::as_array);
    entries
        .map(Vec::as_slice)
        .ok_or(Error::Unreadable { status: answer.status })
}

impl Answer {
    /// What `read` makes of the answer; [`Error::Unreadable`] when it makes nothing of it.
    pub(crate) fn read<V>(&self, read: impl FnOnce(&Value) -> Option<V>) -> Result<V, Error> {
        read(&self.value).ok_or(Error::Unreadable { status: self.status })
    }
}
