//! Local boards: made without any Azure DevOps, planned on like every other, and connected when there is one.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::board_view::{Board, item_at};
use crate::harbour::{Harbour, MARA, TOM};
use crate::world::{Browser, World, on_both};

/// Two teams and three iterations, typed in.
fn typed() -> Value {
    let team = |id: &str, name: &str| json!({"id": id, "name": name, "project_id": "", "area_id": 0, "areas": [], "velocity": 20, "is_shown": true});
    let column = |id: &str, name: &str| json!({"id": id, "name": name, "node_ids": []});
    json!({
        "scope": {"kind": "local"},
        "pi": null,
        "teams": [team("quay", "Quay"), team("customs", "Customs")],
        "columns": [column("one", "Sprint 41"), column("two", "Sprint 42"), column("three", "Sprint 43")],
        "levels": {"features": ["Feature"], "stories": ["User Story", "Bug"]},
        "unit": {"field": "", "name": "points"},
        "capacity": {"kind": "velocity", "overrides": []},
    })
}

async fn made(browser: &Browser) -> Board {
    let id = Uuid::now_v7();
    let new = json!({"id": id, "name": "Only here", "set_up": typed(), "write_mode": "live"});
    let board = browser.post("/api/boards", new.clone()).await.expect(201);
    assert_eq!((&board["is_local"], &board["connection"]), (&json!(true), &Value::Null));
    assert_eq!(board["import"]["state"], "ready");
    // The same click again is the same board.
    browser.post("/api/boards", new).await.expect(201);
    Board {
        id,
        path: format!("/api/boards/{id}"),
    }
}

async fn act(browser: &Browser, board: &Board, acts: Value) -> Value {
    let acts = json!({"id": Uuid::now_v7(), "acts": acts});
    browser.post(&format!("{}/acts", board.path), acts).await.expect(200)
}

async fn turned(browser: &Browser, board: &Board, way: &str) -> Value {
    let path = format!("{}/{way}", board.path);
    browser.post(&path, json!({"id": Uuid::now_v7()})).await.expect(200)
}

/// A card of the board as it is, as one object.
fn card(snapshot: &Value, item: &str) -> Option<Value> {
    let cards = &snapshot["cards"];
    let n = cards["number"].as_array().unwrap().len();
    let at = (0..n).find(|at| item_at(snapshot, *at) == item)?;
    let lists = cards.as_object().unwrap();
    let mut card: serde_json::Map<String, Value> = lists
        .iter()
        .map(|(name, list)| (name.clone(), list[at].clone()))
        .collect();
    let state = card["state"].as_u64().unwrap() as usize;
    card.insert("state".into(), snapshot["strings"]["states"][state].clone());
    let parent = card["parent"].as_i64().unwrap();
    if let Ok(parent) = usize::try_from(parent) {
        card.insert("parent".into(), json!(item_at(snapshot, parent)));
    }
    Some(Value::Object(card))
}

fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// A feature with two stories, one of which waits for the other, made by Mara and changed by Tom.
struct Plan {
    feature: String,
    giver: String,
    taker: String,
}

async fn planned(mara: &Browser, tom: &Browser, board: &Board) -> Plan {
    let (feature, giver, taker) = (new_id(), new_id(), new_id());
    act(
        mara,
        board,
        json!([
            {"kind": "create", "item": feature, "type": "Feature", "title": "Cold storage", "team": 0, "column": 0, "parent": null},
            {"kind": "create", "item": giver, "type": "User Story", "title": "Plug in a reefer", "team": 0, "column": 0,
             "parent": feature, "points": 3},
            {"kind": "create", "item": taker, "type": "Bug", "title": "Reefers are billed twice", "team": 1, "column": 0,
             "parent": feature, "points": 2},
            {"kind": "link", "from": giver, "to": taker, "needed_by": "2026-12-18"},
        ]),
    )
    .await;
    act(
        tom,
        board,
        json!([
            {"kind": "move", "item": taker, "team": null, "column": 1, "after": null},
            {"kind": "set", "item": giver, "field": "state", "to": "Active"},
            {"kind": "set", "item": giver, "field": "title", "to": "Plug in two reefers"},
            {"kind": "comment", "item": giver, "text": "Two of them"},
            {"kind": "agree", "from": giver, "to": taker, "agreement": "accepted", "needed_by": null},
        ]),
    )
    .await;
    Plan { feature, giver, taker }
}

#[tokio::test]
async fn a_plan_is_made_where_there_is_no_azure_devops_at_all() {
    on_both(async |world: &World| {
        let admin = world.admin().await;
        let board = made(&admin).await;
        let plan = planned(&admin, &admin, &board).await;
        let snapshot = board.snapshot(&admin).await;
        let (feature, giver, taker) = (
            card(&snapshot, &plan.feature).unwrap(),
            card(&snapshot, &plan.giver).unwrap(),
            card(&snapshot, &plan.taker).unwrap(),
        );
        assert_eq!([&feature["number"], &giver["number"], &taker["number"]], [1, 2, 3]);
        assert_eq!(
            (&giver["parent"], &taker["parent"]),
            (&json!(plan.feature), &json!(plan.feature))
        );
        assert_eq!(
            (&giver["team"], &giver["column"], &giver["points"]),
            (&json!(0), &json!(0), &json!(3.0))
        );
        assert_eq!((&taker["team"], &taker["column"]), (&json!(1), &json!(1)));
        assert_eq!(
            (&giver["title"], &giver["state"]),
            (&json!("Plug in two reefers"), &json!("Active"))
        );
        assert_eq!(taker["state"], "New");
        // Nothing is open: there is nobody to agree with.
        assert_eq!([&feature["sync"], &giver["sync"], &taker["sync"]], [0, 0, 0]);
        assert_eq!(snapshot["board"]["n_drafts"], 0);
        let [link] = snapshot["links"].as_array().unwrap().as_slice() else {
            panic!("{}", snapshot["links"])
        };
        assert_eq!(
            (&link[3], &link[4], &link[5]),
            (&json!(2), &json!("2026-12-18"), &json!(0))
        );
        let states = snapshot["states"].as_array().unwrap();
        assert!(
            states
                .iter()
                .any(|state| state["type"] == "Bug" && state["name"] == "Closed" && state["category"] == "completed")
        );
        // Nowhere else is any of it seen.
        assert_eq!(admin.get("/api/connections").await.expect(200), json!([]));
        assert_eq!(admin.get("/api/me/tokens").await.expect(200), json!([]));
        let sync = admin.get("/api/sync").await.text;
        assert!(!sync.contains(&plan.giver), "{sync}");
        let detail = admin
            .get(&format!("{}/cards/{}", board.path, plan.giver))
            .await
            .expect(200);
        assert_eq!(
            (&detail["url"], &detail["open_edits"], &detail["sync_log"]),
            (&Value::Null, &json!([]), &json!([]))
        );
        assert_eq!(detail["comments"].as_array().unwrap().len(), 1);
        let told = detail["history"].as_array().unwrap();
        assert!(
            told.iter()
                .all(|row| row["state"] == "settled" && row["who"] == "Ada Lovelace"),
            "{told:?}"
        );
        assert!(
            told.iter()
                .any(|row| row["what"] == "state" && row["from"] == "New" && row["to"] == "Active")
        );
        assert_eq!(
            admin.get(&format!("{}/publish", board.path)).await.problem(409),
            "board_is_local"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_done_on_a_local_board_is_taken_back_and_done_again() {
    on_both(async |world: &World| {
        let admin = world.admin().await;
        let board = made(&admin).await;
        let (feature, story) = (new_id(), new_id());
        let create = |item: &str, kind: &str, parent: Value| {
            json!([{"kind": "create", "item": item, "type": kind, "title": "Gate", "team": 0, "column": 0, "parent": parent}])
        };
        act(&admin, &board, create(&feature, "Feature", Value::Null)).await;
        act(&admin, &board, create(&story, "User Story", json!(feature))).await;
        act(&admin, &board, json!([{"kind": "move", "item": feature, "team": 1, "column": 2, "after": null}])).await;
        let at = async |item: &str| {
            let snapshot = board.snapshot(&admin).await;
            card(&snapshot, item).map(|card| (card["team"].clone(), card["column"].clone()))
        };
        let (there, back) = (Some((json!(1), json!(2))), Some((json!(0), json!(0))));
        assert_eq!(at(&story).await, there, "a feature takes its stories along");
        turned(&admin, &board, "undo").await;
        assert_eq!(at(&story).await, back);
        turned(&admin, &board, "redo").await;
        assert_eq!(at(&story).await, there);
        turned(&admin, &board, "undo").await;
        turned(&admin, &board, "undo").await;
        assert_eq!(at(&story).await, None, "its creation is taken back");
        turned(&admin, &board, "redo").await;
        assert_eq!(at(&story).await, back);
        let parent = card(&board.snapshot(&admin).await, &story).unwrap()["parent"].clone();
        assert_eq!(parent, json!(feature));
        act(&admin, &board, json!([{"kind": "remove", "item": feature, "how": "recycle_bin"}])).await;
        let snapshot = board.snapshot(&admin).await;
        assert!(card(&snapshot, &feature).is_none());
        assert_eq!(card(&snapshot, &story).unwrap()["parent"], -1);
        turned(&admin, &board, "undo").await;
        assert_eq!(card(&board.snapshot(&admin).await, &story).unwrap()["parent"], json!(feature));
        // Put into the parking lot, and a member is assigned by name.
        let me = admin.my_id().await;
        act(
            &admin,
            &board,
            json!([
                {"kind": "move", "item": story, "team": null, "column": -1, "after": null},
                {"kind": "set", "item": story, "field": "assignee", "to": {"member_id": me, "name": "Ada Lovelace"}},
            ]),
        )
        .await;
        let snapshot = board.snapshot(&admin).await;
        let card = card(&snapshot, &story).unwrap();
        assert_eq!(card["column"], -1);
        let person = &snapshot["people"][card["assignee"].as_u64().unwrap() as usize];
        assert_eq!((&person["name"], &person["member_id"]), (&json!("Ada Lovelace"), &json!(me)));
    })
    .await;
}

#[tokio::test]
async fn a_local_board_is_set_up_anew_and_a_row_with_cards_stays() {
    on_both(async |world: &World| {
        let admin = world.admin().await;
        let board = made(&admin).await;
        let item = new_id();
        act(
            &admin,
            &board,
            json!([{"kind": "create", "item": item, "type": "User Story", "title": "Gate", "team": 1, "column": 1, "parent": null}]),
        )
        .await;
        let mut set_up = admin.get(&board.path).await.expect(200)["set_up"].take();
        assert!(set_up["teams"][0]["area_id"].as_i64().unwrap() > 0);
        let mut without = set_up.clone();
        without["teams"].as_array_mut().unwrap().remove(1);
        let refused = admin.patch(&board.path, json!({"set_up": without})).await;
        assert!(
            refused.text.contains("“Customs” still has a card"),
            "{}",
            refused.text
        );
        assert_eq!(refused.problem(422), "invalid_field");
        // The other may go, one comes, and a column goes: its card is in the parking lot then.
        set_up["teams"].as_array_mut().unwrap().remove(0);
        let beacon = json!({"id": "beacon", "name": "Beacon", "project_id": "", "area_id": 0, "areas": [], "is_shown": true});
        set_up["teams"].as_array_mut().unwrap().push(beacon);
        set_up["columns"].as_array_mut().unwrap().remove(1);
        let changed = admin.patch(&board.path, json!({"set_up": set_up})).await.expect(200);
        assert_eq!(changed["import"]["state"], "ready", "there is nothing to read");
        let snapshot = board.snapshot(&admin).await;
        let card = card(&snapshot, &item).unwrap();
        assert_eq!((&card["team"], &card["column"]), (&json!(0), &json!(-1)));
        assert_eq!(admin.patch(&board.path, json!({"write_mode": "hold"})).await.problem(409), "board_is_local");
        // A board is one or the other.
        let mut areas = set_up.clone();
        areas["scope"] = json!({"kind": "areas", "projects": [{"id": "p", "name": "Harbour"}]});
        assert_eq!(admin.patch(&board.path, json!({"set_up": areas})).await.problem(422), "invalid_field");
        let mut epics = typed();
        epics["levels"]["features"] = json!(["Epic"]);
        let new = json!({"id": Uuid::now_v7(), "name": "Epics", "set_up": epics, "write_mode": "live"});
        assert_eq!(admin.post("/api/boards", new).await.problem(422), "invalid_field");
        admin.delete(&board.path).await.expect(204);
        assert_eq!(admin.get("/api/boards").await.expect(200), json!([]));
    })
    .await;
}

/// The local board's rows and columns as those of the sample world.
async fn matched(harbour: &Harbour<'_>, board: &Board) -> Value {
    let request = json!({"connection_id": harbour.connection});
    let mut set_up = harbour.admin.post("/api/boards/proposal", request).await.expect(200)["set_up"].take();
    let local = harbour.admin.get(&board.path).await.expect(200)["set_up"].take();
    for list in ["teams", "columns"] {
        let like = local[list].as_array().unwrap().iter().map(|own| {
            let there = set_up[list].as_array().unwrap();
            let mut found = there.iter().find(|one| one["name"] == own["name"]).unwrap().clone();
            found["id"] = own["id"].clone();
            found
        });
        set_up[list] = like.collect();
    }
    json!({"connection_id": harbour.connection, "set_up": set_up})
}

async fn published(browser: &Browser, board: &Board) -> Value {
    let path = format!("{}/publish", board.path);
    let waiting = browser.get(&path).await.expect(200);
    let items: Vec<Value> = waiting["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["item"].clone())
        .collect();
    browser
        .post(&path, json!({"id": Uuid::now_v7(), "items": items}))
        .await
        .expect(200);
    loop {
        let review = browser.get(&path).await.expect(200);
        if review["run"]["state"] != "running" {
            return review;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

#[tokio::test]
async fn a_local_board_is_connected_and_published_each_card_once() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = made(&harbour.admin).await;
        let plan = planned(&harbour.mara, &harbour.tom, &board).await;
        let gone = new_id();
        let acts = json!([
            {"kind": "create", "item": gone, "type": "Bug", "title": "Not to be", "team": 0, "column": 0, "parent": null},
            {"kind": "remove", "item": gone, "how": "recycle_bin"},
        ]);
        // Made and removed: by two requests, since a card has to be there to be removed.
        act(&harbour.mara, &board, json!([acts[0]])).await;
        act(&harbour.mara, &board, json!([acts[1]])).await;
        let n_accepted = harbour.simulator.sim().ground_truth().len();
        let wanted = matched(&harbour, &board).await;
        let preview = harbour.admin.post(&format!("{}/connect/preview", board.path), wanted.clone()).await.expect(200);
        assert_eq!((&preview["n_items"], &preview["n_links"], &preview["n_comments"]), (&json!(3), &json!(1), &json!(1)));
        let states = preview["states"].as_array().unwrap();
        assert_eq!((states.len(), &states[0]["to"]), (1, &json!("Active")));
        let forbidden = harbour.mara.post(&format!("{}/connect", board.path), wanted.clone()).await;
        assert_eq!(forbidden.problem(403), "forbidden");
        // A look at it changes nothing.
        assert_eq!(harbour.admin.get(&board.path).await.expect(200)["is_local"], true);
        let connected = harbour.admin.post(&format!("{}/connect", board.path), wanted.clone()).await.expect(200);
        assert_eq!((&connected["is_local"], &connected["write_mode"]), (&json!(false), &json!("hold")));
        assert_eq!(connected["connection"]["id"], json!(harbour.connection));
        let again = harbour.admin.post(&format!("{}/connect", board.path), wanted).await;
        assert_eq!(again.problem(409), "board_is_connected");
        let undo = harbour.mara.post(&format!("{}/undo", board.path), json!({"id": Uuid::now_v7()})).await;
        assert_eq!(undo.problem(409), "nothing_to_undo");
        while harbour.admin.get(&board.path).await.expect(200)["import"]["state"] != "ready" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // Each card is where it was, as a draft, beside what was there already.
        let snapshot = board.snapshot(&harbour.mara).await;
        let giver = card(&snapshot, &plan.giver).unwrap();
        assert_eq!((&giver["number"], &giver["sync"], &giver["column"]), (&json!(0), &json!(2), &json!(0)));
        assert_eq!((&giver["title"], &giver["parent"]), (&json!("Plug in two reefers"), &json!(plan.feature)));
        assert!(card(&snapshot, &gone).is_none());
        assert!(snapshot["cards"]["number"].as_array().unwrap().len() > 10);
        assert_eq!(harbour.simulator.sim().ground_truth().len(), n_accepted, "nothing is written by connecting");
        let done = published(&harbour.admin, &board).await;
        let results = done["run"]["results"].as_array().unwrap();
        assert_eq!((results.len(), &done["items"]), (3, &json!([])), "{done}");
        assert!(results.iter().all(|one| one["outcome"] == "written"), "{results:?}");
        let number = |item: &str| results.iter().find(|one| one["item"] == item).unwrap()["number"].as_i64().unwrap();
        let (feature, giver, taker) = (number(&plan.feature), number(&plan.giver), number(&plan.taker));
        assert_eq!(BTreeSet::from([feature, giver, taker]).len(), 3);
        let made = harbour.simulator.sim().ground_truth()[n_accepted..].iter().map(|one| one.work_item_id).collect::<BTreeSet<_>>();
        assert_eq!(made, BTreeSet::from([feature, giver, taker]), "each was made once, and nothing else");
        for (number, kind, column) in [(giver, "User Story", "Sprint 41"), (taker, "Bug", "Sprint 42")] {
            assert_eq!(harbour.there(number, "System.WorkItemType"), kind);
            let path = harbour.there(number, "System.IterationPath");
            assert!(path.as_str().unwrap().ends_with(column), "{path}");
            let links = harbour.simulator.sim().work_item_snapshot(number).unwrap().relations;
            let hangs = |(rel, url): &(String, String)| rel == "System.LinkTypes.Hierarchy-Reverse" && url.ends_with(&format!("/{feature}"));
            assert!(links.iter().any(hangs), "{links:?}");
        }
        assert_eq!(harbour.there(giver, "System.Title"), "Plug in two reefers");
        assert_eq!(harbour.there(giver, "System.State"), "Active");
        let links = harbour.simulator.sim().work_item_snapshot(taker).unwrap().relations;
        assert!(
            links.iter().any(|(rel, url)| rel == "System.LinkTypes.Dependency-Reverse" && url.ends_with(&format!("/{giver}"))),
            "{links:?}"
        );
        // Who made it creates it, who changed its state changes it.
        assert_eq!(harbour.authors(giver).first().map(String::as_str), Some(MARA));
        assert!(harbour.authors(giver).iter().any(|author| author == TOM), "{:?}", harbour.authors(giver));
        // Both histories are one.
        let detail = harbour.mara.get(&format!("{}/cards/{}", board.path, plan.giver)).await.expect(200);
        assert_eq!(detail["comments"].as_array().unwrap().len(), 1, "{}", detail["comments"]);
        let told = detail["history"].as_array().unwrap();
        assert!(told.iter().any(|row| row["what"] == "title" && row["to"] == "Plug in two reefers"), "{told:?}");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_has_no_like_at_the_connection_is_said_and_nothing_is_done() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = made(&harbour.admin).await;
        planned(&harbour.mara, &harbour.tom, &board).await;
        let mut wanted = matched(&harbour, &board).await;
        wanted["types"] = json!([{"from": "Bug", "to": "Nonesuch"}]);
        wanted["set_up"]["columns"].as_array_mut().unwrap().remove(1);
        for way in ["connect/preview", "connect"] {
            let refused = harbour
                .admin
                .post(&format!("{}/{way}", board.path), wanted.clone())
                .await;
            assert_eq!(
                (refused.status, &refused.json()["code"]),
                (422, &json!("cannot_connect"))
            );
            let fields: Vec<_> = refused.json()["fields"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["field"].clone())
                .collect();
            assert_eq!(fields, ["columns"], "{}", refused.text);
        }
        let as_it_was = harbour.admin.get(&board.path).await.expect(200);
        assert_eq!(
            (&as_it_was["is_local"], &as_it_was["n_cards"]),
            (&json!(true), &json!(3))
        );
        harbour.stop().await;
    })
    .await;
}
