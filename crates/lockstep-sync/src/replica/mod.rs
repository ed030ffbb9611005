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

mod intake;
mod reconciling;
mod scoping;
mod steps;

use std::collections::{BTreeMap, BTreeSet};

use azdo::WorkItemId;
use azdo::planted::{Bug, is_planted};
use uuid::Uuid;

use crate::call::{Answer, Aside, Call};
use crate::edit::Whom;
use crate::item::{Item, Presence};
use crate::record::{Feed, Health, Mention, Record};
use crate::rules::Rules;
use crate::{BoardId, ItemId, NoticeId};

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
    /// Work items nobody is paired with: while a creation is open one of them may be ours, and any may belong to a board.
    pub(crate) strangers: BTreeMap<WorkItemId, Vec<NoticeId>>,
    /// When how many left a board, for a while.
    left_lately: BTreeMap<BoardId, Vec<(i64, usize)>>,
    /// Items told of that would leave a board and wait for a person.
    stopped: BTreeMap<BoardId, BTreeSet<ItemId>>,
    pub(crate) feeds: BTreeMap<Feed, FeedState>,
    pub(crate) dirty: BTreeSet<ItemId>,
    pub(crate) to_read: BTreeSet<ItemId>,
    timers: BTreeSet<(i64, ItemId)>,
    pub(crate) pending: BTreeMap<StepId, Pending>,
    /// Until when the server has asked each identity for quiet. Another token of the same account does not end it.
    pub(crate) paused: BTreeMap<Whom, i64>,
    /// Until when the connection's token, which is not taken, is not tried again.
    pub(crate) refused_until_us: i64,
    pub(crate) paused_all_until_us: i64,
    pub(crate) n_failures: u32,
    pub(crate) health: Option<Health>,
    /// Server clock minus ours, microseconds, by the newest answer.
    pub(crate) server_ahead_us: i64,
    next_sweep_us: i64,
    /// After a restore: notices to be settled before anything is written.
    unread: Option<BTreeSet<NoticeId>>,
    n_steps: u64,
    n_ids: u64,
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
        strangers: BTreeMap<WorkItemId, Vec<NoticeId>>,
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
            left_lately: BTreeMap::new(),
            stopped: BTreeMap::new(),
            feeds: feeds.into_iter().collect(),
            dirty: BTreeSet::new(),
            to_read: BTreeSet::new(),
            timers: BTreeSet::new(),
            pending: BTreeMap::new(),
            paused: BTreeMap::new(),
            refused_until_us: 0,
            paused_all_until_us: 0,
            n_failures: 0,
            health: None,
            server_ahead_us: 0,
            next_sweep_us: now_us,
            unread: None,
            n_steps: 0,
            n_ids: 0,
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
            .filter(|feed| !feed.is_busy && !self.is_reconciling())
            .map(|feed| feed.next_us.max(pause));
        let timers = self.timers.iter().next().map(|(at, _)| *at);
        // Work that is held back by a pause alone goes on when the pause is over.
        let has_work = !(self.dirty.is_empty() && self.to_read.is_empty() && self.strangers.is_empty());
        let is_held_back = pause > self.now_us && has_work;
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
            let sweep = Record::Sweep {
                part,
                parts: SWEEP_PARTS,
            };
            self.save(if is_planted(Bug::SweepLeftOut) {
                Vec::new()
            } else {
                vec![sweep]
            });
        }
        self.end_reconciling();
        self.plan_items();
        self.read_batch();
        self.poll();
        self.settle_strangers();
        if self.end_reconciling() {
            self.plan_items();
            self.read_batch();
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
        if is_planted(Bug::PauseIgnored) {
            return 0;
        }
        let asked_us = self.paused.get(&whom).copied().unwrap_or(0);
        let refused_us = if whom == Whom::Connection {
            self.refused_until_us
        } else {
            0
        };
        asked_us.max(refused_us).max(self.paused_all_until_us)
    }

    /// Adds records to be saved with no call behind them.
    pub(crate) fn save(&mut self, records: Vec<Record>) {
        if !records.is_empty() {
            self.step(records, None, None);
        }
    }

    fn step(&mut self, save: Vec<Record>, call: Option<Call>, pending: Option<Pending>) {
        self.note_read(&save);
        self.n_steps += 1;
        let id = StepId(self.n_steps);
        if let Some(pending) = pending {
            self.pending.insert(id, pending);
        }
        self.out.push(Step { id, save, call });
    }

    /// A number for a new row, from the dice.
    fn next_id(&mut self) -> Uuid {
        self.n_ids += 1;
        let spread = spread(self.dice ^ self.n_ids.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut random = [0; 10];
        random[..8].copy_from_slice(&spread.to_be_bytes());
        random[8..].copy_from_slice(&(self.n_ids as u16).to_be_bytes());
        let millis = (self.now_us / 1000).max(0) as u64;
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
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
