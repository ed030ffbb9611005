//! Action items over HTTP: made here, pushed, followed from both sides, deleted and restored, under whose name.

use azdo_sim::AcceptedKind;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harbour::{AISHA, Harbour, INES, MARA, TOM, open_edit, polled};
use crate::world::{Browser, on_both, on_both_with};

async fn make(browser: &Browser, item: Value) -> Value {
    browser.post("/api/action-items", item).await.expect(201)
}

async fn list(browser: &Browser) -> Vec<Value> {
    browser.get("/api/action-items").await.expect(200)["items"]
        .as_array()
        .unwrap()
        .clone()
}

async fn bin(browser: &Browser) -> Vec<Value> {
    browser.get("/api/action-items?bin=true").await.expect(200)["items"]
        .as_array()
        .unwrap()
        .clone()
}

/// The rows of a field as (who, written as, state).
fn history_of<'d>(detail: &'d Value, what: &str) -> Vec<(&'d str, Option<&'d str>, &'d str)> {
    let rows = detail["history"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["what"] == what);
    rows.map(|row| {
        (
            row["who"].as_str().unwrap(),
            row["written_as"].as_str(),
            row["state"].as_str().unwrap(),
        )
    })
    .collect()
}

#[tokio::test]
async fn an_action_item_is_made_once_and_changed_once_for_a_repeated_click() {
    on_both(async |world| {
        let admin = world.admin().await;
        let id = Uuid::now_v7();
        let new = json!({"id": id, "title": " Order fibre ", "status": "open", "priority": 1, "due_on": "2026-10-19",
            "tags": ["gate", "Gate"], "team": "Quay", "origin": "retrospective", "description_html": "<p>For <b>terminal 2</b></p><script>x</script>"});
        let made = make(&admin, new.clone()).await;
        assert_eq!((&made["title"], &made["number"], &made["tags"]), (&json!("Order fibre"), &json!(1), &json!(["gate"])));
        assert_eq!(made["description_html"], "<p>For <b>terminal 2</b></p>");
        assert_eq!((&made["sync"]["state"], &made["work_item"], &made["created_by"]), (&json!("local"), &Value::Null, &json!("Ada Lovelace")));
        make(&admin, new).await;
        assert_eq!(list(&admin).await.len(), 1);

        let edit = json!({"id": Uuid::now_v7(), "changes": {"title": "Order fibre for terminal 2", "due_on": null, "owner_id": admin.my_id().await}});
        let path = format!("/api/action-items/{id}/edits");
        for _click in 0..2 {
            let edited = admin.post(&path, edit.clone()).await.expect(200);
            assert_eq!((&edited["title"], &edited["due_on"]), (&json!("Order fibre for terminal 2"), &Value::Null));
            assert_eq!(edited["owner"]["name"], "Ada Lovelace");
        }
        let detail = admin.get(&format!("/api/action-items/{id}")).await.expect(200);
        assert_eq!(history_of(&detail, "title"), [("Ada Lovelace", None, "settled")]);
        assert_eq!(history_of(&detail, "create").len(), 1);
        assert!(detail["item"]["change"].as_i64() > made["change"].as_i64());
    })
    .await;
}

#[tokio::test]
async fn ten_pasted_lines_become_ten_items_and_stay_ten_when_pasted_twice() {
    on_both(async |world| {
        let admin = world.admin().await;
        let lines: String = (1..=10).map(|n| format!("- Line {n}\n\n")).collect();
        let input = json!({"id": Uuid::now_v7(), "lines": lines});
        for _click in 0..2 {
            let made = admin.post("/api/action-items/lines", input.clone()).await.expect(201);
            assert_eq!(made.as_array().unwrap().len(), 10);
        }
        let items = list(&admin).await;
        let titles: Vec<_> = items
            .iter()
            .map(|item| item["title"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(titles, (1..=10).map(|n| format!("Line {n}")).collect::<Vec<_>>());
        let input = json!({"id": Uuid::now_v7(), "lines": "a\n".repeat(201)});
        assert_eq!(
            admin.post("/api/action-items/lines", input).await.problem(422),
            "invalid_field"
        );
    })
    .await;
}

#[tokio::test]
async fn what_can_not_be_kept_is_refused_in_words() {
    on_both(async |world| {
        let admin = world.admin().await;
        for (item, code) in [
            (json!({"title": " "}), "invalid_field"),
            (json!({"title": "x".repeat(256)}), "invalid_field"),
            (json!({"title": "a\u{0}b"}), "unstorable_text"),
            (json!({"title": "a", "priority": 7}), "invalid_field"),
            (json!({"title": "a", "due_on": "soon"}), "invalid_field"),
            (json!({"title": "a", "owner_id": Uuid::now_v7()}), "invalid_field"),
            (json!({"title": "a", "number": 3}), "unexpected_shape"),
        ] {
            assert_eq!(admin.post("/api/action-items", item).await.problem(422), code);
        }
        let lone = admin
            .request("POST", "/api/action-items", &[("content-type", "application/json")])
            .body(r#"{"title": "\ud800"}"#);
        assert_eq!(admin.answer(lone).await.problem(400), "unreadable_json");
        let other = Uuid::now_v7();
        assert_eq!(
            admin.get(&format!("/api/action-items/{other}")).await.problem(404),
            "not_found"
        );
        let edit = json!({"id": Uuid::now_v7(), "changes": {"title": "a"}});
        assert_eq!(
            admin
                .post(&format!("/api/action-items/{other}/edits"), edit)
                .await
                .problem(404),
            "not_found"
        );
        let decide = json!({"id": Uuid::now_v7(), "choice": "retry"});
        assert_eq!(
            admin
                .post(&format!("/api/edits/{other}/decide"), decide)
                .await
                .problem(404),
            "not_found"
        );
        assert!(list(&admin).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn one_request_id_is_not_used_for_two_items() {
    on_both(async |world| {
        let admin = world.admin().await;
        let (a, b) = (
            make(&admin, json!({"title": "a"})).await,
            make(&admin, json!({"title": "b"})).await,
        );
        let edit = json!({"id": Uuid::now_v7(), "changes": {"title": "c"}});
        let path = |item: &Value| format!("/api/action-items/{}/edits", item["id"].as_str().unwrap());
        admin.post(&path(&a), edit.clone()).await.expect(200);
        assert_eq!(admin.post(&path(&b), edit).await.problem(409), "id_used");
        assert_eq!(list(&admin).await[1]["title"], "b");
    })
    .await;
}

#[tokio::test]
async fn a_viewer_looks_and_changes_nothing() {
    on_both(async |world| {
        let admin = world.admin().await;
        let made = make(&admin, json!({"title": "a"})).await;
        let viewer = world.member(&admin, "Vera", "viewer").await;
        assert_eq!(list(&viewer).await.len(), 1);
        let path = format!("/api/action-items/{}/edits", made["id"].as_str().unwrap());
        let edit = json!({"id": Uuid::now_v7(), "changes": {"title": "b"}});
        assert_eq!(viewer.post(&path, edit).await.problem(403), "forbidden");
    })
    .await;
}

#[tokio::test]
async fn a_pushed_item_becomes_one_work_item_with_what_it_had() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let ines = harbour.ines.my_id().await;
        let id = harbour
            .make(
                &harbour.mara,
                json!({"title": "Write broker guide", "description_html": "<p>Start <b>small</b></p>", "priority": 1,
                    "status": "in_progress", "tags": ["customs", "guide"], "owner_id": ines, "due_on": "2026-10-23"}),
            )
            .await;
        let said = json!({"id": Uuid::now_v7(), "text": "Ask the brokers first"});
        harbour.tom.post(&format!("/api/action-items/{id}/comments"), said).await.expect(200);
        let push = json!({"id": Uuid::now_v7(), "connection_id": harbour.connection, "project_id": "Harbour",
            "work_item_type": "Task", "area_path": "Harbour\\Quay", "iteration_path": "Harbour\\PI 26.4\\Sprint 42"});
        let path = format!("/api/action-items/{id}/push");
        let waiting = harbour.mara.post(&path, push.clone()).await.expect(200);
        assert_eq!(waiting["work_item"]["type"], "Task");
        harbour.mara.post(&path, push.clone()).await.expect(200);
        let item = harbour.in_step(&id).await;
        let number = item["work_item"]["id"].as_i64().unwrap();
        for (field, value) in [
            ("System.Title", json!("Write broker guide")),
            ("System.State", json!("Active")),
            ("System.AssignedTo", json!(INES)),
            ("Microsoft.VSTS.Common.Priority", json!(1)),
            ("System.AreaPath", json!("Harbour\\Quay")),
            ("System.IterationPath", json!("Harbour\\PI 26.4\\Sprint 42")),
        ] {
            assert_eq!(harbour.there(number, field), value, "{field}");
        }
        assert_eq!((&item["status"], &item["owner"]["name"], &item["due_on"]), (&json!("in_progress"), &json!("Ines Duarte"), &json!("2026-10-23")));
        assert_eq!(item["work_item"]["area_path"], "Harbour\\Quay");
        assert_eq!(item["work_item"]["state_category"], "InProgress");
        assert!(item["work_item"]["url"].as_str().unwrap().ends_with(&format!("/Harbour/_workitems/edit/{number}")));
        // The comment goes under the name of whoever made it.
        assert_eq!(harbour.authors(number)[0], MARA);
        assert!(harbour.authors(number).contains(&TOM.to_owned()));
        let comments = harbour.detail(&id).await["comments"].clone();
        assert_eq!((comments.as_array().unwrap().len(), &comments[0]["who"]), (1, &json!("Tom Okafor")));
        // Once more is refused, and nothing was made twice.
        let again = json!({"id": Uuid::now_v7(), "connection_id": harbour.connection, "project_id": "Harbour", "work_item_type": "Task"});
        assert_eq!(harbour.mara.post(&path, again).await.problem(409), "already_pushed");
        let made = harbour.simulator.sim().ground_truth().iter().filter(|a| a.kind == AcceptedKind::Created && a.identity == MARA && a.token_name.is_some()).count();
        assert_eq!(made, 1);
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_work_item_leads_back_to_its_action_item() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number) = harbour.pushed("Order fibre").await;
        let snapshot = harbour.simulator.sim().work_item_snapshot(number).unwrap();
        let (_, link) = snapshot
            .relations
            .iter()
            .find(|(rel, _)| rel == "Hyperlink")
            .unwrap()
            .clone();
        let path = link.strip_prefix(&world.url).unwrap();
        let answer = world.visitor().get(path).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, format!("/action-items?item={id}"))
        );
        assert_eq!(world.visitor().get("/x/nothing").await.problem(404), "not_found");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn both_sides_follow_each_other_field_by_field() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number) = harbour.pushed("Book room").await;
        harbour
            .edit(
                &harbour.tom,
                &id,
                json!({"title": "Book a room", "tags": ["room"], "status": "done", "team": "Quay"}),
            )
            .await;
        harbour.in_step(&id).await;
        assert_eq!(harbour.there(number, "System.Title"), "Book a room");
        assert_eq!(harbour.there(number, "System.State"), "Closed");
        assert_eq!(harbour.accepted(number).last().unwrap().identity, TOM);

        harbour.person_sets(AISHA, number, "System.State", json!("Active"));
        harbour.person_sets(AISHA, number, "System.Title", json!("Book a large room"));
        harbour.person_sets(AISHA, number, "System.AssignedTo", json!(TOM));
        harbour.person_sets(AISHA, number, "System.History", json!("The <b>large</b> one is free"));
        let item = harbour
            .until(&id, |item| {
                item["owner"]["name"] == "Tom Okafor"
                    && item["work_item"]["rev"] == harbour.accepted(number).last().unwrap().rev
            })
            .await;
        assert_eq!(
            (&item["title"], &item["status"], &item["team"]),
            (&json!("Book a large room"), &json!("in_progress"), &json!("Quay"))
        );
        let detail = harbour.detail(&id).await;
        assert!(
            history_of(&detail, "title").contains(&("Aisha Bello", None, "settled")),
            "{detail}"
        );
        assert!(
            history_of(&detail, "title").contains(&("Tom Okafor", Some("Tom Okafor"), "settled")),
            "{detail}"
        );
        assert_eq!(detail["comments"][0]["html"], "The <b>large</b> one is free");
        assert_eq!(
            (&detail["comments"][0]["who"], &detail["comments"][0]["where"]),
            (&json!("Aisha Bello"), &json!("azure_devops"))
        );
        // An equal category is no difference: nothing is written back.
        let n_before = harbour.accepted(number).len();
        harbour
            .edit(
                &harbour.tom,
                &id,
                json!({"status": "in_progress", "title": "Book a large room"}),
            )
            .await;
        harbour.in_step(&id).await;
        assert_eq!(harbour.accepted(number).len(), n_before);
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn blocked_is_a_mark_here_over_an_open_state_there() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number) = harbour.pushed("Raise quota").await;
        let n_before = harbour.accepted(number).len();
        let item = harbour.edit(&harbour.mara, &id, json!({"status": "blocked"})).await;
        assert_eq!(
            (&item["status"], &item["sync"]["state"]),
            (&json!("blocked"), &json!("in_lockstep"))
        );
        assert_eq!(harbour.accepted(number).len(), n_before);
        harbour.person_sets(AISHA, number, "System.State", json!("Closed"));
        harbour.until(&id, |item| item["status"] == "done").await;
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_work_item_deleted_there_bins_the_item_and_one_restored_there_brings_it_back() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number) = harbour.pushed("Renew licences").await;
        let now_us = world.app.now_us();
        harbour.simulator.sim().person_delete(now_us, AISHA, number).unwrap();
        let item = harbour.until(&id, |item| !item["deleted"].is_null()).await;
        assert_eq!(
            (&item["deleted"]["where"], &item["deleted"]["by"]),
            (&json!("azure_devops"), &json!("Aisha Bello"))
        );
        assert!(list(&harbour.tom).await.is_empty());
        assert_eq!(bin(&harbour.tom).await.len(), 1);
        let edit = json!({"id": Uuid::now_v7(), "changes": {"title": "x"}});
        assert_eq!(
            harbour
                .tom
                .post(&format!("/api/action-items/{id}/edits"), edit)
                .await
                .problem(409),
            "in_bin"
        );
        let now_us = world.app.now_us();
        harbour.simulator.sim().person_restore(now_us, AISHA, number).unwrap();
        harbour.until(&id, |item| item["deleted"].is_null()).await;
        assert_eq!(list(&harbour.tom).await.len(), 1);
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_item_deleted_here_leaves_its_work_item_alone_unless_somebody_says_otherwise() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number) = harbour.pushed("Second daily").await;
        let n_before = harbour.accepted(number).len();
        let delete = |work_item: &str| json!({"id": Uuid::now_v7(), "work_item": work_item});
        let path = |act: &str| format!("/api/action-items/{id}/{act}");
        let gone = harbour.mara.post(&path("delete"), delete("leave")).await.expect(200);
        assert_eq!(
            (&gone["deleted"]["where"], &gone["deleted"]["by"]),
            (&json!("here"), &json!("Mara Lindqvist"))
        );
        let restore = || json!({"id": Uuid::now_v7()});
        harbour.mara.post(&path("restore"), restore()).await.expect(200);
        assert_eq!(harbour.in_step(&id).await["deleted"], Value::Null);
        assert_eq!(harbour.accepted(number).len(), n_before);

        harbour
            .mara
            .post(&path("delete"), delete("recycle_bin"))
            .await
            .expect(200);
        harbour
            .until(&id, |item| item["open_edits"].as_array().unwrap().is_empty())
            .await;
        assert!(harbour.simulator.sim().work_item_snapshot(number).unwrap().is_deleted);
        assert_eq!(bin(&harbour.mara).await[0]["deleted"]["where"], "here");
        harbour.mara.post(&path("restore"), restore()).await.expect(200);
        let item = harbour.in_step(&id).await;
        assert_eq!(
            (&item["deleted"], &item["work_item"]["id"]),
            (&Value::Null, &json!(number))
        );
        assert!(!harbour.simulator.sim().work_item_snapshot(number).unwrap().is_deleted);
        let detail = harbour.detail(&id).await;
        assert!(history_of(&detail, "delete").contains(&("Mara Lindqvist", Some("Mara Lindqvist"), "settled")));
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_item_deleted_there_is_restored_there_from_here() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number) = harbour.pushed("Invite carriers").await;
        let now_us = world.app.now_us();
        harbour.simulator.sim().person_delete(now_us, AISHA, number).unwrap();
        harbour.until(&id, |item| !item["deleted"].is_null()).await;
        let restore = json!({"id": Uuid::now_v7()});
        harbour
            .tom
            .post(&format!("/api/action-items/{id}/restore"), restore)
            .await
            .expect(200);
        let item = harbour.in_step(&id).await;
        assert_eq!(item["deleted"], Value::Null);
        assert!(!harbour.simulator.sim().work_item_snapshot(number).unwrap().is_deleted);
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn markup_from_there_is_cleaned_and_what_our_editor_would_lose_is_read_only() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number) = harbour.pushed("Order fibre").await;
        let table = "<table><tr><td>a</td></tr></table><a href=\"https://x.example/\">x</a>";
        harbour.person_sets(AISHA, number, "System.Description", json!(table));
        let item = harbour
            .until(&id, |item| item["is_description_editable"] == false)
            .await;
        let html = item["description_html"].as_str().unwrap();
        assert!(
            html.contains("<table>") && html.contains("rel=\"noopener noreferrer nofollow\""),
            "{html}"
        );
        let edit = json!({"id": Uuid::now_v7(), "changes": {"description_html": "<p>b</p>"}});
        assert_eq!(
            harbour
                .mara
                .post(&format!("/api/action-items/{id}/edits"), edit)
                .await
                .problem(409),
            "description_read_only"
        );
        harbour
            .edit(&harbour.mara, &id, json!({"title": "Order more fibre"}))
            .await;
        harbour.in_step(&id).await;
        assert!(
            harbour
                .there(number, "System.Description")
                .as_str()
                .unwrap()
                .contains("<table>")
        );
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_nobody_here_is_shown_by_the_name_there_and_never_overwritten() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number) = harbour.pushed("Order fibre").await;
        harbour.person_sets(AISHA, number, "System.AssignedTo", json!(AISHA));
        let item = harbour.until(&id, |item| item["owner"]["name"] == "Aisha Bello").await;
        assert_eq!(
            (&item["owner"]["member_id"], &item["owner"]["avatar"]),
            (&Value::Null, &Value::Null)
        );
        harbour
            .edit(&harbour.mara, &id, json!({"title": "Order more fibre", "priority": 3}))
            .await;
        harbour.in_step(&id).await;
        assert_eq!(harbour.there(number, "System.AssignedTo"), AISHA);
        harbour
            .edit(&harbour.mara, &id, json!({"owner_id": harbour.tom.my_id().await}))
            .await;
        harbour.in_step(&id).await;
        assert_eq!(harbour.there(number, "System.AssignedTo"), TOM);
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_push_to_nowhere_is_refused_before_anything_is_kept() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let id = harbour.make(&harbour.mara, json!({"title": "Order fibre"})).await;
        let path = format!("/api/action-items/{id}/push");
        for (connection, project, work_item_type, field) in [
            (Uuid::now_v7().to_string(), "Harbour", "Task", "connection_id"),
            (harbour.connection.clone(), "Nowhere", "Task", "project_id"),
            (harbour.connection.clone(), "Harbour", "Wish", "work_item_type"),
        ] {
            let push = json!({"id": Uuid::now_v7(), "connection_id": connection, "project_id": project, "work_item_type": work_item_type});
            let problem = harbour.mara.post(&path, push).await.expect(422);
            assert_eq!(problem["fields"][0]["field"], field);
        }
        assert_eq!(harbour.item(&id).await["sync"]["state"], "local");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_creation_can_be_given_up_and_pushed_elsewhere() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let id = harbour.make(&harbour.mara, json!({"title": "Order fibre"})).await;
        let push = json!({"id": Uuid::now_v7(), "connection_id": harbour.connection, "project_id": "Harbour",
            "work_item_type": "Task", "area_path": "Harbour\\No such area"});
        harbour
            .mara
            .post(&format!("/api/action-items/{id}/push"), push)
            .await
            .expect(200);
        let item = harbour.in_state(&id, "refused").await;
        let refused = open_edit(&item, "create");
        assert!(!refused["answer"].as_str().unwrap().is_empty());
        assert_eq!(refused["acts"], json!(["retry", "give_up"]));
        harbour
            .edit(&harbour.mara, &id, json!({"title": "Order more fibre"}))
            .await;
        let item = harbour.item(&id).await;
        assert_eq!(
            harbour.decide(&harbour.mara, &item, "create", "give_up").await.status,
            204
        );
        let item = harbour.in_state(&id, "local").await;
        assert_eq!(
            (&item["title"], &item["work_item"]),
            (&json!("Order more fibre"), &Value::Null)
        );
        harbour.push(&harbour.mara, &id).await;
        let number = harbour.in_step(&id).await["work_item"]["id"].as_i64().unwrap();
        assert_eq!(harbour.there(number, "System.Title"), "Order more fibre");
        harbour.stop().await;
    })
    .await;
}
