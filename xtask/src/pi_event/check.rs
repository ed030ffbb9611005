//! Holds what an event came to against what was done in it: whether anything was lost, done twice or written too often.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde_json::Value;

use super::expected::{Expected, list, tags};

/// What was found wrong, each in words.
#[derive(Debug, Default)]
pub struct Found {
    /// What somebody did and Azure DevOps doesn't have.
    pub lost: Vec<String>,
    /// What Azure DevOps has more than once, or that nobody did.
    pub twice: Vec<String>,
    /// Work items written more than once for one author in one publish.
    pub too_often: Vec<String>,
    /// Where the board differs from Azure DevOps in the end.
    pub apart: Vec<String>,
}

/// Checks a ledger.
pub fn check(ledger: &Value) -> Result<Found> {
    let expected = Expected::of(ledger)?;
    let mut found = Found::default();
    let numbers: BTreeMap<String, i64> = list(&ledger["after"]["cards"])
        .filter_map(|card| Some((card["item"].as_str()?.to_owned(), card["number"].as_i64()?)))
        .collect();
    let there: BTreeMap<i64, &Value> = list(&ledger["there"])
        .filter_map(|item| Some((item["number"].as_i64()?, item)))
        .collect();
    compare_items(ledger, &expected, &numbers, &there, &mut found)?;
    compare_links(&expected, &numbers, &there, &mut found);
    count_made(ledger, &expected, &mut found);
    count_comments(ledger, &expected, &numbers, &mut found);
    count_writes(ledger, &mut found);
    compare_board(ledger, &expected, &mut found);
    Ok(found)
}

fn compare_items(
    ledger: &Value,
    expected: &Expected,
    numbers: &BTreeMap<String, i64>,
    there: &BTreeMap<i64, &Value>,
    found: &mut Found,
) -> Result<()> {
    let areas: Vec<i64> = list(&ledger["before"]["teams"])
        .map(|team| team["area_id"].as_i64().context("a team has an area"))
        .collect::<Result<_>>()?;
    let nodes: Vec<Vec<i64>> = list(&ledger["before"]["columns"])
        .map(|column| list(&column["node_ids"]).filter_map(Value::as_i64).collect())
        .collect();
    let parked = ledger["before"]["pi"]["node_id"].as_i64();
    let at = |index: i64| usize::try_from(index).ok();
    for (item, card) in &expected.cards {
        let Some((number, is)) = numbers.get(item).and_then(|number| Some((number, there.get(number)?))) else {
            found.lost.push(format!("“{}” is not in Azure DevOps", card.title));
            continue;
        };
        let mut differs = |what: &str, wanted: String, is: &Value| {
            found.lost.push(format!("{number}: {what} is {is}, not {wanted}"));
        };
        if is["title"] != card.title.as_str() {
            differs("the title", card.title.clone(), &is["title"]);
        }
        if is["points"].as_f64() != card.points {
            differs("the load", format!("{:?}", card.points), &is["points"]);
        }
        if tags(&is["tags"]) != card.tags {
            differs("the tags", format!("{:?}", card.tags), &is["tags"]);
        }
        if let Some(assigned) = card.assigned.as_ref().filter(|who| is["assignee"] != who.as_str()) {
            differs("the assignee", assigned.clone(), &is["assignee"]);
        }
        let parent = card.parent.as_ref().and_then(|parent| numbers.get(parent)).copied();
        if card.parent.is_some() && is["parent"].as_i64() != parent {
            differs("the parent", format!("{parent:?}"), &is["parent"]);
        }
        let area = at(card.team).and_then(|team| areas.get(team));
        if area.is_some_and(|area| is["area"] != *area) {
            differs("the area", format!("{area:?}"), &is["area"]);
        }
        let iteration = is["iteration"].as_i64();
        let is_in_column = match at(card.column).and_then(|column| nodes.get(column)) {
            Some(nodes) => iteration.is_some_and(|node| nodes.contains(&node)),
            None => parked.is_none() || iteration == parked || card.number.is_some(),
        };
        if !is_in_column {
            differs("the iteration", format!("of column {}", card.column), &is["iteration"]);
        }
    }
    Ok(())
}

fn compare_links(
    expected: &Expected,
    numbers: &BTreeMap<String, i64>,
    there: &BTreeMap<i64, &Value>,
    found: &mut Found,
) {
    let mut is: BTreeMap<(i64, i64), &str> = BTreeMap::new();
    for (taker, item) in there {
        for link in list(&item["waits_for"]) {
            let giver = link["number"].as_i64().unwrap_or_default();
            let comment = link["comment"].as_str().unwrap_or_default();
            if is.insert((giver, *taker), comment).is_some() {
                found.twice.push(format!("{taker} waits twice for {giver}"));
            }
        }
    }
    let mut wanted = BTreeSet::new();
    for ((from, to), agreed) in &expected.links {
        let Some(ends) = numbers.get(from).copied().zip(numbers.get(to).copied()) else {
            continue;
        };
        wanted.insert(ends);
        match (is.get(&ends), agreed) {
            (None, _) => found.lost.push(format!("{} does not wait for {}", ends.1, ends.0)),
            (Some(comment), Some(agreed)) if !comment.contains(agreed.as_str()) => {
                found
                    .lost
                    .push(format!("{} waits for {}: “{comment}”, not {agreed}", ends.1, ends.0));
            }
            _ => {}
        }
    }
    for (giver, taker) in is.keys().filter(|ends| !wanted.contains(ends)) {
        found
            .twice
            .push(format!("{taker} waits for {giver}, which nobody left so"));
    }
}

/// A title of a new card stands nowhere else, so that each creation can be counted.
fn count_made(ledger: &Value, expected: &Expected, found: &mut Found) {
    let mut made: BTreeMap<&str, usize> = BTreeMap::new();
    for change in list(&ledger["truth"]).filter(|change| change["kind"] == "Created") {
        if let Some(title) = change["fields"]["System.Title"][1].as_str() {
            *made.entry(title).or_default() += 1;
        }
    }
    let n_made: usize = made.values().sum();
    if n_made > expected.made.len() {
        found.twice.push(format!(
            "{n_made} work items were made of {} new cards",
            expected.made.len()
        ));
    }
    for (title, n) in made.into_iter().filter(|(_, n)| *n > 1) {
        found.twice.push(format!("“{title}” was made {n} times"));
    }
}

fn count_comments(ledger: &Value, expected: &Expected, numbers: &BTreeMap<String, i64>, found: &mut Found) {
    let mut said: BTreeMap<(i64, &str), usize> = BTreeMap::new();
    for change in list(&ledger["truth"]) {
        let text = change["fields"]["System.History"][1].as_str();
        if let Some((number, text)) = change["work_item"].as_i64().zip(text) {
            *said.entry((number, text)).or_default() += 1;
        }
    }
    for (item, text) in &expected.comments {
        let Some(number) = numbers.get(item) else { continue };
        let n: usize = said
            .iter()
            .filter(|((of, said), _)| of == number && said.contains(text.as_str()))
            .map(|(_, n)| n)
            .sum();
        match n {
            0 => found.lost.push(format!("{number}: “{text}” was not said")),
            1 => {}
            n => found.twice.push(format!("{number}: “{text}” was said {n} times")),
        }
    }
}

/// A link shows on both work items; the one it was written at has it the other way round.
fn count_writes(ledger: &Value, found: &mut Found) {
    let truth: Vec<&Value> = list(&ledger["truth"]).collect();
    for (nth, publish) in list(&ledger["publishes"]).enumerate() {
        let index = |name: &str| publish[name].as_u64().and_then(|at| usize::try_from(at).ok());
        let (from, to) = (
            index("truth_from").unwrap_or(0),
            index("truth_to").unwrap_or(truth.len()),
        );
        let mut writes: BTreeMap<(i64, &str), BTreeSet<&str>> = BTreeMap::new();
        for change in truth.iter().take(to).skip(from).filter(|change| is_own_write(change)) {
            let key = change["work_item"].as_i64().zip(change["by"].as_str());
            if let Some((key, request)) = key.zip(change["request"].as_str()) {
                writes.entry(key).or_default().insert(request);
            }
        }
        for ((number, by), requests) in writes.into_iter().filter(|(_, requests)| requests.len() > 1) {
            let n = requests.len();
            found
                .too_often
                .push(format!("publish {}: {number} was written {n} times for {by}", nth + 1));
        }
    }
}

fn is_own_write(change: &Value) -> bool {
    let is_mirrored = || {
        let links = list(&change["links_added"]).chain(list(&change["links_removed"]));
        let mut rels = links.filter_map(|link| link[0].as_str());
        rels.all(|rel| rel.ends_with("-Forward"))
    };
    match change["kind"].as_str().unwrap_or_default() {
        "Updated" => true,
        "LinkOnly" => !is_mirrored(),
        _ => false,
    }
}

/// The board itself, as its server shows it in the end.
fn compare_board(ledger: &Value, expected: &Expected, found: &mut Found) {
    let mut shown: BTreeMap<&str, &Value> = BTreeMap::new();
    for card in list(&ledger["after"]["cards"]) {
        if let Some(item) = card["item"].as_str() {
            shown.insert(item, card);
        }
    }
    for (item, card) in &expected.cards {
        let Some(is) = shown.get(item.as_str()) else {
            found.apart.push(format!("“{}” is not on the board", card.title));
            continue;
        };
        let is_same = is["title"] == card.title.as_str()
            && is["team"] == card.team
            && is["column"] == card.column
            && is["points"].as_f64() == card.points
            && is["sync"] == 0;
        if !is_same {
            found
                .apart
                .push(format!("{} is shown as {is}, not as {card:?}", is["number"]));
        }
    }
}

#[cfg(test)]
mod tests;
