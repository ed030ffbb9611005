//! Rest, and then the reckoning: what was acknowledged against the ground truth of the simulated Azure DevOps.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::bail;
use serde_json::{Value, json};

use crate::database::Database;
use crate::figures::Figures;
use crate::people::{Acknowledged, Person};
use crate::scene::Scene;

/// How long coming to rest may take.
const REST_MAX: Duration = Duration::from_secs(180);

/// Waits until nothing is on its way any more. Gives how long that took.
pub async fn rest(scene: &Scene, browser: &Person, database: &Database) -> anyhow::Result<Duration> {
    let began = Instant::now();
    loop {
        let sync = browser.get("/api/sync").await?;
        if sync["waiting"] == json!([]) && database.n_pending_notices().await? == 0 {
            return Ok(began.elapsed());
        }
        if began.elapsed() > REST_MAX {
            let n_waiting = sync["waiting"].as_array().map_or(0, Vec::len);
            bail!(
                "it does not come to rest: {n_waiting} edits wait, {} notices; the first: {:.600}",
                database.n_pending_notices().await?,
                sync["waiting"][0].to_string()
            );
        }
        scene.stir(began.elapsed().as_millis() as u64)?;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Holds everything against everything.
pub async fn check(
    scene: &Scene,
    browser: &Person,
    acknowledged: &[Acknowledged],
    figures: &mut Figures,
) -> anyhow::Result<()> {
    let sync = browser.get("/api/sync").await?;
    let unsure = unsure_items(&sync);
    let items = items(browser).await?;
    let ours = scene.made_by_lockstep();
    let titles: Vec<(i64, String)> = ours
        .iter()
        .map(|id| {
            (
                *id,
                scene.there(*id, "System.Title").as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    let (mut lost, mut twice, mut blind) = (Vec::new(), Vec::new(), Vec::new());
    let mut n_unsure = 0;
    for item in acknowledged {
        let twins: Vec<i64> = titles
            .iter()
            .filter(|(_, title)| title.split_whitespace().nth(1) == Some(&item.id))
            .map(|(id, _)| *id)
            .collect();
        if twins.len() > 1 {
            twice.push(format!("{} is {twins:?}", item.name));
        }
        let here = &items[&item.id];
        let Some(id) = here["work_item"]["id"].as_i64() else {
            if unsure.contains(&item.id) {
                n_unsure += 1;
            } else {
                lost.push(format!("{} has no work item and nobody is told", item.name));
            }
            continue;
        };
        let mut compare = |what: &str, there: Value, wanted: &Value| {
            if there != *wanted {
                lost.push(format!("{what} of {} is {there}, acknowledged was {wanted}", item.name));
            }
        };
        compare("the title there", scene.there(id, "System.Title"), &json!(item.title));
        compare("the title here", here["title"].clone(), &json!(item.title));
        let tags = scene.there(id, "System.Tags");
        let mut there: Vec<&str> = tags
            .as_str()
            .unwrap_or_default()
            .split("; ")
            .filter(|tag| !tag.is_empty())
            .collect();
        there.sort_unstable();
        let mut wanted: Vec<&str> = item.tags.iter().map(String::as_str).collect();
        wanted.sort_unstable();
        compare("the tags", json!(there), &json!(wanted));
        let sim = scene.simulator.sim();
        let writes: Vec<_> = sim
            .ground_truth()
            .iter()
            .filter(|accepted| accepted.work_item_id == id && accepted.token_name.is_some())
            .collect();
        let n_max = 1 + item.n_edits + item.comments.len();
        if writes.len() > n_max {
            twice.push(format!(
                "{} was written {} times for {n_max} acts",
                item.name,
                writes.len()
            ));
        }
        for accepted in writes
            .iter()
            .skip(1)
            .filter(|accepted| accepted.tested_rev != Some(accepted.rev - 1))
        {
            blind.push(format!("rev {} of {}", accepted.rev, item.name));
        }
        for comment in &item.comments {
            let n = writes.iter().filter(|accepted| says(accepted, comment)).count();
            match n {
                0 => lost.push(format!("{comment} was not said")),
                1 => {}
                n => twice.push(format!("{comment} was said {n} times")),
            }
        }
    }
    let n_made = ours.len();
    let n_pushed = acknowledged.len();
    if n_made > n_pushed {
        twice.push(format!("{n_made} work items were made of {n_pushed} items"));
    }
    figures.count("items acknowledged", n_pushed);
    figures.count("work items made", n_made);
    figures.count("creations nobody is sure of, and it says so", n_unsure);
    figures.none("acknowledged edits lost", &lost);
    figures.none("made or said twice", &twice);
    figures.none("written without a rev", &blind);
    Ok(())
}

/// Items of which somebody is asked whether they were created.
fn unsure_items(sync: &Value) -> Vec<String> {
    let rows = sync["needs_decision"].as_array().map_or(&[][..], Vec::as_slice);
    let ids = rows.iter().filter(|row| row["edit"]["state"] == "unsure");
    ids.filter_map(|row| row["item"]["id"].as_str().map(str::to_owned))
        .collect()
}

fn says(accepted: &azdo_sim::Accepted, comment: &str) -> bool {
    let history = accepted.fields.get("System.History").map(|(_was, now)| now);
    history
        .and_then(Value::as_str)
        .is_some_and(|text| text.contains(comment))
}

/// Items as Lockstep shows them, by their number.
pub async fn items(browser: &Person) -> anyhow::Result<BTreeMap<String, Value>> {
    let list = browser.get("/api/action-items").await?;
    let items = list["items"].as_array().cloned().unwrap_or_default();
    let by_id = items
        .into_iter()
        .map(|item| (item["id"].as_str().unwrap_or_default().to_owned(), item));
    Ok(by_id.collect())
}
