use super::*;
use serde_json::json;

/// Two teams, two sprints, and a shared area below Harbour.
pub(crate) fn harbour() -> SetUp {
    serde_json::from_value(json!({
        "scope": {"kind": "areas", "projects": [{"id": "p1", "name": "Harbour"}]},
        "pi": {"project_id": "p1", "node_id": 100, "name": "PI 26.4"},
        "teams": [
            {"id": "quay", "name": "Quay", "sub": "Gate and yard", "project_id": "p1", "team_id": null, "area_id": 11,
             "areas": [{"id": 11, "includes_children": true}], "velocity": 24, "is_shown": true},
            {"id": "customs", "name": "Customs", "project_id": "p1", "area_id": 12,
             "areas": [{"id": 12, "includes_children": true}], "is_shown": true},
        ],
        "columns": [
            {"id": "s41", "name": "Sprint 41", "node_ids": [101], "start_on": "2026-09-28", "finish_on": "2026-10-09"},
            {"id": "s42", "name": "Sprint 42", "node_ids": [102], "start_on": "2026-10-12", "finish_on": "2026-10-23"},
        ],
        "milestones": [{"id": "m1", "name": "Go-live", "on": "2026-11-13", "is_hard": true}],
        "levels": {"features": ["Feature"], "stories": ["User Story", "Bug"]},
        "unit": {"field": "Microsoft.VSTS.Scheduling.StoryPoints", "name": "points"},
        "capacity": {"kind": "velocity", "overrides": [{"team_id": "quay", "column_id": "s42", "capacity": 20}]},
    }))
    .unwrap()
}

#[track_caller]
fn check(change: impl FnOnce(&mut SetUp), field: &str) {
    let mut set_up = harbour();
    change(&mut set_up);
    let fields: Vec<String> = set_up.problems().into_iter().map(|problem| problem.field).collect();
    assert!(fields.iter().any(|f| f == &format!("set_up.{field}")), "{fields:?}");
}

#[test]
fn a_whole_set_up_has_no_problems_and_is_read_back_as_it_was_kept() {
    assert_eq!(harbour().problems(), []);
    let kept = serde_json::to_value(harbour()).unwrap();
    assert_eq!(serde_json::from_value::<SetUp>(kept).unwrap(), harbour());
}

#[test]
fn a_board_needs_teams_columns_and_types() {
    check(|set_up| set_up.teams.clear(), "teams");
    check(|set_up| set_up.columns.clear(), "columns");
    check(|set_up| set_up.columns[0].node_ids.clear(), "columns.0.node_ids");
    check(
        |set_up| {
            set_up.levels = Levels {
                features: vec![],
                stories: vec![],
            }
        },
        "levels",
    );
}

#[test]
fn a_dependency_is_a_link_with_two_ends_that_is_not_the_parent() {
    assert_eq!(harbour().dependency.taker, "System.LinkTypes.Dependency-Reverse");
    check(|set_up| set_up.dependency.taker = String::new(), "dependency.taker");
    check(
        |set_up| set_up.dependency.taker.clone_from(&set_up.dependency.giver),
        "dependency",
    );
    check(
        |set_up| set_up.dependency.taker = "System.LinkTypes.Hierarchy-Reverse".into(),
        "dependency",
    );
}

#[test]
fn nothing_can_be_in_two_places_at_once() {
    check(|set_up| set_up.teams[1].areas[0].id = 11, "teams.1.areas");
    check(|set_up| set_up.columns[1].node_ids[0] = 101, "columns.1.node_ids");
    check(|set_up| set_up.columns[1].node_ids[0] = 100, "columns.1.node_ids");
    check(|set_up| set_up.teams[1].id = "quay".into(), "teams.1.id");
    check(|set_up| set_up.levels.features.push("bug".into()), "levels");
}

#[test]
fn days_are_days_and_amounts_are_amounts() {
    check(|set_up| set_up.milestones[0].on = "soon".into(), "milestones.0.on");
    check(
        |set_up| set_up.columns[0].finish_on = Some("2026-09-01".into()),
        "columns.0.finish_on",
    );
    check(|set_up| set_up.teams[0].velocity = Some(-1.0), "teams.0.velocity");
    check(
        |set_up| {
            set_up.capacity = Capacity::Typed {
                overrides: vec![CapacityOverride {
                    team_id: "nobody".into(),
                    column_id: "s41".into(),
                    capacity: 1.0,
                }],
            }
        },
        "capacity.overrides.0",
    );
}

#[test]
fn a_type_has_its_level_whatever_its_case() {
    assert_eq!(harbour().level("user story"), Some(Level::Story));
    assert_eq!(harbour().level("FEATURE"), Some(Level::Feature));
    assert_eq!(harbour().level("Task"), None);
}
