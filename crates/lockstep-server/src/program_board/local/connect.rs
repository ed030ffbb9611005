//! Connects a local board: looked at first, then done in one transaction.
//!
//! Nothing is written to Azure DevOps by it. Every card becomes a draft on a board that is on hold, and publishing is the same
//! as ever. What could be undone on the local board can't be undone any more: it would take back what is no longer so.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use azdo::{Client, Error, Identity};
use lockstep_sync::edit::Whom;
use sqlx::types::Json as Stored;

use super::connect_answer::{ConnectBoard, ConnectPreview};
use super::connect_plan::{self, Connecting, LocalCard, There};
use super::keep::local_item;
use crate::access::Member;
use crate::action_items::people::People;
use crate::action_items::types::TypeInfo;
use crate::app::App;
use crate::connections::clients::client_for;
use crate::error::{ApiError, FieldProblem, Kind, Problem, Refusal};
use crate::extract::{Body, Path};
use crate::ids::{BoardId, CompanyId, ItemId};
use crate::live::Noun;
use crate::program_board::boards;
use crate::program_board::nodes::{self, NodeRow, Nodes};
use crate::program_board::preview::acceptable;
use crate::program_board::refusals::{no_answer, no_client};
use crate::program_board::set_up::BoardScope;
use crate::program_board::shapes::{BoardDetail, WriteMode};
use crate::program_board::views;
use crate::store::boards::BoardRow;
use crate::store::connections::ConnectionRow;
use crate::store::edits::EditRow;
use crate::store::{StoreError, Tx};
use crate::sync::transport::HttpsTransport;

/// What connecting a local board would come to.
#[utoipa::path(post, path = "/api/boards/{id}/connect/preview", operation_id = "boards_connect_preview", tag = "boards",
    params(("id" = Uuid, Path)), request_body = ConnectBoard, responses(
    (status = 200, body = ConnectPreview), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It is no local board", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Something has no place or no type there", body = Problem, content_type = "application/problem+json"),
    (status = 502, description = "Azure DevOps did not answer as it should", body = Problem, content_type = "application/problem+json")))]
pub async fn preview(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(wanted): Body<ConnectBoard>,
) -> Result<Json<ConnectPreview>, ApiError> {
    let world = World::read(&app, &member, id, &wanted).await?;
    // Read in a transaction that is never kept: the same statements as those that will do it.
    let mut tx = app.store.begin().await?;
    let row = local_board(&mut tx, member.company, id).await?;
    let connecting = world.plan(&mut tx, member.company, &row, &wanted).await?;
    Ok(Json(connecting.preview))
}

/// Connects a local board. Its cards are drafts from then on: publishing creates them.
#[utoipa::path(post, path = "/api/boards/{id}/connect", operation_id = "boards_connect", tag = "boards",
    params(("id" = Uuid, Path)), request_body = ConnectBoard, responses(
    (status = 200, body = BoardDetail), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "It is no local board", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Something has no place or no type there", body = Problem, content_type = "application/problem+json"),
    (status = 502, description = "Azure DevOps did not answer as it should", body = Problem, content_type = "application/problem+json")))]
pub async fn connect(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(wanted): Body<ConnectBoard>,
) -> Result<Json<BoardDetail>, ApiError> {
    let company = member.company;
    let world = World::read(&app, &member, id, &wanted).await?;
    let mut tx = app.store.begin().await?;
    let row = local_board(&mut tx, company, id).await?;
    let connecting = world.plan(&mut tx, company, &row, &wanted).await?;
    let now_us = app.now_us();
    let change = tx.number_change(company, Noun::Board, id.0).await?;
    for edit in &connecting.edits {
        tx.move_local_edit(company, edit, wanted.connection_id).await?;
    }
    for item in &connecting.items {
        tx.move_local_item(company, *item, wanted.connection_id, change).await?;
    }
    tx.forget_local_cards(company, id, row.connection()).await?;
    tx.save_nodes(company, wanted.connection_id, &world.nodes, &[], now_us)
        .await?;
    let connected = BoardRow {
        connection_id: wanted.connection_id.0,
        set_up: Stored(wanted.set_up),
        write_mode: WriteMode::Hold.as_str().to_owned(),
        // What is there already comes in beside the drafts.
        import_state: "importing".to_owned(),
        change_number: change,
        ..row.clone()
    };
    tx.move_local_board(&connected).await?;
    tx.delete_connection(company, row.connection(), now_us).await?;
    tx.commit().await?;
    app.wake.ring(connected.connection());
    boards::shown(&app, &member, id).await
}

async fn local_board(tx: &mut Tx, company: CompanyId, id: BoardId) -> Result<BoardRow, ApiError> {
    let row = tx.board(company, id).await?.ok_or(ApiError::NotFound)?;
    checked_local(&row)?;
    Ok(row)
}

fn checked_local(row: &BoardRow) -> Result<(), Refusal> {
    if row.set_up.is_local() {
        return Ok(());
    }
    Err(
        Refusal::new(Kind::Conflict, "board_is_connected", "This board is connected already")
            .next_step("Change where its cards come from in its settings."),
    )
}

fn cannot_connect(problems: Vec<FieldProblem>) -> Refusal {
    let refusal = Refusal::new(
        Kind::Unacceptable,
        "cannot_connect",
        "The board can't be connected like this",
    );
    let refusal = refusal.next_step("Choose what is missing.");
    problems.iter().fold(refusal, |refusal, problem| {
        refusal.field(&problem.field, &problem.message)
    })
}

/// What is read from the connection before anything is said.
struct World {
    nodes: Vec<NodeRow>,
    types: BTreeMap<String, Vec<TypeInfo>>,
    people: People,
}

impl World {
    async fn read(app: &App, member: &Member, id: BoardId, wanted: &ConnectBoard) -> Result<Self, ApiError> {
        let company = member.company;
        let board = app.store.board(company, id).await?.ok_or(ApiError::NotFound)?;
        checked_local(&board)?;
        let connection = app.store.connection(company, wanted.connection_id).await?;
        let connection = connection.ok_or(ApiError::NotFound)?;
        if !matches!(wanted.set_up.scope, BoardScope::Areas { .. }) {
            return Err(Refusal::field_is(
                "set_up.scope",
                "must be areas: what is created has to belong to the board",
            )
            .into());
        }
        acceptable(&wanted.set_up)?;
        let client = client_for(app, company, wanted.connection_id, Whom::Connection)
            .await
            .map_err(no_client)?;
        let (nodes, types) = read_projects(&client, wanted, &connection).await?;
        let people = people(app, company, wanted).await?;
        Ok(Self { nodes, types, people })
    }

    async fn plan(
        &self,
        tx: &mut Tx,
        company: CompanyId,
        board: &BoardRow,
        wanted: &ConnectBoard,
    ) -> Result<Connecting, ApiError> {
        let cards = cards(tx, company, board).await?;
        let identity_of = |who: &Identity| {
            let member = self.people.member_of(who)?;
            self.people.identity_of(member.id)
        };
        let there = There {
            set_up: &wanted.set_up,
            nodes: &Nodes::of(self.nodes.clone()),
            types: &self.types,
            changes: &wanted.types,
            identity_of: &identity_of,
        };
        Ok(connect_plan::plan(&board.set_up.0, &cards, &there).map_err(cannot_connect)?)
    }
}

async fn read_projects(
    client: &Client<Arc<HttpsTransport>>,
    wanted: &ConnectBoard,
    connection: &ConnectionRow,
) -> Result<(Vec<NodeRow>, BTreeMap<String, Vec<TypeInfo>>), ApiError> {
    let (mut rows, mut types) = (Vec::new(), BTreeMap::new());
    for project in nodes::projects_of(&wanted.set_up) {
        let read = async { tokio::try_join!(nodes::read(client, &project), client.work_item_types(&project)) };
        let (nodes, kinds): (_, Vec<azdo::WorkItemType>) =
            read.await.map_err(|error: Error| no_answer(&error, connection))?;
        rows.extend(nodes);
        types.insert(project.to_lowercase(), kinds.iter().map(TypeInfo::of).collect());
    }
    Ok((rows, types))
}

/// The members as the connection knows them: by own tokens, and by whom its work items name.
async fn people(app: &App, company: CompanyId, wanted: &ConnectBoard) -> Result<People, StoreError> {
    let mut people = views::people(app, company, wanted.connection_id).await?;
    for (connection, identity) in app.store.identities_seen(company).await? {
        if connection == wanted.connection_id {
            people.saw(identity);
        }
    }
    Ok(people)
}

async fn cards(tx: &mut Tx, company: CompanyId, board: &BoardRow) -> Result<Vec<LocalCard>, StoreError> {
    let mut edits: BTreeMap<ItemId, Vec<EditRow>> = BTreeMap::new();
    for edit in tx.edits_on_board(company, board.board()).await? {
        edits.entry(ItemId(edit.item_id)).or_default().push(edit);
    }
    let rows = tx.items_on_board(company, board.board()).await?;
    let cards = rows.into_iter().filter_map(|row| {
        let item = ItemId(row.item_id);
        Some(LocalCard {
            item,
            held: local_item(row)?,
            edits: edits.remove(&item).unwrap_or_default(),
        })
    });
    Ok(cards.collect())
}
