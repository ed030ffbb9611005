//! The Agile process: work item types with their states, transitions, reasons and defaults.

/// One state of a type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    pub name: &'static str,
    pub color: &'static str,
    pub category: &'static str,
}

/// One work item type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkItemType {
    pub name: &'static str,
    pub reference_name: &'static str,
    pub description: &'static str,
    pub color: &'static str,
    pub icon: &'static str,
    /// The first one is where a new work item starts.
    pub states: &'static [State],
    transitions: &'static [(&'static str, &'static [&'static str])],
    /// Values a new work item gets unless the client says otherwise.
    pub defaults: &'static [(&'static str, &'static str)],
}

const NEW: State = State {
    name: "New",
    color: "b2b2b2",
    category: "Proposed",
};
const ACTIVE: State = State {
    name: "Active",
    color: "007acc",
    category: "InProgress",
};
const RESOLVED: State = State {
    name: "Resolved",
    color: "ff9d00",
    category: "Resolved",
};
const CLOSED: State = State {
    name: "Closed",
    color: "339933",
    category: "Completed",
};
const REMOVED: State = State {
    name: "Removed",
    color: "ffffff",
    category: "Removed",
};

const BACKLOG_STATES: &[State] = &[NEW, ACTIVE, RESOLVED, CLOSED, REMOVED];
const BACKLOG_TRANSITIONS: &[(&str, &[&str])] = &[
    ("", &["New"]),
    ("New", &["Active", "Removed"]),
    ("Active", &["New", "Resolved", "Closed", "Removed"]),
    ("Resolved", &["Active", "Closed", "Removed"]),
    ("Closed", &["Active", "Resolved"]),
    ("Removed", &["New"]),
];
const PLANNED: &[(&str, &str)] = &[
    ("Microsoft.VSTS.Common.Priority", "2"),
    ("Microsoft.VSTS.Common.ValueArea", "Business"),
];

/// Every type there is.
pub(crate) const TYPES: &[WorkItemType] = &[
    WorkItemType {
        name: "Bug",
        reference_name: "Microsoft.VSTS.WorkItemTypes.Bug",
        description: "Describes a divergence between required and actual behavior, and tracks the work done to correct the defect and verify the correction.",
        color: "CC293D",
        icon: "icon_insect",
        states: &[NEW, ACTIVE, RESOLVED, CLOSED],
        transitions: &[
            ("", &["New"]),
            ("New", &["Active", "Resolved", "Closed"]),
            ("Active", &["New", "Resolved", "Closed"]),
            ("Resolved", &["Active", "Closed"]),
            ("Closed", &["New", "Active"]),
        ],
        defaults: &[
            ("Microsoft.VSTS.Common.Priority", "2"),
            ("Microsoft.VSTS.Common.Severity", "3 - Medium"),
            ("Microsoft.VSTS.Common.ValueArea", "Business"),
        ],
    },
    WorkItemType {
        name: "Epic",
        reference_name: "Microsoft.VSTS.WorkItemTypes.Epic",
        description: "Epics help teams effectively manage and groom their product backlog.",
        color: "FF7B00",
        icon: "icon_crown",
        states: BACKLOG_STATES,
        transitions: BACKLOG_TRANSITIONS,
        defaults: PLANNED,
    },
    WorkItemType {
        name: "Feature",
        reference_name: "Microsoft.VSTS.WorkItemTypes.Feature",
        description: "Tracks a feature that will be released with the product.",
        color: "773B93",
        icon: "icon_trophy",
        states: BACKLOG_STATES,
        transitions: BACKLOG_TRANSITIONS,
        defaults: PLANNED,
    },
    WorkItemType {
        name: "Issue",
        reference_name: "Microsoft.VSTS.WorkItemTypes.Issue",
        description: "Tracks an obstacle to progress.",
        color: "B4009E",
        icon: "icon_traffic_cone",
        states: &[ACTIVE, CLOSED],
        transitions: &[("", &["Active"]), ("Active", &["Closed"]), ("Closed", &["Active"])],
        defaults: &[("Microsoft.VSTS.Common.Priority", "2")],
    },
    WorkItemType {
        name: "Task",
        reference_name: "Microsoft.VSTS.WorkItemTypes.Task",
        description: "Tracks work that needs to be done.",
        color: "F2CB1D",
        icon: "icon_clipboard",
        states: &[NEW, ACTIVE, CLOSED, REMOVED],
        transitions: &[
            ("", &["New"]),
            ("New", &["Active", "Closed", "Removed"]),
            ("Active", &["New", "Closed", "Removed"]),
            ("Closed", &["New", "Active"]),
            ("Removed", &["New"]),
        ],
        defaults: &[("Microsoft.VSTS.Common.Priority", "2")],
    },
    WorkItemType {
        name: "User Story",
        reference_name: "Microsoft.VSTS.WorkItemTypes.UserStory",
        description: "Tracks an activity the user will be able to perform with the product.",
        color: "009CCC",
        icon: "icon_book",
        states: BACKLOG_STATES,
        transitions: BACKLOG_TRANSITIONS,
        defaults: PLANNED,
    },
];

/// The categories with their types; the first type is the default one.
pub(crate) const CATEGORIES: &[(&str, &str, &[&str])] = &[
    ("Bug Category", "Microsoft.BugCategory", &["Bug"]),
    ("Epic Category", "Microsoft.EpicCategory", &["Epic"]),
    ("Feature Category", "Microsoft.FeatureCategory", &["Feature"]),
    ("Requirement Category", "Microsoft.RequirementCategory", &["User Story"]),
    ("Task Category", "Microsoft.TaskCategory", &["Task"]),
];

/// The type of this name or reference name, in any case.
pub(crate) fn find(name: &str) -> Option<&'static WorkItemType> {
    TYPES
        .iter()
        .find(|t| t.name.eq_ignore_ascii_case(name) || t.reference_name.eq_ignore_ascii_case(name))
}

impl WorkItemType {
    /// The state of this name, in any case.
    pub fn state(&self, name: &str) -> Option<&'static State> {
        self.states.iter().find(|state| state.name.eq_ignore_ascii_case(name))
    }

    /// The states that may follow `from` (empty for a new work item).
    pub fn next_states(&self, from: &str, restricted: bool) -> Vec<&'static str> {
        if restricted || from.is_empty() {
            return self
                .transitions
                .iter()
                .find(|(state, _)| *state == from)
                .map_or_else(Vec::new, |(_, to)| to.to_vec());
        }
        self.states
            .iter()
            .map(|state| state.name)
            .filter(|name| *name != from)
            .collect()
    }
}

/// The reason a state change gets unless the client gives one.
pub(crate) fn reason(from: &str, to: &State) -> &'static str {
    match (from, to.category) {
        (_, "Proposed") if from.is_empty() => "New",
        (_, "Proposed") => "Moved to state New",
        (_, "InProgress") if from == "Closed" || from == "Resolved" => "Reactivated",
        (_, "InProgress") => "Implementation started",
        (_, "Resolved") => "Code complete and unit tests pass",
        (_, "Completed") => "Acceptance tests pass",
        _ => "Removed from the backlog",
    }
}

/// Values that are allowed besides a field's own kind, if it is limited to a list.
pub(crate) fn allowed_values(reference_name: &str) -> &'static [&'static str] {
    match reference_name {
        "Microsoft.VSTS.Common.Priority" => &["1", "2", "3", "4"],
        "Microsoft.VSTS.Common.Severity" => &["1 - Critical", "2 - High", "3 - Medium", "4 - Low"],
        "Microsoft.VSTS.Common.ValueArea" => &["Architectural", "Business"],
        "Microsoft.VSTS.Common.Risk" => &["1 - High", "2 - Medium", "3 - Low"],
        "Microsoft.VSTS.Common.Activity" => &[
            "Deployment",
            "Design",
            "Development",
            "Documentation",
            "Requirements",
            "Testing",
        ],
        _ => &[],
    }
}
