//! The set-up of a board: where its cards come from, its rows, columns and levels, how load is measured.
//!
//! Nodes, teams and projects are named by their numbers in Azure DevOps, with the name beside them for people; a rename
//! there changes nothing here. [`SetUp::problems`] says in words what can't work, before anything is saved.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::held::{NEEDED_BY, WAITS_FOR};
use crate::error::FieldProblem;

/// Most teams of a board.
const N_TEAMS_MAX: usize = 200;
/// Most columns of a board.
const N_COLUMNS_MAX: usize = 100;
/// Most milestones, and most typed-in capacities.
const N_OTHERS_MAX: usize = 2_000;
/// Longest name of anything in a set-up, in characters.
const NAME_CHARS_MAX: usize = 200;
/// Longest WIQL that Azure DevOps takes, in characters.
const WIQL_CHARS_MAX: usize = 32_000;

/// Everything that says what a board shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    /// Where cards come from.
    pub scope: BoardScope,
    /// The parent iteration of the columns; parking a card writes it.
    pub pi: Option<PiNode>,
    /// Rows.
    pub teams: Vec<BoardTeam>,
    /// Columns, in order.
    pub columns: Vec<BoardColumn>,
    /// Days to keep in sight.
    #[serde(default)]
    pub milestones: Vec<Milestone>,
    /// Which work item types are features, which are stories.
    pub levels: Levels,
    /// What load is counted in.
    pub unit: LoadUnit,
    /// What a team can take on.
    pub capacity: Capacity,
    /// Whether placing a feature without children writes its own area and iteration.
    #[serde(default)]
    pub writes_feature_place: bool,
    /// The link type that dependencies are.
    #[serde(default)]
    pub dependency: DependencyLink,
}

/// A link type that says that one work item waits for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DependencyLink {
    /// What people call the end of the one who waits: `Predecessor`.
    pub name: String,
    /// Reference name of the end of the one who waits.
    pub taker: String,
    /// Reference name of the end of the one who gives.
    pub giver: String,
}

impl Default for DependencyLink {
    fn default() -> Self {
        Self {
            name: "Predecessor".to_owned(),
            taker: WAITS_FOR.to_owned(),
            giver: NEEDED_BY.to_owned(),
        }
    }
}

/// A project of Azure DevOps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardProject {
    /// Its GUID.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Where cards come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum BoardScope {
    /// Everything in the teams' areas, of the levels' types, below the parent iteration.
    Areas {
        /// Projects.
        projects: Vec<BoardProject>,
    },
    /// What a saved query finds.
    Query {
        /// Its project.
        project: BoardProject,
        /// Which one.
        query: SavedQuery,
    },
    /// What a WIQL text finds.
    Wiql {
        /// The project it runs in; the whole collection without one.
        project: Option<BoardProject>,
        /// The text.
        wiql: String,
    },
    /// Nowhere else: a local board, whose cards are made on it. Its areas and iterations are its own.
    Local,
}

/// A saved query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedQuery {
    /// Its GUID.
    pub id: String,
    /// Where it lies.
    pub path: String,
    /// Its name.
    pub name: String,
}

/// The iteration node of a PI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PiNode {
    /// Its project.
    pub project_id: String,
    /// Its number.
    pub node_id: i64,
    /// Its name.
    pub name: String,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardTeam {
    /// Its number on this board.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it does.
    #[serde(default)]
    pub sub: Option<String>,
    /// The project of its areas.
    pub project_id: String,
    /// GUID of the Azure DevOps team, if it is one.
    #[serde(default)]
    pub team_id: Option<String>,
    /// Number of the area that is written when a card comes here.
    pub area_id: i64,
    /// Areas whose cards are in this row.
    pub areas: Vec<TeamArea>,
    /// What it usually gets done in one column.
    #[serde(default)]
    pub velocity: Option<f64>,
    /// Whether its row is shown.
    pub is_shown: bool,
}

/// An area of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamArea {
    /// Number of the node.
    pub id: i64,
    /// Whether the areas below it count too.
    pub includes_children: bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardColumn {
    /// Its number on this board.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Iteration nodes that share it, one for each project or several.
    pub node_ids: Vec<i64>,
    /// First day, ISO.
    #[serde(default)]
    pub start_on: Option<String>,
    /// Last day, ISO.
    #[serde(default)]
    pub finish_on: Option<String>,
}

/// A day to keep in sight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// Its number on this board.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The day, ISO.
    pub on: String,
    /// Whether it can't be moved.
    pub is_hard: bool,
}

/// Work item types by level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// Types of features.
    pub features: Vec<String>,
    /// Types of stories: the leaves, whose points are the load.
    pub stories: Vec<String>,
}

/// What load is counted in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoadUnit {
    /// Reference name of the field.
    pub field: String,
    /// As people say it: points, hours.
    pub name: String,
}

/// What a team can take on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Capacity {
    /// Its velocity, where nothing else is said.
    Velocity {
        /// Where something else is said.
        #[serde(default)]
        overrides: Vec<CapacityOverride>,
    },
    /// What was typed in.
    Typed {
        /// For each team and column.
        #[serde(default)]
        overrides: Vec<CapacityOverride>,
    },
}

/// The capacity of one team in one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CapacityOverride {
    /// The team's number on this board.
    pub team_id: String,
    /// The column's number on this board.
    pub column_id: String,
    /// How much.
    pub capacity: f64,
}

/// The level of a work item type on a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// A feature.
    Feature,
    /// A story: a leaf.
    Story,
}

impl SetUp {
    /// What can't work about it, field by field, in words; empty when all is well.
    pub fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Problems::default();
        self.check_scope(&mut problems);
        self.check_teams(&mut problems);
        self.check_columns(&mut problems);
        self.check_rest(&mut problems);
        problems.0
    }

    /// Whether another set-up finds the same work items.
    pub fn finds_the_same(&self, other: &Self) -> bool {
        fn areas(set_up: &SetUp) -> impl Iterator<Item = &TeamArea> {
            set_up.teams.iter().flat_map(|team| &team.areas)
        }
        fn nodes(set_up: &SetUp) -> impl Iterator<Item = &i64> {
            set_up.columns.iter().flat_map(|column| &column.node_ids)
        }
        self.scope == other.scope
            && self.levels == other.levels
            && self.pi == other.pi
            && areas(self).eq(areas(other))
            && nodes(self).eq(nodes(other))
    }

    /// Whether its cards are of nowhere else.
    pub fn is_local(&self) -> bool {
        self.scope == BoardScope::Local
    }

    /// The level of a type; Azure DevOps takes any case.
    pub fn level(&self, work_item_type: &str) -> Option<Level> {
        let has = |types: &[String]| types.iter().any(|name| name.eq_ignore_ascii_case(work_item_type));
        if has(&self.levels.stories) {
            Some(Level::Story)
        } else if has(&self.levels.features) {
            Some(Level::Feature)
        } else {
            None
        }
    }

    /// Position of a team by its number on this board.
    pub fn team_index(&self, id: &str) -> Option<usize> {
        self.teams.iter().position(|team| team.id == id)
    }

    /// Position of a column by its number on this board.
    pub fn column_index(&self, id: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.id == id)
    }

    /// What was said of capacity, cell by cell.
    pub fn capacity_overrides(&self) -> &[CapacityOverride] {
        match &self.capacity {
            Capacity::Velocity { overrides } | Capacity::Typed { overrides } => overrides,
        }
    }

    fn check_scope(&self, problems: &mut Problems) {
        match &self.scope {
            BoardScope::Areas { projects } => {
                if projects.is_empty() {
                    problems.add("scope.projects", "choose at least one project");
                }
                for (i, project) in projects.iter().enumerate() {
                    problems.name(&format!("scope.projects.{i}.id"), &project.id);
                }
            }
            BoardScope::Query { query, .. } => problems.name("scope.query.id", &query.id),
            BoardScope::Wiql { wiql, .. } => {
                if wiql.trim().is_empty() {
                    problems.add("scope.wiql", "write the query");
                } else if wiql.chars().count() > WIQL_CHARS_MAX {
                    problems.add("scope.wiql", "longer than Azure DevOps takes (32,000 characters)");
                }
            }
            BoardScope::Local => {}
        }
    }

    fn check_teams(&self, problems: &mut Problems) {
        if self.teams.is_empty() {
            problems.add("teams", "a board has at least one team");
        }
        if self.teams.len() > N_TEAMS_MAX {
            problems.add("teams", "a board has at most 200 teams");
        }
        let (mut ids, mut areas) = (BTreeSet::new(), BTreeSet::new());
        for (i, team) in self.teams.iter().enumerate() {
            problems.name(&format!("teams.{i}.id"), &team.id);
            problems.name(&format!("teams.{i}.name"), &team.name);
            if !ids.insert(&team.id) {
                problems.add(&format!("teams.{i}.id"), "another team has this number");
            }
            if team.areas.is_empty() {
                problems.add(&format!("teams.{i}.areas"), "a team has at least one area");
            }
            for area in &team.areas {
                if !areas.insert(area.id) {
                    problems.add(
                        &format!("teams.{i}.areas"),
                        "an area is named twice; a card in it could be in two rows",
                    );
                }
            }
            if team.velocity.is_some_and(|velocity| !is_amount(velocity)) {
                problems.add(&format!("teams.{i}.velocity"), "must be 0 or more");
            }
        }
    }

    fn check_columns(&self, problems: &mut Problems) {
        if self.columns.is_empty() {
            problems.add("columns", "a board has at least one column");
        }
        if self.columns.len() > N_COLUMNS_MAX {
            problems.add("columns", "a board has at most 100 columns");
        }
        let (mut ids, mut nodes) = (BTreeSet::new(), BTreeSet::new());
        for (i, column) in self.columns.iter().enumerate() {
            problems.name(&format!("columns.{i}.id"), &column.id);
            problems.name(&format!("columns.{i}.name"), &column.name);
            if !ids.insert(&column.id) {
                problems.add(&format!("columns.{i}.id"), "another column has this number");
            }
            if column.node_ids.is_empty() {
                problems.add(&format!("columns.{i}.node_ids"), "a column has at least one iteration");
            }
            for node in &column.node_ids {
                if !nodes.insert(*node) {
                    problems.add(
                        &format!("columns.{i}.node_ids"),
                        "an iteration is named twice; a card in it could be in two columns",
                    );
                }
                if self.pi.as_ref().is_some_and(|pi| pi.node_id == *node) {
                    problems.add(
                        &format!("columns.{i}.node_ids"),
                        "the PI itself is the parking lot and can't be a column",
                    );
                }
            }
            problems.day(&format!("columns.{i}.start_on"), column.start_on.as_deref());
            problems.day(&format!("columns.{i}.finish_on"), column.finish_on.as_deref());
            if let (Some(start), Some(finish)) = (&column.start_on, &column.finish_on)
                && finish < start
            {
                problems.add(&format!("columns.{i}.finish_on"), "is before the first day");
            }
        }
    }

    fn check_rest(&self, problems: &mut Problems) {
        if self.levels.stories.is_empty() && self.levels.features.is_empty() {
            problems.add("levels", "name at least one work item type");
        }
        for name in &self.levels.stories {
            if self
                .levels
                .features
                .iter()
                .any(|other| other.eq_ignore_ascii_case(name))
            {
                problems.add("levels", "a type is either a feature or a story, not both");
            }
        }
        problems.name("unit.field", &self.unit.field);
        problems.name("unit.name", &self.unit.name);
        problems.name("dependency.taker", &self.dependency.taker);
        problems.name("dependency.giver", &self.dependency.giver);
        if self.dependency.taker.eq_ignore_ascii_case(&self.dependency.giver) {
            problems.add("dependency", "is a link that does not say who waits for whom");
        }
        if self.dependency.taker.starts_with("System.LinkTypes.Hierarchy") {
            problems.add("dependency", "is what a parent and its children are linked by");
        }
        if self.milestones.len() > N_OTHERS_MAX || self.capacity_overrides().len() > N_OTHERS_MAX * 10 {
            problems.add("milestones", "more than a board can hold");
        }
        for (i, milestone) in self.milestones.iter().enumerate() {
            problems.name(&format!("milestones.{i}.name"), &milestone.name);
            problems.day(&format!("milestones.{i}.on"), Some(&milestone.on));
        }
        for (i, typed) in self.capacity_overrides().iter().enumerate() {
            let field = format!("capacity.overrides.{i}");
            if self.team_index(&typed.team_id).is_none() || self.column_index(&typed.column_id).is_none() {
                problems.add(&field, "names a team or a column that is not on the board");
            }
            if !is_amount(typed.capacity) {
                problems.add(&field, "must be 0 or more");
            }
        }
    }
}

fn is_amount(amount: f64) -> bool {
    amount.is_finite() && amount >= 0.0
}

#[derive(Default)]
struct Problems(Vec<FieldProblem>);

impl Problems {
    fn add(&mut self, field: &str, message: &str) {
        self.0.push(FieldProblem {
            field: format!("set_up.{field}"),
            message: message.to_owned(),
        });
    }

    fn name(&mut self, field: &str, name: &str) {
        if name.trim().is_empty() {
            self.add(field, "is missing");
        } else if name.chars().count() > NAME_CHARS_MAX {
            self.add(field, "is too long");
        }
    }

    fn day(&mut self, field: &str, day: Option<&str>) {
        if day.is_some_and(|day| day.len() != 10 || day.parse::<jiff::civil::Date>().is_err()) {
            self.add(field, "must be a date such as 2026-11-06");
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
