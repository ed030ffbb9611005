//! The sample world is the board of the mock-ups.

use std::collections::BTreeMap;

use azdo_sim::{Doubts, Sim, SimConfig, Snapshot};
use serde_json::{Value, json};

use crate::world::{config, request};

const SPRINTS: [&str; 5] = ["Sprint 41", "Sprint 42", "Sprint 43", "Sprint 44", "IP sprint"];

/// Name, velocity, then load and capacity of each sprint.
type TeamRow = (&'static str, i64, [(i64, i64); 5]);

/// As the mock-up shows them.
const TEAMS: [TeamRow; 8] = [
    ("Quay", 24, [(18, 24), (19, 24), (18, 22), (13, 24), (3, 12)]),
    ("Manifest", 26, [(18, 26), (16, 26), (18, 24), (16, 26), (3, 14)]),
    ("Customs", 24, [(18, 20), (26, 22), (13, 20), (11, 22), (2, 10)]),
    ("Beacon", 22, [(18, 22), (13, 22), (11, 18), (13, 22), (0, 10)]),
    ("Tideway", 20, [(13, 20), (18, 20), (11, 20), (13, 20), (7, 10)]),
    ("Dockside", 18, [(13, 18), (13, 18), (13, 16), (13, 18), (0, 8)]),
    ("Ledger", 16, [(13, 16), (13, 16), (11, 14), (10, 16), (3, 8)]),
    ("Relay", 20, [(11, 20), (13, 20), (16, 18), (13, 20), (2, 10)]),
];

/// 2026-10-14, within the second sprint of the mock-ups: nothing is moved.
fn of_the_mock_ups() -> SimConfig {
    let mut config = config(Doubts::likely());
    config.start_us = 1_791_936_000_000_000;
    config
}

fn whole() -> Sim {
    Sim::harbour(of_the_mock_ups(), 66)
}

fn items(sim: &Sim) -> Vec<Snapshot> {
    let all = sim.all_ids().into_iter();
    all.filter_map(|id| sim.work_item_snapshot(id)).collect()
}

fn text<'a>(item: &'a Snapshot, field: &str) -> &'a str {
    item.fields.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn points(item: &Snapshot) -> i64 {
    let points = item.fields.get("Microsoft.VSTS.Scheduling.StoryPoints");
    points.and_then(Value::as_f64).unwrap_or_default() as i64
}

fn is_story(item: &Snapshot) -> bool {
    matches!(text(item, "System.WorkItemType"), "User Story" | "Bug") && text(item, "System.State") != "Removed"
}

fn stands(item: &Snapshot, team: &str, sprint: &str) -> bool {
    text(item, "System.AreaPath") == format!("Harbour\\{team}")
        && text(item, "System.IterationPath") == format!("Harbour\\PI 26.4\\{sprint}")
}

/// The other end of the first link of this kind.
fn linked(item: &Snapshot, rel: &str) -> Option<i64> {
    let (_, url) = item.relations.iter().find(|(name, _)| name == rel)?;
    url.rsplit('/').next()?.parse().ok()
}

fn get(sim: &mut Sim, path: &str) -> Value {
    let token = sim.tokens()[0].token.clone();
    let now_us = of_the_mock_ups().start_us;
    let answer = sim.handle(now_us, &request("GET", path, &token, "", ""));
    assert_eq!(answer.status, 200, "{path}: {}", answer.json());
    answer.json()
}

#[test]
fn the_load_of_every_cell_is_that_of_the_mock_up() {
    let sim = whole();
    let items = items(&sim);
    for (team, _, cells) in TEAMS {
        let loads = SPRINTS.map(|sprint| {
            let here = items.iter().filter(|item| is_story(item) && stands(item, team, sprint));
            here.map(points).sum::<i64>()
        });
        assert_eq!(loads, cells.map(|(load, _)| load), "{team}");
    }
}

#[test]
fn velocity_times_availability_is_the_capacity_of_the_mock_up() {
    let mut sim = whole();
    for (team, velocity, cells) in TEAMS {
        let iterations = get(&mut sim, &format!("Harbour/{team}/_apis/work/teamsettings/iterations"));
        let chosen: BTreeMap<String, String> = iterations["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                (
                    one["name"].as_str().unwrap().to_owned(),
                    one["id"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        for (sprint, (_, capacity)) in SPRINTS.iter().zip(cells) {
            let Some(id) = chosen.get(*sprint) else {
                // Of a sprint that the team did not choose there are no days off.
                assert_eq!((team, *sprint, capacity), ("Tideway", "Sprint 44", velocity));
                continue;
            };
            let base = format!("Harbour/{team}/_apis/work/teamsettings/iterations/{id}");
            let members = get(&mut sim, &format!("{base}/capacities"));
            let off = get(&mut sim, &format!("{base}/teamdaysoff"));
            let n_days = |range: &Value| {
                let day = |name: &str| range[name].as_str().unwrap()[8..10].parse::<i64>().unwrap();
                // The only month that a range crosses is November.
                (day("end") - day("start")).rem_euclid(30) + 1
            };
            let team_off: i64 = off["daysOff"].as_array().unwrap().iter().map(n_days).sum();
            let (mut all, mut left) = (0.0, 0.0);
            for member in members["teamMembers"].as_array().unwrap() {
                let hours = member["activities"][0]["capacityPerDay"].as_f64().unwrap();
                let away: i64 = member["daysOff"].as_array().unwrap().iter().map(n_days).sum();
                all += hours * 10.0;
                left += hours * (10 - away - team_off) as f64;
            }
            let shown = (velocity as f64 * left / all).round() as i64;
            assert_eq!(shown, capacity, "{team}, {sprint}");
        }
    }
}

#[test]
fn the_last_three_sprints_make_the_velocity() {
    let sim = whole();
    let items = items(&sim);
    for (team, velocity, _) in TEAMS {
        let closed = |path: &str| {
            let here = items.iter().filter(|item| {
                text(item, "System.AreaPath") == format!("Harbour\\{team}")
                    && text(item, "System.IterationPath") == format!("Harbour\\{path}")
                    && text(item, "System.State") == "Closed"
                    && is_story(item)
            });
            here.map(points).sum::<i64>()
        };
        let past = ["PI 26.3\\Sprint 38", "PI 26.3\\Sprint 39", "PI 26.3\\Sprint 40"].map(closed);
        let first = closed("PI 26.4\\Sprint 41");
        assert_eq!(past.iter().sum::<i64>(), 3 * velocity, "{team}, before the PI");
        assert_eq!(past[1] + past[2] + first, 3 * velocity, "{team}, now");
    }
}

#[test]
fn a_feature_has_its_stories_in_its_own_cell_and_in_others() {
    let sim = whole();
    let items = items(&sim);
    // Feature, team, sprint, points, closed, stories.
    for (feature, team, sprint, sum, closed, n) in [
        (4102, "Quay", "Sprint 41", 8, 4, 5),
        (4108, "Customs", "Sprint 41", 13, 5, 6),
        (4112, "Customs", "Sprint 42", 13, 2, 5),
        (4112, "Manifest", "Sprint 43", 5, 0, 1),
        (4104, "Tideway", "Sprint 43", 3, 0, 1),
        (4155, "Relay", "Sprint 44", 5, 0, 2),
        (4155, "Tideway", "IP sprint", 2, 0, 1),
        (4303, "Dockside", "Sprint 42", 13, 2, 6),
        (4508, "Relay", "IP sprint", 2, 0, 1),
    ] {
        let here: Vec<&Snapshot> = items
            .iter()
            .filter(|item| {
                linked(item, "System.LinkTypes.Hierarchy-Reverse") == Some(feature) && stands(item, team, sprint)
            })
            .collect();
        let n_closed = here
            .iter()
            .filter(|item| text(item, "System.State") == "Closed")
            .count();
        let found = (here.iter().map(|item| points(item)).sum::<i64>(), n_closed, here.len());
        assert_eq!(found, (sum, closed, n), "{feature} in {team}, {sprint}");
    }
    let cards = items.iter().filter(|item| {
        SPRINTS
            .iter()
            .any(|sprint| text(item, "System.IterationPath").ends_with(sprint))
            && text(item, "System.IterationPath").starts_with("Harbour\\PI 26.4")
            && text(item, "System.State") != "Removed"
    });
    let n_features = cards
        .filter(|item| text(item, "System.WorkItemType") == "Feature")
        .count();
    assert_eq!(n_features, 63);
}

#[test]
fn the_lens_of_customs_shows_its_stories_by_number() {
    let sim = whole();
    for (id, title, state, who, n, sprint) in [
        (
            4231,
            "Read the EU declaration form",
            "Closed",
            "ravi.shah",
            5,
            "Sprint 41",
        ),
        (
            4233,
            "Show the broker what is missing",
            "Resolved",
            "jonas.weber",
            3,
            "Sprint 41",
        ),
        (
            4241,
            "Decide from declaration and manifest",
            "Active",
            "ravi.shah",
            8,
            "Sprint 42",
        ),
        (
            4245,
            "Agree hold reasons with the office",
            "New",
            "ines.duarte",
            5,
            "Sprint 42",
        ),
        (
            4253,
            "Broker appeals with documents",
            "New",
            "jonas.weber",
            5,
            "Sprint 43",
        ),
        (
            4263,
            "Print the open holds at 22:00",
            "New",
            "ravi.shah",
            3,
            "Sprint 44",
        ),
    ] {
        let item = sim.work_item_snapshot(id).unwrap();
        assert_eq!(
            (text(&item, "System.Title"), text(&item, "System.State"), points(&item)),
            (title, state, n)
        );
        assert_eq!(text(&item, "System.AssignedTo"), format!("{who}@northquay.example"));
        assert!(stands(&item, "Customs", sprint), "{id}");
    }
}

#[test]
fn what_waits_for_what_and_what_was_agreed_stands_in_the_links() {
    let mut sim = whole();
    let shown = get(&mut sim, "_apis/wit/workitems/4112?$expand=relations");
    let of = |rel: &str| {
        let all = shown["relations"].as_array().unwrap().iter();
        let found: Vec<(String, Value)> = all
            .filter(|relation| relation["rel"] == format!("System.LinkTypes.Dependency-{rel}"))
            .map(|relation| {
                let id = relation["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
                (id, relation["attributes"]["comment"].clone())
            })
            .collect();
        found
    };
    assert_eq!(
        of("Reverse"),
        [("4090".to_owned(), json!("Lockstep: accepted, needed by 2026-10-16"))]
    );
    assert_eq!(
        of("Forward"),
        [("4110".to_owned(), json!("Lockstep: accepted, needed by 2026-10-30"))]
    );
    let column = |item: &Snapshot| {
        SPRINTS
            .iter()
            .position(|sprint| text(item, "System.IterationPath").ends_with(sprint))
    };
    let (mut on_track, mut same, mut wrong) = (0, 0, 0);
    for item in items(&sim) {
        for (rel, url) in &item.relations {
            if rel == "System.LinkTypes.Dependency-Reverse" {
                let giver = sim
                    .work_item_snapshot(url.rsplit('/').next().unwrap().parse().unwrap())
                    .unwrap();
                match column(&giver).cmp(&column(&item)) {
                    std::cmp::Ordering::Less => on_track += 1,
                    std::cmp::Ordering::Equal => same += 1,
                    std::cmp::Ordering::Greater => wrong += 1,
                }
            }
        }
    }
    assert_eq!((on_track, same, wrong), (10, 3, 2));
}

#[test]
fn the_bug_without_a_root_cause_takes_no_change() {
    let mut sim = whole();
    let now_us = of_the_mock_ups().start_us;
    let mara = "mara.lindqvist@northquay.example";
    let moved = [("System.IterationPath", json!("Harbour\\PI 26.4\\Sprint 43"))];
    let refused = sim.person_update(now_us, mara, 4163, &moved).unwrap_err().to_string();
    assert!(
        refused.starts_with("TF401320") && refused.contains("“Root cause” is required when the state is Active."),
        "{refused}"
    );
    sim.person_update(now_us, mara, 4122, &moved).unwrap();
}

#[test]
fn the_parking_lot_is_in_the_pi_and_in_no_sprint() {
    let sim = whole();
    let parked: Vec<(i64, f64)> = items(&sim)
        .iter()
        .filter(|item| {
            text(item, "System.IterationPath") == "Harbour\\PI 26.4"
                && text(item, "System.WorkItemType") != "User Story"
        })
        .map(|item| {
            (
                item.id,
                item.fields
                    .get("Microsoft.VSTS.Scheduling.Effort")
                    .and_then(Value::as_f64)
                    .unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        parked,
        [(4019, 0.0), (4191, 20.0), (4192, 13.0), (4194, 8.0), (4196, 13.0)]
    );
}

#[test]
fn teams_and_queries_are_those_of_the_mock_ups() {
    let mut sim = whole();
    let projects = sim.projects();
    assert_eq!(
        projects.iter().map(|project| project.name.as_str()).collect::<Vec<_>>(),
        ["Harbour", "Yard", "Gate pilot"]
    );
    let teams: Vec<&str> = projects[0].teams[1..].iter().map(|team| team.name.as_str()).collect();
    assert_eq!(teams, TEAMS.map(|(name, ..)| name));
    let quay = get(&mut sim, "_apis/projects/Harbour/teams/Quay");
    assert_eq!(quay["description"], "Gate and yard");
    let settings = get(&mut sim, "Harbour/Quay/_apis/work/teamsettings");
    assert_eq!(
        (
            &settings["backlogIteration"]["name"],
            &settings["defaultIteration"]["name"]
        ),
        (&json!("PI 26.4"), &json!("Sprint 42"))
    );
    let path = "Harbour/_apis/wit/queries/Shared%20Queries/PI/PI%2026.4%20features%20and%20stories";
    let id = get(&mut sim, path)["id"].as_str().unwrap().to_owned();
    let found = get(&mut sim, &format!("Harbour/_apis/wit/wiql/{id}"));
    assert!(found["workItems"].as_array().unwrap().len() > 250);
    let bugs = get(&mut sim, "Harbour/_apis/wit/queries/Shared%20Queries/All%20open%20bugs")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let found = get(&mut sim, &format!("Harbour/_apis/wit/wiql/{bugs}"));
    assert_eq!(found["workItems"].as_array().unwrap().len(), 3);
    assert!(
        sim.tokens()
            .iter()
            .any(|token| token.name == "connection" && token.person == "svc-lockstep@northquay.example")
    );
}

#[test]
fn the_sample_world_obeys_every_side_of_the_doubts() {
    for seed in 0..40 {
        let mut config = config(Doubts::from_seed(seed));
        config.seed = seed;
        let n_cards = 2 * seed as usize;
        let sim = Sim::harbour(config, n_cards);
        let n = sim.all_ids().len();
        assert!(
            if n_cards < 60 { n >= n_cards && n < 300 } else { n > 300 },
            "{n_cards}: {n}"
        );
    }
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
