//! What comes to a board and what leaves it, judged by what was just read. Nothing here writes to Azure DevOps, and
//! leaving is nothing but leaving.
//!
//! Where many would leave at once, somebody has moved an area or taken a right away, more likely than not: then they
//! stay, and a person is asked.

use std::collections::BTreeSet;

use azdo::WorkItem;
use azdo::planted::{Bug, is_planted};

use super::Replica;
use crate::item::{Presence, Remote};
use crate::links::is_marked;
use crate::record::{Observation, Record};
use crate::scope::{Reason, Scope};
use crate::{BoardId, ItemId, NoticeId};

/// What leaves within this time counts as leaving at once, microseconds.
const AT_ONCE_US: i64 = 10 * 60 * 1_000_000;

impl Replica {
    /// Whether work items that nobody is paired with are of interest: one may be ours, or belong to a board.
    pub(crate) fn follows_strangers(&self) -> bool {
        self.has_open_creation() || self.rules.scopes.iter().any(Scope::is_flat)
    }

    /// Items that were just read come to boards and leave them.
    pub(crate) fn move_cards(&mut self, items: &[ItemId]) -> Vec<Record> {
        let mut records = Vec::new();
        let (ignores_entry, ignores_leaving) = (is_planted(Bug::EntryIgnored), is_planted(Bug::LeavingIgnored));
        for scope in &mut self.rules.scopes {
            let mut leaving: Vec<(ItemId, Reason)> = Vec::new();
            for id in items {
                let Some(item) = self.items.get_mut(id).filter(|item| item.presence == Presence::Present) else {
                    continue;
                };
                let Some(remote) = &item.remote else { continue };
                match scope.judge(&remote.fields) {
                    Some(Ok(())) if ignores_entry => {}
                    Some(Err(_)) if ignores_leaving => {}
                    Some(Ok(())) if item.boards.insert(scope.board) => {
                        scope.n_cards += 1;
                        records.push(Record::Entered {
                            item: *id,
                            board: scope.board,
                        });
                    }
                    Some(Err(why)) if item.boards.contains(&scope.board) && !scope.kept.contains(id) => {
                        leaving.push((*id, why));
                    }
                    _ => {}
                }
            }
            if leaving.is_empty() {
                continue;
            }
            let lately = self.left_lately.entry(scope.board).or_default();
            lately.retain(|(at_us, _)| at_us + AT_ONCE_US > self.now_us);
            let n_lately: usize = lately.iter().map(|(_, n)| n).sum();
            if scope.is_stopped || n_lately + leaving.len() > scope.leaving_max() {
                scope.is_stopped = true;
                let told = self.stopped.entry(scope.board).or_default();
                let news: BTreeSet<ItemId> = leaving
                    .iter()
                    .map(|(id, _)| *id)
                    .filter(|id| told.insert(*id))
                    .collect();
                if !news.is_empty() {
                    records.push(Record::ScopeStopped {
                        board: scope.board,
                        items: news,
                    });
                }
                continue;
            }
            lately.push((self.now_us, leaving.len()));
            for (id, why) in leaving {
                scope.n_cards = scope.n_cards.saturating_sub(1);
                records.push(Record::Left {
                    item: id,
                    board: scope.board,
                    why,
                });
                let Some(item) = self.items.get_mut(&id) else { continue };
                item.boards.remove(&scope.board);
                if is_planted(Bug::LeftMeansDeleted) {
                    item.presence = Presence::Deleted;
                    records.push(Record::PresenceChanged {
                        item: id,
                        presence: Presence::Deleted,
                        by: None,
                    });
                }
            }
        }
        records
    }

    /// Takes up a work item that somebody else made and that belongs to a board, if it does.
    pub(crate) fn take_up(&mut self, read: &WorkItem) -> Option<(ItemId, Record)> {
        let remote = Remote::from(read);
        let matching = |scope: &&mut Scope| scope.judge(&remote.fields) == Some(Ok(()));
        // A marker of ours says that the work item has an item already, or is a copy of one that has.
        if is_marked(&remote.relations) && !is_planted(Bug::OwnCreationAdopted) {
            return None;
        }
        let matching = self.rules.scopes.iter_mut().filter(matching);
        let boards: BTreeSet<BoardId> = matching
            .map(|scope| {
                scope.n_cards += 1;
                scope.board
            })
            .collect();
        if boards.is_empty() || is_planted(Bug::NewcomerIgnored) {
            return None;
        }
        let item = ItemId(self.next_id());
        let observation = Observation {
            item,
            remote,
            before: Default::default(),
            has_new_relations: false,
            is_own: false,
        };
        let record = Record::Adopted {
            item,
            work_item: read.id,
            observation: Box::new(observation),
            boards,
        };
        Some((item, record))
    }

    /// Hands notices of a stranger to the item that its work item is paired with by now.
    pub(crate) fn hand_over(&mut self, item: ItemId, notices: Vec<NoticeId>) {
        if let Some(item) = self.items.get_mut(&item) {
            item.errand.notices.extend(notices);
            item.errand.is_stale = true;
            self.dirty.insert(item.id);
        }
    }

    /// People have decided about boards whose scope is no longer stopped; what is stopped next is told anew.
    pub(super) fn forget_stops(&mut self) {
        let is_stopped = |board: &BoardId| {
            let of_board = self.rules.scopes.iter().find(|scope| scope.board == *board);
            of_board.is_some_and(|scope| scope.is_stopped)
        };
        self.stopped.retain(|board, _| is_stopped(board));
    }
}
