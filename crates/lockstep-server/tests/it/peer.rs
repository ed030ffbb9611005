//! Servers that are not Azure DevOps: a few lines over a socket, in the clear or with a certificate of their own.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A server that gives prepared answers, the last one again and again, and keeps what it was asked.
pub struct Peer {
    /// Where it listens, with `localhost` or the address as its host.
    pub port: u16,
    /// The certificate in PEM, if it has one.
    pub certificate_pem: Option<String>,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Peer {
    /// One that speaks plain http. Each answer is sent as it stands; an empty one closes the connection.
    pub async fn http(answers: impl IntoIterator<Item = String>) -> Peer {
        Self::start(answers, None).await
    }

    /// One with a certificate that it signed itself, for `localhost`.
    pub async fn https(answers: impl IntoIterator<Item = String>) -> Peer {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let key = tokio_rustls::rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = tokio_rustls::rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let mut peer = Self::start(answers, Some(acceptor)).await;
        peer.certificate_pem = Some(made.cert.pem());
        peer
    }

    async fn start(answers: impl IntoIterator<Item = String>, tls: Option<tokio_rustls::TlsAcceptor>) -> Peer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(answers.into_iter().collect::<VecDeque<_>>()));
        let kept = asked.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answers, kept, tls) = (answers.clone(), kept.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => talk(stream, &answers, &kept).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                talk(stream, &answers, &kept).await;
                            }
                        }
                    }
                });
            }
        });
        Peer {
            port,
            certificate_pem: None,
            asked,
            task,
        }
    }

    /// Requests that came, head and body as text.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One request, one answer, and the end.
async fn talk(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answers: &Mutex<VecDeque<String>>,
    asked: &Mutex<Vec<String>>,
) {
    let Some(request) = read_request(&mut stream).await else {
        return;
    };
    asked.lock().unwrap().push(request);
    let answer = {
        let mut answers = answers.lock().unwrap();
        if answers.len() > 1 {
            answers.pop_front()
        } else {
            answers.front().cloned()
        }
    };
    let _is_sent = stream.write_all(answer.unwrap_or_default().as_bytes()).await;
    let _is_closed = stream.shutdown().await;
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().filter_map(|line| line.split_once(':'));
            let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
            let length: usize = length
                .filter_map(|(_, value)| value.trim().parse().ok())
                .next()
                .unwrap_or(0);
            if body.len() >= length {
                return Some(text);
            }
        }
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}

/// An answer with its length.
pub fn answer(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} Status\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// An HTML page.
pub fn page(status: u16, body: &str) -> String {
    answer(status, "content-type: text/html\r\n", body)
}

/// A JSON answer.
pub fn json(status: u16, body: &serde_json::Value) -> String {
    answer(status, "content-type: application/json\r\n", &body.to_string())
}

/// A port where nothing listens.
pub async fn silent_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    listener.local_addr().unwrap().port()
}
