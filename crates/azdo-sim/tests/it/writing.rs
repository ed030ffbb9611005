//! What a write does and what it refuses.

use azdo_sim::{AcceptedKind, Doubts};
use serde_json::{Value, json};

use crate::world::{World, likely, request, world};

fn set(name: &str, value: Value) -> Value {
    json!({"op": "add", "path": format!("/fields/{name}"), "value": value})
}

/// Expects a refusal by rule; the names of the fields it names.
fn broken(world: &mut World, id: i64, operations: Value) -> Vec<String> {
    let answer = world.patch(id, &operations);
    let body = answer.json();
    assert_eq!(
        (answer.status, body["typeKey"].as_str()),
        (400, Some("RuleValidationException")),
        "{body}"
    );
    let entries = body["customProperties"]["RuleValidationErrors"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| entry["fieldReferenceName"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_stale_rev_changes_nothing() {
    let mut world = likely();
    let id = world.create("Task", "T");
    let answer = world.patch(
        id,
        &json!([{"op": "test", "path": "/rev", "value": 9}, set("System.Title", json!("No"))]),
    );
    assert_eq!(
        (answer.status, answer.json()["typeKey"].clone()),
        (412, json!("TestPatchOperationFailedException"))
    );
    assert_eq!(world.item(id)["fields"]["System.Title"], "T");
}

#[test]
fn a_write_at_the_current_rev_is_accepted_and_recorded() {
    let mut world = likely();
    let id = world.create("Task", "T");
    let answer = world.patch(
        id,
        &json!([{"op": "test", "path": "/rev", "value": 1}, set("System.Title", json!("U"))]),
    );
    assert_eq!(answer.json()["rev"], 2);
    let accepted = world.sim.ground_truth().last().unwrap();
    assert_eq!(
        (accepted.kind, accepted.tested_rev, accepted.token_name.as_deref()),
        (AcceptedKind::Updated, Some(1), Some("connection"))
    );
    assert_eq!(accepted.fields["System.Title"], (json!("T"), json!("U")));
}

#[test]
fn a_write_that_changes_nothing_makes_no_rev() {
    let mut world = likely();
    let id = world.create("Task", "T");
    assert_eq!(
        world.patch(id, &json!([set("System.Title", json!("T"))])).json()["rev"],
        1
    );
    assert_eq!(world.sim.ground_truth().len(), 1);
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
fn a_title_is_required() {
    let mut world = likely();
    let id = world.create("Task", "T");
    assert_eq!(
        broken(
            &mut world,
            id,
            json!([{"op": "remove", "path": "/fields/System.Title"}])
        ),
        ["System.Title"]
    );
}

#[test]
fn a_title_has_at_most_255_characters() {
    let mut world = likely();
    let id = world.create("Task", "T");
    assert_eq!(
        broken(&mut world, id, json!([set("System.Title", json!("x".repeat(256)))])),
        ["System.Title"]
    );
}

#[test]
fn every_field_that_breaks_a_rule_is_named() {
    let mut world = likely();
    let id = world.create("Task", "T");
    let operations = json!([
        set("System.State", json!("Bogus")),
        set("System.AssignedTo", json!("nobody@nowhere.example")),
        set("Microsoft.VSTS.Common.Priority", json!(9)),
    ]);
    let mut named = broken(&mut world, id, operations);
    named.sort();
    assert_eq!(
        named,
        ["Microsoft.VSTS.Common.Priority", "System.AssignedTo", "System.State"]
    );
}

#[test]
fn what_the_server_sets_is_read_only() {
    let mut world = likely();
    let id = world.create("Task", "T");
    for name in [
        "System.Id",
        "System.CommentCount",
        "System.ChangedDate",
        "System.Parent",
    ] {
        assert_eq!(broken(&mut world, id, json!([set(name, json!(3))])), [name]);
    }
}

#[test]
fn an_unknown_field_is_not_found() {
    let mut world = likely();
    let id = world.create("Task", "T");
    let answer = world.patch(id, &json!([set("Custom.Nothing", json!(1))]));
    assert!(answer.json()["message"].as_str().unwrap().starts_with("TF51535"));
}

#[test]
fn a_path_that_does_not_exist_is_refused_either_way_the_doubt_goes() {
    for tree_refusal_names_field in [true, false] {
        let mut world = world(Doubts {
            tree_refusal_names_field,
            ..Doubts::likely()
        });
        let id = world.create("Task", "T");
        let answer = world.patch(id, &json!([set("System.IterationPath", json!("Harbour\\Nowhere"))]));
        assert_eq!(answer.status, 400);
        assert!(answer.json()["message"].as_str().unwrap().starts_with("TF401347"));
        assert_eq!(
            answer.json().get("customProperties").is_some(),
            tree_refusal_names_field
        );
    }
}

#[test]
fn a_restricted_process_refuses_a_jump_and_takes_the_steps() {
    let mut world = world(Doubts {
        transitions_restricted: true,
        ..Doubts::likely()
    });
    let id = world.create("Feature", "F");
    assert_eq!(
        broken(&mut world, id, json!([set("System.State", json!("Closed"))])),
        ["System.State"]
    );
    for state in ["Active", "Closed"] {
        assert_eq!(world.patch(id, &json!([set("System.State", json!(state))])).status, 200);
    }
}

#[test]
fn a_state_change_sets_what_follows_from_it() {
    let mut world = likely();
    let id = world.create("Feature", "F");
    let fields = world.patch(id, &json!([set("System.State", json!("closed"))])).json()["fields"].clone();
    assert_eq!(
        (&fields["System.State"], &fields["System.Reason"]),
        (&json!("Closed"), &json!("Acceptance tests pass"))
    );
    assert_eq!(
        fields["Microsoft.VSTS.Common.ClosedBy"]["displayName"],
        "Mara Lindqvist"
    );
    assert_eq!(
        fields["Microsoft.VSTS.Common.ClosedDate"],
        fields["Microsoft.VSTS.Common.StateChangeDate"]
    );
}

#[test]
fn a_comment_makes_a_rev_and_is_listed() {
    let mut world = likely();
    let id = world.create("Task", "T");
    let item = world
        .patch(id, &json!([set("System.History", json!("<b>Well</b> done"))]))
        .json();
    assert_eq!(
        (&item["rev"], &item["fields"]["System.CommentCount"]),
        (&json!(2), &json!(1))
    );
    let comments = world.get(&format!(
        "Harbour/_apis/wit/workItems/{id}/comments?api-version=7.1-preview.4"
    ));
    assert_eq!(comments["comments"][0]["text"], "<b>Well</b> done");
}

#[test]
fn long_text_reads_back_cleaned() {
    let mut world = likely();
    let id = world.create("Feature", "F");
    let text = "<P onclick='x()'>a&#39;s<script>x</script></P>";
    let item = world.patch(id, &json!([set("System.Description", json!(text))])).json();
    assert_eq!(item["fields"]["System.Description"], "<p>a's</p>");
}

#[test]
fn tags_read_back_in_their_own_order_and_once() {
    let mut world = likely();
    let id = world.create("Feature", "F");
    let item = world
        .patch(id, &json!([set("System.Tags", json!("yard; Gate;gate"))]))
        .json();
    assert_eq!(item["fields"]["System.Tags"], "Gate; yard");
}

#[test]
fn a_person_is_taken_in_every_written_form() {
    let mut world = likely();
    let id = world.create("Task", "T");
    for value in [
        json!("tom@northquay.example"),
        json!("Tom Okafor <tom@northquay.example>"),
        json!({"uniqueName": "tom@northquay.example"}),
        json!("Tom Okafor"),
    ] {
        world.patch(id, &json!([set("System.AssignedTo", value)]));
        assert_eq!(
            world.item(id)["fields"]["System.AssignedTo"]["displayName"],
            "Tom Okafor"
        );
        world.patch(id, &json!([{"op": "remove", "path": "/fields/System.AssignedTo"}]));
    }
}

#[test]
fn an_iteration_is_moved_by_path() {
    let mut world = likely();
    let id = world.create("Task", "T");
    let item = world
        .patch(
            id,
            &json!([set("System.IterationPath", json!("harbour\\PI 1\\sprint 1"))]),
        )
        .json();
    assert_eq!(item["fields"]["System.IterationPath"], "Harbour\\PI 1\\Sprint 1");
}

#[test]
fn renaming_a_node_moves_paths_without_a_rev() {
    let mut world = likely();
    let id = world.create("Task", "T");
    world.patch(id, &json!([set("System.AreaPath", json!("Harbour\\Quay"))]));
    let node = world.sim.areas("Harbour")[1].id;
    world
        .sim
        .rename_node(world.now_us, crate::world::MARA, node, "Pier")
        .unwrap();
    let item = world.item(id);
    assert_eq!(
        (&item["rev"], &item["fields"]["System.AreaPath"]),
        (&json!(2), &json!("Harbour\\Pier"))
    );
}

#[test]
fn a_write_needs_its_content_type_and_a_version() {
    let mut world = likely();
    let id = world.create("Task", "T");
    let body = json!([set("System.Title", json!("U"))]).to_string();
    let path = format!("_apis/wit/workitems/{id}");
    assert_eq!(
        world
            .send("PATCH", &format!("{path}?api-version=7.1"), "application/json", &body)
            .status,
        415
    );
    let answer = world.send("PATCH", &path, "application/json-patch+json", &body);
    assert_eq!(answer.json()["typeKey"], "VssVersionNotSpecifiedException");
}

#[test]
fn dates_move_forward_on_one_item() {
    let mut world = likely();
    let id = world.create("Task", "T");
    let now_us = world.now_us;
    for title in ["a", "b", "c"] {
        world
            .sim
            .person_update(now_us, crate::world::TOM, id, &[("System.Title", json!(title))])
            .unwrap();
    }
    let revisions = world.get(&format!("_apis/wit/workitems/{id}/revisions"));
    let stamps = revisions["value"].as_array().unwrap().iter();
    let dates: Vec<&str> = stamps
        .map(|r| {
            r["fields"]["System.ChangedDate"]
                .as_str()
                .unwrap()
                .trim_end_matches('Z')
        })
        .collect();
    assert!(dates.windows(2).all(|pair| pair[0] < pair[1]), "{dates:?}");
}

#[test]
fn a_type_change_keeps_what_the_new_type_has() {
    let mut world = likely();
    let id = world.create("Feature", "F");
    world.patch(
        id,
        &json!([
            set("Microsoft.VSTS.Scheduling.Effort", json!(8)),
            set("System.State", json!("Resolved"))
        ]),
    );
    let item = world
        .patch(id, &json!([set("System.WorkItemType", json!("Task"))]))
        .json();
    assert_eq!(
        (&item["fields"]["System.WorkItemType"], &item["fields"]["System.State"]),
        (&json!("Task"), &json!("New"))
    );
    assert!(item["fields"].get("Microsoft.VSTS.Scheduling.Effort").is_none());
}
