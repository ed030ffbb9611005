//! What comes in: items with edits, notices, rules.

use azdo::planted::{Bug, is_planted};

use super::{Heard, Pending, Replica};
use crate::edit::{AttemptState, Outcome, Search};
use crate::item::Item;
use crate::merge::wait;
use crate::record::{Disposition, Record};
use crate::rules::Rules;

impl Replica {
    pub(super) fn take_rules(&mut self, rules: Rules) {
        let mut before = std::mem::replace(&mut self.rules, rules);
        if is_planted(Bug::StalePath) && !before.nodes.is_empty() {
            self.rules.nodes = std::mem::take(&mut before.nodes);
        }
        if let (Some(restored), Some(known)) = (&mut self.rules.restored, before.restored) {
            restored.is_feed_read = known.is_feed_read;
        }
        let is_about_boards = before != self.rules && before.is_same_but_for_boards(&self.rules);
        if !is_about_boards {
            self.refused_until_us = 0;
            self.paused_all_until_us = 0;
        }
        self.forget_stops();
        self.dirty.extend(self.items.keys());
    }

    pub(super) fn take_in(&mut self, mut stored: Item) {
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
                && !is_planted(Bug::RestartForgetsAttempt)
            {
                attempt.state = AttemptState::Unknown {
                    search: Search {
                        next_us: self.now_us,
                        ..Search::default()
                    },
                };
            }
            if is_planted(Bug::RestartForgetsAttempt) {
                self.forget_attempt(&mut stored);
            }
            if let Some(id) = stored.work_item {
                self.by_work_item.insert(id, stored.id);
                stored.errand.is_stale |= self.is_reconciling();
            }
            stored.edits.sort_by_key(|edit| edit.change);
            self.items.insert(stored.id, stored.clone());
        }
        self.dirty.insert(stored.id);
    }

    /// What a planted bug does with what was being sent when the process ended.
    fn forget_attempt(&mut self, stored: &mut Item) {
        let Some(attempt) = stored.attempt.take_if(|attempt| attempt.state == AttemptState::Sending) else {
            return;
        };
        let mut records = vec![Record::AttemptEnded {
            attempt: attempt.id,
            outcome: Outcome::Unsent,
            answer: None,
            rev: None,
        }];
        for i in 0..stored.edits.len() {
            if attempt.edits.contains(&stored.edits[i].id) {
                wait(&mut records, stored, i);
            }
        }
        self.save(records);
    }

    pub(super) fn hear(&mut self, notices: Vec<Heard>) {
        let mut ignored = Vec::new();
        for heard in notices {
            if self.is_with_strangers(&heard) {
                continue;
            }
            if let Some(item) = heard.item {
                self.take_in(item);
            }
            let id = self.by_work_item.get(&heard.work_item).copied();
            let follows_strangers = self.follows_strangers();
            match id.and_then(|id| self.items.get_mut(&id)) {
                Some(item) => {
                    let errand = &item.errand;
                    if !errand.notices.contains(&heard.notice) && !errand.reading.contains(&heard.notice) {
                        item.errand.notices.push(heard.notice);
                        item.errand.is_stale = true;
                    }
                    self.dirty.insert(item.id);
                }
                None if follows_strangers => {
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

    /// Whether this was told before, and is still with the strangers.
    fn is_with_strangers(&self, heard: &Heard) -> bool {
        let being_read = self.pending.values().filter_map(|pending| match pending {
            Pending::Batch { strangers, .. } => Some(strangers),
            _ => None,
        });
        let mut kept = being_read
            .chain([&self.strangers])
            .filter_map(|strangers| strangers.get(&heard.work_item));
        kept.any(|notices| notices.contains(&heard.notice))
    }

    /// Strangers are nobody's once no creation is open and no board could have them.
    pub(super) fn settle_strangers(&mut self) {
        if !self.strangers.is_empty() && !self.follows_strangers() {
            let notices = std::mem::take(&mut self.strangers).into_values().flatten().collect();
            self.save(vec![Record::NoticesSettled(notices, Disposition::OutOfScope)]);
        }
    }
}
