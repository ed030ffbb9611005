//! What reads brought: who changed which fields in Azure DevOps, for the history when Azure DevOps can't be asked.

use lockstep_sync::record::FieldChange;
use sqlx::types::Json;
use uuid::Uuid;

use super::work_items::id_list;
use super::{Store, StoreError};
use crate::ids::{CompanyId, ItemId};
use crate::{db, sql};

sql! {
    OF_ITEM = "select id, item_id, rev, at_us, by_name, changes, is_own, change_number
        from observations where company_id = $1 and item_id = $2 order by at_us, id";
    OF_ITEMS_SINCE = {
        sqlite: "select id, item_id, rev, at_us, by_name, changes, is_own, change_number from observations
            where company_id = $1 and item_id in (select unhex(value) from json_each($2)) and at_us >= $3 order by at_us, id",
        postgres: "select id, item_id, rev, at_us, by_name, changes, is_own, change_number from observations
            where company_id = $1 and item_id in (select value::uuid from jsonb_array_elements_text($2)) and at_us >= $3
            order by at_us, id"
    };
}

/// One read that brought something new.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ObservationRow {
    /// Its number.
    pub id: Uuid,
    /// The item that was read.
    pub item_id: Uuid,
    /// The revision read.
    pub rev: i64,
    /// When it was read, microseconds UTC.
    pub at_us: i64,
    /// Who made the revision, as Azure DevOps shows them.
    pub by_name: Option<String>,
    /// Fields that differ from the read before; empty where only links changed.
    pub changes: Json<Vec<FieldChange>>,
    /// Whether it is the effect of our own request alone.
    pub is_own: bool,
    /// The company's change number of this read.
    pub change_number: i64,
}

impl Store {
    /// What reads of an item brought, oldest first.
    pub async fn observations(&self, company: CompanyId, item: ItemId) -> Result<Vec<ObservationRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, ObservationRow>(OF_ITEM)
            .bind(company.0)
            .bind(item.0)
            .fetch_all(c))
    }

    /// What reads of these items brought since a moment, oldest first.
    pub async fn observations_since(
        &self,
        company: CompanyId,
        items: impl IntoIterator<Item = ItemId>,
        since_us: i64,
    ) -> Result<Vec<ObservationRow>, StoreError> {
        let list = id_list(items.into_iter().map(|item| item.0));
        db!(self, |c, dialect| sqlx::query_as::<_, ObservationRow>(
            OF_ITEMS_SINCE.on(dialect)
        )
        .bind(company.0)
        .bind(&list)
        .bind(since_us)
        .fetch_all(c))
    }
}
