//! A team: who is in it, which areas and iterations are its own, and how much it can take on.
//!
//! Source: team settings, capacities and days off in the work specification.

use std::collections::BTreeMap;

/// How bugs are planned. The words are those of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BugsBehavior {
    /// On no backlog.
    Off,
    /// Beside the stories.
    #[default]
    AsRequirements,
    /// Beside the tasks.
    AsTasks,
}

impl BugsBehavior {
    pub(crate) fn word(self) -> &'static str {
        match self {
            BugsBehavior::Off => "off",
            BugsBehavior::AsRequirements => "asRequirements",
            BugsBehavior::AsTasks => "asTasks",
        }
    }
}

/// What one member can do in one iteration.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberCapacity {
    /// Unique name.
    pub person: String,
    /// Activity and hours a day.
    pub activities: Vec<(String, f64)>,
    /// First and last days, ISO calendar dates.
    pub days_off: Vec<(String, String)>,
}

/// A team of a project.
#[derive(Debug, Clone, Default)]
pub(crate) struct Team {
    pub id: String,
    pub name: String,
    pub description: String,
    /// Unique names.
    pub members: Vec<String>,
    /// Node id of the area that new work items of the team get.
    pub area: i64,
    /// Node ids of all its areas, `area` among them, and whether those below belong to it too.
    pub areas: Vec<(i64, bool)>,
    /// Node ids of the iterations it chose.
    pub iterations: Vec<i64>,
    /// Node id of the iteration its backlog is read from; none: the project's root.
    pub backlog_iteration: Option<i64>,
    pub bugs: BugsBehavior,
    /// Per iteration (node id).
    pub capacities: BTreeMap<i64, Vec<MemberCapacity>>,
    /// First and last days on which nobody works, per iteration (node id).
    pub days_off: BTreeMap<i64, Vec<(String, String)>>,
}

impl Team {
    /// A team of one area, what stands below it included unless it is the whole project.
    pub fn new(id: String, name: &str, area: i64, includes_children: bool) -> Team {
        Team {
            id,
            name: name.to_owned(),
            area,
            areas: vec![(area, includes_children)],
            ..Team::default()
        }
    }

    /// Nodes are gone; `target` takes the place of areas.
    pub fn forget_nodes(&mut self, gone: &[i64], target: i64) {
        self.iterations.retain(|id| !gone.contains(id));
        self.capacities.retain(|id, _| !gone.contains(id));
        self.days_off.retain(|id, _| !gone.contains(id));
        if self.backlog_iteration.is_some_and(|id| gone.contains(&id)) {
            self.backlog_iteration = None;
        }
        if gone.contains(&self.area) {
            self.area = target;
        }
        self.areas.retain(|(id, _)| !gone.contains(id));
        if !self.areas.iter().any(|(id, _)| *id == self.area) {
            self.areas.insert(0, (self.area, false));
        }
    }
}
