//! What a board is made from: teams' settings, backlog levels, saved queries.

use azdo_sim::{BugsBehavior, MemberCapacity};
use serde_json::{Value, json};

use crate::world::{MARA, START_US, TOM, World, likely, request};

/// Team Quay with three sprints: one gone, one that runs, one to come.
fn with_team() -> (World, Vec<i64>) {
    let mut world = likely();
    world.sim.add_team("Harbour", "Quay", &[TOM, MARA]);
    let pi = world
        .sim
        .add_iteration("Harbour\\PI 26.4", Some(("2026-09-28", "2026-12-04")));
    let mut sprints = vec![pi];
    for (name, start, finish) in [
        ("Sprint 41", "2026-09-28", "2026-10-09"),
        ("Sprint 42", "2026-10-12", "2026-10-23"),
        ("Sprint 43", "2026-10-26", "2026-11-06"),
    ] {
        let path = format!("Harbour\\PI 26.4\\{name}");
        sprints.push(world.sim.add_iteration(&path, Some((start, finish))));
    }
    world.sim.set_team_iterations("Harbour", "Quay", &sprints[1..]);
    world.sim.set_backlog_iteration("Harbour", "Quay", Some(pi));
    (world, sprints)
}

fn names(list: &Value) -> Vec<&str> {
    let values = list["value"].as_array().unwrap();
    values.iter().map(|value| value["name"].as_str().unwrap()).collect()
}

#[test]
fn a_team_tells_its_backlog_iteration_and_the_current_one() {
    let (mut world, _) = with_team();
    let settings = world.get("Harbour/Quay/_apis/work/teamsettings");
    assert_eq!(settings["backlogIteration"]["path"], "Harbour\\PI 26.4");
    assert_eq!(settings["defaultIteration"]["name"], "Sprint 42");
    assert_eq!(settings["bugsBehavior"], "asRequirements");
    assert_eq!(settings["workingDays"].as_array().unwrap().len(), 5);
    assert_eq!(settings["backlogVisibilities"]["Microsoft.RequirementCategory"], true);
}

#[test]
fn iterations_of_a_team_come_with_their_time_frames() {
    let (mut world, _) = with_team();
    let all = world.get("Harbour/Quay/_apis/work/teamsettings/iterations");
    let frames: Vec<&Value> = all["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| &i["attributes"]["timeFrame"])
        .collect();
    assert_eq!(frames, ["past", "current", "future"]);
    let current = world.get("Harbour/Quay/_apis/work/teamsettings/iterations?$timeframe=current");
    assert_eq!(names(&current), ["Sprint 42"]);
    let id = current["value"][0]["id"].as_str().unwrap();
    let one = world.get(&format!("Harbour/Quay/_apis/work/teamsettings/iterations/{id}"));
    assert_eq!(one["attributes"]["finishDate"], "2026-10-23T00:00:00Z");
}

#[test]
fn a_team_of_several_areas_tells_which_include_those_below() {
    let (mut world, _) = with_team();
    let (gate, yard) = (
        world.sim.add_area("Harbour\\Gate"),
        world.sim.add_area("Harbour\\Yard\\West"),
    );
    world
        .sim
        .set_team_areas("Harbour", "Quay", &[(gate, false), (yard, true)]);
    let values = world.get("Harbour/Quay/_apis/work/teamsettings/teamfieldvalues");
    assert_eq!(values["field"]["referenceName"], "System.AreaPath");
    assert_eq!(values["defaultValue"], "Harbour\\Gate");
    assert_eq!(
        values["values"],
        json!([{"value": "Harbour\\Gate", "includeChildren": false}, {"value": "Harbour\\Yard\\West", "includeChildren": true}])
    );
}

#[test]
fn capacity_and_days_off_are_those_of_one_iteration() {
    let (mut world, sprints) = with_team();
    let day = |day: &str| (day.to_owned(), day.to_owned());
    let member = |person: &str, days_off| MemberCapacity {
        person: person.to_owned(),
        activities: vec![("Development".to_owned(), 6.0)],
        days_off,
    };
    let members = vec![member(TOM, vec![day("2026-10-14")]), member(MARA, Vec::new())];
    world.sim.set_capacities("Harbour", "Quay", sprints[2], members);
    world
        .sim
        .set_team_days_off("Harbour", "Quay", sprints[2], vec![day("2026-10-16")]);
    let all = world.get("Harbour/Quay/_apis/work/teamsettings/iterations");
    let path = |at: usize| {
        format!(
            "Harbour/Quay/_apis/work/teamsettings/iterations/{}",
            all["value"][at]["id"].as_str().unwrap()
        )
    };
    let capacities = world.get(&format!("{}/capacities", path(1)));
    assert_eq!(capacities["totalCapacityPerDay"], 12.0);
    assert_eq!(capacities["totalDaysOff"], 1);
    assert_eq!(capacities["teamMembers"][0]["teamMember"]["uniqueName"], TOM);
    let off = world.get(&format!("{}/teamdaysoff", path(1)));
    assert_eq!(
        off["daysOff"],
        json!([{"start": "2026-10-16T00:00:00Z", "end": "2026-10-16T00:00:00Z"}])
    );
    let other = world.get(&format!("{}/capacities", path(0)));
    assert_eq!(other["teamMembers"], json!([]));
    let unknown = "Harbour/Quay/_apis/work/teamsettings/iterations/8c2457e8-8936-4cdc-b3aa-17b20f56c76c/capacities";
    assert_eq!(world.send("GET", unknown, "", "").status, 404);
}

#[test]
fn bugs_are_on_the_level_that_the_team_chose() {
    let (mut world, _) = with_team();
    let types = |world: &mut World, level: &str| {
        let level = world.get(&format!("Harbour/Quay/_apis/work/backlogs/{level}"));
        let types = level["workItemTypes"].as_array().unwrap().clone();
        types
            .iter()
            .map(|t| t["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        types(&mut world, "Microsoft.RequirementCategory"),
        ["User Story", "Bug"]
    );
    world.sim.set_bugs_behavior("Harbour", "Quay", BugsBehavior::AsTasks);
    assert_eq!(types(&mut world, "Microsoft.RequirementCategory"), ["User Story"]);
    assert_eq!(types(&mut world, "Microsoft.TaskCategory"), ["Task", "Bug"]);
    let all = world.get("Harbour/Quay/_apis/work/backlogs");
    assert_eq!(names(&all), ["Epics", "Features", "Stories", "Tasks"]);
}

#[test]
fn the_process_tells_the_field_of_the_effort_and_types_their_color_and_icon() {
    let (mut world, _) = with_team();
    let process = world.get("Harbour/_apis/work/processconfiguration");
    assert_eq!(
        process["typeFields"]["Effort"]["referenceName"],
        "Microsoft.VSTS.Scheduling.StoryPoints"
    );
    assert_eq!(process["requirementBacklog"]["workItemTypes"][0]["name"], "User Story");
    let feature = world.get("Harbour/_apis/wit/workitemtypes/Feature");
    assert_eq!(
        (&feature["color"], &feature["icon"]["id"]),
        (&json!("773B93"), &json!("icon_trophy"))
    );
}

#[test]
fn deleting_a_node_takes_it_out_of_the_settings() {
    let (mut world, sprints) = with_team();
    world
        .sim
        .delete_node_to(START_US, MARA, sprints[0], sprints[0] - 1)
        .unwrap();
    let settings = world.get("Harbour/Quay/_apis/work/teamsettings");
    assert_eq!(settings["backlogIteration"]["path"], "Harbour");
    assert_eq!(world.get("Harbour/Quay/_apis/work/teamsettings/iterations")["count"], 0);
}

#[test]
fn saved_queries_are_a_tree_down_to_the_depth_asked_for() {
    let (mut world, _) = with_team();
    let wiql = "SELECT [System.Id] FROM workitems WHERE [System.WorkItemType] = 'Bug' ORDER BY [System.Id]";
    let id = world
        .sim
        .save_query(START_US, MARA, "Harbour", "Shared Queries/PI/Bugs", wiql)
        .unwrap();
    let flat = world.get("Harbour/_apis/wit/queries");
    assert_eq!(names(&flat), ["My Queries", "Shared Queries"]);
    assert_eq!(
        (&flat["value"][0]["hasChildren"], &flat["value"][1]["hasChildren"]),
        (&json!(false), &json!(true))
    );
    assert!(flat["value"][1].get("children").is_none());
    let tree = world.get("Harbour/_apis/wit/queries?$depth=2&$expand=all");
    let query = &tree["value"][1]["children"][0]["children"][0];
    assert_eq!(
        (&query["id"], &query["path"], &query["wiql"]),
        (&json!(id), &json!("Shared Queries/PI/Bugs"), &json!(wiql))
    );
    assert_eq!(query["columns"][0]["referenceName"], "System.Id");
    let by_path = world.get("Harbour/_apis/wit/queries/Shared%20Queries/PI/Bugs");
    assert_eq!(by_path["id"], json!(id));
    assert!(
        by_path.get("wiql").is_none(),
        "the text is shown only when asked for: {by_path}"
    );
    assert_eq!(
        world.send("GET", "Harbour/_apis/wit/queries?$depth=3", "", "").status,
        400
    );
}

#[test]
fn a_saved_query_is_run_by_its_id() {
    let (mut world, _) = with_team();
    let (bug, _) = (world.create("Bug", "B"), world.create("Task", "T"));
    let wiql =
        "SELECT [System.Id] FROM workitems WHERE [System.TeamProject] = @project AND [System.WorkItemType] = 'Bug'";
    let id = world
        .sim
        .save_query(START_US, MARA, "Harbour", "Shared Queries/Bugs", wiql)
        .unwrap();
    let found = world.get(&format!("Harbour/_apis/wit/wiql/{id}"));
    assert_eq!(found["workItems"].as_array().unwrap().len(), 1);
    assert_eq!(found["workItems"][0]["id"], bug);
    let unknown = world.send(
        "GET",
        "Harbour/_apis/wit/wiql/8c2457e8-8936-4cdc-b3aa-17b20f56c76c",
        "",
        "",
    );
    assert_eq!(unknown.status, 404);
    assert!(
        unknown.json()["message"].as_str().unwrap().starts_with("TF401243"),
        "{:?}",
        unknown.json()
    );
}

#[test]
fn ones_own_queries_are_seen_by_nobody_else() {
    let (mut world, _) = with_team();
    let wiql = "SELECT [System.Id] FROM workitems";
    let id = world
        .sim
        .save_query(START_US, TOM, "Harbour", "My Queries/Mine", wiql)
        .unwrap();
    let path = format!("Harbour/_apis/wit/queries/{id}?api-version=7.1");
    assert_eq!(world.send("GET", &path, "", "").status, 404, "Mara reads Tom's query");
    let token = world.sim.add_token(azdo_sim::TokenSpec {
        name: "Tom".to_owned(),
        person: TOM.to_owned(),
        scopes: vec!["vso.work".to_owned()],
        organization: None,
        expires_us: None,
    });
    let answer = world.sim.handle(START_US, &request("GET", &path, &token, "", ""));
    assert_eq!(
        (answer.status, &answer.json()["path"]),
        (200, &json!("My Queries/Mine"))
    );
}
