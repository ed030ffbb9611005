//! The smallest receiver of notifications that does the core of the work: each is on disk, once, before it is answered, and
//! those that come together are written together. `cargo xtask bench intake` holds Lockstep against it.
//!
//! It knows no secret, reads nothing of a body but the event's id, and does nothing with what it keeps.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use axum::serve::ListenerExt;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

/// Notifications in one commit.
const GROUP_MAX: usize = 256;
/// Notifications that may wait.
const WAITING_MAX: usize = 20_000;

/// One call of SQLite for a whole group.
const INSERT: &str = "insert or ignore into notices (id, body)
    select value ->> 'id', value ->> 'body' from json_each($1)";

type Waiting = (String, String, oneshot::Sender<()>);

#[derive(Deserialize)]
struct Envelope {
    id: String,
}

/// Argument: the file of the database. Prints the address when ready.
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Some(file) = std::env::args().nth(1) else {
        anyhow::bail!("intake_reference FILE");
    };
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let database = SqlitePoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    sqlx::query("create table notices (id text primary key, body text) strict")
        .execute(&database)
        .await?;
    let (waiting, arrived) = mpsc::channel(WAITING_MAX);
    tokio::spawn(write(database, arrived));
    let router = Router::new().route("/", post(take)).with_state(waiting);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}/", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        let _is_set = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

async fn take(State(waiting): State<mpsc::Sender<Waiting>>, body: Bytes) -> StatusCode {
    let Ok(Envelope { id }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST;
    };
    let (done, is_done) = oneshot::channel();
    let body = String::from_utf8_lossy(&body).into_owned();
    if waiting.try_send((id, body, done)).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match is_done.await {
        Ok(()) => StatusCode::OK,
        Err(_broken_off) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Writes what has come, and then what has come meanwhile.
async fn write(database: SqlitePool, mut arrived: mpsc::Receiver<Waiting>) {
    let mut group = Vec::with_capacity(GROUP_MAX);
    while arrived.recv_many(&mut group, GROUP_MAX).await > 0 {
        let rows: Vec<_> = group
            .iter()
            .map(|(id, body, _)| json!({"id": id, "body": body}))
            .collect();
        let written = sqlx::query(INSERT)
            .bind(sqlx::types::Json(rows))
            .execute(&database)
            .await;
        for (_, _, done) in group.drain(..) {
            if written.is_ok() {
                let _is_waiting = done.send(());
            }
        }
    }
}
