//! What a write does and what it refuses.

use azdo_sim::{AcceptedKind, Doubts};
use serde_json::{Value, json};

use crate::world::{World, likely, world};

pub fn set(name: &str, value: Value) -> Value {
    json!({"op": "add", "path": format!("/fields/{name}"), "value": value})
}

/// Expects a refusal by rule; the names of the fields it names.
pub fn broken(world: &mut World, id: i64, operations: Value) -> Vec<String> {
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
