//! Action items as Lockstep keeps them, and the history of what lives in Lockstep alone.
//!
//! Pushed, the fields that Azure DevOps keeps are read from the work item; a row here keeps what they were at the push.

use azdo::Identity;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use super::work_items::id_list;
use super::{Store, StoreError, Tx};
use crate::action_items::origin::Origin;
use crate::action_items::status::Status;
use crate::ids::{CompanyId, ConnectionId, ItemId, MemberId};
use crate::{db, run, sql, tx};

sql! {
    AMONG = {
        sqlite: "select id from action_items where company_id = $1 and id in (select unhex(value) from json_each($2))",
        postgres: "select id from action_items where company_id = $1
            and id in (select value::uuid from jsonb_array_elements_text($2))"
    };
    INSERT = "insert into action_items (id, company_id, number, title, description_html, owner_member_id, owner_name, status,
            priority, due_on, tags, team, origin, is_blocked, created_by, created_us, changed_us, change_number)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    UPDATE = "update action_items set title = $3, description_html = $4, owner_member_id = $5, owner_name = $6, status = $7,
            priority = $8, due_on = $9, tags = $10, team = $11, origin = $12, is_blocked = $13, changed_us = $14,
            deleted_us = $15, deleted_by = $16, deleted_where = $17, change_number = $18
        where company_id = $1 and id = $2";
    NEXT_NUMBER = "select coalesce(max(number), 0) + 1 from action_items where company_id = $1";
    BY_ID = "select id, number, title, description_html, owner_member_id, owner_name, status, priority, due_on, tags, team, origin,
            is_blocked, created_by, created_us, changed_us, deleted_us, deleted_by, deleted_where, change_number
        from action_items where company_id = $1 and id = $2";
    LIVING = "select id, number, title, description_html, owner_member_id, owner_name, status, priority, due_on, tags, team, origin,
            is_blocked, created_by, created_us, changed_us, deleted_us, deleted_by, deleted_where, change_number
        from action_items where company_id = $1 and deleted_us is null order by number";
    IN_BIN = "select id, number, title, description_html, owner_member_id, owner_name, status, priority, due_on, tags, team, origin,
            is_blocked, created_by, created_us, changed_us, deleted_us, deleted_by, deleted_where, change_number
        from action_items where company_id = $1 and deleted_us > $2 order by deleted_us desc, number";
    // A creation that was given up leaves its row; it may be pushed again, to another connection too.
    MOVE_UNBORN = "update work_items set connection_id = $3, changed_us = $4, change_number = $5
        where company_id = $1 and item_id = $2 and presence = 'unborn'
        and not exists (select 1 from edits where edits.item_id = work_items.item_id and edits.state <> 'settled')";
    INSERT_LOCAL_CHANGE = "insert into local_changes (id, company_id, item_id, change_number, author, at_us, changes)
        values ($1, $2, $3, $4, $5, $6, $7)";
    LOCAL_CHANGE = "select id, item_id, author, at_us, changes from local_changes where company_id = $1 and id = $2";
    LOCAL_CHANGES = "select id, item_id, author, at_us, changes from local_changes
        where company_id = $1 and item_id = $2 order by change_number, id";
    // The few people among many work items; the database looks, so that no field is read whole.
    ASSIGNEES = {
        sqlite: "select distinct connection_id, json_extract(fields, '$.\"System.AssignedTo\"') from work_items
            where company_id = $1 and json_extract(fields, '$.\"System.AssignedTo\"') is not null",
        postgres: "select distinct connection_id, fields ->> 'System.AssignedTo' from work_items
            where company_id = $1 and fields ->> 'System.AssignedTo' is not null"
    };
    AUTHORS = {
        sqlite: "select distinct connection_id, json_extract(fields, '$.\"System.ChangedBy\"') from work_items
            where company_id = $1 and json_extract(fields, '$.\"System.ChangedBy\"') is not null",
        postgres: "select distinct connection_id, fields ->> 'System.ChangedBy' from work_items
            where company_id = $1 and fields ->> 'System.ChangedBy' is not null"
    };
}

/// An action item as it is stored.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct ActionItemRow {
    /// Its number for programs; also its work item's row and the marker of its creation.
    pub id: Uuid,
    /// Its number for people, in its company.
    pub number: i64,
    /// Title.
    pub title: String,
    /// Description, raw.
    pub description_html: String,
    /// The member who owns it.
    pub owner_member_id: Option<Uuid>,
    /// Who owns it there, where that is no member.
    pub owner_name: Option<String>,
    /// Status.
    #[sqlx(try_from = "String")]
    pub status: Status,
    /// Priority, 1 to 4.
    pub priority: Option<i64>,
    /// Due date, ISO.
    pub due_on: Option<String>,
    /// Tags.
    pub tags: Json<Vec<String>>,
    /// Team.
    pub team: Option<String>,
    /// Where it came from.
    #[sqlx(try_from = "String")]
    pub origin: Origin,
    /// Lockstep's own mark over an open state.
    pub is_blocked: bool,
    /// Who made it.
    pub created_by: Uuid,
    /// When it was made.
    pub created_us: i64,
    /// When something of it changed here.
    pub changed_us: i64,
    /// Since when it is in the bin.
    pub deleted_us: Option<i64>,
    /// Who put it there, by name.
    pub deleted_by: Option<String>,
    /// `here` or `azure_devops`.
    pub deleted_where: Option<String>,
    /// Change number of the last change here.
    pub change_number: i64,
}

/// One value before and after, as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalChange {
    /// Which field, or `created`, `comment`, `deleted`, `restored`.
    pub field: String,
    /// Before.
    pub from: Option<String>,
    /// After.
    pub to: Option<String>,
}

/// What somebody changed that lives in Lockstep alone.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LocalChangeRow {
    /// Its number, the browser's.
    pub id: Uuid,
    /// Of which item.
    pub item_id: Uuid,
    /// Who.
    pub author: Uuid,
    /// When.
    pub at_us: i64,
    /// What.
    pub changes: Json<Vec<LocalChange>>,
}

impl Store {
    /// One action item, in the bin or not.
    pub async fn action_item(&self, company: CompanyId, id: ItemId) -> Result<Option<ActionItemRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, ActionItemRow>(BY_ID)
            .bind(company.0)
            .bind(id.0)
            .fetch_optional(c))
    }

    /// Every action item of the company that is not in the bin, by number.
    pub async fn action_items(&self, company: CompanyId) -> Result<Vec<ActionItemRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, ActionItemRow>(LIVING)
            .bind(company.0)
            .fetch_all(c))
    }

    /// What came into the bin after `since_us`, the latest first.
    pub async fn action_items_in_bin(
        &self,
        company: CompanyId,
        since_us: i64,
    ) -> Result<Vec<ActionItemRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, ActionItemRow>(IN_BIN)
            .bind(company.0)
            .bind(since_us)
            .fetch_all(c))
    }

    /// What was changed of an item that lives in Lockstep alone, oldest first.
    pub async fn local_changes(&self, company: CompanyId, item: ItemId) -> Result<Vec<LocalChangeRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, LocalChangeRow>(LOCAL_CHANGES)
            .bind(company.0)
            .bind(item.0)
            .fetch_all(c))
    }

    /// Identities that the company's work items name as assignee or as author of the last revision, by connection.
    pub async fn identities_seen(&self, company: CompanyId) -> Result<Vec<(ConnectionId, Identity)>, StoreError> {
        let mut rows: Vec<(Uuid, String)> = db!(self, |c, dialect| sqlx::query_as(ASSIGNEES.on(dialect))
            .bind(company.0)
            .fetch_all(c))?;
        let authors: Vec<(Uuid, String)> = db!(self, |c, dialect| sqlx::query_as(AUTHORS.on(dialect))
            .bind(company.0)
            .fetch_all(c))?;
        rows.extend(authors);
        // TFS 2018 has plain text where all others have an object.
        let read = |text: String| serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text));
        let identities = rows
            .into_iter()
            .filter_map(|(connection, text)| Some((ConnectionId(connection), Identity::from_value(&read(text))?)));
        Ok(identities.collect())
    }
}

impl Tx {
    /// Which of these items are action items.
    pub(super) async fn action_items_among(
        &mut self,
        company: CompanyId,
        items: &[ItemId],
    ) -> Result<Vec<ItemId>, StoreError> {
        let list = id_list(items.iter().map(|item| item.0));
        let ids: Vec<Uuid> = tx!(self, |c, dialect| sqlx::query_scalar(AMONG.on(dialect))
            .bind(company.0)
            .bind(&list)
            .fetch_all(c))?;
        Ok(ids.into_iter().map(ItemId).collect())
    }

    /// One action item, as this transaction sees it.
    pub async fn action_item(&mut self, company: CompanyId, id: ItemId) -> Result<Option<ActionItemRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, ActionItemRow>(BY_ID)
            .bind(company.0)
            .bind(id.0)
            .fetch_optional(c))
    }

    /// The number for people of the company's next action item. Writes are one at a time, so nobody else takes it.
    pub async fn next_action_item_number(&mut self, company: CompanyId) -> Result<i64, StoreError> {
        tx!(self, |c| sqlx::query_scalar(NEXT_NUMBER).bind(company.0).fetch_one(c))
    }

    /// Adds an action item. Errors: [`StoreError::Taken`], its id is in use.
    pub async fn insert_action_item(&mut self, company: CompanyId, row: &ActionItemRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT)
                .bind(row.id)
                .bind(company.0)
                .bind(row.number)
                .bind(&row.title)
                .bind(&row.description_html)
                .bind(row.owner_member_id)
                .bind(&row.owner_name)
                .bind(row.status.as_str())
                .bind(row.priority)
                .bind(&row.due_on)
                .bind(&row.tags)
                .bind(&row.team)
                .bind(row.origin.as_str())
                .bind(row.is_blocked)
                .bind(row.created_by)
                .bind(row.created_us)
                .bind(row.changed_us)
                .bind(row.change_number)
        )?;
        Ok(())
    }

    /// Saves what can change of an action item.
    pub async fn update_action_item(&mut self, company: CompanyId, row: &ActionItemRow) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(UPDATE)
                .bind(company.0)
                .bind(row.id)
                .bind(&row.title)
                .bind(&row.description_html)
                .bind(row.owner_member_id)
                .bind(&row.owner_name)
                .bind(row.status.as_str())
                .bind(row.priority)
                .bind(&row.due_on)
                .bind(&row.tags)
                .bind(&row.team)
                .bind(row.origin.as_str())
                .bind(row.is_blocked)
                .bind(row.changed_us)
                .bind(row.deleted_us)
                .bind(&row.deleted_by)
                .bind(&row.deleted_where)
                .bind(row.change_number)
        )?;
        Ok(())
    }

    /// Points a work item that was never made, and of which nothing is open, at a connection. Says whether it did.
    pub async fn move_unborn(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        item: ItemId,
        change: i64,
        now_us: i64,
    ) -> Result<bool, StoreError> {
        let n_moved = run!(
            self,
            sqlx::query(MOVE_UNBORN)
                .bind(company.0)
                .bind(item.0)
                .bind(connection.0)
                .bind(now_us)
                .bind(change)
        )?;
        Ok(n_moved == 1)
    }

    /// A change that was kept under this id, of whichever item.
    pub async fn local_change(&mut self, company: CompanyId, id: Uuid) -> Result<Option<LocalChangeRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, LocalChangeRow>(LOCAL_CHANGE)
            .bind(company.0)
            .bind(id)
            .fetch_optional(c))
    }

    /// What was changed of an item that lives in Lockstep alone, as this transaction sees it.
    pub async fn local_changes(&mut self, company: CompanyId, item: ItemId) -> Result<Vec<LocalChangeRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, LocalChangeRow>(LOCAL_CHANGES)
            .bind(company.0)
            .bind(item.0)
            .fetch_all(c))
    }

    /// Keeps a change of what lives in Lockstep alone. Errors: [`StoreError::Taken`], the id was used.
    pub async fn insert_local_change(
        &mut self,
        company: CompanyId,
        item: ItemId,
        change: i64,
        author: MemberId,
        kept: &LocalChangeRow,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT_LOCAL_CHANGE)
                .bind(kept.id)
                .bind(company.0)
                .bind(item.0)
                .bind(change)
                .bind(author.0)
                .bind(kept.at_us)
                .bind(&kept.changes)
        )?;
        Ok(())
    }
}
