//! One card as the panel shows it: its fields, what is open about it, its history as whom, what was sent about it.
//!
//! The history is the same that action items have, in the board's words. Azure DevOps is asked for the work item's updates; where
//! it does not answer in time, what reads brought is told.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use azdo::{FieldName, Fields, WorkItemUpdate, field};
use lockstep_sync::edit::Whom;
use lockstep_sync::item::Item;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::field_words::FieldWords;
use super::held::TARGET_DATE;
use super::shapes::Card;
use super::summary;
use crate::access::Member;
use crate::action_items::history::{self, Sources};
use crate::action_items::item::Surroundings;
use crate::action_items::load::Company;
use crate::action_items::mapping::{self, FieldNames};
use crate::action_items::open_edits::{self, EditContext};
use crate::action_items::shapes::{CommentRow, HistoryRow, OpenEdit};
use crate::app::App;
use crate::connections::clients::client_for;
use crate::error::{ApiError, Problem};
use crate::extract::Path;
use crate::ids::{BoardId, CompanyId, ConnectionId, ItemId};
use crate::store::attempts::AttemptRow;
use crate::sync_health::attempt_words;

/// How long Azure DevOps is asked for a work item's history; after it, what Lockstep saw is shown.
const UPDATES_DEADLINE: Duration = Duration::from_secs(5);
/// Requests that the log tells, the newest first.
const N_LOG_ROWS: usize = 50;

/// A card with everything that is known about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CardDetail {
    /// The card.
    card: Card,
    /// The page in Azure DevOps that a person sees it on.
    url: Option<String>,
    /// The revision last read.
    rev: Option<i64>,
    /// Priority, 1 to 4.
    priority: Option<i64>,
    /// Target date, ISO.
    target_on: Option<String>,
    /// Its area.
    area_path: Option<String>,
    /// Its iteration.
    iteration_path: Option<String>,
    /// What is not settled, in order.
    open_edits: Vec<OpenEdit>,
    /// What happened to it, the latest first.
    history: Vec<HistoryRow>,
    /// What was said about it, the oldest first.
    comments: Vec<CommentRow>,
    /// Requests about it, the newest first.
    sync_log: Vec<SyncLogRow>,
}

/// One request about a card.
#[derive(Debug, Serialize, ToSchema)]
pub struct SyncLogRow {
    id: Uuid,
    at_us: i64,
    /// What it was to do, in words.
    what: String,
    /// `sending`, `unknown`, `applied`, `found_applied`, `found_absent`, `rev_moved`, `refused`, `unsent`.
    outcome: String,
    /// The revision it made.
    rev: Option<i64>,
    /// The token's owner, as Azure DevOps shows them.
    written_as: String,
}

/// The path of a question about one card.
#[derive(Deserialize)]
pub struct OnBoard {
    id: BoardId,
    item: ItemId,
}

/// A card with its fields, what is open about it, its history and what was sent about it.
#[utoipa::path(get, path = "/api/boards/{id}/cards/{item}", operation_id = "boards_card", tag = "boards",
    params(("id" = Uuid, Path), ("item" = Uuid, Path)), responses(
    (status = 200, body = CardDetail), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn card(
    State(app): State<App>,
    member: Member,
    Path(OnBoard { id, item }): Path<OnBoard>,
) -> Result<Json<CardDetail>, ApiError> {
    let company = member.company;
    let connection = summary::look(&app, &member, id, |view, _rights| {
        view.card(item).map(|_card| view.row.connection())
    })
    .await?
    .ok_or(ApiError::NotFound)?;
    let known = Company::read(&app, company).await?;
    let stored = app.store.item(company, item).await?.ok_or(ApiError::NotFound)?;
    let edits = app.store.edits_of_item(company, item).await?;
    let (attempts, observed) = (
        app.store.attempts_of_item(company, item).await?,
        app.store.observations(company, item).await?,
    );
    let updates = updates(&app, company, connection, &stored).await;
    let now_us = app.now_us();
    summary::look(&app, &member, id, |view, _rights| {
        let card = view.card(item).cloned().ok_or(ApiError::NotFound)?;
        let names = FieldWords::of(view);
        let around = Surroundings {
            viewer: &member,
            people: &view.people,
            types: &known.types,
            connection: known.connection(connection),
            now_us,
        };
        let sources = Sources {
            row: None,
            names: &names,
            local: &[],
            edits: &edits,
            attempts: &attempts,
            observed: &observed,
            updates: updates.as_deref(),
            people: &view.people,
        };
        let facts = Facts::of(&stored, &names);
        let collection = known.connection(connection).and_then(|facts| facts.collection.as_ref());
        let page = collection.zip(stored.work_item).zip(facts.project.as_deref());
        Ok(Json(CardDetail {
            url: page.map(|((collection, number), project)| collection.work_item_page(project, number)),
            rev: stored.remote.as_ref().map(|remote| remote.rev.0),
            priority: facts.priority,
            target_on: facts.target_on,
            area_path: facts.area_path,
            iteration_path: facts.iteration_path,
            open_edits: open_edits::of(&stored, EditContext { around, names: &names }),
            history: history::history(sources),
            comments: history::comments(sources),
            sync_log: attempts
                .iter()
                .rev()
                .take(N_LOG_ROWS)
                .map(|attempt| log_row(attempt, &names))
                .collect(),
            card,
        }))
    })
    .await?
}

/// Fields that the panel shows beside those of the card, as shown: with what is wanted here on top.
#[derive(Default)]
struct Facts {
    project: Option<String>,
    priority: Option<i64>,
    target_on: Option<String>,
    area_path: Option<String>,
    iteration_path: Option<String>,
}

impl Facts {
    fn of(item: &Item, names: &FieldWords<'_>) -> Self {
        let empty = Fields::new();
        let fields = item.remote.as_ref().map_or(&empty, |remote| &remote.fields);
        let remote = |name: &str| fields.get(&FieldName::from(name)).cloned().unwrap_or(Value::Null);
        let local = |name: &str| {
            let name = FieldName::from(name);
            if item.edits.iter().any(|edit| edit.field() == Some(&name)) {
                item.local(&name).clone()
            } else {
                fields.get(&name).cloned().unwrap_or(Value::Null)
            }
        };
        let text = |value: Value| value.as_str().map(str::to_owned);
        Self {
            project: text(remote(field::TEAM_PROJECT)),
            priority: mapping::priority(&local(field::PRIORITY)),
            target_on: names.shown(&FieldName::from(TARGET_DATE), &local(TARGET_DATE)),
            area_path: text(remote(field::AREA_PATH)),
            iteration_path: text(remote(field::ITERATION_PATH)),
        }
    }
}

fn log_row(attempt: &AttemptRow, names: &dyn FieldNames) -> SyncLogRow {
    SyncLogRow {
        id: attempt.id,
        at_us: attempt.started_us,
        what: attempt_words::what(attempt, names),
        outcome: attempt_words::outcome(attempt),
        rev: attempt.rev,
        written_as: attempt.identity_name.clone(),
    }
}

/// The work item's updates, where Azure DevOps gives them in time.
async fn updates(app: &App, company: CompanyId, connection: ConnectionId, item: &Item) -> Option<Vec<WorkItemUpdate>> {
    let id = item.work_item?;
    let asked = async {
        let client = client_for(app, company, connection, Whom::Connection).await.ok()?;
        client.updates(id).await.ok()
    };
    tokio::time::timeout(UPDATES_DEADLINE, asked).await.ok().flatten()
}
