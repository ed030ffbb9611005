//! One work item of the sample world, made as a person makes it, with its links in the same write.

use serde_json::{Map, Value, json};

use crate::clock;
use crate::patch::{Change, Document};
use crate::write::Written;
use crate::{Sim, SimError};

use super::people::who;

/// What to make.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Making<'a> {
    pub project: &'a str,
    /// `E`pic, `F`eature, `S`tory, `B`ug, `T`ask.
    pub kind: char,
    pub title: &'a str,
    /// Unique name of who makes it.
    pub maker: &'a str,
    /// Whether the maker takes it too.
    pub is_assigned: bool,
    /// Below the project; none: the project itself.
    pub area: Option<&'a str>,
    pub iteration: Option<&'a str>,
    pub points: Option<i64>,
    pub parent: Option<i64>,
    /// Further fields.
    pub fields: &'a [(&'a str, Value)],
}

impl Sim {
    /// The id of a new work item.
    pub(super) fn make(&mut self, now_us: i64, making: &Making) -> i64 {
        let mut changes: Vec<(&str, Value)> = vec![("System.Title", json!(making.title))];
        let path = |below: &str| json!(format!("{}\\{below}", making.project));
        changes.extend(making.area.map(|area| ("System.AreaPath", path(area))));
        changes.extend(
            making
                .iteration
                .map(|iteration| ("System.IterationPath", path(iteration))),
        );
        if making.is_assigned {
            changes.push(("System.AssignedTo", json!(making.maker)));
        }
        let points_field = if matches!(making.kind, 'E' | 'F') {
            "Microsoft.VSTS.Scheduling.Effort"
        } else {
            "Microsoft.VSTS.Scheduling.StoryPoints"
        };
        changes.extend(making.points.map(|points| (points_field, json!(points))));
        changes.extend(making.fields.iter().cloned());
        let mut document = Document::of_fields(&changes);
        document.changes.extend(making.parent.map(|parent| Change::AddRelation {
            rel: crate::link_types::PARENT.to_owned(),
            url: self.work_item_url(parent),
            attributes: Map::new(),
        }));
        let author = expect(self.person_author(making.maker));
        let project = self.organization.project(making.project).unwrap_or_default();
        let made = self.create_work_item(now_us, &author, project, type_name(making.kind), &document, false);
        match expect(made.map_err(SimError::from)) {
            Written::Item(id) => id,
            Written::Checked(item) => item.id,
        }
    }

    /// The states on the way, one revision each, as a person goes through them.
    pub(super) fn step_to(&mut self, now_us: i64, maker: &str, id: i64, state: char) {
        let way: &[&str] = match state {
            'a' => &["Active"],
            'r' => &["Active", "Resolved"],
            'c' => &["Active", "Closed"],
            'x' => &["Removed"],
            _ => &[],
        };
        for (at, state) in way.iter().enumerate() {
            let later_us = now_us + (at as i64 + 1) * clock::DAY_US;
            expect(self.person_update(later_us, maker, id, &[("System.State", json!(state))]));
        }
    }
}

/// The unique name of who makes something that belongs to this key, or to nobody.
pub(super) fn maker(key: &str) -> String {
    if key.is_empty() { who("ML") } else { who(key) }
}

fn type_name(kind: char) -> &'static str {
    match kind {
        'E' => "Epic",
        'F' => "Feature",
        'B' => "Bug",
        'T' => "Task",
        _ => "User Story",
    }
}

/// The sample world obeys the rules whatever the doubts say; a refusal here is a mistake in these files.
pub(super) fn expect<T>(done: Result<T, SimError>) -> T {
    done.unwrap_or_else(|error| panic!("the sample world breaks a rule: {error}"))
}
