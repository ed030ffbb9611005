//! Planted bugs: switches in the product's own code that the simulation turns on to prove that it finds them.
//!
//! Without the feature `planted` [`is_planted`] is always false and nothing can be planted.

/// A bug the simulation has to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bug {
    /// A PATCH goes out without `test /rev`.
    NoRevTest,
    /// After a write the value that was sent becomes base, not the one returned.
    BaseIsSentValue,
    /// A create without an answer is sent again at once.
    CreateRetriedBlindly,
    /// A work item that isn't found counts as deleted.
    NotFoundMeansDeleted,
    /// An edit goes out with whichever token is at hand.
    AuthorIgnored,
    /// An edit or a notice is acknowledged before it is saved.
    AcknowledgedBeforeSave,
    /// A notice whose rev is known is dropped though a link may have moved.
    LinkChangeSkipped,
    /// A draft goes out before anybody has published it.
    DraftSent,
    /// A node's path is kept from before the node was renamed.
    StalePath,
    /// A creation does not wait for its parent's.
    ParentNotAwaited,
    /// A link is removed at the position it had at some earlier read.
    StaleIndex,
    /// What left a board's scope counts as deleted.
    LeftMeansDeleted,
    /// A parent that was changed on both sides is written over.
    ParentConflictOverwritten,
}

#[cfg(feature = "planted")]
mod switch {
    use super::Bug;
    use std::cell::Cell;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Plants `bug` on this thread, or none.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.with(|planted| planted.set(bug));
    }

    /// Whether `bug` is planted on this thread.
    pub fn is_planted(bug: Bug) -> bool {
        PLANTED.with(|planted| planted.get() == Some(bug))
    }
}

#[cfg(feature = "planted")]
pub use switch::{is_planted, plant};

/// Whether `bug` is planted on this thread: never, in a build without the feature.
#[cfg(not(feature = "planted"))]
#[inline(always)]
pub const fn is_planted(_bug: Bug) -> bool {
    false
}
