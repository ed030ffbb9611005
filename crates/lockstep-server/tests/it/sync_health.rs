//! What is not settled, over HTTP: conflicts, refusals, edits that wait for a token, and whose name stands where.

use azdo_sim::Permission;
use lockstep_server::sync_health::old_conflicts;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harbour::{AISHA, Harbour, INES, MARA, TOM, open_edit, polled};
use crate::world::on_both_with;

async fn enable(harbour: &Harbour<'_>, is_enabled: bool) {
    let path = format!("/api/connections/{}", harbour.connection);
    harbour
        .admin
        .patch(&path, json!({"is_enabled": is_enabled}))
        .await
        .expect(200);
}

/// A title changed on both sides while nothing was sent; as Mara sees it once it is known.
async fn conflict(harbour: &Harbour<'_>) -> (String, i64, Value) {
    let (id, number) = harbour.pushed("Agree hold reasons").await;
    enable(harbour, false).await;
    harbour
        .edit(&harbour.mara, &id, json!({"title": "Ours", "priority": 1}))
        .await;
    harbour.person_sets(AISHA, number, "System.Title", json!("Theirs"));
    enable(harbour, true).await;
    // The other field goes on.
    let item = harbour
        .until(&id, |item| {
            item["sync"]["state"] == "conflict" && item["open_edits"].as_array().unwrap().len() == 1
        })
        .await;
    assert_eq!(harbour.there(number, "Microsoft.VSTS.Common.Priority"), 1);
    assert_eq!(harbour.there(number, "System.Title"), "Theirs");
    (id, number, item)
}

#[tokio::test]
async fn a_field_changed_on_both_sides_asks_and_ours_is_written_when_chosen() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number, item) = conflict(&harbour).await;
        let edit = open_edit(&item, "title");
        assert_eq!(
            (&edit["to"], &edit["theirs"], &edit["theirs_by"]),
            (&json!("Ours"), &json!("Theirs"), &json!("Aisha Bello"))
        );
        assert_eq!(
            (&edit["acts"], &edit["may_decide"]),
            (&json!(["ours", "theirs"]), &json!(true))
        );
        let health = harbour.mara.get("/api/sync").await.expect(200);
        assert_eq!((&health["paired"], &health["in_lockstep"]), (&json!(1), &json!(0)));
        assert_eq!(health["needs_decision"][0]["edit"]["state"], "conflict");
        assert_eq!(health["needs_decision"][0]["item"]["work_item_id"], number);
        // Somebody else may not choose for Mara, an admin may.
        assert_eq!(
            harbour.decide(&harbour.tom, &item, "title", "ours").await.problem(403),
            "forbidden"
        );
        assert_eq!(harbour.decide(&harbour.admin, &item, "title", "ours").await.status, 204);
        let item = harbour.in_step(&id).await;
        assert_eq!(
            (&item["title"], harbour.there(number, "System.Title")),
            (&json!("Ours"), json!("Ours"))
        );
        assert_eq!(harbour.accepted(number).last().unwrap().identity, MARA);
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn theirs_is_kept_when_chosen_and_ours_stays_in_the_history() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number, item) = conflict(&harbour).await;
        let n_before = harbour.accepted(number).len();
        assert_eq!(
            harbour.decide(&harbour.mara, &item, "title", "theirs").await.status,
            204
        );
        let item = harbour.in_step(&id).await;
        assert_eq!(item["title"], "Theirs");
        assert_eq!(harbour.accepted(number).len(), n_before);
        let detail = harbour.detail(&id).await;
        let lost = detail["history"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["state"] == "lost_conflict")
            .unwrap();
        assert_eq!((&lost["to"], &lost["who"]), (&json!("Ours"), &json!("Mara Lindqvist")));
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_conflict_nobody_decides_about_in_seven_days_ends_with_their_value() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number, _) = conflict(&harbour).await;
        let day_us = 24 * 3600 * 1_000_000;
        let now_us = world.app.now_us();
        assert_eq!(old_conflicts::let_go(&world.app, now_us + 6 * day_us).await.unwrap(), 0);
        assert_eq!(harbour.item(&id).await["sync"]["state"], "conflict");
        assert_eq!(old_conflicts::let_go(&world.app, now_us + 8 * day_us).await.unwrap(), 1);
        assert_eq!(harbour.in_step(&id).await["title"], "Theirs");
        assert_eq!(harbour.there(number, "System.Title"), "Theirs");
        let detail = harbour.detail(&id).await;
        let states: Vec<_> = detail["history"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["state"].clone())
            .collect();
        assert!(states.contains(&json!("lost_conflict")), "{states:?}");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_choice_about_a_value_that_has_moved_is_asked_again() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number, item) = conflict(&harbour).await;
        harbour.person_sets(AISHA, number, "System.Title", json!("Theirs again"));
        harbour
            .until(&id, |item| open_edit(item, "title")["theirs"] == "Theirs again")
            .await;
        assert_eq!(
            harbour.decide(&harbour.mara, &item, "title", "ours").await.problem(409),
            "moved_on"
        );
        assert_eq!(harbour.there(number, "System.Title"), "Theirs again");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_edit_is_held_in_the_servers_words_and_goes_through_on_retry() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number) = harbour.pushed("Order fibre").await;
        let edits = |allowed| {
            harbour
                .simulator
                .sim()
                .set_permission(TOM, Permission::EditWorkItems { area: None }, allowed)
        };
        edits(false);
        harbour.edit(&harbour.tom, &id, json!({"title": "Toms"})).await;
        let item = harbour.in_state(&id, "refused").await;
        assert!(
            open_edit(&item, "title")["answer"].as_str().unwrap().contains("TF"),
            "{item}"
        );
        assert_eq!(item["title"], "Toms", "nothing flips back");
        edits(true);
        assert_eq!(harbour.decide(&harbour.tom, &item, "title", "retry").await.status, 204);
        harbour.in_step(&id).await;
        assert_eq!(harbour.there(number, "System.Title"), "Toms");
        // Decided already: the next one hears so.
        assert_eq!(
            harbour.decide(&harbour.tom, &item, "title", "retry").await.problem(409),
            "already_settled"
        );
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_edit_that_is_given_up_leaves_their_value_and_a_line_in_the_history() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, _) = harbour.pushed("Order fibre").await;
        harbour
            .simulator
            .sim()
            .set_permission(TOM, Permission::EditWorkItems { area: None }, false);
        harbour.edit(&harbour.tom, &id, json!({"title": "Toms"})).await;
        let item = harbour.in_state(&id, "refused").await;
        assert_eq!(
            harbour.decide(&harbour.tom, &item, "title", "give_up").await.status,
            204
        );
        assert_eq!(harbour.in_step(&id).await["title"], "Order fibre");
        let detail = harbour.detail(&id).await;
        let given_up = detail["history"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["state"] == "given_up")
            .unwrap();
        assert_eq!(
            (&given_up["to"], &given_up["written_as"]),
            (&json!("Toms"), &Value::Null)
        );
        assert!(given_up["answer"].as_str().unwrap().contains("TF"));
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn under_hold_each_revision_is_under_the_right_name_and_who_has_no_token_waits_and_is_told() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number) = harbour.pushed("Write guide").await;
        harbour.edit(&harbour.tom, &id, json!({"priority": 1})).await;
        harbour.in_step(&id).await;
        harbour
            .edit(&harbour.ines, &id, json!({"title": "Write the guide"}))
            .await;
        let item = harbour.in_state(&id, "needs_token").await;
        assert_eq!(
            (&item["title"], harbour.there(number, "System.Title")),
            (&json!("Write the guide"), json!("Write guide"))
        );
        let tokens = harbour.ines.get("/api/me/tokens").await.expect(200);
        assert_eq!(
            (&tokens[0]["state"], &tokens[0]["held_edits"]),
            (&json!("none"), &json!(1))
        );
        assert_eq!(harbour.authors(number), [MARA, TOM]);
        // It passes nobody by: Mara's edit of another field goes on.
        harbour.edit(&harbour.mara, &id, json!({"tags": ["guide"]})).await;
        harbour
            .until(&id, |_| harbour.there(number, "System.Tags") == "guide")
            .await;

        harbour.store_token(&harbour.ines, "Ines Duarte").await;
        harbour.in_step(&id).await;
        assert_eq!(harbour.authors(number), [MARA, TOM, MARA, INES]);
        let detail = harbour.detail(&id).await;
        let title = detail["history"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["what"] == "title")
            .unwrap();
        assert_eq!(
            (&title["who"], &title["written_as"], &title["written_with"]),
            (&json!("Ines Duarte"), &json!("Ines Duarte"), &json!("own_token"))
        );
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn under_the_connections_account_the_history_here_names_the_person() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "write_as_connection").await;
        let (id, number) = harbour.pushed("Write guide").await;
        harbour.edit(&harbour.tom, &id, json!({"priority": 1})).await;
        harbour.in_step(&id).await;
        harbour
            .edit(&harbour.ines, &id, json!({"title": "Write the guide"}))
            .await;
        harbour.in_step(&id).await;
        let authors = harbour.authors(number);
        assert_eq!(authors[..2], [MARA.to_owned(), TOM.to_owned()]);
        assert!(authors[2].starts_with("svc-lockstep@"), "{authors:?}");
        let detail = harbour.detail(&id).await;
        let row = |what: &str| {
            detail["history"]
                .as_array()
                .unwrap()
                .iter()
                .find(|row| row["what"] == what)
                .unwrap()
                .clone()
        };
        let title = row("title");
        assert_eq!(
            (&title["who"], &title["written_as"], &title["written_with"]),
            (
                &json!("Ines Duarte"),
                &json!("svc-lockstep"),
                &json!("connection_token")
            )
        );
        let priority = row("priority");
        assert_eq!(
            (&priority["who"], &priority["written_as"], &priority["written_with"]),
            (&json!("Tom Okafor"), &json!("Tom Okafor"), &json!("own_token"))
        );
        assert!(detail["comments"].as_array().unwrap().is_empty());
        // The banner stays until a token is stored, although nothing waits.
        let tokens = harbour.ines.get("/api/me/tokens").await.expect(200);
        assert_eq!(
            (&tokens[0]["state"], &tokens[0]["held_edits"]),
            (&json!("none"), &json!(0))
        );
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_waits_while_azure_devops_is_away_is_listed_and_can_be_taken_back() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number) = harbour.pushed("Order fibre").await;
        enable(&harbour, false).await;
        harbour.edit(&harbour.mara, &id, json!({"title": "First"})).await;
        let item = harbour.item(&id).await;
        assert!(
            item["sync"]["detail"]
                .as_str()
                .unwrap()
                .starts_with("The connection is disabled.")
        );
        let health = harbour.tom.get("/api/sync").await.expect(200);
        assert_eq!(
            (
                &health["waiting"][0]["edit"]["to"],
                &health["waiting"][0]["edit"]["may_decide"]
            ),
            (&json!("First"), &json!(false))
        );
        assert_eq!(health["recent"][0]["what"], "New Task");
        assert_eq!(
            (&health["recent"][0]["who"], &health["recent"][0]["outcome"]),
            (&json!("Mara Lindqvist"), &json!("applied"))
        );
        let decision = json!({"id": Uuid::now_v7(), "choice": "give_up"});
        let path = format!(
            "/api/edits/{}/decide",
            open_edit(&item, "title")["id"].as_str().unwrap()
        );
        for _click in 0..2 {
            assert_eq!(harbour.mara.post(&path, decision.clone()).await.status, 204);
        }
        enable(&harbour, true).await;
        assert_eq!(harbour.in_step(&id).await["title"], "Order fibre");
        assert_eq!(harbour.there(number, "System.Title"), "Order fibre");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn two_people_on_one_field_the_later_wins_and_the_history_keeps_both() {
    on_both_with(polled, async |world| {
        let harbour = Harbour::new(world, "hold").await;
        let (id, number) = harbour.pushed("Order fibre").await;
        enable(&harbour, false).await;
        harbour.edit(&harbour.mara, &id, json!({"title": "Maras"})).await;
        harbour.edit(&harbour.tom, &id, json!({"title": "Toms"})).await;
        enable(&harbour, true).await;
        harbour.in_step(&id).await;
        assert_eq!(
            (harbour.there(number, "System.Title"), harbour.authors(number)),
            (json!("Toms"), vec![MARA.to_owned(), TOM.to_owned()])
        );
        let detail = harbour.detail(&id).await;
        let states: Vec<_> = detail["history"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row["what"] == "title")
            .map(|row| row["state"].as_str().unwrap())
            .collect();
        assert_eq!(states, ["settled", "superseded"]);
        harbour.stop().await;
    })
    .await;
}
