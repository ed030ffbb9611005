//! Work item types of projects, as last read.

use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, Tx};
use crate::action_items::types::{TypeInfo, Types, folded};
use crate::ids::{CompanyId, ConnectionId};
use crate::{db, run, sql};

sql! {
    OF_COMPANY = "select connection_id, project, types from work_item_types where company_id = $1";
    UPSERT = "insert into work_item_types (connection_id, project, company_id, types, read_us) values ($1, $2, $3, $4, $5)
        on conflict (connection_id, project) do update set types = excluded.types, read_us = excluded.read_us";
}

impl Store {
    /// The types of every project of the company that were read.
    pub async fn work_item_types(&self, company: CompanyId) -> Result<Types, StoreError> {
        let rows: Vec<(Uuid, String, Json<Vec<TypeInfo>>)> =
            db!(self, |c| sqlx::query_as(OF_COMPANY).bind(company.0).fetch_all(c))?;
        let mut types = Types::default();
        for (connection, project, Json(infos)) in rows {
            types.insert(ConnectionId(connection), &project, infos);
        }
        Ok(types)
    }
}

impl Tx {
    /// Keeps the types of a project as they were read.
    pub async fn save_work_item_types(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        project: &str,
        types: &[TypeInfo],
        read_us: i64,
    ) -> Result<(), StoreError> {
        run!(
            self,
            sqlx::query(UPSERT)
                .bind(connection.0)
                .bind(folded(project))
                .bind(company.0)
                .bind(Json(types))
                .bind(read_us)
        )?;
        Ok(())
    }
}
