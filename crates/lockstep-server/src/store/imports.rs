//! Filling boards: work items that Lockstep did not know are taken in, many in one statement, and become cards.

use std::collections::{BTreeMap, BTreeSet};

use azdo::{Rev, WorkItem, WorkItemId};
use lockstep_sync::item::Remote;
use serde_json::{Value, json};
use sqlx::types::Json;
use uuid::Uuid;

use super::boards::Leaving;
use super::pieces::Pieces;
use super::{Store, StoreError, Tx};
use crate::ids::{BoardId, CompanyId, ConnectionId, ItemId};
use crate::live::Noun;
use crate::{db, run, sql, tx};

sql! {
    NUMBER_BOARD = "update boards set change_number = $3 where company_id = $1 and id = $2";
    // An item that has a row keeps it, whoever made it: what is read of it comes by the sync engine.
    INSERT_ITEMS = {
        sqlite: "insert into work_items (item_id, company_id, connection_id, work_item_id, presence, rev, fields, relations,
                change_number, changed_us)
            select unhex(value ->> 0), $1, $2, value ->> 1, 'present', value ->> 2,
                cast(substr($4, value ->> 3, value ->> 4) as text), cast(substr($4, value ->> 5, value ->> 6) as text), $5, $6
            from json_each($3) where true on conflict (connection_id, work_item_id) do nothing",
        postgres: "insert into work_items (item_id, company_id, connection_id, work_item_id, presence, rev, fields, relations,
                change_number, changed_us)
            select (value ->> 0)::uuid, $1, $2, (value ->> 1)::bigint, 'present', (value ->> 2)::bigint,
                convert_from(substr($4::bytea, (value ->> 3)::integer, (value ->> 4)::integer), 'UTF8')::jsonb,
                convert_from(substr($4::bytea, (value ->> 5)::integer, (value ->> 6)::integer), 'UTF8')::jsonb, $5, $6
            from jsonb_array_elements($3) on conflict (connection_id, work_item_id) do nothing"
    };
    ITEMS_OF = {
        sqlite: "select work_item_id, item_id from work_items where company_id = $1 and connection_id = $2
            and work_item_id in (select value from json_each($3))",
        postgres: "select work_item_id, item_id from work_items where company_id = $1 and connection_id = $2
            and work_item_id in (select value::bigint from jsonb_array_elements_text($3))"
    };
    UNPAIRED = {
        sqlite: "select item_id from work_items where company_id = $1 and connection_id = $2 and work_item_id is null
            and item_id in (select unhex(value) from json_each($3))",
        postgres: "select item_id from work_items where company_id = $1 and connection_id = $2 and work_item_id is null
            and item_id in (select value::uuid from jsonb_array_elements_text($3))"
    };
    // What a person took off the board is known, too: it is neither new nor missing.
    NUMBERS_ON_BOARD = "select w.work_item_id, w.item_id from cards c join work_items w on w.item_id = c.item_id
        where c.company_id = $1 and c.board_id = $2 and (c.left_us is null or c.left_why = 'taken_off')
        and w.work_item_id is not null";
    // What a scope is judged by, of the cards that can be read there.
    CARD_FACTS = {
        sqlite: "select w.work_item_id, w.item_id, json_extract(w.fields, '$.\"System.CreatedDate\"') as created_date,
                json_extract(w.fields, '$.\"System.WorkItemType\"') as work_item_type,
                json_extract(w.fields, '$.\"System.AreaId\"') as area_id
            from cards c join work_items w on w.item_id = c.item_id
            where c.company_id = $1 and c.board_id = $2 and c.left_us is null and w.work_item_id is not null
            and w.presence = 'present'",
        postgres: "select w.work_item_id, w.item_id, w.fields ->> 'System.CreatedDate' as created_date,
                w.fields ->> 'System.WorkItemType' as work_item_type,
                (w.fields ->> 'System.AreaId')::bigint as area_id
            from cards c join work_items w on w.item_id = c.item_id
            where c.company_id = $1 and c.board_id = $2 and c.left_us is null and w.work_item_id is not null
            and w.presence = 'present'"
    };
    N_CARDS = "select count(*) from cards where company_id = $1 and board_id = $2 and left_us is null";
    HEARD_LAST = "select max(received_us) from notices where company_id = $1 and connection_id = $2";
    NODES_SINCE = {
        sqlite: "select distinct json_extract(fields, '$.\"System.AreaId\"'), json_extract(fields, '$.\"System.IterationId\"')
            from work_items where company_id = $1 and connection_id = $2 and change_number > $3 and fields is not null",
        postgres: "select distinct (fields ->> 'System.AreaId')::bigint, (fields ->> 'System.IterationId')::bigint
            from work_items where company_id = $1 and connection_id = $2 and change_number > $3 and fields is not null"
    };
}

/// What a scope is judged by, of one card.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CardFacts {
    /// Its number there.
    pub work_item_id: i64,
    /// Its item.
    pub item_id: Uuid,
    /// When it was made there, ISO 8601.
    pub created_date: Option<String>,
    /// Its type.
    pub work_item_type: Option<String>,
    /// Number of its area.
    pub area_id: Option<i64>,
}

/// A work item to take in, written out where it was read, beside the others.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// Its number here, if it has none yet.
    pub item: ItemId,
    /// Its number there.
    pub work_item: WorkItemId,
    rev: Rev,
    fields: Vec<u8>,
    relations: Vec<u8>,
}

impl NewItem {
    /// A work item as it was read.
    pub fn of(item: ItemId, read: WorkItem) -> Self {
        let mut remote = Remote::of(read.rev, read.fields, read.relations);
        // PostgreSQL takes no NUL; Azure DevOps is known to hand one out.
        remote.fields.values_mut().for_each(without_nul);
        for relation in &mut remote.relations {
            relation.attributes.values_mut().for_each(without_nul);
        }
        Self {
            item,
            work_item: read.id,
            rev: remote.rev,
            fields: serde_json::to_vec(&remote.fields).expect("what was read has a JSON form"),
            relations: serde_json::to_vec(&remote.relations).expect("what was read has a JSON form"),
        }
    }
}

fn without_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{fffd}"),
        Value::Array(values) => values.iter_mut().for_each(without_nul),
        Value::Object(fields) => fields.values_mut().for_each(without_nul),
        _ => {}
    }
}

impl Store {
    /// The work items on a board by their numbers there, those that a person took off included.
    pub async fn numbers_on_board(
        &self,
        company: CompanyId,
        board: BoardId,
    ) -> Result<BTreeMap<WorkItemId, ItemId>, StoreError> {
        let rows: Vec<(i64, Uuid)> = db!(self, |c| sqlx::query_as(NUMBERS_ON_BOARD)
            .bind(company.0)
            .bind(board.0)
            .fetch_all(c))?;
        Ok(paired(rows))
    }

    /// Which of these work items are items here.
    pub async fn items_of_numbers(
        &self,
        company: CompanyId,
        connection: ConnectionId,
        work_items: &[WorkItemId],
    ) -> Result<BTreeMap<WorkItemId, ItemId>, StoreError> {
        let rows: Vec<(i64, Uuid)> = db!(self, |c, dialect| sqlx::query_as(ITEMS_OF.on(dialect))
            .bind(company.0)
            .bind(connection.0)
            .bind(Json(work_items))
            .fetch_all(c))?;
        Ok(paired(rows))
    }

    /// What the scope of a board is judged by, of each card that can be read there.
    pub async fn card_facts(&self, company: CompanyId, board: BoardId) -> Result<Vec<CardFacts>, StoreError> {
        db!(self, |c, dialect| sqlx::query_as::<_, CardFacts>(
            CARD_FACTS.on(dialect)
        )
        .bind(company.0)
        .bind(board.0)
        .fetch_all(c))
    }

    /// When anything was last heard of on a connection, microseconds UTC.
    pub async fn last_heard_us(&self, company: CompanyId, connection: ConnectionId) -> Result<Option<i64>, StoreError> {
        db!(self, |c| sqlx::query_scalar(HEARD_LAST)
            .bind(company.0)
            .bind(connection.0)
            .fetch_one(c))
    }

    /// Numbers of the area and iteration nodes that work items name which changed after a change number.
    pub async fn nodes_named_since(
        &self,
        company: CompanyId,
        connection: ConnectionId,
        after: i64,
    ) -> Result<BTreeSet<i64>, StoreError> {
        let rows: Vec<(Option<i64>, Option<i64>)> = db!(self, |c, dialect| sqlx::query_as(NODES_SINCE.on(dialect))
            .bind(company.0)
            .bind(connection.0)
            .bind(after)
            .fetch_all(c))?;
        Ok(rows
            .into_iter()
            .flat_map(|(area, iteration)| [area, iteration])
            .flatten()
            .collect())
    }
}

impl Tx {
    /// Gives a board the number of a change of it.
    pub async fn number_board(&mut self, company: CompanyId, board: BoardId, change: i64) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(NUMBER_BOARD).bind(company.0).bind(board.0).bind(change)
        )?;
        Ok(())
    }

    /// Takes work items in. One that is an item already keeps its row as it is.
    ///
    /// Returns the item of each, new or old.
    pub async fn take_in(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        items: &[&NewItem],
        now_us: i64,
        change: i64,
    ) -> Result<BTreeMap<WorkItemId, ItemId>, StoreError> {
        let mut texts = Pieces::default();
        let row = |item: &&NewItem| {
            let ((fields_at, n_fields), (relations_at, n_relations)) =
                (texts.add(&item.fields), texts.add(&item.relations));
            let (number, work_item, rev) = (item.item.0.simple().to_string(), item.work_item.0, item.rev.0);
            json!([number, work_item, rev, fields_at, n_fields, relations_at, n_relations])
        };
        let rows: Vec<Value> = items.iter().map(row).collect();
        run!(self, |dialect| sqlx::query(INSERT_ITEMS.on(dialect))
            .bind(company.0)
            .bind(connection.0)
            .bind(Json(&rows))
            .bind(texts.bytes())
            .bind(change)
            .bind(now_us))?;
        let numbers: Vec<i64> = items.iter().map(|item| item.work_item.0).collect();
        let rows: Vec<(i64, Uuid)> = tx!(self, |c, dialect| sqlx::query_as(ITEMS_OF.on(dialect))
            .bind(company.0)
            .bind(connection.0)
            .bind(Json(&numbers))
            .fetch_all(c))?;
        Ok(paired(rows))
    }

    /// Cards would leave a board in one go: they stay, and somebody is asked.
    pub async fn stop_scope(
        &mut self,
        company: CompanyId,
        board: BoardId,
        items: &BTreeSet<ItemId>,
        now_us: i64,
    ) -> Result<(), StoreError> {
        let Some(row) = self.board(company, board).await? else {
            return Ok(());
        };
        let mut detail = row.import_detail.0;
        let before = detail.leaving.take();
        let since_us = before.as_ref().map_or(now_us, |before| before.since_us);
        let asked: BTreeSet<ItemId> = before.into_iter().flat_map(|before| before.items).collect();
        detail.leaving = Some(Leaving {
            items: asked.union(items).copied().collect(),
            since_us,
        });
        let change = self.number_change(company, Noun::Board, board.0).await?;
        self.set_board_import(company, board, &row.import_state, &detail, change)
            .await
    }

    /// How many cards are on a board.
    pub async fn n_cards_of(&mut self, company: CompanyId, board: BoardId) -> Result<i64, StoreError> {
        tx!(self, |c| sqlx::query_scalar(N_CARDS)
            .bind(company.0)
            .bind(board.0)
            .fetch_one(c))
    }

    /// Which of these items have no work item yet: the work item that carries their marker is theirs.
    pub async fn unpaired(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        items: &[ItemId],
    ) -> Result<BTreeSet<ItemId>, StoreError> {
        if items.is_empty() {
            return Ok(BTreeSet::new());
        }
        let list = super::work_items::id_list(items.iter().map(|item| item.0));
        let ids: Vec<Uuid> = tx!(self, |c, dialect| sqlx::query_scalar(UNPAIRED.on(dialect))
            .bind(company.0)
            .bind(connection.0)
            .bind(&list)
            .fetch_all(c))?;
        Ok(ids.into_iter().map(ItemId).collect())
    }
}

fn paired(rows: Vec<(i64, Uuid)>) -> BTreeMap<WorkItemId, ItemId> {
    rows.into_iter()
        .map(|(number, item)| (WorkItemId(number), ItemId(item)))
        .collect()
}
