//! Saves what an import reads: new work items and their cards, many in one transaction, with how far it has come.
//!
//! A work item that is an item here already keeps its row and only gets its card. One that carries the marker of an item
//! that is still being created is that item. Where the board was set up anew meanwhile nothing more is saved: the import
//! begins again with the new set-up.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azdo::{FieldName, WorkItem, field};
use serde_json::Value;
use tokio::sync::mpsc;

use super::import_query::judge;
use super::nodes::Nodes;
use super::set_up::SetUp;
use crate::action_items::types::TypeInfo;
use crate::app::App;
use crate::ids::{BoardId, CompanyId, ConnectionId, ItemId, fresh};
use crate::live::Noun;
use crate::store::boards::{BoardRow, ImportDetail};
use crate::store::cards::NewCard;
use crate::store::imports::NewItem;
use crate::store::{StoreError, Tx};

/// Work items that are saved in one transaction, once the first batch is there.
const N_PER_COMMIT: usize = 1000;
/// Tries when others are writing.
const N_TRIES: usize = 6;

/// What decides whether a work item is a card.
pub struct Judge {
    /// The board as it was when the import began.
    pub set_up: SetUp,
    /// Areas of its teams.
    pub area_ids: BTreeSet<i64>,
    /// Types of its projects.
    pub types: Vec<TypeInfo>,
    /// Areas and iterations that are known.
    pub nodes: BTreeSet<i64>,
    /// Whether a work item named one that is not.
    pub has_unknown: AtomicBool,
}

/// A work item that becomes a card.
pub struct Found {
    new: NewItem,
    /// The item whose marker it carries.
    marked: Option<ItemId>,
    rank: String,
}

/// Whether something was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// It was.
    Kept,
    /// The board was set up anew meanwhile: begin again.
    Changed,
    /// The board is gone, or its import is over.
    Gone,
}

impl Judge {
    /// What decides with these nodes and types.
    pub fn new(set_up: SetUp, nodes: &Nodes, types: Vec<TypeInfo>) -> Self {
        Self {
            area_ids: nodes.area_ids(set_up.teams.iter().flat_map(|team| &team.areas)),
            nodes: nodes.rows().map(|node| node.node_id).collect(),
            has_unknown: AtomicBool::new(false),
            set_up,
            types,
        }
    }

    /// Takes a work item that is a card; `None` for what is left out.
    pub fn take(&self, item: WorkItem, rank: impl FnOnce(azdo::WorkItemId) -> String) -> Option<Found> {
        judge(&self.set_up, &self.area_ids, &self.types, &item.fields).ok()?;
        for name in [field::AREA_ID, field::ITERATION_ID] {
            let node = item.fields.get(&FieldName::from(name)).and_then(Value::as_i64);
            if node.is_some_and(|node| !self.nodes.contains(&node)) {
                self.has_unknown.store(true, Ordering::Relaxed);
            }
        }
        let marked = marker(&item);
        let rank = rank(item.id);
        Some(Found {
            new: NewItem::of(ItemId(fresh()), item),
            marked,
            rank,
        })
    }
}

/// The number at the end of a hyperlink to Lockstep; the host may have changed since it was set.
pub fn marker(item: &WorkItem) -> Option<ItemId> {
    item.relations
        .iter()
        .filter(|link| link.rel == "Hyperlink" && link.url.contains("/x/"))
        .find_map(|link| uuid::Uuid::parse_str(link.url.rsplit('/').next()?).ok())
        .map(ItemId)
}

/// Writes for one run of an import.
pub struct Writer {
    app: App,
    company: CompanyId,
    board: BoardId,
    connection: ConnectionId,
    judge: Arc<Judge>,
    n_found: i64,
    started_us: i64,
}

impl Writer {
    /// A writer for the board.
    pub fn new(app: &App, company: CompanyId, board: &BoardRow, judge: Arc<Judge>) -> Self {
        Self {
            app: app.clone(),
            company,
            board: board.board(),
            connection: board.connection(),
            judge,
            n_found: 0,
            started_us: 0,
        }
    }

    /// When this import first began, microseconds by the server's clock, however often it was broken off.
    pub fn started_us(&self) -> i64 {
        self.started_us
    }

    /// The last rank of the board.
    pub async fn last_rank(&self) -> Result<Option<String>, StoreError> {
        let mut tx = self.app.store.begin().await?;
        tx.last_rank(self.company, self.board).await
    }

    /// Notes how many there are.
    pub async fn begin(&mut self, n_found: usize, n_there: usize, now_us: i64) -> Result<Write, StoreError> {
        self.n_found = i64::try_from(n_found).unwrap_or(i64::MAX);
        let n_there = i64::try_from(n_there).unwrap_or(i64::MAX);
        let n_found = self.n_found;
        let mut started_us = now_us;
        let written = self
            .note("importing", |detail| {
                started_us = detail.started_us.unwrap_or(now_us);
                detail.started_us = Some(started_us);
                detail.n_found = Some(n_found);
                detail.n_read = n_there;
                detail.detail = None;
            })
            .await?;
        self.started_us = started_us;
        Ok(written)
    }

    /// Saves what comes until there is no more; gives itself back.
    pub async fn write_all(self, mut batches: mpsc::Receiver<Vec<Found>>) -> Result<(Self, Write), StoreError> {
        let mut is_first = true;
        let mut waiting: Vec<Found> = Vec::new();
        let mut n_read = 0;
        while let Some(batch) = batches.recv().await {
            n_read += i64::try_from(azdo::WORK_ITEMS_PER_READ_MAX).unwrap_or_default();
            waiting.extend(batch);
            // The first batch at once, so that there is something to see; then as many as are there.
            while waiting.len() < N_PER_COMMIT && !is_first {
                let Ok(more) = batches.try_recv() else { break };
                n_read += i64::try_from(azdo::WORK_ITEMS_PER_READ_MAX).unwrap_or_default();
                waiting.extend(more);
            }
            is_first = false;
            let written = self.write_patiently(&mut waiting, std::mem::take(&mut n_read)).await?;
            if written != Write::Kept {
                return Ok((self, written));
            }
        }
        Ok((self, Write::Kept))
    }

    /// The same again where others were writing for long.
    async fn write_patiently(&self, waiting: &mut Vec<Found>, n_read: i64) -> Result<Write, StoreError> {
        for _ in 1..N_TRIES {
            match self.write(waiting, n_read).await {
                Err(StoreError::Busy) => {}
                written => {
                    waiting.clear();
                    return written;
                }
            }
        }
        let written = self.write(waiting, n_read).await;
        waiting.clear();
        written
    }

    async fn write(&self, found: &[Found], n_read: i64) -> Result<Write, StoreError> {
        let now_us = self.app.now_us();
        let mut tx = self.app.store.begin().await?;
        let Some(board) = tx.board(self.company, self.board).await? else {
            return Ok(Write::Gone);
        };
        if board.set_up.0 != self.judge.set_up {
            return Ok(Write::Changed);
        }
        if board.import_state == "ready" {
            return Ok(Write::Gone);
        }
        put_on(&mut tx, self.company, &board, found, now_us).await?;
        let change = tx.number_change(self.company, Noun::Board, self.board.0).await?;
        let mut detail = board.import_detail.0;
        detail.n_read = (detail.n_read + n_read).min(self.n_found);
        detail.detail = None;
        tx.set_board_import(self.company, self.board, "importing", &detail, change)
            .await?;
        tx.commit().await?;
        metrics::counter!("lockstep_work_items_imported_total").increment(found.len() as u64);
        Ok(Write::Kept)
    }

    /// The board is ready.
    pub async fn finish(&self) -> Result<(), StoreError> {
        let n_found = self.n_found;
        self.note("ready", |detail| {
            detail.n_read = n_found;
            detail.detail = None;
            detail.started_us = None;
        })
        .await?;
        let mut tx = self.app.store.begin().await?;
        tx.set_board_scope_read(self.company, self.board, self.app.now_us())
            .await?;
        tx.commit().await?;
        metrics::counter!("lockstep_imports_total").increment(1);
        // What changed meanwhile is heard of; the engine judges the scope from now on.
        self.app.wake.ring(self.connection);
        Ok(())
    }

    async fn note(&self, state: &str, change: impl FnOnce(&mut ImportDetail)) -> Result<Write, StoreError> {
        let mut tx = self.app.store.begin().await?;
        let Some(board) = tx.board(self.company, self.board).await? else {
            return Ok(Write::Gone);
        };
        if board.set_up.0 != self.judge.set_up {
            return Ok(Write::Changed);
        }
        let mut detail = board.import_detail.0;
        change(&mut detail);
        let number = tx.number_change(self.company, Noun::Board, self.board.0).await?;
        tx.set_board_import(self.company, self.board, state, &detail, number)
            .await?;
        tx.commit().await?;
        Ok(Write::Kept)
    }
}

/// Puts what was found on a board: work items that are new here are taken in, and each becomes a card.
pub async fn put_on(
    tx: &mut Tx,
    company: CompanyId,
    board: &BoardRow,
    found: &[Found],
    now_us: i64,
) -> Result<(), StoreError> {
    if found.is_empty() {
        return Ok(());
    }
    let connection = board.connection();
    let marked: Vec<ItemId> = found.iter().filter_map(|found| found.marked).collect();
    let unpaired = tx.unpaired(company, connection, &marked).await?;
    let own = |found: &Found| found.marked.filter(|item| unpaired.contains(item));
    let is_new = |found: &&Found| own(found).is_none();
    let new: Vec<&NewItem> = found.iter().filter(is_new).map(|found| &found.new).collect();
    let change = tx.number_change(company, Noun::Card, board.id).await?;
    let taken = tx.take_in(company, connection, &new, now_us, change).await?;
    let card = |found: &Found| {
        let item = own(found).or_else(|| taken.get(&found.new.work_item).copied())?;
        let rank = found.rank.clone();
        Some(NewCard { item, rank })
    };
    let cards: Vec<NewCard> = found.iter().filter_map(card).collect();
    tx.insert_cards(company, board.board(), &cards, now_us, change).await?;
    Ok(())
}

/// Says why an import does not go on, where that is news.
pub async fn note_trouble(
    app: &App,
    company: CompanyId,
    board: BoardId,
    state: &str,
    words: &str,
) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    let Some(row) = tx.board(company, board).await? else {
        return Ok(());
    };
    if row.import_state == "ready" || (row.import_state == state && row.import_detail.detail.as_deref() == Some(words))
    {
        return Ok(());
    }
    let mut detail = row.import_detail.0;
    detail.detail = Some(words.to_owned());
    let number = tx.number_change(company, Noun::Board, board.0).await?;
    tx.set_board_import(company, board, state, &detail, number).await?;
    tx.commit().await
}
