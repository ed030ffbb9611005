//! Reads work item types from Azure DevOps and keeps them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use lockstep_sync::edit::Whom;

use super::item::Stored;
use super::types::{TypeInfo, Types, folded};
use crate::app::App;
use crate::connections::clients::client_for;
use crate::ids::{CompanyId, ConnectionId};
use crate::live::Noun;
use crate::store::StoreError;

/// How long types may take to be read.
const READ_DEADLINE: Duration = Duration::from_secs(10);
/// How often the same project is asked for by itself, microseconds.
const ASK_EVERY_US: i64 = 60 * 1_000_000;
/// Projects that are remembered as asked for.
const N_ASKED_MAX: usize = 10_000;

/// When each project was last asked for by itself.
static ASKED: Mutex<BTreeMap<(ConnectionId, String), i64>> = Mutex::new(BTreeMap::new());

/// Why types could not be had.
#[derive(Debug, thiserror::Error)]
pub enum TypesError {
    /// There is no client to ask with.
    #[error("the connection's token can't be used")]
    NoClient(#[source] crate::connections::clients::NoClient),
    /// Azure DevOps did not give them.
    #[error("Azure DevOps did not give its work item types")]
    Azdo(#[source] azdo::Error),
    /// It took too long.
    #[error("Azure DevOps took too long to give its work item types")]
    TooSlow,
    /// They could not be kept.
    #[error("the work item types could not be kept")]
    Store(#[from] StoreError),
}

/// Reads the types of a project with the connection's token, and keeps them.
pub async fn read(
    app: &App,
    company: CompanyId,
    connection: ConnectionId,
    project: &str,
) -> Result<Vec<TypeInfo>, TypesError> {
    let client = client_for(app, company, connection, Whom::Connection)
        .await
        .map_err(TypesError::NoClient)?;
    let asked = tokio::time::timeout(READ_DEADLINE, client.work_item_types(project)).await;
    let read = asked
        .map_err(|_elapsed| TypesError::TooSlow)?
        .map_err(TypesError::Azdo)?;
    let infos: Vec<TypeInfo> = read.iter().map(TypeInfo::of).collect();
    let mut tx = app.store.begin().await?;
    tx.save_work_item_types(company, connection, project, &infos, app.now_us())
        .await?;
    // Statuses may read differently now.
    tx.number_change(company, Noun::Sync, connection.0).await?;
    tx.commit().await?;
    Ok(infos)
}

/// Asks in the background for types that items need and that are not known: a project never read, a state that is new.
pub fn ask_for_missing(app: &App, company: CompanyId, items: &[Stored], types: &Types) {
    for stored in items {
        let (Some(pair), Some((project, _))) = (stored.pushed(), stored.project_and_type()) else {
            continue;
        };
        let state = stored
            .value(super::mapping::ItemField::Status)
            .and_then(|value| value.as_str());
        let is_known = stored
            .info(types)
            .is_some_and(|info| state.is_none_or(|state| info.state(state).is_some()));
        if is_known || pair.item.remote.is_none() || !may_ask(pair.connection, &project, app.now_us()) {
            continue;
        }
        let (app, connection) = (app.clone(), pair.connection);
        tokio::spawn(async move {
            if let Err(error) = read(&app, company, connection, &project).await {
                tracing::debug!(connection.id = %connection, error = &error as &dyn std::error::Error, "Work item types were not read");
            }
        });
    }
}

fn may_ask(connection: ConnectionId, project: &str, now_us: i64) -> bool {
    let mut asked = ASKED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if asked.len() >= N_ASKED_MAX {
        asked.retain(|_, at_us| now_us - *at_us < ASK_EVERY_US);
    }
    let key = (connection, folded(project));
    if asked.get(&key).is_some_and(|at_us| now_us - at_us < ASK_EVERY_US) {
        return false;
    }
    asked.insert(key, now_us);
    true
}
