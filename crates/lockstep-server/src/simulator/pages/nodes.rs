//! The iterations and the areas of a project, each to be renamed; iterations with their dates.

use azdo_sim::{HttpResponse, NodeInfo, Sim, SimError};

use super::markup::{escape, page, segment};
use super::{Visit, html, not_found, redirect};

/// Which tree a page shows: the last part of its address and its heading.
const TREES: [(&str, &str); 2] = [("iterations", "Iterations"), ("areas", "Areas")];

/// The address of the page of a tree.
pub(super) fn path(sim: &Sim, project: &str, tree: &str) -> String {
    format!(
        "/{}/{}/_settings/{tree}",
        segment(sim.organization_name()),
        segment(project)
    )
}

pub(super) fn is_tree(word: &str) -> bool {
    TREES.iter().any(|(tree, _)| *tree == word)
}

pub(super) fn show(sim: &Sim, visit: &Visit, project: &str, tree: &str) -> HttpResponse {
    let base = path(sim, project, tree);
    let rows: String = nodes(sim, project, tree)
        .iter()
        .map(|node| row(&base, tree, node))
        .collect();
    let heading = TREES
        .iter()
        .find(|(name, _)| *name == tree)
        .map_or("", |(_, label)| label);
    let content = format!(
        "<p class=\"muted\"><a href=\"/{}/{}/_workitems\">Work items of {}</a></p><p>Work items follow a renamed node; no revision of them is made.</p>\
<div class=\"scroll\"><table><thead><tr><th>Number</th><th>Path</th><th>Name and dates</th></tr></thead><tbody id=\"nodes\">{rows}</tbody></table></div>",
        segment(sim.organization_name()),
        segment(project),
        escape(project),
    );
    let status = if visit.refused.is_some() { 400 } else { 200 };
    html(status, page(sim, visit, &format!("{heading} of {project}"), &content))
}

/// Another name, other dates.
pub(super) fn save(sim: &mut Sim, visit: &mut Visit, project: &str, tree: &str, id: &str) -> HttpResponse {
    let node = id.parse().ok().and_then(|id: i64| {
        let all = nodes(sim, project, tree);
        all.into_iter().find(|node| node.id == id)
    });
    let Some(node) = node else {
        return not_found(sim, visit);
    };
    match change(sim, visit, tree, &node) {
        Ok(()) => redirect(&format!("{}?done=Saved", path(sim, project, tree))),
        Err(error) => {
            visit.refused = Some(error.to_string());
            show(sim, visit, project, tree)
        }
    }
}

fn change(sim: &mut Sim, visit: &Visit, tree: &str, node: &NodeInfo) -> Result<(), SimError> {
    let name = visit.field("name");
    if name.trim() != name_of(node) {
        sim.rename_node(visit.now_us, &visit.person, node.id, &name)?;
    }
    if tree == "iterations" {
        sim.set_node_dates(node.id, visit.field("start").trim(), visit.field("finish").trim())?;
    }
    Ok(())
}

fn nodes(sim: &Sim, project: &str, tree: &str) -> Vec<NodeInfo> {
    match tree {
        "areas" => sim.areas(project),
        _ => sim.iterations(project),
    }
}

fn name_of(node: &NodeInfo) -> &str {
    node.path.rsplit('\\').next().unwrap_or_default()
}

fn row(base: &str, tree: &str, node: &NodeInfo) -> String {
    let (id, path) = (node.id, escape(&node.path));
    if !node.path.contains('\\') {
        // The root carries the name of the project.
        return format!("<tr><td>{id}</td><td>{path}</td><td></td></tr>");
    }
    let (start, finish) = node.dates.clone().unwrap_or_default();
    let field = |name: &str, label: &str, kind: &str, value: &str| {
        format!(
            "<span><label for=\"{name}-{id}\">{label}</label><input id=\"{name}-{id}\" name=\"{name}\" type=\"{kind}\" value=\"{}\" autocomplete=\"off\"></span>",
            escape(value)
        )
    };
    let dates = match tree {
        "iterations" => field("start", "First day", "date", &start) + &field("finish", "Last day", "date", &finish),
        _ => String::new(),
    };
    format!(
        "<tr><td>{id}</td><td>{path}</td><td><form method=\"post\" action=\"{base}/{id}\"><div class=\"row\">{}{dates}<button id=\"save-{id}\" aria-label=\"Save {path}\">Save</button></div></form></td></tr>",
        field("name", "Name", "text", name_of(node)),
    )
}
