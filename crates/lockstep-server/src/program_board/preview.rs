//! What a board would look like before it is made: which cards come in and where they stand, what is left out and why, what
//! moving a card writes, and what Azure DevOps would refuse to move.
//!
//! Everything is read, nothing is kept. A few stories are tried with a move to the next sprint by `validateOnly`, which
//! saves nothing there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use azdo::{Client, Error, FieldName, WorkItem, WorkItemId, field};
use futures_util::{StreamExt, TryStreamExt, stream};
use lockstep_sync::edit::Whom;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::import_query::{LeftOut, ScopeQuery, around_query, judge};
use super::local::refuse_local;
use super::nodes::{self, NodeRow, Nodes};
use super::preview_answer::{Cell, LeftOutGroup, Preview, Refused, Sample, Unplanned, writes};
use super::preview_try::try_moves;
use super::proposal_teams::team_of_area;
use super::refusals::{no_answer, no_client};
use super::set_up::{Level, SetUp};
use super::wiql_check::refused_query;
use crate::access::Member;
use crate::action_items::types::TypeInfo;
use crate::app::App;
use crate::connections::clients::client_for;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::Body;
use crate::ids::ConnectionId;
use crate::sync::transport::HttpsTransport;

/// Batches that are read at once.
const N_BATCHES_AT_ONCE: usize = 8;
/// Most work items that are looked at; of a larger scope the first of them speak for the rest.
const N_READ_MAX: usize = 4_000;
/// Cards that are shown of each cell.
const N_CARDS_SHOWN: usize = 4;
/// Samples of everything else.
const N_SAMPLES: usize = 3;

/// What to preview.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewRequest {
    /// The connection.
    #[schema(value_type = uuid::Uuid)]
    connection_id: ConnectionId,
    /// The board as it would be.
    set_up: SetUp,
}

/// The board as it would be, with what is left out.
#[utoipa::path(post, path = "/api/boards/preview", operation_id = "boards_preview", tag = "boards", request_body = PreviewRequest, responses(
    (status = 200, body = Preview), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The set-up can't work, or Azure DevOps refuses the query, in its own words", body = Problem, content_type = "application/problem+json"),
    (status = 502, description = "Azure DevOps did not answer as it should", body = Problem, content_type = "application/problem+json")))]
pub async fn preview(
    State(app): State<App>,
    member: Member,
    Body(request): Body<PreviewRequest>,
) -> Result<Json<Preview>, ApiError> {
    let row = app
        .store
        .connection(member.company, request.connection_id)
        .await?
        .ok_or(ApiError::NotFound)?;
    refuse_local(&request.set_up)?;
    acceptable(&request.set_up)?;
    let client = client_for(&app, member.company, request.connection_id, Whom::Connection)
        .await
        .map_err(no_client)?;
    let began = Instant::now();
    let known = read_world(&client, &request.set_up)
        .await
        .map_err(|error| no_answer(&error, &row))?;
    let query = around_query(&request.set_up, &known.nodes).ok_or_else(unknown_nodes)?;
    let ids = match find(&client, &query).await {
        Err(error) => return Err(refused_query(&error, &query).map_or_else(|| no_answer(&error, &row), ApiError::from)),
        Ok(ids) => ids,
    };
    let read = read_items(&client, &ids)
        .await
        .map_err(|error| no_answer(&error, &row))?;
    let seen = Seen::sort(&request.set_up, &known, &read);
    let mut preview = seen.preview(&request.set_up, &known.nodes, ids.len(), read.len());
    preview.refused = try_moves(&client, &request.set_up, &known.nodes, &seen.stories)
        .await
        .map_err(|error| no_answer(&error, &row))?;
    preview.read_us = i64::try_from(began.elapsed().as_micros()).unwrap_or(i64::MAX);
    Ok(Json(preview))
}

/// Refuses what can't work in words, field by field.
pub fn acceptable(set_up: &SetUp) -> Result<(), Refusal> {
    let problems = set_up.problems();
    if problems.is_empty() {
        return Ok(());
    }
    let refusal = Refusal::new(
        Kind::Unacceptable,
        "invalid_set_up",
        "The board can't be made like this",
    );
    Err(problems.iter().fold(refusal, |refusal, problem| {
        refusal.field(&problem.field, &problem.message)
    }))
}

/// Nodes that the set-up names are not there.
pub fn unknown_nodes() -> ApiError {
    Refusal::new(
        Kind::Unacceptable,
        "unknown_nodes",
        "The areas or iterations of this board are not there",
    )
    .detail(
        "Azure DevOps knows none of the area paths or iterations that the set-up names, or the token may not see them.",
    )
    .next_step("Choose teams and columns again.")
    .into()
}

/// What has to be known to tell cards.
pub struct World {
    /// Nodes of the board's projects.
    pub nodes: Nodes,
    /// Their work item types.
    pub types: Vec<TypeInfo>,
}

async fn read_world(client: &Client<Arc<HttpsTransport>>, set_up: &SetUp) -> Result<World, Error> {
    let projects = nodes::projects_of(set_up);
    let asked: Vec<_> = projects.iter().map(|project| read_project(client, project)).collect();
    let read: Vec<_> = stream::iter(asked).buffered(N_BATCHES_AT_ONCE).try_collect().await?;
    let mut world = World {
        nodes: Nodes::default(),
        types: Vec::new(),
    };
    let mut rows = Vec::new();
    for (nodes, types) in read {
        rows.extend(nodes);
        world.types.extend(types.iter().map(TypeInfo::of));
    }
    world.nodes = Nodes::of(rows);
    Ok(world)
}

async fn read_project(
    client: &Client<Arc<HttpsTransport>>,
    project: &str,
) -> Result<(Vec<NodeRow>, Vec<azdo::WorkItemType>), Error> {
    tokio::try_join!(nodes::read(client, project), client.work_item_types(project))
}

/// The ids that a query finds.
pub async fn find(client: &Client<Arc<HttpsTransport>>, query: &ScopeQuery) -> Result<Vec<WorkItemId>, Error> {
    match query {
        ScopeQuery::Text {
            project,
            wiql,
            is_ours: true,
        } => {
            client
                .query_by_pages(project.as_deref(), wiql, azdo::wiql::PAGE_IDS)
                .await
        }
        ScopeQuery::Text { project, wiql, .. } => client.query_whole(project.as_deref(), wiql).await,
        ScopeQuery::Saved { project, query } => match client.run_saved_query(project, query).await {
            Err(error) if azdo::wiql::is_too_many(&error) => {
                let saved = client.saved_query(project, query).await?;
                match saved.wiql {
                    Some(wiql) => client.query_by_pages(Some(project), &wiql, azdo::wiql::PAGE_IDS).await,
                    None => Err(error),
                }
            }
            answer => answer,
        },
    }
}

async fn read_items(client: &Client<Arc<HttpsTransport>>, ids: &[WorkItemId]) -> Result<Vec<WorkItem>, Error> {
    let ids = &ids[..ids.len().min(N_READ_MAX)];
    let batches = ids.chunks(azdo::WORK_ITEMS_PER_READ_MAX);
    let asked: Vec<_> = batches.map(|batch| client.work_items(batch)).collect();
    let read: Vec<Vec<WorkItem>> = stream::iter(asked).buffered(N_BATCHES_AT_ONCE).try_collect().await?;
    Ok(read.into_iter().flatten().collect())
}

/// A card of the preview.
#[derive(Debug, Clone)]
pub struct PlacedCard<'r> {
    /// The work item.
    pub item: &'r WorkItem,
    /// Its team's position.
    pub team: usize,
    /// Its column's position; none is the parking lot.
    pub column: Option<usize>,
}

/// What was found, sorted.
struct Seen<'r> {
    cards: Vec<PlacedCard<'r>>,
    stories: Vec<PlacedCard<'r>>,
    left_out: BTreeMap<LeftOut, Vec<&'r WorkItem>>,
    n_dependencies: usize,
}

impl<'r> Seen<'r> {
    fn sort(set_up: &SetUp, world: &World, read: &'r [WorkItem]) -> Self {
        let area_ids = world.nodes.area_ids(set_up.teams.iter().flat_map(|team| &team.areas));
        let mut seen = Self {
            cards: Vec::new(),
            stories: Vec::new(),
            left_out: BTreeMap::new(),
            n_dependencies: 0,
        };
        for item in read {
            match judge(set_up, &area_ids, &world.types, &item.fields) {
                Err(why) => seen.left_out.entry(why).or_default().push(item),
                Ok(()) => {
                    let number = |name: &str| item.fields.get(&FieldName::from(name)).and_then(Value::as_i64);
                    let area = number(field::AREA_ID).unwrap_or_default();
                    let iteration = number(field::ITERATION_ID).unwrap_or_default();
                    let card = PlacedCard {
                        item,
                        team: team_of_area(&set_up.teams, &world.nodes, area).unwrap_or_default(),
                        column: column_of(set_up, &world.nodes, iteration),
                    };
                    if set_up.level(text(item, field::WORK_ITEM_TYPE)) == Some(Level::Story) {
                        seen.stories.push(card.clone());
                    }
                    seen.cards.push(card);
                }
            }
        }
        let on_board: BTreeSet<WorkItemId> = seen.cards.iter().map(|card| card.item.id).collect();
        seen.n_dependencies = seen
            .cards
            .iter()
            .flat_map(|card| &card.item.relations)
            .filter(|link| link.rel == set_up.dependency.taker)
            .filter(|link| link.work_item_id().is_some_and(|id| on_board.contains(&id)))
            .count();
        seen
    }

    fn preview(&self, set_up: &SetUp, nodes: &Nodes, n_found: usize, n_read: usize) -> Preview {
        let mut cells: BTreeMap<(usize, usize), Vec<&PlacedCard<'_>>> = BTreeMap::new();
        for card in &self.cards {
            if let Some(column) = card.column {
                cells.entry((card.team, column)).or_default().push(card);
            }
        }
        let unplanned: Vec<&PlacedCard<'_>> = self.cards.iter().filter(|card| card.column.is_none()).collect();
        // What was not read is taken to be as what was.
        let n_items = match n_read {
            0 => 0,
            _ => self.cards.len() * n_found / n_read,
        };
        let mut warnings = Vec::new();
        if n_read < n_found {
            warnings.push(format!(
                "The first {n_read} of {n_found} work items were looked at. All of them come in."
            ));
        }
        Preview {
            n_items,
            n_dependencies: self.n_dependencies,
            read_us: 0,
            cells: cells
                .into_iter()
                .map(|((team, column), cards)| Cell {
                    team_id: set_up.teams[team].id.clone(),
                    column_id: set_up.columns[column].id.clone(),
                    n: cards.len(),
                    cards: cards
                        .iter()
                        .take(N_CARDS_SHOWN)
                        .map(|card| Sample::of(card.item, set_up))
                        .collect(),
                })
                .collect(),
            left_out: LeftOut::ALL
                .into_iter()
                .filter_map(|why| Some((why, self.left_out.get(&why)?)))
                .map(|(why, items)| LeftOutGroup {
                    reason: why.word(),
                    why: self.why(why, set_up, nodes),
                    n: items.len(),
                    samples: items
                        .iter()
                        .take(N_SAMPLES)
                        .map(|item| Sample::of(item, set_up))
                        .collect(),
                })
                .collect(),
            without_iteration: Unplanned {
                n: unplanned.len(),
                samples: unplanned
                    .iter()
                    .take(N_SAMPLES)
                    .map(|card| Sample::of(card.item, set_up))
                    .collect(),
            },
            refused: Refused::default(),
            writes: writes(set_up),
            warnings,
        }
    }

    /// Why something is left out, with the areas or types it is about.
    fn why(&self, why: LeftOut, set_up: &SetUp, nodes: &Nodes) -> String {
        let items = self.left_out.get(&why).map(Vec::as_slice).unwrap_or_default();
        let named: BTreeSet<String> = match why {
            LeftOut::Removed => return "Their state means removed in Azure DevOps.".to_owned(),
            LeftOut::Type => items
                .iter()
                .map(|item| text(item, field::WORK_ITEM_TYPE).to_owned())
                .collect(),
            LeftOut::Area => {
                let id = |item: &&&WorkItem| item.fields.get(&FieldName::from(field::AREA_ID))?.as_i64();
                let ids: BTreeSet<i64> = items.iter().filter_map(|item| id(&item)).collect();
                ids.iter().filter_map(|id| Some(nodes.get(*id)?.path.clone())).collect()
            }
        };
        let first: Vec<&str> = named.iter().map(String::as_str).take(N_SAMPLES).collect();
        let more = if named.len() > first.len() { " and others" } else { "" };
        let list = first.join(", ");
        match why {
            LeftOut::Type => format!("{list}{more}: on none of the board's levels."),
            _ => format!("{list}{more}: outside the areas of the {} teams.", set_up.teams.len()),
        }
    }
}

/// The column of an iteration: the one that names it, or names the nearest above it.
pub fn column_of(set_up: &SetUp, nodes: &Nodes, iteration: i64) -> Option<usize> {
    let mut at = Some(iteration);
    for _ in 0..=nodes.depth(iteration) {
        let node = at?;
        if let Some(found) = set_up.columns.iter().position(|column| column.node_ids.contains(&node)) {
            return Some(found);
        }
        at = nodes.get(node)?.parent_id;
    }
    None
}

fn text<'i>(item: &'i WorkItem, name: &str) -> &'i str {
    item.fields
        .get(&FieldName::from(name))
        .and_then(Value::as_str)
        .unwrap_or_default()
}
