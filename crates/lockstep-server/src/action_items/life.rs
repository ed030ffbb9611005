//! Deleting and restoring an action item, here and, where somebody says so, there.

use lockstep_sync::edit::{Act, Edit, EditState, Hold};
use lockstep_sync::item::{Item, Presence};

use super::acting::{Acting, Begun};
use super::item::creation;
use super::load::Company;
use super::requests::{DeleteActionItem, RestoreActionItem, WorkItemFate};
use crate::access::Member;
use crate::app::App;
use crate::error::ApiError;
use crate::ids::ItemId;
use crate::store::action_items::{ActionItemRow, LocalChange};

/// Puts an action item into the bin.
pub async fn delete(app: &App, member: &Member, item: ItemId, input: DeleteActionItem) -> Result<(), ApiError> {
    let company = Company::read(app, member.company).await?;
    let by = app
        .store
        .member(member.company, member.id)
        .await?
        .ok_or(ApiError::SignedOut)?
        .name;
    let mut acting = match Acting::begin(app, member, item, input.id).await? {
        Begun::ToDo(acting) => acting,
        Begun::Done => return Ok(()),
    };
    let mut row = acting.stored.row.clone();
    if row.deleted_us.is_some() {
        return Ok(());
    }
    (row.deleted_us, row.deleted_by, row.deleted_where) = (Some(acting.now_us()), Some(by), Some("here".to_owned()));
    let pair = acting.stored.pushed().cloned();
    let mut is_told_by_edit = false;
    if let Some(pair) = &pair {
        if can_be_taken_back(&pair.item) {
            // Nothing of it is there yet, and nothing of it shall be. What was changed since the push stays with the row.
            let shown = acting
                .stored
                .row_as_shown(company.people(Some(pair.connection)), &company.types);
            row = ActionItemRow {
                deleted_us: row.deleted_us,
                deleted_by: row.deleted_by,
                deleted_where: row.deleted_where,
                ..shown
            };
            acting.give_up(&undecided(&pair.item));
        } else if input.work_item == WorkItemFate::RecycleBin && pair.item.presence != Presence::Deleted {
            acting.add("delete", Act::Delete);
            is_told_by_edit = true;
        }
    }
    if !is_told_by_edit {
        acting.note([LocalChange {
            field: "delete".to_owned(),
            from: None,
            to: None,
        }]);
    }
    acting.keep(app, &row, pair.map(|pair| pair.connection)).await
}

/// Takes an action item out of the bin. Its work item is taken out of Azure DevOps' recycle bin, or taken up as it is.
pub async fn restore(app: &App, member: &Member, item: ItemId, input: RestoreActionItem) -> Result<(), ApiError> {
    let mut acting = match Acting::begin(app, member, item, input.id).await? {
        Begun::ToDo(acting) => acting,
        Begun::Done => return Ok(()),
    };
    let mut row = acting.stored.row.clone();
    if row.deleted_us.is_none() {
        return Ok(());
    }
    (row.deleted_us, row.deleted_by, row.deleted_where) = (None, None, None);
    let pair = acting.stored.pushed().cloned();
    let mut is_told_by_edit = false;
    if let Some(pair) = &pair {
        let deletions: Vec<Edit> = pair
            .item
            .edits
            .iter()
            .filter(|edit| matches!(edit.act, Act::Delete))
            .cloned()
            .collect();
        acting.give_up(&deletions);
        // A deletion that is on its way can't be taken back; the restoration follows it, or finds nothing to do.
        if !deletions.is_empty() || pair.item.presence == Presence::Deleted {
            acting.add("restore", Act::Restore);
            is_told_by_edit = true;
        }
    }
    if !is_told_by_edit {
        acting.note([LocalChange {
            field: "restore".to_owned(),
            from: None,
            to: None,
        }]);
    }
    acting.keep(app, &row, pair.map(|pair| pair.connection)).await
}

/// Whether the item's creation has not been sent, so that it can be taken back whole.
pub fn can_be_taken_back(item: &Item) -> bool {
    item.attempt.is_none()
        && creation(item).is_some_and(|edit| match &edit.state {
            EditState::Waiting => true,
            EditState::Held { hold } => *hold != Hold::Unsure,
            EditState::Sending { .. } => false,
        })
}

/// The open edits of an item that are no decisions.
pub fn undecided(item: &Item) -> Vec<Edit> {
    item.edits
        .iter()
        .filter(|edit| !matches!(edit.act, Act::Decide { .. }))
        .cloned()
        .collect()
}
