//! An Azure DevOps in memory, as faithful as its public papers allow, with ground truth.
//!
//! [`Sim::handle`] takes one HTTP request and gives one answer; nothing here opens a socket, a file, reads a clock or
//! throws dice of its own: time is an argument, chance is seeded. What the papers leave open is a switch in [`Doubts`],
//! trouble on the way is [`Faults`]. Facts come from Microsoft's specifications and examples and from the handbook that
//! collects them, never from Lockstep's own client: only Microsoft's files bind the two.
//!
//! One organization, Azure DevOps Services 7.1 (7.2 in preview), process Agile.

mod access;
mod administration;
mod authenticate;
mod backlog_levels;
mod clock;
pub mod contract;
mod custom_rules;
mod dice;
mod doubts;
mod faults;
mod fields;
mod harbour;
mod hooks;
mod html;
mod http;
mod large;
mod link_types;
mod links;
mod locations;
mod nodes;
mod organization;
mod patch;
mod people;
mod process;
mod recycle_bin;
mod refusal;
mod render;
mod routes;
mod rules;
mod saved_queries;
mod sight;
mod stored_fields;
mod team;
mod truth;
mod values;
mod versions;
mod wiql;
mod work_item;
mod write;

pub use access::{Permission, Person, TokenInfo, TokenSpec};
pub use administration::{NodeInfo, TypeInfo};
pub use custom_rules::RequiredInState;
pub use dice::Dice;
pub use doubts::{Doubts, LinkRev, RefusalFace};
pub use faults::{Exchange, FaultRates, Faults, LATE_APPLY_MAX_S, NOTICE_DELAY_MAX_S, STALE_MAX_S, Spell};
pub use hooks::{Delivery, DeliveryOutcome, SubscriptionInfo, SubscriptionSpec};
pub use http::{HttpRequest, HttpResponse};
pub use people::{HistoryEntry, LinkInfo};
pub use saved_queries::QueryInfo;
pub use team::{BugsBehavior, MemberCapacity};
pub use truth::{Accepted, AcceptedKind, Snapshot};

use std::collections::BTreeMap;

/// Microseconds in a second.
pub(crate) const SECOND_US: i64 = 1_000_000;

/// What a simulated organization starts from.
#[derive(Debug, Clone)]
pub struct SimConfig {
    /// Decides every GUID and token.
    pub seed: u64,
    /// The organization's name; taken in any case in a path.
    pub organization: String,
    /// Without a slash at the end; answers' URLs are `{base_url}/{organization}/…`.
    pub base_url: String,
    /// The side of every doubt.
    pub doubts: Doubts,
    /// When the world is made, microseconds UTC.
    pub start_us: i64,
}

/// Why somebody's act inside Azure DevOps was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SimError {
    /// There is nobody of this unique name.
    #[error("there is no person {0}")]
    NoSuchPerson(String),
    /// There is no project of this name.
    #[error("there is no project {0}")]
    NoSuchProject(String),
    /// Azure DevOps refuses, in its own words.
    #[error("{message}")]
    Refused {
        /// The HTTP status a request would have got.
        status: u16,
        /// The `typeKey` of the error envelope.
        type_key: String,
        /// The message of the error envelope.
        message: String,
    },
}

/// A project and its teams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectInfo {
    /// GUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its teams, the default team first.
    pub teams: Vec<TeamInfo>,
}

/// A team and who is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamInfo {
    /// GUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Unique names.
    pub members: Vec<String>,
}

/// One simulated organization.
#[derive(Debug, Clone)]
pub struct Sim {
    pub(crate) config: SimConfig,
    pub(crate) dice: Dice,
    pub(crate) organization: organization::Organization,
    pub(crate) access: access::Access,
    pub(crate) hooks: hooks::Hooks,
    pub(crate) truth: Vec<Accepted>,
    pub(crate) pool: stored_fields::Pool,
    /// While set, feeds and queries know nothing newer.
    pub(crate) horizon_us: Option<i64>,
    /// Requests one person may make in five minutes; none: no throttling.
    pub(crate) rate_limit: Option<u64>,
    /// When each person's requests of the last five minutes came.
    pub(crate) spent: BTreeMap<String, Vec<i64>>,
}

impl Sim {
    /// An empty organization with no project and nobody in it.
    pub fn new(config: SimConfig) -> Sim {
        let mut dice = Dice::new(config.seed);
        let organization = organization::Organization::new(&config.organization, &mut dice);
        Sim {
            dice,
            organization,
            access: access::Access::default(),
            hooks: hooks::Hooks::default(),
            truth: Vec::new(),
            pool: stored_fields::Pool::default(),
            horizon_us: None,
            rate_limit: None,
            spent: BTreeMap::new(),
            config,
        }
    }

    pub(crate) fn doubts(&self) -> &Doubts {
        &self.config.doubts
    }
}
