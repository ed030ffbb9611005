//! The way to Azure DevOps: HTTPS by reqwest and rustls, with bounds on everything and a guard in front of every dial.
//!
//! A request is sent once, to the host that was named and nowhere else: no redirect, no cookie, no retry. Names are
//! resolved here, each address is held against [`AddressRule`], and the checked address is the one that is dialled, so a
//! name that points elsewhere a moment later gains nothing. Plain http goes to private addresses alone.
//!
//! A proxy from the environment (`HTTPS_PROXY`, `NO_PROXY`) is honoured; behind one it is the proxy that resolves names, and
//! its rules hold.

use std::error::Error as StdError;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use azdo::{Method, Request, Response, Transport, TransportError, TransportErrorKind as Kind};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::addresses::AddressRule;
use crate::config::Config;

/// Resolving, connecting and shaking hands together.
const CONNECT_DEADLINE: Duration = Duration::from_secs(15);
/// Idle connections are dropped before most servers and firewalls drop them.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// Largest answer that is read, decompressed, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most headers of an answer over HTTP/1, and their bytes over HTTP/2.
const N_HEADERS_MAX: usize = 200;
const HEADER_BYTES_MAX: u32 = 64 * 1024;

/// Resolves a host's name; the system's resolver unless a test says otherwise.
pub type Lookup = Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> + Send + Sync>;

/// Sends requests of the Azure DevOps client.
pub struct HttpsTransport {
    rule: AddressRule,
    /// One client for each rule that a request can come under; a rule without any address has none.
    guarded: Vec<Guarded>,
}

/// A client whose resolver gives only what its rule allows.
struct Guarded {
    rule: AddressRule,
    client: reqwest::Client,
    answer_bytes_max: usize,
}

/// How an [`HttpsTransport`] works.
#[derive(Clone)]
pub struct TransportSettings {
    /// Private networks may be called.
    pub allows_private: bool,
    /// This machine may be called.
    pub allows_loopback: bool,
    /// One request may take this long.
    pub request_timeout: Duration,
    /// Certificate authorities to trust beside the system's, PEM.
    pub extra_ca_pem: Option<Vec<u8>>,
    /// Largest answer that is read, decompressed, in bytes.
    pub answer_bytes_max: usize,
    /// How names are resolved.
    pub lookup: Lookup,
}

impl TransportSettings {
    /// By the server's settings.
    pub fn of(config: &Config) -> anyhow::Result<Self> {
        use anyhow::Context;
        let read = |path: &std::path::PathBuf| {
            std::fs::read(path).with_context(|| format!("reading the certificate authorities {}", path.display()))
        };
        Ok(Self {
            allows_private: config.allow_private_addresses,
            allows_loopback: config.allow_loopback_addresses,
            request_timeout: Duration::from_millis(config.request_timeout_ms),
            extra_ca_pem: config.extra_ca_file.as_ref().map(read).transpose()?,
            answer_bytes_max: ANSWER_BYTES_MAX,
            lookup: system_lookup(),
        })
    }
}

impl HttpsTransport {
    /// A transport that trusts the system's certificate authorities and those of the settings.
    pub fn new(settings: &TransportSettings) -> anyhow::Result<Self> {
        // The first one installed stays; every part of the server installs the same.
        let _was_installed = rustls::crypto::ring::default_provider().install_default();
        let rule = AddressRule {
            allows_private: settings.allows_private,
            allows_loopback: settings.allows_loopback,
            forbids_public: false,
        };
        let plain = AddressRule {
            forbids_public: true,
            ..rule
        };
        let mut rules = vec![rule, plain, rule.on_port(0)];
        rules.dedup();
        let guarded = rules.into_iter().map(|rule| Guarded::new(settings, rule));
        Ok(Self {
            rule,
            guarded: guarded.collect::<anyhow::Result<_>>()?,
        })
    }
}

impl Transport for HttpsTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        metrics::counter!("lockstep_azure_devops_requests_total", "about" => about(&request.url)).increment(1);
        let refused = unsent(Kind::AddressNotAllowed);
        let url = reqwest::Url::parse(&request.url).map_err(|_error| refused.clone())?;
        let rule = match url.scheme() {
            "https" => self.rule,
            // The token travels in the clear.
            "http" => AddressRule {
                forbids_public: true,
                ..self.rule
            },
            _ => return Err(refused),
        };
        let rule = rule.on_port(url.port_or_known_default().unwrap_or_default());
        // A number in the place of a name never reaches the resolver.
        let literal = match url.host() {
            Some(url::Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(url::Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(url::Host::Domain(_)) => None,
            None => return Err(refused),
        };
        if literal.is_some_and(|address| !rule.allows(address)) {
            return Err(refused);
        }
        let guarded = self
            .guarded
            .iter()
            .find(|guarded| guarded.rule == rule)
            .ok_or(refused)?;
        guarded.send(url, request).await
    }
}

/// What a request is about, as it is counted; nothing else of its address gets out.
fn about(url: &str) -> &'static str {
    let path = url.split('?').next().unwrap_or_default().to_ascii_lowercase();
    let Some((_, route)) = path.split_once("/_apis/") else {
        return "other";
    };
    match route.split('/').take(2).collect::<Vec<_>>().as_slice() {
        ["wit", "workitems" | "workitemsbatch"] => "work_items",
        ["wit", "wiql"] => "queries",
        ["wit", "reporting"] => "feeds",
        ["wit", _] => "work_item_tracking",
        ["hooks", _] => "service_hooks",
        _ => "other",
    }
}

impl Guarded {
    fn new(settings: &TransportSettings, rule: AddressRule) -> anyhow::Result<Self> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // Not even what was provably not processed: whoever asked decides.
            .retry(reqwest::retry::never())
            .timeout(settings.request_timeout)
            .connect_timeout(CONNECT_DEADLINE)
            .pool_idle_timeout(IDLE_MAX)
            .http1_max_headers(N_HEADERS_MAX)
            .http2_max_header_list_size(HEADER_BYTES_MAX)
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            .dns_resolver(Guard {
                rule,
                lookup: settings.lookup.clone(),
            });
        if let Some(pem) = &settings.extra_ca_pem {
            builder = builder.tls_certs_merge(reqwest::Certificate::from_pem_bundle(pem)?);
        }
        Ok(Self {
            rule,
            client: builder.build()?,
            answer_bytes_max: settings.answer_bytes_max,
        })
    }

    async fn send(&self, url: reqwest::Url, request: Request) -> Result<Response, TransportError> {
        let headers = header_map(&request.headers).ok_or(unsent(Kind::AddressNotAllowed))?;
        let sent = self
            .client
            .request(method(request.method), url)
            .headers(headers)
            .body(request.body);
        let mut response = sent.send().await.map_err(|error| transport_error(&error))?;
        if response
            .content_length()
            .is_some_and(|length| length > self.answer_bytes_max as u64)
        {
            return Err(too_large());
        }
        let status = response.status().as_u16();
        let headers = response.headers().iter();
        let headers =
            headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let headers = headers.collect();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| after_sending(&error))? {
            if body.len() + chunk.len() > self.answer_bytes_max {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status, headers, body })
    }
}

/// A resolver that gives only addresses its rule allows.
struct Guard {
    rule: AddressRule,
    lookup: Lookup,
}

/// Why a name gave no address.
#[derive(Debug, thiserror::Error)]
enum NoAddress {
    #[error("the name has no address")]
    NotFound,
    #[error("the name's addresses may not be called")]
    NotAllowed,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (rule, found) = (self.rule, (self.lookup)(name.as_str().to_owned()));
        Box::pin(async move {
            let found = found.await.map_err(|_error| NoAddress::NotFound)?;
            if found.is_empty() {
                return Err(NoAddress::NotFound.into());
            }
            let allowed: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| rule.allows(*address))
                .map(|ip| SocketAddr::new(ip, 0))
                .collect();
            if allowed.is_empty() {
                return Err(NoAddress::NotAllowed.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// The system's resolver.
pub fn system_lookup() -> Lookup {
    Arc::new(|name| {
        Box::pin(async move {
            Ok(tokio::net::lookup_host((name, 0))
                .await?
                .map(|address| address.ip())
                .collect())
        })
    })
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Put => reqwest::Method::PUT,
        Method::Delete => reqwest::Method::DELETE,
        Method::Options => reqwest::Method::OPTIONS,
    }
}

/// The headers, the credential marked so that nothing prints it; `None` if one can't be sent.
fn header_map(headers: &[(String, String)]) -> Option<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(name.eq_ignore_ascii_case("authorization"));
        map.append(HeaderName::from_bytes(name.as_bytes()).ok()?, value);
    }
    Some(map)
}

const fn unsent(kind: Kind) -> TransportError {
    TransportError { kind, is_unsent: true }
}

fn too_large() -> TransportError {
    TransportError {
        kind: Kind::TooLarge,
        is_unsent: false,
    }
}

/// What a failure before the answer's headers was.
fn transport_error(error: &reqwest::Error) -> TransportError {
    // Everything up to the end of the TLS handshake happens before the first byte of the request.
    let is_unsent = error.is_connect() || error.is_builder();
    let kind = match cause(error) {
        Some(kind) => kind,
        None if error.is_timeout() => Kind::TimedOut,
        None if error.is_connect() => Kind::Refused,
        None if error.is_builder() => Kind::AddressNotAllowed,
        None => Kind::Cut,
    };
    TransportError { kind, is_unsent }
}

/// What a failure in the answer's body was.
fn after_sending(error: &reqwest::Error) -> TransportError {
    let kind = if error.is_timeout() { Kind::TimedOut } else { Kind::Cut };
    TransportError { kind, is_unsent: false }
}

/// What the innermost errors say, as far as they say it.
fn cause(error: &reqwest::Error) -> Option<Kind> {
    let mut next: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = next {
        match error.downcast_ref::<NoAddress>() {
            Some(NoAddress::NotFound) => return Some(Kind::NameNotFound),
            Some(NoAddress::NotAllowed) => return Some(Kind::AddressNotAllowed),
            None => {}
        }
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return is_about_certificate(error).then_some(Kind::UntrustedCertificate);
        }
        // An `io::Error` gives the source of what it wraps, not what it wraps.
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped as &(dyn StdError + 'static)),
            None => error.source(),
        };
    }
    None
}

fn is_about_certificate(error: &rustls::Error) -> bool {
    // `General` is what the system's verifier says when it can't say more.
    matches!(
        error,
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented | rustls::Error::General(_)
    )
}

#[cfg(test)]
mod tests {
    use super::about;

    #[test]
    fn a_request_is_counted_by_what_it_is_about_and_by_nothing_of_its_address() {
        let check = |path: &str, expected: &str| assert_eq!(about(&format!("https://h/o{path}")), expected, "{path}");
        check("/_apis/wit/workitemsbatch?api-version=7.1", "work_items");
        check("/P/_apis/wit/workItems/$Task?x", "work_items");
        check("/P/_apis/wit/wiql/5", "queries");
        check("/_apis/wit/reporting/workitemlinks", "feeds");
        check("/_apis/wit/fields", "work_item_tracking");
        check("/_apis/projects", "other");
        check("/", "other");
    }
}
