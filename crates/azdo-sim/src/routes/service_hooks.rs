//! Subscriptions, publishers and consumers over HTTP. Source: hooks in the specification.

use serde_json::{Value, json};

use super::{Answer, Call, Handled, list};
use crate::Sim;
use crate::hooks::{EVENT_TYPES, Subscription};
use crate::refusal::Refusal;

impl Sim {
    pub(super) fn publisher(&self) -> Value {
        json!({
            "id": "tfs",
            "url": format!("{}/_apis/hooks/publishers/tfs", self.collection_url()),
            "name": "Azure DevOps",
            "description": "Publishes events of work items",
            "supportedEvents": EVENT_TYPES.iter().map(|(id, name)| self.event_type(id, name)).collect::<Vec<_>>(),
            "inputDescriptors": [input("projectId", "Project", true)],
        })
    }

    fn event_type(&self, id: &str, name: &str) -> Value {
        json!({
            "id": id,
            "url": format!("{}/_apis/hooks/publishers/tfs/eventTypes/{id}", self.collection_url()),
            "name": name,
            "description": name,
            "publisherId": "tfs",
            "supportedResourceVersions": ["1.0"],
            "inputDescriptors": [input("areaPath", "Area path", false), input("workItemType", "Work item type", false)],
        })
    }

    pub(super) fn consumer(&self) -> Value {
        let url = format!("{}/_apis/hooks/consumers/webHooks", self.collection_url());
        let inputs = [
            ("url", "URL", true),
            ("httpHeaders", "HTTP headers", false),
            ("basicAuthUsername", "Basic authentication username", false),
            ("basicAuthPassword", "Basic authentication password", false),
            ("resourceDetailsToSend", "Resource details to send", false),
            ("messagesToSend", "Messages to send", false),
            ("detailedMessagesToSend", "Detailed messages to send", false),
        ];
        json!({
            "id": "webHooks",
            "url": url,
            "name": "Web Hooks",
            "description": "Provides event communication via HTTP",
            "authenticationType": "none",
            "inputDescriptors": [],
            "actions": [{
                "id": "httpRequest",
                "consumerId": "webHooks",
                "url": format!("{url}/actions/httpRequest"),
                "name": "Post via HTTP",
                "description": "Posts a JSON representation of the event to a URL",
                "supportedEventTypes": ["*"],
                "allowResourceVersionOverride": true,
                "inputDescriptors": inputs.map(|(id, name, required)| input(id, name, required)),
            }],
        })
    }

    pub(super) fn get_publisher(&self, id: &str) -> Handled {
        require_publisher(id)?;
        Ok(Answer::Json(self.publisher()))
    }

    pub(super) fn list_event_types(&self, publisher: &str) -> Handled {
        require_publisher(publisher)?;
        Ok(list(
            EVENT_TYPES.iter().map(|(id, name)| self.event_type(id, name)).collect(),
        ))
    }

    pub(super) fn get_event_type(&self, publisher: &str, event_type: &str) -> Handled {
        require_publisher(publisher)?;
        let found = EVENT_TYPES.iter().find(|(id, _)| id.eq_ignore_ascii_case(event_type));
        let (id, name) = found.ok_or_else(|| missing("event type", event_type))?;
        Ok(Answer::Json(self.event_type(id, name)))
    }

    pub(super) fn get_consumer(&self, id: &str) -> Handled {
        if !id.eq_ignore_ascii_case("webHooks") {
            return Err(missing("consumer", id));
        }
        Ok(Answer::Json(self.consumer()))
    }

    pub(super) fn list_subscriptions(&self, call: &Call) -> Handled {
        let wants = |name: &str, value: &str| call.param(name).is_none_or(|wanted| wanted.eq_ignore_ascii_case(value));
        let fits = |s: &&Subscription| {
            wants("publisherid", "tfs")
                && wants("eventtype", &s.event_type)
                && wants("consumerid", "webHooks")
                && wants("consumeractionid", "httpRequest")
        };
        Ok(list(
            self.hooks
                .subscriptions
                .values()
                .filter(fits)
                .map(|s| self.subscription_json(s))
                .collect(),
        ))
    }

    pub(super) fn get_subscription(&self, id: &str) -> Handled {
        Ok(Answer::Json(self.subscription_json(self.find_subscription(id)?)))
    }

    pub(super) fn post_subscription(&mut self, call: &Call) -> Handled {
        self.require_subscription_right(&call.caller.person)?;
        let body = call.json_body()?;
        self.check_subscription(&body)?;
        let id = self.insert_subscription(call.now_us, &call.caller.person.unique_name, &body);
        self.get_subscription(&id)
    }

    pub(super) fn put_subscription(&mut self, call: &Call, id: &str) -> Handled {
        self.require_subscription_right(&call.caller.person)?;
        let id = self.find_subscription(id)?.id.clone();
        let body = call.json_body()?;
        self.check_subscription(&body)?;
        self.set_subscription(call.now_us, &call.caller.person.unique_name, &id, &body);
        self.get_subscription(&id)
    }

    pub(super) fn delete_subscription(&mut self, call: &Call, id: &str) -> Handled {
        self.require_subscription_right(&call.caller.person)?;
        let id = self.find_subscription(id)?.id.clone();
        self.remove_subscription(&id);
        Ok(Answer::Nothing)
    }

    pub(super) fn query_subscriptions(&self, call: &Call) -> Handled {
        let body = call.json_body()?;
        let found = self.hooks.subscriptions.values().filter(|subscription| {
            let text = |name: &str, value: &str| {
                body.get(name)
                    .and_then(Value::as_str)
                    .is_none_or(|wanted| wanted.is_empty() || wanted.eq_ignore_ascii_case(value))
            };
            text("publisherId", "tfs")
                && text("eventType", &subscription.event_type)
                && text("consumerId", "webHooks")
                && text("consumerActionId", "httpRequest")
                && filters_fit(&body["publisherInputFilters"], &subscription.publisher_inputs)
                && filters_fit(&body["consumerInputFilters"], &subscription.consumer_inputs)
        });
        let results: Vec<Value> = found.map(|subscription| self.subscription_json(subscription)).collect();
        let mut shown = body.clone();
        shown["results"] = json!(results);
        Ok(Answer::Json(shown))
    }

    pub(super) fn list_notifications(&self, call: &Call, id: &str) -> Handled {
        let subscription = self.find_subscription(id)?;
        let most = call.number("maxresults")?.unwrap_or(100);
        let wants = |name: &str, value: &str| call.param(name).is_none_or(|wanted| wanted.eq_ignore_ascii_case(value));
        let week_us = 7 * crate::clock::DAY_US;
        let shown = subscription.records.iter().rev();
        let shown = shown.filter(|record| {
            record.created_us > call.now_us - week_us
                && wants("status", record.status)
                && wants("result", record.result)
        });
        Ok(list(
            shown
                .take(most)
                .map(|record| self.notification_json(subscription, record))
                .collect(),
        ))
    }

    pub(super) fn get_notification(&self, id: &str, number: i64) -> Handled {
        let subscription = self.find_subscription(id)?;
        let record = subscription
            .records
            .iter()
            .find(|record| record.id == number)
            .ok_or_else(|| missing("notification", &number.to_string()))?;
        Ok(Answer::Json(self.notification_json(subscription, record)))
    }

    fn find_subscription(&self, id: &str) -> Result<&Subscription, Refusal> {
        self.hooks
            .subscriptions
            .get(&id.to_lowercase())
            .ok_or_else(|| missing("subscription", id))
    }
}

/// Any one filter fits whose conditions all fit; no filter fits everything.
fn filters_fit(filters: &Value, inputs: &serde_json::Map<String, Value>) -> bool {
    let Some(filters) = filters.as_array().filter(|filters| !filters.is_empty()) else {
        return true;
    };
    let fits = |condition: &Value| {
        let name = condition.get("inputId").and_then(Value::as_str).unwrap_or_default();
        let wanted = condition.get("inputValue").and_then(Value::as_str).unwrap_or_default();
        let has = inputs.get(name).and_then(Value::as_str).unwrap_or_default();
        let is_equal = if condition["caseSensitive"] == true {
            has == wanted
        } else {
            has.eq_ignore_ascii_case(wanted)
        };
        let is_negated = condition.get("operator").is_some_and(|op| op == "notEquals" || op == 1);
        is_equal != is_negated
    };
    filters.iter().any(|filter| {
        filter["conditions"]
            .as_array()
            .is_none_or(|conditions| conditions.iter().all(fits))
    })
}

fn input(id: &str, name: &str, is_required: bool) -> Value {
    json!({
        "id": id,
        "name": name,
        "description": name,
        "inputMode": if id.ends_with("Password") { "passwordBox" } else { "textBox" },
        "isConfidential": id.ends_with("Password"),
        "validation": {"dataType": "string", "isRequired": is_required},
    })
}

fn require_publisher(id: &str) -> Result<(), Refusal> {
    if id.eq_ignore_ascii_case("tfs") {
        Ok(())
    } else {
        Err(missing("publisher", id))
    }
}

fn missing(what: &str, id: &str) -> Refusal {
    Refusal::general(
        404,
        "ServiceHooksNotFoundException",
        format!("VS800075: The {what} {id} does not exist."),
    )
}
