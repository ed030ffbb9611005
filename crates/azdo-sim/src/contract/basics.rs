//! Cases everything rests on: identity, revs, refusals, links, comments, the recycle bin, the feed, queries.

use serde_json::{Value, json};

use super::{JSON, Peer, claim, expect, set};

pub(super) fn owner_is_named(peer: &mut Peer) -> Result<(), String> {
    let body = peer.get("_apis/connectionData")?;
    let id = body["authenticatedUser"]["id"].as_str().unwrap_or_default();
    claim(
        !id.is_empty() && id != crate::authenticate::ANONYMOUS_ID,
        &body["authenticatedUser"]["id"],
    )
}

pub(super) fn first_rev(peer: &mut Peer) -> Result<(), String> {
    let id = peer.create("contract: first rev")?;
    let item = peer.item(id)?;
    claim(item["rev"] == 1, &item["rev"])
}

pub(super) fn stale_rev(peer: &mut Peer) -> Result<(), String> {
    let id = peer.create("contract: before")?;
    let answer = peer.patch(
        id,
        json!([{"op": "test", "path": "/rev", "value": 9}, set("System.Title", "after")]),
    );
    expect(
        answer.status == 412 && answer.json()["typeKey"] == "TestPatchOperationFailedException",
        &answer,
    )?;
    let item = peer.item(id)?;
    claim(
        item["fields"]["System.Title"] == "contract: before",
        &item["fields"]["System.Title"],
    )
}

pub(super) fn current_rev(peer: &mut Peer) -> Result<(), String> {
    let id = peer.create("contract: before")?;
    let answer = peer.patch(
        id,
        json!([{"op": "test", "path": "/rev", "value": 1}, set("System.Title", "contract: after")]),
    );
    expect(answer.status == 200 && answer.json()["rev"] == 2, &answer)
}

pub(super) fn empty_title(peer: &mut Peer) -> Result<(), String> {
    let id = peer.create("contract: title")?;
    let answer = peer.patch(id, json!([set("System.Title", "")]));
    expect(
        answer.status == 400 && answer.json()["typeKey"] == "RuleValidationException",
        &answer,
    )
}

pub(super) fn unknown_state(peer: &mut Peer) -> Result<(), String> {
    let id = peer.create("contract: state")?;
    let answer = peer.patch(id, json!([set("System.State", "No such state")]));
    let named = answer.json()["customProperties"]["RuleValidationErrors"][0]["fieldReferenceName"].clone();
    expect(answer.status == 400 && named == "System.State", &answer)
}

pub(super) fn unknown_item(peer: &mut Peer) -> Result<(), String> {
    let answer = peer.send(
        "GET",
        "_apis/wit/workitems/2147483000?api-version=7.1",
        JSON,
        &Value::Null,
    );
    expect(
        answer.status == 404
            && answer.json()["message"]
                .as_str()
                .is_some_and(|text| text.starts_with("TF401232")),
        &answer,
    )
}

pub(super) fn batch_null(peer: &mut Peer) -> Result<(), String> {
    let id = peer.create("contract: batch")?;
    let body = json!({"ids": [id, 2_147_483_000], "errorPolicy": "omit"});
    let answer = peer.send("POST", "_apis/wit/workitemsbatch?api-version=7.1", JSON, &body);
    let value = answer.json()["value"].clone();
    expect(
        answer.status == 200 && value[0]["id"] == id && value[1].is_null(),
        &answer,
    )
}

pub(super) fn mirrored_link(peer: &mut Peer) -> Result<(), String> {
    let (a, b) = (peer.create("contract: from")?, peer.create("contract: to")?);
    let url = peer.item(b)?["url"].clone();
    let relation = json!({"rel": "System.LinkTypes.Dependency-Forward", "url": url});
    let answer = peer.patch(a, json!([{"op": "add", "path": "/relations/-", "value": relation}]));
    expect(answer.status == 200, &answer)?;
    let other = peer.item(b)?;
    claim(
        other["relations"][0]["rel"] == "System.LinkTypes.Dependency-Reverse",
        &other["relations"],
    )
}

pub(super) fn comment_counts(peer: &mut Peer) -> Result<(), String> {
    let id = peer.create("contract: comment")?;
    let answer = peer.patch(
        id,
        json!([{"op": "test", "path": "/rev", "value": 1}, set("System.History", "hello")]),
    );
    expect(answer.status == 200, &answer)?;
    let item = peer.item(id)?;
    claim(
        item["fields"]["System.CommentCount"] == 1,
        &item["fields"]["System.CommentCount"],
    )
}

pub(super) fn recycle_bin(peer: &mut Peer) -> Result<(), String> {
    let id = peer.create("contract: bin")?;
    let answer = peer.send(
        "DELETE",
        &format!("_apis/wit/workitems/{id}?api-version=7.1"),
        JSON,
        &Value::Null,
    );
    expect(matches!(answer.status, 200 | 204), &answer)?;
    let answer = peer.send(
        "GET",
        &format!("_apis/wit/workitems/{id}?api-version=7.1"),
        JSON,
        &Value::Null,
    );
    expect(answer.status == 404, &answer)?;
    let path = format!("_apis/wit/recyclebin/{id}?api-version=7.1");
    peer.get(&path)?;
    let answer = peer.send("PATCH", &path, JSON, &json!({"IsDeleted": false}));
    expect(answer.status == 200, &answer)?;
    let item = peer.item(id)?;
    claim(item["id"] == id, &item["id"])
}

pub(super) fn feed_ends(peer: &mut Peer) -> Result<(), String> {
    const BATCHES_MAX: usize = 10_000;
    let project = peer.ground.project.replace(' ', "%20");
    let mut token = String::new();
    for _ in 0..BATCHES_MAX {
        let batch = peer.get(&format!(
            "{project}/_apis/wit/reporting/workitemrevisions?includeLatestOnly=true&fields=System.Id&continuationToken={token}&api-version=7.1"
        ))?;
        if batch["isLastBatch"] == true {
            return Ok(());
        }
        token = batch["continuationToken"]
            .as_str()
            .ok_or("a batch that is not the last has no token")?
            .to_owned();
    }
    Err(format!("no last batch among {BATCHES_MAX}"))
}

pub(super) fn query_finds(peer: &mut Peer) -> Result<(), String> {
    let id = peer.create("contract: query")?;
    let project = peer.ground.project.replace(' ', "%20");
    let wiql = format!(
        "SELECT [System.Id] FROM workitems WHERE [System.TeamProject] = @project AND [System.Id] >= {id} ORDER BY [System.Id]"
    );
    let answer = peer.send(
        "POST",
        &format!("{project}/_apis/wit/wiql?api-version=7.1"),
        JSON,
        &json!({"query": wiql}),
    );
    expect(
        answer.status == 200 && answer.json()["workItems"][0]["id"] == id,
        &answer,
    )
}
