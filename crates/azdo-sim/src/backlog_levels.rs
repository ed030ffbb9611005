//! The backlog levels of the Agile process: portfolio, requirement, task.
//!
//! Source: `processconfiguration` and `backlogs` in the work specification and their examples.

use crate::process::CATEGORIES;

/// One level.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    /// Reference name of its category, also the id of the backlog.
    pub category: &'static str,
    pub name: &'static str,
    pub rank: i64,
    /// `portfolio`, `requirement`, `task`.
    pub kind: &'static str,
    pub color: &'static str,
    /// The field its effort is in.
    pub effort: &'static str,
}

/// From the highest down.
pub(crate) const LEVELS: &[Level] = &[
    Level {
        category: "Microsoft.EpicCategory",
        name: "Epics",
        rank: 4,
        kind: "portfolio",
        color: "FF7B00",
        effort: "Microsoft.VSTS.Scheduling.Effort",
    },
    Level {
        category: "Microsoft.FeatureCategory",
        name: "Features",
        rank: 3,
        kind: "portfolio",
        color: "773B93",
        effort: "Microsoft.VSTS.Scheduling.Effort",
    },
    Level {
        category: "Microsoft.RequirementCategory",
        name: "Stories",
        rank: 2,
        kind: "requirement",
        color: "009CCC",
        effort: "Microsoft.VSTS.Scheduling.StoryPoints",
    },
    Level {
        category: "Microsoft.TaskCategory",
        name: "Tasks",
        rank: 1,
        kind: "task",
        color: "F2CB1D",
        effort: "Microsoft.VSTS.Scheduling.RemainingWork",
    },
];

/// The category of bugs, which belong to a level by a team's choice.
pub(crate) const BUGS: &str = "Microsoft.BugCategory";

/// What a field is for, and its reference name.
pub(crate) const TYPE_FIELDS: &[(&str, &str)] = &[
    ("Effort", "Microsoft.VSTS.Scheduling.StoryPoints"),
    ("Order", "Microsoft.VSTS.Common.StackRank"),
    ("RemainingWork", "Microsoft.VSTS.Scheduling.RemainingWork"),
    ("Team", "System.AreaPath"),
    ("Activity", "Microsoft.VSTS.Common.Activity"),
];

/// The types of a category; the first is the default one.
pub(crate) fn types_of(category: &str) -> &'static [&'static str] {
    CATEGORIES
        .iter()
        .find(|(_, reference, _)| *reference == category)
        .map_or(&[], |(_, _, types)| types)
}
