//! What connections look like to browsers, and how rows become that. No secret and no character of a token is in here.

use azdo::Flavor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::expiry::{day_of, days_left, warning};
use super::hook_rows::{HookRow, hook_rows};
use crate::store::connections::{ConnectionCounts, ConnectionRow, Defaults};
use crate::store::credentials::{CredentialRow, HeldForToken};
use crate::store::webhooks::SeenRow;

/// A connection.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Connection {
    /// Its number.
    pub id: Uuid,
    /// As people call it.
    pub label: String,
    /// Canonical address.
    pub server_url: String,
    /// Host of the address.
    pub host: String,
    /// Name of the organization or collection.
    pub organization: String,
    /// `services`, `server_2022`, `server_2020`, `server_2019`, `tfs_2018` or `unknown`.
    pub flavor: String,
    /// Version that is spoken, such as `7.1`.
    pub api: String,
    /// Whether anything is sent and read.
    pub is_enabled: bool,
    /// The token travels in the clear.
    pub is_plain_http: bool,
    /// How it fares.
    pub health: Health,
    /// What waits, what needs somebody, what is paired.
    pub counts: Counts,
    /// The connection's own token.
    pub token: TokenState,
    /// What happens to edits of members without a token of their own.
    pub without_own_token: WithoutOwnToken,
    /// What happens when a field was changed on both sides.
    pub conflict_rule: ConflictRule,
    /// Whether a creation on somebody's behalf says so in the work item.
    pub notes_on_behalf_create: bool,
    /// Whether an edit on somebody's behalf says so in the work item.
    pub notes_on_behalf_update: bool,
    /// Time zone of the organization, as IANA calls it.
    pub time_zone: Option<String>,
    /// Where a pushed item goes unless somebody says otherwise.
    pub defaults: Option<Defaults>,
    /// The token of the member who asks.
    pub my_token: MyToken,
    /// When each event last came by a service hook.
    pub hooks: Vec<HookRow>,
    /// How many members have a token of their own.
    pub own_tokens: OwnTokens,
    /// When it was made.
    pub created_us: i64,
}

/// How a connection fares.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ConnectionHealth)]
pub struct Health {
    /// `new`, `in_lockstep`, `waiting`, `unreachable`, `token_refused`, `throttled` or `disabled`.
    pub state: String,
    /// More about that.
    pub detail: Option<String>,
    /// Since when.
    pub since_us: i64,
    /// Restored from a backup: so many work items are still to be read again before anything is written; else `null`.
    pub to_reconcile: Option<i64>,
    /// When it was last asked what changed.
    pub last_poll_us: Option<i64>,
    /// How often it is asked.
    pub poll_interval_ms: u64,
}

/// Numbers of a connection.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ConnectionCounts)]
pub struct Counts {
    /// Edits on their way.
    pub waiting: i64,
    /// Edits that wait for somebody.
    pub needs_decision: i64,
    /// Items with a work item.
    pub paired: i64,
}

/// The connection's own token.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TokenState {
    /// Name of its owner in Azure DevOps.
    pub owner: Option<String>,
    /// Sign-in name of its owner.
    pub unique_name: Option<String>,
    /// Its last day, as somebody said.
    pub expires_on: Option<String>,
    /// `ok`, `refused`, `expired` or `reenter`.
    pub state: String,
    /// Days until its last day; negative once it is over.
    pub days_left: Option<i64>,
    /// What to say about it, if anything.
    pub warning: Option<String>,
}

/// A member's own token for a connection.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MyToken {
    /// Which connection.
    pub connection_id: Uuid,
    /// As people call it.
    pub connection_label: String,
    /// Host of its address.
    pub host: String,
    /// `none`, `ok`, `refused`, `expired` or `reenter`.
    pub state: String,
    /// Name of its owner in Azure DevOps.
    pub owner: Option<String>,
    /// Sign-in name of its owner.
    pub unique_name: Option<String>,
    /// Its last day, as its owner said.
    pub expires_on: Option<String>,
    /// Days until its last day; negative once it is over.
    pub days_left: Option<i64>,
    /// When it was last seen to work.
    pub verified_us: Option<i64>,
    /// Edits that wait for it.
    pub held_edits: i64,
    /// When the first of them was made.
    pub oldest_held_us: Option<i64>,
    /// The page where a token is made.
    pub token_page: String,
    /// What happens without one.
    pub without_own_token: WithoutOwnToken,
}

/// How many members have a token of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OwnTokens {
    /// Those whose token can be used.
    pub stored: usize,
    /// All who have access.
    pub members: usize,
}

/// What happens to an edit of somebody without a token of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WithoutOwnToken {
    /// It is kept until they store one.
    Hold,
    /// It is written as the connection's account.
    WriteAsConnection,
}

/// What happens when a field was changed on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConflictRule {
    /// Somebody is asked.
    Ask,
    /// The value in Azure DevOps stays.
    AzureDevopsWins,
    /// The value here is written.
    LockstepWins,
}

impl WithoutOwnToken {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::WriteAsConnection => "write_as_connection",
        }
    }

    fn parse(text: &str) -> Self {
        if text == "write_as_connection" {
            Self::WriteAsConnection
        } else {
            Self::Hold
        }
    }
}

impl ConflictRule {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::AzureDevopsWins => "azure_devops_wins",
            Self::LockstepWins => "lockstep_wins",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "azure_devops_wins" => Self::AzureDevopsWins,
            "lockstep_wins" => Self::LockstepWins,
            _ => Self::Ask,
        }
    }
}

/// A flavor as browsers know it.
pub const fn flavor_text(flavor: Flavor) -> &'static str {
    match flavor {
        Flavor::Services => "services",
        Flavor::Server2022 => "server_2022",
        Flavor::Server2020 => "server_2020",
        Flavor::Server2019 => "server_2019",
        Flavor::Tfs2018 => "tfs_2018",
        Flavor::Unknown => "unknown",
    }
}

/// Everything a [`Connection`] is made of.
pub struct Parts<'a> {
    /// The connection.
    pub row: &'a ConnectionRow,
    /// Every token for it.
    pub credentials: &'a [CredentialRow],
    /// Its numbers.
    pub counts: ConnectionCounts,
    /// The events that came.
    pub seen: &'a [SeenRow],
    /// Members with access.
    pub n_members: usize,
    /// Who asks.
    pub member: Uuid,
    /// Edits of who asks that wait for a token.
    pub held: Option<HeldForToken>,
    /// How often it is asked.
    pub poll_interval_ms: u64,
    /// The clock.
    pub now_us: i64,
}

impl Parts<'_> {
    /// The connection as browsers see it.
    pub fn connection(&self) -> Connection {
        let row = self.row;
        let collection = azdo::Collection::parse(&row.server_url).ok();
        Connection {
            id: row.id,
            label: row.label.clone(),
            server_url: row.server_url.clone(),
            host: collection.as_ref().map(|c| c.host().to_owned()).unwrap_or_default(),
            organization: row.organization.clone(),
            flavor: row.flavor.clone(),
            api: row.versions.spoken(),
            is_enabled: row.is_enabled,
            is_plain_http: collection.is_some_and(|c| c.is_plain_http()),
            health: self.health(),
            counts: Counts {
                waiting: self.counts.waiting,
                needs_decision: self.counts.held,
                paired: self.counts.paired,
            },
            token: self.token(),
            without_own_token: WithoutOwnToken::parse(&row.without_own_token),
            conflict_rule: ConflictRule::parse(&row.conflict_rule),
            notes_on_behalf_create: row.notes_on_behalf_create,
            notes_on_behalf_update: row.notes_on_behalf_update,
            time_zone: row.time_zone.clone(),
            defaults: row.defaults.as_ref().map(|defaults| defaults.0.clone()),
            my_token: self.my_token(),
            hooks: hook_rows(self.seen.iter().filter(|seen| seen.connection_id == row.id)),
            own_tokens: OwnTokens {
                stored: self
                    .credentials
                    .iter()
                    .filter(|c| c.member_id.is_some() && c.state == "ok")
                    .count(),
                members: self.n_members,
            },
            created_us: row.created_us,
        }
    }

    fn health(&self) -> Health {
        let row = self.row;
        Health {
            state: if row.is_enabled {
                row.health_state.clone()
            } else {
                "disabled".to_owned()
            },
            detail: row.health_detail.clone(),
            since_us: row.health_since_us,
            to_reconcile: self.counts.to_reconcile,
            last_poll_us: row.last_poll_us.max(self.counts.polled_us),
            poll_interval_ms: self.poll_interval_ms,
        }
    }

    fn token(&self) -> TokenState {
        let Some(token) = self.credentials.iter().find(|c| c.member_id.is_none()) else {
            return TokenState {
                owner: None,
                unique_name: None,
                expires_on: None,
                state: "reenter".to_owned(),
                days_left: None,
                warning: warning("reenter", None),
            };
        };
        let days_left = days_left(token.expires_on.as_deref(), day_of(self.now_us));
        TokenState {
            owner: Some(token.identity_name.clone()),
            unique_name: token.identity_unique_name.clone(),
            expires_on: token.expires_on.clone(),
            warning: warning(&token.state, days_left),
            state: token.state.clone(),
            days_left,
        }
    }

    /// The token of who asks.
    pub fn my_token(&self) -> MyToken {
        let row = self.row;
        let token = self.credentials.iter().find(|c| c.member_id == Some(self.member));
        let collection = azdo::Collection::parse(&row.server_url).ok();
        MyToken {
            connection_id: row.id,
            connection_label: row.label.clone(),
            host: collection.as_ref().map(|c| c.host().to_owned()).unwrap_or_default(),
            state: token.map_or("none", |token| token.state.as_str()).to_owned(),
            owner: token.map(|token| token.identity_name.clone()),
            unique_name: token.and_then(|token| token.identity_unique_name.clone()),
            expires_on: token.and_then(|token| token.expires_on.clone()),
            days_left: token.and_then(|token| days_left(token.expires_on.as_deref(), day_of(self.now_us))),
            verified_us: token.map(|token| token.verified_us),
            held_edits: self.held.map_or(0, |held| held.n),
            oldest_held_us: self.held.map(|held| held.oldest_us),
            token_page: collection
                .map(|c| c.token_page_of(row.versions.flavor()))
                .unwrap_or_default(),
            without_own_token: WithoutOwnToken::parse(&row.without_own_token),
        }
    }
}
