//! Notifications as Azure DevOps sends them: kept before they are answered, and each status where it belongs.

use lockstep_server::ids::{CompanyId, ConnectionId};
use lockstep_server::store::Db;
use lockstep_server::store::notices::NoticeRow;
use serde_json::{Value, json};

use crate::connections::{Organization, input};
use crate::world::{Answer, Browser, World, on_both, on_both_with};

/// A connection and where its notifications go.
struct Hooked<'w> {
    world: &'w World,
    admin: Browser,
    visitor: Browser,
    harbour: Organization,
    company: CompanyId,
    connection: ConnectionId,
    path: String,
    secret: String,
}

impl<'w> Hooked<'w> {
    async fn new(world: &'w World) -> Self {
        let admin = world.admin().await;
        let harbour = Organization::named("harbour", 1).await;
        let made = admin
            .post("/api/connections", input("One", &harbour.url(), &harbour.token))
            .await
            .expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        let shown = admin
            .post(&format!("/api/connections/{id}/webhook/reveal"), json!({}))
            .await
            .expect(200);
        let url = shown["url"].as_str().unwrap();
        Self {
            world,
            admin,
            visitor: world.visitor(),
            harbour,
            company: CompanyId(world.app.store.companies().await.unwrap()[0].id),
            connection: ConnectionId(id.parse().unwrap()),
            path: url.strip_prefix(&world.url).unwrap().to_owned(),
            secret: shown["secret"].as_str().unwrap().to_owned(),
        }
    }

    async fn send_text(&self, path: &str, secret: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self
            .visitor
            .request("POST", path, &[("content-type", "application/json")]);
        self.visitor
            .answer(request.basic_auth("lockstep", Some(secret)).body(body))
            .await
    }

    async fn send(&self, body: &Value) -> Answer {
        self.send_text(&self.path, &self.secret, body.to_string()).await
    }

    async fn notices(&self) -> Vec<NoticeRow> {
        self.world
            .app
            .store
            .notices(self.company, self.connection, 10_000)
            .await
            .unwrap()
    }

    fn path_of_connection(&self) -> String {
        format!("/api/connections/{}", self.connection)
    }
}

fn updated(notification: i64, work_item: i64, rev: i64) -> Value {
    json!({
        "subscriptionId": "7f2a0a51-6f0b-4a86-9f35-2e3a4a0c1b11", "notificationId": notification,
        "id": format!("event-{notification}"), "eventType": "workitem.updated", "publisherId": "tfs",
        "resource": {"id": 2, "workItemId": work_item, "rev": rev,
            "revision": {"id": work_item, "fields": {"System.TeamProject": "Harbour", "System.Title": "t"}}},
        "resourceContainers": {"project": {"id": "be9b3917-87e6-42a4-a549-2bc06a7a878f"}}
    })
}

#[tokio::test]
async fn a_notification_is_kept_once_and_rings_the_driver() {
    on_both(async |world| {
        let hooked = Hooked::new(world).await;
        let mut rings = world.app.wake.listen();
        let answer = hooked.send(&updated(21, 131, 4)).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
        assert_eq!(rings.recv().await.unwrap(), hooked.connection);
        assert_eq!(hooked.send(&updated(21, 131, 4)).await.status, 200);
        // The same event by another subscription.
        let mut other = updated(99, 131, 4);
        other["subscriptionId"] = "other".into();
        other["id"] = "event-21".into();
        assert_eq!(hooked.send(&other).await.status, 200);
        let notices = hooked.notices().await;
        assert_eq!(notices.len(), 1);
        assert_eq!((notices[0].work_item_id, notices[0].rev), (Some(131), Some(4)));
        assert_eq!(
            (notices[0].disposition.as_str(), notices[0].source.as_str()),
            ("pending", "hook")
        );
        assert!(notices[0].body.is_some());
        let pending = world
            .app
            .store
            .pending_notices(hooked.company, hooked.connection)
            .await
            .unwrap();
        assert_eq!(pending[0].work_item, azdo::WorkItemId(131));
        // The connection shows when it last came, a moment later.
        loop {
            let shown = hooked.admin.get(&hooked.path_of_connection()).await.expect(200);
            let rows = shown["hooks"].as_array().unwrap();
            let row = rows.iter().find(|row| row["event"] == "updated");
            if let Some(row) = row.filter(|row| row["n"] == 3) {
                assert_eq!(row["project"], "Harbour");
                assert!(row["last_us"].is_i64());
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn strangers_all_get_the_same_answer_and_nothing_is_kept() {
    on_both(async |world| {
        let hooked = Hooked::new(world).await;
        let body = updated(1, 5, 1).to_string();
        let visitor = world.visitor();
        let without = visitor
            .answer(visitor.request("POST", &hooked.path, &[]).body(body.clone()))
            .await;
        let mut answers = vec![without];
        for (path, secret) in [
            (hooked.path.as_str(), "wrong"),
            (hooked.path.as_str(), ""),
            ("/hooks/AAAAAAAAAAAAAAAAAAAAAA", hooked.secret.as_str()),
            ("/hooks/AAAAAAAAAAAAAAAAAAAAAA", ""),
        ] {
            answers.push(hooked.send_text(path, secret, body.clone()).await);
        }
        for answer in &answers {
            assert_eq!((answer.status, answer.text.as_str()), (401, ""));
            let names = |answer: &Answer| answer.headers.keys().map(|name| name.to_string()).collect::<Vec<_>>();
            assert_eq!(names(answer), names(&answers[0]));
        }
        assert!(hooked.notices().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_can_not_be_understood_is_kept_and_answered_as_well() {
    on_both_with(
        |config, _flavour| config.notice_body_max_bytes = 65_536,
        async |world| {
            let hooked = Hooked::new(world).await;
            let large = format!(
                "{{\"eventType\":\"workitem.created\",\"x\":\"{}\"}}",
                "y".repeat(70_000)
            );
            let deep = format!(
                "{{\"eventType\":\"workitem.created\",\"x\":{}{}}}",
                "[".repeat(100),
                "]".repeat(100)
            );
            for poison in [
                "",
                "not json",
                "[]",
                "{\"eventType\":\"workitem.updated\",\"resource\":{}}",
                "\u{0}",
                &deep,
                &large,
            ] {
                let answer = hooked.send_text(&hooked.path, &hooked.secret, poison.to_owned()).await;
                assert_eq!(answer.status, 200);
            }
            assert_eq!(
                hooked
                    .send(&json!({"eventType": "git.push", "resource": {"id": 1}}))
                    .await
                    .status,
                200
            );
            let dispositions: Vec<String> = hooked
                .notices()
                .await
                .into_iter()
                .map(|notice| notice.disposition)
                .collect();
            let n = |disposition: &str| dispositions.iter().filter(|d| *d == disposition).count();
            assert_eq!((n("quarantined"), n("out_of_scope"), n("pending")), (7, 1, 0));
            assert!(
                hooked
                    .notices()
                    .await
                    .iter()
                    .all(|notice| notice.body.as_ref().is_none_or(|body| body.len() <= 65_536))
            );
        },
    )
    .await;
}

#[tokio::test]
async fn a_notification_as_large_as_azure_devops_sends_is_read_whole() {
    on_both(async |world| {
        let hooked = Hooked::new(world).await;
        let mut large = updated(1, 131, 4);
        large["resource"]["revision"]["fields"]["System.Description"] = "x".repeat(2 * 1024 * 1024).into();
        assert_eq!(hooked.send(&large).await.status, 200);
        assert_eq!(hooked.notices().await[0].work_item_id, Some(131));
    })
    .await;
}

#[tokio::test]
async fn a_disabled_connection_keeps_item_ids_and_a_deleted_one_is_gone() {
    on_both(async |world| {
        let hooked = Hooked::new(world).await;
        hooked
            .admin
            .patch(&hooked.path_of_connection(), json!({"is_enabled": false}))
            .await
            .expect(200);
        assert_eq!(hooked.send(&updated(1, 5, 2)).await.status, 200);
        let notices = hooked.notices().await;
        assert_eq!((notices[0].work_item_id, notices[0].body.is_none()), (Some(5), true));
        assert_eq!(notices[0].disposition, "pending", "enabling catches up");
        hooked.admin.delete(&hooked.path_of_connection()).await.expect(204);
        assert_eq!(hooked.send(&updated(2, 5, 3)).await.status, 410);
        let wrong = hooked
            .send_text(&hooked.path, "wrong", updated(3, 5, 3).to_string())
            .await;
        assert_eq!(wrong.status, 401);
        assert_eq!(hooked.notices().await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn after_a_rotation_both_secrets_are_taken_until_the_new_one_was_seen() {
    on_both(async |world| {
        let hooked = Hooked::new(world).await;
        let path = format!("{}/webhook", hooked.path_of_connection());
        let rotated = hooked
            .admin
            .post(&format!("{path}/rotate"), json!({}))
            .await
            .expect(200);
        assert_eq!(rotated["previous_valid_until_us"], Value::Null);
        assert_eq!(
            hooked.send(&updated(1, 5, 2)).await.status,
            200,
            "nobody has pasted the new one yet"
        );
        let new = rotated["secret"].as_str().unwrap();
        let with_new = hooked.send_text(&hooked.path, new, updated(2, 5, 3).to_string()).await;
        assert_eq!(with_new.status, 200);
        let shown = hooked
            .admin
            .post(&format!("{path}/reveal"), json!({}))
            .await
            .expect(200);
        assert!(shown["previous_valid_until_us"].as_i64().unwrap() > world.app.now_us() + 47 * 3_600_000_000);
        assert_eq!(hooked.send(&updated(3, 5, 4)).await.status, 200, "still in its time");
        assert_eq!(hooked.notices().await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn trouble_of_ours_is_503_and_nothing_else() {
    on_both(async |world| {
        let hooked = Hooked::new(world).await;
        // Somebody else has the writer's turn; in PostgreSQL, where a notification doesn't wait for it, the table.
        let busy = world.app.store.begin().await.unwrap();
        let locked = match world.app.store.db() {
            Db::Sqlite { .. } => None,
            Db::Pg(pool) => {
                let mut tx = pool.begin().await.unwrap();
                let lock = "lock table notices in access exclusive mode";
                sqlx::query(lock).execute(&mut *tx).await.unwrap();
                Some(tx)
            }
        };
        let answer = hooked.send(&updated(1, 5, 2)).await;
        assert_eq!((answer.status, answer.header("retry-after").as_str()), (503, "30"));
        drop((busy, locked));
        assert_eq!(hooked.send(&updated(2, 5, 3)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn a_crowd_is_kept_to_the_last() {
    on_both(async |world| {
        let hooked = Hooked::new(world).await;
        let bodies: Vec<Value> = (0..300).map(|n| updated(n, n + 1, 1)).collect();
        // As many at a time as Azure DevOps might keep open; each group waits for one commit.
        for crowd in bodies.chunks(50) {
            for answer in futures_util::future::join_all(crowd.iter().map(|body| hooked.send(body))).await {
                assert_eq!(answer.status, 200);
            }
        }
        assert_eq!(hooked.notices().await.len(), 300);
    })
    .await;
}

#[tokio::test]
async fn nothing_a_notification_says_is_believed() {
    on_both(async |world| {
        let hooked = Hooked::new(world).await;
        let mut forged = updated(1, 5, 2);
        forged["eventType"] = "workitem.deleted".into();
        forged["resource"]["id"] = 5.into();
        assert_eq!(hooked.send(&forged).await.status, 200);
        let notices = hooked.notices().await;
        assert_eq!(
            (notices[0].is_deletion, notices[0].disposition.as_str()),
            (true, "pending")
        );
        // Nothing that anybody sees has changed since the connection was made.
        assert_eq!(world.app.store.latest_change(hooked.company).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_azure_devops_itself_sends_arrives() {
    on_both(async |world| {
        let hooked = Hooked::new(world).await;
        let mut rings = world.app.wake.listen();
        let (person, id) = {
            let mut sim = hooked.harbour.simulator.sim();
            sim.subscribe(azdo_sim::SubscriptionSpec {
                project: "Harbour".to_owned(),
                event_type: "workitem.updated".to_owned(),
                url: format!("{}{}", world.url, hooked.path),
                basic_auth: ("lockstep".to_owned(), hooked.secret.clone()),
            });
            let person = sim.people()[0].unique_name.clone();
            let ids = sim.all_ids();
            let is_there = |id: &i64| {
                sim.work_item_snapshot(*id)
                    .is_some_and(|item| item.project == "Harbour" && !item.is_deleted)
            };
            (person, ids.into_iter().find(is_there).unwrap())
        };
        let changed = hooked.harbour.simulator.sim().person_update(
            world.app.now_us(),
            &person,
            id,
            &[("System.Title", json!("Moved by somebody"))],
        );
        let rev = changed.unwrap();
        while rings.recv().await.unwrap() != hooked.connection {}
        let notices = hooked.notices().await;
        assert_eq!((notices[0].work_item_id, notices[0].rev), (Some(id), Some(rev)));
    })
    .await;
}
