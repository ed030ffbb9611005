//! Area and iteration nodes by number, as last read. A rename changes a row here and writes nothing anywhere else.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::types::Json;

use super::{Store, StoreError, Tx};
use crate::ids::{CompanyId, ConnectionId};
use crate::{db, run, sql, tx};

sql! {
    OF_CONNECTION = "select node_id, project_id, project, tree, parent_id, name, path, start_on, finish_on
        from nodes where company_id = $1 and connection_id = $2 order by node_id";
    PATHS = "select node_id, path from nodes where company_id = $1 and connection_id = $2";
    UPSERT = {
        sqlite: "insert into nodes (connection_id, node_id, company_id, project_id, project, tree, parent_id, name, path,
                start_on, finish_on, read_us)
            select $2, value ->> 'node_id', $1, value ->> 'project_id', value ->> 'project', value ->> 'tree',
                value ->> 'parent_id', value ->> 'name', value ->> 'path', value ->> 'start_on', value ->> 'finish_on', $4
            from json_each($3) where true
            on conflict (connection_id, node_id) do update set project_id = excluded.project_id, project = excluded.project,
                tree = excluded.tree, parent_id = excluded.parent_id, name = excluded.name, path = excluded.path,
                start_on = excluded.start_on, finish_on = excluded.finish_on, read_us = excluded.read_us",
        postgres: "insert into nodes (connection_id, node_id, company_id, project_id, project, tree, parent_id, name, path,
                start_on, finish_on, read_us)
            select $2, (value ->> 'node_id')::bigint, $1, value ->> 'project_id', value ->> 'project', value ->> 'tree',
                (value ->> 'parent_id')::bigint, value ->> 'name', value ->> 'path', value ->> 'start_on',
                value ->> 'finish_on', $4
            from jsonb_array_elements($3)
            on conflict (connection_id, node_id) do update set project_id = excluded.project_id, project = excluded.project,
                tree = excluded.tree, parent_id = excluded.parent_id, name = excluded.name, path = excluded.path,
                start_on = excluded.start_on, finish_on = excluded.finish_on, read_us = excluded.read_us"
    };
    FORGET = {
        sqlite: "delete from nodes where company_id = $1 and connection_id = $2
            and node_id in (select value from json_each($3))",
        postgres: "delete from nodes where company_id = $1 and connection_id = $2
            and node_id in (select value::bigint from jsonb_array_elements_text($3))"
    };
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct NodeRow {
    /// Its number; it stays when the node is renamed or moved.
    pub node_id: i64,
    /// GUID of its project.
    pub project_id: String,
    /// Name of its project.
    pub project: String,
    /// `areas` or `iterations`.
    pub tree: String,
    /// Number of the node above it; none for the root.
    pub parent_id: Option<i64>,
    /// Its name.
    pub name: String,
    /// Its path as work items write it.
    pub path: String,
    /// First day of an iteration, ISO.
    pub start_on: Option<String>,
    /// Last day of an iteration, ISO.
    pub finish_on: Option<String>,
}

impl Store {
    /// Every node of the connection that was read.
    pub async fn nodes(&self, company: CompanyId, connection: ConnectionId) -> Result<Vec<NodeRow>, StoreError> {
        db!(self, |c| sqlx::query_as::<_, NodeRow>(OF_CONNECTION)
            .bind(company.0)
            .bind(connection.0)
            .fetch_all(c))
    }

    /// The paths of the connection's nodes by number.
    pub async fn node_paths(
        &self,
        company: CompanyId,
        connection: ConnectionId,
    ) -> Result<BTreeMap<i64, String>, StoreError> {
        let rows: Vec<(i64, String)> = db!(self, |c| sqlx::query_as(PATHS)
            .bind(company.0)
            .bind(connection.0)
            .fetch_all(c))?;
        Ok(rows.into_iter().collect())
    }
}

impl Tx {
    /// Every node of the connection, as this transaction sees them.
    pub async fn nodes(&mut self, company: CompanyId, connection: ConnectionId) -> Result<Vec<NodeRow>, StoreError> {
        tx!(self, |c| sqlx::query_as::<_, NodeRow>(OF_CONNECTION)
            .bind(company.0)
            .bind(connection.0)
            .fetch_all(c))
    }

    /// Keeps nodes that are new or have changed, and forgets those that are gone.
    pub async fn save_nodes(
        &mut self,
        company: CompanyId,
        connection: ConnectionId,
        changed: &[NodeRow],
        gone: &[i64],
        now_us: i64,
    ) -> Result<(), StoreError> {
        if !changed.is_empty() {
            run!(self, |dialect| sqlx::query(UPSERT.on(dialect))
                .bind(company.0)
                .bind(connection.0)
                .bind(Json(changed))
                .bind(now_us))?;
        }
        if !gone.is_empty() {
            run!(self, |dialect| sqlx::query(FORGET.on(dialect))
                .bind(company.0)
                .bind(connection.0)
                .bind(Json(gone)))?;
        }
        Ok(())
    }
}
