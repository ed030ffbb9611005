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
fn the_sample_world_obeys_every_side_of_the_doubts() {
    for seed in 0..40 {
        let mut config = config(Doubts::from_seed(seed));
        config.seed = seed;
        let n_items = 40 + 8 * seed as usize;
        let sim = Sim::harbour(config, n_items);
        assert_eq!(sim.all_ids().len(), n_items);
    }
}

#[test]
fn the_sample_world_is_the_mock_ups_one() {
    let sim = Sim::harbour(config(Doubts::likely()), 66);
    assert_eq!(sim.all_ids().len(), 66);
    let projects = sim.projects();
    assert_eq!(
        projects.iter().map(|project| project.name.as_str()).collect::<Vec<_>>(),
        ["Harbour", "Yard", "Gate pilot"]
    );
    let teams: Vec<&str> = projects[0].teams.iter().map(|team| team.name.as_str()).collect();
    assert_eq!(
        teams,
        ["Harbour Team", "Quay", "Manifest", "Customs", "Beacon", "Tideway"]
    );
    let decision = sim.work_item_snapshot(4112).unwrap();
    assert_eq!(decision.fields["System.Title"], "Pre-clearance decision");
    assert_eq!(decision.fields["System.IterationPath"], "Harbour\\PI 26.4\\Sprint 42");
    assert_eq!(decision.fields["System.AssignedTo"], "ravi.shah@northquay.example");
    assert!(
        sim.tokens()
            .iter()
            .any(|token| token.name == "connection" && token.person == "svc-lockstep@northquay.example")
    );
}

#[test]
fn the_second_sprint_is_current_at_the_start() {
    let mut config = config(Doubts::likely());
    config.start_us = 1_795_348_800_000_000; // 2026-11-22
    let sim = Sim::harbour(config, 10);
    let sprint = sim
        .iterations("Harbour")
        .into_iter()
        .find(|node| node.path.ends_with("Sprint 42"))
        .unwrap();
    let (start, finish) = sprint.dates.unwrap();
    // The weekend after a sprint belongs to it here.
    assert!(
        start.as_str() <= "2026-11-22" && finish.as_str() >= "2026-11-20",
        "{start} {finish}"
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
