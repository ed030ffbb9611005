//! What goes out of a board: tables, links that show it without an account; quick filters for all, and who is seen there.

use lockstep_server::ids::{BoardId, CompanyId};
use lockstep_server::program_board::share_links;
use lockstep_server::store::share_links::NewShareLink;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::board_view::{Board, item_at};
use crate::harbour::Harbour;
use crate::world::{Answer, Browser, World, on_both, on_both_with};

/// The shared page's question.
async fn shared(browser: &Browser, secret: &str) -> Answer {
    let bearer = format!("Bearer {secret}");
    browser
        .send("GET", "/api/shared/board", None, &[("authorization", &bearer)])
        .await
}

/// Makes a link; its number, and its secret.
async fn linked(browser: &Browser, board: &Board) -> (String, String) {
    let path = format!("{}/links", board.path);
    let made = browser.post(&path, json!({"days": 7})).await.expect(201);
    let secret = made["path"].as_str().unwrap().strip_prefix("/shared#").unwrap();
    (made["link"]["id"].as_str().unwrap().to_owned(), secret.to_owned())
}

async fn states(browser: &Browser, board: &Board) -> Value {
    let links = browser.get(&format!("{}/links", board.path)).await.expect(200);
    links
        .as_array()
        .unwrap()
        .iter()
        .map(|link| link["state"].clone())
        .collect()
}

#[tokio::test]
async fn a_link_shows_the_plan_to_whoever_has_it_until_somebody_ends_it() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::filled(&harbour, "live").await;
        let path = format!("{}/links", board.path);
        assert_eq!(
            harbour.tom.post(&path, json!({"days": 7})).await.problem(403),
            "forbidden"
        );
        assert_eq!(
            harbour.admin.post(&path, json!({"days": 8})).await.problem(422),
            "invalid_field"
        );
        let (link, secret) = linked(&harbour.admin, &board).await;
        let visitor = world.visitor();
        let answer = shared(&visitor, &secret).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(
            (
                answer.header("x-robots-tag").as_str(),
                answer.header("referrer-policy").as_str()
            ),
            ("none", "no-referrer")
        );
        let inside = board.snapshot(&harbour.tom).await;
        let outside = answer.json();
        for list in ["number", "title", "team", "column", "points"] {
            assert_eq!(outside["cards"][list], inside["cards"][list], "{list}");
        }
        for word in ["Northquay cloud", "127.0.0.1", "@", "unique", "Microsoft.VSTS", &secret] {
            let names_it = outside.to_string().replace("\"unique_name\":null", "").contains(word);
            assert!(!names_it, "{word}");
        }
        let again = [
            ("authorization", format!("Bearer {secret}")),
            ("if-none-match", answer.header("etag")),
        ];
        let again: Vec<(&str, &str)> = again.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(visitor.send("GET", "/api/shared/board", None, &again).await.status, 304);
        // The page itself: any browser's, and no search engine's.
        let page = visitor.get("/shared").await;
        assert_eq!((page.status, page.header("x-robots-tag").as_str()), (200, "none"));
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(states(&harbour.admin, &board).await, json!(["open"]));
        let listed = harbour.admin.get(&path).await;
        assert!(!listed.text.contains(&secret));
        // A session opens nothing here, and neither does another secret.
        assert_eq!(
            harbour.admin.get("/api/shared/board").await.problem(401),
            "no_such_link"
        );
        assert_eq!(
            shared(&visitor, &secret.to_lowercase()).await.problem(401),
            "no_such_link"
        );
        for _ in 0..2 {
            assert_eq!(harbour.admin.delete(&format!("{path}/{link}")).await.status, 204);
        }
        assert_eq!(shared(&visitor, &secret).await.problem(410), "link_ended");
        assert_eq!(states(&harbour.admin, &board).await, json!(["ended"]));
        let company = company(&harbour).await;
        let trail = world.app.store.audit_trail(company).await.unwrap();
        let acts: Vec<&str> = trail
            .iter()
            .map(|row| row.act.as_str())
            .filter(|act| act.starts_with("share_link"))
            .collect();
        assert_eq!(acts, ["share_link.made", "share_link.ended"]);
        assert!(trail.iter().all(|row| !row.detail.contains(&secret)));
        harbour.stop().await;
    })
    .await;
}

async fn company(harbour: &Harbour<'_>) -> CompanyId {
    let session = harbour.admin.get("/api/session").await.expect(200);
    CompanyId(session["company"]["id"].as_str().unwrap().parse().unwrap())
}

#[tokio::test]
async fn a_link_outlives_neither_its_time_nor_its_makers_rights_nor_its_board() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::filled(&harbour, "live").await;
        let bo = world.member(&harbour.admin, "Bo", "board_admin").await;
        let visitor = world.visitor();
        let (_, of_bo) = linked(&bo, &board).await;
        let (_, of_admin) = linked(&harbour.admin, &board).await;
        // One whose time has passed, as only time makes it.
        let expired = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let mut tx = world.app.store.begin().await.unwrap();
        let link = NewShareLink {
            id: Uuid::now_v7(),
            board: BoardId(board.id),
            secret_digest: &share_links::digest(expired).unwrap(),
            made_by: bo.my_id().await.parse().unwrap(),
            made_us: 1,
            expires_us: 2,
        };
        tx.insert_share_link(company(&harbour).await, &link).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(shared(&visitor, expired).await.problem(410), "link_ended");
        assert_eq!(states(&harbour.admin, &board).await, json!(["open", "open", "expired"]));
        let member = format!("/api/members/{}", bo.my_id().await);
        assert_eq!(shared(&visitor, &of_bo).await.status, 200);
        harbour
            .admin
            .patch(&member, json!({"role": "member"}))
            .await
            .expect(200);
        assert_eq!(shared(&visitor, &of_bo).await.problem(410), "link_ended");
        assert_eq!(
            states(&harbour.admin, &board).await,
            json!(["open", "maker_may_not", "expired"])
        );
        harbour
            .admin
            .patch(&member, json!({"role": "board_admin"}))
            .await
            .expect(200);
        assert_eq!(shared(&visitor, &of_bo).await.status, 200);
        harbour
            .admin
            .patch(&member, json!({"is_active": false}))
            .await
            .expect(200);
        assert_eq!(shared(&visitor, &of_bo).await.problem(410), "link_ended");
        assert_eq!(shared(&visitor, &of_admin).await.status, 200);
        assert_eq!(harbour.admin.delete(&board.path).await.status, 204);
        assert_eq!(shared(&visitor, &of_admin).await.problem(410), "link_ended");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn links_are_guessed_only_so_often() {
    on_both_with(
        |config, _flavour| config.sign_in_source_burst = 20,
        async |world: &World| {
            let visitor = world.visitor();
            let guess = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
            for _ in 0..20 {
                assert_eq!(shared(&visitor, guess).await.problem(401), "no_such_link");
            }
            let refused = shared(&visitor, guess).await;
            assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
            assert_eq!(refused.problem(429), "too_many_tries");
        },
    )
    .await;
}

#[tokio::test]
async fn a_board_is_taken_away_as_a_table_and_nothing_in_it_is_a_formula() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::filled(&harbour, "hold").await;
        let snapshot = board.snapshot(&harbour.tom).await;
        let n = snapshot["cards"]["number"].as_array().unwrap().len();
        let item = item_at(&snapshot, 0);
        let title = "=HYPERLINK(\"https://evil.example\",\"a, b\")";
        let acts = json!([{"kind": "set", "item": item, "field": "title", "to": title}]);
        let act = json!({"id": Uuid::now_v7(), "acts": acts});
        harbour.tom.post(&format!("{}/acts", board.path), act).await.expect(200);
        let path = format!("{}/export", board.path);
        let csv = harbour.tom.post(&path, json!({"format": "csv", "cards": null})).await;
        assert_eq!(csv.header("content-disposition"), "attachment; filename=\"board.csv\"");
        assert!(
            csv.text
                .starts_with("\u{feff}ID,Type,Title,Team,Iteration,State,Points,Assignee,Parent,")
        );
        assert_eq!(csv.text.matches("/_workitems/edit/").count(), n);
        assert!(
            csv.text
                .contains("\"'=HYPERLINK(\"\"https://evil.example\"\",\"\"a, b\"\")\"")
        );
        assert!(csv.text.contains("Unpublished"));
        // The cards that a filter leaves, and ids of nobody's beyond the usual size of a request.
        let nobodys = (0..30_000).map(|_| Uuid::now_v7().to_string());
        let only: Vec<String> = nobodys.chain([item]).collect();
        let csv = harbour.tom.post(&path, json!({"format": "csv", "cards": only})).await;
        assert_eq!((csv.status, csv.text.lines().count()), (200, 2), "{}", csv.text);
        let xlsx = harbour.tom.post(&path, json!({"format": "xlsx", "cards": null})).await;
        assert_eq!(xlsx.status, 200);
        assert!(xlsx.header("content-type").ends_with("spreadsheetml.sheet"));
        assert!(xlsx.text.starts_with("PK"));
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn quick_filters_of_a_board_are_made_by_who_plans_on_it_and_seen_by_all() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::filled(&harbour, "live").await;
        let vera = world.member(&harbour.admin, "Vera", "viewer").await;
        let path = format!("{}/filters", board.path);
        let id = Uuid::now_v7();
        let filter = json!({"id": id, "name": "Needs us", "filter": {"problems": true, "people": [""]}});
        assert_eq!(vera.post(&path, filter.clone()).await.problem(403), "forbidden");
        for _ in 0..2 {
            let filters = harbour.tom.post(&path, filter.clone()).await.expect(201);
            assert_eq!(filters.as_array().unwrap().len(), 1, "a repeated click makes one");
        }
        let seen = vera.get(&path).await.expect(200);
        assert_eq!(
            (&seen[0]["name"], &seen[0]["made_by"], &seen[0]["may_remove"]),
            (&json!("Needs us"), &json!("Tom Okafor"), &json!(false))
        );
        assert_eq!(
            (&seen[0]["filter"]["problems"], &seen[0]["filter"]["people"]),
            (&json!(true), &json!([""]))
        );
        let again = json!({"id": Uuid::now_v7(), "name": "Needs us", "filter": {"problems": true}});
        assert_eq!(harbour.mara.post(&path, again).await.problem(409), "name_taken");
        let empty = json!({"id": Uuid::now_v7(), "name": "All", "filter": {}});
        assert_eq!(harbour.mara.post(&path, empty).await.problem(422), "invalid_field");
        let one = format!("{path}/{id}");
        assert_eq!(harbour.mara.delete(&one).await.problem(403), "filter_not_yours");
        assert_eq!(harbour.admin.delete(&one).await.status, 204);
        assert_eq!(harbour.tom.get(&path).await.expect(200), json!([]));
        // Listed as looking on: made by others.
        let tom = harbour.tom.my_id().await;
        let looks_on = json!({"people": [{"member_id": tom, "may_edit": false}]});
        harbour.admin.patch(&board.path, looks_on).await.expect(200);
        assert_eq!(harbour.tom.post(&path, filter).await.problem(403), "board_not_yours");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn somebody_who_does_not_want_to_be_seen_is_not() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::filled(&harbour, "live").await;
        let change = board.snapshot(&harbour.tom).await["change"].as_i64().unwrap();
        let path = format!("{}/presence", board.path);
        let n_present = async || {
            board.changes(&harbour.tom, change).await["present"]
                .as_array()
                .unwrap()
                .len()
        };
        let here = json!({"item": null});
        assert_eq!(harbour.mara.post(&path, here.clone()).await.status, 204);
        assert_eq!(n_present().await, 1);
        let me = harbour
            .mara
            .patch("/api/me", json!({"has_presence": false}))
            .await
            .expect(200);
        assert_eq!(me["has_presence"], false);
        assert_eq!(n_present().await, 0, "gone at once");
        assert_eq!(harbour.mara.post(&path, here.clone()).await.status, 204);
        assert_eq!(n_present().await, 0);
        harbour
            .mara
            .patch("/api/me", json!({"has_presence": true}))
            .await
            .expect(200);
        harbour.mara.post(&path, here).await;
        assert_eq!(n_present().await, 1);
        harbour.stop().await;
    })
    .await;
}
