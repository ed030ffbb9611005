//! Browsers: each act is sent until it is acknowledged, with the same id, as a browser does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::bail;
use azdo_sim::Dice;
use lockstep_server::action_items::acting::part_id;
use serde_json::{Value, json};
use uuid::Uuid;

/// The password of everybody here.
pub const PASSWORD: &str = "a train of thought";

/// A signed-in browser.
#[derive(Clone)]
pub struct Person {
    client: reqwest::Client,
    url: Arc<str>,
    cookie: Arc<Mutex<Option<String>>>,
}

/// What one item was acknowledged to be.
#[derive(Debug, Clone, Default)]
pub struct Acknowledged {
    /// Its number.
    pub id: String,
    /// Marks it in Azure DevOps: the titles of one item begin with it.
    pub name: String,
    /// The last title.
    pub title: String,
    /// The last tags, in order.
    pub tags: Vec<String>,
    /// Edits, the creation and comments aside.
    pub n_edits: usize,
    /// What was said.
    pub comments: Vec<String>,
}

/// Ids of edits that were acknowledged, as soon as they were.
pub type Ledger = Arc<Mutex<Vec<Uuid>>>;

impl Person {
    /// Nobody in particular yet.
    pub fn new(url: String) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(20))
            .build()?;
        Ok(Self {
            client,
            url: url.into(),
            cookie: Arc::default(),
        })
    }

    /// The same person, at another instance.
    pub fn at(&self, url: String) -> Self {
        Self {
            url: url.into(),
            ..self.clone()
        }
    }

    /// Sends until it is acknowledged: the same request, whether or not the one before took effect.
    pub async fn act(&self, method: &str, path: &str, body: Value) -> anyhow::Result<Value> {
        loop {
            if let Some(answer) = self.send(method, path, &body).await? {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.act("GET", path, Value::Null).await
    }

    /// The answer, or `None` where there was none or the server asks to come again.
    pub async fn send(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Option<Value>> {
        let mut request = self.client.request(method.parse()?, format!("{}{path}", self.url));
        if !body.is_null() {
            request = request.json(body);
        }
        let cookie = self.cookie.lock().expect("nobody panics with it").clone();
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let Ok(response) = request.send().await else {
            return Ok(None);
        };
        let status = response.status().as_u16();
        let cookie = response
            .headers()
            .get("set-cookie")
            .and_then(|cookie| cookie.to_str().ok());
        if let Some(pair) = cookie.and_then(|cookie| cookie.split(';').next()) {
            *self.cookie.lock().expect("nobody panics with it") = Some(pair.to_owned());
        }
        let Ok(text) = response.text().await else {
            return Ok(None);
        };
        match status {
            // Come again; or Azure DevOps could not be asked just now.
            500..=599 => Ok(None),
            200..=299 if text.is_empty() => Ok(Some(Value::Null)),
            200..=299 => Ok(Some(serde_json::from_str(&text)?)),
            _ => bail!("{method} {path}: {status} {text}"),
        }
    }
}

/// Makes items, pushes them and edits them until told to stop; finishes the act that was begun.
pub async fn work(
    browser: Person,
    connection: String,
    ledger: Ledger,
    seed: u64,
    is_over: Arc<AtomicBool>,
) -> anyhow::Result<Vec<Acknowledged>> {
    let mut dice = Dice::new(seed);
    let mut made = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let mut item = make(&browser, &connection, &ledger).await?;
        for version in 1..=4 {
            tokio::time::sleep(Duration::from_millis(dice.below(120))).await;
            edit(&browser, &mut item, version, &ledger, &mut dice).await?;
            if is_over.load(Ordering::Relaxed) {
                break;
            }
        }
        made.push(item);
    }
    Ok(made)
}

/// Makes one item and pushes it.
pub async fn make(browser: &Person, connection: &str, ledger: &Ledger) -> anyhow::Result<Acknowledged> {
    let id = Uuid::now_v7().to_string();
    let name = format!("item {id}");
    let item = Acknowledged {
        title: format!("{name} v0"),
        name,
        id,
        ..Acknowledged::default()
    };
    let body = json!({"id": item.id, "title": item.title});
    browser.act("POST", "/api/action-items", body).await?;
    let push = Uuid::now_v7();
    let body = json!({"id": push, "connection_id": connection, "project_id": "Harbour", "work_item_type": "Task"});
    browser
        .act("POST", &format!("/api/action-items/{}/push", item.id), body)
        .await?;
    note(ledger, push, "create");
    Ok(item)
}

async fn edit(
    browser: &Person,
    item: &mut Acknowledged,
    version: usize,
    ledger: &Ledger,
    dice: &mut Dice,
) -> anyhow::Result<()> {
    let edits = format!("/api/action-items/{}/edits", item.id);
    match dice.below(4) {
        0 => {
            let text = format!("comment {version} on {}", item.name);
            let id = Uuid::now_v7();
            let path = format!("/api/action-items/{}/comments", item.id);
            browser.act("POST", &path, json!({"id": id, "text": text})).await?;
            note(ledger, id, "comment");
            item.comments.push(text);
        }
        1 => {
            item.tags.push(format!("tag{version}"));
            let id = Uuid::now_v7();
            browser
                .act("POST", &edits, json!({"id": id, "changes": {"tags": item.tags}}))
                .await?;
            item.n_edits += 1;
            note(ledger, id, "tags");
        }
        _ => {
            item.title = format!("{} v{version}", item.name);
            let id = Uuid::now_v7();
            browser
                .act("POST", &edits, json!({"id": id, "changes": {"title": item.title}}))
                .await?;
            item.n_edits += 1;
            note(ledger, id, "title");
        }
    }
    Ok(())
}

/// An act was acknowledged: what it is kept under.
fn note(ledger: &Ledger, request: Uuid, part: &str) {
    let edit = part_id(request, part).0;
    ledger.lock().expect("nobody panics with it").push(edit);
}
