//! Accounts: set-up, sign-in, sessions, members and their own settings.
//!
//! Passwords come in, are hashed at once and never go anywhere else.

pub mod members;
pub mod passwords;
mod profile;
pub mod sessions;
pub mod setup;
mod sign_in;
pub mod throttle;

use axum::Json;
use axum::extract::State;
use http::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::access::{Act, Role, Visitor};
use crate::app::App;
use crate::error::{ApiError, Refusal};
use crate::ids::{CompanyId, MemberId};
use crate::store::members::MemberRow;

/// Most characters of a name.
const NAME_CHARS_MAX: usize = 200;
/// Most characters of an e-mail address: what mail itself allows.
const EMAIL_CHARS_MAX: usize = 254;

/// The slice's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(session))
        .routes(routes!(setup::set_up))
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_in::sign_out))
        .routes(routes!(sign_in::become_person))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(profile::edit))
        .routes(routes!(profile::change_password))
        .routes(routes!(members::list, members::add))
        .routes(routes!(members::edit))
}

/// An answer that also sets the session's cookie.
pub(crate) type WithCookie<T> = ([(HeaderName, HeaderValue); 1], Json<T>);

/// Where the browser stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// Whether to show the set-up, the sign-in, or the product.
    pub phase: Phase,
    /// The company of the member who is signed in.
    pub company: Option<Company>,
    /// The member who is signed in.
    pub me: Option<Me>,
    /// What only a demo has.
    pub demo: Option<Demo>,
    /// The server's version; only for those who are signed in.
    pub version: String,
}

/// What the browser shows first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nobody ever signed in: the server waits for its first administrator.
    Setup,
    /// Nobody is signed in here.
    SignedOut,
    /// Somebody is signed in here.
    SignedIn,
}

/// A company as its members see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Company {
    /// Its number.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The number of its last change so far: whoever listens from there on misses nothing of what is asked for after this.
    pub change: i64,
}

/// The member who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Its number.
    pub id: Uuid,
    /// As others see it.
    pub name: String,
    /// As it was typed.
    pub email: String,
    /// What the member is.
    pub role: Role,
    /// One or two letters.
    pub initials: String,
    /// Colour of the initials, 1 to 6.
    pub avatar: i64,
    /// Colours of the screen.
    pub theme: Theme,
    /// Whether single letters are short cuts.
    pub has_single_keys: bool,
    /// Whether others on a board see that the member is there.
    pub has_presence: bool,
    /// The acts the role includes, such as `connections.manage`.
    pub may: Vec<&'static str>,
}

/// Colours of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system has it.
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// As it is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl From<String> for Theme {
    fn from(text: String) -> Self {
        // The database lets no fourth one in.
        [Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.as_str() == text)
            .unwrap_or(Self::System)
    }
}

/// What only a demo has.
#[derive(Debug, Serialize, ToSchema)]
pub struct Demo {
    /// People to be for a while.
    pub people: Vec<DemoPerson>,
    /// Where the simulated Azure DevOps shows its pages.
    pub azure_devops_url: String,
}

/// A person to be for a while.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemoPerson {
    /// Its number.
    pub id: Uuid,
    /// As others see it.
    pub name: String,
    /// What the person is.
    pub role: Role,
    /// One or two letters.
    pub initials: String,
    /// Colour of the initials, 1 to 6.
    pub avatar: i64,
}

/// Where this browser stands: set-up, signed out, or signed in and as whom.
#[utoipa::path(get, path = "/api/session", operation_id = "session_get", tag = "accounts", responses((status = 200, body = Session)))]
async fn session(State(app): State<App>, Visitor(member): Visitor) -> Result<Json<Session>, ApiError> {
    Ok(Json(match member {
        Some(member) => session_of(&app, member.company, member.id).await?,
        None => no_session(&app).await?,
    }))
}

/// The session as the member sees it.
async fn session_of(app: &App, company: CompanyId, member: MemberId) -> Result<Session, ApiError> {
    let change = app.store.latest_change(company).await?;
    let row = app.store.member(company, member).await?.ok_or(ApiError::SignedOut)?;
    let company_row = app.store.company(company).await?.ok_or(ApiError::SignedOut)?;
    Ok(Session {
        phase: Phase::SignedIn,
        company: Some(Company {
            id: company_row.id,
            name: company_row.name,
            change,
        }),
        me: Some(me(row)),
        demo: demo(app, company).await?,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

async fn no_session(app: &App) -> Result<Session, ApiError> {
    let phase = if setup::is_open(app).await? {
        Phase::Setup
    } else {
        Phase::SignedOut
    };
    let demo = match app.store.companies().await?.first() {
        Some(company) if app.is_demo => demo(app, CompanyId(company.id)).await?,
        _ => None,
    };
    Ok(Session {
        phase,
        company: None,
        me: None,
        demo,
        version: String::new(),
    })
}

async fn demo(app: &App, company: CompanyId) -> Result<Option<Demo>, ApiError> {
    if !app.is_demo {
        return Ok(None);
    }
    let members = app.store.members(company).await?;
    let people = members.into_iter().filter(|row| row.is_active).map(|row| DemoPerson {
        id: row.id,
        initials: initials(&row.name),
        name: row.name,
        role: row.role,
        avatar: row.avatar,
    });
    let azure_devops_url = app.demo_azure_devops_url.clone().unwrap_or_default();
    Ok(Some(Demo {
        people: people.collect(),
        azure_devops_url,
    }))
}

fn me(row: MemberRow) -> Me {
    Me {
        id: row.id,
        initials: initials(&row.name),
        name: row.name,
        email: row.email,
        role: row.role,
        avatar: row.avatar,
        theme: row.theme,
        has_single_keys: row.has_single_keys,
        has_presence: row.has_presence,
        may: Act::ALL
            .into_iter()
            .filter(|act| row.role.may(*act))
            .map(Act::as_str)
            .collect(),
    }
}

/// One or two capital letters that stand for a name.
pub fn initials(name: &str) -> String {
    let mut words = name
        .split(|c: char| c.is_whitespace() || c == '-')
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let (first, last) = (words.next(), words.next_back());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// The name without space around it, provided it is one.
fn checked_name(field: &str, name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Refusal::field_is(field, "is missing"));
    }
    if name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return Err(Refusal::field_is(field, "must be one line of at most 200 characters"));
    }
    Ok(name.to_owned())
}

/// The e-mail address without space around it, provided it looks like one.
fn checked_email(email: &str) -> Result<String, Refusal> {
    let email = email.trim();
    let is_plausible = email.chars().count() <= EMAIL_CHARS_MAX
        && !email.chars().any(|c| c.is_control() || c.is_whitespace())
        && email
            .rsplit_once('@')
            .is_some_and(|(mailbox, host)| !mailbox.is_empty() && !host.is_empty());
    if is_plausible {
        Ok(email.to_owned())
    } else {
        Err(Refusal::field_is("email", "is not an e-mail address"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_word() {
        for (name, expected) in [
            ("Ada Lovelace", "AL"),
            ("Jean-Luc", "JL"),
            ("Priya N. Raman", "PR"),
            ("ünal", "Ü"),
            ("(Ops) team", "OT"),
            ("…", ""),
        ] {
            assert_eq!(initials(name), expected);
        }
    }

    #[test]
    fn an_address_needs_a_mailbox_and_a_host() {
        assert!(checked_email(" ada@example.org ").is_ok());
        for wrong in ["", "ada", "@example.org", "ada@", "a da@example.org"] {
            assert!(checked_email(wrong).is_err(), "{wrong}");
        }
    }
}
