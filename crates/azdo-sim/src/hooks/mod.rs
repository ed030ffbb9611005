//! Service hooks: subscriptions and the notifications they send.
//!
//! What an event looks like is in [`payload`], what a receiver's answer does in [`delivery`]. Source: handbook section 4.

mod delivery;
mod payload;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::Sim;
use crate::access::Permission;
use crate::clock;
use crate::refusal::Refusal;

pub use delivery::{Delivery, DeliveryOutcome};

/// The events a Web Hooks subscription about work items can have.
pub(crate) const EVENT_TYPES: &[(&str, &str)] = &[
    ("workitem.commented", "Work item commented on"),
    ("workitem.created", "Work item created"),
    ("workitem.deleted", "Work item deleted"),
    ("workitem.restored", "Work item restored"),
    ("workitem.updated", "Work item updated"),
];

/// Inputs that read back masked.
const CONFIDENTIAL: &[&str] = &["basicAuthPassword"];
const MASK: &str = "********";
/// Records of notifications kept for one subscription.
const RECORDS_MAX: usize = 500;

/// A Web Hooks subscription as a person makes it in the project's settings.
#[derive(Debug, Clone)]
pub struct SubscriptionSpec {
    /// Name or id of the project.
    pub project: String,
    /// `workitem.created`, `.updated`, `.deleted`, `.restored`, `.commented`.
    pub event_type: String,
    /// The receiver.
    pub url: String,
    /// User name and password.
    pub basic_auth: (String, String),
}

/// A subscription as the settings page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionInfo {
    /// GUID.
    pub id: String,
    /// Id of the project, empty for the whole collection.
    pub project_id: String,
    /// `workitem.updated` …
    pub event_type: String,
    /// The receiver.
    pub url: String,
    /// `enabled`, `onProbation`, `disabledByUser`, `disabledBySystem`, `disabledByInactiveIdentity`.
    pub status: String,
    /// Unique name of its maker.
    pub created_by: String,
    /// Notifications so far, and how many of them succeeded.
    pub n_notifications: usize,
    /// How many of the kept notifications succeeded.
    pub n_succeeded: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Enabled,
    OnProbation,
    DisabledByUser,
    DisabledBySystem,
    DisabledByInactiveIdentity,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Status::Enabled => "enabled",
            Status::OnProbation => "onProbation",
            Status::DisabledByUser => "disabledByUser",
            Status::DisabledBySystem => "disabledBySystem",
            Status::DisabledByInactiveIdentity => "disabledByInactiveIdentity",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub id: i64,
    pub event_id: String,
    pub created_us: i64,
    pub modified_us: i64,
    pub status: &'static str,
    pub result: &'static str,
    pub n_attempts: i64,
    pub answered: Option<u16>,
}

#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub id: String,
    pub event_type: String,
    pub resource_version: String,
    pub publisher_inputs: Map<String, Value>,
    pub consumer_inputs: Map<String, Value>,
    pub created_by: String,
    pub created_us: i64,
    pub modified_by: String,
    pub modified_us: i64,
    pub status: Status,
    pub n_probation_retries: usize,
    pub last_probation_retry_us: Option<i64>,
    pub n_notifications: i64,
    pub records: Vec<Record>,
}

impl Subscription {
    pub fn input(&self, name: &str) -> &str {
        self.publisher_inputs
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub fn consumer_input(&self, name: &str) -> &str {
        self.consumer_inputs
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// Every subscription, and every notification on its way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hooks {
    pub subscriptions: BTreeMap<String, Subscription>,
    pub pending: BTreeMap<u64, delivery::Pending>,
    pub next_delivery: u64,
}

impl Sim {
    /// A subscription made in the web UI by an administrator of the project; its id.
    pub fn subscribe(&mut self, spec: SubscriptionSpec) -> String {
        let who = self
            .organization
            .people
            .iter()
            .find(|person| person.is_administrator)
            .or(self.organization.people.first());
        let who = who.map(|person| person.unique_name.clone()).unwrap_or_default();
        self.subscribe_as(self.config.start_us, &who, spec)
    }

    /// A subscription made in the web UI by this person; its id.
    pub fn subscribe_as(&mut self, now_us: i64, person: &str, spec: SubscriptionSpec) -> String {
        let project = self
            .organization
            .project(&spec.project)
            .map(|at| self.organization.projects[at].id.clone());
        let body = json!({
            "publisherId": "tfs",
            "eventType": spec.event_type,
            "resourceVersion": "1.0",
            "consumerId": "webHooks",
            "consumerActionId": "httpRequest",
            "publisherInputs": {"projectId": project.unwrap_or_default(), "areaPath": "", "workItemType": "", "changedFields": ""},
            "consumerInputs": {"url": spec.url, "basicAuthUsername": spec.basic_auth.0, "basicAuthPassword": spec.basic_auth.1},
        });
        self.insert_subscription(now_us, person, &body)
    }

    /// Every subscription, oldest first.
    pub fn subscriptions(&self) -> Vec<SubscriptionInfo> {
        let mut all: Vec<&Subscription> = self.hooks.subscriptions.values().collect();
        all.sort_by_key(|subscription| (subscription.created_us, subscription.id.clone()));
        all.into_iter()
            .map(|subscription| SubscriptionInfo {
                id: subscription.id.clone(),
                project_id: subscription.input("projectId").to_owned(),
                event_type: subscription.event_type.clone(),
                url: subscription.consumer_input("url").to_owned(),
                status: subscription.status.word().to_owned(),
                created_by: subscription.created_by.clone(),
                n_notifications: subscription.n_notifications as usize,
                n_succeeded: subscription
                    .records
                    .iter()
                    .filter(|record| record.result == "succeeded")
                    .count(),
            })
            .collect()
    }

    /// Removes a subscription, as its deletion in the web UI does; notifications on their way are dropped.
    pub fn remove_subscription(&mut self, id: &str) -> bool {
        self.hooks.pending.retain(|_, pending| pending.subscription != id);
        self.hooks.subscriptions.remove(id).is_some()
    }

    /// Enables or disables a subscription, as a person does in the web UI.
    pub fn set_subscription_enabled(&mut self, id: &str, is_enabled: bool) {
        if let Some(subscription) = self.hooks.subscriptions.get_mut(id) {
            subscription.status = if is_enabled {
                Status::Enabled
            } else {
                Status::DisabledByUser
            };
            subscription.n_probation_retries = 0;
        }
    }

    /// Somebody loses access to the organization: their tokens stop working, their subscriptions are disabled.
    pub fn remove_access(&mut self, person: &str) {
        for info in self.access.infos() {
            if info.person.eq_ignore_ascii_case(person) {
                self.access.revoke(&info.token);
            }
        }
        for subscription in self
            .hooks
            .subscriptions
            .values_mut()
            .filter(|s| s.created_by.eq_ignore_ascii_case(person))
        {
            subscription.status = Status::DisabledByInactiveIdentity;
        }
    }

    /// Whether this person (by unique name) may make and change subscriptions.
    pub fn may_edit_subscriptions(&self, person: &str) -> bool {
        self.organization
            .person(person)
            .is_some_and(|person| self.access.may(person, Permission::EditSubscriptions))
    }

    /// Refuses a person who may not make and change subscriptions.
    pub(crate) fn require_subscription_right(&self, person: &crate::access::Person) -> Result<(), Refusal> {
        if self.access.may(person, Permission::EditSubscriptions) {
            return Ok(());
        }
        let message = format!(
            "TF401027: You need the Edit Subscriptions permission to perform this action. {} does not have it.",
            person.display_name
        );
        Err(Refusal::general(403, "AccessCheckException", message))
    }

    /// Checks a subscription's body as POST and PUT take it.
    pub(crate) fn check_subscription(&self, body: &Value) -> Result<(), Refusal> {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let refuse = |what: String| Err(Refusal::general(400, "SubscriptionInputException", what));
        if !text("publisherId").is_empty() && text("publisherId") != "tfs" {
            return refuse(format!("The publisher {} does not exist.", text("publisherId")));
        }
        if !EVENT_TYPES.iter().any(|(id, _)| *id == text("eventType")) {
            return refuse(format!(
                "The event type {} does not exist for publisher tfs.",
                text("eventType")
            ));
        }
        if text("consumerId") != "webHooks" || text("consumerActionId") != "httpRequest" {
            return refuse("Only the consumer webHooks with its action httpRequest is offered here.".to_owned());
        }
        let url = body
            .pointer("/consumerInputs/url")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return refuse("The input url is required and must be an absolute URL.".to_owned());
        }
        let project = body
            .pointer("/publisherInputs/projectId")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !project.is_empty() && self.organization.project(project).is_none() {
            return refuse(format!("The input projectId names no project: {project}."));
        }
        Ok(())
    }

    pub(crate) fn insert_subscription(&mut self, now_us: i64, person: &str, body: &Value) -> String {
        let id = self.dice.guid();
        let subscription = Subscription {
            id: id.clone(),
            event_type: String::new(),
            resource_version: String::new(),
            publisher_inputs: Map::new(),
            consumer_inputs: Map::new(),
            created_by: person.to_owned(),
            created_us: now_us,
            modified_by: person.to_owned(),
            modified_us: now_us,
            status: Status::Enabled,
            n_probation_retries: 0,
            last_probation_retry_us: None,
            n_notifications: 0,
            records: Vec::new(),
        };
        self.hooks.subscriptions.insert(id.clone(), subscription);
        let tfs_id = self.dice.guid();
        self.set_subscription(now_us, person, &id, body);
        let host = self.organization.instance_id.clone();
        if let Some(subscription) = self.hooks.subscriptions.get_mut(&id) {
            subscription.publisher_inputs.insert("hostId".to_owned(), json!(host));
            subscription
                .publisher_inputs
                .insert("tfsSubscriptionId".to_owned(), json!(tfs_id));
        }
        id
    }

    /// Takes a PUT body whole. A masked input is taken literally: the mask becomes the password.
    pub(crate) fn set_subscription(&mut self, now_us: i64, person: &str, id: &str, body: &Value) {
        let object = |name: &str| body.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
        let Some(subscription) = self.hooks.subscriptions.get_mut(id) else {
            return;
        };
        subscription.event_type = body["eventType"].as_str().unwrap_or_default().to_owned();
        subscription.resource_version = body
            .get("resourceVersion")
            .and_then(Value::as_str)
            .unwrap_or("1.0")
            .to_owned();
        subscription.publisher_inputs = object("publisherInputs");
        subscription.consumer_inputs = object("consumerInputs");
        subscription.modified_by = person.to_owned();
        subscription.modified_us = now_us;
        match body.get("status").and_then(Value::as_str) {
            Some("disabledByUser") => subscription.status = Status::DisabledByUser,
            Some("enabled") => {
                subscription.status = Status::Enabled;
                subscription.n_probation_retries = 0;
            }
            _ => {}
        }
    }

    pub(crate) fn subscription_json(&self, subscription: &Subscription) -> Value {
        let long = self.doubts().long_fractions;
        let mut consumer_inputs = subscription.consumer_inputs.clone();
        for name in CONFIDENTIAL {
            if consumer_inputs
                .get(*name)
                .and_then(Value::as_str)
                .is_some_and(|text| !text.is_empty())
            {
                consumer_inputs.insert((*name).to_owned(), json!(MASK));
            }
        }
        let url = subscription.consumer_input("url");
        let host = url
            .split("://")
            .nth(1)
            .and_then(|rest| rest.split(['/', ':']).next())
            .unwrap_or_default();
        let event = EVENT_TYPES
            .iter()
            .find(|(id, _)| *id == subscription.event_type)
            .map_or("", |(_, name)| name);
        let mut shown = json!({
            "id": subscription.id,
            "url": format!("{}/_apis/hooks/subscriptions/{}", self.collection_url(), subscription.id),
            "status": subscription.status.word(),
            "publisherId": "tfs",
            "eventType": subscription.event_type,
            "subscriber": null,
            "resourceVersion": subscription.resource_version,
            "eventDescription": event,
            "consumerId": "webHooks",
            "consumerActionId": "httpRequest",
            "actionDescription": format!("To host {host}"),
            "probationRetries": subscription.n_probation_retries.to_string(),
            "createdBy": self.identity_of(&subscription.created_by, false),
            "createdDate": clock::iso(subscription.created_us, long),
            "modifiedBy": self.identity_of(&subscription.modified_by, false),
            "modifiedDate": clock::iso(subscription.modified_us, long),
            "publisherInputs": subscription.publisher_inputs,
            "consumerInputs": consumer_inputs,
        });
        if let Some(at_us) = subscription.last_probation_retry_us {
            shown["lastProbationRetryDate"] = json!(clock::iso(at_us, long));
        }
        shown
    }

    pub(crate) fn notification_json(&self, subscription: &Subscription, record: &Record) -> Value {
        let long = self.doubts().long_fractions;
        json!({
            "id": record.id,
            "subscriptionId": subscription.id,
            "eventId": record.event_id,
            "status": record.status,
            "result": record.result,
            "createdDate": clock::iso(record.created_us, long),
            "modifiedDate": clock::iso(record.modified_us, long),
            "details": {
                "eventType": subscription.event_type,
                "publisherId": "tfs",
                "consumerId": "webHooks",
                "consumerActionId": "httpRequest",
                "requestAttempts": record.n_attempts,
                "queuedDate": clock::iso(record.created_us, long),
                "response": record.answered.map(|status| format!("Status Code: {status}")),
            },
        })
    }
}
