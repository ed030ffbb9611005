//! Making, editing and deleting connections. Nothing is saved that the check does not hold for.

use axum::Json;
use axum::extract::State;
use azdo::{Collection, Discovered, Token};
use http::StatusCode;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::checklist::{Check, CheckPurpose, Checked};
use super::clients::token_aad;
use super::shapes::{ConflictRule, Connection, WithoutOwnToken, flavor_text};
use super::{inputs, read, secrets, test};
use crate::access::Member;
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Path};
use crate::ids::{ConnectionId, MemberId, fresh};
use crate::live::Noun;
use crate::store::audit::AuditEntry;
use crate::store::connections::{ConnectionRow, Defaults};
use crate::store::credentials::CredentialRow;
use crate::store::{StoreError, Tx};

/// Most connections of a company.
const N_CONNECTIONS_MAX: usize = 200;

/// A connection to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewConnection {
    label: String,
    /// In any of the forms it is written in.
    server_url: String,
    #[schema(value_type = String)]
    token: SecretString,
    /// The token's last day, `2027-02-14`.
    expires_on: Option<String>,
    /// What happens to edits of members without a token of their own: no silent default.
    without_own_token: WithoutOwnToken,
    /// Somebody confirmed that the token may travel in the clear.
    #[serde(default)]
    allows_plain_http: bool,
    /// Whether a creation on somebody's behalf says so in the work item; yes unless set.
    notes_on_behalf_create: Option<bool>,
}

/// Checks, then makes and enables a connection.
#[utoipa::path(post, path = "/api/connections", operation_id = "connections_create", tag = "connections", request_body = NewConnection, responses(
    (status = 201, body = Connection),
    (status = 409, description = "Connected already", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "The check does not hold; `checklist` says why", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn create(
    State(app): State<App>,
    by: Member,
    Body(input): Body<NewConnection>,
) -> Result<(StatusCode, Json<Connection>), ApiError> {
    let label = inputs::label(&input.label)?;
    let collection = inputs::server_url(&input.server_url)?;
    let token = inputs::token(&input.token)?;
    let expires_on = inputs::expires_on(input.expires_on.as_deref(), app.now_us())?;
    if app.store.connections(by.company).await?.len() >= N_CONNECTIONS_MAX {
        return Err(Refusal::new(
            Kind::Conflict,
            "too_many_connections",
            "There are as many connections as there may be",
        )
        .into());
    }
    let check = Check {
        app: &app,
        collection: &collection,
        token: &token,
        allows_plain_http: input.allows_plain_http,
        purpose: CheckPurpose::Connection,
        known_projects: Vec::new(),
    };
    let found = held(test::run(&check, by.company, None).await?)?;
    let now_us = app.now_us();
    let row = ConnectionRow {
        id: fresh(),
        company_id: by.company.0,
        label,
        server_url: collection.url().to_owned(),
        organization: collection.name().to_owned(),
        instance_id: found.connection.instance_id.to_ascii_lowercase(),
        flavor: flavor_text(found.versions.flavor()).to_owned(),
        versions: sqlx::types::Json(found.versions.clone()),
        is_enabled: true,
        without_own_token: input.without_own_token.as_str().to_owned(),
        conflict_rule: ConflictRule::Ask.as_str().to_owned(),
        notes_on_behalf_create: input.notes_on_behalf_create.unwrap_or(true),
        notes_on_behalf_update: false,
        allows_plain_http: collection.is_plain_http(),
        time_zone: None,
        defaults: None,
        projects: sqlx::types::Json(Vec::new()),
        health_state: "new".to_owned(),
        health_detail: None,
        health_since_us: now_us,
        last_poll_us: None,
        created_us: now_us,
    };
    let mut tx = app.store.begin().await?;
    tx.insert_connection(&row).await.map_err(connected_already)?;
    tx.replace_credential(&sealed(&app, &row, None, &token, &found, expires_on, now_us))
        .await?;
    tx.insert_webhook(&secrets::new_webhook(&app.vault, by.company, row.connection()), now_us)
        .await?;
    let detail = json!({"host": collection.host(), "organization": row.organization, "without_own_token": row.without_own_token});
    note(&mut tx, by, "connection.created", row.id, detail).await?;
    tx.commit().await?;
    app.wake.ring(row.connection());
    Ok((
        StatusCode::CREATED,
        Json(read::connection(&app, by, row.connection()).await?),
    ))
}

/// What of a connection to change; what is missing stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditConnection {
    label: Option<String>,
    /// Another address of the same organization. The token comes with it, and members must enter theirs again.
    server_url: Option<String>,
    #[schema(value_type = Option<String>)]
    token: Option<SecretString>,
    /// The token's last day; empty takes it away.
    expires_on: Option<String>,
    without_own_token: Option<WithoutOwnToken>,
    conflict_rule: Option<ConflictRule>,
    notes_on_behalf_create: Option<bool>,
    notes_on_behalf_update: Option<bool>,
    /// As IANA calls it; empty takes it away.
    time_zone: Option<String>,
    is_enabled: Option<bool>,
    defaults: Option<Defaults>,
    /// Somebody confirmed that the token may travel in the clear.
    allows_plain_http: Option<bool>,
}

impl EditConnection {
    /// The fields it names, for the audit trail.
    fn names(&self) -> Vec<&'static str> {
        let named = [
            ("label", self.label.is_some()),
            ("server_url", self.server_url.is_some()),
            ("token", self.token.is_some()),
            ("expires_on", self.expires_on.is_some()),
            ("without_own_token", self.without_own_token.is_some()),
            ("conflict_rule", self.conflict_rule.is_some()),
            ("notes_on_behalf_create", self.notes_on_behalf_create.is_some()),
            ("notes_on_behalf_update", self.notes_on_behalf_update.is_some()),
            ("time_zone", self.time_zone.is_some()),
            ("is_enabled", self.is_enabled.is_some()),
            ("defaults", self.defaults.is_some()),
            ("allows_plain_http", self.allows_plain_http.is_some()),
        ];
        named
            .into_iter()
            .filter(|(_, is_named)| *is_named)
            .map(|(name, _)| name)
            .collect()
    }

    /// The row with everything but the address and the token changed.
    fn apply(&self, row: &mut ConnectionRow) -> Result<(), ApiError> {
        if let Some(label) = &self.label {
            row.label = inputs::label(label)?;
        }
        if let Some(rule) = self.without_own_token {
            row.without_own_token = rule.as_str().to_owned();
        }
        if let Some(rule) = self.conflict_rule {
            row.conflict_rule = rule.as_str().to_owned();
        }
        row.notes_on_behalf_create = self.notes_on_behalf_create.unwrap_or(row.notes_on_behalf_create);
        row.notes_on_behalf_update = self.notes_on_behalf_update.unwrap_or(row.notes_on_behalf_update);
        row.is_enabled = self.is_enabled.unwrap_or(row.is_enabled);
        row.time_zone = match self.time_zone.as_deref().map(str::trim) {
            None => row.time_zone.take(),
            Some("") => None,
            Some(typed) => Some(inputs::time_zone(typed)?),
        };
        if let Some(defaults) = &self.defaults {
            row.defaults = Some(sqlx::types::Json(defaults.clone()));
        }
        Ok(())
    }
}

/// Changes a connection. Another address or token is checked first.
#[utoipa::path(patch, path = "/api/connections/{id}", operation_id = "connections_edit", tag = "connections", params(("id" = Uuid, Path)), request_body = EditConnection, responses(
    (status = 200, body = Connection), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "Also when the check does not hold; `checklist` says why", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn edit(
    State(app): State<App>,
    by: Member,
    Path(id): Path<ConnectionId>,
    Body(input): Body<EditConnection>,
) -> Result<Json<Connection>, ApiError> {
    let before = app.store.connection(by.company, id).await?.ok_or(ApiError::NotFound)?;
    let expires_on = inputs::expires_on(input.expires_on.as_deref(), app.now_us())?;
    let token = input.token.as_ref().map(inputs::token).transpose()?;
    let collection = input.server_url.as_deref().map(inputs::server_url).transpose()?;
    // An address that is only written differently is the same one.
    let collection = collection.filter(|collection| collection.url() != before.server_url);
    let entered = entered(&app, by, &before, &input, collection, token).await?;
    let mut tx = app.store.begin().await?;
    let mut row = tx.connection(by.company, id).await?.ok_or(ApiError::NotFound)?;
    if row.server_url != before.server_url {
        return Err(Refusal::new(
            Kind::Conflict,
            "changed_meanwhile",
            "Somebody changed the connection meanwhile",
        )
        .into());
    }
    input.apply(&mut row)?;
    match entered {
        Some(entered) => {
            let has_moved = entered.collection.url() != row.server_url;
            row.server_url = entered.collection.url().to_owned();
            row.organization = entered.collection.name().to_owned();
            row.allows_plain_http = entered.collection.is_plain_http();
            row.flavor = flavor_text(entered.found.versions.flavor()).to_owned();
            row.versions = sqlx::types::Json(entered.found.versions.clone());
            let now_us = app.now_us();
            let credential = sealed(&app, &row, None, &entered.token, &entered.found, expires_on, now_us);
            tx.replace_credential(&credential).await?;
            if has_moved {
                tx.reenter_own_tokens(by.company, id, "The address of the connection has changed.")
                    .await?;
            }
            tx.set_health(by.company, id, "new", None, now_us).await?;
        }
        None if input.expires_on.is_some() => {
            let credentials = tx.credentials(by.company, id).await?;
            if let Some(own) = credentials.iter().find(|credential| credential.member_id.is_none()) {
                tx.set_credential_expiry(by.company, own.id, expires_on.as_deref())
                    .await?;
            }
        }
        None => {}
    }
    tx.update_connection(&row).await?;
    note(&mut tx, by, "connection.edited", id.0, json!({"fields": input.names()})).await?;
    tx.commit().await?;
    app.wake.ring(id);
    Ok(Json(read::connection(&app, by, id).await?))
}

/// An address and a token that were entered and hold.
struct Entered {
    collection: Collection,
    token: Token,
    found: Discovered,
}

async fn entered(
    app: &App,
    by: Member,
    before: &ConnectionRow,
    input: &EditConnection,
    collection: Option<Collection>,
    token: Option<Token>,
) -> Result<Option<Entered>, ApiError> {
    let (collection, token) = match (collection, token) {
        (None, None) => return Ok(None),
        (Some(_), None) => {
            // Whoever may edit a connection could otherwise send its token to an address of their own.
            return Err(Refusal::new(
                Kind::Unacceptable,
                "token_needed",
                "The token must be entered with the new address",
            )
            .detail("A stored token is never sent to another address than the one it was entered for.")
            .field("token", "is missing")
            .into());
        }
        (Some(collection), Some(token)) => (collection, token),
        (None, Some(token)) => (inputs::server_url(&before.server_url)?, token),
    };
    let check = Check {
        app,
        collection: &collection,
        token: &token,
        allows_plain_http: input.allows_plain_http.unwrap_or(before.allows_plain_http),
        purpose: CheckPurpose::Connection,
        known_projects: Vec::new(),
    };
    let found = held(test::run(&check, by.company, Some(before)).await?)?;
    Ok(Some(Entered {
        collection,
        token,
        found,
    }))
}

/// Deletes a connection with its tokens. Its items stay with what they hold; its webhook answers that it is gone.
#[utoipa::path(delete, path = "/api/connections/{id}", operation_id = "connections_delete", tag = "connections", params(("id" = Uuid, Path)), responses(
    (status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(super) async fn delete(
    State(app): State<App>,
    by: Member,
    Path(id): Path<ConnectionId>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.begin().await?;
    let n_open_edits = tx.n_open_edits(by.company, id).await?;
    if !tx.delete_connection(by.company, id, app.now_us()).await? {
        return Err(ApiError::NotFound);
    }
    tx.delete_all_credentials(by.company, id).await?;
    note(
        &mut tx,
        by,
        "connection.deleted",
        id.0,
        json!({"n_open_edits": n_open_edits}),
    )
    .await?;
    tx.commit().await?;
    app.wake.ring(id);
    Ok(StatusCode::NO_CONTENT)
}

/// What was found, provided the check holds.
pub(super) fn held(checked: Checked) -> Result<Discovered, ApiError> {
    match checked.found {
        Some(found) if checked.checklist.holds => Ok(found),
        _ => Err(test::check_failed(&checked.checklist)),
    }
}

/// A token as it is stored.
pub(super) fn sealed(
    app: &App,
    row: &ConnectionRow,
    member: Option<MemberId>,
    token: &Token,
    found: &Discovered,
    expires_on: Option<String>,
    now_us: i64,
) -> CredentialRow {
    let owner = &found.connection.user;
    CredentialRow {
        id: fresh(),
        company_id: row.company_id,
        connection_id: row.id,
        member_id: member.map(|member| member.0),
        sealed: app.vault.seal(&token_aad(row, member), token.reveal().as_bytes()),
        fingerprint: app.vault.fingerprint(token.reveal().as_bytes()),
        identity_id: owner.id.clone().unwrap_or_default(),
        identity_name: storable(&owner.display_name),
        identity_unique_name: owner.unique_name.as_deref().map(storable),
        expires_on,
        state: "ok".to_owned(),
        state_detail: None,
        verified_us: now_us,
        created_us: now_us,
    }
}

/// PostgreSQL takes no NUL, and a name is text of another server.
fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

async fn note(tx: &mut Tx, by: Member, act: &str, id: Uuid, detail: serde_json::Value) -> Result<(), StoreError> {
    tx.audit(
        by.company,
        AuditEntry {
            by: Some(by.id),
            act,
            subject: Some(id),
            detail,
        },
    )
    .await?;
    tx.number_change(by.company, Noun::Connection, id).await?;
    Ok(())
}

fn connected_already(error: StoreError) -> ApiError {
    match error {
        StoreError::Taken { .. } => Refusal::new(
            Kind::Conflict,
            "already_connected",
            "This organization is connected already",
        )
        .detail("There is one connection for each organization, whatever address it was entered with.")
        .next_step("Edit that connection instead.")
        .into(),
        other => other.into(),
    }
}
