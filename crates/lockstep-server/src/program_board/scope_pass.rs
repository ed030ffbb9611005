//! Runs a board's scope again, whole: what the server finds now against what is on the board.
//!
//! A scope that a query describes can be evaluated by Azure DevOps alone, so it is run again at a slow interval, and soon
//! after the feeds brought something. A scope of areas is judged item by item by the sync engine; it is run whole after the
//! server was down, and once a day. What is new is read and comes in. What is missing leaves the board, and nothing else
//! happens to it. Where more than a few would leave in one go, they stay and somebody is asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use azdo::{Client, WorkItemId};
use lockstep_sync::edit::Whom;

use super::import::{ImportError, keep_types, read_types};
use super::import_query::{LeftOut, judge_place, scope_query};
use super::import_write::{Found, Judge, put_on};
use super::nodes::{Nodes, projects_of};
use super::preview::find;
use super::rank::following_n;
use super::set_up::BoardScope;
use crate::app::App;
use crate::connections::clients::client_for;
use crate::ids::{BoardId, CompanyId, ItemId};
use crate::live::Noun;
use crate::store::StoreError;
use crate::store::boards::{BoardRow, Leaving};
use crate::store::imports::CardFacts;
use crate::sync::transport::HttpsTransport;

/// Fewer than this may always leave by themselves.
const LEAVING_MAX: usize = 20;
/// The shortest and the longest time between two passes of a query, microseconds.
const EVERY_MIN_US: i64 = 60 * 1_000_000;
const EVERY_MAX_US: i64 = 600 * 1_000_000;
/// The same for each card of the board: ten thousand make the longest.
const EVERY_PER_CARD_US: i64 = 60_000;
/// A scope of areas is run whole so often, microseconds.
const AREAS_EVERY_US: i64 = 24 * 3600 * 1_000_000;
/// A query is run no sooner after something was heard of, microseconds.
const SOON_US: i64 = 10 * 1_000_000;
/// What was made so lately may not be found by a query yet, microseconds.
const FRESH_US: i64 = 120 * 1_000_000;

/// Work items that are saved in one transaction.
const N_PER_COMMIT: usize = 1000;

/// Why a card leaves: the scope no longer finds it.
const NOT_FOUND: &str = "scope";

/// When the scope of a board is to be run again, microseconds UTC, given how many cards it has and when something was last
/// heard of on its connection.
pub fn due_us(board: &BoardRow, n_cards: i64, heard_us: Option<i64>) -> i64 {
    let Some(read_us) = board.scope_read_us else {
        return i64::MIN;
    };
    match board.set_up.scope {
        BoardScope::Areas { .. } => read_us.saturating_add(AREAS_EVERY_US),
        BoardScope::Query { .. } | BoardScope::Wiql { .. } => {
            let every_us = n_cards
                .saturating_mul(EVERY_PER_CARD_US)
                .clamp(EVERY_MIN_US, EVERY_MAX_US);
            next_us(read_us, every_us, heard_us)
        }
        // There is nothing to run.
        BoardScope::Local => i64::MAX,
    }
}

fn next_us(read_us: i64, every_us: i64, heard_us: Option<i64>) -> i64 {
    let soon_us = heard_us.filter(|heard_us| *heard_us > read_us).map(|heard_us| {
        // Not at every change of a busy organization: at least a tenth of the interval lies between two passes.
        (heard_us + SOON_US).max(read_us + every_us / 10)
    });
    soon_us.unwrap_or(i64::MAX).min(read_us.saturating_add(every_us))
}

/// Runs the scope of a board, brings in what is new and lets go what is missing.
pub async fn run(app: &App, company: CompanyId, board: &BoardRow) -> Result<(), ImportError> {
    let connection = board.connection();
    let client = client_for(app, company, connection, Whom::Connection).await?;
    let set_up = board.set_up.0.clone();
    let nodes = Nodes::of(app.store.nodes(company, connection).await?);
    // Before the query: what comes onto the board while it runs is not taken for something that left.
    let before = app.store.numbers_on_board(company, board.board()).await?;
    let query = scope_query(&set_up, &nodes).ok_or(ImportError::NoNodes)?;
    let ids = find(&client, &query).await?;
    let new: Vec<WorkItemId> = ids.iter().copied().filter(|id| !before.contains_key(id)).collect();
    let types = if new.is_empty() {
        Vec::new()
    } else {
        let types = read_types(&client, &projects_of(&set_up)).await?;
        keep_types(app, company, connection, &nodes, types).await?
    };
    let judge = Judge::new(set_up, &nodes, types);
    for some in new.chunks(N_PER_COMMIT) {
        let read = client.work_items(some).await?;
        let mut tx = app.store.begin().await?;
        let last_rank = tx.last_rank(company, board.board()).await?;
        let mut ranks = following_n(last_rank.as_deref(), read.len()).into_iter();
        let found: Vec<Found> = read
            .into_iter()
            .filter_map(|item| judge.take(item, |_| ranks.next().unwrap_or_default()))
            .collect();
        put_on(&mut tx, company, board, &found, app.now_us()).await?;
        tx.commit().await?;
    }
    let pass = Pass {
        before: &before,
        found: &ids.into_iter().collect(),
        is_asked: true,
    };
    leave_missing(app, &client, company, board, &judge, pass).await?;
    let mut tx = app.store.begin().await?;
    tx.set_board_scope_read(company, board.board(), app.now_us()).await?;
    tx.commit().await?;
    Ok(())
}

/// What a scope was found to hold.
#[derive(Clone, Copy)]
pub struct Pass<'p> {
    /// What was on the board before it was asked for.
    pub before: &'p BTreeMap<WorkItemId, ItemId>,
    /// What was found.
    pub found: &'p BTreeSet<WorkItemId>,
    /// Whether somebody is asked where many would leave.
    pub is_asked: bool,
}

/// Takes off the board what its scope no longer holds, unless that is so much that somebody has to say so.
pub async fn leave_missing(
    app: &App,
    client: &Client<Arc<HttpsTransport>>,
    company: CompanyId,
    board: &BoardRow,
    judge: &Judge,
    pass: Pass<'_>,
) -> Result<(), ImportError> {
    let is_flat = matches!(judge.set_up.scope, BoardScope::Areas { .. });
    let is_whole = pass.before.keys().all(|id| pass.found.contains(id));
    // What a query for areas finds is in them. Only somebody else's query has to be looked at item by item.
    let leaving = if pass.before.is_empty() || (is_flat && is_whole) {
        BTreeMap::new()
    } else {
        let facts = app.store.card_facts(company, board.board()).await?;
        leaving(&facts, judge, pass, app.now_us())
    };
    // What can't be read is deleted or out of sight: that is for the sync engine to tell, and no reason to leave.
    let missing: Vec<WorkItemId> = leaving
        .iter()
        .filter(|(_, (_, why))| *why == NOT_FOUND)
        .map(|(id, _)| *id)
        .collect();
    let readable: BTreeSet<WorkItemId> = client.work_items(&missing).await?.iter().map(|item| item.id).collect();
    let (gone, left): (BTreeMap<_, _>, BTreeMap<_, _>) = leaving
        .into_iter()
        .partition(|(id, (_, why))| *why == NOT_FOUND && !readable.contains(id));
    settle(app, company, board.board(), left, pass.is_asked).await?;
    if !gone.is_empty() {
        let heard: Vec<_> = gone.into_keys().map(|id| (id, None, false)).collect();
        let mut tx = app.store.begin().await?;
        tx.insert_heard(company, board.connection(), "updates", &heard, app.now_us())
            .await?;
        tx.commit().await?;
        app.wake.ring(board.connection());
    }
    Ok(())
}

/// The cards that are outside the scope now, each with why.
fn leaving(
    facts: &[CardFacts],
    judge: &Judge,
    pass: Pass<'_>,
    now_us: i64,
) -> BTreeMap<WorkItemId, (ItemId, &'static str)> {
    let mut leaving = BTreeMap::new();
    for card in facts {
        let id = WorkItemId(card.work_item_id);
        // A query lags behind what was just made.
        let made_us = card.created_date.as_deref().and_then(azdo::parse_us).unwrap_or(0);
        let is_fresh = now_us.saturating_sub(made_us) < FRESH_US;
        if is_fresh || !pass.before.contains_key(&id) {
            continue;
        }
        let work_item_type = card.work_item_type.as_deref().unwrap_or_default();
        let why = if !pass.found.contains(&id) {
            Some(NOT_FOUND)
        } else {
            let judged = judge_place(&judge.set_up, &judge.area_ids, work_item_type, card.area_id);
            judged.err().map(LeftOut::word)
        };
        if let Some(why) = why {
            leaving.insert(id, (ItemId(card.item_id), why));
        }
    }
    leaving
}

/// Lets these cards go, or asks.
async fn settle(
    app: &App,
    company: CompanyId,
    board: BoardId,
    left: BTreeMap<WorkItemId, (ItemId, &'static str)>,
    is_asked: bool,
) -> Result<(), StoreError> {
    let now_us = app.now_us();
    let mut tx = app.store.begin().await?;
    let Some(row) = tx.board(company, board).await? else {
        return Ok(());
    };
    let mut detail = row.import_detail.0;
    let kept: BTreeSet<ItemId> = detail.kept.iter().copied().collect();
    let left: BTreeMap<ItemId, &str> = left.into_values().filter(|(item, _)| !kept.contains(item)).collect();
    let n_cards = tx.n_cards_of(company, board).await?;
    let stops = is_asked && left.len() > leaving_max(n_cards);
    let before = detail.leaving.take();
    if stops {
        let since_us = before.as_ref().map_or(now_us, |before| before.since_us);
        detail.leaving = Some(Leaving {
            items: left.keys().copied().collect(),
            since_us,
        });
    } else if !left.is_empty() {
        let change = tx.number_change(company, Noun::Card, board.0).await?;
        for why in left.values().copied().collect::<BTreeSet<_>>() {
            let items = left
                .iter()
                .filter(|(_, of)| **of == why)
                .map(|(item, _)| *item)
                .collect();
            tx.leave_board(company, board, &items, why, now_us, change).await?;
        }
    }
    if detail.leaving != before {
        let change = tx.number_change(company, Noun::Board, board.0).await?;
        tx.set_board_import(company, board, &row.import_state, &detail, change)
            .await?;
    }
    tx.commit().await
}

/// How many may leave in one go before somebody is asked.
pub fn leaving_max(n_cards: i64) -> usize {
    LEAVING_MAX.max(usize::try_from(n_cards / 10).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_may_always_leave_and_a_tenth_of_a_large_board() {
        assert_eq!((leaving_max(0), leaving_max(200), leaving_max(5_000)), (20, 20, 500));
    }

    #[test]
    fn a_query_is_run_the_more_seldom_the_more_it_holds_and_soon_after_news() {
        let check = |n_cards: i64, heard_us: Option<i64>, expected_s: i64| {
            let every_us = n_cards
                .saturating_mul(EVERY_PER_CARD_US)
                .clamp(EVERY_MIN_US, EVERY_MAX_US);
            assert_eq!(next_us(1_000_000, every_us, heard_us), (1 + expected_s) * 1_000_000);
        };
        check(10, None, 60);
        check(5_000, None, 300);
        check(100_000, None, 600);
        // News from before the last pass was in it; news right after it waits for more to come.
        check(5_000, Some(500_000), 300);
        check(5_000, Some(2_000_000), 30);
        check(5_000, Some(100_000_000), 109);
    }
}
