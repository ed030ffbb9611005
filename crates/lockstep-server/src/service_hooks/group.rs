//! What is asked and written for many notifications at once: whose webhooks they came to, and one commit for all.

use std::collections::{BTreeSet, HashMap};

use super::together::{Together, Unanswered};
use crate::app::App;
use crate::ids::{CompanyId, ConnectionId};
use crate::store::StoreError;
use crate::store::notices::{Accepted, HookNotice};
use crate::store::webhooks::{HookedRow, Seen};

/// Notifications in one commit.
const GROUP_MAX: usize = 500;
/// Notifications that may wait; more are told to come again.
const WAITING_MAX: usize = 5000;

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
}

/// The notifications that wait to be recognised, and those that wait to be kept.
pub struct Group {
    arriving: Together<String, Option<HookedRow>>,
    keeping: Together<Arrival, Accepted>,
}

impl Default for Group {
    fn default() -> Self {
        Self {
            arriving: Together::new(WAITING_MAX, WAITING_MAX),
            keeping: Together::new(GROUP_MAX, WAITING_MAX),
        }
    }
}

impl Group {
    /// Whose webhook a path is, as the database has it after the question.
    pub async fn whose(&self, app: &App, path_id: String) -> Result<Option<HookedRow>, Unanswered> {
        self.arriving.ask(path_id, |paths| look_up(app, paths)).await
    }

    /// Keeps a notification. When this returns `Ok`, it survives a power cut.
    pub async fn keep(&self, app: &App, arrival: Arrival) -> Result<Accepted, Unanswered> {
        self.keeping.ask(arrival, |arrivals| keep_all(app, arrivals)).await
    }
}

async fn look_up(app: &App, paths: Vec<String>) -> Option<Vec<Option<HookedRow>>> {
    let distinct: BTreeSet<&str> = paths.iter().map(String::as_str).collect();
    match app.store.webhooks_by_path(&distinct).await {
        Ok(hooked) => Some(paths.iter().map(|path| hooked.get(path).cloned()).collect()),
        Err(error) => {
            tracing::warn!(
                error = crate::error::chain(&error),
                "Notifications could not be looked up"
            );
            None
        }
    }
}

async fn keep_all(app: &App, arrivals: Vec<Arrival>) -> Option<Vec<Accepted>> {
    match write(app, &arrivals).await {
        Ok(accepted) => Some(accepted),
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
    let mut tx = app.store.begin().await?;
    // A group is of few projects and kinds of event: each is noted once.
    let mut seen: HashMap<(CompanyId, ConnectionId, &Seen), (i64, i64)> = HashMap::new();
    for arrival in arrivals {
        let (company, connection) = (arrival.company, arrival.connection);
        if let Some(event) = &arrival.seen {
            let (n, last_us) = seen.entry((company, connection, event)).or_default();
            *n += 1;
            *last_us = arrival.notice.received_us.max(*last_us);
        }
        if let Some(until_us) = arrival.previous_until_us {
            tx.new_secret_seen(company, connection, until_us).await?;
        }
    }
    let notices = arrivals
        .iter()
        .map(|arrival| (arrival.company, arrival.connection, &arrival.notice));
    let accepted = tx.accept_notices(notices).await?;
    for ((company, connection, event), (n, last_us)) in seen {
        tx.event_seen(company, connection, event, n, last_us).await?;
    }
    tx.commit().await?;
    Ok(accepted)
}
