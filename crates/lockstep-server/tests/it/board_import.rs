//! Filling a board: it comes to hold what its scope holds, goes on where it was broken off, follows names, and lets go what
//! has left only when that is little or somebody said so.

use std::collections::BTreeSet;
use std::time::Duration;

use lockstep_server::connections::clients::client_for;
use lockstep_server::ids::{BoardId, CompanyId, ConnectionId, ItemId};
use lockstep_server::live::Noun;
use lockstep_server::program_board::nodes;
use lockstep_server::store::boards::BoardRow;
use lockstep_server::store::imports::CardFacts;
use lockstep_sync::edit::Whom;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harbour::{Harbour, polled};
use crate::world::{World, on_both, on_both_with};

/// A board in the sample world.
struct Board<'h> {
    harbour: &'h Harbour<'h>,
    company: CompanyId,
    id: Uuid,
}

impl<'h> Board<'h> {
    /// Makes the proposed board, changed by `change`.
    async fn make(harbour: &'h Harbour<'h>, change: impl FnOnce(&mut Value)) -> Self {
        let request = json!({"connection_id": harbour.connection});
        let proposal = harbour.admin.post("/api/boards/proposal", request).await.expect(200);
        let mut set_up = proposal["set_up"].clone();
        change(&mut set_up);
        let id = Uuid::now_v7();
        let request = json!({"id": id, "name": proposal["name"], "connection_id": harbour.connection,
            "set_up": set_up, "write_mode": "live"});
        let made = harbour.admin.post("/api/boards", request.clone()).await.expect(201);
        assert_eq!(
            (&made["id"], &made["import"]["state"]),
            (&json!(id), &json!("importing"))
        );
        // A repeated click makes nothing more.
        harbour.admin.post("/api/boards", request).await.expect(201);
        let company = CompanyId(harbour.world.app.store.companies().await.unwrap()[0].id);
        Self { harbour, company, id }
    }

    fn connection(&self) -> ConnectionId {
        ConnectionId(self.harbour.connection.parse().unwrap())
    }

    async fn row(&self) -> BoardRow {
        let store = &self.harbour.world.app.store;
        store.board(self.company, BoardId(self.id)).await.unwrap().unwrap()
    }

    async fn cards(&self) -> Vec<CardFacts> {
        let store = &self.harbour.world.app.store;
        store.card_facts(self.company, BoardId(self.id)).await.unwrap()
    }

    async fn numbers(&self) -> BTreeSet<i64> {
        self.cards().await.iter().map(|card| card.work_item_id).collect()
    }

    /// Waits until the board is as wanted. What never comes is stopped by the test's runner.
    async fn until(&self, holds: impl AsyncFn() -> bool) {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn ready(&self) {
        self.until(async || self.row().await.import_state == "ready").await;
    }

    /// Makes the next pass of the scope due.
    async fn make_pass_due(&self) {
        let mut tx = self.harbour.world.app.store.begin().await.unwrap();
        tx.set_board_scope_read(self.company, BoardId(self.id), 0)
            .await
            .unwrap();
        let change = tx.number_change(self.company, Noun::Board, self.id).await.unwrap();
        tx.number_board(self.company, BoardId(self.id), change).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// What the scope of the proposed board holds in the sample world, by its own account.
fn in_pi(harbour: &Harbour<'_>) -> BTreeSet<i64> {
    let sim = harbour.simulator.sim();
    let in_scope = |id: &i64| {
        let Some(snapshot) = sim.work_item_snapshot(*id) else {
            return false;
        };
        let text = |name: &str| {
            snapshot
                .fields
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let is_type = ["Feature", "User Story", "Bug"].contains(&text("System.WorkItemType").as_str());
        let is_removed = text("System.State") == "Removed";
        text("System.IterationPath").starts_with("Harbour\\PI 26.4") && is_type && !is_removed
    };
    sim.all_ids().into_iter().filter(in_scope).collect()
}

#[tokio::test]
async fn a_board_comes_to_hold_what_its_scope_holds() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::make(&harbour, |_| {}).await;
        board.ready().await;
        let expected = in_pi(&harbour);
        let held = board.numbers().await;
        assert!(
            held.len() > 200 && held.is_subset(&expected),
            "{} of {}",
            held.len(),
            expected.len()
        );
        let detail = board.row().await.import_detail.0;
        assert_eq!(detail.n_found, Some(detail.n_read));
        let names = harbour
            .world
            .app
            .store
            .node_paths(board.company, board.connection())
            .await
            .unwrap();
        assert!(names.values().any(|path| path == "Harbour\\PI 26.4\\Sprint 42"));
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_pushed_before_keeps_its_row_and_becomes_a_card() {
    on_both_with(polled, async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let (item, number) = harbour.pushed("Agree on the berth plan").await;
        let wiql = format!("SELECT [System.Id] FROM WorkItems WHERE [System.Id] = {number}");
        let board = Board::make(&harbour, |set_up| {
            set_up["scope"] = json!({"kind": "wiql", "project": null, "wiql": wiql});
            set_up["levels"] = json!({"features": ["Feature"], "stories": ["Task"]});
            let root = harbour.simulator.sim().areas("Harbour")[0].id;
            set_up["teams"][0]["areas"] = json!([{"id": root, "includes_children": true}]);
            set_up["teams"][0]["area_id"] = json!(root);
            let first = set_up["teams"][0].clone();
            set_up["teams"] = json!([first]);
        })
        .await;
        board.ready().await;
        let cards = board.cards().await;
        assert_eq!(cards.len(), 1);
        assert_eq!((cards[0].item_id.to_string(), cards[0].work_item_id), (item, number));
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_saved_query_is_run_again_and_what_it_no_longer_finds_leaves_without_being_deleted() {
    on_both_with(polled, async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let wiql =
            "SELECT [System.Id] FROM WorkItems WHERE [System.WorkItemType] = 'Bug' AND [System.State] <> 'Closed'";
        let board = Board::make(&harbour, |set_up| {
            set_up["scope"] = json!({"kind": "wiql", "project": null, "wiql": wiql});
        })
        .await;
        board.ready().await;
        let before = board.numbers().await;
        assert!(before.contains(&4122), "{before:?}");
        harbour.person_sets(crate::harbour::MARA, 4122, "System.State", json!("Closed"));
        board
            .until(async || {
                let row = harbour
                    .world
                    .app
                    .store
                    .items_of_numbers(board.company, board.connection(), &[azdo::WorkItemId(4122)])
                    .await
                    .unwrap();
                let item = harbour
                    .world
                    .app
                    .store
                    .item(board.company, row[&azdo::WorkItemId(4122)])
                    .await
                    .unwrap()
                    .unwrap();
                item.remote_value(&"System.State".into()) == "Closed"
            })
            .await;
        board.make_pass_due().await;
        board.until(async || !board.numbers().await.contains(&4122)).await;
        assert_eq!(board.numbers().await.len(), before.len() - 1);
        assert!(harbour.simulator.sim().work_item_snapshot(4122).is_some());
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn many_leaving_at_once_stay_until_somebody_says_so() {
    on_both_with(polled, async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let wiql = "SELECT [System.Id] FROM WorkItems WHERE [System.WorkItemType] = 'User Story' AND [System.Tags] NOT CONTAINS 'gone'";
        let board = Board::make(&harbour, |set_up| {
            set_up["scope"] = json!({"kind": "wiql", "project": null, "wiql": wiql});
        })
        .await;
        board.ready().await;
        let before = board.numbers().await;
        let leaving: Vec<i64> = before.iter().copied().take(before.len() / 10 + 21).collect();
        for id in &leaving {
            harbour.person_sets(crate::harbour::MARA, *id, "System.Tags", json!("gone"));
        }
        board.make_pass_due().await;
        board.until(async || board.row().await.import_detail.leaving.is_some()).await;
        assert_eq!(board.numbers().await, before, "nothing left");
        let path = format!("/api/boards/{}/leaving", board.id);
        let refused = harbour.tom.post(&path, json!({"choice": "let_go"})).await;
        assert_eq!(refused.status, 403);
        harbour.admin.post(&path, json!({"choice": "let_go"})).await.expect(204);
        assert_eq!(board.numbers().await.len(), before.len() - leaving.len());
        assert_eq!(harbour.admin.post(&path, json!({"choice": "keep"})).await.problem(409), "nothing_asked");
        harbour.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_import_that_was_broken_off_goes_on_where_it_stands() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::make(&harbour, |_| {}).await;
        board.ready().await;
        let whole = board.numbers().await;
        let items: BTreeSet<_> = board.cards().await.iter().map(|card| card.item_id).collect();
        // As a crash in the middle leaves it: some cards are there, the rest is not.
        let some: BTreeSet<_> = items.iter().copied().take(40).map(ItemId).collect();
        let mut tx = world.app.store.begin().await.unwrap();
        let change = tx.number_change(board.company, Noun::Board, board.id).await.unwrap();
        tx.leave_board(board.company, BoardId(board.id), &some, "test", 1, change)
            .await
            .unwrap();
        let detail = board.row().await.import_detail.0;
        tx.set_board_import(board.company, BoardId(board.id), "importing", &detail, change)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        board.ready().await;
        assert_eq!(board.numbers().await, whole);
        let again: BTreeSet<_> = board.cards().await.iter().map(|card| card.item_id).collect();
        assert_eq!(again, items, "each work item is the item that it was");
        harbour.stop().await;
    })
    .await;
}

/// Renames an iteration in Azure DevOps, by its path below the project.
async fn rename(harbour: &Harbour<'_>, path: &str, name: &str) {
    let url = harbour.simulator.organization_url();
    let url = format!("{url}/Harbour/_apis/wit/classificationnodes/Iterations/{path}?api-version=7.1");
    let token = harbour.simulator.token("connection").to_owned();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client
        .patch(url)
        .basic_auth("", Some(token))
        .json(&json!({"name": name}));
    assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn a_renamed_iteration_changes_its_name_here_and_nothing_else() {
    on_both(async |world: &World| {
        let harbour = Harbour::new(world, "hold").await;
        let board = Board::make(&harbour, |_| {}).await;
        board.ready().await;
        let before = board.numbers().await;
        let n_accepted = harbour.simulator.sim().ground_truth().len();
        let change = board.row().await.change_number;
        rename(&harbour, "PI%2026.4/Sprint%2042", "Sprint 42 north").await;
        let app = &harbour.world.app;
        let client = client_for(app, board.company, board.connection(), Whom::Connection)
            .await
            .unwrap();
        let projects = nodes::projects_of(&board.row().await.set_up.0);
        let is_news = nodes::refresh(app, &client, board.company, board.connection(), &projects)
            .await
            .unwrap();
        assert!(is_news);
        let column = board.row().await.set_up.0.columns[1].clone();
        assert_eq!(column.name, "Sprint 42 north");
        let read = app.store.nodes(board.company, board.connection()).await.unwrap();
        let node = read.iter().find(|node| node.node_id == column.node_ids[0]).unwrap();
        assert_eq!(node.path, "Harbour\\PI 26.4\\Sprint 42 north");
        assert!(board.row().await.change_number > change);
        assert_eq!(board.numbers().await, before);
        assert_eq!(harbour.simulator.sim().ground_truth().len(), n_accepted);
        harbour.stop().await;
    })
    .await;
}
