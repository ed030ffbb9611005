//! What planning rests on: dry runs, rules of the organization, renamed nodes.

use serde_json::json;

use crate::world::{likely, request};
use crate::writing::{broken, set};

#[test]
fn a_dry_update_is_refused_and_allowed_like_a_real_one_and_changes_nothing() {
    let mut world = likely();
    let (id, other) = (world.create("Bug", "B"), world.create("Feature", "F"));
    world.sim.add_rule(azdo_sim::RequiredInState {
        work_item_type: "Bug".to_owned(),
        state: "Active".to_owned(),
        field: "Custom.RootCause".to_owned(),
    });
    let before = world.item(id);
    let n_accepted = world.sim.ground_truth().len();
    let link = |rel: &str, target: i64| json!({"op": "add", "path": "/relations/-", "value": {"rel": rel, "url": format!("http://127.0.0.1:8181/northquay/_apis/wit/workItems/{target}")}});
    let parent = "System.LinkTypes.Hierarchy-Reverse";
    for (body, status) in [
        (
            json!([{"op": "test", "path": "/rev", "value": 1}, set("System.Title", json!("C")), link(parent, other)]),
            200,
        ),
        (
            json!([{"op": "test", "path": "/rev", "value": 7}, set("System.Title", json!("C"))]),
            412,
        ),
        (json!([set("System.Title", json!(""))]), 400),
        (json!([set("System.State", json!("Active"))]), 400),
        (
            json!([
                set("System.State", json!("Active")),
                set("Custom.RootCause", json!("Wear"))
            ]),
            200,
        ),
        (json!([set("System.IterationPath", json!("Harbour\\Nowhere"))]), 400),
        (json!([link(parent, id)]), 400),
        (json!([link("No.Such", other)]), 400),
        (json!([link(parent, 9999)]), 404),
    ] {
        let path = format!("_apis/wit/workitems/{id}?validateOnly=true&api-version=7.1");
        let dry = world.send("PATCH", &path, "application/json-patch+json", &body.to_string());
        assert_eq!(dry.status, status, "{body}: {}", dry.json());
        let mut copy = world.sim.clone();
        let real = request(
            "PATCH",
            &path.replace("validateOnly=true&", ""),
            &world.token,
            "application/json-patch+json",
            &body.to_string(),
        );
        let real = copy.handle(world.now_us, &real);
        assert_eq!(
            (real.status, &real.json()["message"]),
            (status, &dry.json()["message"]),
            "{body}"
        );
    }
    assert_eq!(world.item(id), before);
    assert_eq!(world.sim.ground_truth().len(), n_accepted);
}

#[test]
fn a_rule_of_the_organization_names_its_field() {
    let mut world = likely();
    let id = world.create("Bug", "B");
    world.patch(id, &json!([set("System.State", json!("Active"))]));
    world.sim.add_rule(azdo_sim::RequiredInState {
        work_item_type: "Bug".to_owned(),
        state: "Active".to_owned(),
        field: "Custom.RootCause".to_owned(),
    });
    // Held also against an item that was in the state before.
    assert_eq!(
        broken(&mut world, id, json!([set("System.Title", json!("C"))])),
        ["Custom.RootCause"]
    );
    let answer = world.patch(id, &json!([set("System.Title", json!("C"))])).json();
    assert!(
        answer["message"]
            .as_str()
            .unwrap()
            .starts_with("TF401320: Rule Error for field Root cause."),
        "{answer}"
    );
    let cured = world.patch(
        id,
        &json!([set("System.Title", json!("C")), set("Custom.RootCause", json!("Wear"))]),
    );
    assert_eq!(cured.status, 200);
    let field = world.get("Harbour/_apis/wit/workitemtypes/Bug/fields/Custom.RootCause");
    assert_eq!(field["name"], "Root cause");
}

#[test]
fn a_node_is_renamed_and_dated_over_rest_and_keeps_its_id() {
    let mut world = likely();
    let id = world.create("Task", "T");
    world.patch(
        id,
        &json!([set("System.IterationPath", json!("Harbour\\PI 1\\Sprint 1"))]),
    );
    let rev = world.item(id)["rev"].clone();
    let n_updates = world.get(&format!("_apis/wit/workitems/{id}/updates"))["count"].clone();
    let path = "Harbour/_apis/wit/classificationnodes/Iterations/PI%201/Sprint%201?api-version=7.1";
    let node = world.get(path);
    let body = json!({"name": "Sprint 41", "attributes": {"startDate": "2026-10-05T00:00:00Z", "finishDate": "2026-10-16T00:00:00Z"}});
    let renamed = world.send("PATCH", path, "application/json", &body.to_string());
    assert_eq!(renamed.status, 200);
    let shown = renamed.json();
    assert_eq!((&shown["id"], &shown["identifier"]), (&node["id"], &node["identifier"]));
    assert_eq!(shown["attributes"]["finishDate"], "2026-10-16T00:00:00Z");
    let item = world.item(id);
    assert_eq!(item["fields"]["System.IterationPath"], "Harbour\\PI 1\\Sprint 41");
    assert_eq!(item["rev"], rev);
    assert_eq!(
        world.get(&format!("_apis/wit/workitems/{id}/updates"))["count"],
        n_updates
    );
    let other = json!({"name": "Sprint 42"});
    let made = world.post("Harbour/_apis/wit/classificationnodes/Iterations/PI%201", &other);
    assert_eq!(made.status, 200);
    let path = path.replace("Sprint%201", "Sprint%2041");
    let taken = world.send("PATCH", &path, "application/json", &other.to_string());
    assert_eq!(
        (taken.status, &taken.json()["typeKey"]),
        (409, &json!("ClassificationNodeDuplicateNameException"))
    );
    let badly = json!({"name": "x", "attributes": {"startDate": "2026-10-05T00:00:00Z"}});
    assert_eq!(
        world
            .post("Harbour/_apis/wit/classificationnodes/Iterations", &badly)
            .status,
        400
    );
    let tree = world.get("Harbour/_apis/wit/classificationnodes/Iterations?$depth=2");
    let names: Vec<&serde_json::Value> = tree["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|child| &child["name"])
        .collect();
    assert_eq!(names, ["PI 1"], "a refused creation leaves no node");
    assert_eq!(tree["children"][0]["children"].as_array().unwrap().len(), 2);
}

#[test]
fn checking_only_commits_nothing() {
    let mut world = likely();
    let path = "Harbour/_apis/wit/workitems/$Task?validateOnly=true&api-version=7.1";
    let body = json!([set("System.Title", json!("T"))]).to_string();
    assert_eq!(
        world.send("POST", path, "application/json-patch+json", &body).status,
        200
    );
    assert!(world.sim.all_ids().is_empty());
}
