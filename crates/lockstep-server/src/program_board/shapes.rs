//! What the browser gets of boards and their cards.

use azdo::StateCategory;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::agreement::Agreement;
pub use super::held::CardSync;
use super::set_up::{Level, SetUp};

/// What a board does with what is done on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WriteMode {
    /// Every act is written.
    Live,
    /// Acts wait to be published.
    Hold,
    /// Nothing can be done.
    ReadOnly,
}

impl WriteMode {
    const ALL: [Self; 3] = [Self::Live, Self::Hold, Self::ReadOnly];

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Hold => "hold",
            Self::ReadOnly => "read_only",
        }
    }

    /// As it was stored; what nobody knows writes nothing.
    pub fn of(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .unwrap_or(Self::ReadOnly)
    }
}

/// A board in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BoardSummary {
    /// Its number.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Where its cards come from.
    pub connection: Option<BoardConnection>,
    /// Whether its cards are of nowhere else: there is no Azure DevOps behind it.
    pub is_local: bool,
    /// What it does with what is done on it.
    pub write_mode: WriteMode,
    /// Cards on it.
    pub n_cards: usize,
    /// Edits that wait to be published.
    pub n_drafts: usize,
    /// How far its import has come.
    pub import: BoardImport,
    /// Whether the one who asks may plan on it.
    pub may_edit: bool,
    /// Whether the one who asks may set it up.
    pub may_manage: bool,
    /// The company's change number of its last change.
    pub change: i64,
}

/// The connection of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BoardConnection {
    /// Its number.
    pub id: Uuid,
    /// Its label.
    pub label: String,
}

/// How far the import of a board has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BoardImport {
    /// Where it stands.
    pub state: ImportState,
    /// Work items that its scope holds, once that is known.
    pub n_found: Option<i64>,
    /// Work items that were read.
    pub n_read: i64,
    /// Why it stopped, in words.
    pub detail: Option<String>,
    /// Cards that would leave in one go: somebody is asked.
    pub leaving: Option<BoardLeaving>,
}

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportState {
    /// Reading.
    Importing,
    /// All is there.
    Ready,
    /// It could not go on.
    Stopped,
}

/// Cards that would leave a board in one go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BoardLeaving {
    /// How many.
    pub n: usize,
    /// Since when.
    pub since_us: i64,
}

/// A board with its set-up.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BoardDetail {
    /// What a list says of it.
    #[serde(flatten)]
    pub board: BoardSummary,
    /// What it shows.
    pub set_up: SetUp,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_us: i64,
    /// Who may see it: everybody of the company, or those listed.
    pub see: BoardSee,
    /// Who is listed.
    pub people: Vec<BoardPerson>,
}

/// Who may see a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoardSee {
    /// Everybody of the company.
    Company,
    /// Those listed, and whoever manages boards.
    Listed,
}

impl BoardSee {
    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Listed => "listed",
        }
    }
}

/// Somebody who is listed on a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardPerson {
    /// Who.
    pub member_id: Uuid,
    /// Whether they may plan on it.
    pub may_edit: bool,
}

/// A work item as a board shows it. Positions count in the set-up's teams and columns; -1 is none.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = BoardCard)]
pub struct Card {
    /// The item.
    pub id: Uuid,
    /// Azure DevOps' number, once it is created.
    pub number: Option<i64>,
    /// Work item type.
    pub r#type: String,
    /// Title.
    pub title: String,
    /// State.
    pub state: String,
    /// Its own row.
    pub team: i32,
    /// Its own column; -1 is the parking lot.
    pub column: i32,
    /// Load, in the board's unit.
    pub points: Option<f64>,
    /// Who it is assigned to.
    pub assignee: Option<CardAssignee>,
    /// The card it hangs on.
    pub parent: Option<Uuid>,
    /// Order inside its cell.
    pub rank: String,
    /// Tags.
    pub tags: Vec<String>,
    /// How it stands with Azure DevOps.
    pub sync: CardSync,
    /// The team and column that somebody put it in.
    pub placed: Option<(i32, i32)>,
    /// Its dependencies.
    pub links: Vec<CardLink>,
    /// The company's change number of its last change.
    pub change: i64,
    /// A field that was changed on both sides.
    pub conflict: Option<CardConflict>,
}

/// Who a card is assigned to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CardAssignee {
    /// Name.
    pub name: String,
    /// The member, if it is known who that is.
    pub member_id: Option<Uuid>,
}

/// One end of a dependency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CardLink {
    /// The card at the other end, if it is on the board.
    pub to_or_from: Option<Uuid>,
    /// The other end's number in Azure DevOps, once it has one.
    pub number: Option<i64>,
    /// Which way.
    pub direction: LinkDirection,
    /// What was agreed.
    pub agreement: Agreement,
    /// The day it is needed, ISO.
    pub needed_by: Option<String>,
    /// How the link stands with Azure DevOps.
    pub sync: CardSync,
}

/// Which way a dependency goes, seen from a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkDirection {
    /// The card waits for the other end.
    WaitsFor,
    /// The other end waits for the card.
    NeededBy,
}

/// A field that was changed on both sides, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CardConflict {
    /// The edit to decide about.
    pub edit: Uuid,
    /// Which field.
    pub field: String,
    /// Our value.
    pub ours: Option<String>,
    /// Theirs.
    pub theirs: Option<String>,
    /// Who set theirs.
    pub theirs_by: Option<String>,
}

/// What has changed on a board.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BoardChanges {
    /// Everything up to this change number is told.
    pub change: i64,
    /// Cards that came or changed.
    pub cards: Vec<Card>,
    /// Cards that are no longer there.
    pub gone: Vec<Uuid>,
    /// The board, if it changed itself.
    pub board: Option<BoardSummary>,
    /// Too much has changed, or what all cards share has: read the board anew.
    pub needs_snapshot: bool,
    /// Who is here.
    pub present: Vec<BoardPresent>,
}

/// Somebody who has a board open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BoardPresent {
    /// Who.
    pub member_id: Uuid,
    /// Name.
    pub name: String,
    /// One or two letters.
    pub initials: String,
    /// Colour of the initials, 1 to 6.
    pub avatar: i64,
    /// The card they look at.
    pub item: Option<Uuid>,
}

/// A board's cards column by column: texts that repeat are said once and counted. Card positions count in `cards`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Snapshot {
    /// Everything up to this change number is in it.
    pub change: i64,
    /// The board.
    pub board: SnapshotBoard,
    /// Work item types.
    pub types: Vec<SnapshotType>,
    /// States that each type offers.
    pub states: Vec<SnapshotState>,
    /// Assignees and members.
    pub people: Vec<SnapshotPerson>,
    /// Texts that cards count in.
    pub strings: SnapshotStrings,
    /// The cards.
    pub cards: SnapshotCards,
    /// Dependencies between cards: giver, taker, kind (0 dependency), agreement (0 none, 1 proposed, 2 accepted,
    /// 3 refused, 4 done), the day it is needed, sync.
    pub links: Vec<(usize, usize, u8, u8, Option<String>, u8)>,
    /// Work items that dependencies lead to and that are not on the board.
    pub outside: Vec<SnapshotOutside>,
    /// Dependencies that lead off the board: card, position in `outside`, 0 waits for or 1 needed by.
    pub outside_links: Vec<(usize, usize, u8)>,
}

/// A dependency in a snapshot: giver, taker, kind, agreement, the day it is needed, sync.
pub type SnapshotLink = (usize, usize, u8, u8, Option<String>, u8);

/// The board of a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SnapshotBoard {
    /// What a list says of it.
    #[serde(flatten)]
    pub board: BoardSummary,
    /// What it shows.
    pub set_up: SetUp,
}

/// A work item type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SnapshotType {
    /// Its name.
    pub name: String,
    /// Its colour, `RRGGBB`.
    pub color: Option<String>,
    /// Name of its picture.
    pub icon: Option<String>,
    /// Its level on this board.
    pub level: Option<Level>,
}

/// A state of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SnapshotState {
    /// The type.
    pub r#type: String,
    /// Its name.
    pub name: String,
    /// What it means.
    pub category: CardStateCategory,
    /// Its colour, `RRGGBB`.
    pub color: Option<String>,
}

/// What a state means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CardStateCategory {
    /// Not begun.
    Proposed,
    /// Begun.
    InProgress,
    /// Done, to be verified.
    Resolved,
    /// Done.
    Completed,
    /// Not to be done.
    Removed,
}

impl From<StateCategory> for CardStateCategory {
    fn from(category: StateCategory) -> Self {
        match category {
            StateCategory::Proposed | StateCategory::Unknown => Self::Proposed,
            StateCategory::InProgress => Self::InProgress,
            StateCategory::Resolved => Self::Resolved,
            StateCategory::Completed => Self::Completed,
            StateCategory::Removed => Self::Removed,
        }
    }
}

/// Somebody cards are assigned to, or can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SnapshotPerson {
    /// Name.
    pub name: String,
    /// Sign-in name in Azure DevOps.
    pub unique_name: Option<String>,
    /// The member, if it is known who that is.
    pub member_id: Option<Uuid>,
    /// One or two letters.
    pub initials: String,
}

/// Texts that cards count in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SnapshotStrings {
    /// Tags.
    pub tags: Vec<String>,
    /// States.
    pub states: Vec<String>,
}

/// The cards of a snapshot, one list for each property.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct SnapshotCards {
    /// Items, as 22 characters of base64url.
    pub id: Vec<String>,
    /// Azure DevOps' numbers; 0 where it is not created yet.
    pub number: Vec<i64>,
    /// Positions in `types`.
    pub r#type: Vec<usize>,
    /// Titles.
    pub title: Vec<String>,
    /// Positions in `strings.states`.
    pub state: Vec<usize>,
    /// Positions in the set-up's teams.
    pub team: Vec<i32>,
    /// Positions in the set-up's columns.
    pub column: Vec<i32>,
    /// Load.
    pub points: Vec<Option<f64>>,
    /// Positions in `people`; -1 nobody.
    pub assignee: Vec<i64>,
    /// Positions of parents in these lists; -1 none.
    pub parent: Vec<i64>,
    /// Order inside a cell.
    pub rank: Vec<String>,
    /// Positions in `strings.tags`.
    pub tags: Vec<Vec<usize>>,
    /// 0 in step, 1 waiting, 2 draft, 3 conflict, 4 refused, 5 needs token, 6 out of sight, 7 deleted there, 8 held.
    pub sync: Vec<u8>,
    /// Where somebody put a feature: team and column.
    pub placed: Vec<Option<(i32, i32)>>,
    /// Change numbers.
    pub change: Vec<i64>,
}

/// A work item that is not on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SnapshotOutside {
    /// Its number.
    pub number: i64,
    /// Its title, where it is known.
    pub title: Option<String>,
}
