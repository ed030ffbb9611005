//! People acting at pages, and the sample world.

use azdo_sim::{AcceptedKind, Doubts, Sim};
use serde_json::json;

use crate::world::{MARA, TOM, config, likely};

#[test]
fn a_person_leaves_a_trace_without_a_token() {
    let mut world = likely();
    let id = world.create("Task", "T");
    world
        .sim
        .person_update(world.now_us, TOM, id, &[("System.Title", json!("U"))])
        .unwrap();
    let accepted = world.sim.ground_truth().last().unwrap();
    assert_eq!(
        (
            accepted.identity.as_str(),
            accepted.token_name.as_deref(),
            accepted.request_id.as_deref()
        ),
        (TOM, None, None)
    );
    let history = world.sim.history(id);
    assert_eq!(
        history[0].fields,
        [("Title".to_owned(), "T".to_owned(), "U".to_owned())]
    );
}

#[test]
fn a_refused_act_says_why_in_the_services_words() {
    let mut world = likely();
    let id = world.create("Task", "T");
    let error = world
        .sim
        .person_update(world.now_us, TOM, id, &[("System.State", json!("Bogus"))])
        .unwrap_err();
    assert!(error.to_string().starts_with("TF401320"), "{error}");
}

#[test]
fn a_page_can_hold_a_person_to_the_rev_they_saw() {
    let mut world = likely();
    let id = world.create("Task", "T");
    assert!(
        world
            .sim
            .person_update_at(world.now_us, MARA, id, 9, &[("System.Title", json!("U"))])
            .is_err()
    );
    assert_eq!(
        world
            .sim
            .person_update_at(world.now_us, MARA, id, 1, &[("System.Title", json!("U"))])
            .unwrap(),
        2
    );
}

#[test]
fn same_seed_makes_the_same_world() {
    let (a, b) = (
        Sim::harbour(config(Doubts::likely()), 70),
        Sim::harbour(config(Doubts::likely()), 70),
    );
    assert_eq!(a.tokens(), b.tokens());
    assert_eq!(a.ground_truth(), b.ground_truth());
}

#[test]
fn every_accepted_change_is_in_the_truth_once() {
    let sim = Sim::harbour(config(Doubts::likely()), 66);
    for id in sim.all_ids() {
        let made = sim
            .ground_truth()
            .iter()
            .filter(|a| a.work_item_id == id && a.kind == AcceptedKind::Created)
            .count();
        let revs = sim
            .ground_truth()
            .iter()
            .filter(|a| a.work_item_id == id)
            .map(|a| a.rev)
            .max();
        assert_eq!((made, revs), (1, Some(sim.work_item_snapshot(id).unwrap().rev)));
    }
}
