//! What a reader sees.

use serde_json::{Value, json};

use crate::world::{likely, request};

#[test]
fn fields_without_a_value_are_absent() {
    let mut world = likely();
    let id = world.create("Feature", "Gate slot booking");
    let fields = world.get(&format!("_apis/wit/workitems/{id}"))["fields"].clone();
    assert_eq!(fields["System.State"], "New");
    assert!(fields.get("System.AssignedTo").is_none() && fields.get("System.Id").is_none());
}

#[test]
fn expand_all_shows_the_hidden_fields() {
    let mut world = likely();
    let id = world.create("Feature", "Gate slot booking");
    assert_eq!(world.item(id)["fields"]["System.Id"], id);
}

#[test]
fn only_the_fields_asked_for_are_shown() {
    let mut world = likely();
    let id = world.create("Task", "T");
    let fields = world.get(&format!("_apis/wit/workitems/{id}?fields=System.Title,System.Rev"))["fields"].clone();
    assert_eq!(fields, json!({"System.Rev": 1, "System.Title": "T"}));
}

#[test]
fn a_batch_keeps_its_order_and_answers_null_for_what_it_may_not_see() {
    let mut world = likely();
    let (a, b) = (world.create("Task", "A"), world.create("Task", "B"));
    let body = json!({"ids": [b, 999, a], "errorPolicy": "omit"});
    let shown = world.post("_apis/wit/workitemsbatch", &body).json();
    assert_eq!(shown["count"], 3);
    assert_eq!(
        (&shown["value"][0]["id"], &shown["value"][1], &shown["value"][2]["id"]),
        (&json!(b), &Value::Null, &json!(a))
    );
}

#[test]
fn a_batch_with_one_unknown_id_fails_as_a_whole() {
    let mut world = likely();
    let id = world.create("Task", "A");
    let answer = world.post("_apis/wit/workitemsbatch", &json!({"ids": [id, 999]}));
    assert_eq!(answer.status, 404);
    assert!(
        answer.json()["message"]
            .as_str()
            .unwrap()
            .starts_with("TF401232: Work item 999")
    );
}

#[test]
fn more_than_200_ids_are_refused() {
    let mut world = likely();
    let ids: Vec<i64> = (1..=201).collect();
    let answer = world.post("_apis/wit/workitemsbatch", &json!({"ids": ids}));
    assert_eq!(
        (answer.status, answer.json()["typeKey"].clone()),
        (400, json!("WorkItemPageSizeExceededException"))
    );
}

#[test]
fn an_item_is_shown_as_it_was() {
    let mut world = likely();
    let id = world.create("Task", "Before");
    let between = "2026-10-20T00:00:00Z";
    world.now_us = 1_795_000_000_000_000;
    world.patch(
        id,
        &json!([{"op": "add", "path": "/fields/System.Title", "value": "After"}]),
    );
    let then = world.get(&format!("_apis/wit/workitems/{id}?asOf={between}"));
    assert_eq!(
        (&then["rev"], &then["fields"]["System.Title"]),
        (&json!(1), &json!("Before"))
    );
}

#[test]
fn updates_count_apart_from_revs() {
    let mut world = likely();
    let (a, b) = (world.create("Task", "A"), world.create("Task", "B"));
    world.add_link(a, "System.LinkTypes.Related", b);
    let updates = world.get(&format!("_apis/wit/workitems/{b}/updates"));
    // The mirrored end has a second update at its first rev.
    assert_eq!(
        (
            &updates["count"],
            &updates["value"][1]["id"],
            &updates["value"][1]["rev"]
        ),
        (&json!(2), &json!(2), &json!(1))
    );
    assert!(updates["value"][1].get("fields").is_none());
}

#[test]
fn nodes_carry_the_hidden_level_in_their_path() {
    let mut world = likely();
    let node = world.get("Harbour/_apis/wit/classificationnodes/Iterations?$depth=5");
    let sprint = &node["children"][0]["children"][0];
    assert_eq!(sprint["path"], "\\Harbour\\Iteration\\PI 1\\Sprint 1");
    assert_eq!(sprint["attributes"]["startDate"], "2026-10-12T00:00:00Z");
}

#[test]
fn a_path_of_nodes_may_come_as_one_encoded_segment() {
    let mut world = likely();
    let node = world.get("Harbour/_apis/wit/classificationnodes/iterations/PI%201%2FSprint%201");
    assert_eq!(node["name"], "Sprint 1");
}

#[test]
fn the_organization_is_taken_in_any_case() {
    let mut world = likely();
    let mut asked = request("GET", "_apis/projects", &world.token, "", "");
    asked.path_and_query = "/NorthQuay/_apis/projects".to_owned();
    assert_eq!(world.sim.handle(world.now_us, &asked).status, 200);
}

#[test]
fn another_organization_is_a_page_not_an_envelope() {
    let mut world = likely();
    let mut asked = request("GET", "_apis/projects", &world.token, "", "");
    asked.path_and_query = "/southquay/_apis/projects".to_owned();
    let answer = world.sim.handle(world.now_us, &asked);
    assert_eq!(answer.status, 404);
    assert!(answer.header("content-type").unwrap().starts_with("text/html"));
}

#[test]
fn an_unknown_project_is_named() {
    let mut world = likely();
    let answer = world.send("GET", "Nowhere/_apis/wit/workitemtypes?api-version=7.1", "", "");
    assert_eq!(answer.status, 404);
    assert!(
        answer.json()["message"]
            .as_str()
            .unwrap()
            .starts_with("TF200016: The following project does not exist: Nowhere")
    );
}

#[test]
fn every_answer_says_when_and_who() {
    let mut world = likely();
    let answer = world.send("GET", "_apis/projects", "", "");
    assert!(answer.header("date").unwrap().ends_with("GMT"));
    assert!(
        answer
            .header("x-vss-userdata")
            .unwrap()
            .ends_with(":mara@northquay.example")
    );
    assert!(answer.header("activityid").is_some());
}

#[test]
fn resource_areas_are_an_empty_list() {
    let mut world = likely();
    assert_eq!(world.get("_apis/ResourceAreas"), json!({"count": 0, "value": []}));
}

#[test]
fn teams_and_their_areas_are_listed() {
    let mut world = likely();
    world.sim.add_team("Harbour", "Quay", &[crate::world::TOM]);
    let teams = world.get("_apis/projects/Harbour/teams");
    assert_eq!(teams["count"], 2);
    let members = world.get("_apis/projects/Harbour/teams/Quay/members");
    assert_eq!(members["value"][0]["identity"]["uniqueName"], crate::world::TOM);
    let areas = world.get("Harbour/Quay/_apis/work/teamsettings/teamfieldvalues");
    assert_eq!(
        areas["values"][0],
        json!({"value": "Harbour\\Quay", "includeChildren": true})
    );
}
