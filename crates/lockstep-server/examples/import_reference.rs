//! The smallest importer that does the core of the work: ids by a query, batches of 200, eight at a time, parsed into the
//! fields a board needs, committed to SQLite batch by batch. `cargo xtask bench import` holds Lockstep's import against it.
//!
//! It has no accounts, no history, no retries, no pace and nobody to tell; it is what the machine and the network allow.

use std::collections::VecDeque;
use std::time::Instant;

use anyhow::Context;
use serde::Deserialize;
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use tokio::task::JoinSet;

const BATCH: usize = 200;
const AT_ONCE: usize = 8;

#[derive(Deserialize)]
struct Found {
    #[serde(rename = "workItems")]
    work_items: Vec<Id>,
}

#[derive(Deserialize)]
struct Id {
    id: i64,
}

#[derive(Deserialize)]
struct Page {
    value: Vec<Option<Item>>,
}

#[derive(Deserialize)]
struct Item {
    id: i64,
    rev: i64,
    fields: Fields,
    #[serde(default)]
    relations: Vec<Relation>,
}

#[derive(Deserialize)]
struct Fields {
    #[serde(rename = "System.Title")]
    title: String,
    #[serde(rename = "System.WorkItemType")]
    work_item_type: String,
    #[serde(rename = "System.State")]
    state: String,
    #[serde(rename = "System.AreaId")]
    area: i64,
    #[serde(rename = "System.IterationId")]
    iteration: i64,
    #[serde(rename = "Microsoft.VSTS.Scheduling.StoryPoints", default)]
    points: Option<f64>,
    #[serde(rename = "System.Tags", default)]
    tags: Option<String>,
}

#[derive(Deserialize)]
struct Relation {
    rel: String,
    url: String,
}

/// Arguments: address of the organization, token, query, file of the database. Prints one line of JSON.
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [organization, token, wiql, file] = arguments.as_slice() else {
        anyhow::bail!("import_reference ORGANIZATION TOKEN WIQL FILE");
    };
    let _is_first = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build()?;
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let database = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    sqlx::query(
        "create table items (id integer primary key, rev integer, title text, type text, state text, area integer,
            iteration integer, points real, tags text, links text) strict",
    )
    .execute(&database)
    .await?;
    let rss_before = resident_kib();
    let began = Instant::now();
    let (mut n_requests, mut last, mut ids) = (0, 0, Vec::new());
    loop {
        let page = format!("{wiql} AND [System.Id] > {last} ORDER BY [System.Id]");
        let found: Found = client
            .post(format!("{organization}/_apis/wit/wiql?$top=19999&api-version=7.1"))
            .basic_auth("", Some(token))
            .json(&json!({"query": page}))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        n_requests += 1;
        let n = found.work_items.len();
        ids.extend(found.work_items.into_iter().map(|found| found.id));
        last = ids.last().copied().unwrap_or(0);
        if n < 19_999 {
            break;
        }
    }
    let mut waiting: VecDeque<Vec<i64>> = ids.chunks(BATCH).map(<[i64]>::to_vec).collect();
    let mut reads: JoinSet<anyhow::Result<Page>> = JoinSet::new();
    let mut n_items = 0;
    while !(waiting.is_empty() && reads.is_empty()) {
        while reads.len() < AT_ONCE {
            let Some(batch) = waiting.pop_front() else { break };
            let request = client
                .post(format!("{organization}/_apis/wit/workitemsbatch?api-version=7.1"))
                .basic_auth("", Some(token))
                .json(&json!({"ids": batch, "$expand": "all", "errorPolicy": "omit"}));
            n_requests += 1;
            reads.spawn(async move {
                let body = request.send().await?.error_for_status()?.bytes().await?;
                serde_json::from_slice(&body).context("reading a batch")
            });
        }
        let Some(page) = reads.join_next().await else { break };
        let items: Vec<Item> = page??.value.into_iter().flatten().collect();
        n_items += items.len();
        let mut tx = database.begin().await?;
        for item in items {
            let links: Vec<String> = item
                .relations
                .iter()
                .map(|link| format!("{} {}", link.rel, link.url))
                .collect();
            sqlx::query("insert into items values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
                .bind(item.id)
                .bind(item.rev)
                .bind(item.fields.title)
                .bind(item.fields.work_item_type)
                .bind(item.fields.state)
                .bind(item.fields.area)
                .bind(item.fields.iteration)
                .bind(item.fields.points)
                .bind(item.fields.tags)
                .bind(links.join("\n"))
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
    }
    let took_ms = began.elapsed().as_millis();
    let answer = json!({"ms": u64::try_from(took_ms)?, "items": n_items, "requests": n_requests,
        "rss_growth_kib": peak_kib().saturating_sub(rss_before)});
    println!("{answer}");
    Ok(())
}

/// Memory in use now, KiB; 0 where the system doesn't say.
fn resident_kib() -> u64 {
    status("VmRSS:")
}

/// The most memory that was in use, KiB; 0 where the system doesn't say.
fn peak_kib() -> u64 {
    status("VmHWM:")
}

fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
