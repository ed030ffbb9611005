//! Reading the feeds: cursors, and the proof that the feed has passed a moment.
//!
//! A page's cursor is saved in the transaction that keeps what the page named, so a page is never half taken.

use crate::call::{Answer, Failure, PageEntry};
use crate::edit::{Attempt, AttemptKind, AttemptState, Search};
use crate::record::{Feed, Record};
use crate::replica::Replica;

/// A feed that fails is read again after this, microseconds; the connection's own pause comes on top.
const RETRY_US: i64 = 5_000_000;

impl Replica {
    /// A page of a feed came back.
    pub(crate) fn polled(&mut self, feed: Feed, answer: Answer) {
        let now_us = self.now_us;
        let interval_us = self.rules.poll_interval_us;
        let is_creating = self.has_open_creation();
        let Some(state) = self.feeds.get_mut(&feed) else { return };
        state.is_busy = false;
        let (entries, token, is_last) = match answer {
            Answer::Page {
                entries,
                token,
                is_last,
            } => (entries, token, is_last),
            Answer::Failed(Failure::Refused { .. } | Failure::NotFound(_)) => {
                // A cursor the server no longer takes: start again from a while ago; what is known is no news.
                state.cursor = None;
                state.pass_started_us = None;
                state.next_us = now_us + RETRY_US.min(interval_us);
                return;
            }
            _ => {
                state.next_us = now_us + RETRY_US.min(interval_us);
                return;
            }
        };
        state.n_in_pass += entries.len();
        state.newest_in_pass_us = entries
            .iter()
            .filter_map(|e| e.changed_us)
            .chain(state.newest_in_pass_us)
            .max();
        let has_moved = token.is_some() && token != state.cursor;
        let is_over = is_last || !has_moved;
        let pass = is_over.then(|| (state.pass_started_us.take(), state.n_in_pass, state.newest_in_pass_us));
        state.next_us = if is_over { now_us + interval_us } else { now_us };
        let mut save = Vec::new();
        // A link moves nothing into a board's scope; what else may have come there is read, whoever made it.
        let scopes = if feed == Feed::Revisions {
            &self.rules.scopes[..]
        } else {
            &[]
        };
        let may_be_wanted = |entry: &PageEntry| {
            let (project, work_item_type) = (entry.project.as_deref(), entry.work_item_type.as_deref());
            !entry.mention.is_deleted && scopes.iter().any(|scope| scope.may_hold(project, work_item_type))
        };
        for keeps_strangers in [true, false] {
            let of_these = entries
                .iter()
                .filter(|entry| (is_creating || may_be_wanted(entry)) == keeps_strangers);
            let mentions: Vec<_> = of_these.map(|entry| entry.mention.clone()).collect();
            if !mentions.is_empty() {
                save.push(Record::Heard {
                    feed,
                    entries: mentions,
                    keeps_strangers,
                });
            }
        }
        if let Some(token) = token.filter(|_| has_moved) {
            state.cursor = Some(token.clone());
            save.push(Record::CursorMoved(feed, token));
        }
        if feed == Feed::Revisions {
            if let Some(restored) = &mut self.rules.restored {
                restored.is_feed_read = true;
            }
            save.extend(self.note_candidates(&entries));
            if let Some((Some(started_us), n, newest_us)) = pass {
                save.extend(self.note_pass(started_us, n, newest_us));
            }
        }
        self.save(save);
    }

    /// Something deleted that may have been an unanswered creation's work item.
    fn note_candidates(&mut self, entries: &[PageEntry]) -> Vec<Record> {
        let known = &self.by_work_item;
        let deleted: Vec<&PageEntry> = entries
            .iter()
            .filter(|e| e.mention.is_deleted && !known.contains_key(&e.mention.work_item))
            .collect();
        let ahead_us = self.server_ahead_us;
        self.update_searches(|attempt, search| {
            let AttemptKind::Create {
                project,
                work_item_type,
            } = &attempt.kind
            else {
                return;
            };
            // One of the time before a restore may have been made, and deleted, at any moment since the backup.
            let since_us = attempt.supposed_since_us.unwrap_or(attempt.started_us);
            search.has_deleted_candidate |= deleted.iter().any(|entry| {
                let is_same = |a: &Option<String>, b: &str| a.as_ref().is_none_or(|a| a.eq_ignore_ascii_case(b));
                is_same(&entry.work_item_type, work_item_type)
                    && (is_same(&entry.project, project) || looks_like_guid(project))
                    && entry.changed_us.is_none_or(|at| at >= since_us + ahead_us - 1_000_000)
            });
        })
    }

    /// A pass that began after the bound tells whether the feed has passed it.
    fn note_pass(&mut self, started_us: i64, n: usize, newest_us: Option<i64>) -> Vec<Record> {
        let wait_us = self.rules.request_timeout_us + self.rules.delay_bound_us;
        let ahead_us = self.server_ahead_us;
        self.update_searches(|attempt, search| {
            let bound_us = attempt.started_us + wait_us;
            if !attempt.is_create() || started_us < bound_us {
                return;
            }
            if newest_us.is_some_and(|newest| newest > bound_us + ahead_us) {
                search.has_fence = true;
            } else if n == 0 {
                search.n_quiet_passes = search.n_quiet_passes.saturating_add(1).min(1000);
            } else {
                search.n_quiet_passes = 0;
            }
        })
    }

    /// Changes the searches of all unanswered attempts; those that changed are saved.
    pub(crate) fn update_searches(&mut self, mut change: impl FnMut(&Attempt, &mut Search)) -> Vec<Record> {
        let mut records = Vec::new();
        for item in self.items.values_mut() {
            let Some(attempt) = &mut item.attempt else { continue };
            let AttemptState::Unknown { search } = &attempt.state else {
                continue;
            };
            if search.next_us == i64::MAX {
                // A person decides; there is nothing left to find out.
                continue;
            }
            let mut now = search.clone();
            change(attempt, &mut now);
            if now != *search {
                records.push(Record::AttemptUnknown(attempt.id, now.clone()));
                attempt.state = AttemptState::Unknown { search: now };
            }
        }
        records
    }
}

fn looks_like_guid(project: &str) -> bool {
    project.len() == 36 && uuid::Uuid::parse_str(project).is_ok()
}
