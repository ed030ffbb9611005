//! What somebody does on a board, as the browser sends it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::agreement::Agreement;
use super::shapes::{Card, CardAssignee};

/// Most acts of one request.
pub const N_ACTS_MAX: usize = 500;

/// Acts that are done together or not at all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardActs {
    /// The browser's own number for them; a repeated request is done once.
    pub id: Uuid,
    /// In the order done.
    pub acts: Vec<BoardAct>,
}

/// One act on a board.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BoardAct {
    /// Puts a card into a cell; a feature takes its open stories of the cell along.
    Move {
        /// Which card.
        item: Uuid,
        /// Position of the team in the set-up; `null` leaves it.
        team: Option<i32>,
        /// Position of the column; -1 is the parking lot.
        column: i32,
        /// The card it comes right behind; `null` puts it first.
        after: Option<Uuid>,
        /// The cell it is moved from: of a feature, that cell's stories go along.
        #[serde(default)]
        from: Option<(i32, i32)>,
    },
    /// Gives a field another value.
    Set {
        /// Which card.
        item: Uuid,
        /// Which field.
        #[serde(flatten)]
        value: CardValue,
    },
    /// Makes a work item.
    Create {
        /// The number it gets here.
        item: Uuid,
        /// Work item type.
        r#type: String,
        /// Title.
        title: String,
        /// Position of the team.
        team: i32,
        /// Position of the column; -1 is the parking lot.
        column: i32,
        /// The card it hangs on.
        parent: Option<Uuid>,
        /// Load.
        #[serde(default)]
        points: Option<f64>,
    },
    /// Hangs a card on another one, or on none.
    Parent {
        /// Which card.
        item: Uuid,
        /// On which.
        parent: Option<Uuid>,
    },
    /// Makes a card wait for another one.
    Link {
        /// Who delivers.
        from: Uuid,
        /// Who waits.
        to: Uuid,
        /// The day it is needed, ISO.
        needed_by: Option<String>,
    },
    /// Takes a dependency away.
    Unlink {
        /// Who delivers.
        from: Uuid,
        /// Who waits.
        to: Uuid,
    },
    /// Says what was agreed about a dependency.
    Agree {
        /// Who delivers.
        from: Uuid,
        /// Who waits.
        to: Uuid,
        /// What was agreed.
        agreement: Agreement,
        /// The day it is needed, ISO; left out, it stays.
        #[serde(default)]
        needed_by: Option<String>,
    },
    /// Takes a work item away.
    Remove {
        /// Which card.
        item: Uuid,
        /// Where to.
        how: RemoveTo,
    },
    /// Puts a card back that was taken off the board.
    PutBack {
        /// Which card.
        item: Uuid,
    },
    /// Says something about a card.
    Comment {
        /// Which card.
        item: Uuid,
        /// What.
        text: String,
    },
}

/// A field and its value.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "field", content = "to", rename_all = "snake_case")]
pub enum CardValue {
    /// Title.
    Title(String),
    /// State by name.
    State(String),
    /// Load.
    Points(Option<f64>),
    /// Who does it.
    Assignee(Option<CardAssignee>),
    /// Tags.
    Tags(Vec<String>),
    /// Priority.
    Priority(Option<i64>),
    /// Target date, ISO.
    TargetOn(Option<String>),
    /// A field that a board does not show: what a rule of the organization asks for.
    Other(OtherValue),
}

/// A field by its reference name, and its value.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherValue {
    /// Reference name.
    pub name: String,
    /// As it is typed; `null` empties the field.
    pub value: Option<String>,
}

/// What becomes of the work item of a card that is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RemoveTo {
    /// It goes to Azure DevOps' recycle bin.
    RecycleBin,
    /// It stays as it is; the card alone leaves the board.
    OffBoard,
}

/// What acts came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct BoardActed {
    /// The company's change number that the cards are at least as new as.
    pub change: i64,
    /// The cards that the acts touched, as they are now.
    pub cards: Vec<Card>,
}
