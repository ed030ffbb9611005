//! Sessions: a random cookie, its digest in the store, an end by rest and an end by age.

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::access::Member;
use crate::app::{App, random_bytes};
use crate::config::Config;
use crate::error::{ApiError, Problem};
use crate::extract::Path;
use crate::ids::{CompanyId, MemberId, SessionId, fresh};
use crate::store::sessions::{NewSession, SessionRow};
use crate::store::{StoreError, Tx};

/// A session that rests this long has ended.
const IDLE_MAX_US: i64 = 12 * 3600 * 1_000_000;
/// A session this old has ended, however busy.
const AGE_MAX_US: i64 = 7 * 24 * 3600 * 1_000_000;
/// How exactly the last use is kept.
const SEEN_EVERY_US: i64 = 60 * 1_000_000;
/// What is kept of a browser's name.
const USER_AGENT_CHARS_MAX: usize = 200;

/// One of the member's own sessions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SessionRow)]
pub(super) struct SessionListItem {
    id: Uuid,
    created_us: i64,
    last_seen_us: i64,
    /// What the browser calls itself.
    user_agent: String,
    /// Whether it is the one that asks.
    is_current: bool,
}

/// The member's own sessions, the last used first.
#[utoipa::path(get, path = "/api/sessions", operation_id = "sessions_list", tag = "accounts", responses(
    (status = 200, body = [SessionListItem]), (status = 401, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(State(app): State<App>, member: Member) -> Result<Json<Vec<SessionListItem>>, ApiError> {
    let rows = app.store.sessions_of(member.company, member.id).await?;
    let items = rows.into_iter().map(|row| SessionListItem {
        is_current: row.id == member.session.0,
        id: row.id,
        created_us: row.created_us,
        last_seen_us: row.last_seen_us,
        user_agent: row.user_agent,
    });
    Ok(Json(items.collect()))
}

/// Ends one of the member's own sessions; its live stream ends with it.
#[utoipa::path(delete, path = "/api/sessions/{id}", operation_id = "sessions_end", tag = "accounts", params(("id" = Uuid, Path)), responses(
    (status = 204), (status = 401, body = Problem, content_type = "application/problem+json"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn end(
    State(app): State<App>,
    member: Member,
    Path(id): Path<SessionId>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.begin().await?;
    if !tx.end_session(member.company, member.id, id).await? {
        return Err(ApiError::NotFound);
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The member whose browser sends these headers, if its session is alive.
pub async fn member_of(app: &App, headers: &HeaderMap) -> Result<Option<Member>, ApiError> {
    let Some(digest) = digest_of_cookie(headers, cookie_name(&app.config)) else {
        return Ok(None);
    };
    let now_us = app.now_us();
    let Some(row) = app.store.session(&digest).await?.filter(|row| is_fresh(row, now_us)) else {
        return Ok(None);
    };
    if now_us - row.last_seen_us > SEEN_EVERY_US {
        note_use(app, SessionId(row.id), now_us).await;
    }
    Ok(Some(Member {
        company: CompanyId(row.company_id),
        id: MemberId(row.member_id),
        role: row.role,
        session: SessionId(row.id),
    }))
}

async fn note_use(app: &App, id: SessionId, now_us: i64) {
    let noted = async {
        let mut tx = app.store.begin().await?;
        tx.session_seen(id, now_us).await?;
        tx.commit().await
    };
    // The request itself matters more than the note: a full disk must not keep readers out.
    if let Err(error) = noted.await {
        tracing::warn!(
            error = crate::error::chain(&error),
            "The use of a session could not be noted"
        );
    }
}

/// Whether the session is neither too old nor at rest for too long.
pub fn is_fresh(row: &SessionRow, now_us: i64) -> bool {
    now_us - row.created_us < AGE_MAX_US && now_us - row.last_seen_us < IDLE_MAX_US
}

/// Starts a session inside `tx`. Gives the `Set-Cookie` value to send once the transaction is committed.
pub async fn begin(
    tx: &mut Tx,
    config: &Config,
    company: CompanyId,
    member: MemberId,
    headers: &HeaderMap,
    now_us: i64,
) -> Result<HeaderValue, StoreError> {
    let secret = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
    let new = NewSession {
        id: SessionId(fresh()),
        secret_digest: &Sha256::digest(secret.as_bytes()),
        user_agent: &user_agent(headers),
        created_us: now_us,
    };
    tx.insert_session(company, member, &new).await?;
    Ok(cookie(config, &secret, AGE_MAX_US / 1_000_000))
}

/// The `Set-Cookie` value that takes the cookie away.
pub fn no_cookie(config: &Config) -> HeaderValue {
    cookie(config, "", 0)
}

/// Forgets sessions that ended by rest or age; called by the clock.
pub async fn forget_old(app: &App) -> Result<(), StoreError> {
    let now_us = app.now_us();
    let mut tx = app.store.begin().await?;
    tx.forget_old_sessions(now_us - AGE_MAX_US, now_us - IDLE_MAX_US)
        .await?;
    tx.commit().await
}

fn is_secure(config: &Config) -> bool {
    config.is_https() && !config.insecure_cookies
}

fn cookie_name(config: &Config) -> &'static str {
    if is_secure(config) {
        "__Host-lockstep_session"
    } else {
        "lockstep_session"
    }
}

fn cookie(config: &Config, value: &str, max_age_s: i64) -> HeaderValue {
    let secure = if is_secure(config) { "; Secure" } else { "" };
    let text = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}",
        cookie_name(config)
    );
    let mut value = HeaderValue::from_str(&text).expect("base64url and our own words fit a header");
    value.set_sensitive(true);
    value
}

fn digest_of_cookie(headers: &HeaderMap, name: &str) -> Option<[u8; 32]> {
    let mut pairs = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'));
    let secret = pairs.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))?;
    Some(Sha256::digest(secret.as_bytes()).into())
}

fn user_agent(headers: &HeaderMap) -> String {
    let text = headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    text.chars()
        .filter(|c| !c.is_control())
        .take(USER_AGENT_CHARS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;

    fn check(age_us: i64, rest_us: i64, expected: bool) {
        let row = SessionRow {
            id: Uuid::nil(),
            company_id: Uuid::nil(),
            member_id: Uuid::nil(),
            created_us: 0,
            last_seen_us: age_us - rest_us,
            role: Role::Member,
        };
        assert_eq!(is_fresh(&row, age_us), expected);
    }

    #[test]
    fn a_session_ends_by_rest_and_by_age() {
        check(AGE_MAX_US - 1, 0, true);
        check(AGE_MAX_US, 0, false);
        check(AGE_MAX_US - 1, IDLE_MAX_US, false);
    }

    #[test]
    fn over_https_the_cookie_is_bound_to_this_host_and_to_tls() {
        let config = Config {
            public_url: "https://lockstep.example.org".into(),
            ..Config::default()
        };
        let cookie = cookie(&config, "x", 1);
        let text = cookie.to_str().unwrap();
        assert!(
            text.starts_with("__Host-lockstep_session=x; Path=/; HttpOnly; SameSite=Lax"),
            "{text}"
        );
        assert!(text.ends_with("; Secure"));
    }

    #[test]
    fn a_cookie_with_a_longer_name_is_another_cookie() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            "lockstep_session_old=a; lockstep_session=b".parse().unwrap(),
        );
        let expected: [u8; 32] = Sha256::digest(b"b").into();
        assert_eq!(digest_of_cookie(&headers, "lockstep_session"), Some(expected));
    }
}
