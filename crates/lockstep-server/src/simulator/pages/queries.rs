//! The saved queries of a project, each with its text to change.

use azdo_sim::{HttpResponse, QueryInfo, Sim};

use super::markup::{escape, page, segment};
use super::{Visit, html, redirect};

fn path(sim: &Sim, project: &str) -> String {
    format!("/{}/{}/_queries", segment(sim.organization_name()), segment(project))
}

pub(super) fn show(sim: &Sim, visit: &Visit, project: &str) -> HttpResponse {
    let base = path(sim, project);
    let queries = sim.saved_queries(project, &visit.person);
    let forms: String = queries
        .iter()
        .enumerate()
        .map(|(at, query)| form(visit, &base, at, query))
        .collect();
    let content = format!(
        "<p class=\"muted\"><a href=\"/{}/{}/_workitems\">Work items of {}</a></p>{forms}",
        segment(sim.organization_name()),
        segment(project),
        escape(project),
    );
    let status = if visit.refused.is_some() { 400 } else { 200 };
    html(status, page(sim, visit, &format!("Queries of {project}"), &content))
}

/// Another text for a query that is there. Nobody checks it before it is run, as there.
pub(super) fn save(sim: &mut Sim, visit: &mut Visit, project: &str) -> HttpResponse {
    let (wanted, wiql) = (visit.field("path"), visit.field("wiql"));
    let mut known = sim.saved_queries(project, &visit.person).into_iter();
    let done = match known.find(|query| query.path == wanted) {
        Some(query) => sim
            .save_query(visit.now_us, &visit.person, project, &query.path, &wiql)
            .map_err(|error| error.to_string()),
        None => Err("There is no such query.".to_owned()),
    };
    match done {
        Ok(_) => redirect(&format!("{}?done=Saved", path(sim, project))),
        Err(error) => {
            visit.refused = Some(error);
            show(sim, visit, project)
        }
    }
}

fn form(visit: &Visit, base: &str, at: usize, query: &QueryInfo) -> String {
    let path = escape(&query.path);
    // After a refusal the form keeps what was typed.
    let is_this = visit.refused.is_some() && visit.field("path") == query.path;
    let text = escape(&if is_this {
        visit.field("wiql")
    } else {
        query.wiql.clone()
    });
    format!(
        "<form method=\"post\" action=\"{base}\"><input type=\"hidden\" name=\"path\" value=\"{path}\">\
<p><label for=\"wiql-{at}\">{path}</label><textarea id=\"wiql-{at}\" name=\"wiql\" rows=\"4\">\n{text}</textarea></p>\
<p><button aria-label=\"Save {path}\">Save</button></p></form>"
    )
}
