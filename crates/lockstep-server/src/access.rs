//! Who may do what: the one visible place.
//!
//! [`TABLE`] names every operation and its [`Rule`]; the gate in front of every route looks the operation up and lets
//! nobody through who is not named, so a route that is missing here answers 403 to everybody. [`Role::may`] says which acts
//! a role includes. **A new route needs its line in `TABLE`** and a line in the matrix of `tests/it/access.rs`.
//!
//! A handler takes [`Member`] as an argument to know who asks, and `member.company` goes into every question to the store.
//! What the table can't say (the author of an edit, or a board admin) a handler asks with [`Member::require`] or
//! [`Member::may`] next to the rule.

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::sessions;
use crate::app::App;
use crate::error::ApiError;
use crate::ids::{CompanyId, MemberId, SessionId};

/// The four roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, connections and members included.
    CompanyAdmin,
    /// Boards and other people's edits.
    BoardAdmin,
    /// Plans and edits.
    Member,
    /// Looks on.
    Viewer,
}

/// Acts that not every role includes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Act {
    /// See connections and how they are.
    ViewConnections,
    /// Make, edit, test and delete connections; see their webhook secrets.
    ManageConnections,
    /// Keep a token of one's own.
    ManageOwnTokens,
    /// See who is in the company.
    ViewMembers,
    /// Add members, change roles, take access away.
    ManageMembers,
    /// See action items.
    ViewActionItems,
    /// Make, edit, push and delete action items.
    EditActionItems,
    /// See boards, as far as each lets one.
    ViewBoards,
    /// Plan on boards, as far as each lets one.
    EditBoards,
    /// Make boards, set them up, say who sees them.
    ManageBoards,
    /// See what is not settled and what was written.
    ViewSync,
    /// Decide about one's own edits.
    DecideEdits,
    /// Decide about anybody's edits.
    DecideAllEdits,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 13] = [
        Self::ViewConnections,
        Self::ManageConnections,
        Self::ManageOwnTokens,
        Self::ViewMembers,
        Self::ManageMembers,
        Self::ViewActionItems,
        Self::EditActionItems,
        Self::ViewBoards,
        Self::EditBoards,
        Self::ManageBoards,
        Self::ViewSync,
        Self::DecideEdits,
        Self::DecideAllEdits,
    ];

    /// As the browser knows it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ViewConnections => "connections.view",
            Self::ManageConnections => "connections.manage",
            Self::ManageOwnTokens => "own_tokens.manage",
            Self::ViewMembers => "members.view",
            Self::ManageMembers => "members.manage",
            Self::ViewActionItems => "action_items.view",
            Self::EditActionItems => "action_items.edit",
            Self::ViewBoards => "boards.view",
            Self::EditBoards => "boards.edit",
            Self::ManageBoards => "boards.manage",
            Self::ViewSync => "sync.view",
            Self::DecideEdits => "edits.decide",
            Self::DecideAllEdits => "edits.decide_all",
        }
    }
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::CompanyAdmin, Self::BoardAdmin, Self::Member, Self::Viewer];

    /// As it is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CompanyAdmin => "company_admin",
            Self::BoardAdmin => "board_admin",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }

    /// Whether the role includes the act.
    pub const fn may(self, act: Act) -> bool {
        match act {
            Act::ViewConnections | Act::ViewMembers | Act::ViewActionItems | Act::ViewBoards | Act::ViewSync => true,
            Act::EditActionItems | Act::EditBoards | Act::ManageOwnTokens | Act::DecideEdits => {
                !matches!(self, Self::Viewer)
            }
            Act::ManageBoards | Act::DecideAllEdits => matches!(self, Self::CompanyAdmin | Self::BoardAdmin),
            Act::ManageConnections | Act::ManageMembers => matches!(self, Self::CompanyAdmin),
        }
    }
}

/// What a member may do on one board, beside what the role includes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoardRights {
    /// See it at all; for whoever may not, it is not there.
    pub may_see: bool,
    /// Plan on it.
    pub may_edit: bool,
    /// Set it up, publish and discard for everybody.
    pub may_manage: bool,
}

impl BoardRights {
    /// The rights of a role on a board that the whole company sees, or only those listed. `listed` is whether the member is
    /// listed, and with the right to edit.
    ///
    /// Whoever manages boards has every right on each. A board of the company is planned on by every member, but for those
    /// who are listed as looking on; another one by those who are listed with the right to.
    pub const fn of(role: Role, is_for_company: bool, listed: Option<bool>) -> Self {
        let may_manage = role.may(Act::ManageBoards);
        let may_see = may_manage || ((is_for_company || listed.is_some()) && role.may(Act::ViewBoards));
        let is_let_in = match listed {
            Some(may_edit) => may_edit,
            None => is_for_company,
        };
        Self {
            may_see,
            may_edit: may_manage || (is_let_in && role.may(Act::EditBoards)),
            may_manage,
        }
    }
}

/// A role that nobody knows.
#[derive(Debug, thiserror::Error)]
#[error("no such role")]
pub struct NoSuchRole;

impl TryFrom<String> for Role {
    type Error = NoSuchRole;
    fn try_from(text: String) -> Result<Self, NoSuchRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(NoSuchRole)
    }
}

/// Who gets through to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Everybody, signed in or not.
    Anyone,
    /// Everybody who is signed in.
    SignedIn,
    /// Members whose role includes the act.
    May(Act),
    /// Nobody by session: the route checks a secret of its own.
    OwnSecret,
}

/// Every operation and who gets through to it.
pub const TABLE: &[(&str, &str, Rule)] = &[
    // The server itself
    ("GET", "/api/openapi.json", Rule::Anyone),
    ("GET", "/healthz", Rule::Anyone),
    ("GET", "/readyz", Rule::Anyone),
    ("GET", "/metrics", Rule::OwnSecret),
    // Accounts
    ("GET", "/api/session", Rule::Anyone),
    ("POST", "/api/setup", Rule::Anyone),
    ("POST", "/api/sign-in", Rule::Anyone),
    ("POST", "/api/sign-out", Rule::Anyone),
    ("POST", "/api/demo/person", Rule::Anyone),
    ("GET", "/demo", Rule::Anyone),
    ("GET", "/api/sessions", Rule::SignedIn),
    ("DELETE", "/api/sessions/{id}", Rule::SignedIn),
    ("PATCH", "/api/me", Rule::SignedIn),
    ("POST", "/api/me/password", Rule::SignedIn),
    ("GET", "/api/members", Rule::May(Act::ViewMembers)),
    ("POST", "/api/members", Rule::May(Act::ManageMembers)),
    ("PATCH", "/api/members/{id}", Rule::May(Act::ManageMembers)),
    // Live
    ("GET", "/api/events", Rule::SignedIn),
    // Connections
    ("GET", "/api/connections", Rule::May(Act::ViewConnections)),
    ("POST", "/api/connections", Rule::May(Act::ManageConnections)),
    ("POST", "/api/connections/test", Rule::May(Act::ManageConnections)),
    ("GET", "/api/connections/{id}", Rule::May(Act::ViewConnections)),
    ("PATCH", "/api/connections/{id}", Rule::May(Act::ManageConnections)),
    ("DELETE", "/api/connections/{id}", Rule::May(Act::ManageConnections)),
    ("POST", "/api/connections/{id}/test", Rule::May(Act::ManageConnections)),
    (
        "GET",
        "/api/connections/{id}/webhook",
        Rule::May(Act::ManageConnections),
    ),
    (
        "POST",
        "/api/connections/{id}/webhook/reveal",
        Rule::May(Act::ManageConnections),
    ),
    (
        "POST",
        "/api/connections/{id}/webhook/rotate",
        Rule::May(Act::ManageConnections),
    ),
    ("GET", "/api/connections/{id}/projects", Rule::May(Act::EditActionItems)),
    (
        "GET",
        "/api/connections/{id}/projects/{project_id}/targets",
        Rule::May(Act::EditActionItems),
    ),
    ("GET", "/api/me/tokens", Rule::May(Act::ManageOwnTokens)),
    ("PUT", "/api/me/tokens/{connection_id}", Rule::May(Act::ManageOwnTokens)),
    (
        "POST",
        "/api/me/tokens/{connection_id}/test",
        Rule::May(Act::ManageOwnTokens),
    ),
    (
        "DELETE",
        "/api/me/tokens/{connection_id}",
        Rule::May(Act::ManageOwnTokens),
    ),
    ("POST", "/hooks/{path_id}", Rule::OwnSecret),
    // Action items
    ("GET", "/api/action-items", Rule::May(Act::ViewActionItems)),
    ("POST", "/api/action-items", Rule::May(Act::EditActionItems)),
    ("POST", "/api/action-items/lines", Rule::May(Act::EditActionItems)),
    // The address inside a work item: a way back, which tells nobody whether there is anything.
    ("GET", "/x/{id}", Rule::Anyone),
    ("GET", "/api/action-items/{id}", Rule::May(Act::ViewActionItems)),
    ("POST", "/api/action-items/{id}/edits", Rule::May(Act::EditActionItems)),
    ("POST", "/api/action-items/{id}/push", Rule::May(Act::EditActionItems)),
    (
        "POST",
        "/api/action-items/{id}/comments",
        Rule::May(Act::EditActionItems),
    ),
    ("POST", "/api/action-items/{id}/delete", Rule::May(Act::EditActionItems)),
    (
        "POST",
        "/api/action-items/{id}/restore",
        Rule::May(Act::EditActionItems),
    ),
    // Making boards
    ("POST", "/api/boards/proposal", Rule::May(Act::ManageBoards)),
    ("POST", "/api/boards/preview", Rule::May(Act::ManageBoards)),
    ("POST", "/api/boards", Rule::May(Act::ManageBoards)),
    ("POST", "/api/boards/{id}/leaving", Rule::May(Act::ManageBoards)),
    ("POST", "/api/boards/{id}/connect/preview", Rule::May(Act::ManageBoards)),
    ("POST", "/api/boards/{id}/connect", Rule::May(Act::ManageBoards)),
    ("POST", "/api/connections/{id}/wiql", Rule::May(Act::ManageBoards)),
    ("GET", "/api/boards", Rule::May(Act::ViewBoards)),
    ("GET", "/api/boards/{id}", Rule::May(Act::ViewBoards)),
    ("PATCH", "/api/boards/{id}", Rule::May(Act::ManageBoards)),
    ("DELETE", "/api/boards/{id}", Rule::May(Act::ManageBoards)),
    ("GET", "/api/boards/{id}/snapshot", Rule::May(Act::ViewBoards)),
    ("GET", "/api/boards/{id}/changes", Rule::May(Act::ViewBoards)),
    ("GET", "/api/boards/{id}/left", Rule::May(Act::ViewBoards)),
    ("GET", "/api/boards/{id}/cards/{item}", Rule::May(Act::ViewBoards)),
    ("POST", "/api/boards/{id}/redo", Rule::May(Act::EditBoards)),
    ("POST", "/api/boards/{id}/undo", Rule::May(Act::EditBoards)),
    ("POST", "/api/boards/{id}/acts", Rule::May(Act::EditBoards)),
    ("POST", "/api/boards/{id}/presence", Rule::May(Act::ViewBoards)),
    ("GET", "/api/boards/{id}/publish", Rule::May(Act::ViewBoards)),
    ("POST", "/api/boards/{id}/publish", Rule::May(Act::EditBoards)),
    ("POST", "/api/boards/{id}/publish/try", Rule::May(Act::EditBoards)),
    ("POST", "/api/boards/{id}/publish/stop", Rule::May(Act::EditBoards)),
    ("POST", "/api/boards/{id}/discard", Rule::May(Act::EditBoards)),
    ("POST", "/api/boards/{id}/export", Rule::May(Act::ViewBoards)),
    ("GET", "/api/boards/{id}/filters", Rule::May(Act::ViewBoards)),
    ("POST", "/api/boards/{id}/filters", Rule::May(Act::EditBoards)),
    (
        "DELETE",
        "/api/boards/{id}/filters/{filter}",
        Rule::May(Act::EditBoards),
    ),
    ("GET", "/api/boards/{id}/links", Rule::May(Act::ManageBoards)),
    ("POST", "/api/boards/{id}/links", Rule::May(Act::ManageBoards)),
    ("DELETE", "/api/boards/{id}/links/{link}", Rule::May(Act::ManageBoards)),
    ("GET", "/api/shared/board", Rule::OwnSecret),
    // Sync
    ("GET", "/api/sync", Rule::May(Act::ViewSync)),
    ("POST", "/api/edits/{id}/decide", Rule::May(Act::DecideEdits)),
];

/// The rule of an operation; `path` is the route's template.
pub fn rule(method: &str, path: &str) -> Option<Rule> {
    // A HEAD request is answered by the GET route.
    let method = if method == "HEAD" { "GET" } else { method };
    TABLE
        .iter()
        .find(|(m, p, _)| *m == method && *p == path)
        .map(|(_, _, rule)| *rule)
}

/// Who asks: a signed-in, active member with the role of this moment.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// Whose data may be seen.
    pub company: CompanyId,
    /// Who.
    pub id: MemberId,
    /// What the member may do now.
    pub role: Role,
    /// By which session.
    pub session: SessionId,
}

impl Member {
    /// Whether the member's role includes `act`.
    pub fn may(&self, act: Act) -> bool {
        self.role.may(act)
    }

    /// Goes on only if the member's role includes `act`.
    pub fn require(&self, act: Act) -> Result<(), ApiError> {
        if self.may(act) {
            Ok(())
        } else {
            Err(ApiError::Forbidden)
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Member {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().copied().ok_or(ApiError::SignedOut)
    }
}

/// Whoever asks, signed in or not: for the few operations of [`Rule::Anyone`] that look.
#[derive(Debug, Clone, Copy)]
pub struct Visitor(pub Option<Member>);

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get::<Member>().copied()))
    }
}

/// The gate in front of every route.
pub async fn gate(
    State(app): State<App>,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let rule = rule(request.method().as_str(), path.as_str()).ok_or(ApiError::Forbidden)?;
    if rule != Rule::OwnSecret {
        let member = sessions::member_of(&app, request.headers()).await?;
        match (rule, member) {
            (Rule::Anyone | Rule::OwnSecret, _) => {}
            (Rule::SignedIn | Rule::May(_), None) => return Err(ApiError::SignedOut),
            (Rule::SignedIn, Some(_)) => {}
            (Rule::May(act), Some(member)) => member.require(act)?,
        }
        if let Some(member) = member {
            request.extensions_mut().insert(member);
        }
    }
    Ok(next.run(request).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_is_read_back_from_its_text() {
        for role in Role::ALL {
            assert_eq!(Role::try_from(role.as_str().to_owned()).ok(), Some(role));
        }
    }

    #[test]
    fn no_operation_stands_in_the_table_twice() {
        for (index, (method, path, _)) in TABLE.iter().enumerate() {
            assert!(
                !TABLE[..index].iter().any(|(m, p, _)| m == method && p == path),
                "{method} {path}"
            );
        }
    }

    #[test]
    fn only_a_company_admin_manages_connections_and_members() {
        for role in Role::ALL {
            let is_admin = role == Role::CompanyAdmin;
            assert_eq!(role.may(Act::ManageConnections), is_admin);
            assert_eq!(role.may(Act::ManageMembers), is_admin);
        }
    }

    #[test]
    fn a_board_is_seen_and_edited_by_those_it_lets_in() {
        let check = |role, is_for_company, listed, may_see, may_edit| {
            let rights = BoardRights::of(role, is_for_company, listed);
            assert_eq!(
                (rights.may_see, rights.may_edit),
                (may_see, may_edit),
                "{role:?} {is_for_company} {listed:?}"
            );
            assert_eq!(rights.may_manage, role.may(Act::ManageBoards));
        };
        check(Role::Member, true, None, true, true);
        check(Role::Member, true, Some(false), true, false);
        check(Role::Member, false, None, false, false);
        check(Role::Member, false, Some(false), true, false);
        check(Role::Member, false, Some(true), true, true);
        check(Role::Viewer, true, None, true, false);
        check(Role::Viewer, false, None, false, false);
        check(Role::Viewer, false, Some(true), true, false);
        check(Role::BoardAdmin, false, None, true, true);
        check(Role::CompanyAdmin, false, Some(false), true, true);
    }

    #[test]
    fn a_viewer_changes_nothing() {
        for act in Act::ALL {
            assert_eq!(
                Role::Viewer.may(act),
                act.as_str().ends_with(".view"),
                "{}",
                act.as_str()
            );
        }
    }
}
