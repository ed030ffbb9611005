//! An Azure DevOps in memory, as faithful as its public papers allow, with ground truth.
//!
//! [`Sim::handle`] takes one HTTP request and gives one answer; nothing here opens a socket, a file, reads a clock or
//! throws dice of its own: time is an argument, chance is seeded. What the papers leave open is a switch in [`Doubts`],
//! trouble on the way is [`Faults`]. Facts come from Microsoft's specifications and examples and from the handbook that
//! collects them, never from Lockstep's own client: only Microsoft's files bind the two.
//!
//! One organization, Azure DevOps Services 7.1 (7.2 in preview), process Agile.

mod access;
mod authenticate;
mod dice;
mod doubts;
mod faults;
mod hooks;
mod http;
mod truth;

pub use access::{Permission, Person, TokenInfo, TokenSpec};
pub use dice::Dice;
pub use doubts::{Doubts, LinkRev, RefusalFace};
pub use faults::{Exchange, FaultRates, Faults, LATE_APPLY_MAX_S, NOTICE_DELAY_MAX_S, STALE_MAX_S};
pub use hooks::{Delivery, DeliveryOutcome, SubscriptionSpec};
pub use http::{HttpRequest, HttpResponse};
pub use truth::{Accepted, AcceptedKind, Snapshot};

use serde_json::Value;

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
    config: SimConfig,
}

impl Sim {
    /// An empty organization.
    pub fn new(config: SimConfig) -> Sim {
        Sim { config }
    }
    /// The sample world.
    pub fn harbour(config: SimConfig, n_items: usize) -> Sim {
        let _ = n_items;
        Sim { config }
    }
    /// Where answers' URLs point.
    pub fn set_base_url(&mut self, base_url: &str) {
        self.config.base_url = base_url.to_owned();
    }
    /// One request in, one answer out.
    pub fn handle(&mut self, now_us: i64, request: &HttpRequest) -> HttpResponse {
        let _ = (now_us, request);
        unimplemented!()
    }
    pub(crate) fn handle_as_of(&mut self, now_us: i64, as_of_us: i64, request: &HttpRequest) -> HttpResponse {
        let _ = as_of_us;
        self.handle(now_us, request)
    }
    /// Hook deliveries whose time has come.
    pub fn due_deliveries(&mut self, now_us: i64) -> Vec<Delivery> {
        let _ = now_us;
        unimplemented!()
    }
    /// What came of a delivery.
    pub fn delivered(&mut self, now_us: i64, delivery: u64, outcome: DeliveryOutcome) {
        let _ = (now_us, delivery, outcome);
        unimplemented!()
    }
    /// When the next delivery is due.
    pub fn next_delivery_us(&self) -> Option<i64> {
        unimplemented!()
    }
    /// A person changes fields.
    pub fn person_update(
        &mut self,
        now_us: i64,
        person: &str,
        id: i64,
        changes: &[(&str, Value)],
    ) -> Result<i64, SimError> {
        let _ = (now_us, person, id, changes);
        unimplemented!()
    }
    /// A person creates.
    pub fn person_create(
        &mut self,
        now_us: i64,
        person: &str,
        project: &str,
        work_item_type: &str,
        changes: &[(&str, Value)],
    ) -> Result<i64, SimError> {
        let _ = (now_us, person, project, work_item_type, changes);
        unimplemented!()
    }
    /// To the recycle bin.
    pub fn person_delete(&mut self, now_us: i64, person: &str, id: i64) -> Result<(), SimError> {
        let _ = (now_us, person, id);
        unimplemented!()
    }
    /// Back from the recycle bin.
    pub fn person_restore(&mut self, now_us: i64, person: &str, id: i64) -> Result<(), SimError> {
        let _ = (now_us, person, id);
        unimplemented!()
    }
    /// Gone for good.
    pub fn person_destroy(&mut self, now_us: i64, person: &str, id: i64) -> Result<(), SimError> {
        let _ = (now_us, person, id);
        unimplemented!()
    }
    /// A link between two work items.
    pub fn person_add_link(
        &mut self,
        now_us: i64,
        person: &str,
        source: i64,
        rel: &str,
        target: i64,
    ) -> Result<(), SimError> {
        let _ = (now_us, person, source, rel, target);
        unimplemented!()
    }
    /// A link goes.
    pub fn person_remove_link(
        &mut self,
        now_us: i64,
        person: &str,
        source: i64,
        rel: &str,
        target: i64,
    ) -> Result<(), SimError> {
        let _ = (now_us, person, source, rel, target);
        unimplemented!()
    }
    /// A new token.
    pub fn add_token(&mut self, spec: TokenSpec) -> String {
        let _ = spec;
        unimplemented!()
    }
    /// A token stops working.
    pub fn revoke_token(&mut self, token: &str) {
        let _ = token;
        unimplemented!()
    }
    /// Grants or takes a right.
    pub fn set_permission(&mut self, person: &str, permission: Permission, allowed: bool) {
        let _ = (person, permission, allowed);
        unimplemented!()
    }
    /// A subscription made by an administrator; its id.
    pub fn subscribe(&mut self, spec: SubscriptionSpec) -> String {
        let _ = spec;
        unimplemented!()
    }
    /// A new person (used by tests); the identity's id.
    pub fn add_person(&mut self, display_name: &str, unique_name: &str, is_administrator: bool) -> String {
        let _ = (display_name, unique_name, is_administrator);
        unimplemented!()
    }
    /// A new project with its default team; its id.
    pub fn add_project(&mut self, name: &str) -> String {
        let _ = name;
        unimplemented!()
    }
    /// A new team; its id.
    pub fn add_team(&mut self, project: &str, name: &str, members: &[&str]) -> String {
        let _ = (project, name, members);
        unimplemented!()
    }
    /// A node of the area tree with the nodes above it; its id. `path` is `Project\A\B`.
    pub fn add_area(&mut self, path: &str) -> i64 {
        let _ = path;
        unimplemented!()
    }
    /// A node of the iteration tree with the nodes above it; its id. Dates are ISO calendar dates.
    pub fn add_iteration(&mut self, path: &str, dates: Option<(&str, &str)>) -> i64 {
        let _ = (path, dates);
        unimplemented!()
    }
    /// Everybody.
    pub fn people(&self) -> Vec<Person> {
        unimplemented!()
    }
    /// Every project.
    pub fn projects(&self) -> Vec<ProjectInfo> {
        unimplemented!()
    }
    /// Every token that was not revoked.
    pub fn tokens(&self) -> Vec<TokenInfo> {
        unimplemented!()
    }
    /// Every accepted change, oldest first.
    pub fn ground_truth(&self) -> &[Accepted] {
        unimplemented!()
    }
    /// One work item as it stands.
    pub fn work_item_snapshot(&self, id: i64) -> Option<Snapshot> {
        let _ = id;
        unimplemented!()
    }
    /// Every work item ever made, deleted and destroyed ones included.
    pub fn all_ids(&self) -> Vec<i64> {
        unimplemented!()
    }
}
