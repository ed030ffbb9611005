//! A request in, a response out: the only way the crate reaches a server.
//!
//! A transport sends exactly the request it is given, once: it follows no redirect, repeats nothing that may have
//! been sent, adds no credentials, and bounds time and size. It says truthfully whether a byte left the machine,
//! for a create that was surely not sent may be sent again and any other may not.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

/// HTTP methods in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, queries, batch reads.
    Post,
    /// Changes part of a resource.
    Patch,
    /// Replaces a resource.
    Put,
    /// Deletes.
    Delete,
    /// Asks which routes and versions there are.
    Options,
}

/// One HTTP request. `headers` holds `authorization` too; `Debug` doesn't print its value, nor the body.
#[derive(Clone)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Absolute address, query included.
    pub url: String,
    /// Headers; names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body; empty when there is none.
    pub body: Vec<u8>,
}

/// One HTTP response, its body whole and decompressed.
#[derive(Debug, Clone)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Headers, names in any case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

/// What went wrong below HTTP.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct TransportError {
    /// What happened.
    pub kind: TransportErrorKind,
    /// No byte of the request left this machine.
    pub is_unsent: bool,
}

/// The ways a request ends without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportErrorKind {
    /// The host's name has no address.
    NameNotFound,
    /// Nothing listens there, or the network can't be reached.
    Refused,
    /// A deadline passed.
    TimedOut,
    /// The certificate isn't trusted, or isn't for this host.
    UntrustedCertificate,
    /// The address is one this server may not dial.
    AddressNotAllowed,
    /// The answer was larger than is read.
    TooLarge,
    /// The connection ended in the middle.
    Cut,
}

/// Carries requests to a server.
pub trait Transport: Send + Sync {
    /// Sends `request` once and reads the whole answer, whatever its status.
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportError>> + Send;
}

impl<T: Transport + ?Sized> Transport for &T {
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportError>> + Send {
        (**self).send(request)
    }
}

impl<T: Transport> Transport for Arc<T> {
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportError>> + Send {
        (**self).send(request)
    }
}

impl Request {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

impl Response {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(n, _)| n.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

impl Method {
    /// The method as HTTP writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Patch => "PATCH",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
            Method::Options => "OPTIONS",
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

impl fmt::Display for TransportErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TransportErrorKind::NameNotFound => "the host's name was not found",
            TransportErrorKind::Refused => "the connection was refused",
            TransportErrorKind::TimedOut => "no answer in time",
            TransportErrorKind::UntrustedCertificate => "the certificate is not trusted",
            TransportErrorKind::AddressNotAllowed => "this address may not be reached",
            TransportErrorKind::TooLarge => "the answer was too large",
            TransportErrorKind::Cut => "the connection was cut",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_request_shows_neither_token_nor_body() {
        let request = Request {
            method: Method::Patch,
            url: "https://dev.azure.com/o/_apis".into(),
            headers: vec![("authorization".into(), "Basic c2VjcmV0".into())],
            body: b"a title".to_vec(),
        };
        let text = format!("{request:?}");
        assert!(
            text.contains("authorization") && !text.contains("c2VjcmV0") && !text.contains("title"),
            "{text}"
        );
    }

    #[test]
    fn header_names_have_no_case() {
        let response = Response {
            status: 200,
            headers: vec![("Retry-After".into(), "5".into())],
            body: Vec::new(),
        };
        assert_eq!(response.header("retry-AFTER"), Some("5"));
        assert_eq!(response.header("date"), None);
    }
}
