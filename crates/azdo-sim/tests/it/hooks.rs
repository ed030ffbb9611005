//! Subscriptions, notifications, and what a receiver's answers do.

use azdo_sim::{Delivery, DeliveryOutcome, Doubts, Permission, SubscriptionSpec};
use serde_json::{Value, json};

use crate::world::{MARA, TOM, World, likely, world};

const SECOND_US: i64 = 1_000_000;

fn subscribed(mut world: World, event_type: &str) -> (World, String) {
    let id = world.sim.subscribe(SubscriptionSpec {
        project: "Harbour".to_owned(),
        event_type: event_type.to_owned(),
        url: "https://lockstep.example/hooks/1".to_owned(),
        basic_auth: ("lockstep".to_owned(), "secret".to_owned()),
    });
    (world, id)
}

fn due(world: &mut World) -> Vec<Delivery> {
    world.sim.due_deliveries(world.now_us)
}

fn body(delivery: &Delivery) -> Value {
    serde_json::from_slice(&delivery.body).unwrap()
}

fn status(world: &World) -> String {
    world.sim.subscriptions()[0].status.clone()
}

#[test]
fn an_update_names_the_item_beside_its_own_number() {
    let (mut world, _) = subscribed(likely(), "workitem.updated");
    let (a, b) = (world.create("Feature", "A"), world.create("Feature", "B"));
    world.add_link(a, "System.LinkTypes.Related", b);
    world.patch(
        b,
        &json!([{"op": "add", "path": "/fields/System.Title", "value": "B2"}]),
    );
    let sent = due(&mut world);
    let last = body(&sent[2]);
    // B's third update is its second rev: the link gave it an update without one.
    assert_eq!(
        (
            &last["resource"]["id"],
            &last["resource"]["workItemId"],
            &last["resource"]["rev"]
        ),
        (&json!(3), &json!(b), &json!(2))
    );
    assert_eq!(
        last["resource"]["fields"]["System.Title"],
        json!({"oldValue": "B", "newValue": "B2"})
    );
    assert_eq!(last["resource"]["revision"]["id"], b);
    assert!(body(&sent[0])["resource"]["relations"]["added"].is_array());
}

#[test]
fn a_notification_is_authorized_and_numbered() {
    let (mut world, id) = subscribed(likely(), "workitem.created");
    world.create("Feature", "A");
    world.create("Feature", "B");
    let sent = due(&mut world);
    assert_eq!(
        sent[0].headers[1],
        ("Authorization".to_owned(), "Basic bG9ja3N0ZXA6c2VjcmV0".to_owned())
    );
    let numbers: Vec<Value> = sent
        .iter()
        .map(|delivery| body(delivery)["notificationId"].clone())
        .collect();
    assert_eq!(
        (numbers, body(&sent[0])["subscriptionId"].clone()),
        (vec![json!(1), json!(2)], json!(id))
    );
    assert_eq!(body(&sent[0])["resource"]["fields"]["System.Title"], "A");
}

#[test]
fn a_delivery_is_handed_out_once() {
    let (mut world, _) = subscribed(likely(), "workitem.created");
    world.create("Feature", "A");
    assert_eq!(due(&mut world).len(), 1);
    assert!(due(&mut world).is_empty());
}

#[test]
fn a_comment_fires_its_own_event_and_by_doubt_an_update() {
    for (comment_fires_updated, expected) in [(true, 1), (false, 0)] {
        let (mut world, _) = subscribed(
            world(Doubts {
                comment_fires_updated,
                ..Doubts::likely()
            }),
            "workitem.updated",
        );
        let id = world.create("Feature", "A");
        world
            .sim
            .person_update(world.now_us, TOM, id, &[("System.History", json!("Hello"))])
            .unwrap();
        assert_eq!(due(&mut world).len(), expected);
    }
    let (mut world, _) = subscribed(likely(), "workitem.commented");
    let id = world.create("Feature", "A");
    world
        .sim
        .person_update(world.now_us, TOM, id, &[("System.History", json!("Hello"))])
        .unwrap();
    assert_eq!(
        body(&due(&mut world)[0])["resource"]["fields"]["System.History"],
        "Hello"
    );
}

#[test]
fn a_deleted_item_is_announced_from_the_bin() {
    let (mut world, _) = subscribed(likely(), "workitem.deleted");
    let id = world.create("Feature", "A");
    world.sim.person_delete(world.now_us, MARA, id).unwrap();
    let sent = body(&due(&mut world)[0]);
    assert_eq!(sent["resource"]["id"], id);
    assert!(
        sent["resource"]["url"]
            .as_str()
            .unwrap()
            .ends_with(&format!("/recyclebin/{id}"))
    );
}

#[test]
fn a_busy_receiver_is_tried_eight_times_in_183_seconds_and_then_is_on_probation() {
    let (mut world, _) = subscribed(likely(), "workitem.created");
    world.create("Feature", "A");
    let start_us = world.now_us;
    for _ in 0..8 {
        let delivery = due(&mut world).remove(0);
        world
            .sim
            .delivered(world.now_us, delivery.id, DeliveryOutcome::Status(503));
        assert_eq!(status(&world), "enabled");
        world.now_us = world.sim.next_delivery_us().unwrap();
    }
    assert_eq!((world.now_us - start_us) / SECOND_US, 183);
    let delivery = due(&mut world).remove(0);
    world
        .sim
        .delivered(world.now_us, delivery.id, DeliveryOutcome::Status(503));
    assert_eq!(status(&world), "onProbation");
}

#[test]
fn probation_loses_new_events_and_ends_after_seven_failures_in_36_hours() {
    let (mut world, _) = subscribed(likely(), "workitem.created");
    world.create("Feature", "A");
    let delivery = due(&mut world).remove(0);
    let start_us = world.now_us;
    world.sim.delivered(start_us, delivery.id, DeliveryOutcome::Status(500));
    assert_eq!(status(&world), "onProbation");
    for _ in 0..7 {
        world.now_us = world.sim.next_delivery_us().unwrap();
        let delivery = due(&mut world).remove(0);
        world
            .sim
            .delivered(world.now_us, delivery.id, DeliveryOutcome::Status(401));
    }
    assert_eq!(
        (world.now_us - start_us) / SECOND_US / 60,
        20 + 40 + 80 + 160 + 320 + 640 + 900
    );
    assert_eq!(status(&world), "disabledBySystem");
    world.create("Feature", "B");
    assert!(due(&mut world).is_empty());
}

#[test]
fn one_success_ends_probation() {
    let (mut world, _) = subscribed(likely(), "workitem.created");
    world.create("Feature", "A");
    let delivery = due(&mut world).remove(0);
    world
        .sim
        .delivered(world.now_us, delivery.id, DeliveryOutcome::Status(404));
    world.create("Feature", "lost");
    world.now_us = world.sim.next_delivery_us().unwrap();
    let again = due(&mut world);
    assert_eq!(again.len(), 1);
    world
        .sim
        .delivered(world.now_us, again[0].id, DeliveryOutcome::Status(200));
    assert_eq!(status(&world), "enabled");
    world.create("Feature", "B");
    assert_eq!(body(&due(&mut world)[0])["resource"]["fields"]["System.Title"], "B");
}

#[test]
fn gone_ends_it_at_once() {
    let (mut world, _) = subscribed(likely(), "workitem.created");
    world.create("Feature", "A");
    let delivery = due(&mut world).remove(0);
    world
        .sim
        .delivered(world.now_us, delivery.id, DeliveryOutcome::Status(410));
    assert_eq!(
        (status(&world).as_str(), world.sim.next_delivery_us()),
        ("disabledBySystem", None)
    );
}

#[test]
fn the_password_reads_back_masked_and_a_put_of_it_is_taken_literally() {
    let (mut world, id) = subscribed(likely(), "workitem.created");
    let path = format!("_apis/hooks/subscriptions/{id}?api-version=7.1");
    let shown = world.get(&path);
    assert_eq!(shown["consumerInputs"]["basicAuthPassword"], "********");
    assert_eq!(
        world.send("PUT", &path, "application/json", &shown.to_string()).status,
        200
    );
    world.create("Feature", "A");
    assert_eq!(due(&mut world)[0].headers[1].1, "Basic bG9ja3N0ZXA6KioqKioqKio=");
}

#[test]
fn a_subscription_is_made_found_and_removed_over_http() {
    let mut world = likely();
    let project = world.sim.projects()[0].id.clone();
    let wanted = json!({
        "publisherId": "tfs", "eventType": "workitem.updated", "resourceVersion": "1.0", "consumerId": "webHooks", "consumerActionId": "httpRequest",
        "publisherInputs": {"projectId": project}, "consumerInputs": {"url": "https://lockstep.example/h", "basicAuthUsername": "u", "basicAuthPassword": "p"},
    });
    let made = world.post("_apis/hooks/subscriptions", &wanted).json();
    assert_eq!(made["status"], "enabled");
    let query = json!({"publisherId": "tfs", "publisherInputFilters": [{"conditions": [{"inputId": "projectId", "inputValue": project, "operator": "equals", "caseSensitive": false}]}]});
    let found = world.post("_apis/hooks/subscriptionsquery", &query).json();
    assert_eq!(found["results"][0]["id"], made["id"]);
    let path = format!(
        "_apis/hooks/subscriptions/{}?api-version=7.1",
        made["id"].as_str().unwrap()
    );
    assert_eq!(world.send("DELETE", &path, "", "").status, 204);
    assert_eq!(world.send("GET", &path, "", "").status, 404);
}

#[test]
fn making_a_subscription_takes_its_right() {
    let mut world = likely();
    world.sim.set_permission(MARA, Permission::EditSubscriptions, false);
    assert_eq!(world.post("_apis/hooks/subscriptions", &json!({})).status, 403);
}

#[test]
fn events_are_told_only_of_what_the_subscriber_may_see() {
    let (mut world, _) = subscribed(likely(), "workitem.created");
    world.sim.set_permission(
        MARA,
        Permission::ReadWorkItems {
            area: Some("Harbour\\Quay".to_owned()),
        },
        false,
    );
    world
        .sim
        .person_create(
            world.now_us,
            TOM,
            "Harbour",
            "Task",
            &[
                ("System.Title", json!("T")),
                ("System.AreaPath", json!("Harbour\\Quay")),
            ],
        )
        .unwrap();
    assert!(due(&mut world).is_empty());
}

#[test]
fn who_leaves_takes_their_subscriptions_along() {
    let (mut world, _) = subscribed(likely(), "workitem.created");
    world.sim.remove_access(MARA);
    assert_eq!(status(&world), "disabledByInactiveIdentity");
}

#[test]
fn the_history_of_notifications_can_be_read() {
    let (mut world, id) = subscribed(likely(), "workitem.created");
    world.create("Feature", "A");
    let delivery = due(&mut world).remove(0);
    world
        .sim
        .delivered(world.now_us, delivery.id, DeliveryOutcome::Status(200));
    let history = world.get(&format!("_apis/hooks/subscriptions/{id}/notifications"));
    assert_eq!(
        (&history["value"][0]["id"], &history["value"][0]["result"]),
        (&json!(1), &json!("succeeded"))
    );
}
