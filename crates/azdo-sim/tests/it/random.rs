//! Whatever people do, and on whatever side the doubts are, the world stays in order.

use std::collections::{BTreeMap, BTreeSet};

use azdo_sim::{Dice, Doubts, Sim, Snapshot};
use serde_json::{Value, json};

use crate::world::{MARA, TOM, World, request, world};

const RELS: &[(&str, &str)] = &[
    (
        "System.LinkTypes.Hierarchy-Forward",
        "System.LinkTypes.Hierarchy-Reverse",
    ),
    (
        "System.LinkTypes.Hierarchy-Reverse",
        "System.LinkTypes.Hierarchy-Forward",
    ),
    (
        "System.LinkTypes.Dependency-Forward",
        "System.LinkTypes.Dependency-Reverse",
    ),
    (
        "System.LinkTypes.Dependency-Reverse",
        "System.LinkTypes.Dependency-Forward",
    ),
    ("System.LinkTypes.Related", "System.LinkTypes.Related"),
];

fn run(seed: u64) -> World {
    let mut dice = Dice::new(seed);
    let mut world = world(Doubts::from_seed(seed));
    for _ in 0..8 {
        world.create("Feature", "F");
    }
    for _ in 0..150 {
        let now_us = world.tick();
        let who = dice.pick(&[MARA, TOM]);
        let (a, b) = (1 + dice.below(12) as i64, 1 + dice.below(12) as i64);
        let sim = &mut world.sim;
        // Refusals are part of the game.
        let _ = match dice.below(14) {
            0 => sim
                .person_create(now_us, who, "Harbour", "Feature", &[("System.Title", json!("F"))])
                .map(drop),
            1..=3 => sim
                .person_update(now_us, who, a, &[("System.Title", json!(dice.below(9).to_string()))])
                .map(drop),
            4 => sim
                .person_update(now_us, who, a, &[("System.History", json!("hello"))])
                .map(drop),
            5..=10 => sim.person_add_link(now_us, who, a, dice.pick(RELS).0, b),
            11 => match sim
                .work_item_snapshot(a)
                .and_then(|item| item.relations.first().cloned())
            {
                Some((rel, url)) => sim.person_remove_link(now_us, who, a, &rel, id_in(&url)),
                None => Ok(()),
            },
            12 => sim.person_delete(now_us, who, a),
            _ if dice.below(8) == 0 => sim.person_destroy(now_us, MARA, a),
            _ => sim.person_restore(now_us, who, a),
        };
    }
    world
}

fn id_in(url: &str) -> i64 {
    url.rsplit('/').next().and_then(|id| id.parse().ok()).unwrap()
}

fn live(sim: &Sim) -> BTreeMap<i64, Snapshot> {
    let items = sim.all_ids().into_iter().filter_map(|id| sim.work_item_snapshot(id));
    items
        .filter(|item| !item.is_deleted && !item.is_destroyed)
        .map(|item| (item.id, item))
        .collect()
}

/// Every link between live items as (rel, source, target).
fn links(items: &BTreeMap<i64, Snapshot>) -> BTreeSet<(String, i64, i64)> {
    let of = |item: &Snapshot| {
        item.relations
            .iter()
            .map(|(rel, url)| (rel.clone(), item.id, id_in(url)))
            .collect::<Vec<_>>()
    };
    items
        .values()
        .flat_map(of)
        .filter(|(_, _, target)| items.contains_key(target))
        .collect()
}

#[test]
fn links_have_two_ends_one_parent_and_no_circles() {
    let mut n_links = 0;
    for seed in 0..40 {
        let world = run(seed);
        let items = live(&world.sim);
        let links = links(&items);
        n_links += links.len();
        for (rel, source, target) in &links {
            let opposite = RELS.iter().find(|(name, _)| name == rel).unwrap().1;
            assert!(
                links.contains(&(opposite.to_owned(), *target, *source)),
                "seed {seed}: {rel} {source} {target} has one end"
            );
        }
        for item in items.values() {
            let n_parents = item
                .relations
                .iter()
                .filter(|(rel, _)| rel.ends_with("Hierarchy-Reverse"))
                .count();
            assert!(n_parents <= 1, "seed {seed}: {} has {n_parents} parents", item.id);
        }
        for rel in [
            "System.LinkTypes.Hierarchy-Forward",
            "System.LinkTypes.Dependency-Forward",
        ] {
            for id in items.keys() {
                assert!(
                    !leads_back(&links, rel, *id),
                    "seed {seed}: {rel} leads from {id} back to it"
                );
            }
        }
    }
    assert!(
        n_links > 250,
        "only {n_links} links: the game is too dull to show anything"
    );
}

fn leads_back(links: &BTreeSet<(String, i64, i64)>, rel: &str, start: i64) -> bool {
    let (mut open, mut seen) = (vec![start], BTreeSet::new());
    while let Some(id) = open.pop() {
        for (_, _, target) in links.iter().filter(|(r, source, _)| r == rel && *source == id) {
            if *target == start {
                return true;
            }
            if seen.insert(*target) {
                open.push(*target);
            }
        }
    }
    false
}

#[test]
fn the_feeds_tell_the_whole_story() {
    for seed in 0..25 {
        let mut world = run(seed);
        let items = live(&world.sim);
        let batch = world.get("_apis/wit/reporting/workitemrevisions");
        let mut latest = BTreeMap::new();
        for line in batch["values"].as_array().unwrap() {
            latest.insert(line["id"].as_i64().unwrap(), line["rev"].as_i64().unwrap());
        }
        for item in items.values() {
            assert_eq!(latest.get(&item.id), Some(&item.rev), "seed {seed}: item {}", item.id);
        }
        let feed = world.get("_apis/wit/reporting/workitemlinks");
        let mut active = BTreeSet::new();
        for line in feed["values"].as_array().unwrap() {
            let rel = line["rel"].as_str().unwrap().to_owned();
            let ends = (
                rel,
                line["sourceId"].as_i64().unwrap(),
                line["targetId"].as_i64().unwrap(),
            );
            // A link without direction may be written from one end and removed from the other.
            active.remove(&(ends.0.clone(), ends.2, ends.1));
            if line["isActive"] == true {
                active.insert(ends)
            } else {
                active.remove(&ends)
            };
        }
        let forward = links(&items)
            .into_iter()
            .filter(|(rel, source, target)| rel.ends_with("-Forward") || (rel.ends_with("Related") && source < target));
        let n_live = active
            .iter()
            .filter(|(_, source, target)| items.contains_key(source) && items.contains_key(target))
            .count();
        assert_eq!(forward.count(), n_live, "seed {seed}");
    }
}

#[test]
fn the_truth_ends_where_the_items_stand() {
    for seed in 0..25 {
        let world = run(seed);
        for id in world.sim.all_ids() {
            let item = world.sim.work_item_snapshot(id).unwrap();
            let revs: Vec<i64> = world
                .sim
                .ground_truth()
                .iter()
                .filter(|accepted| accepted.work_item_id == id)
                .map(|accepted| accepted.rev)
                .collect();
            assert!(
                revs.windows(2).all(|pair| pair[0] <= pair[1]),
                "seed {seed}: item {id}: {revs:?}"
            );
            assert_eq!(revs.last(), Some(&item.rev), "seed {seed}: item {id}");
        }
    }
}

#[test]
fn nothing_that_is_sent_makes_it_panic() {
    let words = [
        "_apis",
        "wit",
        "workitems",
        "workItems",
        "1",
        "-1",
        "0",
        "99999999999",
        "$Task",
        "$",
        "updates",
        "revisions",
        "comments",
        "wiql",
        "recyclebin",
        "reporting",
        "workitemrevisions",
        "workitemlinks",
        "classificationnodes",
        "Areas",
        "Harbour",
        "Quay",
        "hooks",
        "subscriptions",
        "workitemsbatch",
        "work",
        "teamsettings",
        "projects",
        "teams",
        "%",
        "%2F",
        "a%20b",
        "..",
        "",
    ];
    let queries = [
        "",
        "?api-version=7.1",
        "?api-version=7.1&$top=-1",
        "?api-version=7.1&ids=1,x",
        "?api-version=9",
        "?$skip=3&$top=0&api-version=7.1-preview",
        "?continuationToken=zz;1",
        "?asOf=never",
        "?fields=a,b&$expand=all",
        "?ids=1&$expand=9",
    ];
    let bodies = [
        "",
        "{}",
        "[]",
        "null",
        "[1]",
        r#"[{"op":"add","path":"/relations/99999999999999999999"}]"#,
        r#"[{"op":"remove","path":"/relations/0"}]"#,
        r#"{"query":"select"}"#,
        r#"{"ids":[1,-5,null]}"#,
        r#"{"text":1}"#,
        r#"[{"op":"add","path":"/fields/System.AreaId","value":1e99}]"#,
        r#"{"publisherInputs":3}"#,
        "\u{0}",
    ];
    let mut dice = Dice::new(4);
    let mut world = run(1);
    for _ in 0..8_000 {
        let path: Vec<&str> = (0..1 + dice.below(7)).map(|_| dice.pick(&words)).collect();
        let path = format!("{}{}", path.join("/"), dice.pick(&queries));
        let (method, body) = (
            dice.pick(&["GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "BREW"]),
            dice.pick(&bodies),
        );
        let kind = dice.pick(&["application/json-patch+json", "application/json", "text/plain"]);
        let asked = request(method, &path, &world.token, kind, body);
        let answer = world.sim.handle(world.now_us, &asked);
        assert!(
            answer.status >= 200 && answer.status < 500,
            "{method} {path} {body}: {}",
            answer.status
        );
        let is_json = answer
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/json"));
        assert!(!is_json || answer.json() != Value::Null, "{method} {path}");
    }
}
