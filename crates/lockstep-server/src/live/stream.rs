//! The server-sent events of one browser.
//!
//! Every change of the company arrives once and in order: announcements are only a bell, a gap is filled from the store, and
//! what is too far back is answered by `resync`, which means: read everything again. The stream ends when its session does.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{ChangeNotice, Ended};
use crate::access::Member;
use crate::accounts::sessions;
use crate::app::App;
use crate::error::Problem;
use crate::extract::Query;
use crate::store::StoreError;

/// Changes that are told one by one to a browser that was away; beyond them it reads everything.
const N_CHANGES_TOLD_MAX: i64 = 1000;
/// Events that may wait for a slow browser.
const N_EVENTS_WAITING: usize = 64;
/// A browser that takes nothing for this long is gone.
const SLOWEST_BROWSER: Duration = Duration::from_secs(30);
/// How often the session is looked at anew, beside being told of its end.
const SESSION_LOOK: Duration = Duration::from_secs(30);
/// How often a comment keeps proxies from closing the stream.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Where to resume.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Resume {
    /// The last change seen; `Last-Event-ID` wins over it.
    after: Option<i64>,
}

#[derive(Serialize)]
struct Hello {
    change: i64,
}

#[derive(Serialize)]
struct Change<'a> {
    change: i64,
    noun: &'a str,
    id: Uuid,
}

/// The company's changes as they are committed.
///
/// `event: hello` with the latest change first; then `event: change` with `id:` and data `{change, noun, id}`; `event: resync`
/// when what was missed is too much to tell.
#[utoipa::path(get, path = "/api/events", operation_id = "live_events", tag = "live", params(Resume), responses(
    (status = 200, description = "Server-sent events", content_type = "text/event-stream", body = String),
    (status = 401, description = "Nobody is signed in", content_type = "application/problem+json", body = Problem),
))]
pub(super) async fn events(
    State(app): State<App>,
    member: Member,
    Query(resume): Query<Resume>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last_seen = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok())
        .and_then(|id| id.parse().ok());
    let (sender, receiver) = mpsc::channel(N_EVENTS_WAITING);
    tokio::spawn(async move {
        let stream = BrowserStream {
            app,
            member,
            sender,
            last: 0,
        };
        if let Err(Stop::Store(error)) = stream.run(last_seen.or(resume.after)).await {
            tracing::warn!(
                error = crate::error::chain(&error),
                "A live stream ended early; the browser comes back"
            );
        }
    });
    Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

struct BrowserStream {
    app: App,
    member: Member,
    sender: mpsc::Sender<Result<Event, Infallible>>,
    /// The number of the last change told.
    last: i64,
}

/// Why a stream stops before anybody ended it.
enum Stop {
    BrowserGone,
    Store(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl BrowserStream {
    async fn run(mut self, after: Option<i64>) -> Result<(), Stop> {
        // Listening begins before the first look, so that nothing falls between the two.
        let mut changes = self.app.live.changes();
        let mut endings = self.app.live.endings();
        let latest = self.app.store.latest_change(self.member.company).await?;
        self.send(event("hello", &Hello { change: latest })).await?;
        match after {
            Some(after) if after <= latest => {
                self.last = after;
                self.catch_up().await?;
            }
            // A number from the future: the database was put back to an earlier day.
            Some(_) => self.resync(latest).await?,
            None => self.last = latest,
        }
        let mut session_look = tokio::time::interval(SESSION_LOOK);
        loop {
            tokio::select! {
                () = self.app.shutdown.cancelled() => return Ok(()),
                () = self.sender.closed() => return Ok(()),
                ended = endings.recv() => match ended {
                    Ok(ended) if self.ends_with(ended) => return Ok(()),
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => if !self.is_session_alive().await? { return Ok(()) },
                    Err(RecvError::Closed) => return Ok(()),
                },
                _ = session_look.tick() => if !self.is_session_alive().await? { return Ok(()) },
                heard = changes.recv() => match heard {
                    Ok(notice) => self.hear(notice).await?,
                    Err(RecvError::Lagged(_)) => self.catch_up().await?,
                    Err(RecvError::Closed) => return Ok(()),
                },
            }
        }
    }

    async fn hear(&mut self, notice: ChangeNotice) -> Result<(), Stop> {
        if notice.company != self.member.company || notice.change <= self.last {
            return Ok(());
        }
        if notice.change > self.last + 1 {
            return self.catch_up().await;
        }
        self.tell(notice.change, notice.noun.as_str(), notice.id).await
    }

    /// Tells what the store has after the last change told, or that it is too much.
    async fn catch_up(&mut self) -> Result<(), Stop> {
        let company = self.member.company;
        let rows = self
            .app
            .store
            .changes_after(company, self.last, N_CHANGES_TOLD_MAX + 1)
            .await?;
        let is_whole = rows.first().is_none_or(|row| row.change == self.last + 1);
        if !is_whole || rows.len() as i64 > N_CHANGES_TOLD_MAX {
            let latest = self.app.store.latest_change(company).await?;
            return self.resync(latest).await;
        }
        for row in rows {
            self.tell(row.change, &row.noun, row.noun_id).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, change: i64, noun: &str, id: Uuid) -> Result<(), Stop> {
        self.send(event("change", &Change { change, noun, id }).id(change.to_string()))
            .await?;
        self.last = change;
        Ok(())
    }

    async fn resync(&mut self, latest: i64) -> Result<(), Stop> {
        self.send(event("resync", &Hello { change: latest }).id(latest.to_string()))
            .await?;
        self.last = latest;
        Ok(())
    }

    async fn send(&self, event: Event) -> Result<(), Stop> {
        match tokio::time::timeout(SLOWEST_BROWSER, self.sender.send(Ok(event))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Stop::BrowserGone),
        }
    }

    fn ends_with(&self, ended: Ended) -> bool {
        match ended {
            Ended::Session(id) => id == self.member.session,
            Ended::SessionsOf(member, but) => member == self.member.id && but != Some(self.member.session),
        }
    }

    async fn is_session_alive(&self) -> Result<bool, StoreError> {
        let row = self
            .app
            .store
            .session_by_id(self.member.company, self.member.session)
            .await?;
        Ok(row.is_some_and(|row| sessions::is_fresh(&row, self.app.now_us())))
    }
}

fn event(name: &str, data: &impl Serialize) -> Event {
    // Numbers, ids and our own words: nothing that JSON could refuse or a line could break.
    Event::default()
        .event(name)
        .data(serde_json::to_string(data).unwrap_or_default())
}
