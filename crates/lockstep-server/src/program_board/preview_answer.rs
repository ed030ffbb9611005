//! The shape of a preview.

use azdo::{FieldName, WorkItem, field};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::set_up::SetUp;

/// A board as it would be.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// Work items that become cards.
    pub n_items: usize,
    /// Dependencies between them.
    pub n_dependencies: usize,
    /// How long Azure DevOps took to tell, microseconds.
    pub read_us: i64,
    /// What stands in each cell.
    pub cells: Vec<Cell>,
    /// What is found and does not come in.
    pub left_out: Vec<LeftOutGroup>,
    /// What goes to the parking lot.
    pub without_iteration: Unplanned,
    /// What Azure DevOps would refuse to move.
    pub refused: Refused,
    /// What moving a card writes, in words.
    pub writes: Writes,
    /// What to know, in words.
    pub warnings: Vec<String>,
}

/// One cell.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreviewCell)]
pub struct Cell {
    /// The team's number on the board.
    pub team_id: String,
    /// The column's number on the board.
    pub column_id: String,
    /// How many cards stand there.
    pub n: usize,
    /// The first of them.
    pub cards: Vec<Sample>,
}

/// A work item.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreviewSample)]
pub struct Sample {
    /// Its number.
    pub id: i64,
    /// Its type.
    pub r#type: String,
    /// Its title.
    pub title: String,
    /// Its load.
    pub points: Option<f64>,
    /// What Azure DevOps says to a move.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// Work items left out for one reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOutGroup {
    /// `removed`, `type` or `area`.
    pub reason: &'static str,
    /// In words.
    pub why: String,
    /// How many.
    pub n: usize,
    /// A few of them.
    pub samples: Vec<Sample>,
}

/// Work items in none of the columns.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unplanned {
    /// How many.
    pub n: usize,
    /// A few of them.
    pub samples: Vec<Sample>,
}

/// What a dry run was refused.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = PreviewRefused)]
pub struct Refused {
    /// How many were tried.
    pub n_tried: usize,
    /// Those that were refused, with the answer.
    pub samples: Vec<Sample>,
}

/// What moving a card writes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Writes {
    /// Into another column.
    pub to_sprint: String,
    /// Into another row.
    pub to_team: String,
    /// A feature.
    pub feature: String,
}

impl Sample {
    /// What is shown of a work item.
    pub fn of(item: &WorkItem, set_up: &SetUp) -> Self {
        let value = |name: &str| item.fields.get(&FieldName::from(name));
        let text = |name: &str| value(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            id: item.id.0,
            r#type: text(field::WORK_ITEM_TYPE),
            title: text(field::TITLE),
            points: value(&set_up.unit.field).and_then(Value::as_f64),
            answer: None,
        }
    }
}

/// What moving a card writes, for this set-up.
pub fn writes(set_up: &SetUp) -> Writes {
    let several = set_up.teams.iter().any(|team| team.areas.len() > 1);
    let area = if several {
        "the area that is set for that team"
    } else {
        "that team's area"
    };
    Writes {
        to_sprint: "The iteration path of the story, or of the open stories of a feature.".to_owned(),
        to_team: format!("The area path as well: {area}."),
        feature: if set_up.writes_feature_place {
            "A feature without stories: its own iteration and area path. Else nothing: its place comes from its stories."
        } else {
            "Nothing. Its place comes from its stories."
        }
        .to_owned(),
    }
}
