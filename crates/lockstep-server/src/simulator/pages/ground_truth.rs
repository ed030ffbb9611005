//! Every accepted change as JSON, for programs that hold it against what Lockstep believes. No page of Azure DevOps' own.

use azdo_sim::{Accepted, HttpResponse, Sim};
use serde_json::{Value, json};

use super::Visit;

/// `{"n": …, "changes": […]}`: how many there are, and those after the first `?after=`.
pub(super) fn answer(sim: &Sim, visit: &Visit) -> HttpResponse {
    let truth = sim.ground_truth();
    let after: usize = visit.param("after").parse().unwrap_or_default();
    let changes: Vec<Value> = truth.iter().skip(after).map(change).collect();
    HttpResponse {
        status: 200,
        headers: vec![
            ("Content-Type".to_owned(), "application/json".to_owned()),
            ("Cache-Control".to_owned(), "no-store".to_owned()),
        ],
        body: json!({"n": truth.len(), "changes": changes}).to_string().into_bytes(),
    }
}

fn change(accepted: &Accepted) -> Value {
    json!({
        "work_item": accepted.work_item_id,
        "rev": accepted.rev,
        "by": accepted.identity,
        "request": accepted.request_id,
        "token": accepted.token_name,
        "kind": format!("{:?}", accepted.kind),
        "fields": accepted.fields,
        "links_added": accepted.relations_added,
        "links_removed": accepted.relations_removed,
    })
}
