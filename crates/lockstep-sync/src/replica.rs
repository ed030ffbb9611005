//! The items of one connection that have something open: inputs in, steps out.
//!
//! A [`Step`] is a list of records to save in one transaction and then, if they were saved, one call to make. The
//! driver does the steps in the order given, and saves them before it loads anything newer for the next input; a save
//! that fails is a crash, and the replica is loaded again. So whatever
//! is in memory here is either stored or about to be, and a lost process loses nothing.
//!
//! Bounds: one call per item, [`ITEM_CALLS_MAX`] calls on items at once, one batch read, one poll of each feed. A pause
//! that the server asked for is kept for the identity it was asked of; trouble on the way slows all of the connection
//! and no other one.

use std::collections::{BTreeMap, BTreeSet};

use azdo::planted::{Bug, is_planted};
use azdo::{FeedStart, FieldName, WorkItemId};
use serde_json::Value;
use uuid::Uuid;

use crate::call::{Answer, Aside, Call};
use crate::document::path_field;
use crate::edit::{Act, AttemptState, EditState, Ending, Hold, Search, Whom};
use crate::item::{Item, Presence};
use crate::merge::wait;
use crate::plan::{Next, plan};
use crate::record::{Disposition, Feed, Health, Mention, Record};
use crate::rules::Rules;
use crate::{AttemptId, ItemId, NoticeId};

/// Calls on single items at once. Few, because an identity has one budget.
pub const ITEM_CALLS_MAX: usize = 4;
/// Work items in one batch read; the server's own limit.
pub const BATCH_IDS_MAX: usize = 200;
/// A connection without a cursor starts this long ago.
const FIRST_LOOK_BACK_US: i64 = 15 * 60 * 1_000_000;
/// How often what is out of sight is looked for again, and a part of everything is read again.
const SWEEP_US: i64 = 10 * 60 * 1_000_000;
/// Sweeps until everything has been read again: a day's.
const SWEEP_PARTS: i64 = 144;
/// Rounds of planning an item in one go; a plan that needs more is wrong.
const ROUNDS_MAX: usize = 32;

/// Something happened.
#[derive(Debug)]
pub enum Input {
    /// Items with edits that the replica may not know yet, as stored.
    Edited(Vec<Item>),
    /// Notices that wait to be followed up.
    HeardOf(Vec<Heard>),
    /// The rules are now these.
    Rules(Box<Rules>),
    /// A step's call came back.
    Answered(StepId, Answer, Aside),
    /// Time has passed.
    Clock,
}

/// A notice that waits, with the item its work item is paired with.
#[derive(Debug, Clone)]
pub struct Heard {
    /// The notice.
    pub notice: NoticeId,
    /// What it is about.
    pub work_item: WorkItemId,
    /// The item, as stored; `None` when no item is paired with it.
    pub item: Option<Item>,
}

/// Number of a step, in the order of making.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepId(pub u64);

/// Records to save, then one call to make.
#[derive(Debug)]
pub struct Step {
    /// Number, to answer by.
    pub id: StepId,
    /// To be saved in one transaction; may be empty.
    pub save: Vec<Record>,
    /// To be made once saved; its answer comes back as [`Input::Answered`].
    pub call: Option<Call>,
}

/// The items of one connection that have something open.
pub struct Replica {
    pub(crate) rules: Rules,
    pub(crate) items: BTreeMap<ItemId, Item>,
    pub(crate) by_work_item: BTreeMap<WorkItemId, ItemId>,
    /// Work items nobody is paired with, heard of while a creation is open: one of them may be ours.
    pub(crate) strangers: BTreeMap<WorkItemId, Vec<NoticeId>>,
    pub(crate) feeds: BTreeMap<Feed, FeedState>,
    pub(crate) dirty: BTreeSet<ItemId>,
    pub(crate) to_read: BTreeSet<ItemId>,
    timers: BTreeSet<(i64, ItemId)>,
    pub(crate) pending: BTreeMap<StepId, Pending>,
    pub(crate) paused: BTreeMap<Whom, i64>,
    pub(crate) paused_all_until_us: i64,
    pub(crate) n_failures: u32,
    pub(crate) health: Option<Health>,
    /// Server clock minus ours, microseconds, by the newest answer.
    pub(crate) server_ahead_us: i64,
    next_sweep_us: i64,
    n_steps: u64,
    n_attempts: u64,
    pub(crate) now_us: i64,
    pub(crate) dice: u64,
    out: Vec<Step>,
}

/// How far a feed has been read.
#[derive(Debug, Clone, Default)]
pub(crate) struct FeedState {
    pub cursor: Option<String>,
    pub next_us: i64,
    pub is_busy: bool,
    /// The pass that is under way: when its first page was asked for.
    pub pass_started_us: Option<i64>,
    pub n_in_pass: usize,
    pub newest_in_pass_us: Option<i64>,
}

/// What an answer will be about.
#[derive(Debug)]
pub(crate) enum Pending {
    Batch {
        items: Vec<ItemId>,
        strangers: Vec<WorkItemId>,
    },
    Item {
        item: ItemId,
        had_proof: bool,
    },
    Poll(Feed),
}

impl Replica {
    /// A replica with what the store holds open: items with unsettled edits or an open attempt, and the feeds' cursors.
    ///
    /// An attempt that was being sent when the process ended is unknown now.
    pub fn load(rules: Rules, cursors: BTreeMap<Feed, String>, items: Vec<Item>, now_us: i64) -> Self {
        let feeds = [Feed::Revisions, Feed::Links].map(|feed| {
            let cursor = cursors.get(&feed).cloned();
            (
                feed,
                FeedState {
                    cursor,
                    next_us: now_us,
                    ..FeedState::default()
                },
            )
        });
        let mut replica = Self {
            rules,
            items: BTreeMap::new(),
            by_work_item: BTreeMap::new(),
            strangers: BTreeMap::new(),
            feeds: feeds.into_iter().collect(),
            dirty: BTreeSet::new(),
            to_read: BTreeSet::new(),
            timers: BTreeSet::new(),
            pending: BTreeMap::new(),
            paused: BTreeMap::new(),
            paused_all_until_us: 0,
            n_failures: 0,
            health: None,
            server_ahead_us: 0,
            next_sweep_us: now_us,
            n_steps: 0,
            n_attempts: 0,
            now_us,
            dice: 0,
            out: Vec::new(),
        };
        for item in items {
            replica.take_in(item);
        }
        replica
    }

    /// Takes an input and says what to do, in order.
    ///
    /// `dice` is fresh randomness: it spreads retries and numbers attempts.
    pub fn handle(&mut self, now_us: i64, dice: u64, input: Input) -> Vec<Step> {
        self.now_us = now_us.max(self.now_us);
        self.dice = dice;
        match input {
            Input::Edited(items) => items.into_iter().for_each(|item| self.take_in(item)),
            Input::HeardOf(notices) => self.hear(notices),
            Input::Rules(rules) => self.take_rules(*rules),
            Input::Answered(step, answer, aside) => self.answered(step, answer, aside),
            Input::Clock => {}
        }
        self.advance();
        std::mem::take(&mut self.out)
    }

    /// When to be called again with [`Input::Clock`], microseconds UTC.
    pub fn wake_at_us(&self) -> i64 {
        let pause = self.pause_over_us(Whom::Connection);
        let feeds = self
            .feeds
            .values()
            .filter(|feed| !feed.is_busy)
            .map(|feed| feed.next_us.max(pause));
        let timers = self.timers.iter().next().map(|(at, _)| *at);
        // Work that is held back by a pause alone goes on when the pause is over.
        let is_held_back = pause > self.now_us && !(self.dirty.is_empty() && self.to_read.is_empty());
        let held_back = is_held_back.then_some(pause);
        feeds
            .chain(timers)
            .chain(held_back)
            .min()
            .unwrap_or(i64::MAX)
            .min(self.next_sweep_us)
            .max(self.now_us + 1)
    }

    /// Whether nothing is open and no call is under way.
    pub fn is_quiet(&self) -> bool {
        self.items.is_empty() && self.pending.is_empty() && self.strangers.is_empty()
    }

    /// The items in memory, for checkers.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    fn take_rules(&mut self, rules: Rules) {
        let mut before = std::mem::replace(&mut self.rules, rules);
        if is_planted(Bug::StalePath) && !before.nodes.is_empty() {
            self.rules.nodes = std::mem::take(&mut before.nodes);
        }
        let is_about_boards = before != self.rules && before.is_same_but_for_boards(&self.rules);
        if !is_about_boards {
            self.paused.clear();
            self.paused_all_until_us = 0;
        }
        if before.nodes != self.rules.nodes {
            let mut records = Vec::new();
            for item in self.items.values_mut() {
                records.extend(retry_renamed(item, &before.nodes, &self.rules.nodes));
            }
            self.save(records);
        }
        self.dirty.extend(self.items.keys());
    }

    fn take_in(&mut self, mut stored: Item) {
        if let Some(known) = self.items.get_mut(&stored.id) {
            // Loaded after everything here was saved, so the store knows best.
            known.boards = std::mem::take(&mut stored.boards);
            known.unmade.append(&mut stored.unmade);
            let newest = known.edits.iter().map(|edit| edit.change).max().unwrap_or(0);
            stored
                .edits
                .retain(|edit| edit.change > newest && known.edits.iter().all(|e| e.id != edit.id));
            known.edits.append(&mut stored.edits);
        } else {
            if let Some(attempt) = &mut stored.attempt
                && attempt.state == AttemptState::Sending
            {
                attempt.state = AttemptState::Unknown {
                    search: Search {
                        next_us: self.now_us,
                        ..Search::default()
                    },
                };
            }
            if let Some(id) = stored.work_item {
                self.by_work_item.insert(id, stored.id);
            }
            stored.edits.sort_by_key(|edit| edit.change);
            self.items.insert(stored.id, stored.clone());
        }
        self.dirty.insert(stored.id);
    }

    fn hear(&mut self, notices: Vec<Heard>) {
        let mut ignored = Vec::new();
        for heard in notices {
            // Told before, and still with the strangers.
            if self
                .strangers
                .get(&heard.work_item)
                .is_some_and(|kept| kept.contains(&heard.notice))
            {
                continue;
            }
            if let Some(item) = heard.item {
                self.take_in(item);
            }
            let id = self.by_work_item.get(&heard.work_item).copied();
            let is_creating = self.has_open_creation();
            match id.and_then(|id| self.items.get_mut(&id)) {
                Some(item) => {
                    let errand = &item.errand;
                    if !errand.notices.contains(&heard.notice) && !errand.reading.contains(&heard.notice) {
                        item.errand.notices.push(heard.notice);
                        item.errand.is_stale = true;
                    }
                    self.dirty.insert(item.id);
                }
                None if is_creating => {
                    let kept = self.strangers.entry(heard.work_item).or_default();
                    if !kept.contains(&heard.notice) {
                        kept.push(heard.notice);
                    }
                }
                None => ignored.push(heard.notice),
            }
        }
        if !ignored.is_empty() {
            self.step(
                vec![Record::NoticesSettled(ignored, Disposition::OutOfScope)],
                None,
                None,
            );
        }
    }

    /// Whether a creation is on its way or unanswered.
    pub(crate) fn has_open_creation(&self) -> bool {
        self.items
            .values()
            .any(|item| item.attempt.as_ref().is_some_and(crate::edit::Attempt::is_create))
    }

    fn advance(&mut self) {
        let due: Vec<(i64, ItemId)> = self
            .timers
            .range(..=(self.now_us, ItemId(Uuid::max())))
            .copied()
            .collect();
        for timer in due {
            self.timers.remove(&timer);
            self.dirty.insert(timer.1);
        }
        if self.next_sweep_us <= self.now_us {
            self.next_sweep_us = self.now_us + SWEEP_US;
            // By the clock, so that a process that is started anew every hour still comes round.
            let part = (self.now_us / SWEEP_US).rem_euclid(SWEEP_PARTS);
            self.save(vec![Record::Sweep {
                part,
                parts: SWEEP_PARTS,
            }]);
        }
        self.plan_items();
        self.read_batch();
        self.poll();
        self.settle_strangers();
    }

    fn plan_items(&mut self) {
        let mut n_busy = self
            .pending
            .values()
            .filter(|p| matches!(p, Pending::Item { .. }))
            .count();
        let mut later = BTreeSet::new();
        // What is found on the way may be of interest to others.
        while let Some(id) = self.dirty.pop_first() {
            let attempt = self.next_attempt_id();
            self.learn_numbers(id);
            let Some(item) = self.items.get_mut(&id) else { continue };
            let (mut records, next) = plan_to_rest(item, &self.rules, self.now_us, attempt);
            item.errand.is_fresh = false;
            let is_given_up = |record: &Record| matches!(record, Record::EditSettled(_, Ending::GivenUp { .. }));
            if item.presence == Presence::Unborn && records.iter().any(is_given_up) && !item.is_to_be_created() {
                self.note_unmade(id);
            }
            match next {
                Next::Rest(at) => {
                    if let Some(at) = at {
                        self.timers.insert((at, id));
                    }
                    self.save(std::mem::take(&mut records));
                    self.forget_if_at_rest(id);
                }
                Next::Read => {
                    self.to_read.insert(id);
                    self.save(records);
                }
                Next::Ask(_) | Next::Write(..) if n_busy >= ITEM_CALLS_MAX => {
                    later.insert(id);
                    self.save(records);
                }
                Next::Ask(call) => {
                    let over = self.pause_over_us(Whom::Connection);
                    if over > self.now_us {
                        self.timers.insert((over, id));
                        self.save(records);
                    } else {
                        n_busy += 1;
                        self.ask(id, records, call);
                    }
                }
                Next::Write(attempt, call) => {
                    let over = self.pause_over_us(attempt.whom);
                    if over > self.now_us {
                        self.timers.insert((over, id));
                        self.save(records);
                    } else {
                        n_busy += 1;
                        self.write(id, records, *attempt, *call);
                    }
                }
            }
        }
        self.dirty = later;
    }

    /// Tells an item the numbers of items that its edits name and that have one by now.
    fn learn_numbers(&mut self, id: ItemId) {
        let awaited = self.items.get(&id).map(Item::awaits).unwrap_or_default();
        let number = |item: &ItemId| Some((*item, self.items.get(item)?.work_item?));
        let numbers = awaited.iter().filter_map(number).collect();
        if let Some(item) = self.items.get_mut(&id).filter(|_| !awaited.is_empty()) {
            item.learn(&numbers);
        }
    }

    /// An item is not going to have a work item: what was to be linked to it has nothing to go to.
    fn note_unmade(&mut self, id: ItemId) {
        for other in self.items.values_mut().filter(|other| other.awaits().contains(&id)) {
            other.unmade.insert(id);
            self.dirty.insert(other.id);
        }
    }

    fn ask(&mut self, id: ItemId, records: Vec<Record>, call: Call) {
        let had_proof = self
            .items
            .get(&id)
            .is_some_and(|item| crate::answers::has_proof_of_absence(self, item));
        if let Some(item) = self.items.get_mut(&id) {
            item.errand.is_busy = true;
        }
        self.step(records, Some(call), Some(Pending::Item { item: id, had_proof }));
    }

    fn write(&mut self, id: ItemId, mut records: Vec<Record>, attempt: crate::edit::Attempt, call: Call) {
        if let Some(item) = self.items.get_mut(&id) {
            item.errand.is_busy = true;
            for edit in &mut item.edits {
                if attempt.edits.contains(&edit.id) {
                    edit.state = EditState::Sending { attempt: attempt.id };
                }
            }
            item.attempt = Some(attempt.clone());
        }
        records.push(Record::AttemptBegun(Box::new(attempt)));
        self.step(
            records,
            Some(call),
            Some(Pending::Item {
                item: id,
                had_proof: false,
            }),
        );
    }

    fn read_batch(&mut self) {
        let is_reading = self.pending.values().any(|p| matches!(p, Pending::Batch { .. }));
        if is_reading || self.pause_over_us(Whom::Connection) > self.now_us {
            return;
        }
        let mut items: Vec<ItemId> = Vec::new();
        let mut ids: Vec<WorkItemId> = Vec::new();
        while ids.len() < BATCH_IDS_MAX
            && let Some(id) = self.to_read.pop_first()
        {
            let Some(item) = self.items.get_mut(&id).filter(|item| !item.errand.is_busy) else {
                continue;
            };
            if let Some(work_item) = item.work_item {
                item.errand.is_busy = true;
                let heard = std::mem::take(&mut item.errand.notices);
                item.errand.reading.extend(heard);
                item.errand.is_stale = false;
                items.push(id);
                ids.push(work_item);
            }
        }
        // A stranger is read only when its own creation's answer can no longer come.
        let is_creating = self.items.values().any(|item| {
            item.attempt
                .as_ref()
                .is_some_and(|a| a.is_create() && a.state == AttemptState::Sending)
        });
        let mut strangers = Vec::new();
        if !is_creating && self.has_open_creation() {
            strangers = self.strangers.keys().copied().take(BATCH_IDS_MAX - ids.len()).collect();
            ids.extend(&strangers);
        }
        if ids.is_empty() {
            return;
        }
        let mut save = Vec::new();
        if is_planted(Bug::AcknowledgedBeforeSave) {
            let mut notices: Vec<NoticeId> = Vec::new();
            for id in &items {
                notices.extend(
                    self.items
                        .get_mut(id)
                        .map(|i| std::mem::take(&mut i.errand.reading))
                        .unwrap_or_default(),
                );
            }
            save.push(Record::NoticesSettled(notices, Disposition::Applied));
        }
        self.step(
            save,
            Some(Call::ReadItems(ids)),
            Some(Pending::Batch { items, strangers }),
        );
    }

    fn poll(&mut self) {
        if self.pause_over_us(Whom::Connection) > self.now_us {
            return;
        }
        for feed in [Feed::Revisions, Feed::Links] {
            let (now_us, first_us) = (self.now_us, self.now_us - FIRST_LOOK_BACK_US);
            let Some(state) = self.feeds.get_mut(&feed).filter(|s| !s.is_busy && s.next_us <= now_us) else {
                continue;
            };
            state.is_busy = true;
            if state.pass_started_us.is_none() {
                state.pass_started_us = Some(now_us);
                state.n_in_pass = 0;
                state.newest_in_pass_us = None;
            }
            let from = state
                .cursor
                .clone()
                .map_or(FeedStart::Since { start_us: first_us }, FeedStart::Token);
            self.step(Vec::new(), Some(Call::Poll(feed, from)), Some(Pending::Poll(feed)));
        }
    }

    /// Strangers are nobody's once no creation is open.
    fn settle_strangers(&mut self) {
        if !self.strangers.is_empty() && !self.has_open_creation() {
            let is_reading = self
                .pending
                .values()
                .any(|p| matches!(p, Pending::Batch { strangers, .. } if !strangers.is_empty()));
            if !is_reading {
                let notices = std::mem::take(&mut self.strangers).into_values().flatten().collect();
                self.save(vec![Record::NoticesSettled(notices, Disposition::OutOfScope)]);
            }
        }
    }

    /// Drops an item from memory when nothing about it is open.
    pub(crate) fn forget_if_at_rest(&mut self, id: ItemId) {
        if self.items.get(&id).is_some_and(Item::is_at_rest)
            && let Some(item) = self.items.remove(&id)
            && let Some(work_item) = item.work_item
        {
            self.by_work_item.remove(&work_item);
        }
    }

    /// Until when no call may carry this token.
    pub(crate) fn pause_over_us(&self, whom: Whom) -> i64 {
        self.paused
            .get(&whom)
            .copied()
            .unwrap_or(0)
            .max(self.paused_all_until_us)
    }

    /// Adds records to be saved with no call behind them.
    pub(crate) fn save(&mut self, records: Vec<Record>) {
        if !records.is_empty() {
            self.step(records, None, None);
        }
    }

    fn step(&mut self, save: Vec<Record>, call: Option<Call>, pending: Option<Pending>) {
        self.n_steps += 1;
        let id = StepId(self.n_steps);
        if let Some(pending) = pending {
            self.pending.insert(id, pending);
        }
        self.out.push(Step { id, save, call });
    }

    fn next_attempt_id(&mut self) -> AttemptId {
        self.n_attempts += 1;
        let spread = spread(self.dice ^ self.n_attempts.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut random = [0; 10];
        random[..8].copy_from_slice(&spread.to_be_bytes());
        random[8..].copy_from_slice(&(self.n_attempts as u16).to_be_bytes());
        let millis = (self.now_us / 1000).max(0) as u64;
        AttemptId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}

/// Nodes have other paths now: what was refused under an old one goes out again.
fn retry_renamed(item: &mut Item, before: &BTreeMap<i64, String>, now: &BTreeMap<i64, String>) -> Vec<Record> {
    let mut records = Vec::new();
    for i in 0..item.edits.len() {
        let edit = &item.edits[i];
        let has_moved = |field: &FieldName, to: &Value| {
            let node = path_field(field).and_then(|_| to.as_i64());
            node.is_some_and(|node| before.get(&node) != now.get(&node))
        };
        let is_renamed = match &edit.act {
            Act::Set { field, to, .. } => has_moved(field, to),
            Act::Create { fields, .. } => fields.iter().any(|(field, to)| has_moved(field, to)),
            _ => false,
        };
        if is_renamed && matches!(edit.hold(), Some(Hold::Refused { .. })) {
            wait(&mut records, item, i);
        }
    }
    records
}

/// Plans until the plan asks for something or rests. Decisions on the way may open others.
fn plan_to_rest(item: &mut Item, rules: &Rules, now_us: i64, attempt: AttemptId) -> (Vec<Record>, Next) {
    let mut records = Vec::new();
    for _ in 0..ROUNDS_MAX {
        let (more, next) = plan(item, rules, now_us, attempt);
        let is_settled = more.is_empty();
        records.extend(more);
        if is_settled || !matches!(next, Next::Rest(_)) {
            return (records, next);
        }
    }
    unreachable!("an item's plan did not come to rest within {ROUNDS_MAX} rounds");
}

/// Whether a feed's mention of a work item says something that is not known yet.
///
/// The revisions feed speaks of fields alone, so a rev that is held already is no news; links have a feed of their own.
pub fn is_news(feed: Feed, mention: &Mention, held_rev: Option<azdo::Rev>, presence: Presence) -> bool {
    match feed {
        Feed::Links => true,
        Feed::Revisions if mention.is_deleted => presence != Presence::Deleted,
        Feed::Revisions => {
            presence != Presence::Present || mention.rev.is_none_or(|rev| held_rev.is_none_or(|h| rev > h))
        }
    }
}

/// One step of splitmix64: spreads a number over all its bits.
pub(crate) fn spread(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
