//! Boards in memory: loaded when somebody asks, brought up to date by change number, let go when nobody has asked for long.
//!
//! What is read is what was committed: first the company's latest change number, then what is open, then the work items,
//! so that a view is never older than its number says.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex as Lock};
use std::time::{Duration, Instant};

use azdo::Identity;
use lockstep_sync::edit::{Act, Edit};
use lockstep_sync::item::Presence;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::held::{Held, Names, fields_of_creation, read_fields, read_links};
use super::nodes::Nodes;
use super::presence::Presences;
use super::set_up::DependencyLink;
use super::view::{BoardView, News};
use crate::action_items::people::{People, Person};
use crate::app::App;
use crate::error::ApiError;
use crate::ids::{BoardId, CompanyId, ConnectionId, ItemId, MemberId};
use crate::live::Noun;
use crate::store::StoreError;
use crate::store::board_items::BoardItemRow;

/// A board that nobody asked for this long is let go.
const IDLE_MAX: Duration = Duration::from_secs(15 * 60);
/// Changes of the feed that are looked through; beyond them everything is looked at.
const N_CHANGES_MAX: i64 = 500;

/// The boards in memory.
#[derive(Debug, Default)]
pub struct BoardViews {
    slots: Lock<HashMap<BoardId, Slot>>,
    /// Who is where.
    pub presences: Presences,
    /// Publishes that a task is at.
    runs: Lock<BTreeSet<Uuid>>,
}

#[derive(Debug)]
struct Slot {
    used: Instant,
    view: Arc<Mutex<Option<BoardView>>>,
}

impl BoardViews {
    /// Takes up a publish; not if a task is at it already.
    pub fn begin_run(&self, run: Uuid) -> bool {
        self.runs.lock().expect("nobody panics while holding it").insert(run)
    }

    /// Lets a publish go.
    pub fn end_run(&self, run: Uuid) {
        self.runs.lock().expect("nobody panics while holding it").remove(&run);
    }

    fn slot(&self, board: BoardId) -> Arc<Mutex<Option<BoardView>>> {
        let mut slots = self.slots.lock().expect("nobody panics while holding it");
        let now = Instant::now();
        slots.retain(|id, slot| *id == board || now.duration_since(slot.used) < IDLE_MAX);
        let slot = slots.entry(board).or_insert_with(|| Slot {
            used: now,
            view: Arc::default(),
        });
        slot.used = now;
        slot.view.clone()
    }
}

/// Looks at a board as it is now.
///
/// Errors: [`ApiError::NotFound`], there is no such board in the company. Whether somebody may see it is asked elsewhere.
pub async fn look<R>(
    app: &App,
    company: CompanyId,
    board: BoardId,
    see: impl FnOnce(&mut BoardView) -> R,
) -> Result<R, ApiError> {
    let slot = app.boards.slot(board);
    let mut held = slot.lock().await;
    let fresh = match held.take() {
        // Many browsers ask at once after each change: the first one reads, the others find it read.
        Some(view) if view.row.company_id == company.0 && app.live.latest(company) == Some(view.change) => Some(view),
        Some(view) if view.row.company_id == company.0 => refreshed(app, company, view).await?,
        _ => loaded(app, company, board).await?,
    };
    let view = held.insert(fresh.ok_or(ApiError::NotFound)?);
    Ok(see(view))
}

async fn loaded(app: &App, company: CompanyId, board: BoardId) -> Result<Option<BoardView>, StoreError> {
    let change = app.store.latest_change(company).await?;
    let Some(row) = app.store.board(company, board).await? else {
        return Ok(None);
    };
    let connection = row.connection();
    let nodes = Nodes::of(app.store.nodes(company, connection).await?);
    let people = people(app, company, connection).await?;
    let label = label(app, company, connection).await?;
    let mut view = BoardView::new(row, nodes, people, change);
    view.label = label;
    view.types = app.store.work_item_types(company).await?;
    let mut edits = by_item(app.store.unsettled_of_board(company, board).await?);
    let rows = app.store.board_items(company, board).await?;
    let changes = rows.iter().map(|row| (ItemId(row.item_id), row.change())).collect();
    let (unit, dependency) = (view.unit().to_owned(), view.set_up().dependency.clone());
    let names = view.names();
    let held = rows
        .into_iter()
        .map(|row| held(row, &mut edits, &unit, &dependency, names))
        .collect();
    view.take(News { held, gone: Vec::new() }, change);
    view.settle_loaded(&changes);
    Ok(Some(view))
}

async fn refreshed(app: &App, company: CompanyId, mut view: BoardView) -> Result<Option<BoardView>, StoreError> {
    let (known, board) = (view.change, view.board());
    let feed = app.store.changes_after(company, known, N_CHANGES_MAX).await?;
    let is_whole = (feed.len() as i64) < N_CHANGES_MAX;
    // No number is skipped, so the last of a whole feed is the latest.
    let change = match feed.last().filter(|_| is_whole) {
        Some(last) => last.change,
        None => app.store.latest_change(company).await?,
    };
    // A number from the future: the database was put back to an earlier day.
    if change < known {
        return loaded(app, company, board).await;
    }
    if change == known {
        return Ok(Some(view));
    }
    let is_all_new = !is_whole || feed.first().is_none_or(|first| first.change > known + 1);
    let names_one = |nouns: &[Noun], id: Option<Uuid>| {
        let is_such = |noun: &str| nouns.iter().any(|wanted| wanted.as_str() == noun);
        is_all_new
            || feed
                .iter()
                .any(|row| is_such(&row.noun) && id.is_none_or(|id| row.noun_id == id))
    };
    if names_one(&[Noun::Board], Some(board.0)) || names_one(&[Noun::Member, Noun::Credential], None) {
        let Some(row) = app.store.board(company, board).await? else {
            return Ok(None);
        };
        let (new, old) = (&row.set_up.0, &view.row.set_up.0);
        let has_moved = row.connection_id != view.row.connection_id;
        if has_moved || new.unit != old.unit || new.dependency != old.dependency {
            // Other fields or links are to be read, or all of it goes by other numbers now.
            return loaded(app, company, board).await;
        }
        let nodes = Nodes::of(app.store.nodes(company, row.connection()).await?);
        let people = people(app, company, row.connection()).await?;
        view.reframe(row, nodes, people, change);
        view.retype(app.store.work_item_types(company).await?, change);
    }
    if names_one(&[Noun::Connection], Some(view.row.connection_id)) {
        let label = label(app, company, view.row.connection()).await?;
        if label != view.label {
            (view.label, view.version) = (label, change);
        }
    }
    let connection = view.row.connection();
    // Edits before the items: one that is settled between the two shows as wanted, and never as undone.
    let mut edits = by_item(
        app.store
            .unsettled_changed_after(company, board, connection, known)
            .await?,
    );
    let mut rows = app
        .store
        .board_items_changed_after(company, board, connection, known)
        .await?;
    if rows.iter().any(|row| row.change() > change) {
        // Those that changed meanwhile may have edits that were not there yet.
        let ids: BTreeSet<ItemId> = rows.iter().map(|row| ItemId(row.item_id)).collect();
        edits = by_item(app.store.unsettled_of_items(company, board, &ids).await?);
        let again = app
            .store
            .board_items_changed_after(company, board, connection, known)
            .await?;
        rows = again
            .into_iter()
            .filter(|row| ids.contains(&ItemId(row.item_id)))
            .collect();
    }
    let (unit, dependency) = (view.unit().to_owned(), view.set_up().dependency.clone());
    let names = view.names();
    let mut news = News::default();
    for row in rows {
        if row.left_us.is_some() {
            news.gone.push(ItemId(row.item_id));
        } else {
            news.held.push(held(row, &mut edits, &unit, &dependency, names));
        }
    }
    view.take(news, change);
    Ok(Some(view))
}

fn by_item(edits: Vec<(ItemId, Edit)>) -> HashMap<ItemId, Vec<Edit>> {
    let mut of: HashMap<ItemId, Vec<Edit>> = HashMap::new();
    for (item, edit) in edits {
        if !matches!(edit.act, Act::Decide { .. }) {
            of.entry(item).or_default().push(edit);
        }
    }
    of
}

fn held(
    row: BoardItemRow,
    edits: &mut HashMap<ItemId, Vec<Edit>>,
    unit: &str,
    dependency: &DependencyLink,
    names: &mut Names,
) -> Held {
    let id = ItemId(row.item_id);
    let edits = edits.remove(&id).unwrap_or_default();
    let creation = edits.iter().find(|edit| matches!(edit.act, Act::Create { .. }));
    let fields = match (&row.fields, creation) {
        // What the store keeps was written by us as JSON; a row that is not is shown without its fields.
        (Some(text), _) => read_fields(text, unit, names).unwrap_or_default(),
        (None, Some(creation)) => fields_of_creation(&creation.act, unit, names),
        (None, None) => Default::default(),
    };
    let links = row
        .relations
        .as_deref()
        .map(|text| read_links(text, dependency))
        .and_then(Result::ok);
    Held {
        id,
        number: row.work_item_id,
        presence: match row.presence.as_str() {
            "present" => Presence::Present,
            "deleted" => Presence::Deleted,
            "out_of_sight" => Presence::OutOfSight,
            _ => Presence::Unborn,
        },
        rev: row.rev,
        fields,
        links: links.unwrap_or_default(),
        edits,
        placed: row.placed_team.zip(row.placed_column),
        rank: row.rank,
    }
}

async fn label(app: &App, company: CompanyId, connection: ConnectionId) -> Result<Option<String>, StoreError> {
    Ok(app.store.connection(company, connection).await?.map(|row| row.label))
}

/// The members, matched with the owners of own tokens at the connection.
pub async fn people(app: &App, company: CompanyId, connection: ConnectionId) -> Result<People, StoreError> {
    let members = app.store.members(company).await?.into_iter().map(|row| Person {
        id: MemberId(row.id),
        name: row.name,
        email: row.email,
        avatar: row.avatar,
        is_active: row.is_active,
    });
    let mut people = People::new(members);
    for credential in app.store.credentials(company, connection).await? {
        let Some(member) = credential.member_id else { continue };
        let owner = Identity {
            id: Some(credential.identity_id),
            display_name: credential.identity_name,
            unique_name: credential.identity_unique_name,
        };
        people.owns_token(MemberId(member), owner);
    }
    Ok(people)
}
