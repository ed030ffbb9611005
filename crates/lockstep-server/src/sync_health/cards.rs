//! What is open on boards, for whoever may see them, in each board's words. What waits to be published is the board's matter.

use std::collections::{BTreeMap, BTreeSet};

use azdo::{FieldName, field};
use lockstep_sync::item::Item;
use uuid::Uuid;

use super::{AttemptItem, SyncConnection, SyncItem, SyncRow, is_urgent};
use crate::access::Member;
use crate::action_items::item::Surroundings;
use crate::action_items::load::Company;
use crate::action_items::open_edits::{self, EditContext};
use crate::app::App;
use crate::error::ApiError;
use crate::ids::{BoardId, ItemId};
use crate::program_board::field_words::FieldWords;
use crate::program_board::summary;
use crate::store::boards::BoardRow;
use crate::store::work_items::WorkItemRow;

/// The open edits of cards, each with whether it waits for a person.
pub(super) async fn open(
    app: &App,
    member: &Member,
    company: &Company,
    now_us: i64,
) -> Result<Vec<(bool, SyncRow)>, ApiError> {
    let mut of_board: BTreeMap<BoardId, BTreeSet<ItemId>> = BTreeMap::new();
    for edit in app.store.unsettled_edits(member.company).await? {
        if let Some(board) = edit.board_id.filter(|_| !edit.is_draft) {
            of_board.entry(BoardId(board)).or_default().insert(ItemId(edit.item_id));
        }
    }
    let mut rows = Vec::new();
    for (board, ids) in of_board {
        let mut items = Vec::new();
        for id in ids {
            // What is an action item too is told as one.
            if app.store.action_item(member.company, id).await?.is_none() {
                items.extend(app.store.item(member.company, id).await?);
            }
        }
        let told = summary::look(app, member, board, |view, _rights| {
            let names = FieldWords::of(view);
            let around = Surroundings {
                viewer: member,
                people: &view.people,
                types: &company.types,
                connection: company.connection(view.row.connection()),
                now_us,
            };
            let connection = || SyncConnection {
                id: view.row.connection_id,
                label: view.label.clone().unwrap_or_default(),
            };
            let mut told = Vec::new();
            for item in &items {
                let card = view.card(item.id);
                let about = |item: &Item| SyncItem {
                    id: item.id.0,
                    number: 0,
                    title: card.map_or_else(|| title_of(item), |card| card.title.clone()),
                    work_item_id: item.work_item.map(|id| id.0),
                    r#type: card.map(|card| card.r#type.clone()),
                    board_id: Some(board.0),
                };
                for edit in open_edits::shown(item).filter(|edit| !edit.is_draft) {
                    let context = EditContext { around, names: &names };
                    let row = SyncRow {
                        item: about(item),
                        connection: connection(),
                        edit: open_edits::open_edit(item, edit, context),
                    };
                    told.push((is_urgent(edit, now_us), row));
                }
            }
            told
        })
        .await;
        match told {
            Ok(told) => rows.extend(told),
            // Deleted meanwhile, or not for the one who asks.
            Err(ApiError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(rows)
}

/// A card, as a line about a request names it. Whoever may not see any board it is on learns its number alone.
pub(super) fn attempt_item(row: &WorkItemRow, board: Option<BoardId>) -> AttemptItem {
    let title = row.fields.as_ref().filter(|_| board.is_some());
    let title = title.and_then(|fields| fields.0.get(&FieldName::from(field::TITLE)));
    AttemptItem {
        id: row.item_id,
        number: 0,
        title: title
            .and_then(|title| title.as_str())
            .unwrap_or("A work item")
            .to_owned(),
        work_item_id: row.work_item_id,
        board_id: board.map(|board| board.0),
    }
}

fn title_of(item: &Item) -> String {
    let title = item.local(&FieldName::from(field::TITLE));
    title.as_str().unwrap_or("A new work item").to_owned()
}

/// For each of these items a board that it is on and that the one who asks may see.
pub(super) async fn boards_of(
    app: &App,
    member: &Member,
    items: impl IntoIterator<Item = ItemId>,
) -> Result<BTreeMap<Uuid, BoardId>, ApiError> {
    let on_boards = app.store.boards_of_items(member.company, items).await?;
    if on_boards.is_empty() {
        return Ok(BTreeMap::new());
    }
    let listed = app.store.board_members(member.company).await?;
    let may_see = |row: &BoardRow| {
        let mine = listed
            .iter()
            .find(|one| one.board_id == row.id && one.member_id == member.id.0);
        summary::rights(member, row, mine.map(|one| one.may_edit)).may_see
    };
    let boards = app.store.boards(member.company).await?;
    let seen: BTreeSet<BoardId> = boards.iter().filter(|row| may_see(row)).map(BoardRow::board).collect();
    let shown = on_boards.into_iter().filter(|(board, _)| seen.contains(board));
    Ok(shown.map(|(board, item)| (item.0, board)).collect())
}
