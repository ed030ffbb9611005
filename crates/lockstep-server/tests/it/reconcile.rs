//! `lockstep reconcile --dry-run`, beside a server that runs and without one.

use std::process::Output;
use std::time::Duration;

use lockstep_server::app::now_us;
use lockstep_server::simulator::{SimulatorConfig, spawn};
use serde_json::json;
use uuid::Uuid;

use crate::command::{on, said};
use crate::torture::{MARA, Server, TOM, connect, items, person};
use crate::world::postgres_url;

#[tokio::test(flavor = "multi_thread")]
async fn drift_is_told_by_item_and_field_and_nothing_is_changed() {
    for database in [Some(String::new()), postgres_url().await].into_iter().flatten() {
        let simulator = spawn(SimulatorConfig::default()).await.unwrap();
        let mut server = Server::start(database).await;
        let admin = server.set_up().await;
        let connection = connect(&simulator, &server, &admin).await;
        let mara = person(&simulator, &server, &admin, &connection, "Mara Lindqvist", MARA).await;
        let mut numbers = Vec::new();
        for title in ["stays", "moves", "goes"] {
            let id = Uuid::now_v7().to_string();
            mara.act("/api/action-items", json!({"id": id, "title": title})).await;
            let push = json!({"id": Uuid::now_v7(), "connection_id": connection, "project_id": "Harbour", "work_item_type": "Task"});
            mara.act(&format!("/api/action-items/{id}/push"), push).await;
            numbers.push(loop {
                let items = items(&mara).await;
                if let Some(number) = items[&id]["work_item"]["id"].as_i64() {
                    break number;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            });
        }
        let equal = until_equal(&server).await;
        assert!(
            said(&equal).contains("3 work items read, 0 differ, 0 missing, 0 back"),
            "{}",
            said(&equal)
        );

        server.kill();
        let title = [("System.Title", json!("moved by Tom"))];
        simulator
            .sim()
            .person_update(now_us(), TOM, numbers[1], &title)
            .unwrap();
        simulator.sim().person_delete(now_us(), TOM, numbers[2]).unwrap();
        let n_written = simulator.sim().ground_truth().len();
        let drifted = reconcile(&server, &[]);
        assert_eq!(drifted.status.code(), Some(2), "{}", said(&drifted));
        let words = said(&drifted);
        assert!(
            words.contains(&format!("work item {}: rev 1 here, 2 there:", numbers[1])),
            "{words}"
        );
        assert!(
            words.contains("System.Title") && !words.contains("moved by Tom"),
            "names and no values: {words}"
        );
        assert!(
            words.contains(&format!("work item {}: missing there", numbers[2])),
            "{words}"
        );
        assert!(words.contains("1 differ, 1 missing"), "{words}");
        assert!(said(&reconcile(&server, &["--values"])).contains("\"moved by Tom\" there"));
        assert_eq!(reconcile(&server, &["--connection", "nothing"]).status.code(), Some(1));
        assert_eq!(
            reconcile(&server, &[]).status.code(),
            Some(2),
            "nothing was changed here"
        );
        assert_eq!(simulator.sim().ground_truth().len(), n_written, "nor there");

        server.run().await;
        until_equal(&server).await;
        server.kill();
        simulator.stop().await;
    }
}

/// Until the running server has read what there is.
async fn until_equal(server: &Server) -> Output {
    loop {
        let output = reconcile(server, &[]);
        if output.status.success() {
            return output;
        }
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

fn reconcile(server: &Server, words: &[&str]) -> Output {
    on(server, &[&["reconcile", "--dry-run"], words].concat())
}
