//! The smallest server of a board that does the core of the work: cards in SQLite and in memory, a move committed and told
//! to every browser, the whole board packed once, and one virtualised page. `cargo xtask bench board` holds Lockstep against it.
//!
//! It has no accounts, no rights, no rules and no Azure DevOps; it is what the machine allows.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{Stream, StreamExt};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;

/// A board of tens of thousands of cards fits.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Events a slow browser may be behind.
const N_EVENTS_MAX: usize = 1024;

/// The board, list by list; what is not said here is kept and given back as it came.
#[derive(Default, Serialize, Deserialize)]
struct Board {
    change: i64,
    cards: Cards,
    #[serde(flatten)]
    rest: HashMap<String, Value>,
}

#[derive(Default, Serialize, Deserialize)]
struct Cards {
    id: Vec<String>,
    title: Vec<String>,
    team: Vec<i64>,
    column: Vec<i64>,
    rank: Vec<String>,
    #[serde(flatten)]
    rest: HashMap<String, Value>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Act {
    id: String,
    title: Option<String>,
    team: Option<i64>,
    column: Option<i64>,
    #[serde(default)]
    change: i64,
}

#[derive(Default)]
struct Shown {
    board: Board,
    at: HashMap<String, usize>,
    packed: Option<(i64, Bytes)>,
}

#[derive(Clone)]
struct Reference {
    database: SqlitePool,
    shown: Arc<Mutex<Shown>>,
    events: broadcast::Sender<Act>,
}

/// Argument: the file of the database. Prints the address when ready.
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Some(file) = std::env::args().nth(1) else {
        anyhow::bail!("board_reference FILE");
    };
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let database = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    for table in [
        "create table cards (id text primary key, title text, team integer, col integer, rank text) strict",
        "create table acts (change integer primary key, id text, title text, team integer, col integer) strict",
    ] {
        sqlx::query(table).execute(&database).await?;
    }
    let reference = Reference {
        database,
        shown: Arc::default(),
        events: broadcast::Sender::new(N_EVENTS_MAX),
    };
    let router = Router::new()
        .route("/", get(|| async { Html(include_str!("board_reference.html")) }))
        .route("/load", post(load))
        .route("/snapshot", get(snapshot))
        .route("/act", post(act))
        .route("/events", get(events))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(reference);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        let _is_set = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

/// Takes a board as Lockstep gives it.
async fn load(State(reference): State<Reference>, Json(board): Json<Board>) -> Result<StatusCode, Failed> {
    let mut tx = reference.database.begin().await?;
    for table in ["delete from cards", "delete from acts"] {
        sqlx::query(table).execute(&mut *tx).await?;
    }
    for (at, id) in board.cards.id.iter().enumerate() {
        sqlx::query("insert into cards values ($1, $2, $3, $4, $5)")
            .bind(id)
            .bind(&board.cards.title[at])
            .bind(board.cards.team[at])
            .bind(board.cards.column[at])
            .bind(&board.cards.rank[at])
            .execute(&mut *tx)
            .await?;
    }
    tx.commit().await?;
    let at = board.cards.id.iter().cloned().zip(0..).collect();
    let shown = Shown {
        board,
        at,
        packed: None,
    };
    *reference.shown.lock().expect("nobody panics while holding it") = shown;
    Ok(StatusCode::NO_CONTENT)
}

/// The whole board, packed once for each change.
async fn snapshot(State(reference): State<Reference>) -> Result<Response, Failed> {
    let mut shown = reference.shown.lock().expect("nobody panics while holding it");
    let change = shown.board.change;
    let known = shown.packed.as_ref().filter(|(of, _)| *of == change);
    let packed = match known {
        Some((_, packed)) => packed.clone(),
        None => {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(&serde_json::to_vec(&shown.board)?)?;
            let packed = Bytes::from(gzip.finish()?);
            shown.packed = Some((change, packed.clone()));
            packed
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CONTENT_ENCODING, "gzip"),
    ];
    Ok((headers, packed).into_response())
}

/// Commits what somebody did with a card, tells everybody, answers with its number.
async fn act(State(reference): State<Reference>, Json(act): Json<Act>) -> Result<Json<Act>, Failed> {
    let mut tx = reference.database.begin().await?;
    sqlx::query("update cards set title = coalesce($2, title), team = coalesce($3, team), col = coalesce($4, col) where id = $1")
        .bind(&act.id)
        .bind(&act.title)
        .bind(act.team)
        .bind(act.column)
        .execute(&mut *tx)
        .await?;
    let kept = sqlx::query("insert into acts (id, title, team, col) values ($1, $2, $3, $4)")
        .bind(&act.id)
        .bind(&act.title)
        .bind(act.team)
        .bind(act.column)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    let act = Act {
        change: kept.last_insert_rowid(),
        ..act
    };
    let mut shown = reference.shown.lock().expect("nobody panics while holding it");
    shown.board.change = act.change;
    if let Some(at) = shown.at.get(&act.id).copied() {
        let cards = &mut shown.board.cards;
        if let Some(title) = &act.title {
            cards.title[at].clone_from(title);
        }
        cards.team[at] = act.team.unwrap_or(cards.team[at]);
        cards.column[at] = act.column.unwrap_or(cards.column[at]);
    }
    // Told while it is held: numbers go out in order.
    let _listeners = reference.events.send(act.clone());
    Ok(Json(act))
}

/// What was done, as it is done.
async fn events(State(reference): State<Reference>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = BroadcastStream::new(reference.events.subscribe());
    let told = events.filter_map(|act| async { Event::default().json_data(act.ok()?).ok().map(Ok) });
    Sse::new(told).keep_alive(KeepAlive::default())
}

/// Whatever goes wrong in a reference is a mistake in it.
struct Failed(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, format!("{:#}", self.0)).into_response()
    }
}
