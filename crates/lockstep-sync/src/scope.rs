//! Which work items belong to a board, where a look at the work item can tell.
//!
//! A *flat* scope is judged here, from fields alone, after each read: what matches enters, what no longer matches leaves.
//! Leaving is nothing but leaving: nothing is deleted and nothing is written. A scope that a query describes is for the
//! server to evaluate; here nothing enters or leaves it.

use std::collections::BTreeSet;

use azdo::{FieldName, Fields, field};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{BoardId, ItemId};

/// Fewer than this may always leave a board by themselves.
const LEAVING_MAX: usize = 20;

/// What belongs to a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Whose scope it is.
    pub board: BoardId,
    /// Projects, by name and by number, folded.
    pub projects: Vec<String>,
    /// Area nodes by number, those below included; empty while not known.
    pub area_ids: BTreeSet<i64>,
    /// Work item types by name.
    pub types: BTreeSet<String>,
    /// Iteration nodes by number, those below included; `None` for any.
    pub iteration_ids: Option<BTreeSet<i64>>,
    /// How many cards the board has.
    pub n_cards: usize,
    /// Whether only the server can evaluate it.
    pub is_query: bool,
    /// More would have left than may by themselves, and nobody has decided yet: nothing leaves.
    pub is_stopped: bool,
    /// Items that a person keeps on the board though they are outside its scope.
    pub kept: BTreeSet<ItemId>,
}

/// Why an item is outside a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is in another project.
    Project,
    /// It is of another type.
    Type,
    /// It is in another area.
    Area,
    /// It is in another iteration.
    Iteration,
}

impl Scope {
    /// Whether a look at a work item tells if it belongs here.
    pub fn is_flat(&self) -> bool {
        !self.is_query && !self.area_ids.is_empty()
    }

    /// Whether a work item of this project and type, where they are known, may belong here.
    pub fn may_hold(&self, project: Option<&str>, work_item_type: Option<&str>) -> bool {
        self.is_flat()
            && project.is_none_or(|project| self.has_project(project))
            && work_item_type.is_none_or(|name| self.types.contains(name))
    }

    /// Whether a work item belongs here, and if not, why; `None` where that can't be told.
    pub fn judge(&self, fields: &Fields) -> Option<Result<(), Reason>> {
        let value = |name: &str| fields.get(&FieldName::from(name));
        let text = |name: &str| value(name).and_then(Value::as_str);
        let number = |name: &str| value(name).and_then(Value::as_i64);
        if !self.is_flat() {
            return None;
        }
        let (project, work_item_type) = (text(field::TEAM_PROJECT)?, text(field::WORK_ITEM_TYPE)?);
        if !self.has_project(project) {
            return Some(Err(Reason::Project));
        }
        if !self.types.contains(work_item_type) {
            return Some(Err(Reason::Type));
        }
        if !self.area_ids.contains(&number(field::AREA_ID)?) {
            return Some(Err(Reason::Area));
        }
        if let Some(iteration_ids) = &self.iteration_ids
            && !iteration_ids.contains(&number(field::ITERATION_ID)?)
        {
            return Some(Err(Reason::Iteration));
        }
        Some(Ok(()))
    }

    fn has_project(&self, project: &str) -> bool {
        let folded = project.to_lowercase();
        self.projects.contains(&folded)
    }

    /// How many may leave in one pass before a person is asked.
    pub fn leaving_max(&self) -> usize {
        LEAVING_MAX.max(self.n_cards / 10)
    }
}

impl Reason {
    /// As it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Reason::Project => "project",
            Reason::Type => "type",
            Reason::Area => "area",
            Reason::Iteration => "iteration",
        }
    }
}
