//! Numbers of Lockstep's own rows, each its own type so that two can't be mixed up.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A company: everything of one never meets anything of another.
    CompanyId
);
id!(
    /// A member of a company.
    MemberId
);
id!(
    /// A connection to one organization or server collection.
    ConnectionId
);
id!(
    /// A Lockstep item; the same number before and after it has a work item. It is also the marker of its creation.
    ItemId
);
id!(
    /// One act by one person. The browser makes it, so that a repeated click is one edit.
    EditId
);
id!(
    /// One request that can change Azure DevOps.
    AttemptId
);
id!(
    /// One stored trace of a service hook notification or of an entry of a feed.
    NoticeId
);
id!(
    /// A board: a view of work items, with a scope of its own.
    BoardId
);
