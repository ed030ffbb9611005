//! What an event says, and which subscriptions hear it.
//!
//! Source: handbook 4.1 and the sample notifications beside it. Of an updated work item `resource.id` is the number of
//! the update; the work item is `resource.workItemId`.

use serde_json::{Map, Value, json};

use super::{Status, Subscription};
use crate::Sim;
use crate::clock;
use crate::nodes::Tree;
use crate::render::View;
use crate::work_item::WorkItem;
use crate::write::Author;

/// One event about one work item.
struct Event<'a> {
    event_type: &'static str,
    id: i64,
    resource: Value,
    /// Reference names that changed.
    changed: Vec<String>,
    comment: Option<&'a str>,
}

impl Sim {
    /// Tells subscribers of a new or changed work item.
    pub(crate) fn announce(
        &mut self,
        now_us: i64,
        author: &Author,
        id: i64,
        update_id: i64,
        is_new: bool,
        comment: Option<&str>,
    ) {
        if self.hooks.subscriptions.is_empty()
            || (author.suppress_notifications && self.doubts().suppress_silences_hooks)
        {
            return;
        }
        let item = &self.organization.items[&id];
        let mut events = Vec::new();
        if is_new {
            events.push(Event {
                event_type: "workitem.created",
                id,
                resource: self.item_resource(item),
                changed: Vec::new(),
                comment: None,
            });
        } else if comment.is_none()
            || self.doubts().comment_fires_updated
            || changes_more_than_a_comment(item, update_id)
        {
            let changed = item
                .changed_by(&item.updates[update_id as usize - 1])
                .into_keys()
                .collect();
            events.push(Event {
                event_type: "workitem.updated",
                id,
                resource: self.updated_resource(item, update_id),
                changed,
                comment: None,
            });
        }
        if let Some(text) = comment {
            let mut resource = self.item_resource(item);
            resource["fields"]["System.History"] = json!(text);
            events.push(Event {
                event_type: "workitem.commented",
                id,
                resource,
                changed: Vec::new(),
                comment,
            });
        }
        for event in events {
            self.fire(now_us, author, event);
        }
    }

    /// Tells subscribers of a work item that went to or came from the recycle bin.
    pub(crate) fn announce_bin(&mut self, now_us: i64, author: &Author, id: i64, event_type: &'static str) {
        if self.hooks.subscriptions.is_empty()
            || (author.suppress_notifications && self.doubts().suppress_silences_hooks)
        {
            return;
        }
        let item = &self.organization.items[&id];
        let mut resource = self.item_resource(item);
        if event_type == "workitem.deleted" {
            let url = format!("{}/_apis/wit/recyclebin/{id}", self.project_url(item.project));
            resource["_links"] = json!({"self": {"href": url}});
            resource["url"] = json!(url);
        }
        self.fire(
            now_us,
            author,
            Event {
                event_type,
                id,
                resource,
                changed: Vec::new(),
                comment: None,
            },
        );
    }

    fn fire(&mut self, now_us: i64, author: &Author, event: Event) {
        let item = &self.organization.items[&event.id];
        let heard: Vec<String> = self
            .hooks
            .subscriptions
            .values()
            .filter(|subscription| self.hears(subscription, item, &event))
            .map(|subscription| subscription.id.clone())
            .collect();
        if heard.is_empty() {
            return;
        }
        let event_id = self.dice.guid();
        let body = self.envelope(now_us, author, &event, &event_id);
        for id in heard {
            let mut body = body.clone();
            let subscription = &self.hooks.subscriptions[&id];
            shorten(subscription, &mut body);
            self.queue(now_us, &id.clone(), &event_id, |notification| {
                body["subscriptionId"] = json!(id);
                body["notificationId"] = json!(notification);
                body
            });
        }
    }

    fn hears(&self, subscription: &Subscription, item: &WorkItem, event: &Event) -> bool {
        if subscription.status != Status::Enabled || subscription.event_type != event.event_type {
            return false;
        }
        let project = subscription.input("projectId");
        if !project.is_empty() && self.organization.project(project) != Some(item.project) {
            return false;
        }
        let area = subscription.input("areaPath");
        let area_id = item.number("System.AreaId");
        if !area.is_empty()
            && !self
                .organization
                .nodes
                .find(Tree::Area, area)
                .is_some_and(|node| self.organization.nodes.is_under(area_id, node))
        {
            return false;
        }
        let type_name = subscription.input("workItemType");
        if !type_name.is_empty() && type_name != item.text("System.WorkItemType") {
            return false;
        }
        let changed = subscription.input("changedFields");
        if !changed.is_empty()
            && event.event_type == "workitem.updated"
            && !event.changed.iter().any(|name| name == changed)
        {
            return false;
        }
        let pattern = subscription.input("commentPattern");
        if !pattern.is_empty()
            && !event
                .comment
                .is_none_or(|text| text.to_lowercase().contains(&pattern.to_lowercase()))
        {
            return false;
        }
        // Events are evaluated with the rights of who made the subscription.
        self.organization
            .person(&subscription.created_by)
            .is_some_and(|person| self.may_read(person, item))
    }

    fn envelope(&self, now_us: i64, author: &Author, event: &Event, event_id: &str) -> Value {
        let item = &self.organization.items[&event.id];
        let base = format!("{}/", self.collection_url());
        let verb = event.event_type.trim_start_matches("workitem.");
        let verb = if verb == "commented" { "commented on" } else { verb };
        let text = format!(
            "{} #{} ({}) {verb} by {}.",
            item.text("System.WorkItemType"),
            item.id,
            item.text("System.Title"),
            author.person.display_name
        );
        let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let message = json!({"text": text, "html": html, "markdown": text});
        json!({
            "subscriptionId": "",
            "notificationId": 0,
            "id": event_id,
            "eventType": event.event_type,
            "publisherId": "tfs",
            "message": message,
            "detailedMessage": message,
            "resource": event.resource,
            "resourceVersion": "1.0",
            "resourceContainers": {
                "collection": {"id": self.organization.instance_id, "baseUrl": base},
                "account": {"id": self.organization.account_id, "baseUrl": base},
                "project": {"id": self.organization.projects[item.project].id, "baseUrl": base},
            },
            "createdDate": clock::iso(now_us, true),
        })
    }

    fn item_resource(&self, item: &WorkItem) -> Value {
        self.work_item_json(
            item,
            &View {
                links: true,
                ..View::default()
            },
        )
    }

    fn updated_resource(&self, item: &WorkItem, update_id: i64) -> Value {
        let mut resource = self.update_json(item, update_id);
        let url = resource["url"].clone();
        resource["_links"] = json!({"self": {"href": url}, "parent": {"href": self.work_item_url(item.id)}});
        let rev = resource["rev"].as_i64().unwrap_or(1);
        let mut revision = self.revision_json(item, rev, &View::default());
        revision["url"] = json!(format!("{}/revisions/{rev}", self.work_item_url(item.id)));
        resource["revision"] = revision;
        resource
    }
}

/// Leaves out what the subscription does not want to be sent.
fn shorten(subscription: &Subscription, body: &mut Value) {
    match subscription
        .consumer_input("resourceDetailsToSend")
        .to_lowercase()
        .as_str()
    {
        "none" => body["resource"] = Value::Null,
        "minimal" => {
            let kept: Map<String, Value> = ["id", "workItemId", "rev", "url"]
                .iter()
                .filter_map(|name| {
                    body["resource"]
                        .get(*name)
                        .map(|value| ((*name).to_owned(), value.clone()))
                })
                .collect();
            body["resource"] = Value::Object(kept);
        }
        _ => {}
    }
    for (input, member) in [
        ("messagesToSend", "message"),
        ("detailedMessagesToSend", "detailedMessage"),
    ] {
        match subscription.consumer_input(input).to_lowercase().as_str() {
            "none" => body[member] = Value::Null,
            wanted @ ("text" | "html" | "markdown") => body[member] = json!({wanted: body[member][wanted]}),
            _ => {}
        }
    }
}

/// Whether an update touched anything besides the comment and what the server sets with it.
fn changes_more_than_a_comment(item: &WorkItem, update_id: i64) -> bool {
    const OF_A_COMMENT: &[&str] = &[
        "System.History",
        "System.CommentCount",
        "System.Rev",
        "System.ChangedDate",
        "System.ChangedBy",
        "System.Watermark",
    ];
    let update = &item.updates[update_id as usize - 1];
    let has_links = !update.added.is_empty() || !update.removed.is_empty() || !update.updated.is_empty();
    has_links
        || item
            .changed_by(update)
            .keys()
            .any(|name| !OF_A_COMMENT.contains(&name.as_str()))
}
