//! The page of one work item: its fields to edit, comments, links, deletion and restoration, and its history.

use azdo_sim::{HistoryEntry, HttpResponse, Sim, SimError, Snapshot};
use serde_json::{Value, json};

use super::markup::{button, escape, input, page, select, textarea, time};
use super::work_items::{display, path, text};
use super::{Visit, html, links, not_found, redirect};

/// Fields of the form: id, reference name.
const TEXTS: &[(&str, &str)] = &[
    ("title", "System.Title"),
    ("state", "System.State"),
    ("assigned-to", "System.AssignedTo"),
    ("area", "System.AreaPath"),
    ("iteration", "System.IterationPath"),
    ("priority", "Microsoft.VSTS.Common.Priority"),
    ("tags", "System.Tags"),
    ("description", "System.Description"),
    ("points", "Microsoft.VSTS.Scheduling.StoryPoints"),
    ("effort", "Microsoft.VSTS.Scheduling.Effort"),
    ("target-date", "Microsoft.VSTS.Scheduling.TargetDate"),
    ("root-cause", "Custom.RootCause"),
];

/// Fields that only some types have: id, label, reference name.
const OF_SOME: &[(&str, &str, &str)] = &[
    ("points", "Story points", "Microsoft.VSTS.Scheduling.StoryPoints"),
    ("effort", "Effort", "Microsoft.VSTS.Scheduling.Effort"),
    (
        "target-date",
        "Target date, as 2026-10-30",
        "Microsoft.VSTS.Scheduling.TargetDate",
    ),
    ("root-cause", "Root cause", "Custom.RootCause"),
];

/// The page of a work item whose address names no project.
pub(super) fn by_id(sim: &Sim, visit: &Visit, id: &str) -> HttpResponse {
    match find(sim, id) {
        Some(item) => redirect(&format!("{}/edit/{}", path(sim, &item.project), item.id)),
        None => not_found(sim, visit),
    }
}

pub(super) fn show(sim: &Sim, visit: &Visit, id: &str) -> HttpResponse {
    match find(sim, id) {
        Some(item) => html(
            if visit.refused.is_some() { 400 } else { 200 },
            content(sim, visit, &item),
        ),
        None => not_found(sim, visit),
    }
}

/// Saves what differs from the work item as it was shown.
pub(super) fn save(sim: &mut Sim, visit: &mut Visit, id: &str) -> HttpResponse {
    let Some(item) = find(sim, id) else {
        return not_found(sim, visit);
    };
    let seen_rev = visit.field("rev").parse().unwrap_or(item.rev);
    let mut changes: Vec<(&str, Value)> = Vec::new();
    for (name, field) in TEXTS {
        // What the form does not have is left alone.
        let Some(value) = visit.form.contains_key(*name).then(|| visit.field(name)) else {
            continue;
        };
        if value != shown(&item, field) {
            let value = if value.is_empty() { Value::Null } else { json!(value) };
            changes.push((field, value));
        }
    }
    let saved = sim.person_update_at(visit.now_us, &visit.person, item.id, seen_rev, &changes);
    finish(sim, visit, &item, saved.map(|rev| format!("Saved, rev {rev}")))
}

/// A comment, a link, the recycle bin.
pub(super) fn act(sim: &mut Sim, visit: &mut Visit, id: &str, act: &str) -> HttpResponse {
    let Some(item) = find(sim, id) else {
        return not_found(sim, visit);
    };
    let (now_us, who) = (visit.now_us, visit.person.clone());
    let done = match act {
        "comment" => {
            let comment = escape(&visit.field("comment")).replace('\n', "<br>");
            let saved = sim.person_update(now_us, &who, item.id, &[("System.History", json!(comment))]);
            saved.map(|rev| format!("Comment added, rev {rev}"))
        }
        "link" => links::add(sim, visit, item.id),
        "unlink" => links::remove(sim, visit, item.id),
        "delete" => sim
            .person_delete(now_us, &who, item.id)
            .map(|()| "Moved to the recycle bin".to_owned()),
        "restore" => sim
            .person_restore(now_us, &who, item.id)
            .map(|()| "Restored".to_owned()),
        "destroy" => {
            if let Err(error) = sim.person_destroy(now_us, &who, item.id) {
                return finish(sim, visit, &item, Err(error));
            }
            return redirect(&format!(
                "{}?view=bin&done=Deleted%20for%20good",
                path(sim, &item.project)
            ));
        }
        _ => return not_found(sim, visit),
    };
    finish(sim, visit, &item, done)
}

/// Back to the page with a word about what was done, or the page with the refusal and what was typed.
fn finish(sim: &Sim, visit: &mut Visit, item: &Snapshot, done: Result<String, SimError>) -> HttpResponse {
    match done {
        Ok(notice) => {
            let notice = notice.replace(' ', "%20").replace(',', "%2C");
            redirect(&format!("{}/edit/{}?done={notice}", path(sim, &item.project), item.id))
        }
        Err(error) => {
            visit.refused = Some(error.to_string());
            show(sim, visit, &item.id.to_string())
        }
    }
}

fn find(sim: &Sim, id: &str) -> Option<Snapshot> {
    sim.work_item_snapshot(id.parse().ok()?)
        .filter(|item| !item.is_destroyed)
}

/// A field as the form shows it.
fn shown(item: &Snapshot, field: &str) -> String {
    match item.fields.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

fn content(sim: &Sim, visit: &Visit, item: &Snapshot) -> String {
    let base = format!("{}/edit/{}", path(sim, &item.project), item.id);
    let kind = text(item, "System.WorkItemType");
    let title = format!("{kind} {}: {}", item.id, text(item, "System.Title"));
    let top = format!(
        "<p class=\"muted\"><a href=\"{}\">Work items of {}</a> · rev <span id=\"rev\">{}</span> · last changed by {}</p>",
        path(sim, &item.project),
        escape(&item.project),
        item.rev,
        escape(&display(sim, text(item, "System.ChangedBy")))
    );
    let body = if item.is_deleted {
        format!(
            "<p class=\"notice\">This work item is in the recycle bin.</p><div class=\"row\">{}{}</div>",
            button("restore", "Restore", &format!("{base}/restore"), "primary"),
            button("destroy", "Delete for good", &format!("{base}/destroy"), "danger"),
        )
    } else {
        format!(
            "{}<h2>Comment</h2><form method=\"post\" action=\"{base}/comment\">{}<p><button id=\"add-comment\">Add comment</button></p></form>{}<h2>Recycle bin</h2>{}",
            form(sim, visit, item, &base),
            textarea("comment", "Your comment", ""),
            links::section(sim, item, &base),
            button("delete", "Delete", &format!("{base}/delete"), "danger"),
        )
    };
    let history: String = sim
        .history(item.id)
        .iter()
        .map(|entry| history_entry(sim, entry))
        .collect();
    page(
        sim,
        visit,
        &title,
        &format!("{top}{body}<h2>History</h2><ol class=\"history\" id=\"history\">{history}</ol>"),
    )
}

fn form(sim: &Sim, visit: &Visit, item: &Snapshot, base: &str) -> String {
    // After a refusal the form keeps what was typed.
    let value = |name: &str, field: &str| {
        if visit.form.contains_key(name) {
            visit.field(name)
        } else {
            shown(item, field)
        }
    };
    let same = |names: Vec<String>| names.into_iter().map(|name| (name.clone(), name)).collect::<Vec<_>>();
    let people = std::iter::once((String::new(), "Unassigned".to_owned()))
        .chain(
            sim.people()
                .into_iter()
                .map(|person| (person.unique_name, person.display_name)),
        )
        .collect::<Vec<_>>();
    let areas = same(sim.areas(&item.project).into_iter().map(|node| node.path).collect());
    let iterations = same(
        sim.iterations(&item.project)
            .into_iter()
            .map(|node| node.path)
            .collect(),
    );
    let priorities = same(["1", "2", "3", "4"].map(str::to_owned).to_vec());
    let kind = text(item, "System.WorkItemType");
    let of_type: String = OF_SOME
        .iter()
        .filter(|(_, _, field)| sim.type_has_field(kind, field))
        .map(|(id, label, field)| input(id, label, "text", &value(id, field)))
        .collect();
    format!(
        "<form method=\"post\" action=\"{base}\"><input type=\"hidden\" name=\"rev\" value=\"{}\">{}<div class=\"columns\">{}{}{}{}{}{}{of_type}</div>{}\
<p><button id=\"save\" class=\"primary\">Save</button></p></form>",
        item.rev,
        input("title", "Title", "text", &value("title", "System.Title")),
        select(
            "state",
            "State",
            &same(sim.next_states(item.id)),
            &value("state", "System.State")
        ),
        select(
            "assigned-to",
            "Assigned to",
            &people,
            &value("assigned-to", "System.AssignedTo")
        ),
        select("area", "Area", &areas, &value("area", "System.AreaPath")),
        select(
            "iteration",
            "Iteration",
            &iterations,
            &value("iteration", "System.IterationPath")
        ),
        select(
            "priority",
            "Priority",
            &priorities,
            &value("priority", "Microsoft.VSTS.Common.Priority")
        ),
        input(
            "tags",
            "Tags, with ; between them",
            "text",
            &value("tags", "System.Tags")
        ),
        textarea(
            "description",
            "Description (HTML)",
            &value("description", "System.Description")
        ),
    )
}

/// What somebody reads of a piece of HTML.
fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        out.push(' ');
        rest = rest[at..].find('>').map_or("", |end| &rest[at + end + 1..]);
    }
    out.push_str(rest);
    let decoded = out
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    decoded.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn history_entry(sim: &Sim, entry: &HistoryEntry) -> String {
    let change = |(name, old, new): &(String, String, String)| {
        let is_html = ["History", "Description", "Acceptance Criteria", "Repro Steps"].contains(&name.as_str());
        let words = |text: &str| escape(&if is_html { plain(text) } else { text.to_owned() });
        let label = if name == "History" { "Comment" } else { name };
        match (old.is_empty(), new.is_empty()) {
            (false, true) => format!("<li>{}: {} → <i>nothing</i></li>", escape(label), words(old)),
            (false, false) if name != "History" => {
                format!("<li>{}: {} → {}</li>", escape(label), words(old), words(new))
            }
            _ => format!("<li>{}: {}</li>", escape(label), words(new)),
        }
    };
    let link = |word: &'static str| {
        move |(rel, url): &(String, String)| {
            format!(
                "<li>{word} {} {}</li>",
                escape(links::label(rel)),
                escape(url.rsplit('/').next().unwrap_or(url))
            )
        }
    };
    let mut lines: String = entry.fields.iter().map(change).collect();
    lines.extend(entry.links_added.iter().map(link("Link added:")));
    lines.extend(entry.links_removed.iter().map(link("Link removed:")));
    format!(
        "<li data-rev=\"{}\"><b>{}</b> <span class=\"muted\">rev {} · {}</span><ul>{lines}</ul></li>",
        entry.rev,
        escape(&display(sim, &entry.by)),
        entry.rev,
        time(entry.at_us)
    )
}
