//! Runs the sync engine: one [`worker`] for each enabled connection, started and stopped as connections come, change and go.
//!
//! Where several instances share a database, a worker runs only under its connection's [lease](super::leases).
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

use super::leases::Hold;
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
    let mut beats = app.leases.beat_every().map(tokio::time::interval);
    if let Some(beats) = &mut beats {
        // What was missed is not made up for: one beat says as much as many.
        beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    }
    let mut driver = Driver {
        app: app.clone(),
        workers: BTreeMap::new(),
        tasks: JoinSet::new(),
    };
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => break,
            _now = clock.tick() => driver.look(None).await,
            () = next_beat(&mut beats) => driver.beat().await,
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
    if let Err(error) = app.leases.give_back(&app.store).await {
        tracing::info!(error = crate::error::chain(&error), "The leases run out by themselves");
    }
}

/// Ends when it is time to beat.
async fn next_beat(beats: &mut Option<tokio::time::Interval>) {
    match beats {
        Some(beats) => drop(beats.tick().await),
        None => std::future::pending().await,
    }
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
    hold: Hold,
}

impl Driver {
    /// Says that this instance lives; starts what it took over, and stops what it lost.
    async fn beat(&mut self) {
        let enabled = match self.app.store.enabled_connections().await {
            Ok(enabled) => enabled.into_iter().collect(),
            Err(error) => {
                // Leases run out; until then their holder goes on, as long as it is sure.
                tracing::warn!(error = crate::error::chain(&error), "The connections could not be read");
                return;
            }
        };
        if let Err(error) = self.app.leases.beat(&self.app.store, &enabled).await {
            tracing::warn!(error = crate::error::chain(&error), "The leases could not be kept");
            return;
        }
        self.set(enabled, Some(&BTreeSet::new()));
    }

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
        let enabled = enabled.into_iter().collect();
        if self.app.leases.may_take(&enabled)
            && let Err(error) = self.app.leases.beat(&self.app.store, &enabled).await
        {
            tracing::warn!(error = crate::error::chain(&error), "The leases could not be kept");
        }
        self.set(enabled, rung);
    }

    fn set(&mut self, enabled: BTreeMap<ConnectionId, CompanyId>, rung: Option<&BTreeSet<ConnectionId>>) {
        for (connection, worker) in &self.workers {
            if !enabled.contains_key(connection) || worker.hold.is_lost() {
                worker.stop.cancel();
            }
        }
        for (connection, company) in enabled {
            if let Some(worker) = self.workers.get(&connection) {
                if rung.is_none_or(|rung| rung.contains(&connection)) {
                    worker.bell.notify_one();
                }
            } else if let Some(hold) = self.app.leases.hold(connection) {
                self.start(company, connection, hold);
            }
        }
    }

    fn start(&mut self, company: CompanyId, connection: ConnectionId, hold: Hold) {
        let (bell, stop) = (Arc::<Notify>::default(), CancellationToken::new());
        let work = worker::Work {
            company,
            connection,
            hold: hold.clone(),
        };
        let work = worker::run(self.app.clone(), work, bell.clone(), stop.clone());
        let task = self.tasks.spawn(work);
        self.workers.insert(connection, Worker { bell, stop, task, hold });
    }
}
