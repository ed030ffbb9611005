//! The list of work items, with filters and the recycle bin.

use std::collections::BTreeSet;

use azdo_sim::{HttpResponse, Sim, Snapshot};
use serde_json::{Value, json};

use super::markup::{escape, input, page, segment, select};
use super::{Visit, html, redirect};

/// The most rows on the page.
const ROWS_MAX: usize = 500;

pub(super) fn path(sim: &Sim, project: &str) -> String {
    format!("/{}/{}/_workitems", segment(sim.organization_name()), segment(project))
}

pub(super) fn list(sim: &Sim, visit: &Visit, project: &str) -> String {
    let is_bin = visit.param("view") == "bin";
    let types = sim.work_item_types();
    let states: BTreeSet<String> = types.iter().flat_map(|t| t.states.clone()).collect();
    let any = |word: &str| (String::new(), word.to_owned());
    let pairs = |names: Vec<String>, word: &str| -> Vec<(String, String)> {
        std::iter::once(any(word))
            .chain(names.into_iter().map(|name| (name.clone(), name)))
            .collect()
    };
    let filters = format!(
        "<form method=\"get\"><div class=\"columns\">{}{}{}{}</div><p><button id=\"filter\">Filter</button></p></form>",
        input("text", "Text", "search", visit.param("text")),
        select(
            "type",
            "Type",
            &pairs(types.iter().map(|t| t.name.clone()).collect(), "Every type"),
            visit.param("type")
        ),
        select(
            "state",
            "State",
            &pairs(states.into_iter().collect(), "Every state"),
            visit.param("state")
        ),
        select(
            "view",
            "Show",
            &[any("Work items"), ("bin".to_owned(), "Recycle bin".to_owned())],
            visit.param("view")
        ),
    );
    let base = path(sim, project);
    let found: Vec<Snapshot> = sim
        .all_ids()
        .into_iter()
        .filter_map(|id| sim.work_item_snapshot(id))
        .filter(|item| item.project == project && !item.is_destroyed && item.is_deleted == is_bin && fits(visit, item))
        .collect();
    let rows: String = found.iter().take(ROWS_MAX).map(|item| row(sim, &base, item)).collect();
    let cut = if found.len() > ROWS_MAX {
        format!(", the first {ROWS_MAX} of them here; filter for others")
    } else {
        String::new()
    };
    let table = format!(
        "<p id=\"count\" class=\"muted\">{} work items{cut}</p><div class=\"scroll\"><table><thead><tr><th>ID</th><th>Type</th><th>Title</th><th>State</th>\
<th>Assigned to</th><th>Area</th><th>Iteration</th><th>Tags</th></tr></thead><tbody>{rows}</tbody></table></div>",
        found.len()
    );
    let names = types
        .iter()
        .map(|t| (t.name.clone(), t.name.clone()))
        .collect::<Vec<_>>();
    let create = format!(
        "<h2>New work item</h2><form method=\"post\" action=\"{base}\"><div class=\"columns\">{}{}</div><p><button id=\"create\" class=\"primary\">Create</button></p></form>",
        select("new-type", "Type", &names, "Feature"),
        input("new-title", "Title", "text", &visit.field("new-title")),
    );
    let heading = if is_bin {
        format!("Recycle bin of {project}")
    } else {
        format!("Work items of {project}")
    };
    let create = if is_bin { String::new() } else { create };
    page(sim, visit, &heading, &format!("{filters}{table}{create}"))
}

pub(super) fn create(sim: &mut Sim, visit: &mut Visit, project: &str) -> HttpResponse {
    let changes = [("System.Title", json!(visit.field("new-title")))];
    match sim.person_create(visit.now_us, &visit.person, project, &visit.field("new-type"), &changes) {
        Ok(id) => redirect(&format!("{}/edit/{id}", path(sim, project))),
        Err(error) => {
            visit.refused = Some(error.to_string());
            html(400, list(sim, visit, project))
        }
    }
}

pub(super) fn text<'a>(item: &'a Snapshot, field: &str) -> &'a str {
    item.fields.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The display name behind a unique name.
pub(super) fn display(sim: &Sim, unique_name: &str) -> String {
    let person = sim
        .people()
        .into_iter()
        .find(|person| person.unique_name == unique_name);
    person.map_or_else(|| unique_name.to_owned(), |person| person.display_name)
}

fn fits(visit: &Visit, item: &Snapshot) -> bool {
    let wanted = visit.param("text").trim().to_lowercase();
    let is_found = wanted.is_empty()
        || item.id.to_string() == wanted
        || text(item, "System.Title").to_lowercase().contains(&wanted)
        || text(item, "System.Tags").to_lowercase().contains(&wanted);
    let is = |param: &str, field: &str| visit.param(param).is_empty() || text(item, field) == visit.param(param);
    is_found && is("type", "System.WorkItemType") && is("state", "System.State")
}

fn row(sim: &Sim, base: &str, item: &Snapshot) -> String {
    let cell = |field: &str| escape(text(item, field));
    format!(
        "<tr><td>{id}</td><td>{}</td><td><a href=\"{base}/edit/{id}\">{}</a></td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        cell("System.WorkItemType"),
        cell("System.Title"),
        cell("System.State"),
        escape(&display(sim, text(item, "System.AssignedTo"))),
        cell("System.AreaPath"),
        cell("System.IterationPath"),
        cell("System.Tags"),
        id = item.id,
    )
}
