//! `lockstep reconcile --dry-run`: what Lockstep believes of each paired work item, held against what Azure DevOps has.
//!
//! It reads with the connection's token, beside a server that runs or not, and changes nothing on either side. Names of
//! fields are printed and values only where they are asked for: what people plan is nobody's business in a log.

use anyhow::{Context, bail};
use azdo::{Rev, WorkItem, WorkItemId};
use lockstep_sync::edit::Whom;
use lockstep_sync::item::{Presence, Remote};
use serde_json::Value;

use crate::app::App;
use crate::config::Config;
use crate::connections::clients::client_for;
use crate::ids::{CompanyId, ConnectionId};
use crate::store::connections::ConnectionRow;
use crate::store::work_items::WorkItemRow;

/// Work items in one read: as many as Azure DevOps gives.
const BATCH: i64 = 200;

/// How a work item here differs from the one there.
#[derive(Debug, Clone, PartialEq)]
pub enum Drift {
    /// Other values: fields with the value here and there.
    Differs {
        /// Revision here and there.
        revs: (Option<Rev>, Rev),
        /// By the name of the field; links as `links`, without values.
        fields: Vec<(String, Value, Value)>,
    },
    /// Here it is there; Azure DevOps doesn't show it.
    Missing,
    /// Here it is gone; Azure DevOps shows it.
    Back,
}

/// What came of a comparison.
#[derive(Debug, Default, Clone, Copy)]
struct Summary {
    n_read: usize,
    n_differ: usize,
    n_missing: usize,
    n_back: usize,
}

/// Compares every connection, or the one with this label, and prints what differs. Returns whether nothing does.
pub async fn run(config: Config, label: Option<&str>, shows_values: bool) -> anyhow::Result<bool> {
    let app = App::look(config).await?;
    let mut n_compared = 0;
    let mut is_equal = true;
    for company in app.store.companies().await? {
        let company = CompanyId(company.id);
        for connection in app.store.connections(company).await? {
            if label.is_some_and(|label| label != connection.label) {
                continue;
            }
            n_compared += 1;
            if !connection.is_enabled {
                println!("{}: disabled, so nothing is read", connection.label);
                continue;
            }
            let summary = compare(&app, company, &connection, shows_values).await;
            let summary = summary.with_context(|| format!("reading “{}”", connection.label))?;
            is_equal &= summary.n_differ + summary.n_missing + summary.n_back == 0;
            println!(
                "{}: {} work items read, {} differ, {} missing, {} back",
                connection.label, summary.n_read, summary.n_differ, summary.n_missing, summary.n_back
            );
        }
    }
    if n_compared == 0 {
        match label {
            Some(label) => bail!("no connection is called “{label}”"),
            None => println!("There is no connection."),
        }
    }
    app.store.close().await;
    Ok(is_equal)
}

async fn compare(
    app: &App,
    company: CompanyId,
    connection: &ConnectionRow,
    shows_values: bool,
) -> anyhow::Result<Summary> {
    let id = ConnectionId(connection.id);
    let client = client_for(app, company, id, Whom::Connection)
        .await
        .context("the connection has no token that can be used")?;
    let mut summary = Summary::default();
    let mut after = i64::MIN;
    loop {
        let rows = app.store.paired_after(company, id, after, BATCH).await?;
        let ids: Vec<WorkItemId> = rows.iter().filter_map(|row| row.work_item_id).map(WorkItemId).collect();
        let Some(last) = ids.last() else { return Ok(summary) };
        after = last.0;
        let read = client.work_items(&ids).await?;
        summary.n_read += ids.len();
        for row in &rows {
            let there = read.iter().find(|read| Some(read.id.0) == row.work_item_id);
            let Some(drift) = drift(row, there) else { continue };
            match drift {
                Drift::Differs { .. } => summary.n_differ += 1,
                Drift::Missing => summary.n_missing += 1,
                Drift::Back => summary.n_back += 1,
            }
            print(row.work_item_id.unwrap_or_default(), &drift, shows_values);
        }
    }
}

/// How a work item as it is held differs from what was read of it; `None` where it doesn't.
pub fn drift(held: &WorkItemRow, read: Option<&WorkItem>) -> Option<Drift> {
    let is_there = held.presence() == Presence::Present;
    let Some(read) = read else {
        return is_there.then_some(Drift::Missing);
    };
    if !is_there {
        return Some(Drift::Back);
    }
    let there = Remote::from(read);
    let none = azdo::Fields::new();
    let here = held.fields.as_ref().map_or(&none, |fields| &fields.0);
    let mut names: Vec<_> = here.keys().chain(there.fields.keys()).collect();
    names.sort();
    names.dedup();
    let value = |fields: &azdo::Fields, name| fields.get(name).cloned().unwrap_or(Value::Null);
    let mut fields: Vec<(String, Value, Value)> = names
        .into_iter()
        .map(|name| (name.to_string(), value(here, name), value(&there.fields, name)))
        .filter(|(_, here, there)| here != there)
        .collect();
    if held.relations.as_ref().is_none_or(|held| held.0 != there.relations) {
        fields.push(("links".to_owned(), Value::Null, Value::Null));
    }
    let revs = (held.rev.map(Rev), there.rev);
    (!fields.is_empty() || revs.0 != Some(revs.1)).then_some(Drift::Differs { revs, fields })
}

fn print(work_item: i64, drift: &Drift, shows_values: bool) {
    match drift {
        Drift::Missing => println!("work item {work_item}: missing there"),
        Drift::Back => println!("work item {work_item}: gone here, and there"),
        Drift::Differs {
            revs: (here, there),
            fields,
        } => {
            let here = here.map_or("none".to_owned(), |rev| rev.0.to_string());
            let names: Vec<&str> = fields.iter().map(|(name, ..)| name.as_str()).collect();
            println!(
                "work item {work_item}: rev {here} here, {} there: {}",
                there.0,
                names.join(", ")
            );
            for (name, here, there) in fields.iter().filter(|(name, ..)| shows_values && name != "links") {
                println!("   {name}: {here} here, {there} there");
            }
        }
    }
}
