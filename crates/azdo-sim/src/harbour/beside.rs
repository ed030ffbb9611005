//! What stands beside the plan: items a board leaves out, the two small projects, saved queries.

use serde_json::json;

use crate::{SECOND_US, Sim};

use super::making::{Making, expect, maker};
use super::people::who;

/// Area, below the PI, kind, id, title, state, who.
type Row = (&'static str, &'static str, char, i64, &'static str, char, &'static str);

/// Items of the PI that a board leaves out: removed ones, tasks under no story, an area of no team.
#[rustfmt::skip]
const LEFT_OUT: &[Row] = &[
    ("Quay", "Sprint 42", 'S', 4041, "Fax of the slot list", 'x', "TO"),
    ("Manifest", "Sprint 42", 'S', 4042, "Import from floppy disk", 'x', "YT"),
    ("Customs", "Sprint 43", 'S', 4043, "Second queue for brokers", 'x', "JW"),
    ("Beacon", "Sprint 43", 'F', 4044, "Pager notices", 'x', "AB"),
    ("Quay", "Sprint 42", 'T', 4051, "Order labels for the kiosk", 'n', "TO"),
    ("Customs", "Sprint 42", 'T', 4052, "Ask the office for test stamps", 'a', "RS"),
    ("Tideway", "Sprint 43", 'T', 4053, "Renew the tape contract", 'n', "EP"),
    ("Leads", "Sprint 42", 'S', 4061, "Agree goals with the terminal", 'a', "ML"),
    ("Leads", "Sprint 43", 'S', 4062, "Prepare the PI review", 'n', "ML"),
];

/// Project, kind, id, title, state, who, points.
#[rustfmt::skip]
const ELSEWHERE: &[(&str, char, i64, &str, char, &str, i64)] = &[
    ("Yard", 'F', 4321, "Stacking by weight", 'r', "ID", 8),
    ("Yard", 'F', 4322, "Reefer plug survey", 'c', "ID", 5),
    ("Yard", 'F', 4323, "Empty depot on the map", 'a', "ID", 13),
    ("Gate pilot", 'F', 4521, "Gate without paper, lane 1", 'r', "AB", 8),
    ("Gate pilot", 'F', 4522, "Survey among 50 drivers", 'c', "JW", 3),
];

/// Whose, path, WIQL.
#[rustfmt::skip]
const QUERIES: &[(&str, &str, &str)] = &[
    ("ML", "Shared Queries/PI/PI 26.4 features and stories",
        "SELECT [System.Id], [System.WorkItemType], [System.Title], [System.State], [System.AssignedTo] FROM workitems WHERE [System.TeamProject] = @project AND [System.WorkItemType] IN ('Feature', 'User Story', 'Bug') AND [System.State] <> 'Removed' AND [System.IterationPath] UNDER 'Harbour\\PI 26.4' ORDER BY [System.Id]"),
    ("ML", "Shared Queries/PI/PI 26.3 closed stories",
        "SELECT [System.Id], [System.Title], [Microsoft.VSTS.Scheduling.StoryPoints] FROM workitems WHERE [System.TeamProject] = @project AND [System.WorkItemType] = 'User Story' AND [System.State] = 'Closed' AND [System.IterationPath] UNDER 'Harbour\\PI 26.3' ORDER BY [System.Id]"),
    ("ML", "Shared Queries/All open bugs",
        "SELECT [System.Id], [System.Title], [System.State], [System.AssignedTo] FROM workitems WHERE [System.TeamProject] = @project AND [System.WorkItemType] = 'Bug' AND [System.State] <> 'Closed' ORDER BY [Microsoft.VSTS.Common.Priority], [System.Id]"),
    ("ML", "My Queries/Assigned to me",
        "SELECT [System.Id], [System.WorkItemType], [System.Title], [System.State] FROM workitems WHERE [System.AssignedTo] = @Me AND [System.State] <> 'Closed' ORDER BY [System.ChangedDate] DESC"),
];

impl Sim {
    pub(super) fn add_left_out(&mut self, mut now_us: i64) {
        self.add_area("Harbour\\Leads");
        for (area, sprint, kind, id, title, state, key) in LEFT_OUT {
            now_us += 60 * SECOND_US;
            self.organization.next_id = *id;
            let maker = maker(key);
            let id = self.make(
                now_us,
                &Making {
                    project: "Harbour",
                    kind: *kind,
                    title,
                    maker: &maker,
                    is_assigned: true,
                    area: Some(area),
                    iteration: Some(&format!("{}\\{sprint}", super::PI)),
                    points: matches!(kind, 'S').then_some(2),
                    ..Making::default()
                },
            );
            self.step_to(now_us, &maker, id, *state);
        }
    }

    pub(super) fn add_elsewhere(&mut self, mut now_us: i64) {
        for (project, kind, id, title, state, key, points) in ELSEWHERE {
            now_us += 60 * SECOND_US;
            self.organization.next_id = *id;
            let maker = maker(key);
            let description = json!(format!("<div>{title}: what it is for and when it is done.</div>"));
            let id = self.make(
                now_us,
                &Making {
                    project,
                    kind: *kind,
                    title,
                    maker: &maker,
                    is_assigned: true,
                    points: Some(*points),
                    fields: &[("System.Description", description)],
                    ..Making::default()
                },
            );
            self.step_to(now_us, &maker, id, *state);
        }
    }

    pub(super) fn add_queries(&mut self) {
        let at_us = self.config.start_us;
        for (key, path, wiql) in QUERIES {
            expect(self.save_query(at_us, &who(key), "Harbour", path, wiql));
        }
    }
}
