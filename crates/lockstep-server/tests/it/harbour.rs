//! A company in step with the sample world, told over HTTP: Mara and Tom have tokens of their own, Ines has none.

use std::time::Duration;

use azdo_sim::Accepted;
use lockstep_server::app::Flavour;
use lockstep_server::config::Config;
use lockstep_server::simulator::{SimulatorConfig, SimulatorHandle, spawn};
use lockstep_server::sync::driver;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::world::{Browser, PASSWORD, World};

pub const MARA: &str = "mara.lindqvist@northquay.example";
pub const TOM: &str = "tom.okafor@northquay.example";
pub const INES: &str = "ines.duarte@northquay.example";
pub const AISHA: &str = "aisha.bello@northquay.example";

/// Settings for stories in which changes over there are found by polling alone.
pub fn polled(config: &mut Config, _flavour: &mut Flavour) {
    config.poll_interval_ms = 1000;
}

/// A company, its people's browsers, the simulated organization, and the driver between them.
pub struct Harbour<'w> {
    pub world: &'w World,
    pub admin: Browser,
    pub mara: Browser,
    pub tom: Browser,
    pub ines: Browser,
    pub simulator: SimulatorHandle,
    pub connection: String,
    driver: JoinHandle<()>,
}

impl<'w> Harbour<'w> {
    /// Makes the company, its connection with the policy, and stores Mara's and Tom's own tokens.
    pub async fn new(world: &'w World, without_own_token: &str) -> Self {
        let admin = world.admin().await;
        let simulator = spawn(SimulatorConfig::default()).await.unwrap();
        let connection = json!({
            "label": "Northquay cloud",
            "server_url": simulator.organization_url(),
            "token": simulator.token("connection"),
            "without_own_token": without_own_token,
            "allows_plain_http": true,
        });
        let made = admin.post("/api/connections", connection).await.expect(201);
        let connection = made["id"].as_str().unwrap().to_owned();
        let mara = member(world, &admin, "Mara Lindqvist", MARA).await;
        let tom = member(world, &admin, "Tom Okafor", TOM).await;
        let ines = member(world, &admin, "Ines Duarte", INES).await;
        let harbour = Self {
            world,
            admin,
            mara,
            tom,
            ines,
            simulator,
            connection,
            driver: tokio::spawn(driver::run(world.app.clone())),
        };
        harbour.store_token(&harbour.mara, "Mara Lindqvist").await;
        harbour.store_token(&harbour.tom, "Tom Okafor").await;
        harbour
    }

    /// Stores the token of this name as the browser's own.
    pub async fn store_token(&self, browser: &Browser, name: &str) {
        let token = self.simulator.token(name).to_owned();
        let path = format!("/api/me/tokens/{}", self.connection);
        browser.put(&path, json!({"token": token})).await.expect(200);
    }

    /// Makes an action item; its id.
    pub async fn make(&self, browser: &Browser, item: Value) -> String {
        let made = browser.post("/api/action-items", item).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// Pushes an action item to Harbour as a task.
    pub async fn push(&self, browser: &Browser, id: &str) -> Value {
        let push = json!({"id": Uuid::now_v7(), "connection_id": self.connection, "project_id": "Harbour", "work_item_type": "Task"});
        browser
            .post(&format!("/api/action-items/{id}/push"), push)
            .await
            .expect(200)
    }

    /// Makes an action item as Mara, pushes it, and waits until it is in step; its id and its work item's number.
    pub async fn pushed(&self, title: &str) -> (String, i64) {
        let id = self.make(&self.mara, json!({"title": title})).await;
        self.push(&self.mara, &id).await;
        let item = self.in_step(&id).await;
        (id, item["work_item"]["id"].as_i64().unwrap())
    }

    /// Edits an action item.
    pub async fn edit(&self, browser: &Browser, id: &str, changes: Value) -> Value {
        let input = json!({"id": Uuid::now_v7(), "changes": changes});
        browser
            .post(&format!("/api/action-items/{id}/edits"), input)
            .await
            .expect(200)
    }

    /// Decides about the item's open edit of a field.
    pub async fn decide(&self, browser: &Browser, item: &Value, field: &str, choice: &str) -> crate::world::Answer {
        let edit = open_edit(item, field);
        let path = format!("/api/edits/{}/decide", edit["id"].as_str().unwrap());
        let input = json!({"id": Uuid::now_v7(), "choice": choice, "seen": edit["theirs"]});
        browser.post(&path, input).await
    }

    /// An action item with its history and comments, as Mara sees it.
    pub async fn detail(&self, id: &str) -> Value {
        self.mara.get(&format!("/api/action-items/{id}")).await.expect(200)
    }

    /// The action item, as Mara sees it.
    pub async fn item(&self, id: &str) -> Value {
        self.detail(id).await["item"].take()
    }

    /// The action item once `holds` says so. What never comes is stopped by the test's runner.
    pub async fn until(&self, id: &str, holds: impl Fn(&Value) -> bool) -> Value {
        loop {
            let item = self.item(id).await;
            if holds(&item) {
                return item;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The action item once it is in step and has a work item.
    pub async fn in_step(&self, id: &str) -> Value {
        self.until(id, |item| {
            item["sync"]["state"] == "in_lockstep" && item["work_item"]["id"].is_i64()
        })
        .await
    }

    /// The action item once its sync state is this.
    pub async fn in_state(&self, id: &str, state: &str) -> Value {
        self.until(id, |item| item["sync"]["state"] == state).await
    }

    /// What a person changes in Azure DevOps.
    pub fn person_sets(&self, person: &str, id: i64, field: &str, value: Value) -> i64 {
        let now_us = self.world.app.now_us();
        self.simulator
            .sim()
            .person_update(now_us, person, id, &[(field, value)])
            .unwrap()
    }

    /// A field's value in Azure DevOps.
    pub fn there(&self, id: i64, field: &str) -> Value {
        let snapshot = self.simulator.sim().work_item_snapshot(id).unwrap();
        snapshot.fields.get(field).cloned().unwrap_or(Value::Null)
    }

    /// What Azure DevOps accepted about a work item, oldest first.
    pub fn accepted(&self, id: i64) -> Vec<Accepted> {
        let sim = self.simulator.sim();
        sim.ground_truth()
            .iter()
            .filter(|accepted| accepted.work_item_id == id)
            .cloned()
            .collect()
    }

    /// Who made each accepted change of a work item, by sign-in name.
    pub fn authors(&self, id: i64) -> Vec<String> {
        self.accepted(id)
            .into_iter()
            .map(|accepted| accepted.identity)
            .collect()
    }

    /// Stops the driver as SIGTERM would, and waits for its end.
    pub async fn stop(self) {
        self.world.app.shutdown.cancel();
        self.driver.await.expect("the driver does not panic");
        self.simulator.stop().await;
    }
}

/// The open edit of a field.
#[track_caller]
pub fn open_edit<'v>(item: &'v Value, field: &str) -> &'v Value {
    let edits = item["open_edits"].as_array().unwrap();
    edits
        .iter()
        .find(|edit| edit["field"] == field)
        .unwrap_or_else(|| panic!("no open edit of {field} in {item}"))
}

async fn member(world: &World, admin: &Browser, name: &str, email: &str) -> Browser {
    let input = json!({"name": name, "email": email, "role": "member", "password": PASSWORD});
    admin.post("/api/members", input).await.expect(201);
    let browser = world.visitor();
    browser.sign_in(email, PASSWORD).await.expect(200);
    browser
}
