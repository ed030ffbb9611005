//! The company's members and their roles. There is always an active administrator left.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{checked_email, checked_name, initials, passwords};
use crate::access::{Member, Role};
use crate::app::App;
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Path};
use crate::ids::{MemberId, fresh};
use crate::live::Noun;
use crate::store::StoreError;
use crate::store::audit::AuditEntry;
use crate::store::members::{MemberRow, NewMember};

/// Most members of a company.
const N_MEMBERS_MAX: i64 = 10_000;
/// Colours for initials.
const N_AVATARS: i64 = 6;

/// A member as the others see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Member)]
pub(super) struct MemberItem {
    id: Uuid,
    name: String,
    email: String,
    role: Role,
    /// One or two letters.
    initials: String,
    /// Colour of the initials, 1 to 6.
    avatar: i64,
    /// Whether the member may sign in.
    is_active: bool,
    created_us: i64,
}

impl From<MemberRow> for MemberItem {
    fn from(row: MemberRow) -> Self {
        Self {
            id: row.id,
            initials: initials(&row.name),
            name: row.name,
            email: row.email,
            role: row.role,
            avatar: row.avatar,
            is_active: row.is_active,
            created_us: row.created_us,
        }
    }
}

/// Everybody in the company, in the order they came.
#[utoipa::path(get, path = "/api/members", operation_id = "members_list", tag = "accounts", responses(
    (status = 200, body = [MemberItem]), (status = 401, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(State(app): State<App>, member: Member) -> Result<Json<Vec<MemberItem>>, ApiError> {
    let rows = app.store.members(member.company).await?;
    Ok(Json(rows.into_iter().map(MemberItem::from).collect()))
}

/// A member to add, with a first password to hand over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddMember {
    name: String,
    email: String,
    role: Role,
    #[schema(value_type = String)]
    password: SecretString,
}

/// Adds a member.
#[utoipa::path(post, path = "/api/members", operation_id = "members_add", tag = "accounts", request_body = AddMember, responses(
    (status = 201, body = MemberItem), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The address is taken", body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn add(
    State(app): State<App>,
    by: Member,
    Body(input): Body<AddMember>,
) -> Result<(StatusCode, Json<MemberItem>), ApiError> {
    let name = checked_name("name", &input.name)?;
    let email = checked_email(&input.email)?;
    passwords::check_new("password", &input.password, &email, &name)?;
    let password_hash = app.passwords.hash(&input.password).await.map_err(anyhow::Error::from)?;
    let id = MemberId(fresh());
    let mut tx = app.store.begin().await?;
    let n_members = tx.n_members(by.company).await?;
    if n_members >= N_MEMBERS_MAX {
        return Err(Refusal::new(
            Kind::Conflict,
            "too_many_members",
            "The company has as many members as it may",
        )
        .into());
    }
    let new = NewMember {
        id,
        name: &name,
        email: &email,
        role: input.role,
        password_hash: &password_hash,
        avatar: n_members % N_AVATARS + 1,
        created_us: app.now_us(),
    };
    tx.insert_member(by.company, &new).await.map_err(|error| match error {
        StoreError::Taken { .. } => Refusal::new(
            Kind::Conflict,
            "email_taken",
            "Somebody has this e-mail address already",
        )
        .field("email", "is in use")
        .next_step("Use another address, or give the person access again in the list.")
        .into(),
        other => ApiError::from(other),
    })?;
    tx.audit(
        by.company,
        AuditEntry {
            by: Some(by.id),
            act: "member.added",
            subject: Some(id.0),
            detail: json!({"role": input.role}),
        },
    )
    .await?;
    tx.number_change(by.company, Noun::Member, id.0).await?;
    let row = tx.member(by.company, id).await?.ok_or(ApiError::NotFound)?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(row.into())))
}

/// What of a member to change; what is missing stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditMember {
    role: Option<Role>,
    is_active: Option<bool>,
    name: Option<String>,
}

/// Changes a member's role, name or access. Without access, sessions and live streams end at once.
#[utoipa::path(patch, path = "/api/members/{id}", operation_id = "members_edit", tag = "accounts", params(("id" = Uuid, Path)), request_body = EditMember, responses(
    (status = 200, body = MemberItem), (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "The last administrator", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn edit(
    State(app): State<App>,
    by: Member,
    Path(id): Path<MemberId>,
    Body(input): Body<EditMember>,
) -> Result<Json<MemberItem>, ApiError> {
    let name = input
        .name
        .as_deref()
        .map(|name| checked_name("name", name))
        .transpose()?;
    let mut tx = app.store.begin().await?;
    let before = tx.member(by.company, id).await?.ok_or(ApiError::NotFound)?;
    let mut row = before.clone();
    row.role = input.role.unwrap_or(row.role);
    row.is_active = input.is_active.unwrap_or(row.is_active);
    row.name = name.unwrap_or(row.name);
    let was_admin = before.is_active && before.role == Role::CompanyAdmin;
    let is_admin = row.is_active && row.role == Role::CompanyAdmin;
    // Writes are one at a time, so nobody else leaves between this question and the commit.
    if was_admin && !is_admin && tx.n_other_admins(by.company, id).await? == 0 {
        return Err(last_admin());
    }
    tx.set_member_rights(&row).await?;
    for (has_changed, act, detail) in [
        (row.name != before.name, "member.edited", json!({"fields": ["name"]})),
        (
            row.role != before.role,
            "member.role_changed",
            json!({"from": before.role, "to": row.role}),
        ),
        (row.is_active && !before.is_active, "member.activated", json!({})),
        (before.is_active && !row.is_active, "member.deactivated", json!({})),
    ] {
        if has_changed {
            tx.audit(
                by.company,
                AuditEntry {
                    by: Some(by.id),
                    act,
                    subject: Some(id.0),
                    detail,
                },
            )
            .await?;
        }
    }
    if !row.is_active {
        tx.end_sessions(by.company, id, None).await?;
    }
    tx.number_change(by.company, Noun::Member, id.0).await?;
    tx.commit().await?;
    Ok(Json(row.into()))
}

fn last_admin() -> ApiError {
    Refusal::new(Kind::Conflict, "last_admin", "The company needs an administrator")
        .detail("This is the last active company admin.")
        .next_step("Make somebody else a company admin first.")
        .into()
}
