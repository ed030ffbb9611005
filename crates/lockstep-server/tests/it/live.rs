//! The live stream: every change once, in order, across interruptions.

use lockstep_server::ids::CompanyId;
use lockstep_server::live::Noun;
use lockstep_server::store::changes::N_CHANGES_KEPT;
use serde_json::json;
use uuid::Uuid;

use crate::world::{Browser, Event, World, on_both};

async fn company(world: &World) -> CompanyId {
    CompanyId(world.app.store.companies().await.unwrap()[0].id)
}

async fn change(world: &World, company: CompanyId, id: Uuid) -> i64 {
    let mut tx = world.app.store.begin().await.unwrap();
    let change = tx.number_change(company, Noun::ActionItem, id).await.unwrap();
    tx.commit().await.unwrap();
    change
}

async fn hello(browser: &Browser, after: Option<i64>) -> (crate::world::Events, i64) {
    let mut events = browser.events(after).await;
    let hello = events.next().await.unwrap();
    assert_eq!(hello.event, "hello");
    let change = hello.data["change"].as_i64().unwrap();
    (events, change)
}

fn told(change: i64, id: Uuid) -> Event {
    Event {
        event: "change".into(),
        id: change.to_string(),
        data: json!({"change": change, "noun": "action_item", "id": id}),
    }
}

#[tokio::test]
async fn a_committed_change_reaches_the_browser_with_its_number() {
    on_both(async |world| {
        let admin = world.admin().await;
        let company = company(world).await;
        let (mut events, latest) = hello(&admin, None).await;
        let id = Uuid::now_v7();
        assert_eq!(change(world, company, id).await, latest + 1);
        assert_eq!(events.next().await, Some(told(latest + 1, id)));
    })
    .await;
}

#[tokio::test]
async fn a_change_that_was_not_committed_is_not_told() {
    on_both(async |world| {
        let admin = world.admin().await;
        let company = company(world).await;
        let (mut events, latest) = hello(&admin, None).await;
        let mut tx = world.app.store.begin().await.unwrap();
        tx.number_change(company, Noun::ActionItem, Uuid::now_v7())
            .await
            .unwrap();
        drop(tx);
        let id = Uuid::now_v7();
        assert_eq!(change(world, company, id).await, latest + 1);
        assert_eq!(events.next().await, Some(told(latest + 1, id)));
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_was_away_hears_what_it_missed_once_and_in_order() {
    on_both(async |world| {
        let admin = world.admin().await;
        let company = company(world).await;
        let (events, seen) = hello(&admin, None).await;
        drop(events);
        let ids: Vec<Uuid> = (0..20).map(|_| Uuid::now_v7()).collect();
        for id in &ids[..10] {
            change(world, company, *id).await;
        }
        let (mut events, latest) = hello(&admin, Some(seen)).await;
        assert_eq!(latest, seen + 10);
        for id in &ids[10..] {
            change(world, company, *id).await;
        }
        for (id, number) in ids.iter().zip(seen + 1..) {
            assert_eq!(events.next().await, Some(told(number, *id)));
        }
    })
    .await;
}

#[tokio::test]
async fn changes_made_at_once_are_told_in_the_order_of_their_numbers() {
    on_both(async |world| {
        let admin = world.admin().await;
        let company = company(world).await;
        let (mut events, latest) = hello(&admin, None).await;
        futures_util::future::join_all((0..50).map(|_| change(world, company, Uuid::now_v7()))).await;
        for number in latest + 1..=latest + 50 {
            assert_eq!(events.next().await.unwrap().id, number.to_string());
        }
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_missed_too_much_is_told_to_read_again() {
    on_both(async |world| {
        let admin = world.admin().await;
        let company = company(world).await;
        let (events, seen) = hello(&admin, None).await;
        drop(events);
        let mut tx = world.app.store.begin().await.unwrap();
        for _ in 0..=1000 {
            tx.number_change(company, Noun::ActionItem, Uuid::now_v7())
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        let (mut events, latest) = hello(&admin, Some(seen)).await;
        let resync = events.next().await.unwrap();
        assert_eq!((resync.event.as_str(), resync.id), ("resync", latest.to_string()));
        let id = Uuid::now_v7();
        assert_eq!(change(world, company, id).await, latest + 1);
        assert_eq!(events.next().await, Some(told(latest + 1, id)));
    })
    .await;
}

#[tokio::test]
async fn a_number_from_the_future_means_that_the_database_was_put_back() {
    on_both(async |world| {
        let admin = world.admin().await;
        let (mut events, latest) = hello(&admin, Some(1_000_000)).await;
        let resync = events.next().await.unwrap();
        assert_eq!(
            (resync.event.as_str(), &resync.data),
            ("resync", &json!({"change": latest}))
        );
    })
    .await;
}

#[tokio::test]
async fn last_event_id_wins_over_the_query() {
    on_both(async |world| {
        let admin = world.admin().await;
        let company = company(world).await;
        let id = Uuid::now_v7();
        let number = change(world, company, id).await;
        let header = (number - 1).to_string();
        let response = admin
            .request("GET", "/api/events?after=0", &[("last-event-id", &header)])
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(!response.headers().contains_key("content-encoding"));
        drop(response);
        let (mut events, _) = hello(&admin, Some(number - 1)).await;
        assert_eq!(events.next().await, Some(told(number, id)));
    })
    .await;
}

#[tokio::test]
async fn another_companys_changes_are_not_told() {
    on_both(async |world| {
        let admin = world.admin().await;
        let ours = company(world).await;
        let theirs = CompanyId(Uuid::now_v7());
        let mut tx = world.app.store.begin().await.unwrap();
        tx.insert_company(theirs, "Elsewhere", 1).await.unwrap();
        tx.commit().await.unwrap();
        let (mut events, latest) = hello(&admin, None).await;
        for _ in 0..5 {
            change(world, theirs, Uuid::now_v7()).await;
        }
        let id = Uuid::now_v7();
        assert_eq!(change(world, ours, id).await, latest + 1);
        assert_eq!(events.next().await, Some(told(latest + 1, id)));
    })
    .await;
}

#[tokio::test]
async fn old_changes_are_dropped_and_recent_ones_kept() {
    on_both(async |world| {
        world.admin().await;
        let company = company(world).await;
        let mut tx = world.app.store.begin().await.unwrap();
        let mut latest = 0;
        while latest < N_CHANGES_KEPT + 500 {
            latest = tx.number_change(company, Noun::Sync, Uuid::now_v7()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let oldest = world.app.store.changes_after(company, 0, 1).await.unwrap()[0].change;
        assert_eq!(oldest, 501);
    })
    .await;
}
