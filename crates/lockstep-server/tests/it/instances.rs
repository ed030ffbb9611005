//! Several instances on one PostgreSQL database: any of them takes requests, one works a connection, and when that one is
//! gone another goes on.

use std::time::Duration;

use lockstep_server::ids::{CompanyId, ConnectionId};
use lockstep_server::live::relay;
use lockstep_server::store::{Store, StoreError};
use lockstep_server::sync::driver;
use serde_json::json;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::harbour::Harbour;
use crate::world::{PASSWORD, World, postgres_url};

/// The story of two servers on one database, each with its relay; none where there is no PostgreSQL.
async fn on_two(story: impl AsyncFn(&World, &World)) {
    let Some(url) = postgres_url().await else { return };
    let first = World::start(url.clone(), |_config, _flavour| {}).await;
    let key_file = first.app.config.key_file.clone();
    let second = World::start(url, |config, _flavour| config.key_file.clone_from(&key_file)).await;
    let relays = [&first, &second].map(|world| tokio::spawn(relay::run(world.app.clone())));
    // Both listen before anything is told.
    for world in [&first, &second] {
        while world.app.store.n_listening().await.unwrap() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    story(&first, &second).await;
    first.stop().await;
    second.stop().await;
    for relay in relays {
        relay.await.unwrap();
    }
}

/// A driver of its own for another server.
fn drive(world: &World) -> JoinHandle<()> {
    tokio::spawn(driver::run(world.app.clone()))
}

fn works(world: &World, harbour: &Harbour<'_>) -> bool {
    let connection = ConnectionId(harbour.connection.parse().unwrap());
    world.app.leases.hold(connection).is_some()
}

async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_change_made_at_one_instance_is_told_at_the_other() {
    on_two(async |first, second| {
        let admin = first.admin().await;
        let mut events = admin.at(second).events(None).await;
        assert_eq!(events.next().await.unwrap().event, "hello");
        let made = admin
            .post("/api/action-items", json!({"title": "Shorter gates"}))
            .await
            .expect(201);
        let told = events.next().await.unwrap();
        assert_eq!((told.event.as_str(), &told.data["id"]), ("change", &made["id"]));
        let there = admin
            .at(second)
            .get(&format!("/api/action-items/{}", made["id"].as_str().unwrap()))
            .await;
        assert_eq!(there.expect(200)["item"]["title"], "Shorter gates");
    })
    .await;
}

#[tokio::test]
async fn a_session_that_ends_at_one_instance_ends_its_stream_at_the_other() {
    on_two(async |first, second| {
        let admin = first.admin().await;
        let mut events = admin.at(second).events(None).await;
        assert_eq!(events.next().await.unwrap().event, "hello");
        admin.post("/api/sign-out", json!({})).await.expect(204);
        while events.next().await.is_some() {}
        assert_eq!(admin.at(second).get("/api/action-items").await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn people_at_different_instances_see_each_other() {
    on_two(async |first, second| {
        let (board, member) = (Uuid::now_v7(), Uuid::now_v7());
        first.app.relay.tell(relay::Word::Present {
            board: lockstep_server::ids::BoardId(board),
            member: lockstep_server::ids::MemberId(member),
            item: None,
        });
        while second.app.boards.presences.n_present() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        first
            .app
            .relay
            .tell(relay::Word::Unseen(lockstep_server::ids::MemberId(member)));
        while second.app.boards.presences.n_present() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn one_instance_works_a_connection_and_edits_at_either_are_written_once() {
    on_two(async |first, second| {
        let harbour = Harbour::new(first, "hold").await;
        until(|| works(first, &harbour)).await;
        let other = drive(second);
        let (id, number) = harbour.pushed("Shorter gates").await;
        for n in 0..6 {
            let by = if n % 2 == 0 {
                harbour.mara.clone()
            } else {
                harbour.mara.at(second)
            };
            harbour
                .edit(&by, &id, json!({"title": format!("Shorter gates {n}")}))
                .await;
            harbour.in_step(&id).await;
        }
        assert!(works(first, &harbour) && !works(second, &harbour));
        assert_eq!(harbour.there(number, "System.Title"), "Shorter gates 5");
        assert_eq!(harbour.accepted(number).len(), 7, "one creation, and each edit once");
        second.app.shutdown.cancel();
        other.await.unwrap();
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn when_an_instance_stops_another_goes_on_at_once() {
    on_two(async |first, second| {
        let harbour = Harbour::new(first, "hold").await;
        let (id, number) = harbour.pushed("Shorter gates").await;
        let other = drive(second);
        first.app.shutdown.cancel();
        until(|| works(second, &harbour)).await;
        let mara = harbour.mara.at(second);
        harbour
            .edit(&mara, &id, json!({"title": "Shorter gates at last"}))
            .await;
        while harbour.there(number, "System.Title") != "Shorter gates at last" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        second.app.shutdown.cancel();
        other.await.unwrap();
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn when_an_instance_says_nothing_any_more_another_takes_over_and_the_first_saves_nothing() {
    on_two(async |first, second| {
        let admin = first.admin().await;
        let company = CompanyId(first.app.store.companies().await.unwrap()[0].id);
        let input =
            json!({"name": "Mara Lindqvist", "email": "mara@example.org", "role": "member", "password": PASSWORD});
        admin.post("/api/members", input).await.expect(201);
        let connection = crate::driver::insert_connection(&first.app, company.0, "http://127.0.0.1:9/x", "hold").await;
        let wanted = [(connection, company)].into_iter().collect();
        first.app.leases.beat(&first.app.store, &wanted).await.unwrap();
        let held = first.app.leases.hold(connection).unwrap();
        let lockstep_server::sync::leases::Hold::Lease(lease) = &held else {
            panic!("there may be others")
        };
        let is_held = async || -> Result<bool, StoreError> {
            let mut tx = first.app.store.begin().await?;
            tx.holds_lease(company, connection, lease.instance, lease.term).await
        };
        assert!(is_held().await.unwrap());
        // The other sees it, and sees it stand still.
        while second.app.leases.hold(connection).is_none() {
            second.app.leases.beat(&second.app.store, &wanted).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(!is_held().await.unwrap(), "what it saves from now on is refused");
        let sure = tokio::time::timeout(Duration::from_millis(50), held.sure()).await;
        assert!(sure.is_err(), "and it sends nothing");
        first.app.leases.beat(&first.app.store, &wanted).await.unwrap();
        assert!(held.is_lost() && first.app.leases.hold(connection).is_none());
    })
    .await;
}

#[tokio::test]
async fn what_must_be_alone_is_refused_beside_a_server() {
    on_two(async |first, _second| {
        let beside = Store::open_alone(&first.app.config.database).await;
        assert!(matches!(beside.err(), Some(StoreError::InUse { .. })));
    })
    .await;
}

#[tokio::test]
async fn who_waits_for_the_turn_of_another_instance_is_told_that_it_is_busy_and_goes_on_after() {
    on_two(async |first, second| {
        let turn = first.app.store.begin().await.unwrap();
        // PostgreSQL ends what does nothing in a transaction for four seconds: the turn is had before the wait is over.
        second.app.store.begin().await.unwrap().commit().await.unwrap();
        assert!(turn.commit().await.is_err(), "nobody is told that it was kept");
        let mut turn = first.app.store.begin().await.unwrap();
        let holds = async {
            for _ in 0..14 {
                turn.n_companies().await.unwrap();
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        };
        let (_held, waited) = tokio::join!(holds, second.app.store.begin());
        assert!(matches!(waited.err(), Some(StoreError::Busy)));
        turn.commit().await.unwrap();
        second.app.store.begin().await.unwrap().commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_is_kept_is_not_taken() {
    on_two(async |first, second| {
        first.admin().await;
        let company = CompanyId(first.app.store.companies().await.unwrap()[0].id);
        let connection = crate::driver::insert_connection(&first.app, company.0, "http://127.0.0.1:9/x", "hold").await;
        let wanted = [(connection, company)].into_iter().collect();
        for _ in 0..20 {
            first.app.leases.beat(&first.app.store, &wanted).await.unwrap();
            second.app.leases.beat(&second.app.store, &wanted).await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(first.app.leases.hold(connection).is_some());
        assert!(second.app.leases.hold(connection).is_none());
    })
    .await;
}
