//! The numbers of rows, each a type of its own; most are the sync engine's.
//!
//! In SQL they are plain UUIDs: bind `id.0`, read a `Uuid` and wrap it. In a request or response shape write
//! `#[schema(value_type = Uuid)]` above the field, in a path `("id" = Uuid, Path)`.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use lockstep_sync::ids::*;

/// A signed-in browser, as the list of sessions names it. It opens nothing: the cookie carries another secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(pub Uuid);

/// A fresh id; ids made later sort later.
pub fn fresh() -> Uuid {
    Uuid::now_v7()
}
