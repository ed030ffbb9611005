//! Trouble on the way.

use azdo_sim::{DeliveryOutcome, Exchange, FaultRates, Faults, HttpRequest, SubscriptionSpec};
use serde_json::json;

use crate::world::{World, likely, request};

fn rename(world: &World, title: &str) -> HttpRequest {
    let body = json!([{"op": "add", "path": "/fields/System.Title", "value": title}]).to_string();
    request(
        "PATCH",
        "_apis/wit/workitems/1?api-version=7.1",
        &world.token,
        "application/json-patch+json",
        &body,
    )
}

fn title(world: &World) -> String {
    world.sim.work_item_snapshot(1).unwrap().fields["System.Title"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// One write through one fault: what came back, and the title afterwards.
fn through(rates: FaultRates) -> (Exchange, String) {
    let mut world = likely();
    world.create("Task", "before");
    let asked = rename(&world, "after");
    let mut faults = Faults::new(1, rates);
    let exchange = faults.exchange(&mut world.sim, world.now_us, &asked);
    (exchange, title(&world))
}

fn status(exchange: &Exchange) -> u16 {
    match exchange {
        Exchange::Answer(answer) => answer.status,
        _ => 0,
    }
}

#[test]
fn without_trouble_an_answer_is_an_answer() {
    let (exchange, title) = through(FaultRates::none());
    assert_eq!((status(&exchange), title.as_str()), (200, "after"));
}

#[test]
fn a_lost_answer_was_applied_and_an_unsent_request_was_not() {
    assert_eq!(
        through(FaultRates {
            lost_answer: 1.0,
            ..FaultRates::none()
        }),
        (Exchange::Lost, "after".to_owned())
    );
    assert_eq!(
        through(FaultRates {
            unsent: 1.0,
            ..FaultRates::none()
        }),
        (Exchange::NotSent, "before".to_owned())
    );
}

#[test]
fn a_server_error_comes_with_and_without_effect() {
    let (exchange, title) = through(FaultRates {
        error_5xx_applied: 1.0,
        ..FaultRates::none()
    });
    assert!(status(&exchange) >= 408 && title == "after");
    let (exchange, title) = through(FaultRates {
        error_5xx_not_applied: 1.0,
        ..FaultRates::none()
    });
    assert!(status(&exchange) >= 408 && title == "before");
}

#[test]
fn throttling_and_sign_in_pages_change_nothing() {
    let (exchange, title) = through(FaultRates {
        throttled_429: 1.0,
        ..FaultRates::none()
    });
    assert_eq!((status(&exchange), title.as_str()), (429, "before"));
    let (exchange, title) = through(FaultRates {
        html_sign_in_203: 1.0,
        ..FaultRates::none()
    });
    assert_eq!((status(&exchange), title.as_str()), (203, "before"));
}

#[test]
fn a_truncated_answer_is_no_json_and_was_applied() {
    let (exchange, title) = through(FaultRates {
        truncated_json: 1.0,
        ..FaultRates::none()
    });
    let Exchange::Answer(answer) = exchange else {
        panic!("no answer")
    };
    assert!(answer.json().is_null() && title == "after");
}

#[test]
fn a_wish_to_wait_may_come_with_200() {
    let (exchange, title) = through(FaultRates {
        retry_after_on_200: 1.0,
        ..FaultRates::none()
    });
    let Exchange::Answer(answer) = exchange else {
        panic!("no answer")
    };
    assert!(answer.status == 200 && answer.header("retry-after").is_some() && title == "after");
}

#[test]
fn a_request_given_up_may_be_applied_later() {
    let mut world = likely();
    world.create("Task", "before");
    let asked = rename(&world, "after");
    let mut faults = Faults::new(
        1,
        FaultRates {
            late_apply: 1.0,
            ..FaultRates::none()
        },
    );
    assert_eq!(faults.exchange(&mut world.sim, world.now_us, &asked), Exchange::Lost);
    faults.stop();
    faults.apply_late(&mut world.sim, world.now_us);
    assert_eq!(title(&world), "before");
    let due_us = faults.next_us().unwrap();
    faults.apply_late(&mut world.sim, due_us);
    assert_eq!((title(&world).as_str(), faults.next_us()), ("after", None));
    assert_eq!(faults.counts()["late_apply"], 1);
}

#[test]
fn a_stale_feed_catches_up_from_its_own_token() {
    let mut world = likely();
    world.create("Task", "old");
    world.now_us += 600_000_000;
    world.create("Task", "new");
    let mut faults = Faults::new(
        1,
        FaultRates {
            stale_feed: 1.0,
            ..FaultRates::none()
        },
    );
    let asked = request("GET", "_apis/wit/reporting/workitemrevisions", &world.token, "", "");
    let Exchange::Answer(answer) = faults.exchange(&mut world.sim, world.now_us, &asked) else {
        panic!("no answer")
    };
    let batch = answer.json();
    assert_eq!(
        (batch["values"].as_array().unwrap().len(), &batch["isLastBatch"]),
        (1, &json!(true))
    );
    let token = batch["continuationToken"].as_str().unwrap().to_owned();
    let later = world.get(&format!(
        "_apis/wit/reporting/workitemrevisions?continuationToken={token}"
    ));
    assert_eq!(later["values"][0]["fields"]["System.Title"], "new");
}

fn subscribed() -> World {
    let mut world = likely();
    world.sim.subscribe(SubscriptionSpec {
        project: "Harbour".to_owned(),
        event_type: "workitem.created".to_owned(),
        url: "https://lockstep.example/h".to_owned(),
        basic_auth: ("u".to_owned(), "p".to_owned()),
    });
    world.create("Task", "A");
    world
}

#[test]
fn notices_are_lost_doubled_and_delayed() {
    let mut world = subscribed();
    let mut faults = Faults::new(
        1,
        FaultRates {
            notice_doubled: 1.0,
            notice_delayed: 1.0,
            ..FaultRates::none()
        },
    );
    assert!(faults.deliveries(&mut world.sim, world.now_us).is_empty());
    let mut n_received = 0;
    while let Some(due_us) = faults.next_us() {
        for delivery in faults.deliveries(&mut world.sim, due_us) {
            n_received += 1;
            world.sim.delivered(due_us, delivery.id, DeliveryOutcome::Status(200));
        }
    }
    assert_eq!(n_received, 2);
    let mut world = subscribed();
    let mut faults = Faults::new(
        3,
        FaultRates {
            notice_lost: 1.0,
            ..FaultRates::none()
        },
    );
    assert!(faults.deliveries(&mut world.sim, world.now_us).is_empty() && faults.next_us().is_none());
}

#[test]
fn a_swarm_switches_some_faults_off_and_each_on_somewhere() {
    let all: Vec<Vec<(&str, f64)>> = (0..64)
        .map(|seed| FaultRates::from_seed(seed).names_and_rates())
        .collect();
    for at in 0..all[0].len() {
        assert!(
            all.iter().any(|rates| rates[at].1 == 0.0) && all.iter().any(|rates| rates[at].1 > 0.0),
            "{}",
            all[0][at].0
        );
    }
}

#[test]
fn same_seed_makes_the_same_trouble() {
    let run = || {
        let mut world = likely();
        world.create("Task", "before");
        let mut faults = Faults::new(5, FaultRates::from_seed(11));
        let answers: Vec<u16> = (0..200)
            .map(|n| {
                let asked = rename(&world, &n.to_string());
                status(&faults.exchange(&mut world.sim, world.now_us + n, &asked))
            })
            .collect();
        (answers, faults.counts().clone())
    };
    assert_eq!(run(), run());
}
