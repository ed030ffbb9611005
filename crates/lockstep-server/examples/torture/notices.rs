//! Notifications of our own, each with a number of its own: the numbers of those that were acknowledged are kept.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::scene::Webhook;

/// The subscription they say they come from.
pub const SUBSCRIPTION: &str = "7d2c2f7e-8a64-4a1f-9a1e-2a5f1f0b6c01";

/// Sends until told to stop; each again, as Azure DevOps does, until it is acknowledged or eight times in vain.
pub async fn send(
    url: String,
    webhook: Webhook,
    work_items: Arc<Mutex<Vec<i64>>>,
    acknowledged: Arc<Mutex<Vec<i64>>>,
    is_over: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(10))
        .build()?;
    for number in 1.. {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let work_item = {
            let known = work_items.lock().expect("nobody panics with it");
            known
                .get(number as usize % known.len().max(1))
                .copied()
                .unwrap_or(5_000_000 + number)
        };
        for _ in 0..8 {
            let (user, secret) = &webhook.basic;
            let request = client
                .post(format!("{url}{}", webhook.path))
                .basic_auth(user, Some(secret));
            let answer = request.json(&event(number, work_item)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                acknowledged.lock().expect("nobody panics with it").push(number);
                break;
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    Ok(())
}

fn event(number: i64, work_item: i64) -> serde_json::Value {
    json!({
        "id": format!("00000000-0000-4000-8000-{number:012x}"),
        "subscriptionId": SUBSCRIPTION,
        "notificationId": number,
        "eventType": "workitem.updated",
        "publisherId": "tfs",
        "resource": {"id": number, "workItemId": work_item, "rev": 1, "fields": {}},
        "resourceContainers": {"collection": {"id": SUBSCRIPTION}, "project": {"id": SUBSCRIPTION}},
    })
}
