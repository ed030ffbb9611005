//! A store in memory with the semantics of a crash: a transaction happens whole or not at all, and outlives the replica.

use std::collections::{BTreeMap, BTreeSet};

use azdo::WorkItemId;
use lockstep_sync::edit::{Attempt, AttemptState, Edit, EditState, Ending, LetGo};
use lockstep_sync::item::{Item, Presence};
use lockstep_sync::record::{Disposition, Feed, Record};
use lockstep_sync::replica::{Heard, is_news};
use lockstep_sync::{AttemptId, BoardId, EditId, ItemId, NoticeId};
use uuid::Uuid;

/// What outlives a crash.
#[derive(Clone, Default)]
pub struct Store {
    pub items: BTreeMap<ItemId, Item>,
    pub settled: BTreeMap<EditId, (Edit, Ending)>,
    pub attempts: BTreeMap<AttemptId, Attempt>,
    pub notices: BTreeMap<NoticeId, (WorkItemId, Option<Disposition>)>,
    pub cursors: BTreeMap<Feed, String>,
    /// What each edit started from when it was sent, and what it wants, by attempt: what a blind write would betray.
    pub sent_from: BTreeMap<AttemptId, Vec<(azdo::FieldName, serde_json::Value, serde_json::Value)>>,
    /// Items that were taken up, not made here.
    pub adopted: BTreeSet<ItemId>,
    /// Drafts that were published.
    pub published: BTreeSet<EditId>,
    /// Items that would have left a board, and wait for a person.
    pub stopped: BTreeMap<BoardId, BTreeSet<ItemId>>,
    /// After a restore: notices to be settled before anything is written.
    pub unread: Option<BTreeSet<NoticeId>>,
    pub n_edits: u64,
    n_notices: u64,
}

impl Store {
    /// Appends an edit, as a handler does before it answers.
    pub fn append(&mut self, item: ItemId, mut edit: Edit) {
        self.n_edits += 1;
        edit.change = self.n_edits as i64;
        self.items
            .entry(item)
            .or_insert_with(|| Item::unborn(item))
            .edits
            .push(edit);
    }

    /// Puts an item on a board, as a handler does that makes a card.
    pub fn put_on_board(&mut self, item: ItemId, board: BoardId) {
        let item = self.items.entry(item).or_insert_with(|| Item::unborn(item));
        item.boards.insert(board);
    }

    /// Commits a notice, as the intake does before it answers.
    pub fn notice(&mut self, work_item: WorkItemId) -> NoticeId {
        self.n_notices += 1;
        let id = NoticeId(Uuid::from_u128(u128::from(self.n_notices)));
        self.notices.insert(id, (work_item, None));
        id
    }

    /// Items with something open, as loaded at start.
    pub fn open_items(&self) -> Vec<Item> {
        let is_open = |item: &&Item| !item.edits.is_empty() || item.attempt.is_some();
        self.items
            .values()
            .filter(is_open)
            .map(|item| self.load(item))
            .collect()
    }

    /// An item as it is loaded: it knows the numbers of those that its edits name.
    pub fn load(&self, stored: &Item) -> Item {
        let mut item = stored.clone();
        let ends = item.awaits();
        let number = |end: &ItemId| Some((*end, self.items.get(end)?.work_item?));
        item.learn(&ends.iter().filter_map(number).collect());
        let is_unmade = |end: &ItemId| {
            let end = self.items.get(end);
            end.is_none_or(|end| end.work_item.is_none() && end.edits.is_empty())
        };
        item.unmade = ends.into_iter().filter(is_unmade).collect();
        item
    }

    /// Notices not yet followed up.
    pub fn pending_notices(&self) -> Vec<Heard> {
        let pending = self
            .notices
            .iter()
            .filter(|(_, (_, disposition))| disposition.is_none());
        pending
            .map(|(id, (work_item, _))| Heard {
                notice: *id,
                work_item: *work_item,
                item: self
                    .items
                    .values()
                    .find(|item| item.work_item == Some(*work_item))
                    .map(|item| self.load(item)),
            })
            .collect()
    }

    /// One transaction. Panics on a record that contradicts what is stored.
    pub fn apply(&mut self, records: &[Record]) {
        for record in records {
            self.apply_one(record);
        }
    }

    fn apply_one(&mut self, record: &Record) {
        match record {
            Record::AttemptBegun(attempt) => {
                let may_write = self.unread.is_none() || attempt.supposed_since_us.is_some();
                assert!(
                    may_write,
                    "nothing is written before everything was read again: {attempt:?}"
                );
                let item = self
                    .items
                    .get_mut(&attempt.item)
                    .expect("an attempt is about a stored item");
                assert!(item.attempt.is_none(), "one attempt at a time");
                let mut from = Vec::new();
                for edit in item.edits.iter_mut().filter(|edit| attempt.edits.contains(&edit.id)) {
                    assert_eq!(edit.author, attempt.author, "a request never mixes authors");
                    assert!(!edit.is_draft, "a draft goes out once it is published: {edit:?}");
                    if let lockstep_sync::edit::Act::Set { field, was, to } = &edit.act {
                        from.push((field.clone(), was.clone(), to.clone()));
                    }
                    edit.state = EditState::Sending { attempt: attempt.id };
                }
                self.sent_from.insert(attempt.id, from);
                item.attempt = Some((**attempt).clone());
                self.attempts.insert(attempt.id, (**attempt).clone());
            }
            Record::AttemptUnknown(id, search) => {
                let state = AttemptState::Unknown { search: search.clone() };
                self.with_attempt(*id, |attempt| attempt.state = state);
            }
            Record::AttemptEnded {
                attempt,
                outcome,
                answer,
                ..
            } => {
                let state = AttemptState::Ended {
                    outcome: *outcome,
                    answer: answer.clone(),
                };
                self.with_attempt(*attempt, |attempt| attempt.state = state);
                let item = self.attempts[attempt].item;
                self.items.get_mut(&item).expect("stored").attempt = None;
            }
            Record::EditWaiting { edit, doubt } => self.with_edit(*edit, |edit| {
                edit.state = EditState::Waiting;
                edit.doubt = doubt.clone();
            }),
            Record::EditHeld(edit, hold) => {
                self.with_edit(*edit, |edit| edit.state = EditState::Held { hold: hold.clone() });
            }
            Record::EditPublished(edit) => {
                self.with_edit(*edit, |edit| {
                    assert!(edit.is_draft, "a draft is published once");
                    edit.is_draft = false;
                });
                self.published.insert(*edit);
            }
            Record::Adopted {
                item,
                work_item,
                observation,
                boards,
            } => {
                let is_taken = self.items.values().any(|other| other.work_item == Some(*work_item));
                assert!(!is_taken, "two items are paired with work item {work_item}");
                let adopted = Item {
                    work_item: Some(*work_item),
                    remote: Some(observation.remote.clone()),
                    presence: Presence::Present,
                    boards: boards.clone(),
                    ..Item::unborn(*item)
                };
                self.adopted.insert(*item);
                let before = self.items.insert(*item, adopted);
                assert!(before.is_none(), "an adopted item is new");
            }
            Record::Entered { item, board } => {
                self.items.get_mut(item).expect("stored").boards.insert(*board);
            }
            Record::Left { item, board, .. } => {
                let was_there = self.items.get_mut(item).expect("stored").boards.remove(board);
                assert!(was_there, "item {item} left a board that it was not on");
            }
            Record::ScopeStopped { board, items } => {
                self.stopped.entry(*board).or_default().extend(items);
            }
            Record::EditRebased(edit, from) => self.with_edit(*edit, |edit| {
                if let lockstep_sync::edit::Act::Set { was, .. } = &mut edit.act {
                    *was = from.clone();
                }
            }),
            Record::EditSettled(id, ending) => {
                let item = self
                    .items
                    .values_mut()
                    .find(|item| item.edits.iter().any(|edit| edit.id == *id));
                let item = item.unwrap_or_else(|| panic!("edit {id} is settled twice"));
                let position = item.edits.iter().position(|edit| edit.id == *id).expect("found above");
                let edit = item.edits.remove(position);
                if let Some(doubt) = edit.doubt.clone().filter(|_| ending.is_let_go()) {
                    let (edit, act) = (edit.id, edit.act.clone());
                    item.let_go.push(LetGo { edit, act, doubt });
                }
                self.settled.insert(*id, (edit, ending.clone()));
            }
            Record::DoubtCleared(id) => {
                let mut items = self.items.values_mut();
                let holder = items.find(|item| {
                    item.edits.iter().any(|edit| edit.id == *id) || item.let_go.iter().any(|let_go| let_go.edit == *id)
                });
                let item = holder.unwrap_or_else(|| panic!("nothing is doubtful about edit {id}"));
                item.let_go.retain(|let_go| let_go.edit != *id);
                let mut edits = item.edits.iter_mut();
                edits
                    .find(|edit| edit.id == *id)
                    .into_iter()
                    .for_each(|edit| edit.doubt = None);
            }
            Record::Paired(item, work_item) => {
                let is_taken = self.items.values().any(|other| other.work_item == Some(*work_item));
                assert!(!is_taken, "two items are paired with work item {work_item}");
                self.items.get_mut(item).expect("stored").work_item = Some(*work_item);
            }
            Record::Observed(observation) => {
                let item = self.items.get_mut(&observation.item).expect("stored");
                item.remote = Some(observation.remote.clone());
            }
            Record::PresenceChanged { item, presence, .. } => {
                self.items.get_mut(item).expect("stored").presence = *presence;
            }
            Record::NoticesSettled(ids, disposition) => {
                for id in ids {
                    let notice = self.notices.get_mut(id).expect("a settled notice is stored");
                    assert!(notice.1.is_none(), "a notice is settled once");
                    notice.1 = Some(*disposition);
                }
            }
            Record::Heard {
                feed,
                entries,
                keeps_strangers,
            } => {
                for mention in entries {
                    let item = self
                        .items
                        .values()
                        .find(|item| item.work_item == Some(mention.work_item));
                    let is_kept = match item {
                        Some(item) => is_news(
                            *feed,
                            mention,
                            item.remote.as_ref().map(|remote| remote.rev),
                            item.presence,
                        ),
                        None => *keeps_strangers && !mention.is_deleted,
                    };
                    if is_kept {
                        self.notice(mention.work_item);
                    }
                }
            }
            Record::Sweep { part, parts } => {
                let is_due = |item: &&Item| {
                    let has_turn = item.work_item.is_some_and(|id| id.0.rem_euclid(*parts) == *part);
                    item.presence == Presence::OutOfSight || has_turn
                };
                let ids: Vec<WorkItemId> = self
                    .items
                    .values()
                    .filter(is_due)
                    .filter_map(|item| item.work_item)
                    .collect();
                for id in ids {
                    self.notice(id);
                }
            }
            Record::CursorMoved(feed, token) => {
                self.cursors.insert(*feed, token.clone());
            }
            Record::Reconciled => {
                let unread = self.unread.take().expect("it was restored");
                let mut unread = unread.iter().filter(|id| self.notices[id].1.is_none());
                assert_eq!(unread.next(), None, "not everything has been read again");
            }
            Record::TokenRefused(..) | Record::TokenWorks(_) | Record::Health(_) => {}
        }
    }

    fn with_edit(&mut self, id: EditId, change: impl FnOnce(&mut Edit)) {
        let edit = self
            .items
            .values_mut()
            .flat_map(|item| &mut item.edits)
            .find(|edit| edit.id == id);
        change(edit.unwrap_or_else(|| panic!("edit {id} is changed after it was settled")));
    }

    fn with_attempt(&mut self, id: AttemptId, change: impl FnOnce(&mut Attempt)) {
        let attempt = self
            .attempts
            .get_mut(&id)
            .expect("an attempt is begun before anything else");
        assert!(
            !matches!(attempt.state, AttemptState::Ended { .. }),
            "an attempt ends once"
        );
        change(attempt);
        let attempt = attempt.clone();
        if let Some(item) = self.items.get_mut(&attempt.item) {
            item.attempt = Some(attempt);
        }
    }
}
