//! Live changes for browsers: what was committed, in the order of its numbers.
//!
//! [`LiveBus`] carries announcements inside the process; [`stream`] turns them into server-sent events. An announcement says
//! only what changed, never how: the browser asks for the thing itself and gets what it may see.

mod stream;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::ids::{CompanyId, MemberId, SessionId};

/// Announcements a slow browser may be behind before it is told to read everything again.
const N_NOTICES_MAX: usize = 1024;

/// The slice's routes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(stream::events))
}

/// What kind of thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Noun {
    /// An action item, its edits or its comments.
    ActionItem,
    /// A board's settings, its import, who may see it, its drafts.
    Board,
    /// Cards of a board; the id is the board's.
    Card,
    /// A connection, its settings or its health.
    Connection,
    /// A member.
    Member,
    /// A connection's token or an own token; the id is the connection's.
    Credential,
    /// What is waiting, held or was written.
    Sync,
}

impl Noun {
    /// Every noun.
    pub const ALL: [Self; 7] = [
        Self::ActionItem,
        Self::Board,
        Self::Card,
        Self::Connection,
        Self::Member,
        Self::Credential,
        Self::Sync,
    ];

    /// As it is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ActionItem => "action_item",
            Self::Board => "board",
            Self::Card => "card",
            Self::Connection => "connection",
            Self::Member => "member",
            Self::Credential => "credential",
            Self::Sync => "sync",
        }
    }
}

/// A committed change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeNotice {
    /// Whose.
    pub company: CompanyId,
    /// Its number in the company.
    pub change: i64,
    /// What kind of thing changed.
    pub noun: Noun,
    /// Which one.
    pub id: Uuid,
}

/// Sessions that have ended: their streams end now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// This one.
    Session(SessionId),
    /// All of this member, but that one.
    SessionsOf(MemberId, Option<SessionId>),
}

/// Carries announcements from commits to streams.
#[derive(Debug, Clone)]
pub struct LiveBus {
    changes: broadcast::Sender<ChangeNotice>,
    endings: broadcast::Sender<Ended>,
}

impl Default for LiveBus {
    fn default() -> Self {
        Self {
            changes: broadcast::Sender::new(N_NOTICES_MAX),
            endings: broadcast::Sender::new(N_NOTICES_MAX),
        }
    }
}

impl LiveBus {
    /// Tells every stream; [`Tx::commit`](crate::store::Tx::commit) does it, in the order of numbers.
    pub(crate) fn announce(&self, notice: ChangeNotice) {
        let _listeners = self.changes.send(notice);
    }

    /// Ends streams; [`Tx::commit`](crate::store::Tx::commit) does it for the sessions it ended.
    pub(crate) fn end(&self, ended: Ended) {
        let _listeners = self.endings.send(ended);
    }

    /// Hears changes from now on, of every company: the listener sorts out its own.
    pub fn changes(&self) -> broadcast::Receiver<ChangeNotice> {
        self.changes.subscribe()
    }

    /// Hears ended sessions from now on.
    pub fn endings(&self) -> broadcast::Receiver<Ended> {
        self.endings.subscribe()
    }
}
