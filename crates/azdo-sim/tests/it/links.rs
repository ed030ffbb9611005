//! Links: two ends, one thing.

use azdo_sim::{Doubts, LinkRev};
use serde_json::json;

use crate::world::{World, likely, world};

const CHILD: &str = "System.LinkTypes.Hierarchy-Forward";
const PARENT: &str = "System.LinkTypes.Hierarchy-Reverse";
const SUCCESSOR: &str = "System.LinkTypes.Dependency-Forward";
const PREDECESSOR: &str = "System.LinkTypes.Dependency-Reverse";

fn rels(world: &mut World, id: i64) -> Vec<String> {
    let item = world.item(id);
    let relations = item["relations"].as_array().cloned().unwrap_or_default();
    relations
        .iter()
        .map(|relation| relation["rel"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_link_is_seen_from_both_ends() {
    let mut world = likely();
    let (a, b) = (world.create("Feature", "A"), world.create("Feature", "B"));
    assert_eq!(world.add_link(a, SUCCESSOR, b).status, 200);
    assert_eq!(
        (rels(&mut world, a), rels(&mut world, b)),
        (vec![SUCCESSOR.to_owned()], vec![PREDECESSOR.to_owned()])
    );
}

#[test]
fn which_ends_get_a_rev_is_the_doubts_choice() {
    for (side, expected) in [
        (LinkRev::Neither, (1, 1)),
        (LinkRev::Source, (2, 1)),
        (LinkRev::Both, (2, 2)),
    ] {
        let mut world = world(Doubts {
            link_change_moves_rev: side,
            ..Doubts::likely()
        });
        let (a, b) = (world.create("Feature", "A"), world.create("Feature", "B"));
        world.add_link(a, SUCCESSOR, b);
        let revs = (
            world.item(a)["rev"].as_i64().unwrap(),
            world.item(b)["rev"].as_i64().unwrap(),
        );
        assert_eq!(revs, expected, "{side:?}");
        // Each end has an update of its own all the same.
        for id in [a, b] {
            assert_eq!(world.get(&format!("_apis/wit/workitems/{id}/updates"))["count"], 2);
        }
    }
}

#[test]
fn the_comment_of_a_link_is_changed_by_one_write_and_seen_from_both_ends() {
    for sorted in [false, true] {
        let mut world = world(Doubts {
            relations_sorted: sorted,
            ..Doubts::likely()
        });
        let (giver, taker, third) = (
            world.create("Feature", "G"),
            world.create("Feature", "T"),
            world.create("Feature", "3"),
        );
        world.add_link(taker, PREDECESSOR, third);
        let url = |id: i64| format!("http://127.0.0.1:8181/northquay/_apis/wit/workItems/{id}");
        let link = |comment: &str| json!({"op": "add", "path": "/relations/-", "value": {"rel": PREDECESSOR, "url": url(giver), "attributes": {"comment": comment}}});
        assert_eq!(
            world
                .patch(taker, &json!([link("Lockstep: proposed, needed by 2026-11-06")]))
                .status,
            200
        );
        let item = world.item(taker);
        let at = item["relations"]
            .as_array()
            .unwrap()
            .iter()
            .position(|relation| relation["url"].as_str().unwrap().ends_with(&format!("/{giver}")))
            .unwrap();
        let answer = world.patch(
            taker,
            &json!([
                {"op": "test", "path": "/rev", "value": item["rev"]},
                {"op": "remove", "path": format!("/relations/{at}")},
                link("Lockstep: accepted, needed by 2026-11-06"),
            ]),
        );
        assert_eq!(answer.status, 200, "{}", answer.json());
        for (id, n) in [(taker, 2), (giver, 1)] {
            let relations = world.item(id)["relations"].as_array().unwrap().clone();
            let comments: Vec<&str> = relations
                .iter()
                .filter_map(|relation| relation["attributes"]["comment"].as_str())
                .collect();
            assert_eq!(
                (relations.len(), comments),
                (n, vec!["Lockstep: accepted, needed by 2026-11-06"])
            );
        }
        let updates = world.get(&format!("_apis/wit/workitems/{taker}/updates"));
        let last = updates["value"].as_array().unwrap().last().unwrap().clone();
        let comment = |list: &str| last["relations"][list][0]["attributes"]["comment"].clone();
        assert_eq!(
            (comment("removed"), comment("added")),
            (
                json!("Lockstep: proposed, needed by 2026-11-06"),
                json!("Lockstep: accepted, needed by 2026-11-06")
            )
        );
    }
}

#[test]
fn a_child_link_may_be_made_anew_from_the_parent_in_one_write() {
    let mut world = likely();
    let (parent, child) = (world.create("Feature", "P"), world.create("User Story", "C"));
    world.add_link(parent, CHILD, child);
    let url = format!("http://127.0.0.1:8181/northquay/_apis/wit/workItems/{child}");
    let again = json!([{"op": "remove", "path": "/relations/0"}, {"op": "add", "path": "/relations/-", "value": {"rel": CHILD, "url": url, "attributes": {"comment": "x"}}}]);
    assert_eq!(world.patch(parent, &again).status, 200);
    assert_eq!(world.item(child)["relations"][0]["attributes"]["comment"], "x");
}

#[test]
fn a_second_parent_is_refused_from_both_ends() {
    let mut world = likely();
    let (p, q, c) = (
        world.create("Feature", "P"),
        world.create("Feature", "Q"),
        world.create("User Story", "C"),
    );
    world.add_link(p, CHILD, c);
    for answer in [world.add_link(q, CHILD, c), world.add_link(c, PARENT, q)] {
        assert_eq!(answer.status, 400);
        assert!(answer.json()["message"].as_str().unwrap().starts_with("TF201036"));
    }
}

#[test]
fn a_circle_is_refused() {
    let mut world = likely();
    let (a, b, c) = (
        world.create("Feature", "A"),
        world.create("Feature", "B"),
        world.create("Feature", "C"),
    );
    world.add_link(a, SUCCESSOR, b);
    world.add_link(b, SUCCESSOR, c);
    for answer in [
        world.add_link(c, SUCCESSOR, a),
        world.add_link(a, PREDECESSOR, c),
        world.add_link(a, SUCCESSOR, a),
    ] {
        assert!(
            answer.json()["message"].as_str().unwrap().starts_with("TF201035"),
            "{}",
            answer.json()
        );
    }
}

#[test]
fn the_same_link_twice_is_refused() {
    for duplicate_link_has_own_key in [true, false] {
        let mut world = world(Doubts {
            duplicate_link_has_own_key,
            ..Doubts::likely()
        });
        let (a, b) = (world.create("Feature", "A"), world.create("Feature", "B"));
        world.add_link(a, SUCCESSOR, b);
        let answer = world.add_link(a, SUCCESSOR, b);
        assert_eq!(answer.status, 400);
        assert_eq!(
            answer.json()["typeKey"] == "RelationAlreadyExistsException",
            duplicate_link_has_own_key
        );
    }
}

#[test]
fn a_relation_goes_by_its_position() {
    let mut world = likely();
    let (a, b, c) = (
        world.create("Feature", "A"),
        world.create("Feature", "B"),
        world.create("Feature", "C"),
    );
    world.add_link(a, SUCCESSOR, b);
    world.add_link(a, "System.LinkTypes.Related", c);
    let rev = world.item(a)["rev"].clone();
    let answer = world.patch(
        a,
        &json!([{"op": "test", "path": "/rev", "value": rev}, {"op": "remove", "path": "/relations/0"}]),
    );
    assert_eq!(answer.status, 200);
    assert_eq!(rels(&mut world, a), ["System.LinkTypes.Related"]);
    assert!(rels(&mut world, b).is_empty());
    assert_eq!(
        world
            .patch(a, &json!([{"op": "remove", "path": "/relations/7"}]))
            .status,
        400
    );
}

#[test]
fn a_parent_can_travel_inside_a_create() {
    let mut world = likely();
    let parent = world.create("Feature", "P");
    let body = json!([
        {"op": "add", "path": "/fields/System.Title", "value": "C"},
        {"op": "add", "path": "/relations/-", "value": {"rel": PARENT, "url": format!("http://127.0.0.1:8181/northquay/_apis/wit/workItems/{parent}")}},
        {"op": "add", "path": "/relations/-", "value": {"rel": "Hyperlink", "url": "https://lockstep.example/m/1", "attributes": {"comment": "marker"}}},
    ]);
    let path = "Harbour/_apis/wit/workitems/$User%20Story?api-version=7.1";
    let child = world
        .send("POST", path, "application/json-patch+json", &body.to_string())
        .json();
    assert_eq!(
        (&child["rev"], &child["relations"][1]["attributes"]["comment"]),
        (&json!(1), &json!("marker"))
    );
    assert_eq!(child["fields"]["System.Parent"], parent);
    assert_eq!(rels(&mut world, parent), [CHILD]);
}

#[test]
fn a_link_to_nothing_is_refused() {
    let mut world = likely();
    let a = world.create("Feature", "A");
    assert_eq!(world.add_link(a, SUCCESSOR, 999).status, 404);
}

#[test]
fn the_comment_of_a_link_is_seen_from_both_ends() {
    let mut world = likely();
    let (a, b) = (world.create("Feature", "A"), world.create("Feature", "B"));
    world.add_link(a, SUCCESSOR, b);
    world.patch(
        a,
        &json!([{"op": "add", "path": "/relations/0/attributes/comment", "value": "by Friday"}]),
    );
    assert_eq!(world.item(b)["relations"][0]["attributes"]["comment"], "by Friday");
}
