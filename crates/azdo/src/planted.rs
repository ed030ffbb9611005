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
    /// A PATCH without an answer is sent again at once.
    UpdateRetriedBlindly,
    /// A PATCH without an answer counts as applied.
    UnansweredIsApplied,
    /// A field that was changed on both sides is sent all the same.
    ConflictSkipped,
    /// An edit that takes another's place starts from a value that was never sent.
    SupersededBaseKept,
    /// An edit that was refused is dropped.
    RefusalDropsEdit,
    /// A process that starts again forgets what it was sending.
    RestartForgetsAttempt,
    /// Tags are written as they were here, without those that others added.
    TagsReplaced,
    /// Where somebody's own token is refused, the connection's takes its place.
    RefusedTokenReplaced,
    /// A work item that is back from the recycle bin stays deleted here.
    RestorationIgnored,
    /// What is held keeps everything behind it waiting.
    HeldStopsItem,
    /// A draft takes the place of what was meant.
    DraftSupersedesMeant,
    /// A creation goes out without its marker.
    MarkerLeftOut,
    /// A creation that is not found at once counts as absent.
    AbsenceTooSoon,
    /// After *the revision has moved* the work item is not read again.
    MovedRevNotRead,
    /// What stands behind an edit that was given up starts from that edit's value.
    GivenUpBaseKept,
    /// Forgets what a request may still do once its edit was let go.
    LetGoForgotten,
    /// Tries what was refused at every revision, for ever.
    RefusedForEver,
    /// Whoever publishes a draft counts as its author.
    PublisherIsAuthor,
    /// What a batch leaves out is not looked for in the recycle bin.
    BinNotAsked,
    /// A work item with a marker of ours is taken up as somebody else's.
    OwnCreationAdopted,
    /// Requests go out while the server has asked for quiet.
    PauseIgnored,
    /// A request that was put off counts as done.
    ThrottledIsApplied,
    /// A sign-in page counts as an answer.
    SignInIsApplied,
    /// Edits of a work item in the recycle bin are dropped.
    DeletionDropsEdits,
    /// A field that was changed on both sides is lost without a question.
    ConflictLostSilently,
    /// Trying a change writes it.
    TryWrites,
    /// A comment that goes along with fields is left out.
    CommentLeftOut,
    /// A creation goes out without its parent.
    ParentLeftOut,
    /// What comes into a board's scope does not come to the board.
    EntryIgnored,
    /// A work item that nobody is paired with is never taken up.
    NewcomerIgnored,
    /// What leaves a board's scope stays on the board.
    LeavingIgnored,
    /// What is out of sight is never looked for again.
    SweepLeftOut,
    /// Any new work item counts as the one that an unanswered creation made.
    MarkerNotCompared,
    /// A restored store writes before everything paired has been read again.
    RestoredWritesAtOnce,
    /// A creation of a backup is sent without looking for its marker.
    BackupCreationSent,
    /// What a backup held open is not looked for in the updates that followed it.
    BackupEditsNotLookedFor,
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
