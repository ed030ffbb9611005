//! Service hooks: the subscriptions, and the notifications they send.
//!
//! A notification is a hint that a work item changed, nothing more: it comes late, twice, in any order or not at all,
//! and whoever holds the secret can send one. What it says about values is not read.
//!
//! Sources: `hooks` specifications 4.1 to 7.1 and their examples; the notifications from Microsoft's samples
//! (aspnet/WebHooks), whose `workitem.updated` has the work item 0 and its number in the revision.

use serde_json::{Value, json};

use crate::body;
use crate::client::{Call, Client};
use crate::error::Error;
use crate::model::{Identity, Rev, WorkItemId, integer};
use crate::transport::{Method, Transport};
use crate::url::encode;
use crate::version::Route;

/// Deepest notification that is read.
const NOTIFICATION_DEPTH_MAX: usize = 64;

/// A subscription as the server has it. Its secrets read back masked, so it is never written back.
#[derive(Debug, Clone, PartialEq)]
pub struct Subscription {
    /// Number, a GUID in text.
    pub id: String,
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// `workitem.updated` and the like.
    pub event_type: String,
    /// `tfs`; other names are seen too, so go by the event type.
    pub publisher_id: String,
    /// `webHooks` for those that call an address.
    pub consumer_id: String,
    /// The address it calls.
    pub url: Option<String>,
    /// The project it listens to; none for the whole collection.
    pub project_id: Option<String>,
    /// How often it was tried while on probation.
    pub probation_retries: Option<i64>,
    /// When it was last tried on probation, ISO 8601.
    pub last_probation_retry_date: Option<String>,
    /// Who made it; when they lose access it stops.
    pub created_by: Option<Identity>,
}

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionStatus {
    /// Sends.
    Enabled,
    /// Failed; tries the failed notification alone and drops new ones.
    OnProbation,
    /// Switched off by somebody.
    DisabledByUser,
    /// Given up.
    DisabledBySystem,
    /// Its maker lost access.
    DisabledByInactiveIdentity,
    /// Anything newer.
    Unknown,
}

/// A subscription to be made: one event of one project (or all), sent to an address with a secret.
///
/// The secret travels as a Basic password: headers can be read back by others, the password can't.
#[derive(Clone)]
pub struct SubscriptionSpec {
    project_id: Option<String>,
    event_type: String,
    url: String,
    user_name: String,
    secret: String,
}

/// The secret is the mask a server shows instead of one; writing it back would make it the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret is empty or only a mask")]
pub struct MaskedSecretError;

/// What a notification says that can be relied on: which work item to read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// The subscription that sent it.
    pub subscription_id: Option<String>,
    /// Counts within the subscription.
    pub notification_id: Option<i64>,
    /// The event; several subscriptions can send the same one.
    pub event_id: Option<String>,
    /// `workitem.created`, `workitem.updated` and the like.
    pub event_type: String,
    /// The work item; none when it is no work item's event or doesn't say.
    pub work_item_id: Option<WorkItemId>,
    /// The rev it speaks of.
    pub rev: Option<Rev>,
    /// Number of the project it says it is of, where it says so.
    pub project_id: Option<String>,
    /// The project's name, where it says so.
    pub project: Option<String>,
}

/// Why a body is no notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotificationError {
    /// No JSON.
    #[error("the body is no JSON")]
    NotJson,
    /// Deeper than any notification.
    #[error("the body is nested too deep")]
    TooDeep,
    /// JSON without an event type.
    #[error("the body names no event type")]
    NoEventType,
}

impl Notification {
    /// Reads a notification's body.
    ///
    /// The work item of an update is `resource.workItemId`, else `resource.revision.id`, else the number in
    /// `resource._links.parent.href` (`resource.id` is the update's). Of every other event it is `resource.id`.
    pub fn parse(body: &[u8]) -> Result<Notification, NotificationError> {
        if depth(body) > NOTIFICATION_DEPTH_MAX {
            return Err(NotificationError::TooDeep);
        }
        let value = body::json(body).ok_or(NotificationError::NotJson)?;
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let event_type = text("eventType").ok_or(NotificationError::NoEventType)?;
        let resource = value.get("resource").unwrap_or(&Value::Null);
        let is_work_item = event_type.to_ascii_lowercase().starts_with("workitem.");
        let is_update = event_type.eq_ignore_ascii_case("workitem.updated");
        let work_item_id = match (is_work_item, is_update) {
            (false, _) => None,
            (true, true) => work_item_of_update(resource),
            (true, false) => positive(resource, "id"),
        };
        Ok(Notification {
            subscription_id: text("subscriptionId"),
            notification_id: value.get("notificationId").and_then(integer),
            event_id: text("id"),
            event_type,
            work_item_id: work_item_id.map(WorkItemId),
            rev: positive(resource, "rev").filter(|_| is_work_item).map(Rev),
            project_id: value
                .pointer("/resourceContainers/project/id")
                .and_then(Value::as_str)
                .map(str::to_owned),
            project: project_of(resource),
        })
    }
}

/// The project's name: of an update it stands in the revision, for its fields are what changed.
fn project_of(resource: &Value) -> Option<String> {
    let name = |fields: Option<&Value>| fields?.get(crate::field::TEAM_PROJECT)?.as_str().map(str::to_owned);
    let revision = resource.get("revision");
    name(resource.get("fields")).or_else(|| name(revision.and_then(|revision| revision.get("fields"))))
}

fn work_item_of_update(resource: &Value) -> Option<i64> {
    let parent = || {
        let href = resource
            .get("_links")?
            .get("parent")?
            .get("href")?
            .as_str()?
            .to_ascii_lowercase();
        let (_, tail) = href.split_once("/_apis/wit/workitems/")?;
        tail.split(['/', '?']).next()?.parse().ok().filter(|id| *id > 0)
    };
    positive(resource, "workItemId")
        .or_else(|| resource.get("revision").and_then(|revision| positive(revision, "id")))
        .or_else(parent)
}

fn positive(value: &Value, key: &str) -> Option<i64> {
    value.get(key).and_then(integer).filter(|number| *number > 0)
}

/// How deep brackets nest outside of strings.
fn depth(body: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut is_string, mut is_escaped) = (false, false);
    for byte in body {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_string => is_escaped = true,
            b'"' => is_string = !is_string,
            b'{' | b'[' if !is_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !is_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

impl SubscriptionSpec {
    /// One event of one project (`None` for the whole collection, which needs more rights) sent to `url`.
    pub fn new(
        project_id: Option<&str>,
        event_type: &str,
        url: &str,
        user_name: &str,
        secret: &str,
    ) -> Result<Self, MaskedSecretError> {
        if secret.chars().all(|c| c == '*') {
            return Err(MaskedSecretError);
        }
        Ok(Self {
            project_id: project_id.map(str::to_owned),
            event_type: event_type.to_owned(),
            url: url.to_owned(),
            user_name: user_name.to_owned(),
            secret: secret.to_owned(),
        })
    }

    fn body(&self) -> Value {
        let mut publisher_inputs = json!({"areaPath": "", "workItemType": ""});
        if let Some(project_id) = &self.project_id {
            publisher_inputs["projectId"] = project_id.as_str().into();
        }
        json!({
            "publisherId": "tfs",
            "eventType": self.event_type,
            // The oldest shape: every server sends it.
            "resourceVersion": "1.0",
            "consumerId": "webHooks",
            "consumerActionId": "httpRequest",
            "publisherInputs": publisher_inputs,
            "consumerInputs": {
                "url": self.url,
                "basicAuthUsername": self.user_name,
                "basicAuthPassword": self.secret,
                "resourceDetailsToSend": "all",
                "messagesToSend": "none",
                "detailedMessagesToSend": "none",
            },
        })
    }
}

impl<T: Transport> Client<T> {
    /// The subscriptions that call an address, as far as the token's owner may see them.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, Error> {
        let call = Call::get("/_apis/hooks/subscriptions".to_owned()).query("consumerId", "webHooks");
        let answer = self.call(Route::Subscriptions, call).await?;
        Ok(crate::client::entries(&answer)?
            .iter()
            .filter_map(read_subscription)
            .collect())
    }

    /// Makes a subscription.
    pub async fn create_subscription(&self, spec: &SubscriptionSpec) -> Result<Subscription, Error> {
        let call = Call::new(Method::Post, "/_apis/hooks/subscriptions".to_owned()).json(&spec.body());
        self.call(Route::Subscriptions, call).await?.read(read_subscription)
    }

    /// Replaces a subscription and enables it. The whole is written, with a secret of ours: what a read shows in its
    /// place is a mask.
    pub async fn update_subscription(&self, id: &str, spec: &SubscriptionSpec) -> Result<Subscription, Error> {
        let mut body = spec.body();
        body["id"] = id.into();
        body["status"] = "enabled".into();
        let call = Call::new(Method::Put, format!("/_apis/hooks/subscriptions/{}", encode(id))).json(&body);
        self.call(Route::Subscriptions, call).await?.read(read_subscription)
    }

    /// Deletes a subscription.
    pub async fn delete_subscription(&self, id: &str) -> Result<(), Error> {
        let call = Call::new(Method::Delete, format!("/_apis/hooks/subscriptions/{}", encode(id)));
        self.call(Route::Subscriptions, call).await.map(drop)
    }
}

fn read_subscription(entry: &Value) -> Option<Subscription> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let input = |inputs: &str, key: &str| entry.get(inputs).and_then(|inputs| text(inputs, key));
    Some(Subscription {
        id: text(entry, "id")?,
        status: entry
            .get("status")
            .and_then(Value::as_str)
            .map_or(SubscriptionStatus::Enabled, read_status),
        event_type: text(entry, "eventType")?,
        publisher_id: text(entry, "publisherId").unwrap_or_default(),
        consumer_id: text(entry, "consumerId").unwrap_or_default(),
        url: input("consumerInputs", "url"),
        project_id: input("publisherInputs", "projectId").filter(|id| !id.is_empty()),
        probation_retries: entry.get("probationRetries").and_then(integer),
        last_probation_retry_date: text(entry, "lastProbationRetryDate"),
        created_by: entry.get("createdBy").and_then(Identity::from_value),
    })
}

fn read_status(status: &str) -> SubscriptionStatus {
    match status {
        "enabled" => SubscriptionStatus::Enabled,
        "onProbation" => SubscriptionStatus::OnProbation,
        "disabledByUser" => SubscriptionStatus::DisabledByUser,
        "disabledBySystem" => SubscriptionStatus::DisabledBySystem,
        "disabledByInactiveIdentity" => SubscriptionStatus::DisabledByInactiveIdentity,
        _ => SubscriptionStatus::Unknown,
    }
}
