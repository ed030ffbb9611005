//! The generated organization.

use std::collections::BTreeSet;

use azdo_sim::{Doubts, Sim, Snapshot};
use serde_json::{Value, json};

use crate::world::{START_US, config, request};

fn generated(seed: u64, n_items: usize) -> Sim {
    let mut config = config(Doubts::likely());
    config.seed = seed;
    Sim::large_world(config, n_items)
}

fn items(sim: &Sim) -> Vec<Snapshot> {
    let all = sim.all_ids().into_iter();
    all.filter_map(|id| sim.work_item_snapshot(id)).collect()
}

fn kind(item: &Snapshot) -> &str {
    item.fields["System.WorkItemType"].as_str().unwrap()
}

fn has(item: &Snapshot, rel: &str) -> bool {
    item.relations.iter().any(|(name, _)| name == rel)
}

#[test]
fn it_has_exactly_as_many_work_items_as_asked_for() {
    for n_items in [1, 100, 777, 3000] {
        assert_eq!(generated(1, n_items).all_ids().len(), n_items);
    }
}

#[test]
fn the_same_seed_makes_the_same_organization_and_another_one_another() {
    let (a, b, c) = (generated(1, 500), generated(1, 500), generated(2, 500));
    assert_eq!((items(&a), a.tokens()), (items(&b), b.tokens()));
    assert_ne!(items(&a), items(&c));
}

#[test]
fn it_looks_like_a_plan_of_many_teams() {
    let sim = generated(7, 4000);
    let items = items(&sim);
    let (features, stories): (Vec<&Snapshot>, Vec<&Snapshot>) = items.iter().partition(|item| kind(item) == "Feature");
    let ratio = stories.len() as f64 / features.len() as f64;
    assert!((5.0..7.0).contains(&ratio), "{ratio} stories a feature");
    assert!(
        stories
            .iter()
            .all(|item| has(item, "System.LinkTypes.Hierarchy-Reverse"))
    );
    let n_dependencies = items
        .iter()
        .filter(|item| has(item, "System.LinkTypes.Dependency-Reverse"))
        .count();
    let expected = features.len() / 8;
    assert!(n_dependencies.abs_diff(expected) <= 1, "{n_dependencies} of {expected}");
    let revs: i64 = items.iter().map(|item| item.rev).sum();
    assert!(
        revs > 2 * items.len() as i64,
        "{revs} revisions of {} items",
        items.len()
    );
    let who: BTreeSet<&str> = items
        .iter()
        .filter_map(|item| item.fields.get("System.AssignedTo").and_then(Value::as_str))
        .collect();
    assert_eq!(who.len(), 60);
    assert_eq!(sim.projects()[0].teams.len(), 11, "the default team and ten more");
    assert_eq!(sim.iterations("Harbour").len(), 2 + 5);
    assert!(sim.ground_truth().is_empty());
}

#[test]
fn its_second_sprint_is_the_current_one() {
    let mut sim = generated(1, 100);
    let token = sim.tokens()[0].token.clone();
    let path = "Harbour/Anchor/_apis/work/teamsettings/iterations?$timeframe=current";
    let answer = sim.handle(START_US, &request("GET", path, &token, "", ""));
    assert_eq!(answer.json()["value"][0]["name"], json!("Sprint 42"));
}

#[test]
fn it_obeys_every_side_of_the_doubts() {
    for seed in 0..20 {
        let mut config = config(Doubts::from_seed(seed));
        config.seed = seed;
        assert_eq!(Sim::large_world(config, 150).all_ids().len(), 150);
    }
}
