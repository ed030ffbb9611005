//! Runs the sync engine: one [`worker`] for each enabled connection, started and stopped as connections come, change and go.
//!
//! A ring of [`App::wake`](crate::app::Shared::wake) names a connection with something new; every [`LOOK_EVERY`] all are
//! looked at, so a ring that was lost costs seconds. What a worker does with its connection is the worker's alone: trouble
//! in one, a panic included, stops no other. Beside them runs what [keeps boards filled](import_keep).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::task::{AbortHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use super::worker;
use crate::app::App;
use crate::ids::{CompanyId, ConnectionId};
use crate::program_board::import_keep;

/// How often every connection is looked at without a ring.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// Drives every enabled connection until the server is asked to stop, and ends when every worker has.
pub async fn run(app: App) {
    let boards = tokio::spawn(import_keep::run(app.clone()));
    let mut rings = app.wake.listen();
    let mut clock = tokio::time::interval(LOOK_EVERY);
    let mut driver = Driver {
        app: app.clone(),
        workers: BTreeMap::new(),
        tasks: JoinSet::new(),
    };
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => break,
            _now = clock.tick() => driver.look(None).await,
            Some(_ended) = driver.tasks.join_next() => {
                // A connection that was enabled again while its worker ended gets the next one.
                driver.workers.retain(|_, worker| !worker.task.is_finished());
                driver.look(Some(&BTreeSet::new())).await;
            }
            ring = rings.recv() => match ring {
                Ok(connection) => {
                    // A storm of notifications is one look.
                    let mut rung = BTreeSet::from([connection]);
                    let mut has_missed = false;
                    loop {
                        match rings.try_recv() {
                            Ok(connection) => drop(rung.insert(connection)),
                            Err(TryRecvError::Lagged(_)) => has_missed = true,
                            Err(_empty) => break,
                        }
                    }
                    driver.look((!has_missed).then_some(&rung)).await;
                }
                Err(RecvError::Lagged(_)) => driver.look(None).await,
                Err(RecvError::Closed) => break,
            },
        }
    }
    for worker in driver.workers.values() {
        worker.stop.cancel();
    }
    while driver.tasks.join_next().await.is_some() {}
    let _has_ended = boards.await;
}

struct Driver {
    app: App,
    workers: BTreeMap<ConnectionId, Worker>,
    tasks: JoinSet<()>,
}

/// A running worker, or one that was asked to stop and has not ended yet: a connection never has two.
struct Worker {
    bell: Arc<Notify>,
    stop: CancellationToken,
    task: AbortHandle,
}

impl Driver {
    /// Starts, wakes or stops the workers of the connections that were rung, of all for `None`.
    async fn look(&mut self, rung: Option<&BTreeSet<ConnectionId>>) {
        let enabled = match self.app.store.enabled_connections().await {
            Ok(enabled) => enabled,
            Err(error) => {
                // Workers go on with what they know; the clock looks again.
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "The connections could not be read"
                );
                return;
            }
        };
        let enabled: BTreeMap<ConnectionId, CompanyId> = enabled.into_iter().collect();
        for (connection, worker) in &self.workers {
            if !enabled.contains_key(connection) {
                worker.stop.cancel();
            }
        }
        for (connection, company) in enabled {
            if let Some(worker) = self.workers.get(&connection) {
                if rung.is_none_or(|rung| rung.contains(&connection)) {
                    worker.bell.notify_one();
                }
            } else {
                self.start(company, connection);
            }
        }
    }

    fn start(&mut self, company: CompanyId, connection: ConnectionId) {
        let (bell, stop) = (Arc::<Notify>::default(), CancellationToken::new());
        let work = worker::run(self.app.clone(), company, connection, bell.clone(), stop.clone());
        let task = self.tasks.spawn(work);
        self.workers.insert(connection, Worker { bell, stop, task });
    }
}
