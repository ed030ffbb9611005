//! Live changes for browsers: what was committed, in the order of its numbers.
//!
//! [`LiveBus`] carries announcements inside the process; [`stream`] turns them into server-sent events. An announcement says
//! only what changed, never how: the browser asks for the thing itself and gets what it may see.

pub mod relay;
mod stream;

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The number of each company's last change that was announced.
    latest: Arc<RwLock<HashMap<CompanyId, i64>>>,
}

impl Default for LiveBus {
    fn default() -> Self {
        Self {
            changes: broadcast::Sender::new(N_NOTICES_MAX),
            endings: broadcast::Sender::new(N_NOTICES_MAX),
            latest: Arc::default(),
        }
    }
}

impl LiveBus {
    /// Tells every stream; [`Tx::commit`](crate::store::Tx::commit) does it, in the order of numbers. What another instance
    /// has committed may come after a later number of this one.
    pub(crate) fn announce(&self, notice: ChangeNotice) {
        let mut latest = self.latest.write().expect("nobody panics while holding it");
        let latest_here = latest.entry(notice.company).or_insert(notice.change);
        *latest_here = notice.change.max(*latest_here);
        drop(latest);
        let _listeners = self.changes.send(notice);
    }

    /// Ends streams; [`Tx::commit`](crate::store::Tx::commit) does it for the sessions it ended.
    pub(crate) fn end(&self, ended: Ended) {
        let _listeners = self.endings.send(ended);
    }

    /// The number of a company's last change, if one was announced since this process began. Whoever has seen that number
    /// has nothing to read: what is committed later is announced later.
    pub fn latest(&self, company: CompanyId) -> Option<i64> {
        let latest = self.latest.read().expect("nobody panics while holding it");
        latest.get(&company).copied()
    }

    /// The numbers of all companies' last changes that were announced.
    pub fn all_latest(&self) -> HashMap<CompanyId, i64> {
        self.latest.read().expect("nobody panics while holding it").clone()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_number_of_each_company_is_known_once_it_was_announced() {
        let bus = LiveBus::default();
        let [northquay, other] = [1, 2].map(|n| CompanyId(Uuid::from_u128(n)));
        let notice = |company, change| ChangeNotice {
            company,
            change,
            noun: Noun::Board,
            id: Uuid::nil(),
        };
        assert_eq!(bus.latest(northquay), None);
        bus.announce(notice(northquay, 7));
        bus.announce(notice(other, 3));
        bus.announce(notice(northquay, 8));
        assert_eq!((bus.latest(northquay), bus.latest(other)), (Some(8), Some(3)));
        // Of another instance, heard late.
        bus.announce(notice(northquay, 6));
        assert_eq!(bus.latest(northquay), Some(8));
    }
}
