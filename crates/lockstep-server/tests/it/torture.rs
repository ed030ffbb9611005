//! The shipped program, killed ten times in the middle of its work, on both databases.
//!
//! Two people edit without pause: each act is sent until it is acknowledged, as a browser does. Somebody else changes the
//! same work items in Azure DevOps, and service hooks tell of it. In between the server is killed without warning and
//! started again. Once all is quiet, the ground truth of the simulated Azure DevOps is held against what was acknowledged:
//! nothing lost, no work item and no comment twice, both sides equal.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use azdo_sim::{AcceptedKind, SubscriptionSpec};
use lockstep_server::simulator::{SimulatorConfig, SimulatorHandle, spawn};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::world::{PASSWORD, postgres_url};

const N_KILLS: usize = 10;
pub(crate) const MARA: &str = "mara.lindqvist@northquay.example";
pub(crate) const TOM: &str = "tom.okafor@northquay.example";
/// A work item nobody here follows: its changes keep the feed going, as a busy organization does.
const BYSTANDER: i64 = 4102;

#[tokio::test(flavor = "multi_thread")]
async fn killed_ten_times_on_sqlite_nothing_is_lost_and_nothing_doubled() {
    torture(String::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_ten_times_on_postgresql_nothing_is_lost_and_nothing_doubled() {
    if let Some(url) = postgres_url().await {
        torture(url).await;
    }
}

async fn torture(database: String) {
    let simulator = spawn(SimulatorConfig {
        // Long enough for a kill to fall between a request and its answer.
        latency: Duration::from_millis(25),
        ..SimulatorConfig::default()
    })
    .await
    .unwrap();
    let mut server = Server::start(database).await;
    let admin = server.set_up().await;
    let connection = connect(&simulator, &server, &admin).await;
    let mara = person(&simulator, &server, &admin, &connection, "Mara Lindqvist", MARA).await;
    let tom = person(&simulator, &server, &admin, &connection, "Tom Okafor", TOM).await;

    let is_over = AtomicBool::new(false);
    let (of_mara, of_tom, (), ()) = tokio::join!(
        work(&mara, &connection, &is_over),
        work(&tom, &connection, &is_over),
        meddle(&simulator, &is_over),
        async {
            for round in 0..N_KILLS {
                tokio::time::sleep(Duration::from_millis(200 + dice() % 900)).await;
                server.kill();
                eprintln!("killed, {} of {N_KILLS}", round + 1);
                server.run().await;
            }
            is_over.store(true, Ordering::Relaxed);
        }
    );
    let acknowledged: Vec<Acknowledged> = of_mara.into_iter().chain(of_tom).collect();
    eprintln!("{} items acknowledged, waiting for quiet", acknowledged.len());
    until_quiet(&mara, &simulator, &acknowledged).await;
    check(&mara, &simulator, &acknowledged).await;
    server.kill();
    simulator.stop().await;
}

/// What one item was acknowledged to be.
struct Acknowledged {
    id: String,
    /// Marks it in Azure DevOps: the titles of one item begin with it.
    name: String,
    title: String,
    n_edits: usize,
    comments: Vec<String>,
}

/// Makes items, pushes them and edits them until told to stop; finishes the act that was begun.
async fn work(browser: &Person, connection: &str, is_over: &AtomicBool) -> Vec<Acknowledged> {
    let mut made = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let id = Uuid::now_v7().to_string();
        let name = format!("item {id}");
        let mut item = Acknowledged {
            title: format!("{name} v0"),
            id,
            name,
            n_edits: 0,
            comments: Vec::new(),
        };
        browser
            .act("/api/action-items", json!({"id": item.id, "title": item.title}))
            .await;
        let push = json!({"id": Uuid::now_v7(), "connection_id": connection, "project_id": "Harbour", "work_item_type": "Task"});
        browser.act(&format!("/api/action-items/{}/push", item.id), push).await;
        for version in 1..=3 {
            tokio::time::sleep(Duration::from_millis(dice() % 150)).await;
            item.title = format!("{} v{version}", item.name);
            let edit = json!({"id": Uuid::now_v7(), "changes": {"title": item.title}});
            browser.act(&format!("/api/action-items/{}/edits", item.id), edit).await;
            item.n_edits += 1;
            let text = format!("comment {version} on {}", item.name);
            let comment = json!({"id": Uuid::now_v7(), "text": text});
            browser
                .act(&format!("/api/action-items/{}/comments", item.id), comment)
                .await;
            item.comments.push(text);
        }
        made.push(item);
    }
    made
}

/// Changes another field of work items that Lockstep made, and something it doesn't follow.
async fn meddle(simulator: &SimulatorHandle, is_over: &AtomicBool) {
    while !is_over.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(50 + dice() % 150)).await;
        let ours = made_by_lockstep(simulator);
        let mut sim = simulator.sim();
        if let Some(id) = ours.get(usize::try_from(dice()).unwrap() % ours.len().max(1)) {
            let priority = 1 + dice() % 4;
            sim.person_update(
                now_us(),
                TOM,
                *id,
                &[("Microsoft.VSTS.Common.Priority", json!(priority))],
            )
            .unwrap();
        }
        stir(&mut sim);
    }
}

fn stir(sim: &mut azdo_sim::Sim) {
    let points = json!(dice() % 100);
    sim.person_update(
        now_us(),
        MARA,
        BYSTANDER,
        &[("Microsoft.VSTS.Scheduling.Effort", points)],
    )
    .unwrap();
}

/// Work items that a request with a token created.
pub(crate) fn made_by_lockstep(simulator: &SimulatorHandle) -> Vec<i64> {
    let sim = simulator.sim();
    let truth = sim.ground_truth().iter();
    truth
        .filter(|accepted| accepted.kind == AcceptedKind::Created && accepted.token_name.is_some())
        .map(|accepted| accepted.work_item_id)
        .collect()
}

/// Waits until nothing is on its way and both sides show the same priorities. What never comes is stopped by the runner.
async fn until_quiet(browser: &Person, simulator: &SimulatorHandle, acknowledged: &[Acknowledged]) {
    loop {
        let sync = browser.get("/api/sync").await;
        assert_eq!(
            sync["needs_decision"],
            json!([]),
            "nothing here is for a person to decide"
        );
        let items = items(browser).await;
        let is_quiet = sync["waiting"] == json!([])
            && acknowledged.iter().all(|item| {
                let item = &items[&item.id];
                item["sync"]["state"] == "in_lockstep"
                    && item["work_item"]["id"]
                        .as_i64()
                        .is_some_and(|id| item["priority"] == there(simulator, id, "Microsoft.VSTS.Common.Priority"))
            });
        if is_quiet {
            return;
        }
        stir(&mut simulator.sim());
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

async fn check(browser: &Person, simulator: &SimulatorHandle, acknowledged: &[Acknowledged]) {
    let items = items(browser).await;
    let sim_items = made_by_lockstep(simulator);
    assert_eq!(
        sim_items.len(),
        acknowledged.len(),
        "as many work items were created as items were pushed"
    );
    for item in acknowledged {
        let here = &items[&item.id];
        let twins = sim_items
            .iter()
            .filter(|id| {
                there(simulator, **id, "System.Title")
                    .as_str()
                    .is_some_and(|title| title.starts_with(&item.name))
            })
            .count();
        assert_eq!(twins, 1, "{} is one work item", item.name);
        let id = here["work_item"]["id"].as_i64().unwrap();
        assert_eq!(
            there(simulator, id, "System.Title"),
            json!(item.title),
            "the last acknowledged title stands there"
        );
        assert_eq!(here["title"], json!(item.title), "and here");
        let sim = simulator.sim();
        let ours: Vec<_> = sim
            .ground_truth()
            .iter()
            .filter(|accepted| accepted.work_item_id == id && accepted.token_name.is_some())
            .collect();
        // An acknowledged edit makes one revision at most, the creation one.
        assert!(ours.len() <= 1 + item.n_edits + item.comments.len());
        assert!(
            ours.iter()
                .skip(1)
                .all(|accepted| accepted.tested_rev == Some(accepted.rev - 1)),
            "no blind write"
        );
        for comment in &item.comments {
            let n = ours.iter().filter(|accepted| says(accepted, comment)).count();
            assert_eq!(n, 1, "{comment} is there once");
        }
    }
}

fn says(accepted: &azdo_sim::Accepted, comment: &str) -> bool {
    let history = accepted.fields.get("System.History").map(|(_was, now)| now);
    history
        .and_then(Value::as_str)
        .is_some_and(|text| text.contains(comment))
}

pub(crate) fn there(simulator: &SimulatorHandle, id: i64, field: &str) -> Value {
    let snapshot = simulator.sim().work_item_snapshot(id).unwrap();
    snapshot.fields.get(field).cloned().unwrap_or(Value::Null)
}

pub(crate) async fn items(browser: &Person) -> BTreeMap<String, Value> {
    let list = browser.get("/api/action-items").await;
    let items = list["items"].as_array().unwrap().clone();
    items
        .into_iter()
        .map(|item| (item["id"].as_str().unwrap().to_owned(), item))
        .collect()
}

pub(crate) async fn connect(simulator: &SimulatorHandle, server: &Server, admin: &Person) -> String {
    let connection = json!({
        "label": "Northquay cloud",
        "server_url": simulator.organization_url(),
        "token": simulator.token("connection"),
        "without_own_token": "hold",
        "allows_plain_http": true,
    });
    let id = admin.act("/api/connections", connection).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let webhook = admin
        .act(&format!("/api/connections/{id}/webhook/reveal"), json!({}))
        .await;
    let text = |name: &str| webhook[name].as_str().unwrap().to_owned();
    assert!(text("url").starts_with(&server.url()));
    for event_type in [
        "workitem.created",
        "workitem.updated",
        "workitem.deleted",
        "workitem.restored",
    ] {
        simulator.sim().subscribe(SubscriptionSpec {
            project: "Harbour".to_owned(),
            event_type: event_type.to_owned(),
            url: text("url"),
            basic_auth: (text("user_name"), text("secret")),
        });
    }
    id
}

pub(crate) async fn person(
    simulator: &SimulatorHandle,
    server: &Server,
    admin: &Person,
    connection: &str,
    name: &str,
    email: &str,
) -> Person {
    admin
        .act(
            "/api/members",
            json!({"name": name, "email": email, "role": "member", "password": PASSWORD}),
        )
        .await;
    let person = server.visitor();
    person
        .act("/api/sign-in", json!({"email": email, "password": PASSWORD}))
        .await;
    person
        .send(
            "PUT",
            &format!("/api/me/tokens/{connection}"),
            json!({"token": simulator.token(name)}),
        )
        .await
        .unwrap();
    person
}

/// The program on a port of its own, with a database that outlives it.
pub(crate) struct Server {
    pub(crate) folder: TempDir,
    address: SocketAddr,
    pub(crate) database: String,
    child: Option<Child>,
}

impl Server {
    pub(crate) async fn start(database: String) -> Self {
        // Free a moment ago; the same after each start, for hooks and browsers know it.
        let address = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
        let mut server = Self {
            folder: tempfile::tempdir().unwrap(),
            address,
            database,
            child: None,
        };
        server.run().await;
        server
    }

    /// Starts the program and waits until it is ready.
    pub(crate) async fn run(&mut self) {
        loop {
            let child = self.child.insert(self.command().spawn().unwrap());
            loop {
                // A lock of the one before that is not gone yet ends it at once: then it is started again.
                if child.try_wait().unwrap().is_some() {
                    break;
                }
                let ready = reqwest::get(format!("http://{}/readyz", self.address)).await;
                if ready.is_ok_and(|answer| answer.status().is_success()) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    fn command(&self) -> Command {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.log())
            .unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
        command
            .args(["serve", "--listen", &self.address.to_string()])
            .arg("--data-dir")
            .arg(self.folder.path().join("data"))
            .env("LOCKSTEP_ALLOW_LOOPBACK_ADDRESSES", "true")
            .env("LOCKSTEP_POLL_INTERVAL_MS", "1000")
            .env("LOCKSTEP_REQUEST_TIMEOUT_MS", "3000")
            .env("LOCKSTEP_CREATION_DELAY_BOUND_MS", "1000")
            .stdout(Stdio::null())
            .stderr(log);
        if !self.database.is_empty() {
            command.args(["--database", &self.database]);
        }
        command
    }

    fn log(&self) -> std::path::PathBuf {
        self.folder.path().join("log")
    }

    /// SIGKILL: no destructor runs, nothing is flushed.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn visitor(&self) -> Person {
        Person {
            client: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(20))
                .build()
                .unwrap(),
            url: self.url(),
            cookie: std::sync::Mutex::default(),
        }
    }

    /// Sets the server up with the code that its first line names; the first administrator.
    pub(crate) async fn set_up(&self) -> Person {
        let code = setup_code(&self.log());
        let admin = self.visitor();
        let input = json!({"code": code, "company_name": "Northquay", "name": "Ada Lovelace", "email": "ada@example.org", "password": PASSWORD});
        admin.act("/api/setup", input).await;
        admin
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("{}", std::fs::read_to_string(self.log()).unwrap_or_default());
        }
    }
}

fn setup_code(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap();
    let (_, behind) = text.split_once("/setup?code=").expect("the program names the code");
    behind.split_whitespace().next().unwrap().to_owned()
}

/// A browser that repeats what was not acknowledged.
pub(crate) struct Person {
    client: reqwest::Client,
    url: String,
    cookie: std::sync::Mutex<Option<String>>,
}

impl Person {
    /// Posts until it is acknowledged: the same request, whether or not the one before took effect.
    pub(crate) async fn act(&self, path: &str, body: Value) -> Value {
        loop {
            match self.send("POST", path, body.clone()).await {
                Some(answer) => return answer,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        loop {
            match self.send("GET", path, Value::Null).await {
                Some(answer) => return answer,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }

    /// The answer, or `None` where there was none or the server asks to come again.
    pub(crate) async fn send(&self, method: &str, path: &str, body: Value) -> Option<Value> {
        let mut request = self
            .client
            .request(method.parse().unwrap(), format!("{}{path}", self.url));
        if !body.is_null() {
            request = request.json(&body);
        }
        let cookie = self.cookie.lock().unwrap().clone();
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        if let Some(cookie) = response.headers().get("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            *self.cookie.lock().unwrap() = Some(pair);
        }
        let text = response.text().await.ok()?;
        if status == 503 {
            return None;
        }
        assert!((200..300).contains(&status), "{method} {path}: {status} {text}");
        Some(if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap()
        })
    }
}

fn now_us() -> i64 {
    lockstep_server::app::now_us()
}

/// Any number. When a kill falls is not repeatable anyway, so neither is this.
fn dice() -> u64 {
    u64::from_le_bytes(lockstep_server::app::random_bytes())
}
