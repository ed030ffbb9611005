//! Work items as last read, each with what is open about it: its unsettled edits and its open attempt.
//!
//! A row is one work item of one connection; action items are views of it. Handlers add rows that have no work item yet;
//! everything else in a row comes from the driver, through [`super::records`].

use std::collections::{BTreeMap, BTreeSet};

use azdo::{Fields, Relation, Rev, WorkItemId};
use lockstep_sync::edit::Attempt;
use lockstep_sync::item::{Errand, Item, Presence, Remote};
use sqlx::types::Json;
use uuid::Uuid;

use super::edits::EditRow;
use super::records::{Scope, stored};
use super::{Store, StoreError, Tx};
use crate::ids::{BoardId, CompanyId, ConnectionId, ItemId};
use crate::{db, run, sql, tx};

sql! {
    INSERT_UNBORN = "insert into work_items (item_id, company_id, connection_id, presence, change_number, changed_us)
        values ($1, $2, $3, 'unborn', $4, $5)";
    INSERT_ADOPTED = "insert into work_items (item_id, company_id, connection_id, work_item_id, presence, rev, fields, relations, change_number, changed_us)
        values ($1, $2, $3, $4, 'present', $5, $6, $7, $8, $9)";
    ONE = "select item_id, connection_id, work_item_id, presence, rev, fields, relations, change_number, changed_us
        from work_items where company_id = $1 and item_id = $2";
    OF_COMPANY = "select item_id, connection_id, work_item_id, presence, rev, fields, relations, change_number, changed_us
        from work_items where company_id = $1 order by item_id";
    PAIRED = "select item_id, connection_id, work_item_id, presence, rev, fields, relations, change_number, changed_us
        from work_items where company_id = $1 and connection_id = $2 and work_item_id > $3 order by work_item_id limit $4";
    OPEN = "select item_id, connection_id, work_item_id, presence, rev, fields, relations, change_number, changed_us
        from work_items where company_id = $1 and connection_id = $2 and (
            item_id in (select item_id from edits where connection_id = $2 and state <> 'settled')
            or item_id in (select item_id from attempts where connection_id = $2 and state <> 'ended')) order by item_id";
    BY_ITEM = {
        sqlite: "select item_id, connection_id, work_item_id, presence, rev, fields, relations, change_number, changed_us
            from work_items where company_id = $1 and connection_id = $2
            and item_id in (select unhex(value) from json_each($3)) order by item_id",
        postgres: "select item_id, connection_id, work_item_id, presence, rev, fields, relations, change_number, changed_us
            from work_items where company_id = $1 and connection_id = $2
            and item_id in (select value::uuid from jsonb_array_elements_text($3)) order by item_id"
    };
    BY_WORK_ITEM = {
        sqlite: "select item_id, connection_id, work_item_id, presence, rev, fields, relations, change_number, changed_us
            from work_items where company_id = $1 and connection_id = $2
            and work_item_id in (select value from json_each($3)) order by item_id",
        postgres: "select item_id, connection_id, work_item_id, presence, rev, fields, relations, change_number, changed_us
            from work_items where company_id = $1 and connection_id = $2
            and work_item_id in (select value::bigint from jsonb_array_elements_text($3)) order by item_id"
    };
    OPEN_EDITS = {
        sqlite: "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
            from edits where company_id = $1 and (state <> 'settled' or doubt is not null) and item_id in (select unhex(value) from json_each($2))
            order by change_number, position",
        postgres: "select id, connection_id, item_id, change_number, position, author, at_us, act, state, hold, attempt_id, doubt, ending, settled_us, board_id, is_draft
            from edits where company_id = $1 and (state <> 'settled' or doubt is not null)
            and item_id in (select value::uuid from jsonb_array_elements_text($2)) order by change_number, position"
    };
    OPEN_ATTEMPTS = {
        sqlite: "select body from attempts where company_id = $1 and state <> 'ended'
            and item_id in (select unhex(value) from json_each($2))",
        postgres: "select body from attempts where company_id = $1 and state <> 'ended'
            and item_id in (select value::uuid from jsonb_array_elements_text($2))"
    };
    // What edits name at the other end, with whether anything is open about it: what has neither a number nor that is
    // not going to be created.
    ENDS = {
        sqlite: "select item_id, work_item_id, exists (select 1 from edits where edits.item_id = work_items.item_id and state <> 'settled')
            from work_items where company_id = $1 and item_id in (select unhex(value) from json_each($2))",
        postgres: "select item_id, work_item_id, exists (select 1 from edits where edits.item_id = work_items.item_id and state <> 'settled')
            from work_items where company_id = $1
            and item_id in (select value::uuid from jsonb_array_elements_text($2))"
    };
    BOARDS = {
        sqlite: "select c.item_id, c.board_id from cards c join boards b on b.id = c.board_id
            where c.company_id = $1 and c.left_us is null and b.deleted_us is null
            and c.item_id in (select unhex(value) from json_each($2))",
        postgres: "select c.item_id, c.board_id from cards c join boards b on b.id = c.board_id
            where c.company_id = $1 and c.left_us is null and b.deleted_us is null
            and c.item_id in (select value::uuid from jsonb_array_elements_text($2))"
    };
    N_PAIRED = "select count(*) from work_items where company_id = $1 and connection_id = $2 and work_item_id is not null";
}

/// A work item as last read, without what is open about it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WorkItemRow {
    /// Lockstep's number.
    pub item_id: Uuid,
    /// The connection it belongs to.
    pub connection_id: Uuid,
    /// Azure DevOps' number; `None` until it is created.
    pub work_item_id: Option<i64>,
    /// As [`presence`](WorkItemRow::presence) reads it.
    pub presence: String,
    /// Revision last read.
    pub rev: Option<i64>,
    /// Field values, raw.
    pub fields: Option<Json<Fields>>,
    /// Links, in the server's order.
    pub relations: Option<Json<Vec<Relation>>>,
    /// The company's change number of the last change that people can see.
    pub change_number: i64,
    /// When it was last read or changed here, microseconds UTC.
    pub changed_us: i64,
}

impl WorkItemRow {
    /// Whether the work item is there.
    pub fn presence(&self) -> Presence {
        presence_of(&self.presence)
    }

    /// The item with its edits, in order, of which something is open, and its open attempt.
    pub fn into_item(self, edits: Vec<EditRow>, attempt: Option<Attempt>) -> Item {
        let presence = self.presence();
        let remote = match (self.rev, self.fields, self.relations) {
            (Some(rev), Some(Json(fields)), Some(Json(relations))) => Some(Remote::of(Rev(rev), fields, relations)),
            _ => None,
        };
        Item {
            id: ItemId(self.item_id),
            work_item: self.work_item_id.map(WorkItemId),
            remote,
            presence,
            let_go: edits.iter().filter_map(EditRow::let_go).collect(),
            edits: edits.into_iter().filter_map(EditRow::unsettled).collect(),
            attempt,
            boards: BTreeSet::new(),
            unmade: BTreeSet::new(),
            errand: Errand::default(),
        }
    }
}

/// What other items have to say about some items.
#[derive(Debug, Default)]
struct Around {
    /// Items named at the other end that have a number by now.
    numbers: BTreeMap<ItemId, WorkItemId>,
    /// Those that have no number and are not going to get one.
    unmade: BTreeSet<ItemId>,
    /// Boards of each item.
    boards: BTreeMap<ItemId, BTreeSet<BoardId>>,
}

impl Around {
    fn of(ends: Vec<(Uuid, Option<i64>, bool)>, boards: Vec<(Uuid, Uuid)>) -> Self {
        let mut around = Self::default();
        for (item, number, is_open) in ends {
            match number {
                Some(number) => drop(around.numbers.insert(ItemId(item), WorkItemId(number))),
                None if is_open => {}
                None => drop(around.unmade.insert(ItemId(item))),
            }
        }
        for (item, board) in boards {
            around.boards.entry(ItemId(item)).or_default().insert(BoardId(board));
        }
        around
    }

    fn tell(&self, item: &mut Item) {
        item.unmade = item.awaits().intersection(&self.unmade).copied().collect();
        item.learn(&self.numbers);
        item.boards = self.boards.get(&item.id).cloned().unwrap_or_default();
    }
}

/// Items without a number that the edits of `items` name.
fn awaited(items: &[Item]) -> Json<Vec<String>> {
    let ends: BTreeSet<ItemId> = items.iter().flat_map(Item::awaits).collect();
    id_list(ends.iter().map(|end| end.0))
}

/// How a presence is stored.
pub(super) fn presence_text(presence: Presence) -> &'static str {
    match presence {
        Presence::Unborn => "unborn",
        Presence::Present => "present",
        Presence::Deleted => "deleted",
        Presence::OutOfSight => "out_of_sight",
    }
}

/// How a stored presence reads.
pub(super) fn presence_of(text: &str) -> Presence {
    match text {
        "present" => Presence::Present,
        "deleted" => Presence::Deleted,
        "out_of_sight" => Presence::OutOfSight,
        _ => Presence::Unborn,
    }
}

/// Numbers of items as both databases take a list of them: text without hyphens.
pub(super) fn id_list(ids: impl IntoIterator<Item = Uuid>) -> Json<Vec<String>> {
    Json(ids.into_iter().map(|id| id.simple().to_string()).collect())
}

impl Store {
    /// The work item of an item, if it has been pushed.
    pub async fn work_item(&self, company: CompanyId, item: ItemId) -> Result<Option<WorkItemRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, WorkItemRow>(ONE)
            .bind(company.0)
            .bind(item.0)
            .fetch_optional(c))
    }

    /// Every work item the company plans with, of all its connections.
    pub async fn work_items(&self, company: CompanyId) -> Result<Vec<WorkItemRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, WorkItemRow>(OF_COMPANY)
            .bind(company.0)
            .fetch_all(c))
    }

    /// So many paired work items of the connection with a number above `after`, in the order of their numbers.
    pub async fn paired_after(
        &self,
        company: CompanyId,
        connection: ConnectionId,
        after: i64,
        n_max: i64,
    ) -> Result<Vec<WorkItemRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, WorkItemRow>(PAIRED)
            .bind(company.0)
            .bind(connection.0)
            .bind(after)
            .bind(n_max)
            .fetch_all(c))
    }

    /// How many work items of the connection Lockstep follows.
    pub async fn n_paired(&self, company: CompanyId, connection: ConnectionId) -> Result<i64, StoreError> {
        db!(self, |c| sqlx::query_scalar(N_PAIRED)
            .bind(company.0)
            .bind(connection.0)
            .fetch_one(c))
    }

    /// One item with its unsettled edits and its open attempt.
    ///
    /// What is open is read before the work item: where an edit is settled between the two, it still shows as wanted and
    /// never as undone.
    pub async fn item(&self, company: CompanyId, item: ItemId) -> Result<Option<Item>, StoreError> {
        let (mut edits, mut attempts) = self.what_is_open(company, &id_list([item.0])).await?;
        let Some(row) = self.work_item(company, item).await? else {
            return Ok(None);
        };
        let mut items = vec![row.into_item(edits.remove(&item.0).unwrap_or_default(), attempts.remove(&item.0))];
        self.look_around(company, &mut items).await?;
        Ok(items.pop())
    }

    /// The connection's items that have something open: an unsettled edit or an open attempt.
    pub async fn open_items(&self, company: CompanyId, connection: ConnectionId) -> Result<Vec<Item>, StoreError> {
        let rows = db!(self, |c| sqlx::query_as::<_, WorkItemRow>(OPEN)
            .bind(company.0)
            .bind(connection.0)
            .fetch_all(c))?;
        self.with_what_is_open(company, rows).await
    }

    /// These items of the connection, with what is open about them.
    pub async fn items(
        &self,
        company: CompanyId,
        connection: ConnectionId,
        items: &BTreeSet<ItemId>,
    ) -> Result<Vec<Item>, StoreError> {
        let list = id_list(items.iter().map(|id| id.0));
        let rows = db!(self, |c, dialect| sqlx::query_as::<_, WorkItemRow>(BY_ITEM.on(dialect))
            .bind(company.0)
            .bind(connection.0)
            .bind(&list)
            .fetch_all(c))?;
        self.with_what_is_open(company, rows).await
    }

    /// The items paired with these work items of the connection, with what is open about them.
    pub async fn items_by_work_item(
        &self,
        company: CompanyId,
        connection: ConnectionId,
        work_items: &BTreeSet<WorkItemId>,
    ) -> Result<BTreeMap<WorkItemId, Item>, StoreError> {
        let list = Json(work_items.iter().map(|id| id.0).collect::<Vec<i64>>());
        let rows = db!(self, |c, dialect| sqlx::query_as::<_, WorkItemRow>(
            BY_WORK_ITEM.on(dialect)
        )
        .bind(company.0)
        .bind(connection.0)
        .bind(&list)
        .fetch_all(c))?;
        let items = self.with_what_is_open(company, rows).await?;
        Ok(items
            .into_iter()
            .filter_map(|item| Some((item.work_item?, item)))
            .collect())
    }

    async fn with_what_is_open(&self, company: CompanyId, rows: Vec<WorkItemRow>) -> Result<Vec<Item>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let list = id_list(rows.iter().map(|row| row.item_id));
        let (mut edits, mut attempts) = self.what_is_open(company, &list).await?;
        let items = rows.into_iter().map(|row| {
            let (edits, attempt) = (edits.remove(&row.item_id), attempts.remove(&row.item_id));
            row.into_item(edits.unwrap_or_default(), attempt)
        });
        let mut items: Vec<Item> = items.collect();
        self.look_around(company, &mut items).await?;
        Ok(items)
    }

    /// Tells items what is at the other end of their links, and on which boards they are.
    async fn look_around(&self, company: CompanyId, items: &mut [Item]) -> Result<(), StoreError> {
        let (list, ends) = (id_list(items.iter().map(|item| item.id.0)), awaited(items));
        let boards = db!(self, |c, dialect| sqlx::query_as(BOARDS.on(dialect))
            .bind(company.0)
            .bind(&list)
            .fetch_all(c))?;
        let ends = match ends.0.is_empty() {
            true => Vec::new(),
            false => db!(self, |c, dialect| sqlx::query_as(ENDS.on(dialect))
                .bind(company.0)
                .bind(&ends)
                .fetch_all(c))?,
        };
        let around = Around::of(ends, boards);
        items.iter_mut().for_each(|item| around.tell(item));
        Ok(())
    }

    async fn what_is_open(
        &self,
        company: CompanyId,
        items: &Json<Vec<String>>,
    ) -> Result<(BTreeMap<Uuid, Vec<EditRow>>, BTreeMap<Uuid, Attempt>), StoreError> {
        let edits = db!(self, |c, dialect| sqlx::query_as::<_, EditRow>(OPEN_EDITS.on(dialect))
            .bind(company.0)
            .bind(items)
            .fetch_all(c))?;
        let attempts: Vec<Json<Attempt>> = db!(self, |c, dialect| sqlx::query_scalar(OPEN_ATTEMPTS.on(dialect))
            .bind(company.0)
            .bind(items)
            .fetch_all(c))?;
        let mut edits_of: BTreeMap<Uuid, Vec<EditRow>> = BTreeMap::new();
        for edit in edits {
            edits_of.entry(edit.item_id).or_default().push(edit);
        }
        let attempt_of = attempts
            .into_iter()
            .map(|Json(attempt)| (attempt.item.0, attempt))
            .collect();
        Ok((edits_of, attempt_of))
    }
}

impl Tx {
    /// The work item of an item, as this transaction sees it.
    pub async fn work_item(&mut self, company: CompanyId, item: ItemId) -> Result<Option<WorkItemRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, WorkItemRow>(ONE)
            .bind(company.0)
            .bind(item.0)
            .fetch_optional(c))
    }

    /// One item with its unsettled edits and its open attempt, as this transaction sees it.
    pub async fn item(&mut self, company: CompanyId, item: ItemId) -> Result<Option<Item>, StoreError> {
        let Some(row) = self.work_item(company, item).await? else {
            return Ok(None);
        };
        let list = id_list([item.0]);
        let edits = tx!(self, |c, dialect| sqlx::query_as::<_, EditRow>(OPEN_EDITS.on(dialect))
            .bind(company.0)
            .bind(&list)
            .fetch_all(c))?;
        let attempt: Option<Json<Attempt>> = tx!(self, |c, dialect| sqlx::query_scalar(OPEN_ATTEMPTS.on(dialect))
            .bind(company.0)
            .bind(&list)
            .fetch_optional(c))?;
        let mut item = row.into_item(edits, attempt.map(|Json(attempt)| attempt));
        let ends = awaited(std::slice::from_ref(&item));
        let boards = tx!(self, |c, dialect| sqlx::query_as(BOARDS.on(dialect))
            .bind(company.0)
            .bind(&list)
            .fetch_all(c))?;
        let ends = match ends.0.is_empty() {
            true => Vec::new(),
            false => tx!(self, |c, dialect| sqlx::query_as(ENDS.on(dialect))
                .bind(company.0)
                .bind(&ends)
                .fetch_all(c))?,
        };
        Around::of(ends, boards).tell(&mut item);
        Ok(Some(item))
    }

    /// Adds an item that is to become a work item of the connection; its creation is an edit of its own.
    ///
    /// Errors: [`StoreError::Taken`], it is a work item, or becoming one, already.
    pub async fn insert_unborn(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        item: ItemId,
        change: i64,
        now_us: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT_UNBORN)
                .bind(item.0)
                .bind(company.0)
                .bind(connection.0)
                .bind(change)
                .bind(now_us)
        )?;
        Ok(())
    }

    /// Adds an item for a work item that somebody else made.
    ///
    /// Errors: [`StoreError::Taken`], an item is paired with it already.
    pub(super) async fn insert_adopted(
        &mut self,
        scope: Scope,
        item: ItemId,
        work_item: WorkItemId,
        remote: &Remote,
        change: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(INSERT_ADOPTED)
                .bind(item.0)
                .bind(scope.company.0)
                .bind(scope.connection.0)
                .bind(work_item.0)
                .bind(remote.rev.0)
                .bind(stored(&remote.fields))
                .bind(stored(&remote.relations))
                .bind(change)
                .bind(scope.now_us)
        )?;
        Ok(())
    }
}
