//! The links on the page of a work item: seen with their comments, added, removed.

use azdo_sim::{LinkInfo, Sim, SimError, Snapshot};

use super::Visit;
use super::markup::{escape, input, select};
use super::work_items::{path, text};

/// Link types one can add here: reference name, label.
const LINKS: &[(&str, &str)] = &[
    ("System.LinkTypes.Hierarchy-Reverse", "Parent"),
    ("System.LinkTypes.Hierarchy-Forward", "Child"),
    ("System.LinkTypes.Dependency-Reverse", "Predecessor"),
    ("System.LinkTypes.Dependency-Forward", "Successor"),
    ("System.LinkTypes.Related", "Related"),
];

/// What people call a kind of link.
pub(super) fn label(rel: &str) -> &str {
    LINKS
        .iter()
        .find(|(name, _)| *name == rel)
        .map_or(rel, |(_, label)| label)
}

pub(super) fn add(sim: &mut Sim, visit: &Visit, id: i64) -> Result<String, SimError> {
    let target = visit.field("link-target").trim().parse().unwrap_or_default();
    let (rel, comment) = (visit.field("link-type"), visit.field("link-comment"));
    sim.person_add_commented_link(visit.now_us, &visit.person, id, &rel, target, comment.trim())
        .map(|()| "Link added".to_owned())
}

pub(super) fn remove(sim: &mut Sim, visit: &Visit, id: i64) -> Result<String, SimError> {
    let target = visit.field("target").parse().unwrap_or_default();
    sim.person_remove_link(visit.now_us, &visit.person, id, &visit.field("rel"), target)
        .map(|()| "Link removed".to_owned())
}

pub(super) fn section(sim: &Sim, item: &Snapshot, base: &str) -> String {
    let rows: String = sim
        .links(item.id)
        .iter()
        .map(|link| row(sim, item, base, link))
        .collect();
    let kinds = LINKS
        .iter()
        .map(|(rel, label)| ((*rel).to_owned(), (*label).to_owned()))
        .collect::<Vec<_>>();
    format!(
        "<h2>Links</h2><table><tbody id=\"links\">{rows}</tbody></table><form method=\"post\" action=\"{base}/link\"><div class=\"columns\">{}{}{}</div>\
<p><button id=\"add-link\">Add link</button></p></form>",
        select("link-type", "Link type", &kinds, "System.LinkTypes.Related"),
        input("link-target", "Number of the work item", "text", ""),
        input("link-comment", "Comment", "text", ""),
    )
}

fn row(sim: &Sim, item: &Snapshot, base: &str, link: &LinkInfo) -> String {
    let (label, comment) = (escape(label(&link.rel)), escape(&link.comment));
    let Some(target) = link.target.and_then(|id| sim.work_item_snapshot(id)) else {
        return format!(
            "<tr><td>{label}</td><td>{}</td><td>{comment}</td><td></td></tr>",
            escape(&link.url)
        );
    };
    format!(
        "<tr><td>{label}</td><td><a href=\"{}/edit/{id}\">{id} {}</a></td><td>{comment}</td><td><form method=\"post\" action=\"{base}/unlink\">\
<input type=\"hidden\" name=\"rel\" value=\"{}\"><input type=\"hidden\" name=\"target\" value=\"{id}\">\
<button aria-label=\"Remove the link from {} to {id}\">Remove</button></form></td></tr>",
        path(sim, &target.project),
        escape(text(&target, "System.Title")),
        escape(&link.rel),
        item.id,
        id = target.id,
    )
}
