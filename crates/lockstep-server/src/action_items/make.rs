//! Making action items, one or as many as there are pasted lines.

use sqlx::types::Json;
use uuid::Uuid;

use super::changes;
use super::item::Stored;
use super::load::Company;
use super::origin::Origin;
use super::requests::{Lines, NewActionItem};
use super::status::Status;
use super::wanted::{self, Wanted};
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Kind, Refusal};
use crate::ids::{ItemId, fresh};
use crate::live::Noun;
use crate::store::action_items::ActionItemRow;
use crate::store::{StoreError, Tx};

/// Makes one action item, once per id.
pub async fn one(app: &App, member: &Member, new: &NewActionItem) -> Result<ItemId, ApiError> {
    let wanted = wanted::checked_new(new)?;
    let company = Company::read(app, member.company).await?;
    let id = ItemId(new.id.unwrap_or_else(fresh));
    let mut tx = app.store.begin().await?;
    insert(&mut tx, member, id, &wanted, &company, app.now_us()).await?;
    tx.commit().await?;
    Ok(id)
}

/// Makes an action item of each line, once per id.
pub async fn lines(app: &App, member: &Member, pasted: &Lines) -> Result<Vec<ItemId>, ApiError> {
    let titles = wanted::lines(&pasted.lines)?;
    let company = Company::read(app, member.company).await?;
    let now_us = app.now_us();
    let mut ids = Vec::with_capacity(titles.len());
    let mut tx = app.store.begin().await?;
    for (index, title) in titles.into_iter().enumerate() {
        let id = ItemId(Uuid::new_v5(&pasted.id, format!("line {index}").as_bytes()));
        let new = NewActionItem {
            title,
            ..NewActionItem::default()
        };
        insert(&mut tx, member, id, &wanted::checked_new(&new)?, &company, now_us).await?;
        ids.push(id);
    }
    tx.commit().await?;
    Ok(ids)
}

async fn insert(
    tx: &mut Tx,
    member: &Member,
    id: ItemId,
    wanted: &Wanted,
    company: &Company,
    now_us: i64,
) -> Result<(), ApiError> {
    // A repeated request: it is there, perhaps edited since.
    if tx.action_item(member.company, id).await?.is_some() {
        return Ok(());
    }
    let blank = Stored {
        row: blank(id, member, now_us),
        pair: None,
    };
    let mut row = changes::planned(&blank, wanted, company.people(None), &company.types)?.row;
    row.number = tx.next_action_item_number(member.company).await?;
    row.change_number = tx.number_change(member.company, Noun::ActionItem, id.0).await?;
    tx.insert_action_item(member.company, &row)
        .await
        .map_err(|error| match error {
            StoreError::Taken { .. } => ApiError::from(id_used()),
            other => other.into(),
        })
}

/// The browser's number for this is in use for something else.
pub fn id_used() -> Refusal {
    Refusal::new(Kind::Conflict, "id_used", "This was sent before, for something else")
        .detail("The number of the request belongs to another change.")
        .next_step("Reload the page and try again.")
}

fn blank(id: ItemId, member: &Member, now_us: i64) -> ActionItemRow {
    ActionItemRow {
        id: id.0,
        number: 0,
        title: String::new(),
        description_html: String::new(),
        owner_member_id: None,
        owner_name: None,
        status: Status::Open,
        priority: None,
        due_on: None,
        tags: Json(Vec::new()),
        team: None,
        origin: Origin::Other,
        is_blocked: false,
        created_by: member.id.0,
        created_us: now_us,
        changed_us: now_us,
        deleted_us: None,
        deleted_by: None,
        deleted_where: None,
        change_number: 0,
    }
}
