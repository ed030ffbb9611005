//! Links that show a board read-only to whoever has one: made, listed and ended by those who manage the board.
//!
//! A link is 256 random bits, told once and kept as a digest. They stand behind the `#` of its address, which no browser
//! sends, so they are in the logs of no server and no proxy. It never outlives its maker's right to make it; what it shows
//! is [`super::shared`]'s.

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use super::summary;
use crate::access::{Act, Member, Role};
use crate::app::{App, random_bytes};
use crate::error::{ApiError, Kind, Problem, Refusal};
use crate::extract::{Body, Path};
use crate::ids::{BoardId, MemberId, fresh};
use crate::store::audit::AuditEntry;
use crate::store::share_links::{NewShareLink, ShareLinkRow};

/// How many days a link may hold.
const DAYS: [u16; 4] = [1, 7, 30, 90];
const DAY_US: i64 = 24 * 3600 * 1_000_000;
/// Most links of a board that are open at once.
const N_OPEN_MAX: i64 = 20;
/// Most links that are listed.
const N_LISTED_MAX: i64 = 100;
/// The page that a link opens.
const PAGE: &str = "/shared";
/// Bytes of a link's secret.
const SECRET_BYTES: usize = 32;

/// A link, as those who manage the board see it. What it opens is told once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShareLink {
    /// Its number, which opens nothing.
    pub id: Uuid,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_us: i64,
    /// When it ends by itself.
    pub expires_us: i64,
    /// Whether it opens the board now.
    pub state: ShareLinkState,
}

/// Whether a link opens the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShareLinkState {
    /// It does.
    Open,
    /// Its time has passed.
    Expired,
    /// Somebody ended it.
    Ended,
    /// Its maker manages boards no more.
    MakerMayNot,
}

/// A link that was just made.
#[derive(Serialize, ToSchema)]
pub struct MadeShareLink {
    /// The link.
    pub link: ShareLink,
    /// The page it opens, below this server's address, with the secret behind `#`. Told this once.
    pub path: String,
}

/// A link to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MakeShareLink {
    /// How many days it holds: 1, 7, 30 or 90.
    days: u16,
}

/// Whether a link opens anything at this moment.
pub fn state(ended_us: Option<i64>, expires_us: i64, role: Role, is_active: bool, now_us: i64) -> ShareLinkState {
    if ended_us.is_some() {
        ShareLinkState::Ended
    } else if expires_us <= now_us {
        ShareLinkState::Expired
    } else if !is_active || !role.may(Act::ManageBoards) {
        ShareLinkState::MakerMayNot
    } else {
        ShareLinkState::Open
    }
}

/// What is kept of a link's secret; nothing for a text that no link can have.
pub fn digest(secret: &str) -> Option<[u8; 32]> {
    let bytes = URL_SAFE_NO_PAD.decode(secret).ok()?;
    (bytes.len() == SECRET_BYTES).then(|| Sha256::digest(&bytes).into())
}

/// The links of a board, the newest first, ended ones among them.
#[utoipa::path(get, path = "/api/boards/{id}/links", operation_id = "boards_links", tag = "boards",
    params(("id" = Uuid, Path)), responses(
    (status = 200, body = [ShareLink]), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn list(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
) -> Result<Json<Vec<ShareLink>>, ApiError> {
    let rows = app.store.share_links(member.company, id, N_LISTED_MAX).await?;
    let now_us = app.now_us();
    let links = summary::look(&app, &member, id, |view, _rights| {
        let name = |row: &ShareLinkRow| view.people.name(MemberId(row.made_by)).to_owned();
        rows.iter().map(|row| shown(row, name(row), now_us)).collect()
    })
    .await?;
    Ok(Json(links))
}

fn shown(row: &ShareLinkRow, made_by: String, now_us: i64) -> ShareLink {
    ShareLink {
        id: row.id,
        made_by,
        made_us: row.made_us,
        expires_us: row.expires_us,
        state: state(row.ended_us, row.expires_us, row.role, row.is_active, now_us),
    }
}

/// Makes a link that shows a board to whoever has it.
#[utoipa::path(post, path = "/api/boards/{id}/links", operation_id = "boards_links_make", tag = "boards",
    params(("id" = Uuid, Path)), request_body = MakeShareLink, responses(
    (status = 201, body = MadeShareLink), (status = 404, body = Problem, content_type = "application/problem+json"),
    (status = 409, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json"),
))]
pub async fn make(
    State(app): State<App>,
    member: Member,
    Path(id): Path<BoardId>,
    Body(input): Body<MakeShareLink>,
) -> Result<(StatusCode, Json<MadeShareLink>), ApiError> {
    let made_by = summary::look(&app, &member, id, |view, _rights| {
        view.people.name(member.id).to_owned()
    })
    .await?;
    if !DAYS.contains(&input.days) {
        return Err(Refusal::field_is("days", "is 1, 7, 30 or 90").into());
    }
    let now_us = app.now_us();
    let secret = URL_SAFE_NO_PAD.encode(random_bytes::<SECRET_BYTES>());
    let digest = digest(&secret).expect("it was made a line above");
    let link = NewShareLink {
        id: fresh(),
        board: id,
        secret_digest: &digest,
        made_by: member.id.0,
        made_us: now_us,
        expires_us: now_us + i64::from(input.days) * DAY_US,
    };
    let mut tx = app.store.begin().await?;
    tx.board(member.company, id).await?.ok_or(ApiError::NotFound)?;
    if tx.n_open_share_links(member.company, id, now_us).await? >= N_OPEN_MAX {
        return Err(too_many().into());
    }
    tx.insert_share_link(member.company, &link).await?;
    let detail = json!({"board": id, "days": input.days});
    tx.audit(member.company, entry(&member, "share_link.made", link.id, detail))
        .await?;
    tx.commit().await?;
    let made = MadeShareLink {
        path: format!("{PAGE}#{secret}"),
        link: ShareLink {
            id: link.id,
            made_by,
            made_us: link.made_us,
            expires_us: link.expires_us,
            state: ShareLinkState::Open,
        },
    };
    Ok((StatusCode::CREATED, Json(made)))
}

fn too_many() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "too_many_links",
        "This board has as many links as it can hold",
    )
    .detail(format!("{N_OPEN_MAX} links are open at once."))
    .next_step("End one first.")
}

fn entry(member: &Member, act: &'static str, link: Uuid, detail: serde_json::Value) -> AuditEntry<'static> {
    AuditEntry {
        by: Some(member.id),
        act,
        subject: Some(link),
        detail,
    }
}

/// Ends a link: whoever has the page open sees nothing more.
#[utoipa::path(delete, path = "/api/boards/{id}/links/{link}", operation_id = "boards_links_end", tag = "boards",
    params(("id" = Uuid, Path), ("link" = Uuid, Path)), responses(
    (status = 204), (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub async fn end(
    State(app): State<App>,
    member: Member,
    Path((id, link)): Path<(BoardId, Uuid)>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.begin().await?;
    if !tx.has_share_link(member.company, id, link).await? {
        return Err(ApiError::NotFound);
    }
    // Ended before is as good as ended now.
    if tx.end_share_link(member.company, id, link, app.now_us()).await? {
        tx.audit(
            member.company,
            entry(&member, "share_link.ended", link, json!({"board": id})),
        )
        .await?;
        tx.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_while_nobody_ended_it_its_time_has_not_passed_and_its_maker_may() {
        let admin = Role::BoardAdmin;
        assert_eq!(state(None, 10, admin, true, 9), ShareLinkState::Open);
        assert_eq!(state(None, 10, admin, true, 10), ShareLinkState::Expired);
        assert_eq!(state(Some(5), 10, admin, true, 9), ShareLinkState::Ended);
        assert_eq!(state(None, 10, Role::Member, true, 9), ShareLinkState::MakerMayNot);
        assert_eq!(state(None, 10, admin, false, 9), ShareLinkState::MakerMayNot);
    }

    #[test]
    fn only_256_bits_are_a_link() {
        let secret = URL_SAFE_NO_PAD.encode([7; SECRET_BYTES]);
        assert!(digest(&secret).is_some());
        for text in ["", "abc", &secret[1..], &format!("{secret}A"), &format!("{secret}=")] {
            assert_eq!(digest(text), None, "{text}");
        }
    }
}
