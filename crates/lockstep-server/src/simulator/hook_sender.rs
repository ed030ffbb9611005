//! Sends the notifications that are due and reports what became of them.

use std::time::Duration;

use azdo_sim::{Delivery, DeliveryOutcome};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Shared, now_us};

/// How long a receiver may take to answer.
const ANSWER_MS_MAX: u64 = 10_000;
/// How long between two looks, if nothing tells us sooner.
const LOOK_MS: u64 = 100;
/// Notifications on their way at once.
const AT_ONCE_MAX: usize = 16;

/// A client that follows no redirect and uses no proxy: receivers of a simulator are near.
pub(super) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_millis(ANSWER_MS_MAX))
        .no_proxy()
        .build()
}

pub(super) async fn run(client: reqwest::Client, shared: Shared, stopping: CancellationToken) {
    let mut under_way: JoinSet<(u64, DeliveryOutcome)> = JoinSet::new();
    let mut waiting: Vec<Delivery> = Vec::new();
    loop {
        waiting.extend(shared.sim().due_deliveries(now_us()));
        while under_way.len() < AT_ONCE_MAX && !waiting.is_empty() {
            under_way.spawn(send(client.clone(), waiting.remove(0)));
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            Some(Ok((delivery, outcome))) = under_way.join_next(), if !under_way.is_empty() => {
                shared.sim().delivered(now_us(), delivery, outcome);
            }
            () = shared.changed.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(LOOK_MS)) => {}
        }
    }
}

async fn send(client: reqwest::Client, delivery: Delivery) -> (u64, DeliveryOutcome) {
    let mut request = client.post(&delivery.url).body(delivery.body);
    for (name, value) in &delivery.headers {
        request = request.header(name, value);
    }
    let outcome = match request.send().await {
        Ok(answer) => DeliveryOutcome::Status(answer.status().as_u16()),
        Err(_) => DeliveryOutcome::NoAnswer,
    };
    (delivery.id, outcome)
}
