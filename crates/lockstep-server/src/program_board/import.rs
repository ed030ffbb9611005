//! Fills a board: asks which work items are in its scope, reads them in batches, a few batches at once, and takes them in as
//! they come. The board can be used from the first batch on.
//!
//! An import that was broken off goes on where it stands: what is a card already is not read again. What changes while it
//! runs is read again at its end, from Azure DevOps' own feeds. Nothing is written there.
//!
//! [`import_pace`](super::import_pace) says how much at once, [`import_write`](super::import_write) saves,
//! [`import_keep`](super::import_keep) runs one import for each board that needs one.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use azdo::{Client, Error, FeedStart, Throttle, WorkItemId};
use lockstep_sync::edit::Whom;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::import_pace::{CameBack, Pace};
use super::import_query::scope_query;
use super::import_write::{Found, Judge, Write, Writer};
use super::nodes::{self, Nodes, NodesError, projects_of};
use super::preview::find;
use super::rank::following_n;
use super::refusals::in_a_line;
use super::scope_pass::{Pass, leave_missing};
use crate::action_items::types::TypeInfo;
use crate::app::App;
use crate::connections::clients::{NoClient, client_for};
use crate::ids::{BoardId, CompanyId, ConnectionId};
use crate::store::StoreError;
use crate::store::boards::BoardRow;
use crate::store::connections::ConnectionRow;
use crate::sync::transport::HttpsTransport;

/// Batches that may wait to be saved: enough that reading goes on while many are written at once.
const N_BATCHES_WAITING: usize = 4;
/// How far before its start the feeds are read at the end, microseconds: clocks differ, and answers are as old as their
/// requests.
const LOOK_BACK_US: i64 = 2 * 60 * 1_000_000;
/// Most pages of a feed that are read at the end.
const N_PAGES_MAX: usize = 500;
/// How long to leave it alone after trouble on the way, microseconds.
const TROUBLE_WAIT_US: i64 = 15 * 1_000_000;
/// How long to leave it alone where somebody has to do something first, microseconds.
const STOPPED_WAIT_US: i64 = 120 * 1_000_000;

/// How a run of an import ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The board is ready, or gone, or was never to be filled.
    Done,
    /// Asked to stop.
    Interrupted,
    /// Not now: again after so long, microseconds.
    Later(i64),
}

/// Why an import does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is no token to read with.
    #[error("there is no token to read with")]
    NoClient(#[from] NoClient),
    /// Azure DevOps did not do its part.
    #[error("Azure DevOps did not do its part")]
    Azdo(#[from] Error),
    /// The store could not.
    #[error("the store could not")]
    Store(#[from] StoreError),
    /// The areas or iterations of the board are not there.
    #[error("the areas or iterations of the board are not there")]
    NoNodes,
    /// Saving what was read broke off.
    #[error("saving what was read broke off")]
    BrokeOff,
}

impl From<NodesError> for ImportError {
    fn from(error: NodesError) -> Self {
        match error {
            NodesError::NotGiven(error) => Self::Azdo(error),
            NodesError::Store(error) => Self::Store(error),
        }
    }
}

/// Fills the board, from where it stands to its end.
pub async fn run(app: &App, company: CompanyId, board: BoardId, stop: &CancellationToken) -> Result<Ended, StoreError> {
    let Some(row) = app.store.board(company, board).await? else {
        return Ok(Ended::Done);
    };
    if row.import_state == "ready" {
        return Ok(Ended::Done);
    }
    let Some(connection) = app.store.connection(company, row.connection()).await? else {
        return Ok(Ended::Done);
    };
    let run = async {
        let import = Import::prepare(app, company, row).await?;
        import.fill(stop).await
    };
    match run.await {
        Ok(ended) => Ok(ended),
        Err(ImportError::Store(error)) => Err(error),
        Err(error) => {
            let (state, wait_us, words) = verdict(&error, &connection);
            tracing::info!(board.id = %board, state, error = crate::error::chain(&error), "The import of board {board} does not go on now");
            super::import_write::note_trouble(app, company, board, state, &words).await?;
            Ok(Ended::Later(wait_us))
        }
    }
}

/// Whether somebody has to do something about it, and in words what.
fn verdict(error: &ImportError, row: &ConnectionRow) -> (&'static str, i64, String) {
    match error {
        ImportError::Azdo(Error::Throttled { retry_after_ms }) => (
            "importing",
            i64::try_from(*retry_after_ms).unwrap_or(i64::MAX).saturating_mul(1000),
            "Azure DevOps asked to be left alone for a while. It goes on by itself.".to_owned(),
        ),
        ImportError::Azdo(
            Error::Unavailable { .. } | Error::Transport(_) | Error::TransientConflict | Error::Unreadable { .. },
        ) => (
            "importing",
            TROUBLE_WAIT_US,
            "Azure DevOps did not answer. It is tried again by itself.".to_owned(),
        ),
        ImportError::Azdo(Error::Refused { message, .. } | Error::RuleBroken { message, .. }) => (
            "stopped",
            STOPPED_WAIT_US,
            format!("Azure DevOps refuses the query: {message}"),
        ),
        ImportError::Azdo(error) => ("stopped", STOPPED_WAIT_US, in_a_line(error, row)),
        ImportError::NoClient(NoClient::Disabled | NoClient::NoConnection) => {
            ("importing", STOPPED_WAIT_US, "The connection is disabled.".to_owned())
        }
        ImportError::NoClient(_) => (
            "stopped",
            STOPPED_WAIT_US,
            "The connection has no token that can be used. Enter one on its page.".to_owned(),
        ),
        ImportError::NoNodes => (
            "stopped",
            STOPPED_WAIT_US,
            "The areas or iterations of this board are not there any more. Set it up again.".to_owned(),
        ),
        ImportError::Store(_) | ImportError::BrokeOff => ("importing", TROUBLE_WAIT_US, String::new()),
    }
}

/// One run of an import.
struct Import<'a> {
    app: &'a App,
    company: CompanyId,
    board: BoardRow,
    client: Arc<Client<Arc<HttpsTransport>>>,
    nodes: Nodes,
    judge: Arc<Judge>,
}

/// A batch to read, with the ranks of its cards.
struct Batch {
    ids: Vec<WorkItemId>,
    ranks: Vec<String>,
}

/// A batch that came back.
struct Back {
    batch: Batch,
    sent_us: i64,
    answer: Result<Vec<Found>, Error>,
}

impl<'a> Import<'a> {
    /// Reads what has to be known first: nodes and types.
    async fn prepare(app: &'a App, company: CompanyId, board: BoardRow) -> Result<Self, ImportError> {
        let connection = board.connection();
        let client = Arc::new(client_for(app, company, connection, Whom::Connection).await?);
        let set_up = board.set_up.0.clone();
        let projects = projects_of(&set_up);
        let nodes = async { Ok(nodes::refresh(app, &client, company, connection, &projects).await?) };
        let (_refreshed, types) = tokio::try_join!(nodes, read_types(&client, &projects))?;
        let nodes = Nodes::of(app.store.nodes(company, connection).await?);
        let types = keep_types(app, company, connection, &nodes, types).await?;
        let judge = Arc::new(Judge::new(set_up, &nodes, types));
        Ok(Self {
            app,
            company,
            board,
            client,
            nodes,
            judge,
        })
    }

    async fn fill(&self, stop: &CancellationToken) -> Result<Ended, ImportError> {
        let (store, board) = (&self.app.store, self.board.board());
        // Before the query: what comes onto the board while it runs is not taken for something that left.
        let before = store.numbers_on_board(self.company, board).await?;
        let query = scope_query(&self.judge.set_up, &self.nodes).ok_or(ImportError::NoNodes)?;
        let ids = find(&self.client, &query).await?;
        let began_us = self.client.server_time_us().unwrap_or_else(|| self.app.now_us());
        let mut writer = Writer::new(self.app, self.company, &self.board, self.judge.clone());
        let todo: Vec<WorkItemId> = ids.iter().copied().filter(|id| !before.contains_key(id)).collect();
        if writer.begin(ids.len(), ids.len() - todo.len(), began_us).await? == Write::Changed {
            return Ok(Ended::Later(0));
        }
        let since_us = writer.started_us() - LOOK_BACK_US;
        let last_rank = writer.last_rank().await?;
        let (batches_to, batches) = mpsc::channel(N_BATCHES_WAITING);
        let writing = tokio::spawn(writer.write_all(batches));
        let read = self.read(todo, last_rank, &batches_to, stop).await;
        drop(batches_to);
        // What was read is saved, whatever came after.
        // What it broke off with may quote what it read.
        let written = writing.await.map_err(|_error| ImportError::BrokeOff)?;
        let (writer, written) = written?;
        read?;
        match written {
            Write::Changed => return Ok(Ended::Later(0)),
            Write::Gone => return Ok(Ended::Done),
            Write::Kept => {}
        }
        if stop.is_cancelled() {
            return Ok(Ended::Interrupted);
        }
        let found: BTreeSet<WorkItemId> = ids.into_iter().collect();
        let pass = Pass {
            before: &before,
            found: &found,
            // Whoever set the board up anew has seen what leaves it.
            is_asked: self.board.import_detail.n_found.is_some(),
        };
        leave_missing(self.app, &self.client, self.company, &self.board, &self.judge, pass).await?;
        self.hear_what_changed(since_us).await?;
        if self.judge.has_unknown.load(Ordering::Relaxed) {
            let projects = projects_of(&self.judge.set_up);
            nodes::refresh(self.app, &self.client, self.company, self.board.connection(), &projects).await?;
        }
        writer.finish().await?;
        Ok(Ended::Done)
    }

    /// Reads everything, as fast as Azure DevOps likes, and hands it on.
    async fn read(
        &self,
        todo: Vec<WorkItemId>,
        last_rank: Option<String>,
        batches_to: &mpsc::Sender<Vec<Found>>,
        stop: &CancellationToken,
    ) -> Result<(), ImportError> {
        let mut ranks = following_n(last_rank.as_deref(), todo.len()).into_iter();
        let mut waiting: VecDeque<Batch> = todo
            .chunks(azdo::WORK_ITEMS_PER_READ_MAX)
            .map(|ids| Batch {
                ids: ids.to_vec(),
                ranks: ranks.by_ref().take(ids.len()).collect(),
            })
            .collect();
        let (mut pace, mut reads) = (Pace::default(), JoinSet::new());
        while !(waiting.is_empty() && reads.is_empty()) {
            let now_us = self.app.now_us();
            while reads.len() < pace.at_once() && pace.not_before_us() <= now_us {
                let Some(batch) = waiting.pop_front() else { break };
                reads.spawn(read_batch(self.client.clone(), batch, self.judge.clone(), now_us));
            }
            let wait_us = pace.not_before_us().saturating_sub(now_us).max(0);
            let back: Back = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(back) = reads.join_next() => match back {
                    Ok(back) => back,
                    Err(error) => std::panic::resume_unwind(error.into_panic()),
                },
                () = tokio::time::sleep(std::time::Duration::from_micros(wait_us.unsigned_abs())), if reads.is_empty() => continue,
            };
            let came = came_back(&back.answer);
            pace.came_back(back.sent_us, self.app.now_us(), came, self.throttle());
            match back.answer {
                // Nobody takes it: the set-up has changed or the board is gone.
                Ok(found) => {
                    if batches_to.send(found).await.is_err() {
                        return Ok(());
                    }
                }
                Err(_mendable) if came != CameBack::Answer => waiting.push_front(back.batch),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn throttle(&self) -> Throttle {
        self.client.take_throttle()
    }

    /// Work items that changed while they were being read may have been read as they were before: both feeds say which.
    async fn hear_what_changed(&self, since_us: i64) -> Result<(), ImportError> {
        let (revised, linked) = tokio::try_join!(self.revised_since(since_us), self.linked_since(since_us))?;
        let heard: Vec<WorkItemId> = revised.union(&linked).copied().collect();
        let connection = self.board.connection();
        for some in heard.chunks(1000) {
            let ours = self.app.store.items_of_numbers(self.company, connection, some).await?;
            let ours: Vec<_> = ours.into_keys().map(|id| (id, None, false)).collect();
            if !ours.is_empty() {
                let mut tx = self.app.store.begin().await?;
                tx.insert_heard(self.company, connection, "updates", &ours, self.app.now_us())
                    .await?;
                tx.commit().await?;
            }
        }
        self.app.wake.ring(connection);
        Ok(())
    }

    async fn revised_since(&self, start_us: i64) -> Result<BTreeSet<WorkItemId>, ImportError> {
        let (mut heard, mut from) = (BTreeSet::new(), FeedStart::Since { start_us });
        for _ in 0..N_PAGES_MAX {
            let page = self.client.revisions_feed(&from).await?;
            heard.extend(page.values.iter().map(|entry| entry.id));
            match page.continuation_token {
                Some(token) if !page.is_last_batch => from = FeedStart::Token(token),
                _ => break,
            }
        }
        Ok(heard)
    }

    async fn linked_since(&self, start_us: i64) -> Result<BTreeSet<WorkItemId>, ImportError> {
        let (mut heard, mut from) = (BTreeSet::new(), FeedStart::Since { start_us });
        for _ in 0..N_PAGES_MAX {
            let page = self.client.links_feed(&from).await?;
            heard.extend(page.values.iter().flat_map(|entry| [entry.source_id, entry.target_id]));
            match page.continuation_token {
                Some(token) if !page.is_last_batch => from = FeedStart::Token(token),
                _ => break,
            }
        }
        Ok(heard)
    }
}

fn came_back(answer: &Result<Vec<Found>, Error>) -> CameBack {
    match answer {
        Err(Error::Throttled { retry_after_ms }) => CameBack::Throttled(*retry_after_ms),
        Err(Error::Unavailable { .. } | Error::Transport(_) | Error::TransientConflict | Error::Unreadable { .. }) => {
            CameBack::Failure
        }
        _ => CameBack::Answer,
    }
}

/// Reads a batch and makes of it what is saved, on a task of its own.
async fn read_batch(client: Arc<Client<Arc<HttpsTransport>>>, batch: Batch, judge: Arc<Judge>, sent_us: i64) -> Back {
    let answer = client.work_items(&batch.ids).await.map(|items| {
        let rank = |id: WorkItemId| {
            let at = batch.ids.iter().position(|other| *other == id).unwrap_or_default();
            batch.ranks[at].clone()
        };
        items.into_iter().filter_map(|item| judge.take(item, rank)).collect()
    });
    Back { batch, sent_us, answer }
}

/// Reads the work item types of each of the projects.
pub async fn read_types(
    client: &Client<Arc<HttpsTransport>>,
    projects: &BTreeSet<String>,
) -> Result<Vec<(String, Vec<TypeInfo>)>, ImportError> {
    let mut all = Vec::new();
    for project in projects {
        let types = client.work_item_types(project).await?;
        all.push((project.clone(), types.iter().map(TypeInfo::of).collect()));
    }
    Ok(all)
}

/// Keeps the types of projects: what states mean is asked all over the board. Gives those of all.
pub async fn keep_types(
    app: &App,
    company: CompanyId,
    connection: ConnectionId,
    nodes: &Nodes,
    types: Vec<(String, Vec<TypeInfo>)>,
) -> Result<Vec<TypeInfo>, StoreError> {
    let mut all = Vec::new();
    for (project, infos) in types {
        if let Some(name) = nodes.project_name(&project) {
            let mut tx = app.store.begin().await?;
            tx.save_work_item_types(company, connection, &name, &infos, app.now_us())
                .await?;
            tx.commit().await?;
        }
        all.extend(infos);
    }
    Ok(all)
}
