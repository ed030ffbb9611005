//! Keeps boards filled: one import at a time for each connection, passes of scopes when they are due, and nodes read again
//! every ten minutes, and at once when a work item names one that is not known.
//!
//! What is to be done stands in the store, so a start finds it again; announced changes only make it quick.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use lockstep_sync::edit::Whom;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::import::{self, Ended, ImportError};
use super::nodes::{self, projects_of};
use super::scope_pass;
use super::set_up::BoardScope;
use crate::app::App;
use crate::connections::clients::client_for;
use crate::ids::{BoardId, CompanyId, ConnectionId};
use crate::live::Noun;
use crate::store::StoreError;
use crate::store::boards::BoardRow;

/// How often it looks by itself.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Announcements that come together are one look.
const GATHER: Duration = Duration::from_millis(50);
/// How often the nodes of a connection are read again, microseconds.
const NODES_EVERY_US: i64 = 600 * 1_000_000;
/// How often at most they are read because one is not known, microseconds.
const UNKNOWN_EVERY_US: i64 = 20 * 1_000_000;
/// How long a pass or a reading of nodes that failed is left alone, microseconds.
const RETRY_US: i64 = 60 * 1_000_000;
/// A connection that was not polled for so long was down: scopes are run whole, microseconds.
const DOWN_US: i64 = 15 * 60 * 1_000_000;

/// Keeps boards until the server is asked to stop, and ends when everything that runs has.
pub async fn run(app: App) {
    let mut changes = app.live.changes();
    let mut clock = tokio::time::interval(LOOK_EVERY);
    let mut keeper = Keeper::new(app.clone());
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => break,
            _now = clock.tick() => keeper.look().await,
            Some(done) = keeper.tasks.join_next() => {
                // A task never breaks off: what it does is caught.
                if let Ok((work, wait_us)) = done {
                    keeper.done(work, wait_us);
                }
                keeper.look().await;
            }
            change = changes.recv() => {
                let is_ours = match change {
                    Ok(notice) => match notice.noun {
                        Noun::Board => !keeper.works_on(BoardId(notice.id)),
                        Noun::Connection | Noun::Credential => {
                            keeper.not_before.clear();
                            true
                        }
                        _ => false,
                    },
                    Err(RecvError::Lagged(_)) => true,
                    Err(RecvError::Closed) => break,
                };
                if is_ours {
                    tokio::time::sleep(GATHER).await;
                    keeper.look().await;
                }
            }
        }
    }
    for running in keeper.running.values() {
        running.cancel();
    }
    while keeper.tasks.join_next().await.is_some() {}
}

/// What a task is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Work {
    Import(BoardId, ConnectionId),
    Pass(BoardId),
    Nodes(ConnectionId),
}

struct Keeper {
    app: App,
    tasks: JoinSet<(Work, i64)>,
    running: BTreeMap<Work, CancellationToken>,
    /// Nothing of this is done again before that moment, microseconds UTC.
    not_before: BTreeMap<Work, i64>,
    /// Work items up to this change were looked at for nodes that are not known.
    looked_to: BTreeMap<ConnectionId, i64>,
    /// Boards whose scope was looked at since the start.
    seen: BTreeSet<BoardId>,
}

impl Keeper {
    fn new(app: App) -> Self {
        Self {
            app,
            tasks: JoinSet::new(),
            running: BTreeMap::new(),
            not_before: BTreeMap::new(),
            looked_to: BTreeMap::new(),
            seen: BTreeSet::new(),
        }
    }

    fn works_on(&self, board: BoardId) -> bool {
        self.running
            .keys()
            .any(|work| matches!(work, Work::Import(of, _) | Work::Pass(of) if *of == board))
    }

    /// A task has ended, with how long to leave its work alone.
    fn done(&mut self, work: Work, wait_us: i64) {
        self.running.remove(&work);
        self.not_before.insert(work, self.app.now_us().saturating_add(wait_us));
    }

    async fn look(&mut self) {
        if let Err(error) = self.try_look().await {
            tracing::warn!(error = crate::error::chain(&error), "The boards could not be looked at");
        }
    }

    async fn try_look(&mut self) -> Result<(), StoreError> {
        let mut enabled: BTreeMap<ConnectionId, CompanyId> =
            self.app.store.enabled_connections().await?.into_iter().collect();
        // Boards are filled by whoever works their connection.
        enabled.retain(|connection, _| self.app.leases.hold(*connection).is_some());
        let mut boards = self.app.store.every_board().await?;
        boards.retain(|board| enabled.contains_key(&board.connection()));
        for (work, stop) in &self.running {
            let goes_on = match work {
                Work::Import(board, _) | Work::Pass(board) => boards.iter().any(|row| row.board() == *board),
                Work::Nodes(connection) => enabled.contains_key(connection),
            };
            if !goes_on {
                stop.cancel();
            }
        }
        let mut by_connection: BTreeMap<ConnectionId, Vec<BoardRow>> = BTreeMap::new();
        for board in boards {
            by_connection.entry(board.connection()).or_default().push(board);
        }
        for (connection, boards) in by_connection {
            let Some(company) = enabled.get(&connection) else {
                continue;
            };
            self.look_at(*company, connection, boards).await?;
        }
        Ok(())
    }

    async fn look_at(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        boards: Vec<BoardRow>,
    ) -> Result<(), StoreError> {
        self.look_at_nodes(company, connection, &boards).await?;
        let cards: BTreeMap<BoardId, i64> = self.app.store.n_cards(company).await?.into_iter().collect();
        let has_query = boards
            .iter()
            .any(|board| !matches!(board.set_up.scope, BoardScope::Areas { .. }));
        let heard_us = if has_query {
            self.app.store.last_heard_us(company, connection).await?
        } else {
            None
        };
        for board in boards {
            let id = board.board();
            if board.import_state != "ready" {
                // One at a time: all share what the server allows one identity.
                let is_other = self
                    .running
                    .keys()
                    .any(|work| matches!(work, Work::Import(_, of) if *of == connection));
                if !is_other && !self.works_on(id) {
                    self.start(Work::Import(id, connection), company, board);
                }
                continue;
            }
            let n_cards = cards.get(&id).copied().unwrap_or(0);
            let was_down = self.seen.insert(id) && self.was_down(company, connection).await?;
            let is_due = was_down || scope_pass::due_us(&board, n_cards, heard_us) <= self.app.now_us();
            if is_due && !self.works_on(id) {
                self.start(Work::Pass(id), company, board);
            }
        }
        Ok(())
    }

    async fn look_at_nodes(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        boards: &[BoardRow],
    ) -> Result<(), StoreError> {
        let work = Work::Nodes(connection);
        let now_us = self.app.now_us();
        let latest = self.app.store.latest_change(company).await?;
        // What is there at the start is looked up when the nodes are read then; an import looks for itself.
        let looked_to = self.looked_to.insert(connection, latest).unwrap_or(latest);
        let imports = self
            .running
            .keys()
            .any(|work| matches!(work, Work::Import(_, of) if *of == connection));
        let mut is_unknown = false;
        if latest > looked_to && !imports {
            let named = self.app.store.nodes_named_since(company, connection, looked_to).await?;
            if !named.is_empty() {
                let known = self.app.store.node_paths(company, connection).await?;
                is_unknown = named.iter().any(|id| !known.contains_key(id));
            }
        }
        if is_unknown {
            // As soon as they may be read again.
            let soonest_us = self
                .not_before
                .get(&work)
                .map_or(now_us, |due_us| due_us - NODES_EVERY_US + UNKNOWN_EVERY_US);
            self.not_before.insert(work, soonest_us);
        }
        if !self.running.contains_key(&work) {
            let projects = boards.iter().flat_map(|board| projects_of(&board.set_up.0)).collect();
            self.start_nodes(work, company, connection, projects);
        }
        Ok(())
    }

    async fn was_down(&self, company: CompanyId, connection: ConnectionId) -> Result<bool, StoreError> {
        let row = self.app.store.connection(company, connection).await?;
        let polled_us = row.and_then(|row| row.last_poll_us);
        Ok(polled_us.is_none_or(|polled_us| polled_us < self.app.now_us() - DOWN_US))
    }

    fn is_early(&self, work: Work) -> bool {
        self.not_before
            .get(&work)
            .is_some_and(|at_us| *at_us > self.app.now_us())
    }

    fn start(&mut self, work: Work, company: CompanyId, board: BoardRow) {
        let app = self.app.clone();
        self.spawn(work, async move |stop| {
            carry_out(&app, company, work, &board, &stop).await
        });
    }

    fn start_nodes(&mut self, work: Work, company: CompanyId, connection: ConnectionId, projects: BTreeSet<String>) {
        let app = self.app.clone();
        self.spawn(work, async move |_stop| match read_nodes(&app, company, connection, &projects).await {
            Ok(()) => NODES_EVERY_US,
            Err(error) => {
                tracing::debug!(connection.id = %connection, error = crate::error::chain(&error), "The nodes of connection {connection} were not read");
                RETRY_US
            }
        });
    }

    /// Does the work on a task of its own, unless it is too early for it.
    fn spawn<F>(&mut self, work: Work, task: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = i64> + Send + 'static,
    {
        if self.is_early(work) {
            return;
        }
        let stop = CancellationToken::new();
        self.running.insert(work, stop.clone());
        let task = AssertUnwindSafe(task(stop.clone())).catch_unwind();
        self.tasks.spawn(async move {
            let wait_us = tokio::select! {
                () = stop.cancelled() => 0,
                done = task => done.unwrap_or_else(|_panic| {
                    tracing::error!("Filling a board broke off; it is tried again");
                    RETRY_US
                }),
            };
            (work, wait_us)
        });
    }
}

/// Does a board's work; how long to leave it alone then, microseconds.
async fn carry_out(app: &App, company: CompanyId, work: Work, board: &BoardRow, stop: &CancellationToken) -> i64 {
    let id = board.board();
    match work {
        Work::Import(..) => match import::run(app, company, id, stop).await {
            Ok(Ended::Done | Ended::Interrupted) => 0,
            Ok(Ended::Later(wait_us)) => wait_us,
            Err(error) => {
                tracing::warn!(board.id = %id, error = crate::error::chain(&error), "The import of board {id} could not be saved");
                RETRY_US
            }
        },
        Work::Pass(_) => match scope_pass::run(app, company, board).await {
            Ok(()) => 0,
            Err(error) => {
                tracing::info!(board.id = %id, error = crate::error::chain(&error), "The scope of board {id} could not be run");
                RETRY_US
            }
        },
        Work::Nodes(_) => 0,
    }
}

async fn read_nodes(
    app: &App,
    company: CompanyId,
    connection: ConnectionId,
    projects: &BTreeSet<String>,
) -> Result<(), ImportError> {
    let client = client_for(app, company, connection, Whom::Connection).await?;
    nodes::refresh(app, &client, company, connection, projects).await?;
    Ok(())
}
