//! A seeded world: people on both sides, an Azure DevOps, trouble on the way, and an engine that may die at any step.
//!
//! One thread and one list of things that can happen next; the seed picks. Calls go through the client's own bytes to
//! the simulator, so what is tested is what is sent. Nothing here decides what is right; that is `checks.rs`.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use azdo::{
    Client, Collection, FieldName, Request, Response, Token, Transport, TransportError, TransportErrorKind, Versions,
    WorkItemId,
};
use azdo_sim::{
    DeliveryOutcome, Dice, Doubts, Exchange, FaultRates, Faults, HttpRequest, Permission, Sim, SimConfig,
    SubscriptionSpec, TokenSpec,
};
use lockstep_sync::call::{Answer, Aside, Call, Clients, perform};
use lockstep_sync::edit::{Act, Choice, Edit, EditState, Hold, Target, Whom};
use lockstep_sync::record::Record;
use lockstep_sync::replica::{Input, Replica, Step, StepId};
use lockstep_sync::rules::{ConflictRule, Rules, TokenOwner, WithoutOwnToken};
use lockstep_sync::{AttemptId, EditId, ItemId, MemberId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::store::Store;

pub const SECOND_US: i64 = 1_000_000;
pub const PROJECT: &str = "Harbour";
/// How late the simulator applies a request that was given up: within the bound that the engine is told.
const DELAY_BOUND_US: i64 = 300 * SECOND_US;
const REQUEST_TIMEOUT_US: i64 = 90 * SECOND_US;
pub const START_US: i64 = 1_792_000_000 * SECOND_US;
const CONNECTION_PERSON: &str = "svc@northquay.example";
pub const PEOPLE: [&str; 3] = [
    "mara@northquay.example",
    "tom@northquay.example",
    "ines@northquay.example",
];

/// A wire to the simulator, with trouble on it.
#[derive(Clone)]
pub struct Wire {
    pub sim: Arc<Mutex<Sim>>,
    pub faults: Arc<Mutex<Faults>>,
    pub now_us: Arc<Mutex<i64>>,
    /// Name of the request that is being made, so that ground truth can be traced to an attempt.
    pub request_id: Arc<Mutex<String>>,
    /// Set when the caller would be waiting for an answer that never comes.
    pub was_lost: Arc<Mutex<bool>>,
    pub n_requests: Arc<Mutex<u64>>,
}

impl Transport for Wire {
    fn send(&self, request: Request) -> impl Future<Output = Result<Response, TransportError>> + Send {
        let answer = self.exchange(request);
        async move { answer }
    }
}

impl Wire {
    fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        *self.n_requests.lock().unwrap() += 1;
        let path = request
            .url
            .strip_prefix("https://sim.example")
            .expect("one server")
            .to_owned();
        let mut headers = request.headers.clone();
        headers.push(("x-request-id".to_owned(), self.request_id.lock().unwrap().clone()));
        let method = format!("{:?}", request.method).to_uppercase();
        let request = HttpRequest {
            method,
            path_and_query: path,
            headers,
            body: request.body,
        };
        let now_us = *self.now_us.lock().unwrap();
        match self
            .faults
            .lock()
            .unwrap()
            .exchange(&mut self.sim.lock().unwrap(), now_us, &request)
        {
            Exchange::Answer(answer) => Ok(Response {
                status: answer.status,
                headers: answer.headers,
                body: answer.body,
            }),
            Exchange::NotSent => Err(TransportError {
                kind: TransportErrorKind::Refused,
                is_unsent: true,
            }),
            Exchange::Lost => {
                *self.was_lost.lock().unwrap() = true;
                Err(TransportError {
                    kind: TransportErrorKind::TimedOut,
                    is_unsent: false,
                })
            }
        }
    }
}

/// Clients by whose token they carry.
#[derive(Clone)]
pub struct Tokens {
    pub wire: Wire,
    pub tokens: BTreeMap<Whom, Token>,
    pub collection: Collection,
}

impl Clients for Tokens {
    type Transport = Wire;
    fn client(&self, whom: Whom) -> impl Future<Output = Option<Client<Wire>>> + Send {
        let token = self.tokens.get(&whom).cloned();
        let client =
            token.map(|token| Client::new(self.wire.clone(), self.collection.clone(), token, Versions::services()));
        async move { client }
    }
}

/// A call on its way.
struct Flying {
    step: StepId,
    /// Name of the request: the process it came from, and the step.
    name: String,
    call: Call,
    /// When the request reaches the server.
    leaves_us: i64,
    /// Set once it has: when the answer is there.
    answer: Option<(i64, Answer, Aside)>,
}

/// Everything in one run.
pub struct World {
    pub dice: Dice,
    pub now_us: i64,
    pub wire: Wire,
    pub tokens: Tokens,
    pub rules: Rules,
    pub store: Store,
    pub replica: Option<Replica>,
    flying: Vec<Flying>,
    is_healed: bool,
    /// Nobody acts any more and all has been told: what is read now must be known.
    pub audit_since_us: Option<i64>,
    pub members: Vec<MemberId>,
    pub n_operations: u64,
    pub n_crashes: u64,
    pub counts: BTreeMap<&'static str, u64>,
    /// Edits that were accepted, by item.
    pub accepted: Vec<(ItemId, EditId)>,
    pub trace: u64,
    pub story: Vec<String>,
    is_telling: bool,
    pub is_hidden: bool,
    /// Attempts by the name of the request that carried them out.
    pub attempt_of: BTreeMap<String, AttemptId>,
    n_values: u64,
}

impl World {
    pub fn new(seed: u64, is_telling: bool) -> Self {
        let mut dice = Dice::new(seed);
        let base_url = "https://sim.example".to_owned();
        let mut sim = Sim::new(SimConfig {
            seed,
            organization: "harbour".to_owned(),
            base_url,
            doubts: Doubts::from_seed(seed),
            start_us: START_US,
        });
        sim.add_project(PROJECT);
        sim.add_area("Harbour\\Quay");
        sim.add_area("Harbour\\Vault");
        sim.add_iteration("Harbour\\Sprint 1", Some(("2026-10-05", "2026-10-16")));
        let mut owners = BTreeMap::new();
        let mut tokens = BTreeMap::new();
        let people = std::iter::once(CONNECTION_PERSON).chain(PEOPLE);
        let members: Vec<MemberId> = (1..=3).map(|n| MemberId(Uuid::from_u128(n))).collect();
        for (i, person) in people.enumerate() {
            let id = sim.add_person(person.split('@').next().unwrap(), person, i == 1);
            let whom = if i == 0 {
                Whom::Connection
            } else {
                Whom::Member(members[i - 1])
            };
            // Ines has no token of her own.
            if i < 3 {
                let token = sim.add_token(TokenSpec {
                    name: person.to_owned(),
                    person: person.to_owned(),
                    scopes: vec!["vso.work_write".to_owned(), "vso.project".to_owned()],
                    organization: None,
                    expires_us: None,
                });
                let owner = TokenOwner {
                    identity_id: id,
                    unique_name: person.to_owned(),
                    name: person.split('@').next().unwrap().to_owned(),
                    fingerprint: format!("f{i}"),
                };
                owners.insert(whom, owner);
                tokens.insert(whom, Token::parse(&token).expect("a token"));
            }
        }
        // A third of the worlds has no hooks: polling alone has to be enough.
        let event_types: &[&str] = match seed % 3 {
            0 => &[],
            _ => &["created", "updated", "deleted", "restored", "commented"],
        };
        for event_type in event_types {
            sim.subscribe(SubscriptionSpec {
                project: PROJECT.to_owned(),
                event_type: format!("workitem.{event_type}"),
                url: "https://lockstep.example/hooks/x".to_owned(),
                basic_auth: ("lockstep".to_owned(), "secret".to_owned()),
            });
        }
        let wire = Wire {
            sim: Arc::new(Mutex::new(sim)),
            faults: Arc::new(Mutex::new(Faults::new(seed, FaultRates::from_seed(seed)))),
            now_us: Arc::new(Mutex::new(START_US)),
            request_id: Arc::default(),
            was_lost: Arc::default(),
            n_requests: Arc::default(),
        };
        let collection = Collection::parse("https://sim.example/harbour").expect("a collection");
        let rules = Rules {
            without_own_token: dice.pick(&[WithoutOwnToken::Hold, WithoutOwnToken::WriteAsConnection]),
            conflict: dice.pick(&[
                ConflictRule::Ask,
                ConflictRule::Ask,
                ConflictRule::AzureDevopsWins,
                ConflictRule::LockstepWins,
            ]),
            notes_on_behalf_create: dice.coin(),
            notes_on_behalf_update: dice.below(4) == 0,
            marker_base: "https://lockstep.example/x/".to_owned(),
            collection_url: collection.url().to_owned(),
            delay_bound_us: DELAY_BOUND_US,
            request_timeout_us: REQUEST_TIMEOUT_US,
            poll_interval_us: 60 * SECOND_US,
            readable_projects: None,
            connection_token: owners.remove(&Whom::Connection),
            own_tokens: owners
                .into_iter()
                .filter_map(|(whom, owner)| match whom {
                    Whom::Member(member) => Some((member, owner)),
                    Whom::Connection => None,
                })
                .collect(),
            unusable_tokens: Default::default(),
            names: members
                .iter()
                .zip(PEOPLE)
                .map(|(m, p)| (*m, p.split('@').next().unwrap().to_owned()))
                .collect(),
            nodes: BTreeMap::new(),
            scopes: Vec::new(),
        };
        let tokens = Tokens {
            wire: wire.clone(),
            tokens,
            collection,
        };
        let mut world = Self {
            dice,
            now_us: START_US,
            wire,
            tokens,
            rules,
            store: Store::default(),
            replica: None,
            flying: Vec::new(),
            is_healed: false,
            audit_since_us: None,
            members,
            n_operations: 0,
            n_crashes: 0,
            counts: BTreeMap::new(),
            accepted: Vec::new(),
            trace: seed,
            story: Vec::new(),
            is_telling,
            is_hidden: false,
            attempt_of: BTreeMap::new(),
            n_values: 0,
        };
        world.start();
        world
    }

    pub fn tell(&mut self, line: impl FnOnce() -> String) {
        if self.is_telling {
            let line = format!("{:>10.3} {}", (self.now_us - START_US) as f64 / 1e6, line());
            eprintln!("{line}");
            self.story.push(line);
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_insert(0) += 1;
        // FNV over what happened and when: two runs of a seed have to agree.
        for byte in what.bytes().chain(self.now_us.to_le_bytes()) {
            self.trace = (self.trace ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    /// The process starts, on what the store holds.
    fn start(&mut self) {
        let replica = Replica::load(
            self.rules.clone(),
            self.store.cursors.clone(),
            self.store.open_items(),
            self.now_us,
        );
        self.replica = Some(replica);
        let heard = self.store.pending_notices();
        self.feed(Input::HeardOf(heard));
    }

    /// The process dies. Requests that have left are on their own.
    pub fn crash(&mut self) {
        self.count("crash");
        self.n_crashes += 1;
        self.tell(|| "crash".to_owned());
        for flying in std::mem::take(&mut self.flying) {
            // Bytes that were in the kernel's buffer still arrive, some of the time.
            if flying.answer.is_none() && flying.call.is_write() && self.dice.coin() {
                self.request(&flying);
            }
        }
        self.replica = None;
        self.start();
    }

    /// Hands an input to the engine and does the steps it asks for: each is saved, then its call goes off. The process
    /// may die between any two of them; what was not saved by then never was.
    pub fn feed(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let dice = self.dice.next_u64();
            let Some(replica) = &mut self.replica else { return };
            let mut has_heard = false;
            for step in replica.handle(self.now_us, dice, input) {
                if !self.is_healed && self.dice.below(400) == 0 {
                    self.replica = None;
                    return;
                }
                has_heard |= self.do_step(step);
            }
            if has_heard {
                inputs.push_back(Input::HeardOf(self.store.pending_notices()));
            }
        }
    }

    /// Saves a step and lets its call go. Returns whether the store has notices that the engine may not know.
    fn do_step(&mut self, step: Step) -> bool {
        for record in &step.save {
            self.tell(|| format!("save {record:?}"));
            self.check_record(record);
        }
        self.store.apply(&step.save);
        if let Some(call) = step.call {
            let leaves_us = self.now_us + self.dice.below(400_000) as i64;
            self.tell(|| format!("call {:?} {call:?}", step.id));
            let name = format!("{}-{}", self.n_crashes, step.id.0);
            if let Some(Record::AttemptBegun(attempt)) = step.save.last() {
                self.attempt_of.insert(name.clone(), attempt.id);
            }
            self.flying.push(Flying {
                step: step.id,
                name,
                call,
                leaves_us,
                answer: None,
            });
        }
        step.save
            .iter()
            .any(|record| matches!(record, Record::Heard { .. } | Record::Sweep { .. }))
    }

    /// A deletion may be believed only if it happened, and the daily reading finds nothing new.
    fn check_record(&self, record: &Record) {
        if let Record::Observed(observation) = record
            && let Some(since_us) = self.audit_since_us
            && !observation.before.is_empty()
        {
            let id = self.store.items[&observation.item].work_item.expect("paired").0;
            let sim = self.wire.sim.lock().unwrap();
            let of_it: Vec<_> = sim
                .ground_truth()
                .iter()
                .filter(|accepted| accepted.work_item_id == id)
                .collect();
            // What comes back into sight may let an edit go that had waited, and that changes things.
            let is_recent = of_it.iter().any(|accepted| accepted.at_us >= since_us);
            let areas = of_it
                .iter()
                .filter_map(|accepted| accepted.fields.get("System.AreaPath"));
            // A feed passes over what its reader may not see, so for these the daily reading is the way.
            let was_hidden = areas.map(|(_, new)| new).any(|new| new == &json!("Harbour\\Vault"));
            let before = &observation.before;
            assert!(
                was_hidden || is_recent,
                "the daily reading of work item {id} found what nothing had told of: {before:?}"
            );
        }
        if let Record::PresenceChanged {
            item,
            presence: lockstep_sync::item::Presence::Deleted,
            ..
        } = record
        {
            let id = self
                .store
                .items
                .get(item)
                .and_then(|item| item.work_item)
                .expect("paired");
            let sim = self.wire.sim.lock().unwrap();
            let was_deleted = sim.ground_truth().iter().any(|accepted| {
                accepted.work_item_id == id.0
                    && matches!(
                        accepted.kind,
                        azdo_sim::AcceptedKind::Deleted | azdo_sim::AcceptedKind::Destroyed
                    )
            });
            assert!(was_deleted, "work item {id} counts as deleted and never was");
        }
    }

    /// The request reaches the server; returns the answer and whether it got lost.
    fn request(&self, flying: &Flying) -> (Answer, Aside, bool) {
        *self.wire.request_id.lock().unwrap() = flying.name.clone();
        *self.wire.now_us.lock().unwrap() = self.now_us;
        *self.wire.was_lost.lock().unwrap() = false;
        let (answer, aside) = run(perform(&self.tokens, &flying.call));
        (answer, aside, *self.wire.was_lost.lock().unwrap())
    }

    /// Something happens on the way to or from the server. Returns whether anything could.
    fn fly(&mut self, position: usize) {
        let mut flying = self.flying.swap_remove(position);
        match flying.answer.take() {
            Some((_, answer, aside)) => {
                self.count("answer");
                self.tell(|| format!("answer {:?} {answer:?}", flying.step));
                self.feed(Input::Answered(flying.step, answer, aside));
            }
            None => {
                let (answer, aside, was_lost) = self.request(&flying);
                let wait_us = match was_lost {
                    true => REQUEST_TIMEOUT_US,
                    false => self.dice.below(900_000) as i64,
                };
                flying.answer = Some((self.now_us + wait_us, answer, aside));
                self.flying.push(flying);
            }
        }
    }

    /// Lets notices through that have come, in any order.
    fn notices(&mut self) {
        let deliveries = {
            let mut sim = self.wire.sim.lock().unwrap();
            let mut faults = self.wire.faults.lock().unwrap();
            faults.apply_late(&mut sim, self.now_us);
            faults.deliveries(&mut sim, self.now_us)
        };
        for delivery in deliveries {
            let notification = azdo::Notification::parse(&delivery.body).expect("a notification");
            let heard = notification.work_item_id.map(|id| self.store.notice(id));
            self.count("notice");
            self.tell(|| format!("notice {notification:?}"));
            // Committed, so it may be answered.
            self.wire
                .sim
                .lock()
                .unwrap()
                .delivered(self.now_us, delivery.id, DeliveryOutcome::Status(200));
            if heard.is_some() {
                let heard = self.store.pending_notices();
                self.feed(Input::HeardOf(heard));
            }
        }
    }

    /// One thing happens, as the dice fall. `is_calm`: nobody acts and nothing breaks.
    pub fn operate(&mut self, is_calm: bool) {
        self.n_operations += 1;
        if self.replica.is_none() {
            self.crash();
        }
        match self.dice.below(if is_calm { 72 } else { 100 }) {
            0..60 => match self.ready() {
                Some(position) => self.fly(position),
                None => self.pass_time(is_calm),
            },
            60..66 => self.notices(),
            66..72 => self.pass_time(is_calm),
            72..84 => self.act_here(),
            84..95 => self.act_there(),
            95..98 => self.crash(),
            _ => self.change_rights(),
        }
    }

    /// A call that can go on now.
    fn ready(&mut self) -> Option<usize> {
        let ready: Vec<usize> = (0..self.flying.len())
            .filter(|&i| {
                let flying = &self.flying[i];
                flying.answer.as_ref().map_or(flying.leaves_us, |(at, ..)| *at) <= self.now_us
            })
            .collect();
        (!ready.is_empty()).then(|| ready[self.dice.below(ready.len() as u64) as usize])
    }

    /// To the next moment at which something is due, or a little.
    fn pass_time(&mut self, is_calm: bool) {
        let flights = self
            .flying
            .iter()
            .map(|f| f.answer.as_ref().map_or(f.leaves_us, |(at, ..)| *at));
        let wake = self.replica.as_ref().map(Replica::wake_at_us);
        let notices = self.wire.sim.lock().unwrap().next_delivery_us();
        let trouble = self.wire.faults.lock().unwrap().next_us();
        let next = flights
            .chain(wake)
            .chain(notices)
            .chain(trouble)
            .min()
            .unwrap_or(self.now_us);
        let next = next.max(self.now_us);
        self.now_us = if is_calm || self.dice.below(3) > 0 {
            next
        } else {
            next.min(self.now_us + self.dice.below(20_000_000) as i64)
        };
        if self
            .replica
            .as_ref()
            .is_some_and(|replica| replica.wake_at_us() <= self.now_us)
        {
            self.feed(Input::Clock);
        }
    }

    fn value(&mut self, what: &str) -> String {
        self.n_values += 1;
        format!("{what} {}", self.n_values)
    }

    /// Somebody acts in Lockstep.
    fn act_here(&mut self) {
        let author = self.members[self.dice.below(3) as usize];
        // What lives in Lockstep alone is not the engine's business.
        let is_followed = |item: &&lockstep_sync::item::Item| {
            item.work_item.is_some() || item.edits.iter().any(|edit| matches!(edit.act, Act::Create { .. }))
        };
        let items: Vec<ItemId> = self
            .store
            .items
            .values()
            .filter(is_followed)
            .map(|item| item.id)
            .collect();
        if items.is_empty() || (items.len() < 5 && self.dice.below(4) == 0) {
            let item = ItemId(Uuid::from_u128(
                u128::from(self.dice.next_u64()) << 64 | u128::from(self.dice.next_u64()),
            ));
            let title = self.value("born");
            let fields = [("System.Title", json!(title)), ("System.Tags", json!("here"))]
                .into_iter()
                .map(|(name, value)| (FieldName::from(name), value))
                .collect();
            let act = Act::Create {
                project: PROJECT.to_owned(),
                work_item_type: "Task".to_owned(),
                fields,
            };
            self.edit(item, author, act);
            return;
        }
        let id = items[self.dice.below(items.len() as u64) as usize];
        let act = self.some_act(id);
        if let Some(act) = act {
            self.edit(id, author, act);
        }
    }

    fn some_act(&mut self, id: ItemId) -> Option<Act> {
        let item = self.store.items[&id].clone();
        let held: Vec<&Edit> = item.edits.iter().filter(|edit| edit.hold().is_some()).collect();
        if !held.is_empty() && self.dice.below(3) == 0 {
            let edit = held[self.dice.below(held.len() as u64) as usize];
            let EditState::Held { hold } = &edit.state else {
                return None;
            };
            let choice = match (hold, self.dice.below(4)) {
                (_, 0) => Choice::GiveUp,
                (Hold::Conflict { theirs, .. }, 1) => Choice::Theirs { seen: theirs.clone() },
                (Hold::Conflict { theirs, .. }, _) => Choice::Ours { seen: theirs.clone() },
                (Hold::Unsure, 1) => Choice::SearchAgain,
                (Hold::Unsure, _) => Choice::CreateAnyway,
                _ => Choice::Retry,
            };
            return Some(Act::Decide { edit: edit.id, choice });
        }
        let pick = self.dice.below(20);
        let field = FieldName::from(match pick {
            0..5 => "System.Title",
            5..8 => "System.Description",
            8..11 => "System.State",
            11..13 => "Microsoft.VSTS.Common.Priority",
            13..15 => "System.Tags",
            15 => {
                return Some(Act::Comment {
                    html: self.value("said"),
                });
            }
            16 => return self.some_link(&item),
            17 => return Some(Act::Delete),
            18 => return Some(Act::Restore),
            _ => "System.AssignedTo",
        });
        let was = item.local(&field).clone();
        let to = self.some_value(&field, &was);
        Some(Act::Set { field, was, to })
    }

    fn some_value(&mut self, field: &FieldName, was: &Value) -> Value {
        match field.as_str() {
            "System.Title" => json!(self.value("title")),
            "System.Description" if self.dice.below(5) == 0 => Value::Null,
            "System.Description" => {
                let text = self.value("text");
                json!(match self.dice.below(4) {
                    0 => format!("<DIV class='b' id=a>{text} &amp; more<br></DIV>"),
                    1 => format!("<p>{text}</p>"),
                    2 => format!("<div>{text}&nbsp;<script>x</script></div>"),
                    _ => text,
                })
            }
            // Some of them are no states of a task.
            "System.State" => json!(self.dice.pick(&["New", "Active", "Closed", "Removed", "Bogus"])),
            "Microsoft.VSTS.Common.Priority" => json!(1 + self.dice.below(4)),
            "System.Tags" => {
                let mut tags = lockstep_sync::value::tags(was.as_str().unwrap_or_default());
                let tag = self.dice.pick(&["red", "Blue", "green", "here"]).to_owned();
                if tags.remove(&tag.to_lowercase()).is_none() {
                    tags.insert(tag.to_lowercase(), tag);
                }
                json!(tags.into_values().collect::<Vec<_>>().join("; "))
            }
            _ => match self.dice.below(4) {
                0 => Value::Null,
                n => json!(PEOPLE[n as usize - 1]),
            },
        }
    }

    fn some_link(&mut self, item: &lockstep_sync::item::Item) -> Option<Act> {
        let others: Vec<WorkItemId> = self
            .store
            .items
            .values()
            .filter_map(|other| other.work_item)
            .filter(|id| Some(*id) != item.work_item)
            .collect();
        if others.is_empty() {
            return None;
        }
        let target = others[self.dice.below(others.len() as u64) as usize];
        let rel = self
            .dice
            .pick(&["System.LinkTypes.Related", "System.LinkTypes.Dependency-Reverse"])
            .to_owned();
        let relations = item
            .remote
            .as_ref()
            .map(|remote| remote.relations.as_slice())
            .unwrap_or_default();
        let is_there = relations
            .iter()
            .any(|r| r.rel == rel && r.work_item_id() == Some(target));
        Some(Act::Link {
            rel,
            target: Target::WorkItem(target),
            is_added: !is_there,
            comment: None,
        })
    }

    /// An edit is accepted: stored, then the engine hears of it.
    fn edit(&mut self, item: ItemId, author: MemberId, act: Act) {
        self.count("edit");
        self.n_values += 1;
        let id = EditId(Uuid::from_u128(u128::from(self.n_values) << 32 | 0xED17));
        self.tell(|| format!("edit {id} of {item} by {author}: {act:?}"));
        let edit = Edit {
            id,
            change: 0,
            author,
            at_us: self.now_us,
            act,
            state: EditState::Waiting,
            is_draft: false,
            doubt: None,
        };
        self.store.append(item, edit);
        self.accepted.push((item, id));
        // The bell is a hint and may ring late, but the store has it.
        let stored = self.store.load(&self.store.items[&item]);
        self.feed(Input::Edited(vec![stored]));
    }

    /// Somebody acts in Azure DevOps.
    fn act_there(&mut self) {
        let ids: Vec<i64> = self.wire.sim.lock().unwrap().all_ids();
        let person = self.dice.pick(&[PEOPLE[0], PEOPLE[1], PEOPLE[2], CONNECTION_PERSON]);
        let now_us = self.now_us;
        let sim = self.wire.sim.clone();
        self.count("act there");
        if ids.is_empty() || self.dice.below(25) == 0 {
            let title = self.value("theirs");
            let _ =
                sim.lock()
                    .unwrap()
                    .person_create(now_us, person, PROJECT, "Task", &[("System.Title", json!(title))]);
            return;
        }
        let id = ids[self.dice.below(ids.len() as u64) as usize];
        let pick = self.dice.below(20);
        let result = match pick {
            0 | 1 => sim.lock().unwrap().person_delete(now_us, person, id),
            2 | 3 => sim.lock().unwrap().person_restore(now_us, person, id),
            4..7 => {
                let target = ids[self.dice.below(ids.len() as u64) as usize];
                let rel = self
                    .dice
                    .pick(&["System.LinkTypes.Related", "System.LinkTypes.Dependency-Reverse"]);
                match self.dice.coin() {
                    true => sim.lock().unwrap().person_add_link(now_us, person, id, rel, target),
                    false => sim.lock().unwrap().person_remove_link(now_us, person, id, rel, target),
                }
            }
            7 => {
                let said = self.value("they said");
                sim.lock()
                    .unwrap()
                    .person_update(now_us, person, id, &[("System.History", json!(said))])
                    .map(drop)
            }
            _ => {
                let names = [
                    "System.Title",
                    "System.Description",
                    "System.State",
                    "System.Tags",
                    "Microsoft.VSTS.Common.Priority",
                ];
                let field = FieldName::from(self.dice.pick(&names));
                let was = sim.lock().unwrap().work_item_snapshot(id);
                let was = was
                    .and_then(|s| s.fields.get(field.as_str()).cloned())
                    .unwrap_or(Value::Null);
                let value = self.some_value(&field, &was);
                sim.lock()
                    .unwrap()
                    .person_update(now_us, person, id, &[(field.as_str(), value)])
                    .map(drop)
            }
        };
        self.tell(|| format!("{person} acts on {id} in Azure DevOps ({pick}): {result:?}"));
    }

    /// The connection's account loses sight of an area, or gets it back; a work item may be moved there.
    fn change_rights(&mut self) {
        self.count("rights");
        let is_hidden = !self.is_hidden;
        self.is_hidden = is_hidden;
        let sim = self.wire.sim.clone();
        let mut sim = sim.lock().unwrap();
        sim.set_permission(
            CONNECTION_PERSON,
            Permission::ReadWorkItems {
                area: Some("Harbour\\Vault".to_owned()),
            },
            !is_hidden,
        );
        // Hidden before Lockstep has learned its number, a creation can't be found by anybody: that is a stated limit.
        let ids: Vec<i64> = self
            .store
            .items
            .values()
            .filter_map(|item| item.work_item)
            .map(|id| id.0)
            .collect();
        if !ids.is_empty() {
            let id = ids[self.dice.below(ids.len() as u64) as usize];
            let area = self.dice.pick(&["Harbour\\Vault", "Harbour\\Quay"]);
            let _ = sim.person_update(self.now_us, PEOPLE[0], id, &[("System.AreaPath", json!(area))]);
        }
        drop(sim);
        self.tell(|| format!("the vault is hidden: {is_hidden}"));
    }

    /// Trouble ends.
    pub fn heal(&mut self) {
        self.is_healed = true;
        self.wire.faults.lock().unwrap().stop();
        if self.is_hidden {
            self.change_rights();
        }
        // Everybody whose token was refused by mistake stores it again.
        self.feed(Input::Rules(Box::new(self.rules.clone())));
    }

    /// The admin sets another interval.
    pub fn poll_every(&mut self, interval_us: i64) {
        self.rules.poll_interval_us = interval_us;
        self.feed(Input::Rules(Box::new(self.rules.clone())));
    }

    /// Time passes without anybody acting until `until_us`.
    pub fn rest_until(&mut self, until_us: i64) {
        let mut n = 0_u64;
        while self.now_us < until_us {
            self.operate(true);
            n += 1;
            assert!(n < 2_000_000, "the engine does not come to rest");
        }
    }
}

/// Runs a future that never waits: every answer is there at once.
pub fn run<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
