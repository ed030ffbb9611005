//! Sends notifications as fast as they are answered, over so many connections, and says how it went: for `cargo xtask bench
//! intake`. Each is another event about another work item, as Azure DevOps words them.
//!
//!   intake_load URL USER SECRET CONNECTIONS EVENTS FIRST     FIRST numbers the first event
//!   intake_load count FILE                                   how many events a Lockstep has kept

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Context, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

const SUBSCRIPTION: &str = "7d2c2f7e-8a64-4a1f-9a1e-2a5f1f0b6c01";
const PROJECT: &str = "9a8b7c6d-5e4f-4321-8765-43210fedcba9";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["count", file] => {
            let options = SqliteConnectOptions::new().filename(file).read_only(true);
            let mut database = SqliteConnection::connect_with(&options).await?;
            let n: i64 = sqlx::query_scalar("select coalesce(sum(n), 0) from subscriptions_seen")
                .fetch_one(&mut database)
                .await?;
            println!("{n}");
            Ok(())
        }
        [url, user, secret, n_connections, n_events, first] => {
            let load = Load {
                url: url.parse()?,
                authorization: STANDARD.encode(format!("{user}:{secret}")),
                next: AtomicU64::new(first.parse()?),
                end: first.parse::<u64>()? + n_events.parse::<u64>()?,
            };
            run(Arc::new(load), n_connections.parse()?).await
        }
        _ => bail!("intake_load URL USER SECRET CONNECTIONS EVENTS FIRST, or intake_load count FILE"),
    }
}

struct Load {
    url: Url,
    authorization: String,
    next: AtomicU64,
    end: u64,
}

/// What one connection saw.
#[derive(Default)]
struct Seen {
    took_us: Vec<u64>,
    n_put_off: u64,
    n_refused: u64,
}

async fn run(load: Arc<Load>, n_connections: usize) -> anyhow::Result<()> {
    let began = Instant::now();
    let senders: Vec<_> = (0..n_connections).map(|_| tokio::spawn(send(load.clone()))).collect();
    let mut all = Seen::default();
    for sender in senders {
        let seen = sender.await??;
        all.took_us.extend(seen.took_us);
        all.n_put_off += seen.n_put_off;
        all.n_refused += seen.n_refused;
    }
    let seconds = began.elapsed().as_secs_f64();
    all.took_us.sort_unstable();
    let at = |share: f64| {
        let at = (all.took_us.len() as f64 * share).ceil() as usize;
        all.took_us.get(at.saturating_sub(1)).copied().unwrap_or(0) as f64 / 1000.0
    };
    let said = json!({
        "n_kept": all.took_us.len(),
        "n_put_off": all.n_put_off,
        "n_refused": all.n_refused,
        "per_second": all.took_us.len() as f64 / seconds,
        "p50_ms": at(0.5),
        "p99_ms": at(0.99),
        "ms": seconds * 1000.0,
    });
    println!("{said}");
    Ok(())
}

/// One connection: the next event as soon as the last one is answered.
async fn send(load: Arc<Load>) -> anyhow::Result<Seen> {
    let host = load.url.host_str().context("an address with a host")?;
    let port = load.url.port_or_known_default().context("an address with a port")?;
    let mut stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let mut seen = Seen::default();
    loop {
        let n = load.next.fetch_add(1, Ordering::Relaxed);
        if n >= load.end {
            return Ok(seen);
        }
        let body = event(n);
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: {host}:{port}\r\nauthorization: Basic {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            load.url.path(),
            load.authorization,
            body.len(),
        );
        let began = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        match status(&mut stream).await? {
            200..=299 => seen.took_us.push(u64::try_from(began.elapsed().as_micros())?),
            500..=599 => seen.n_put_off += 1,
            _ => seen.n_refused += 1,
        }
    }
}

/// Reads one answer to its end; gives its status.
async fn status(stream: &mut TcpStream) -> anyhow::Result<u16> {
    let mut held = Vec::with_capacity(1024);
    let head_end = loop {
        if stream.read_buf(&mut held).await? == 0 {
            bail!("the connection was closed");
        }
        if let Some(at) = held.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8_lossy(&held[..head_end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|length| length.trim().parse::<usize>().ok())
        .unwrap_or(0);
    while held.len() < head_end + length {
        if stream.read_buf(&mut held).await? == 0 {
            bail!("the answer broke off");
        }
    }
    status.context("an answer with a status")
}

/// A notification of one changed work item.
fn event(n: u64) -> String {
    let body = json!({
        "id": format!("00000000-0000-4000-8000-{n:012x}"),
        "subscriptionId": SUBSCRIPTION,
        "notificationId": n,
        "eventType": "workitem.updated",
        "publisherId": "tfs",
        "message": {"text": "User Story (Gate pilot) updated by Mara Lindqvist"},
        "resource": {
            "id": n % 997,
            "workItemId": 5_000_000 + n,
            "rev": 3,
            "revisedDate": "9999-01-01T00:00:00Z",
            "fields": {
                "System.Rev": {"oldValue": 2, "newValue": 3},
                "System.AuthorizedDate": {"oldValue": "2026-10-14T09:15:00.123Z", "newValue": "2026-10-14T09:16:12.407Z"},
                "System.State": {"oldValue": "New", "newValue": "Active"},
                "System.Watermark": {"oldValue": 8_112_003, "newValue": 8_112_004},
            },
            "revision": {
                "id": 5_000_000 + n,
                "rev": 3,
                "fields": {
                    "System.AreaPath": "Harbour\\Quay",
                    "System.TeamProject": "Harbour",
                    "System.IterationPath": "Harbour\\PI 26.4\\Sprint 42",
                    "System.WorkItemType": "User Story",
                    "System.State": "Active",
                    "System.Title": "Let a driver book a gate ahead of arrival",
                },
            },
        },
        "resourceVersion": "1.0",
        "resourceContainers": {"collection": {"id": SUBSCRIPTION}, "project": {"id": PROJECT}},
        "createdDate": "2026-10-14T09:16:13.001Z",
    });
    body.to_string()
}
