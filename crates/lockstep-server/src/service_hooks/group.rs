//! One commit for many notifications: those that come while one is being written are written together with the next.
//!
//! A bulk edit in Azure DevOps sends thousands within seconds, and each is answered only when the disk has it. With a
//! commit of its own each would wait for a disk; in groups they wait for one together.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::oneshot;

use crate::app::App;
use crate::ids::{CompanyId, ConnectionId};
use crate::store::StoreError;
use crate::store::notices::{Accepted, HookNotice};
use crate::store::webhooks::Seen;

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

/// Why a notification was not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// Too many wait already.
    #[error("too many notifications wait")]
    Full,
    /// The store could not, or the group it was in broke off.
    #[error("the notification could not be kept")]
    Store,
}

/// The notifications that wait for the next commit.
#[derive(Default)]
pub struct Group {
    waiting: Mutex<Vec<(Arrival, oneshot::Sender<Accepted>)>>,
    turn: tokio::sync::Mutex<()>,
}

impl Group {
    /// Keeps a notification. When this returns `Ok`, it survives a power cut.
    pub async fn keep(&self, app: &App, arrival: Arrival) -> Result<Accepted, NotKept> {
        let (done, mut is_done) = oneshot::channel();
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.len() >= WAITING_MAX {
                return Err(NotKept::Full);
            }
            waiting.push((arrival, done));
        }
        // Whoever has the turn may write this one too. Then it is not waited for: a queue of those who are done already
        // would leave the ones that come meanwhile a commit each.
        let turn = tokio::select! {
            biased;
            accepted = &mut is_done => return accepted.map_err(|_broken_off| NotKept::Store),
            turn = self.turn.lock() => turn,
        };
        let group: Vec<_> = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let n = waiting.len().min(GROUP_MAX);
            waiting.drain(..n).collect()
        };
        if !group.is_empty() {
            let (arrivals, done): (Vec<_>, Vec<_>) = group.into_iter().unzip();
            match write(app, &arrivals).await {
                Ok(accepted) => {
                    for (done, accepted) in done.into_iter().zip(accepted) {
                        // Whoever gave up waiting is answered by nobody; Azure DevOps sends it again.
                        let _is_waiting = done.send(accepted);
                    }
                }
                Err(error) => tracing::warn!(
                    error = crate::error::chain(&error),
                    n = arrivals.len(),
                    "Notifications could not be kept"
                ),
            }
        }
        drop(turn);
        is_done.await.map_err(|_broken_off| NotKept::Store)
    }
}

async fn write(app: &App, arrivals: &[Arrival]) -> Result<Vec<Accepted>, StoreError> {
    let mut tx = app.store.begin().await?;
    let mut all = Vec::with_capacity(arrivals.len());
    // A group is of few projects and kinds of event: each is noted once.
    let mut seen: HashMap<(CompanyId, ConnectionId, &Seen), (i64, i64)> = HashMap::new();
    for arrival in arrivals {
        let (company, connection) = (arrival.company, arrival.connection);
        all.push(tx.accept_notice(company, connection, &arrival.notice).await?);
        if let Some(event) = &arrival.seen {
            let (n, last_us) = seen.entry((company, connection, event)).or_default();
            *n += 1;
            *last_us = arrival.notice.received_us.max(*last_us);
        }
        if let Some(until_us) = arrival.previous_until_us {
            tx.new_secret_seen(company, connection, until_us).await?;
        }
    }
    for ((company, connection, event), (n, last_us)) in seen {
        tx.event_seen(company, connection, event, n, last_us).await?;
    }
    tx.commit().await?;
    Ok(all)
}
