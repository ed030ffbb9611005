//! A publish under way: drafts are meant a few work items at a time, so that it can be stopped and watched.
//!
//! What a run is about and how far it has come is kept with it, so a run that a restart broke off goes on when somebody
//! looks. Whatever is meant goes out by the sync engine, in the order it keeps; here nothing is sent.

use std::collections::BTreeMap;
use std::time::Duration;

use lockstep_sync::edit::{Ending, Hold};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use super::publish_review::{PublishRun, RunOutcome, RunResult, RunState};
use super::publish_write;
use crate::access::Member;
use crate::app::App;
use crate::error::ApiError;
use crate::ids::BoardId;
use crate::live::Noun;
use crate::store::edits::EditRow;
use crate::store::publishes::PublishRow;

/// Work items that are under way at once.
const N_AT_ONCE: usize = 24;
/// How often a run is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(150);

/// A publish as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Where it stands.
    pub state: RunState,
    /// The work items, each with its edits.
    pub items: Vec<RunItem>,
    /// How many of them were begun, from the first.
    pub n_begun: usize,
}

/// One work item of a publish.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunItem {
    /// The item.
    pub item: Uuid,
    /// Azure DevOps' number, once it is known.
    pub number: Option<i64>,
    /// Title when it was published.
    pub title: String,
    /// Its edits.
    pub edits: Vec<Uuid>,
    /// What came of it, once that is known for good.
    #[serde(default)]
    pub result: Option<RunResult>,
}

/// A run as its row keeps it; a row that can't be read is no run.
pub fn of_row(row: &PublishRow) -> Option<Run> {
    serde_json::from_value(row.body.0.get("run")?.clone()).ok()
}

/// A run as its row keeps it.
pub fn body(run: &Run) -> Json<serde_json::Value> {
    Json(serde_json::json!({ "run": run }))
}

/// Goes on with a run on a task of its own, unless one is at it already.
pub fn go_on(app: &App, member: Member, board: BoardId, run: Uuid) {
    if !app.boards.begin_run(run) {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        loop {
            match advance(&app, &member, board, run).await {
                Ok(true) => break,
                Ok(false) => {}
                Err(error) => {
                    // It goes on when somebody looks again.
                    tracing::warn!(board.id = %board, error = crate::error::chain(&error), "A publish could not go on");
                    break;
                }
            }
            tokio::select! {
                () = app.shutdown.cancelled() => break,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
        app.boards.end_run(run);
    });
}

/// One step of a run: notes what has come to an end, begins what there is room for. Returns whether it is over.
async fn advance(app: &App, member: &Member, board: BoardId, id: Uuid) -> Result<bool, ApiError> {
    let company = member.company;
    let mut tx = app.store.begin().await?;
    let Some(mut row) = tx.publish(company, id).await? else {
        return Ok(true);
    };
    let Some(mut run) = of_row(&row).filter(|_| row.ended_us.is_none()) else {
        return Ok(true);
    };
    let Some(board_row) = tx.board(company, board).await? else {
        return Ok(true);
    };
    let before = run.clone();
    let open: Vec<Uuid> = run.items[..run.n_begun]
        .iter()
        .filter(|item| item.result.is_none())
        .flat_map(|item| item.edits.iter().copied())
        .collect();
    let edits = by_id(tx.edits_by_id(company, &open).await?);
    let mut n_open = 0;
    for item in run.items[..run.n_begun].iter_mut().filter(|item| item.result.is_none()) {
        item.number = match tx.work_item(company, crate::ids::ItemId(item.item)).await? {
            Some(row) => row.work_item_id.or(item.number),
            None => item.number,
        };
        item.result = result(item, &edits);
        n_open += usize::from(item.result.is_none());
    }
    if run.state == RunState::Running && run.n_begun < run.items.len() && n_open < N_AT_ONCE / 2 {
        let n_next = (run.n_begun + N_AT_ONCE - n_open).min(run.items.len());
        let next: Vec<Uuid> = run.items[run.n_begun..n_next]
            .iter()
            .flat_map(|item| item.edits.iter().copied())
            .collect();
        let drafts: Vec<EditRow> = tx
            .edits_by_id(company, &next)
            .await?
            .into_iter()
            .filter(|edit| edit.is_draft && edit.state != "settled")
            .collect();
        let change = tx.number_change(company, Noun::Board, board.0).await?;
        publish_write::publish(&mut tx, member, &board_row, &drafts, change, app.now_us()).await?;
        run.n_begun = n_next;
        n_open += n_next;
    }
    let is_over = n_open == 0 && (run.n_begun == run.items.len() || run.state == RunState::Stopped);
    if is_over {
        if run.state == RunState::Running {
            run.state = RunState::Done;
        }
        row.ended_us = Some(app.now_us());
        tx.number_change(company, Noun::Board, board.0).await?;
    }
    if run != before || is_over {
        row.body = body(&run);
        tx.update_publish(company, &row).await?;
        tx.commit().await?;
        app.wake.ring(board_row.connection());
    }
    Ok(is_over)
}

fn by_id(edits: Vec<EditRow>) -> BTreeMap<Uuid, EditRow> {
    edits.into_iter().map(|edit| (edit.id, edit)).collect()
}

/// What has come of an item, once nothing of it is on its way any more.
pub fn result(item: &RunItem, edits: &BTreeMap<Uuid, EditRow>) -> Option<RunResult> {
    let (mut outcome, mut answer, mut rev) = (RunOutcome::Written, None, None);
    for edit in item.edits.iter().filter_map(|id| edits.get(id)) {
        if edit.state == "settled" {
            if let Some(Ending::Applied { rev: Some(made), .. }) = edit.ending() {
                rev = rev.max(Some(made.0));
            }
            continue;
        }
        let hold = edit
            .hold
            .as_ref()
            .map(|hold| &hold.0)
            .filter(|_| edit.state == "held")?;
        let (worse, words) = match hold {
            Hold::Refused { answer, .. } => (RunOutcome::Refused, Some(answer.clone())),
            Hold::Conflict { .. } => (RunOutcome::Conflict, None),
            Hold::Unsure => (RunOutcome::Unknown, None),
            _ => (RunOutcome::Held, None),
        };
        if outcome == RunOutcome::Written || worse == RunOutcome::Refused {
            (outcome, answer) = (worse, words.or(answer));
        }
    }
    Some(RunResult {
        item: item.item,
        number: item.number,
        title: item.title.clone(),
        outcome,
        answer,
        rev,
    })
}

/// A run as people see it.
pub fn shown(row: &PublishRow) -> Option<PublishRun> {
    let run = of_row(row)?;
    Some(PublishRun {
        state: run.state,
        n_all: run.items.len(),
        started_us: row.started_us,
        ended_us: row.ended_us,
        results: run.items.into_iter().filter_map(|item| item.result).collect(),
    })
}
