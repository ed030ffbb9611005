//! A seeded world: people on both sides, an Azure DevOps, trouble on the way, and an engine that may die at any step.
//!
//! One thread and one list of things that can happen next; the seed picks. Calls go through the client's own bytes to
//! the simulator, so what is tested is what is sent. Nothing here decides what is right; that is `checks.rs`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use azdo::{Collection, Token, WorkItemId};
use azdo_sim::{Dice, Doubts, FaultRates, Faults, Sim, SimConfig, SubscriptionSpec};
use lockstep_sync::call::{Answer, Aside, Call};
use lockstep_sync::edit::{Edit, Whom};
use lockstep_sync::record::Record;
use lockstep_sync::replica::{Input, Replica, Step, StepId};
use lockstep_sync::rules::{ConflictRule, Rules, TokenOwner, WithoutOwnToken};
use lockstep_sync::scope::Scope;
use lockstep_sync::{AttemptId, BoardId, EditId, ItemId, MemberId, NoticeId};
use uuid::Uuid;

use crate::settings::Settings;
use crate::store::Store;
use crate::trouble::{self, Trouble, token_of};
use crate::wire::{Tokens, Wire};

pub const SECOND_US: i64 = 1_000_000;
pub const PROJECT: &str = "Harbour";
/// An area that the connection's account may lose sight of.
pub const VAULT: &str = "Harbour\\Vault";
pub const BOARD: BoardId = BoardId(Uuid::from_u128(0xB0A2D));
/// How late the simulator applies a request that was given up: within the bound that the engine is told.
const DELAY_BOUND_US: i64 = 300 * SECOND_US;
pub const REQUEST_TIMEOUT_US: i64 = 90 * SECOND_US;
/// How far the server's clock is off, at most: what a search by time allows for, and a minute less.
const SKEW_MAX_S: i64 = 14 * 60;
pub const START_US: i64 = 1_792_000_000 * SECOND_US;
pub const CONNECTION_PERSON: &str = "svc@northquay.example";
pub const PEOPLE: [&str; 3] = [
    "mara@northquay.example",
    "tom@northquay.example",
    "ines@northquay.example",
];

/// Nodes by number.
pub struct Places {
    pub root: i64,
    pub quay: i64,
    pub gate: i64,
    pub far: i64,
    pub iterations: Vec<i64>,
}

impl Places {
    /// Areas that work items move about in, the hidden one aside.
    pub fn areas(&self) -> Vec<i64> {
        vec![self.root, self.quay, self.gate, self.far]
    }
}

/// A call on its way.
pub struct Flying {
    pub step: StepId,
    /// Name of the request: the process it came from, and the step.
    pub name: String,
    pub call: Call,
    /// When the request reaches the server.
    pub leaves_us: i64,
    /// When it did.
    pub reached_us: i64,
    /// Set once it has: when the answer is there.
    pub answer: Option<(i64, Answer, Aside)>,
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
    pub flying: Vec<Flying>,
    is_healed: bool,
    /// Nobody acts any more and all has been told: what is read now must be known.
    pub audit_since_us: Option<i64>,
    pub members: Vec<MemberId>,
    pub n_operations: u64,
    pub n_crashes: u64,
    pub counts: BTreeMap<&'static str, u64>,
    /// Edits that were accepted, as they were then, with their item.
    pub accepted: Vec<(ItemId, Edit)>,
    /// How many more were, that a restore has legitimately forgotten.
    pub n_forgotten: usize,
    /// Requests made before a restore that has forgotten them: their doings are somebody else's now.
    pub forgotten: BTreeSet<AttemptId>,
    /// Drafts that were published before a restore that has forgotten it.
    pub published_before: BTreeSet<EditId>,
    /// Those that were accepted as drafts.
    pub planned: BTreeSet<EditId>,
    pub places: Places,
    pub has_board: bool,
    /// Work items that were just read, with when the request for them reached the server.
    pub just_read: BTreeMap<WorkItemId, i64>,
    /// For each request that takes links away by position: since when the positions count, by the
    /// server's clock.
    pub positions_since: BTreeMap<String, i64>,
    pub trace: u64,
    pub story: Vec<String>,
    is_telling: bool,
    pub is_hidden: bool,
    /// Until when the server has asked each identity for quiet, as far as this process was told.
    pub quiet_until_us: BTreeMap<Whom, i64>,
    /// Attempts by the name of the request that carried them out.
    pub attempt_of: BTreeMap<String, AttemptId>,
    pub n_values: u64,
    /// How often Azure DevOps refused each edit in this process, since a person last said to try again.
    pub n_refused: BTreeMap<EditId, u32>,
    /// Kinds of trouble that this world knows.
    pub troubles: Vec<Trouble>,
    /// Until when every answer takes half a minute.
    pub slow_until_us: i64,
    /// How far the server's clock is ahead of ours, microseconds.
    skew_us: i64,
    /// Tokens that work.
    pub token_texts: BTreeMap<Whom, String>,
}

impl World {
    pub fn new(settings: &Settings) -> Self {
        let (seed, is_telling) = (settings.seed, settings.is_telling);
        let mut dice = Dice::new(seed);
        // Half of the servers are minutes early or late.
        let skew_us = match seed % 4 {
            0 => (seed / 4 % (2 * SKEW_MAX_S as u64)) as i64 - SKEW_MAX_S,
            _ => 0,
        } * SECOND_US;
        let mut rates = FaultRates::from_seed(seed);
        settings.without.iter().for_each(|name| rates.turn_off(name));
        let base_url = "https://sim.example".to_owned();
        let mut sim = Sim::new(SimConfig {
            seed,
            organization: "harbour".to_owned(),
            base_url,
            doubts: Doubts::from_seed(seed),
            start_us: START_US + skew_us,
        });
        sim.add_project(PROJECT);
        sim.add_area(VAULT);
        let places = Places {
            root: sim.add_area("Harbour"),
            quay: sim.add_area("Harbour\\Quay"),
            gate: sim.add_area("Harbour\\Gate"),
            far: sim.add_area("Harbour\\Far pier"),
            iterations: vec![
                sim.add_iteration("Harbour\\Sprint 1", Some(("2026-10-05", "2026-10-16"))),
                sim.add_iteration("Harbour\\Sprint 2", Some(("2026-10-19", "2026-10-30"))),
            ],
        };
        // A third of the worlds has no board: nobody but Lockstep's own work items is of interest.
        let has_board = !seed.is_multiple_of(3) || seed.is_multiple_of(6);
        let mut owners = BTreeMap::new();
        let (mut tokens, mut token_texts) = (BTreeMap::new(), BTreeMap::new());
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
                let token = sim.add_token(token_of(person));
                let owner = TokenOwner {
                    identity_id: id,
                    unique_name: person.to_owned(),
                    name: person.split('@').next().unwrap().to_owned(),
                    fingerprint: format!("f{i}"),
                };
                owners.insert(whom, owner);
                tokens.insert(whom, Token::parse(&token).expect("a token"));
                token_texts.insert(whom, token);
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
            faults: Arc::new(Mutex::new(Faults::new(seed, rates))),
            now_us: Arc::new(Mutex::new(START_US + skew_us)),
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
            restored: None,
            scopes: if has_board { vec![scope(&places)] } else { Vec::new() },
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
            n_forgotten: 0,
            forgotten: BTreeSet::new(),
            published_before: BTreeSet::new(),
            planned: BTreeSet::new(),
            places,
            has_board,
            just_read: BTreeMap::new(),
            positions_since: BTreeMap::new(),
            trace: seed,
            story: Vec::new(),
            is_telling,
            is_hidden: false,
            quiet_until_us: BTreeMap::new(),
            attempt_of: BTreeMap::new(),
            n_values: 0,
            n_refused: BTreeMap::new(),
            troubles: trouble::of_seed(settings.seed, |name| settings.is_off(name)),
            slow_until_us: 0,
            skew_us,
            token_texts,
        };
        if skew_us != 0 {
            world.count("skewed clock");
        }
        // Half of the worlds learn the nodes later than the first edits.
        if world.dice.coin() {
            world.rules.nodes = world.nodes();
        }
        world.start();
        world
    }

    /// Paths of areas and iterations by number, as they are now.
    pub fn nodes(&self) -> BTreeMap<i64, String> {
        let sim = self.wire.sim.lock().unwrap();
        let nodes = sim.areas(PROJECT).into_iter().chain(sim.iterations(PROJECT));
        nodes.map(|node| (node.id, node.path)).collect()
    }

    /// What the server's clock says.
    pub fn there_us(&self) -> i64 {
        self.now_us + self.skew_us
    }

    pub fn tell(&mut self, line: impl FnOnce() -> String) {
        if self.is_telling {
            let line = format!("{:>10.3} {}", (self.now_us - START_US) as f64 / 1e6, line());
            eprintln!("{line}");
            self.story.push(line);
        }
    }

    pub fn count(&mut self, what: &'static str) {
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
        if let (Some(unread), Some(replica)) = (&self.store.unread, &mut self.replica) {
            let is_pending = |id: &NoticeId| self.store.notices[id].1.is_none();
            replica.reconcile_first(unread.iter().copied().filter(is_pending).collect());
        }
        let heard = self.store.pending_notices();
        self.feed(Input::HeardOf(heard));
    }

    /// The process dies. Requests that have left are on their own.
    pub fn crash(&mut self) {
        // What the server asked for is kept in memory alone.
        self.quiet_until_us.clear();
        self.n_refused.clear();
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
        if self.replica.is_none() {
            self.count("crash at the start");
        }
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
            self.count_record(record);
        }
        self.check_refusals(&step.save);
        self.store.apply(&step.save);
        if let Some(call) = step.call {
            let quiet_us = self.quiet_until_us.get(&call.whom()).copied().unwrap_or(0);
            assert!(quiet_us <= self.now_us, "{call:?} while the server has asked for quiet");
            let leaves_us = self.now_us + self.dice.below(400_000) as i64;
            self.tell(|| format!("call {:?} {call:?}", step.id));
            let name = format!("{}-{}", self.n_crashes, step.id.0);
            if let Some(Record::AttemptBegun(attempt)) = step.save.last() {
                self.attempt_of.insert(name.clone(), attempt.id);
            }
            if let Call::Update { work_item, update, .. } = &call
                && update
                    .document()
                    .to_string()
                    .contains("\"remove\",\"path\":\"/relations/")
            {
                let since_us = self.just_read.get(work_item).copied().unwrap_or(self.now_us);
                self.positions_since.insert(name.clone(), since_us + self.skew_us);
            }
            self.flying.push(Flying {
                step: step.id,
                name,
                call,
                leaves_us,
                reached_us: 0,
                answer: None,
            });
        }
        step.save
            .iter()
            .any(|record| matches!(record, Record::Heard { .. } | Record::Sweep { .. }))
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
            84..94 => self.act_there(),
            94..97 => self.crash(),
            97 => self.change_nodes(),
            98 => self.change_rights(),
            _ => self.trouble(),
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
        let skew_us = self.skew_us;
        let [notices, trouble] = [notices, trouble].map(|there| there.map(|there_us| there_us - skew_us));
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

    /// Trouble ends.
    pub fn heal(&mut self) {
        self.is_healed = true;
        self.wire.faults.lock().unwrap().stop();
        if self.is_hidden {
            self.change_rights();
        }
        self.renew_tokens();
        self.slow_until_us = 0;
        self.read_nodes();
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

/// The board's scope: the tasks of two areas.
fn scope(places: &Places) -> Scope {
    Scope {
        board: BOARD,
        projects: vec![PROJECT.to_lowercase()],
        area_ids: [places.quay, places.gate].into(),
        types: ["Task".to_owned()].into(),
        iteration_ids: None,
        n_cards: 0,
        is_query: false,
        is_stopped: false,
        kept: BTreeSet::new(),
    }
}
