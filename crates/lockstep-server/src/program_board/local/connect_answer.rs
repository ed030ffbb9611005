//! The shapes of connecting a local board.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::ConnectionId;
use crate::program_board::set_up::SetUp;

/// How a local board is to be connected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectBoard {
    /// To which connection.
    #[schema(value_type = Uuid)]
    pub connection_id: ConnectionId,
    /// The board there. Teams and columns keep their numbers of the local board; so each card finds its place.
    pub set_up: SetUp,
    /// What becomes of the local types; one that is left out keeps its name.
    #[serde(default)]
    pub types: Vec<TypeChange>,
}

/// What a type of a local board becomes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypeChange {
    /// The local type.
    pub from: String,
    /// The work item type.
    pub to: String,
}

/// What connecting a board would come to. Nothing is written by it, here or there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConnectPreview {
    /// Work items that publishing would create.
    pub n_items: usize,
    /// Dependencies between them.
    pub n_links: usize,
    /// Comments that go with them.
    pub n_comments: usize,
    /// By type.
    pub types: Vec<TypeComes>,
    /// By state, where it is not the first one of its type.
    pub states: Vec<StateComes>,
    /// What does not go along, or may be refused, and why.
    pub doubts: Vec<Doubt>,
}

/// Cards of one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConnectType)]
pub struct TypeComes {
    /// The local type.
    pub from: String,
    /// The work item type.
    pub to: String,
    /// How many.
    pub n: usize,
    /// A few of them.
    pub samples: Vec<ConnectSample>,
}

/// A card and where it would be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ConnectSample {
    /// Its title.
    pub title: String,
    /// Path of the area.
    pub area: String,
    /// Path of the iteration.
    pub iteration: String,
}

/// Cards of one type in one state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[schema(as = ConnectState)]
pub struct StateComes {
    /// The work item type.
    pub r#type: String,
    /// The local state.
    pub from: String,
    /// The state there.
    pub to: String,
    /// How many.
    pub n: usize,
}

/// Something that does not go along, or may be refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConnectDoubt)]
pub struct Doubt {
    /// What, in words.
    pub what: String,
    /// Why, in words.
    pub why: String,
    /// How many cards.
    pub n: usize,
}
