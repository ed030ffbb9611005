//! The way of a notification: due, handed out, answered, tried again, given up.
//!
//! Three classes of failure. Source: service-hooks/troubleshoot: 410 ends the subscription; 408, 502, 503, 504 are tried
//! eight times more within 183 s; everything else puts the subscription on probation, during which only the failed
//! notification is tried and new events are lost.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{RECORDS_MAX, Record, Status, Subscription};
use crate::{SECOND_US, Sim};

/// Waits after a transient failure.
const TRANSIENT_S: [i64; 8] = [1, 2, 4, 8, 16, 32, 60, 60];
/// Waits on probation.
const PROBATION_MIN: [i64; 7] = [20, 40, 80, 160, 320, 640, 900];

/// One notification on its way to a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Names it in [`crate::Sim::delivered`].
    pub id: u64,
    /// Where it goes.
    pub url: String,
    /// `Authorization` and the subscription's own headers.
    pub headers: Vec<(String, String)>,
    /// JSON.
    pub body: Vec<u8>,
}

/// What came of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// The receiver answered with this status.
    Status(u16),
    /// No connection, or no answer in time.
    NoAnswer,
}

/// A notification that is not settled.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    pub subscription: String,
    pub notification: i64,
    pub due_us: i64,
    pub n_retries: usize,
    pub is_probation: bool,
    pub is_out: bool,
    pub body: Vec<u8>,
}

enum Class {
    Success,
    Terminal,
    Transient,
    Enduring,
}

impl Sim {
    /// Hook deliveries whose time has come; each is handed out once until [`Sim::delivered`] is called for it.
    pub fn due_deliveries(&mut self, now_us: i64) -> Vec<Delivery> {
        let mut due: Vec<(i64, u64)> = Vec::new();
        for (id, pending) in &mut self.hooks.pending {
            if !pending.is_out && pending.due_us <= now_us {
                pending.is_out = true;
                due.push((pending.due_us, *id));
            }
        }
        due.sort_unstable();
        due.into_iter().filter_map(|(_, id)| self.delivery(id)).collect()
    }

    /// When the next delivery is due; none if nothing waits.
    pub fn next_delivery_us(&self) -> Option<i64> {
        self.hooks
            .pending
            .values()
            .filter(|pending| !pending.is_out)
            .map(|pending| pending.due_us)
            .min()
    }

    /// What came of a delivery. A second report of the same one changes nothing.
    pub fn delivered(&mut self, now_us: i64, delivery: u64, outcome: DeliveryOutcome) {
        let Some(mut pending) = self.hooks.pending.remove(&delivery) else {
            return;
        };
        if !pending.is_out {
            self.hooks.pending.insert(delivery, pending);
            return;
        }
        let class = self.class(outcome);
        let Some(subscription) = self.hooks.subscriptions.get_mut(&pending.subscription) else {
            return;
        };
        if let Some(record) = record(subscription, pending.notification) {
            record.n_attempts += 1;
            record.modified_us = now_us;
            record.answered = match outcome {
                DeliveryOutcome::Status(status) => Some(status),
                DeliveryOutcome::NoAnswer => None,
            };
        }
        match class {
            Class::Success => {
                settle(subscription, pending.notification, "succeeded");
                if pending.is_probation {
                    subscription.status = Status::Enabled;
                    subscription.n_probation_retries = 0;
                }
            }
            Class::Terminal => {
                settle(subscription, pending.notification, "failed");
                subscription.status = Status::DisabledBySystem;
                let id = pending.subscription.clone();
                self.drop_waiting(&id);
            }
            Class::Transient if !pending.is_probation && pending.n_retries < TRANSIENT_S.len() => {
                pending.due_us = now_us + TRANSIENT_S[pending.n_retries] * SECOND_US;
                pending.n_retries += 1;
                pending.is_out = false;
                if let Some(record) = record(subscription, pending.notification) {
                    record.status = "queuedForRetry";
                }
                self.hooks.pending.insert(delivery, pending);
            }
            Class::Transient | Class::Enduring => self.endure(now_us, delivery, pending),
        }
    }

    /// On to probation, the next step of it, or the end of it.
    fn endure(&mut self, now_us: i64, delivery: u64, mut pending: Pending) {
        let id = pending.subscription.clone();
        let Some(subscription) = self.hooks.subscriptions.get_mut(&id) else {
            return;
        };
        let starts = subscription.status == Status::Enabled;
        if !starts && !pending.is_probation {
            settle(subscription, pending.notification, "failed");
            return;
        }
        if pending.is_probation {
            subscription.n_probation_retries += 1;
            subscription.last_probation_retry_us = Some(now_us);
        }
        if subscription.n_probation_retries >= PROBATION_MIN.len() {
            settle(subscription, pending.notification, "failed");
            subscription.status = Status::DisabledBySystem;
            return;
        }
        subscription.status = Status::OnProbation;
        pending.is_probation = true;
        pending.is_out = false;
        pending.due_us = now_us + PROBATION_MIN[subscription.n_probation_retries] * 60 * SECOND_US;
        if let Some(record) = record(subscription, pending.notification) {
            record.status = "queuedForRetry";
        }
        if starts {
            self.drop_waiting(&id);
        }
        self.hooks.pending.insert(delivery, pending);
    }

    /// The others that wait for the same receiver are lost.
    fn drop_waiting(&mut self, subscription_id: &str) {
        let lost: Vec<u64> = self
            .hooks
            .pending
            .iter()
            .filter(|(_, pending)| pending.subscription == subscription_id && !pending.is_out)
            .map(|(id, _)| *id)
            .collect();
        for id in lost {
            let Some(pending) = self.hooks.pending.remove(&id) else {
                continue;
            };
            if let Some(subscription) = self.hooks.subscriptions.get_mut(subscription_id) {
                settle(subscription, pending.notification, "failed");
            }
        }
    }

    /// Queues one notification for a subscription; its number, counted per subscription.
    pub(super) fn queue(
        &mut self,
        now_us: i64,
        subscription_id: &str,
        event_id: &str,
        body: impl FnOnce(i64) -> Value,
    ) {
        let Some(subscription) = self.hooks.subscriptions.get_mut(subscription_id) else {
            return;
        };
        subscription.n_notifications += 1;
        let notification = subscription.n_notifications;
        subscription.records.push(Record {
            id: notification,
            event_id: event_id.to_owned(),
            created_us: now_us,
            modified_us: now_us,
            status: "queued",
            result: "pending",
            n_attempts: 0,
            answered: None,
        });
        if subscription.records.len() > RECORDS_MAX {
            subscription.records.remove(0);
        }
        let body = body(notification).to_string().into_bytes();
        let subscription = subscription_id.to_owned();
        self.hooks.next_delivery += 1;
        let pending = Pending {
            subscription,
            notification,
            due_us: now_us,
            n_retries: 0,
            is_probation: false,
            is_out: false,
            body,
        };
        self.hooks.pending.insert(self.hooks.next_delivery, pending);
    }

    fn delivery(&self, id: u64) -> Option<Delivery> {
        let pending = self.hooks.pending.get(&id)?;
        let subscription = self.hooks.subscriptions.get(&pending.subscription)?;
        let mut headers = vec![("Content-Type".to_owned(), "application/json; charset=utf-8".to_owned())];
        let (user, password) = (
            subscription.consumer_input("basicAuthUsername"),
            subscription.consumer_input("basicAuthPassword"),
        );
        if !user.is_empty() || !password.is_empty() {
            headers.push((
                "Authorization".to_owned(),
                format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))),
            ));
        }
        for line in subscription.consumer_input("httpHeaders").lines() {
            if let Some((name, value)) = line.split_once(':') {
                headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        Some(Delivery {
            id,
            url: subscription.consumer_input("url").to_owned(),
            headers,
            body: pending.body.clone(),
        })
    }

    fn class(&self, outcome: DeliveryOutcome) -> Class {
        match outcome {
            DeliveryOutcome::Status(200..=299) => Class::Success,
            DeliveryOutcome::Status(410) => Class::Terminal,
            DeliveryOutcome::Status(408 | 502 | 503 | 504) => Class::Transient,
            DeliveryOutcome::NoAnswer if self.doubts().no_answer_is_transient => Class::Transient,
            _ => Class::Enduring,
        }
    }
}

fn record(subscription: &mut Subscription, notification: i64) -> Option<&mut Record> {
    subscription
        .records
        .iter_mut()
        .rfind(|record| record.id == notification)
}

fn settle(subscription: &mut Subscription, notification: i64, result: &'static str) {
    if let Some(record) = record(subscription, notification) {
        record.status = "completed";
        record.result = result;
    }
}
