//! The reporting feeds.

use azdo_sim::{Doubts, LinkRev};
use serde_json::{Value, json};

use crate::world::{MARA, World, likely, world};

fn feed(world: &mut World, query: &str) -> Value {
    world.get(&format!("_apis/wit/reporting/workitemrevisions?{query}"))
}

fn lines(batch: &Value) -> Vec<(i64, i64)> {
    let values = batch["values"].as_array().unwrap();
    values
        .iter()
        .map(|line| (line["id"].as_i64().unwrap(), line["rev"].as_i64().unwrap()))
        .collect()
}

#[test]
fn the_feed_is_paged_to_its_last_batch_and_goes_on_from_there() {
    let mut world = likely();
    let (a, b) = (world.create("Task", "A"), world.create("Task", "B"));
    let first = feed(&mut world, "$maxPageSize=1");
    assert_eq!((lines(&first), &first["isLastBatch"]), (vec![(a, 1)], &json!(false)));
    let token = first["continuationToken"].as_str().unwrap().to_owned();
    let second = feed(&mut world, &format!("continuationToken={token}"));
    assert_eq!((lines(&second), &second["isLastBatch"]), (vec![(b, 1)], &json!(true)));
    let token = second["continuationToken"].as_str().unwrap().to_owned();
    world.patch(
        a,
        &json!([{"op": "add", "path": "/fields/System.Title", "value": "A2"}]),
    );
    assert_eq!(
        lines(&feed(&mut world, &format!("continuationToken={token}"))),
        [(a, 2)]
    );
}

#[test]
fn identities_are_text_unless_asked_for_as_objects() {
    let mut world = likely();
    world.create("Task", "A");
    assert_eq!(
        feed(&mut world, "")["values"][0]["fields"]["System.ChangedBy"],
        "Mara Lindqvist <mara@northquay.example>"
    );
    assert_eq!(
        feed(&mut world, "includeIdentityRef=true")["values"][0]["fields"]["System.ChangedBy"]["uniqueName"],
        MARA
    );
}

#[test]
fn long_text_comes_only_when_expanded() {
    let mut world = likely();
    let id = world.create("Task", "A");
    world.patch(
        id,
        &json!([{"op": "add", "path": "/fields/System.Description", "value": "<p>x</p>"}]),
    );
    assert!(
        feed(&mut world, "")["values"][1]["fields"]
            .get("System.Description")
            .is_none()
    );
    assert_eq!(
        feed(&mut world, "$expand=fields")["values"][1]["fields"]["System.Description"],
        "<p>x</p>"
    );
}

#[test]
fn deleted_items_come_only_when_asked_for() {
    for doubts in [
        Doubts::likely(),
        Doubts {
            delete_bumps_rev: false,
            ..Doubts::likely()
        },
    ] {
        let mut world = world(doubts);
        let id = world.create("Task", "A");
        world.sim.person_delete(world.now_us, MARA, id).unwrap();
        assert!(lines(&feed(&mut world, "")).is_empty());
        let with = feed(&mut world, "includeDeleted=true");
        assert_eq!(
            with["values"].as_array().unwrap().last().unwrap()["fields"]["System.IsDeleted"],
            true
        );
        world.sim.person_restore(world.now_us, MARA, id).unwrap();
        let latest = feed(&mut world, "includeLatestOnly=true&includeDeleted=true");
        assert_eq!(lines(&latest).len(), 1);
        assert!(latest["values"][0]["fields"].get("System.IsDeleted").is_none());
    }
}

#[test]
fn the_latest_only_is_the_newest_of_each() {
    let mut world = likely();
    let id = world.create("Task", "A");
    world.patch(
        id,
        &json!([{"op": "add", "path": "/fields/System.Title", "value": "B"}]),
    );
    assert_eq!(lines(&feed(&mut world, "includeLatestOnly=true")), [(id, 2)]);
}

#[test]
fn a_token_that_was_never_given_is_refused() {
    let mut world = likely();
    assert_eq!(
        world
            .send(
                "GET",
                "_apis/wit/reporting/workitemrevisions?continuationToken=17",
                "",
                ""
            )
            .status,
        400
    );
}

#[test]
fn a_link_that_moves_no_rev_shows_in_the_link_feed_alone() {
    let mut world = world(Doubts {
        link_change_moves_rev: LinkRev::Neither,
        ..Doubts::likely()
    });
    let (a, b) = (world.create("Feature", "A"), world.create("Feature", "B"));
    let token = feed(&mut world, "")["continuationToken"].as_str().unwrap().to_owned();
    world.add_link(b, "System.LinkTypes.Dependency-Reverse", a);
    assert!(lines(&feed(&mut world, &format!("continuationToken={token}"))).is_empty());
    let links = world.get("_apis/wit/reporting/workitemlinks");
    let line = &links["values"][0];
    assert_eq!(
        (&line["rel"], &line["sourceId"], &line["targetId"], &line["isActive"]),
        (
            &json!("System.LinkTypes.Dependency"),
            &json!(a),
            &json!(b),
            &json!(true)
        )
    );
}

#[test]
fn a_removed_link_comes_as_inactive() {
    let mut world = likely();
    let (a, b) = (world.create("Feature", "A"), world.create("Feature", "B"));
    world.add_link(a, "System.LinkTypes.Related", b);
    let token = world.get("_apis/wit/reporting/workitemlinks")["continuationToken"]
        .as_str()
        .unwrap()
        .to_owned();
    world
        .sim
        .person_remove_link(world.now_us, MARA, b, "System.LinkTypes.Related", a)
        .unwrap();
    let links = world.get(&format!("_apis/wit/reporting/workitemlinks?continuationToken={token}"));
    assert_eq!(links["values"][0]["isActive"], false);
}

#[test]
fn the_feed_takes_its_filters_in_a_body_too() {
    let mut world = likely();
    world.create("Task", "A");
    let bug = world.create("Bug", "B");
    let body = json!({"types": ["Bug"], "fields": ["System.Title"]});
    let batch = world
        .post("Harbour/_apis/wit/reporting/workitemrevisions", &body)
        .json();
    assert_eq!(lines(&batch), [(bug, 1)]);
    assert_eq!(batch["values"][0]["fields"], json!({"System.Title": "B"}));
}
