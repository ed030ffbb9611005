//! The numbers of a local board: its teams are areas and its columns iterations of a project of its own.
//!
//! Browsers name what is new with no number; here it gets one. A number is never given twice, so an iteration that was taken
//! away is not mistaken for another one later.

use super::process;
use crate::program_board::set_up::{DependencyLink, LoadUnit, PiNode, SetUp, TeamArea};
use crate::store::nodes::NodeRow;

/// The project of everything local.
pub const PROJECT: &str = "local";
/// What the whole of the iterations is called where nobody has said.
const PLAN: &str = "Parking lot";

/// The set-up with a number for everything: what has none gets the next that none of `known` has.
pub fn numbered(mut set_up: SetUp, known: &[NodeRow]) -> SetUp {
    let used = known.iter().map(|node| node.node_id);
    let used = used.chain(set_up.teams.iter().map(|team| team.area_id));
    let used = used.chain(set_up.columns.iter().flat_map(|column| column.node_ids.iter().copied()));
    let used = used.chain(set_up.pi.iter().map(|pi| pi.node_id));
    let mut last = used.max().unwrap_or(0).max(0);
    let mut number = |given: Option<i64>| {
        given.filter(|id| *id > 0).unwrap_or_else(|| {
            last += 1;
            last
        })
    };
    let (pi_node, pi_name) = match &set_up.pi {
        Some(pi) => (Some(pi.node_id), pi.name.trim().to_owned()),
        None => (None, String::new()),
    };
    set_up.pi = Some(PiNode {
        project_id: PROJECT.to_owned(),
        node_id: number(pi_node),
        name: if pi_name.is_empty() { PLAN.to_owned() } else { pi_name },
    });
    for team in &mut set_up.teams {
        team.project_id = PROJECT.to_owned();
        team.team_id = None;
        team.area_id = number(Some(team.area_id));
        team.areas = vec![TeamArea {
            id: team.area_id,
            includes_children: false,
        }];
    }
    for column in &mut set_up.columns {
        column.node_ids = vec![number(column.node_ids.first().copied())];
    }
    set_up.unit = LoadUnit {
        field: process::POINTS.to_owned(),
        name: set_up.unit.name,
    };
    set_up.dependency = DependencyLink::default();
    set_up
}

/// The set-up's teams and columns as nodes: by these, history names what is no longer there, too.
pub fn node_rows(set_up: &SetUp) -> Vec<NodeRow> {
    let node = |tree: &str, node_id, parent_id, name: &str| NodeRow {
        node_id,
        project_id: PROJECT.to_owned(),
        project: PROJECT.to_owned(),
        tree: tree.to_owned(),
        parent_id,
        name: name.to_owned(),
        path: name.to_owned(),
        start_on: None,
        finish_on: None,
    };
    let pi = set_up.pi.as_ref();
    let teams = set_up
        .teams
        .iter()
        .map(|team| node("areas", team.area_id, None, &team.name));
    let columns = set_up.columns.iter().flat_map(|column| {
        column.node_ids.iter().map(move |id| NodeRow {
            start_on: column.start_on.clone(),
            finish_on: column.finish_on.clone(),
            ..node("iterations", *id, pi.map(|pi| pi.node_id), &column.name)
        })
    });
    pi.map(|pi| node("iterations", pi.node_id, None, &pi.name))
        .into_iter()
        .chain(columns)
        .chain(teams)
        .collect()
}

/// Types of the levels that a local board doesn't know.
pub fn unknown_types(set_up: &SetUp) -> Vec<&str> {
    let known = process::types();
    let named = set_up.levels.features.iter().chain(&set_up.levels.stories);
    named
        .filter(|name| !known.iter().any(|kind| kind.name.eq_ignore_ascii_case(name)))
        .map(String::as_str)
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// Two teams and two iterations as a browser sends them, without numbers.
    pub(crate) fn typed() -> SetUp {
        serde_json::from_value(json!({
            "scope": {"kind": "local"},
            "pi": null,
            "teams": [
                {"id": "red", "name": "Red", "project_id": "", "area_id": 0, "areas": [], "velocity": 20, "is_shown": true},
                {"id": "blue", "name": "Blue", "project_id": "", "area_id": 0, "areas": [], "is_shown": true},
            ],
            "columns": [
                {"id": "i1", "name": "Iteration 1", "node_ids": [], "start_on": "2026-12-07", "finish_on": "2026-12-18"},
                {"id": "i2", "name": "Iteration 2", "node_ids": []},
            ],
            "levels": {"features": ["Feature"], "stories": ["User Story", "Bug"]},
            "unit": {"field": "", "name": "points"},
            "capacity": {"kind": "velocity", "overrides": []},
        }))
        .unwrap()
    }

    fn every_number(set_up: &SetUp) -> Vec<i64> {
        node_rows(set_up).iter().map(|node| node.node_id).collect()
    }

    #[test]
    fn everything_gets_a_number_of_its_own() {
        let set_up = numbered(typed(), &[]);
        assert_eq!(set_up.problems(), []);
        let mut numbers = every_number(&set_up);
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 3, 4, 5]);
        assert_eq!(set_up.unit.field, process::POINTS);
        assert_eq!(set_up.pi.map(|pi| pi.name).as_deref(), Some("Parking lot"));
    }

    #[test]
    fn what_has_a_number_keeps_it() {
        let set_up = numbered(typed(), &[]);
        assert_eq!(numbered(set_up.clone(), &node_rows(&set_up)), set_up);
    }

    #[test]
    fn the_number_of_what_was_taken_away_is_not_given_again() {
        let before = numbered(typed(), &[]);
        let known = node_rows(&before);
        let mut after = before.clone();
        let gone = after.teams.pop().unwrap().area_id;
        after.teams.push(typed().teams.remove(1));
        let after = numbered(after, &known);
        assert_ne!(after.teams[1].area_id, gone);
        assert!(!known.iter().any(|node| node.node_id == after.teams[1].area_id));
    }

    #[test]
    fn a_type_that_nobody_knows_is_told() {
        let mut set_up = typed();
        assert!(unknown_types(&set_up).is_empty());
        set_up.levels.stories.push("Epic".into());
        assert_eq!(unknown_types(&set_up), ["Epic"]);
    }
}
