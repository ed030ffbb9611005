//! When each kind of event last came, and how often: noted beside the answers, once a second at most.
//!
//! It is shown to people and decides nothing. A kill, or trouble of the database, may lose a second of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::group::Arrival;
use crate::app::App;
use crate::ids::{CompanyId, ConnectionId};
use crate::store::StoreError;
use crate::store::webhooks::Seen;

/// Between two times that it is written.
const BETWEEN: Duration = Duration::from_secs(1);

/// Kinds of event that wait to be written at most: whoever has a secret can name projects without end.
const N_KINDS_MAX: usize = 500;

/// What came and is not written yet.
#[derive(Default)]
pub struct LastSeen(Mutex<State>);

/// How often something came, and when last.
type Counts = HashMap<(CompanyId, ConnectionId, Seen), (i64, i64)>;

#[derive(Default)]
struct State {
    counts: Counts,
    is_writing: bool,
}

impl LastSeen {
    /// Notes events that were kept. The first is written at once, and what comes in the next second after it.
    pub fn note(self: &Arc<Self>, app: &App, arrivals: &[Arrival]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for arrival in arrivals {
            let Some(event) = &arrival.seen else { continue };
            let key = (arrival.company, arrival.connection, event.clone());
            if state.counts.len() >= N_KINDS_MAX && !state.counts.contains_key(&key) {
                continue;
            }
            let (n, last_us) = state.counts.entry(key).or_default();
            *n += 1;
            *last_us = arrival.notice.received_us.max(*last_us);
        }
        if !state.counts.is_empty() && !std::mem::replace(&mut state.is_writing, true) {
            tokio::spawn(self.clone().write_on(app.clone()));
        }
    }

    /// Writes until nothing has come for a while.
    async fn write_on(self: Arc<Self>, app: App) {
        while let Some(counts) = self.take() {
            if let Err(error) = write(&app, &counts).await {
                tracing::warn!(error = crate::error::chain(&error), "When events came was not noted");
            }
            tokio::select! {
                () = app.shutdown.cancelled() => {}
                () = tokio::time::sleep(BETWEEN) => {}
            }
        }
    }

    fn take(&self) -> Option<Counts> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_writing = !state.counts.is_empty();
        state.is_writing.then(|| std::mem::take(&mut state.counts))
    }
}

async fn write(app: &App, counts: &Counts) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    for ((company, connection, event), (n, last_us)) in counts {
        tx.event_seen(*company, *connection, event, *n, *last_us).await?;
    }
    tx.commit().await
}
