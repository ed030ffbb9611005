//! What is asked and written for many notifications at once: whose webhooks they came to, and one statement for all.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::last_seen::LastSeen;
use super::together::{Together, Unanswered};
use crate::app::App;
use crate::ids::{CompanyId, ConnectionId};
use crate::store::StoreError;
use crate::store::notices::{Accepted, Fate, HookNotice};
use crate::store::webhooks::{HookedRow, Seen};

/// Notifications in one commit.
const GROUP_MAX: usize = 500;
/// Notifications that may wait; more are told to come again.
const WAITING_MAX: usize = 5000;
/// How long a webhook is known without a question to the database, unless its company changes something sooner.
const KNOWN_FOR: Duration = Duration::from_secs(1);

/// What is written for one notification.
pub struct Arrival {
    /// Whose.
    pub company: CompanyId,
    /// Of which connection.
    pub connection: ConnectionId,
    /// The notification.
    pub notice: HookNotice,
    /// What is noted of its event.
    pub seen: Option<Seen>,
    /// The secret of now was used for the first time since a rotation: the one before ends then.
    pub previous_until_us: Option<i64>,
    /// Whether the connection's worker wants to hear of it.
    pub is_enabled: bool,
}

/// The notifications that wait to be recognised, and those that wait to be kept.
pub struct Group {
    arriving: Arc<Together<String, Option<LookedUp>>>,
    keeping: Arc<Together<Arrival, Accepted>>,
    known: Mutex<HashMap<String, Known>>,
    seen: Arc<LastSeen>,
}

/// A webhook that was looked up a moment ago.
struct Known {
    hooked: HookedRow,
    at: Instant,
    /// The company's last change before it was looked up.
    change: Option<i64>,
}

impl Known {
    fn is_still_so(&self, app: &App) -> bool {
        let company = CompanyId(self.hooked.webhook.company_id);
        self.at.elapsed() < KNOWN_FOR && app.live.latest(company) == self.change
    }
}

impl Default for Group {
    fn default() -> Self {
        Self {
            arriving: Together::new(WAITING_MAX, WAITING_MAX),
            keeping: Together::new(GROUP_MAX, WAITING_MAX),
            known: Mutex::default(),
            seen: Arc::default(),
        }
    }
}

impl Group {
    /// Whose webhook a path is, if that was looked up a moment ago. Good enough to say yes by, never to say no.
    pub fn known(&self, app: &App, path_id: &str) -> Option<HookedRow> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get(path_id).filter(|known| known.is_still_so(app))?;
        Some(known.hooked.clone())
    }

    /// Whose webhook a path is, as the database has it after the question.
    pub async fn whose(&self, app: &App, path_id: String) -> Result<Option<HookedRow>, Unanswered> {
        let asks = app.clone();
        let asked = self
            .arriving
            .ask(path_id.clone(), move |paths| look_up(asks.clone(), paths));
        let (at, looked_up) = (Instant::now(), asked.await?);
        let Some(LookedUp { hooked, change }) = looked_up else {
            return Ok(None);
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, known| known.is_still_so(app));
        let hooked_known = hooked.clone();
        known.insert(
            path_id,
            Known {
                hooked: hooked_known,
                at,
                change,
            },
        );
        Ok(Some(hooked))
    }

    /// Keeps a notification. When this returns `Ok`, it survives a power cut.
    pub async fn keep(&self, app: &App, arrival: Arrival) -> Result<Accepted, Unanswered> {
        let (app, seen) = (app.clone(), self.seen.clone());
        self.keeping
            .ask(arrival, move |arrivals| keep_all(app.clone(), seen.clone(), arrivals))
            .await
    }
}

/// A webhook as the database has it.
#[derive(Clone)]
struct LookedUp {
    hooked: HookedRow,
    /// The company's last change before it was read.
    change: Option<i64>,
}

async fn look_up(app: App, paths: Vec<String>) -> Option<Vec<Option<LookedUp>>> {
    // Before the question: what changes while it is asked makes the answer old.
    let changes = app.live.all_latest();
    let distinct: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
    let looked_up = |hooked: &HookedRow| LookedUp {
        hooked: hooked.clone(),
        change: changes.get(&CompanyId(hooked.webhook.company_id)).copied(),
    };
    match app.store.webhooks_by_path(&distinct).await {
        Ok(hooked) => Some(paths.iter().map(|path| hooked.get(path).map(looked_up)).collect()),
        Err(error) => {
            tracing::warn!(
                error = crate::error::chain(&error),
                "Notifications could not be looked up"
            );
            None
        }
    }
}

async fn keep_all(app: App, seen: Arc<LastSeen>, arrivals: Vec<Arrival>) -> Option<Vec<Accepted>> {
    match write(&app, &arrivals).await {
        Ok(accepted) => {
            let mut crowds: BTreeMap<ConnectionId, usize> = BTreeMap::new();
            for arrival in &arrivals {
                *crowds.entry(arrival.connection).or_default() += 1;
            }
            for (connection, n) in crowds {
                app.storm.kept(connection, n, app.now_us());
            }
            let new = arrivals.iter().zip(&accepted).filter(|(arrival, accepted)| {
                arrival.is_enabled && arrival.notice.fate == Fate::Pending && **accepted == Accepted::New
            });
            let rung: BTreeSet<ConnectionId> = new.map(|(arrival, _)| arrival.connection).collect();
            for connection in rung {
                app.wake.ring(connection);
            }
            seen.note(&app, &arrivals);
            Some(accepted)
        }
        Err(error) => {
            tracing::warn!(
                error = crate::error::chain(&error),
                n = arrivals.len(),
                "Notifications could not be kept"
            );
            None
        }
    }
}

async fn write(app: &App, arrivals: &[Arrival]) -> Result<Vec<Accepted>, StoreError> {
    for arrival in arrivals {
        if let Some(until_us) = arrival.previous_until_us {
            let mut tx = app.store.begin().await?;
            tx.new_secret_seen(arrival.company, arrival.connection, until_us)
                .await?;
            tx.commit().await?;
        }
    }
    let notices = arrivals
        .iter()
        .map(|arrival| (arrival.company, arrival.connection, &arrival.notice));
    app.store.accept_notices(notices).await
}
