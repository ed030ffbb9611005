//! The pages people see: projects, work items, iterations and areas, saved queries, tokens, service hooks; and the ground
//! truth for programs that check.
//!
//! Server-rendered, without scripts. A cookie says as whom one acts; there is no sign-in, for nothing here is real.

mod ground_truth;
mod links;
mod markup;
mod nodes;
mod queries;
mod service_hooks;
mod tokens;
mod work_item;
mod work_items;

use std::collections::BTreeMap;

use azdo_sim::{HttpRequest, HttpResponse, Sim};
use percent_encoding::percent_decode_str;

use markup::{escape, page, segment};

/// Cookie that names the person one acts as.
const COOKIE: &str = "simulated_person";

/// One request for a page, read.
struct Visit {
    now_us: i64,
    /// Unique name of the person one acts as.
    person: String,
    query: BTreeMap<String, String>,
    form: BTreeMap<String, String>,
    /// Path and query, to come back to.
    here: String,
    refused: Option<String>,
}

impl Visit {
    fn read(sim: &Sim, now_us: i64, request: &HttpRequest) -> Visit {
        let people = sim.people();
        let wanted = cookie(request).unwrap_or_default();
        let person = people
            .iter()
            .find(|person| person.unique_name == wanted)
            .or(people.first());
        Visit {
            now_us,
            person: person.map(|person| person.unique_name.clone()).unwrap_or_default(),
            query: request.query(),
            form: url::form_urlencoded::parse(&request.body).into_owned().collect(),
            here: request.path_and_query.clone(),
            refused: None,
        }
    }

    /// A field of the form, empty if it is not there. Browsers send line breaks as CR LF.
    fn field(&self, name: &str) -> String {
        self.form
            .get(name)
            .map(|text| text.replace("\r\n", "\n"))
            .unwrap_or_default()
    }

    fn param(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    fn error(&self) -> Option<String> {
        self.refused.clone()
    }

    fn notice(&self) -> Option<String> {
        self.query.get("done").filter(|text| !text.is_empty()).cloned()
    }
}

/// The page for a request, or what a posted form leads to.
pub(super) fn answer(sim: &mut Sim, now_us: i64, request: &HttpRequest) -> HttpResponse {
    let mut visit = Visit::read(sim, now_us, request);
    let segments: Vec<String> = request
        .path()
        .split('/')
        .filter(|part| !part.is_empty())
        .map(decode)
        .collect();
    let words: Vec<&str> = segments.iter().map(String::as_str).collect();
    let is_post = request.method == "POST";
    if is_post && is_from_elsewhere(request) {
        return html(
            403,
            page(
                sim,
                &visit,
                "Not from here",
                "<p>This form was sent by another site.</p>",
            ),
        );
    }
    match words.as_slice() {
        [] => html(200, root(sim, &visit)),
        ["_act-as"] if is_post => act_as(&visit),
        ["_tokens"] => html(200, tokens::page(sim, &visit)),
        ["_ground-truth"] => ground_truth::answer(sim, &visit),
        [organization, rest @ ..] if organization.eq_ignore_ascii_case(sim.organization_name()) => match rest {
            [] => html(200, root(sim, &visit)),
            ["_workitems", "edit", id] => work_item::by_id(sim, &visit, id),
            [project, rest @ ..] => match sim
                .projects()
                .into_iter()
                .find(|p| p.name.eq_ignore_ascii_case(project) || p.id.eq_ignore_ascii_case(project))
            {
                Some(found) => in_project(sim, &mut visit, &found.name, rest, is_post),
                None => not_found(sim, &visit),
            },
        },
        _ => not_found(sim, &visit),
    }
}

fn in_project(sim: &mut Sim, visit: &mut Visit, project: &str, rest: &[&str], is_post: bool) -> HttpResponse {
    match rest {
        [] => redirect(&work_items::path(sim, project)),
        ["_workitems"] if is_post => work_items::create(sim, visit, project),
        ["_workitems"] => html(200, work_items::list(sim, visit, project)),
        ["_workitems", "edit", id] if is_post => work_item::save(sim, visit, id),
        ["_workitems", "edit", id] => work_item::show(sim, visit, id),
        ["_workitems", "edit", id, act] if is_post => work_item::act(sim, visit, id, act),
        ["_settings", tree] if nodes::is_tree(tree) => nodes::show(sim, visit, project, tree),
        ["_settings", tree, id] if is_post && nodes::is_tree(tree) => nodes::save(sim, visit, project, tree, id),
        ["_queries"] if is_post => queries::save(sim, visit, project),
        ["_queries"] => queries::show(sim, visit, project),
        ["_settings", "serviceHooks"] if is_post => service_hooks::create(sim, visit, project),
        ["_settings", "serviceHooks"] => html(200, service_hooks::list(sim, visit, project)),
        ["_settings", "serviceHooks", id, act] if is_post => service_hooks::act(sim, visit, project, id, act),
        _ => not_found(sim, visit),
    }
}

fn root(sim: &Sim, visit: &Visit) -> String {
    let project = |project: &azdo_sim::ProjectInfo| {
        let base = format!("/{}/{}", segment(sim.organization_name()), segment(&project.name));
        let teams: Vec<String> = project.teams.iter().map(|team| escape(&team.name)).collect();
        format!(
            "<tr><td><a href=\"{base}/_workitems\">{}</a></td><td>{}</td><td><a href=\"{base}/_queries\">Queries</a> · <a href=\"{base}/_settings/iterations\">Iterations</a> · <a href=\"{base}/_settings/areas\">Areas</a> · <a href=\"{base}/_settings/serviceHooks\">Service hooks</a></td></tr>",
            escape(&project.name),
            teams.join(", ")
        )
    };
    let rows: String = sim.projects().iter().map(project).collect();
    let content = format!(
        "<div class=\"scroll\"><table><thead><tr><th>Project</th><th>Teams</th><th></th></tr></thead><tbody>{rows}</tbody></table></div>"
    );
    page(sim, visit, "Projects", &content)
}

fn act_as(visit: &Visit) -> HttpResponse {
    let back = visit.field("return");
    // Back only to a page of this site.
    let back = if back.starts_with('/') && !back.starts_with("//") {
        back
    } else {
        "/".to_owned()
    };
    let mut answer = redirect(&back);
    let cookie = format!(
        "{COOKIE}={}; Path=/; SameSite=Lax; HttpOnly",
        segment(&visit.field("person"))
    );
    answer.headers.push(("Set-Cookie".to_owned(), cookie));
    answer
}

fn not_found(sim: &Sim, visit: &Visit) -> HttpResponse {
    html(
        404,
        page(
            sim,
            visit,
            "Not found",
            "<p>There is no such page.</p><p><a href=\"/\">Projects</a></p>",
        ),
    )
}

fn html(status: u16, body: String) -> HttpResponse {
    let headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        ("Cache-Control", "no-store"),
    ];
    let headers = headers
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    HttpResponse {
        status,
        headers,
        body: body.into_bytes(),
    }
}

/// On to a page after a form was taken.
fn redirect(path: &str) -> HttpResponse {
    let one_line = path.replace(['\r', '\n'], "");
    HttpResponse {
        status: 303,
        headers: vec![("Location".to_owned(), one_line)],
        body: Vec::new(),
    }
}

fn cookie(request: &HttpRequest) -> Option<String> {
    let pairs = request
        .header("cookie")?
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .into_iter()
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| decode(value))
}

/// A form of another site would carry that site's origin.
fn is_from_elsewhere(request: &HttpRequest) -> bool {
    let Some(origin) = request.header("origin") else {
        return false;
    };
    let host = origin.split("://").nth(1).unwrap_or_default();
    request.header("host") != Some(host)
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
