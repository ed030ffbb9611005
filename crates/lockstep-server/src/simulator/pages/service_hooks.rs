//! Service hooks of a project: what is there and how it fares, and a form to add one by hand.

use azdo_sim::{HttpResponse, Sim, SubscriptionInfo, SubscriptionSpec};

use super::markup::{button, escape, input, page, segment, select};
use super::work_items::display;
use super::{Visit, html, not_found, redirect};

const EVENTS: &[(&str, &str)] = &[
    ("workitem.updated", "Work item updated"),
    ("workitem.created", "Work item created"),
    ("workitem.commented", "Work item commented on"),
    ("workitem.deleted", "Work item deleted"),
    ("workitem.restored", "Work item restored"),
];

fn path(sim: &Sim, project: &str) -> String {
    format!(
        "/{}/{}/_settings/serviceHooks",
        segment(sim.organization_name()),
        segment(project)
    )
}

pub(super) fn list(sim: &Sim, visit: &Visit, project: &str) -> String {
    let base = path(sim, project);
    let project_id = project_id(sim, project);
    let mine = sim
        .subscriptions()
        .into_iter()
        .filter(|s| s.project_id == project_id || s.project_id.is_empty());
    let rows: String = mine.map(|subscription| row(sim, &base, &subscription)).collect();
    let events = EVENTS
        .iter()
        .map(|(id, label)| ((*id).to_owned(), (*label).to_owned()))
        .collect::<Vec<_>>();
    let content = format!(
        "<div class=\"scroll\"><table><thead><tr><th>Event</th><th>Receiver</th><th>Status</th><th>Made by</th><th>Sent</th><th></th></tr></thead><tbody id=\"subscriptions\">{rows}</tbody></table></div>\
<h2>New Web Hooks subscription</h2><form method=\"post\" action=\"{base}\">{}{}<div class=\"columns\">{}{}</div><p><button id=\"add\" class=\"primary\">Add</button></p></form>",
        select("event", "Event", &events, &visit.field("event")),
        input("url", "URL", "url", &visit.field("url")),
        input(
            "username",
            "Basic authentication user name",
            "text",
            &visit.field("username")
        ),
        input("password", "Basic authentication password", "password", ""),
    );
    page(sim, visit, &format!("Service hooks of {project}"), &content)
}

fn row(sim: &Sim, base: &str, subscription: &SubscriptionInfo) -> String {
    let event = EVENTS
        .iter()
        .find(|(id, _)| *id == subscription.event_type)
        .map_or(subscription.event_type.as_str(), |(_, label)| label);
    let is_enabled = subscription.status == "enabled";
    let switch = match is_enabled {
        true => button("", "Disable", &format!("{base}/{}/disable", subscription.id), ""),
        false => button("", "Enable", &format!("{base}/{}/enable", subscription.id), ""),
    };
    format!(
        "<tr data-subscription=\"{id}\"><td>{}</td><td><code>{}</code></td><td class=\"status\">{}</td><td>{}</td><td>{} sent, {} well</td><td><div class=\"row\">{switch}{}</div></td></tr>",
        escape(event),
        escape(&subscription.url),
        escape(&subscription.status),
        escape(&display(sim, &subscription.created_by)),
        subscription.n_notifications,
        subscription.n_succeeded,
        button("", "Delete", &format!("{base}/{}/delete", subscription.id), "danger"),
        id = escape(&subscription.id),
    )
}

pub(super) fn create(sim: &mut Sim, visit: &mut Visit, project: &str) -> HttpResponse {
    let url = visit.field("url").trim().to_owned();
    if !sim.may_edit_subscriptions(&visit.person) {
        visit.refused = Some("TF401027: You need the Edit Subscriptions permission to perform this action.".to_owned());
    } else if !url.starts_with("http://") && !url.starts_with("https://") {
        visit.refused = Some("The URL must start with http:// or https://.".to_owned());
    }
    if visit.refused.is_some() {
        return html(400, list(sim, visit, project));
    }
    let spec = SubscriptionSpec {
        project: project.to_owned(),
        event_type: visit.field("event"),
        url,
        basic_auth: (visit.field("username"), visit.field("password")),
    };
    let person = visit.person.clone();
    sim.subscribe_as(visit.now_us, &person, spec);
    redirect(&format!("{}?done=Subscription%20added", path(sim, project)))
}

pub(super) fn act(sim: &mut Sim, visit: &mut Visit, project: &str, id: &str, act: &str) -> HttpResponse {
    if !sim.may_edit_subscriptions(&visit.person) {
        visit.refused = Some("TF401027: You need the Edit Subscriptions permission to perform this action.".to_owned());
        return html(403, list(sim, visit, project));
    }
    match act {
        "enable" => sim.set_subscription_enabled(id, true),
        "disable" => sim.set_subscription_enabled(id, false),
        "delete" => drop(sim.remove_subscription(id)),
        _ => return not_found(sim, visit),
    }
    redirect(&path(sim, project))
}

fn project_id(sim: &Sim, project: &str) -> String {
    sim.projects()
        .into_iter()
        .find(|p| p.name == project)
        .map(|p| p.id)
        .unwrap_or_default()
}
