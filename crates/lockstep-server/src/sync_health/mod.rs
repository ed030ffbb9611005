//! Sync health: what needs a decision, what waits, what was written lately, and deciding.

pub mod attempt_words;
mod cards;
mod decide;
pub mod old_conflicts;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use lockstep_sync::edit::{Edit, Hold};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use self::decide::Decide;
use crate::access::Member;
use crate::action_items::item::{BIN_US, Stored, sync_state};
use crate::action_items::load::{self, Company};
use crate::action_items::mapping;
use crate::action_items::open_edits::{self, EditContext};
use crate::action_items::shapes::{OpenEdit, OpenEditState, SyncState};
use crate::app::App;
use crate::error::{ApiError, Problem};
use crate::extract::{Body, Path};
use crate::ids::{EditId, ItemId, MemberId};

/// Requests that the page shows.
const N_RECENT: i64 = 50;

/// The slice's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(sync)).routes(routes!(decide_one))
}

/// How the company stands with Azure DevOps.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncHealth {
    /// Items with a work item of which nothing is open.
    in_lockstep: usize,
    /// Items with a work item.
    paired: usize,
    /// What waits for a person, the most urgent first.
    needs_decision: Vec<SyncRow>,
    /// What is to be written, in order.
    waiting: Vec<SyncRow>,
    /// The latest requests, the newest first.
    recent: Vec<AttemptRow>,
    /// The company's change number that this is at least as new as.
    change: i64,
}

/// One open edit and what it is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncRow {
    item: SyncItem,
    connection: SyncConnection,
    edit: OpenEdit,
}

/// The item an edit is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncItem {
    id: Uuid,
    /// Its number for people; 0 for a card, which has its work item's.
    number: i64,
    title: String,
    work_item_id: Option<i64>,
    /// Work item type.
    r#type: Option<String>,
    /// The board it is a card of; `null` for an action item.
    board_id: Option<Uuid>,
}

/// The connection an edit goes to.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncConnection {
    id: Uuid,
    label: String,
}

/// One request that could change Azure DevOps.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptRow {
    id: Uuid,
    at_us: i64,
    item: AttemptItem,
    /// What it was to do, in words.
    what: String,
    /// Who acted.
    who: String,
    /// The token's owner, as Azure DevOps shows them.
    written_as: String,
    /// `sending`, `unknown`, `applied`, `found_applied`, `found_absent`, `rev_moved`, `refused`, `unsent`.
    outcome: String,
    /// The revision it made.
    rev: Option<i64>,
}

/// The item a request was about.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptItem {
    id: Uuid,
    /// Its number for people; 0 for a card, which has its work item's.
    number: i64,
    title: String,
    work_item_id: Option<i64>,
    /// A board that it is a card of and that the one who asks may see; `null` for an action item.
    board_id: Option<Uuid>,
}

/// What needs a decision, what waits, what was written lately.
#[utoipa::path(get, path = "/api/sync", operation_id = "sync_health", tag = "sync", responses(
    (status = 200, body = SyncHealth), (status = 401, body = Problem, content_type = "application/problem+json"),
))]
async fn sync(State(app): State<App>, member: Member) -> Result<Json<SyncHealth>, ApiError> {
    let change = app.store.latest_change(member.company).await?;
    let company = Company::read(&app, member.company).await?;
    let now_us = app.now_us();
    // What was deleted here may have something open all the same: its own deletion, for one.
    let mut rows = app.store.action_items(member.company).await?;
    rows.extend(app.store.action_items_in_bin(member.company, now_us - BIN_US).await?);
    let items = load::with_work_items(&app, member.company, rows).await?;
    let (mut needs_decision, mut waiting) = (Vec::new(), Vec::new());
    for stored in &items {
        for (is_urgent, row) in open_rows(stored, &company, &member, now_us) {
            if is_urgent { &mut needs_decision } else { &mut waiting }.push(row);
        }
    }
    let cards = cards::open(&app, &member, &company, now_us).await?;
    for (is_urgent, row) in cards {
        if is_urgent { &mut needs_decision } else { &mut waiting }.push(row);
    }
    // What waited too long for a token first, then by age.
    needs_decision.sort_by_key(|row: &SyncRow| (row.edit.state != OpenEditState::NeedsToken, row.edit.at_us));
    waiting.sort_by_key(|row: &SyncRow| row.edit.at_us);
    let living = items.iter().filter(|stored| stored.row.deleted_us.is_none());
    let paired = living
        .filter_map(Stored::pushed)
        .filter(|pair| pair.item.work_item.is_some());
    let (in_lockstep, n_paired) = paired.fold((0, 0), |(in_lockstep, n), pair| {
        (
            in_lockstep + usize::from(sync_state(&pair.item) == SyncState::InLockstep),
            n + 1,
        )
    });
    let recent = recent(&app, &member, &company, &items).await?;
    Ok(Json(SyncHealth {
        in_lockstep,
        paired: n_paired,
        needs_decision,
        waiting,
        recent,
        change,
    }))
}

/// The open edits of an item, each with whether it waits for a person.
fn open_rows(stored: &Stored, company: &Company, member: &Member, now_us: i64) -> Vec<(bool, SyncRow)> {
    let Some(pair) = stored.pushed() else { return Vec::new() };
    let around = company.around(member, stored, now_us);
    let label = around
        .connection
        .map(|connection| connection.label.clone())
        .unwrap_or_default();
    open_edits::shown(&pair.item)
        .map(|edit| {
            let is_urgent = is_urgent(edit, now_us);
            let row = SyncRow {
                item: SyncItem {
                    id: stored.row.id,
                    number: stored.row.number,
                    title: stored.title(),
                    work_item_id: pair.item.work_item.map(|id| id.0),
                    r#type: stored.project_and_type().map(|(_, work_item_type)| work_item_type),
                    board_id: None,
                },
                connection: SyncConnection {
                    id: pair.connection.0,
                    label: label.clone(),
                },
                edit: open_edits::open_edit(
                    &pair.item,
                    edit,
                    EditContext {
                        around,
                        names: &mapping::ItemNames,
                    },
                ),
            };
            (is_urgent, row)
        })
        .collect()
}

/// Whether an edit waits for a person. A young one that needs a token goes out by itself once its author stores one.
fn is_urgent(edit: &Edit, now_us: i64) -> bool {
    match edit.hold() {
        Some(Hold::NeedsToken) => open_edits::is_old(edit, now_us),
        Some(_) => true,
        None => false,
    }
}

async fn recent(app: &App, member: &Member, company: &Company, items: &[Stored]) -> Result<Vec<AttemptRow>, ApiError> {
    let known: BTreeMap<Uuid, &Stored> = items.iter().map(|stored| (stored.row.id, stored)).collect();
    let attempts = app.store.recent_attempts(member.company, N_RECENT).await?;
    let others = attempts.iter().filter(|attempt| !known.contains_key(&attempt.item_id));
    let boards = cards::boards_of(app, member, others.map(|attempt| ItemId(attempt.item_id))).await?;
    let mut rows = Vec::new();
    for attempt in attempts {
        let item = match known.get(&attempt.item_id) {
            Some(stored) => attempt_item(stored),
            // Deleted long ago; its requests are still told.
            None => match load::one(app, member.company, ItemId(attempt.item_id)).await? {
                Some(stored) => attempt_item(&stored),
                None => match app.store.work_item(member.company, ItemId(attempt.item_id)).await? {
                    Some(row) => cards::attempt_item(&row, boards.get(&row.item_id).copied()),
                    None => continue,
                },
            },
        };
        rows.push(AttemptRow {
            id: attempt.id,
            at_us: attempt.started_us,
            item,
            what: attempt_words::what(&attempt, &mapping::ItemNames),
            who: company.people(None).name(MemberId(attempt.author)).to_owned(),
            outcome: attempt_words::outcome(&attempt),
            rev: attempt.rev,
            written_as: attempt.identity_name,
        });
    }
    Ok(rows)
}

fn attempt_item(stored: &Stored) -> AttemptItem {
    AttemptItem {
        id: stored.row.id,
        number: stored.row.number,
        title: stored.title(),
        work_item_id: stored.pair.as_ref().and_then(|pair| pair.item.work_item).map(|id| id.0),
        board_id: None,
    }
}

/// Decides about an edit that is held, or takes one back that only waits.
#[utoipa::path(post, path = "/api/edits/{id}/decide", operation_id = "edits_decide", tag = "sync", params(("id" = Uuid, Path)), request_body = Decide, responses(
    (status = 204), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It has changed since it was shown", body = Problem, content_type = "application/problem+json"),
))]
async fn decide_one(
    State(app): State<App>,
    member: Member,
    Path(id): Path<EditId>,
    Body(input): Body<Decide>,
) -> Result<StatusCode, ApiError> {
    decide::decide(&app, &member, id, &input).await?;
    Ok(StatusCode::NO_CONTENT)
}
