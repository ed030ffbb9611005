//! Reading first, after a restore: nothing is written before everything paired has been read again.
//!
//! The store keeps a notice for each paired work item when it is restored, so a crash in the middle loses nothing: what
//! is still to be read is what still has its notice.

use std::collections::BTreeSet;

use azdo::planted::{Bug, is_planted};

use super::Replica;
use crate::NoticeId;
use crate::record::Record;

impl Replica {
    /// The store was restored: these notices are to be settled before anything is written. To be told right after loading.
    pub fn reconcile_first(&mut self, unread: BTreeSet<NoticeId>) {
        self.unread = Some(unread);
        // Nor is a feed read before: creations of the backup are looked for when it tells of deletions.
        if let Some(restored) = &mut self.rules.restored {
            restored.is_feed_read = false;
        }
        // What is known of them is the backup's, and nothing may be decided by it.
        for item in self.items.values_mut() {
            item.errand.is_stale |= item.work_item.is_some();
        }
    }

    /// Whether nothing may be written yet.
    pub fn is_reconciling(&self) -> bool {
        self.unread.is_some() && !is_planted(Bug::RestoredWritesAtOnce)
    }

    /// How many notices are to be settled before anything is written.
    pub fn n_unread(&self) -> usize {
        self.unread.as_ref().map_or(0, BTreeSet::len)
    }

    /// Of a step that is about to be saved: which work items have been read again.
    pub(super) fn note_read(&mut self, save: &[Record]) {
        let Some(unread) = &mut self.unread else { return };
        for record in save {
            if let Record::NoticesSettled(notices, _) = record {
                unread.retain(|notice| !notices.contains(notice));
            }
        }
    }

    /// Everything has been read: what waited for that goes on. Returns whether it has just come to that.
    pub(super) fn end_reconciling(&mut self) -> bool {
        let is_over = self.unread.as_ref().is_some_and(BTreeSet::is_empty);
        if is_over {
            self.unread = None;
            self.save(vec![Record::Reconciled]);
            self.dirty.extend(self.items.keys());
        }
        is_over
    }
}
