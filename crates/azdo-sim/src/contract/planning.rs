//! Cases a program board rests on: team settings, backlog levels, saved queries, dry runs, nodes, comments of links.

use serde_json::{Value, json};

use super::{JSON, PATCH, Peer, claim, expect, set};
use crate::http::HttpResponse;

const DEPENDENCY: &str = "System.LinkTypes.Dependency-Reverse";

pub(super) fn settings_of_default_team(peer: &mut Peer) -> Result<(), String> {
    let project = peer.project();
    let settings = peer.get(&format!("{project}/_apis/work/teamsettings?api-version=7.1"))?;
    claim(settings["backlogIteration"]["id"].is_string(), &settings)?;
    let values = peer.get(&format!(
        "{project}/_apis/work/teamsettings/teamfieldvalues?api-version=7.1"
    ))?;
    let own = values["values"].as_array().cloned().unwrap_or_default();
    let is_there = own.iter().any(|value| value["value"] == values["defaultValue"]);
    claim(
        is_there && values["field"]["referenceName"] == "System.AreaPath",
        &values,
    )
}

pub(super) fn effort_is_named(peer: &mut Peer) -> Result<(), String> {
    let project = peer.project();
    let process = peer.get(&format!("{project}/_apis/work/processconfiguration?api-version=7.1"))?;
    claim(process["typeFields"]["Effort"]["referenceName"].is_string(), &process)?;
    let levels = peer.get(&format!("{project}/_apis/work/backlogs?api-version=7.1"))?;
    let kinds: Vec<&Value> = levels["value"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|level| &level["type"])
        .collect();
    claim(
        kinds.contains(&&json!("requirement")) && kinds.contains(&&json!("portfolio")),
        &levels,
    )
}

pub(super) fn shared_queries_are_listed(peer: &mut Peer) -> Result<(), String> {
    let project = peer.project();
    let tree = peer.get(&format!(
        "{project}/_apis/wit/queries?$depth=2&$expand=wiql&api-version=7.1"
    ))?;
    let folders: Vec<&Value> = tree["value"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|item| item["isFolder"] == true)
        .collect();
    claim(
        folders.iter().any(|folder| folder["isPublic"] == true) && folders.len() >= 2,
        &tree,
    )
}

pub(super) fn unknown_field_of_a_query(peer: &mut Peer) -> Result<(), String> {
    let answer = peer.query("SELECT [System.Id] FROM workitems WHERE [No.Such.Field] = 'x'");
    let starts = message(&answer).starts_with("TF51005");
    expect(answer.status == 400 && starts, &answer)
}

pub(super) fn unknown_area_of_a_query(peer: &mut Peer) -> Result<(), String> {
    let answer = peer.query("SELECT [System.Id] FROM workitems WHERE [System.AreaPath] UNDER 'No such\\area'");
    let starts = message(&answer).starts_with("TF51011");
    expect(answer.status == 400 && starts, &answer)
}

pub(super) fn pages_by_id(peer: &mut Peer) -> Result<(), String> {
    let made = [peer.create("contract: page 1")?, peer.create("contract: page 2")?];
    let mut last = made[0] - 1;
    for id in made {
        let wiql = format!(
            "SELECT [System.Id] FROM workitems WHERE [System.Id] > {last} AND [System.State] <> 'Removed' AND [System.WorkItemType] IN ('Task') ORDER BY [System.Id]"
        );
        let answer = peer.query_top(&wiql, 1);
        let found = answer.json()["workItems"].clone();
        expect(
            answer.status == 200 && found.as_array().is_some_and(|f| f.len() == 1 && f[0]["id"] == id),
            &answer,
        )?;
        last = id;
    }
    Ok(())
}

pub(super) fn dry_update(peer: &mut Peer) -> Result<(), String> {
    let id = peer.create("contract: dry")?;
    let path = format!("_apis/wit/workitems/{id}?validateOnly=true&api-version=7.1");
    let good = peer.send(
        "PATCH",
        &path,
        PATCH,
        &json!([{"op": "test", "path": "/rev", "value": 1}, set("System.Title", "contract: wet")]),
    );
    expect(good.status == 200, &good)?;
    let bad = peer.send("PATCH", &path, PATCH, &json!([set("System.Title", "")]));
    expect(
        bad.status == 400 && bad.json()["typeKey"] == "RuleValidationException",
        &bad,
    )?;
    let stale = peer.send(
        "PATCH",
        &path,
        PATCH,
        &json!([{"op": "test", "path": "/rev", "value": 9}, set("System.Title", "x")]),
    );
    expect(stale.status == 412, &stale)?;
    let item = peer.item(id)?;
    claim(
        item["rev"] == 1 && item["fields"]["System.Title"] == "contract: dry",
        &item,
    )
}

pub(super) fn dry_creation(peer: &mut Peer) -> Result<(), String> {
    let first = peer.create("contract: before the dry one")?;
    let path = format!(
        "{}/_apis/wit/workitems/$Task?validateOnly=true&api-version=7.1",
        peer.project()
    );
    let good = peer.send("POST", &path, PATCH, &json!([set("System.Title", "contract: dry")]));
    expect(good.status == 200, &good)?;
    let bad = peer.send("POST", &path, PATCH, &json!([set("System.State", "No such state")]));
    expect(bad.status == 400, &bad)?;
    let wiql = format!("SELECT [System.Id] FROM workitems WHERE [System.Id] > {first}");
    let answer = peer.query(&wiql);
    expect(answer.json()["workItems"] == json!([]), &answer)
}

pub(super) fn comment_of_a_link(peer: &mut Peer) -> Result<(), String> {
    let (giver, taker) = (peer.create("contract: giver")?, peer.create("contract: taker")?);
    let url = peer.item(giver)?["url"].clone();
    let link = |comment: &str| json!({"op": "add", "path": "/relations/-", "value": {"rel": DEPENDENCY, "url": url, "attributes": {"comment": comment}}});
    let answer = peer.patch(taker, json!([link("proposed")]));
    expect(answer.status == 200, &answer)?;
    let rev = peer.item(taker)?["rev"].clone();
    let answer = peer.patch(
        taker,
        json!([{"op": "test", "path": "/rev", "value": rev}, {"op": "remove", "path": "/relations/0"}, link("accepted")]),
    );
    expect(answer.status == 200, &answer)?;
    for id in [giver, taker] {
        let relations = peer.item(id)?["relations"].clone();
        claim(
            relations.as_array().is_some_and(|all| all.len() == 1)
                && relations[0]["attributes"]["comment"] == "accepted",
            &relations,
        )?;
    }
    Ok(())
}

pub(super) fn renamed_iteration(peer: &mut Peer) -> Result<(), String> {
    let nodes = format!("{}/_apis/wit/classificationnodes/Iterations", peer.project());
    let body = json!({"name": "contract before", "attributes": {"startDate": "2026-10-12T00:00:00Z", "finishDate": "2026-10-23T00:00:00Z"}});
    let made = peer.send("POST", &format!("{nodes}?api-version=7.1"), JSON, &body);
    expect(matches!(made.status, 200 | 201), &made)?;
    let node = made.json()["id"].clone();
    let held = rename_and_look(peer, &nodes, &node);
    let root = peer.get(&format!("{nodes}?api-version=7.1"))?["id"].clone();
    for name in ["before", "after"] {
        let path = format!("{nodes}/contract%20{name}?$reclassifyId={root}&api-version=7.1");
        peer.send("DELETE", &path, JSON, &Value::Null);
    }
    held
}

fn rename_and_look(peer: &mut Peer, nodes: &str, node: &Value) -> Result<(), String> {
    let id = peer.create("contract: in an iteration")?;
    let project = peer.ground.project.clone();
    let answer = peer.patch(
        id,
        json!([set("System.IterationPath", &format!("{project}\\contract before"))]),
    );
    expect(answer.status == 200, &answer)?;
    let path = format!("{nodes}/contract%20before?api-version=7.1");
    let renamed = peer.send("PATCH", &path, JSON, &json!({"name": "contract after"}));
    expect(renamed.status == 200 && renamed.json()["id"] == *node, &renamed)?;
    let item = peer.item(id)?;
    claim(
        item["fields"]["System.IterationPath"] == format!("{project}\\contract after"),
        &item["fields"],
    )
}

fn message(answer: &HttpResponse) -> String {
    answer.json()["message"].as_str().unwrap_or_default().to_owned()
}
