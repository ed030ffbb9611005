//! A board as people see it over HTTP: listed, whole, and what has changed; who may see it; what a change there comes to.

use std::time::Duration;

use lockstep_server::ids::{BoardId, CompanyId, ItemId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harbour::{Harbour, TOM, polled};
use crate::world::{Browser, World, on_both, on_both_with};

/// The proposed board of the sample world, filled.
pub struct Board {
    pub id: Uuid,
    pub path: String,
}

impl Board {
    /// Makes it in a write mode and waits until it is filled.
    pub async fn filled(harbour: &Harbour<'_>, write_mode: &str) -> Self {
        let request = json!({"connection_id": harbour.connection});
        let proposal = harbour.admin.post("/api/boards/proposal", request).await.expect(200);
        let id = Uuid::now_v7();
        let request = json!({"id": id, "name": "Program board", "connection_id": harbour.connection,
            "set_up": proposal["set_up"], "write_mode": write_mode});
        harbour.admin.post("/api/boards", request).await.expect(201);
        let board = Self {
            id,
            path: format!("/api/boards/{id}"),
        };
        while harbour.admin.get(&board.path).await.expect(200)["import"]["state"] != "ready" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        board
    }

    /// The whole board, as a browser sees it.
    pub async fn snapshot(&self, browser: &Browser) -> Value {
        browser.get(&format!("{}/snapshot", self.path)).await.expect(200)
    }

    /// What has changed since.
    pub async fn changes(&self, browser: &Browser, after: i64) -> Value {
        browser
            .get(&format!("{}/changes?after={after}", self.path))
            .await
            .expect(200)
    }

    /// The changed cards once `holds` of one of them. What never comes is stopped by the test's runner.
    pub async fn until(&self, browser: &Browser, after: i64, holds: impl Fn(&Value) -> bool) -> Value {
        loop {
            let changes = self.changes(browser, after).await;
            assert_eq!(changes["needs_snapshot"], false, "{changes}");
            if let Some(card) = changes["cards"].as_array().unwrap().iter().find(|card| holds(card)) {
                return card.clone();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The item of a card, as an act names it.
pub fn item_at(snapshot: &Value, at: usize) -> String {
    use base64::Engine;
    let text = snapshot["cards"]["id"][at].as_str().unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap();
    Uuid::from_slice(&bytes).unwrap().to_string()
}

/// The cards of a type that stand in a team's row in the first column.
pub fn planned(snapshot: &Value, kind: &str) -> Vec<usize> {
    let types = snapshot["types"].as_array().unwrap();
    let kind = types.iter().position(|named| named["name"] == kind).unwrap();
    let cards = &snapshot["cards"];
    let n = cards["number"].as_array().unwrap().len();
    let is_there = |at: &usize| cards["column"][at] == json!(0) && cards["team"][at] != json!(-1);
    (0..n)
        .filter(|at| cards["type"][at] == json!(kind) && is_there(at))
        .collect()
}

#[tokio::test]
async fn a_board_is_told_whole_once_and_then_only_what_has_changed() {
    on_both_with(polled, async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::filled(&harbour, "live").await;
        let listed = harbour.tom.get("/api/boards").await.expect(200);
        assert_eq!(listed[0]["name"], "Program board");
        assert_eq!(
            (&listed[0]["may_edit"], &listed[0]["may_manage"], &listed[0]["n_drafts"]),
            (&json!(true), &json!(false), &json!(0))
        );
        let snapshot = board.snapshot(&harbour.tom).await;
        let n = snapshot["cards"]["number"].as_array().unwrap().len();
        assert_eq!(listed[0]["n_cards"], n);
        assert_eq!(snapshot["board"]["n_cards"], n);
        assert!(n > 100, "{n}");
        for list in ["type", "title", "state", "team", "column", "rank", "sync", "change"] {
            assert_eq!(snapshot["cards"][list].as_array().unwrap().len(), n, "{list}");
        }
        let feature = snapshot["types"]
            .as_array()
            .unwrap()
            .iter()
            .find(|t| t["name"] == "Feature")
            .unwrap();
        assert_eq!(
            (&feature["level"], feature["color"].is_string()),
            (&json!("feature"), true)
        );
        assert!(!snapshot["links"].as_array().unwrap().is_empty());
        assert!(
            snapshot["states"]
                .as_array()
                .unwrap()
                .iter()
                .any(|state| state["category"] == "completed")
        );
        // Nothing has happened: the browser has it already, and there is nothing to tell.
        let path = format!("{}/snapshot", board.path);
        let answer = harbour.tom.get(&path).await;
        let etag = answer.header("etag");
        let again = harbour.tom.send("GET", &path, None, &[("if-none-match", &etag)]).await;
        assert_eq!((again.status, again.text.len()), (304, 0));
        let change = snapshot["change"].as_i64().unwrap();
        let quiet = board.changes(&harbour.tom, change).await;
        assert_eq!((&quiet["cards"], &quiet["gone"]), (&json!([]), &json!([])));
        // Somebody edits in Azure DevOps.
        let at = planned(&snapshot, "User Story")[0];
        let number = snapshot["cards"]["number"][at].as_i64().unwrap();
        harbour.person_sets(TOM, number, "System.Title", json!("Slot booking by phone"));
        let card = board
            .until(&harbour.mara, change, |card| card["title"] == "Slot booking by phone")
            .await;
        assert_eq!((&card["number"], &card["sync"]), (&json!(number), &json!("in_step")));
        assert_eq!(card["id"], item_at(&snapshot, at));
        let newer = harbour.tom.send("GET", &path, None, &[("if-none-match", &etag)]).await;
        assert_eq!(newer.status, 200);
        assert_ne!(newer.header("etag"), etag);
        // Too old to be told card by card.
        assert_eq!(board.changes(&harbour.tom, 0).await["needs_snapshot"], true);
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_change_there_is_told_once_for_each_board_however_many_cards_it_is() {
    on_both_with(polled, async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::filled(&harbour, "live").await;
        let snapshot = board.snapshot(&harbour.tom).await;
        let change = snapshot["change"].as_i64().unwrap();
        let mut events = harbour.tom.events(Some(change)).await;
        let at = planned(&snapshot, "User Story")[0];
        let number = snapshot["cards"]["number"][at].as_i64().unwrap();
        harbour.person_sets(TOM, number, "System.Title", json!("Told once"));
        let card = loop {
            let event = events.next().await.expect("the stream goes on");
            if event.data["noun"] == "card" {
                break event;
            }
            assert_ne!(event.data["noun"], "action_item", "it is no action item");
        };
        assert_eq!(card.data["id"], json!(board.id));
        board
            .until(&harbour.tom, change, |card| card["title"] == "Told once")
            .await;
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_board_is_there_for_those_it_is_for() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::filled(&harbour, "live").await;
        let tom = harbour.tom.my_id().await;
        let edit = json!({"see": "listed", "people": [{"member_id": tom, "may_edit": false}], "name": "Ours alone"});
        assert_eq!(
            harbour.mara.patch(&board.path, edit.clone()).await.problem(403),
            "forbidden"
        );
        let edited = harbour.admin.patch(&board.path, edit).await.expect(200);
        assert_eq!(
            (&edited["name"], &edited["see"]),
            (&json!("Ours alone"), &json!("listed"))
        );
        assert_eq!(edited["people"], json!([{"member_id": tom, "may_edit": false}]));
        for path in ["", "/snapshot", "/changes?after=0", "/publish"] {
            let path = format!("{}{path}", board.path);
            assert_eq!(harbour.mara.get(&path).await.problem(404), "not_found", "{path}");
            let seen = harbour.tom.get(&path).await;
            assert_eq!(seen.status, 200, "{path}");
        }
        assert_eq!(harbour.mara.get("/api/boards").await.expect(200), json!([]));
        let mine = harbour.tom.get(&board.path).await.expect(200);
        assert_eq!((&mine["may_edit"], &mine["may_manage"]), (&json!(false), &json!(false)));
        let discard = json!({"id": Uuid::now_v7(), "items": null});
        let path = format!("{}/discard", board.path);
        assert_eq!(harbour.tom.post(&path, discard).await.problem(403), "board_not_yours");
        // A company of its own never meets it.
        let elsewhere = CompanyId(Uuid::now_v7());
        let found = world.app.store.board(elsewhere, BoardId(board.id)).await.unwrap();
        assert!(found.is_none());
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_board_is_set_up_anew_and_deleted_without_a_word_to_azure_devops() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::filled(&harbour, "live").await;
        let snapshot = board.snapshot(&harbour.tom).await;
        let n_accepted = harbour.simulator.sim().ground_truth().len();
        let mut set_up = snapshot["board"]["set_up"].clone();
        set_up["columns"][0]["name"] = json!("First sprint");
        let wrong = json!({"set_up": {"teams": []}});
        assert_eq!(harbour.admin.patch(&board.path, wrong).await.status, 422);
        let edited = harbour
            .admin
            .patch(&board.path, json!({"set_up": set_up}))
            .await
            .expect(200);
        assert_eq!(edited["set_up"]["columns"][0]["name"], "First sprint");
        assert_eq!(edited["import"]["state"], "ready", "a name finds nothing else");
        let change = snapshot["change"].as_i64().unwrap();
        assert_eq!(board.changes(&harbour.tom, change).await["needs_snapshot"], true);
        assert_eq!(harbour.admin.delete(&board.path).await.status, 204);
        assert_eq!(harbour.tom.get(&board.path).await.problem(404), "not_found");
        assert_eq!(harbour.tom.get("/api/boards").await.expect(200), json!([]));
        assert_eq!(harbour.simulator.sim().ground_truth().len(), n_accepted);
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn people_on_a_board_see_each_other() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::filled(&harbour, "live").await;
        let snapshot = board.snapshot(&harbour.tom).await;
        let item = item_at(&snapshot, 0);
        let path = format!("{}/presence", board.path);
        let here = harbour.mara.post(&path, json!({"item": item})).await;
        assert_eq!(here.status, 204);
        let change = snapshot["change"].as_i64().unwrap();
        let present = board.changes(&harbour.tom, change).await["present"].take();
        assert_eq!(present.as_array().unwrap().len(), 1);
        assert_eq!(
            (&present[0]["name"], &present[0]["item"]),
            (&json!("Mara Lindqvist"), &json!(item))
        );
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_item_that_is_an_action_item_too_is_told_as_both() {
    on_both_with(polled, async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::filled(&harbour, "live").await;
        let (item, number) = harbour.pushed("Agree on the slot rules").await;
        let company = CompanyId(world.app.store.companies().await.unwrap()[0].id);
        let card = lockstep_server::store::cards::NewCard {
            item: ItemId(item.parse().unwrap()),
            rank: "zz".into(),
        };
        let mut tx = world.app.store.begin().await.unwrap();
        let change = tx.announce_board(company, BoardId(board.id)).await.unwrap();
        tx.insert_cards(company, BoardId(board.id), &[card], 1, change)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let after = board.snapshot(&harbour.tom).await["change"].as_i64().unwrap();
        let mut events = harbour.tom.events(Some(after)).await;
        harbour.person_sets(TOM, number, "System.Title", json!("Agree on all rules"));
        let (mut is_item, mut is_card) = (false, false);
        while !(is_item && is_card) {
            let event = events.next().await.expect("the stream goes on");
            is_item |= event.data["noun"] == "action_item" && event.data["id"] == json!(item);
            is_card |= event.data["noun"] == "card" && event.data["id"] == json!(board.id);
        }
        harbour.stop().await;
    })
    .await;
}

/// A card by its number, in the form that acts name it.
fn item_of(snapshot: &Value, number: i64) -> Option<String> {
    let numbers = snapshot["cards"]["number"].as_array().unwrap();
    let at = numbers.iter().position(|one| *one == json!(number))?;
    Some(item_at(snapshot, at))
}

#[tokio::test]
async fn a_card_taken_off_the_board_stays_in_azure_devops_and_comes_back_by_a_person_alone() {
    on_both_with(polled, async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::filled(&harbour, "live").await;
        let snapshot = board.snapshot(&harbour.tom).await;
        let at = planned(&snapshot, "User Story")[0];
        let number = snapshot["cards"]["number"][at].as_i64().unwrap();
        let item = item_at(&snapshot, at);
        let act = async |acts: Value| {
            let path = format!("{}/acts", board.path);
            let request = json!({"id": Uuid::now_v7(), "acts": acts});
            harbour.tom.post(&path, request).await.expect(200)
        };
        let left = async || {
            harbour
                .tom
                .get(&format!("{}/left", board.path))
                .await
                .expect(200)
                .as_array()
                .unwrap()
                .clone()
        };
        let rev = harbour.simulator.sim().work_item_snapshot(number).unwrap().rev;
        assert!(left().await.is_empty());
        act(json!([{"kind": "remove", "item": item, "how": "off_board"}])).await;
        assert_eq!(item_of(&board.snapshot(&harbour.tom).await, number), None);
        let listed = left().await;
        assert_eq!(
            (&listed[0]["number"], &listed[0]["why"]),
            (&json!(number), &json!("taken_off"))
        );
        assert!(listed[0]["title"].is_string());
        // Whatever happens to it there, it stays off; nothing was written about it.
        harbour.person_sets(TOM, number, "System.Title", json!("Somebody else's business"));
        let other = planned(&snapshot, "User Story")[1];
        let other = snapshot["cards"]["number"][other].as_i64().unwrap();
        let change = board.snapshot(&harbour.tom).await["change"].as_i64().unwrap();
        harbour.person_sets(TOM, other, "System.Title", json!("Read after it"));
        board
            .until(&harbour.tom, change, |card| card["title"] == "Read after it")
            .await;
        assert_eq!(item_of(&board.snapshot(&harbour.tom).await, number), None);
        assert_eq!(harbour.simulator.sim().work_item_snapshot(number).unwrap().rev, rev + 1);
        act(json!([{"kind": "put_back", "item": item}])).await;
        assert_eq!(item_of(&board.snapshot(&harbour.tom).await, number), Some(item.clone()));
        assert!(left().await.is_empty());
        let undo = format!("{}/undo", board.path);
        harbour.tom.post(&undo, json!({"id": Uuid::now_v7()})).await.expect(200);
        assert_eq!(item_of(&board.snapshot(&harbour.tom).await, number), None);
        harbour.stop().await;
    })
    .await;
}
