//! Reading connections for browsers.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::shapes::{Connection, MyToken, Parts};
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Problem};
use crate::extract::Path;
use crate::ids::ConnectionId;
use crate::store::StoreError;
use crate::store::connections::{ConnectionCounts, ConnectionRow};
use crate::store::credentials::{CredentialRow, HeldForToken};
use crate::store::webhooks::SeenRow;

/// The company's connections, in the order they were made.
#[utoipa::path(get, path = "/api/connections", operation_id = "connections_list", tag = "connections", responses((status = 200, body = [Connection])))]
pub(super) async fn list(State(app): State<App>, member: Member) -> Result<Json<Vec<Connection>>, ApiError> {
    let rows = app.store.connections(member.company).await?;
    let about = About::read(&app, member).await?;
    Ok(Json(rows.iter().map(|row| about.parts(row).connection()).collect()))
}

/// One connection.
#[utoipa::path(get, path = "/api/connections/{id}", operation_id = "connections_detail", tag = "connections", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Connection), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(super) async fn one(
    State(app): State<App>,
    member: Member,
    Path(id): Path<ConnectionId>,
) -> Result<Json<Connection>, ApiError> {
    Ok(Json(connection(&app, member, id).await?))
}

/// A connection as the member sees it.
pub(super) async fn connection(app: &App, member: Member, id: ConnectionId) -> Result<Connection, ApiError> {
    let row = app
        .store
        .connection(member.company, id)
        .await?
        .ok_or(ApiError::NotFound)?;
    Ok(About::read(app, member).await?.parts(&row).connection())
}

/// The member's own token of every connection.
pub(super) async fn my_tokens(app: &App, member: Member) -> Result<Vec<MyToken>, ApiError> {
    let rows = app.store.connections(member.company).await?;
    let about = About::read(app, member).await?;
    Ok(rows.iter().map(|row| about.parts(row).my_token()).collect())
}

/// The member's own token of one connection.
pub(super) async fn my_token(app: &App, member: Member, row: &ConnectionRow) -> Result<MyToken, ApiError> {
    Ok(About::read(app, member).await?.parts(row).my_token())
}

/// What connections are shown with, read once for all of them.
struct About {
    credentials: BTreeMap<Uuid, Vec<CredentialRow>>,
    counts: BTreeMap<ConnectionId, ConnectionCounts>,
    held: Vec<HeldForToken>,
    seen: Vec<SeenRow>,
    n_members: usize,
    member: Uuid,
    poll_interval_ms: u64,
    now_us: i64,
}

impl About {
    async fn read(app: &App, member: Member) -> Result<Self, StoreError> {
        let mut credentials = BTreeMap::<Uuid, Vec<CredentialRow>>::new();
        for credential in app.store.all_credentials(member.company).await? {
            credentials
                .entry(credential.connection_id)
                .or_default()
                .push(credential);
        }
        Ok(Self {
            credentials,
            counts: app.store.connection_counts(member.company).await?,
            held: app.store.held_for_token(member.company, member.id).await?,
            seen: app.store.events_seen(member.company).await?,
            n_members: app
                .store
                .members(member.company)
                .await?
                .iter()
                .filter(|member| member.is_active)
                .count(),
            member: member.id.0,
            poll_interval_ms: app.config.poll_interval_ms,
            now_us: app.now_us(),
        })
    }

    fn parts<'a>(&'a self, row: &'a ConnectionRow) -> Parts<'a> {
        Parts {
            row,
            credentials: self.credentials.get(&row.id).map(Vec::as_slice).unwrap_or_default(),
            counts: self.counts.get(&row.connection()).copied().unwrap_or_default(),
            seen: &self.seen,
            n_members: self.n_members,
            member: self.member,
            held: self
                .held
                .iter()
                .find(|held| held.connection == row.connection())
                .copied(),
            poll_interval_ms: self.poll_interval_ms,
            now_us: self.now_us,
        }
    }
}
