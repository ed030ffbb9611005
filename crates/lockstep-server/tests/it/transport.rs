//! The way to Azure DevOps: where it goes, where it doesn't, and what it says when it fails.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use azdo::{Method, Request, Response, Transport, TransportError, TransportErrorKind as Kind};
use lockstep_server::sync::transport::{HttpsTransport, Lookup, TransportSettings, system_lookup};

use crate::peer::{Peer, answer, silent_port};

fn settings() -> TransportSettings {
    TransportSettings {
        allows_private: true,
        allows_loopback: true,
        request_timeout: Duration::from_secs(20),
        extra_ca_pem: None,
        answer_bytes_max: 64 * 1024,
        lookup: system_lookup(),
    }
}

async fn ask(settings: &TransportSettings, url: &str) -> Result<Response, TransportError> {
    let request = Request {
        method: Method::Post,
        url: url.to_owned(),
        headers: vec![("authorization".into(), "Basic c2VjcmV0".into())],
        body: b"{}".to_vec(),
    };
    HttpsTransport::new(settings).unwrap().send(request).await
}

fn failed(kind: Kind, is_unsent: bool) -> TransportError {
    TransportError { kind, is_unsent }
}

/// A resolver that gives these addresses in turn, each name the same ones.
fn names(addresses: &[&str]) -> Lookup {
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    let turn = Arc::new(AtomicUsize::new(0));
    Arc::new(move |_name| {
        let address = addresses[turn.fetch_add(1, Ordering::SeqCst) % addresses.len()];
        Box::pin(async move { Ok(vec![address]) })
    })
}

#[tokio::test]
async fn an_answer_comes_back_whole_whatever_its_status() {
    let peer = Peer::http([answer(503, "Retry-After: 5\r\nX-Two: a\r\nx-two: b\r\n", "busy")]).await;
    let response = ask(&settings(), &format!("http://127.0.0.1:{}/x?y=1", peer.port))
        .await
        .unwrap();
    assert_eq!((response.status, response.body.as_slice()), (503, b"busy".as_slice()));
    assert_eq!(response.header("retry-after"), Some("5"));
    let asked = &peer.asked()[0];
    assert!(
        asked.starts_with("POST /x?y=1 HTTP/1.1\r\n") && asked.ends_with("{}"),
        "{asked}"
    );
    assert!(!asked.to_lowercase().contains("cookie"), "{asked}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_nobody_else_sees_the_token() {
    let canary = Peer::http([answer(200, "", "")]).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: http://127.0.0.1:{}/\r\nset-cookie: a=b\r\n", canary.port);
        let peer = Peer::http([answer(status, &location, "")]).await;
        let response = ask(&settings(), &format!("http://127.0.0.1:{}/", peer.port))
            .await
            .unwrap();
        assert_eq!(response.status, status);
        assert_eq!(peer.asked().len(), 1);
    }
    assert_eq!(canary.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn this_machine_and_reserved_addresses_are_not_dialled() {
    let canary = Peer::http([answer(200, "", "")]).await;
    let strict = TransportSettings {
        allows_loopback: false,
        ..settings()
    };
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "0x7f.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "127.1",
        "0.0.0.0",
    ] {
        for scheme in ["http", "https"] {
            let refused = ask(&strict, &format!("{scheme}://{host}:{}/", canary.port))
                .await
                .unwrap_err();
            assert_eq!(refused, failed(Kind::AddressNotAllowed, true), "{scheme}://{host}");
        }
    }
    for url in [
        "http://169.254.169.254/",
        "https://[fe80::1]/",
        "https://224.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
    ] {
        assert_eq!(
            ask(&settings(), url).await.unwrap_err(),
            failed(Kind::AddressNotAllowed, true),
            "{url}"
        );
    }
    assert_eq!(canary.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn plain_http_and_odd_ports_do_not_go_to_the_internet() {
    for url in [
        "http://13.107.42.20/",
        "https://13.107.42.20:5432/",
        "https://10.0.0.1:22/",
    ] {
        assert_eq!(
            ask(&settings(), url).await.unwrap_err(),
            failed(Kind::AddressNotAllowed, true),
            "{url}"
        );
    }
    let public_only = TransportSettings {
        allows_private: false,
        ..settings()
    };
    let refused = ask(&public_only, "https://10.0.0.1/").await.unwrap_err();
    assert_eq!(refused, failed(Kind::AddressNotAllowed, true));
}

#[tokio::test]
async fn the_address_that_is_dialled_is_the_one_that_was_checked() {
    let canary = Peer::http([answer(200, "", "")]).await;
    // A name that points at a reserved address, then at this machine, and so on.
    let strict = TransportSettings {
        allows_loopback: false,
        lookup: names(&["169.254.169.254", "127.0.0.1"]),
        ..settings()
    };
    for _ in 0..20 {
        let refused = ask(&strict, &format!("http://rebound.example:{}/", canary.port))
            .await
            .unwrap_err();
        assert_eq!(refused, failed(Kind::AddressNotAllowed, true));
    }
    assert_eq!(canary.asked(), Vec::<String>::new());
    // Where this machine is allowed, only that turn gets through.
    let loopback = TransportSettings {
        lookup: names(&["169.254.169.254", "127.0.0.1"]),
        ..settings()
    };
    let transport = HttpsTransport::new(&loopback).unwrap();
    let mut n_through = 0;
    for _ in 0..10 {
        let url = format!("http://rebound.example:{}/", canary.port);
        let request = Request {
            method: Method::Get,
            url,
            headers: Vec::new(),
            body: Vec::new(),
        };
        n_through += usize::from(transport.send(request).await.is_ok());
    }
    assert_eq!((n_through, canary.asked().len()), (5, 5));
}

#[tokio::test]
async fn what_was_not_sent_says_so_and_what_may_have_been_does_not() {
    let port = silent_port().await;
    assert_eq!(
        ask(&settings(), &format!("http://127.0.0.1:{port}/"))
            .await
            .unwrap_err(),
        failed(Kind::Refused, true)
    );
    let nowhere = TransportSettings {
        lookup: Arc::new(|_name| Box::pin(async { Ok(Vec::new()) })),
        ..settings()
    };
    let not_found = ask(&nowhere, "https://nowhere.example/").await.unwrap_err();
    assert_eq!(not_found, failed(Kind::NameNotFound, true));
    let closing = Peer::http([String::new()]).await;
    assert_eq!(
        ask(&settings(), &format!("http://127.0.0.1:{}/", closing.port))
            .await
            .unwrap_err(),
        failed(Kind::Cut, false)
    );
    assert_eq!(closing.asked().len(), 1, "nothing is sent twice");
    let cut = Peer::http(["HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhalf".to_owned()]).await;
    assert_eq!(
        ask(&settings(), &format!("http://127.0.0.1:{}/", cut.port))
            .await
            .unwrap_err(),
        failed(Kind::Cut, false)
    );
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let hasty = TransportSettings {
        request_timeout: Duration::from_millis(200),
        ..settings()
    };
    let given_up = ask(&hasty, &format!("http://127.0.0.1:{port}/")).await.unwrap_err();
    assert_eq!(given_up, failed(Kind::TimedOut, false));
}

#[tokio::test]
async fn an_answer_beyond_the_bound_is_not_read() {
    let large = Peer::http([answer(200, "", &"x".repeat(65 * 1024))]).await;
    let url = format!("http://127.0.0.1:{}/", large.port);
    assert_eq!(ask(&settings(), &url).await.unwrap_err(), failed(Kind::TooLarge, false));
    // Without a length it is noticed while reading.
    let endless = Peer::http([format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{}",
        "x".repeat(80 * 1024)
    )])
    .await;
    let url = format!("http://127.0.0.1:{}/", endless.port);
    assert_eq!(ask(&settings(), &url).await.unwrap_err(), failed(Kind::TooLarge, false));
}

#[tokio::test]
async fn a_certificate_is_trusted_by_its_authority_alone() {
    let peer = Peer::https([answer(200, "", "hello")]).await;
    let url = format!("https://localhost:{}/", peer.port);
    let stranger = ask(&settings(), &url).await.unwrap_err();
    assert_eq!(stranger, failed(Kind::UntrustedCertificate, true));
    assert_eq!(peer.asked(), Vec::<String>::new(), "the token was not sent");
    let pem = peer.certificate_pem.clone().unwrap().into_bytes();
    let trusting = TransportSettings {
        extra_ca_pem: Some(pem),
        ..settings()
    };
    assert_eq!(ask(&trusting, &url).await.unwrap().body, b"hello");
    // The right authority for the wrong name is no trust.
    let elsewhere = format!("https://127.0.0.1:{}/", peer.port);
    assert_eq!(
        ask(&trusting, &elsewhere).await.unwrap_err(),
        failed(Kind::UntrustedCertificate, true)
    );
}
