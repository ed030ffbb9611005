//! No secret gets out: canaries are planted through the whole story, then looked for in everything the server says or keeps.
//!
//! The real binary runs with its logs at trace. Looked through are its logs, every answer's headers and body, its numbers,
//! every byte it sends to Azure DevOps outside `Authorization`, and the database; each secret in plain, base64 at every
//! alignment (so inside `user:secret` and `:secret` too), base64url, hex, percent-encoded and JSON-escaped.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use azdo_sim::SubscriptionSpec;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use lockstep_server::simulator::{SimulatorConfig, SimulatorHandle, spawn};
use serde_json::{Value, json};
use sqlx::{Connection, Row};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use crate::harbour::AISHA;
use crate::world::postgres_url;

const PASSWORD: &str = "canary Password+of/Ada 7f3a";
const NEW_PASSWORD: &str = "canary Password+of/Ada 9b1c";
const WRONG_PASSWORD: &str = "canary Password+nobody/has 11";
const WRONG_TOKEN: &str = "canarywrongtokencanarywrongtokencanarywrongtokencanary99";

#[tokio::test]
async fn no_secret_gets_out_in_any_form() {
    let mut stories = vec![String::new()];
    stories.extend(postgres_url().await);
    for database in stories {
        let mut server = Server::start(&database).await;
        let secrets = server.live().await;
        let database_dump = server.stopped_and_dumped(&database).await;
        let logs = std::fs::read_to_string(server.folder.path().join("log")).unwrap();
        assert!(
            logs.contains("TRACE") || logs.contains("DEBUG"),
            "the logs are not as loud as they can be"
        );
        assert!(database_dump.len() > 10_000, "the dump is the database");
        for (what, text) in [
            ("the logs", without_setup_address(&logs)),
            ("the answers", server.said.lock().unwrap().clone()),
            ("what is sent to Azure DevOps", server.sent.lock().unwrap().clone()),
            ("the database", database_dump),
        ] {
            look_for(&secrets, what, &text);
        }
    }
}

#[test]
fn every_form_of_a_secret_is_found() {
    let secret = "canary Secret+1/2?x=y";
    let inside = |text: String| {
        forms(secret)
            .iter()
            .any(|form| text.to_lowercase().contains(&form.to_lowercase()))
    };
    for text in [
        format!("a {secret} b"),
        STANDARD.encode(format!(":{secret}")),
        STANDARD.encode(format!("ab:{secret}!")),
        STANDARD.encode(format!("lockstep:{secret}")),
        URL_SAFE.encode(format!("{secret}\u{e9}")),
        hex(secret.as_bytes()),
        hex(secret.as_bytes()).to_uppercase(),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string(),
        serde_json::to_string(secret).unwrap(),
    ] {
        assert!(inside(text.clone()), "{text}");
    }
    assert!(!inside("canary".to_owned()));
}

/// A secret with its name.
struct Secret {
    name: &'static str,
    text: String,
}

fn look_for(secrets: &[Secret], place: &str, text: &str) {
    let text = text.to_lowercase();
    for secret in secrets {
        for form in forms(&secret.text) {
            assert!(
                !text.contains(&form.to_lowercase()),
                "{} is in {place}, as {} characters",
                secret.name,
                form.len()
            );
        }
    }
}

/// A secret as it may be spelled. Each form is long enough to be found by nothing else.
fn forms(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let mut forms = vec![
        secret.to_owned(),
        hex(bytes),
        url::form_urlencoded::byte_serialize(bytes).collect(),
        percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string(),
        serde_json::to_string(secret).unwrap().trim_matches('"').to_owned(),
    ];
    for n_before in 0..3 {
        let shifted = [vec![b'x'; n_before], bytes.to_vec()].concat();
        // Characters at the edges also depend on what stands beside them.
        let (from, upto) = ((n_before * 8).div_ceil(6), shifted.len() * 8 / 6);
        forms.push(STANDARD.encode(&shifted)[from..upto].to_owned());
        forms.push(URL_SAFE.encode(&shifted)[from..upto].to_owned());
    }
    forms
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _written = write!(text, "{byte:02x}");
        text
    })
}

/// The one address with a secret that is printed on purpose, and whose secret is used up by the story.
fn without_setup_address(logs: &str) -> String {
    logs.lines()
        .filter(|line| !line.contains("/setup?code="))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The real server, the simulated Azure DevOps, and a wire between them that is listened to.
struct Server {
    process: Child,
    url: String,
    folder: TempDir,
    simulator: SimulatorHandle,
    /// Where the server believes Azure DevOps to be.
    azure_devops: String,
    /// What it sends there, without `Authorization`.
    sent: Arc<Mutex<String>>,
    /// Everything it answers, but the secret that is revealed on purpose and the cookies.
    said: Mutex<String>,
    cookie: Mutex<Option<String>>,
}

impl Server {
    async fn start(database: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let simulator = spawn(SimulatorConfig::default()).await.unwrap();
        let sent = Arc::<Mutex<String>>::default();
        let wire = listened_wire(simulator.address, sent.clone()).await;
        simulator.sim().set_base_url(&format!("http://{wire}"));
        let address = free_address().await;
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LOCKSTEP_")) {
            command.env_remove(name);
        }
        command
            .env("LOCKSTEP_LISTEN", address.to_string())
            .env("LOCKSTEP_DATA_DIR", folder.path().join("data"))
            .env("LOCKSTEP_DATABASE", database)
            .env("LOCKSTEP_ALLOW_LOOPBACK_ADDRESSES", "true")
            .env("LOCKSTEP_POLL_INTERVAL_MS", "1000")
            .env("LOCKSTEP_LOG", "trace")
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .stdout(log.try_clone().unwrap())
            .stderr(Stdio::from(log));
        let server = Self {
            process: command.spawn().unwrap(),
            url: format!("http://{address}"),
            azure_devops: format!("http://{wire}/harbour"),
            folder,
            simulator,
            sent,
            said: Mutex::default(),
            cookie: Mutex::default(),
        };
        while TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }

    /// The whole story; the secrets that were in it.
    async fn live(&self) -> Vec<Secret> {
        let connection_token = self.simulator.token("connection").to_owned();
        let own_token = self.simulator.token("Mara Lindqvist").to_owned();
        let foreign_token = self.simulator.token("other organization").to_owned();
        self.set_up().await;
        let sessions = vec![self.cookie()];

        let input = |token: &str, url: &str| json!({"label": "Harbour", "server_url": url, "token": token, "without_own_token": "hold", "allows_plain_http": true});
        // Everything that can go wrong with a token in the hand.
        for (token, url) in [
            (WRONG_TOKEN, self.azure_devops.clone()),
            (foreign_token.as_str(), self.azure_devops.clone()),
            (connection_token.as_str(), format!("{}-nowhere", self.azure_devops)),
            (connection_token.as_str(), "http://127.0.0.1:9/harbour".to_owned()),
            (connection_token.as_str(), "no address at all".to_owned()),
            // Pasted into the wrong field.
            (connection_token.as_str(), connection_token.clone()),
            (
                connection_token.as_str(),
                format!("https://dev.azure.com/{connection_token}"),
            ),
        ] {
            let test = json!({"server_url": url, "token": token, "allows_plain_http": true});
            self.ask("POST", "/api/connections/test", Some(test)).await;
            self.ask("POST", "/api/connections", Some(input(token, &url))).await;
        }
        self.malformed("/api/connections", &format!("{{\"token\": \"{connection_token}\""))
            .await;
        self.malformed(
            "/api/connections",
            &format!("{{\"token\": [\"{connection_token}\"], \"label\": \"{connection_token}\"}}"),
        )
        .await;
        let made = self
            .ask(
                "POST",
                "/api/connections",
                Some(input(&connection_token, &self.azure_devops)),
            )
            .await;
        let connection = made["id"].as_str().expect("the connection is made").to_owned();

        let own = format!("/api/me/tokens/{connection}");
        self.ask("PUT", &own, Some(json!({"token": WRONG_TOKEN}))).await;
        self.ask("PUT", &own, Some(json!({"token": own_token}))).await;
        self.ask("POST", &format!("{own}/test"), Some(json!({}))).await;
        let hook_secret = self.hooks(&connection).await;
        self.plan(&connection).await;
        let link_secret = self.share(&connection).await;
        self.ask(
            "PATCH",
            &format!("/api/connections/{connection}"),
            Some(json!({"token": WRONG_TOKEN})),
        )
        .await;
        // The connection's token dies while the driver uses it.
        self.simulator.sim().revoke_token(&connection_token);
        self.until(&format!("/api/connections/{connection}"), |c| {
            c["health"]["state"] == "token_refused"
        })
        .await;
        for path in [
            "/api/connections",
            "/api/me/tokens",
            "/api/sessions",
            "/api/members",
            "/api/sync",
            "/metrics",
            "/api/openapi.json",
        ] {
            self.ask("GET", path, None).await;
        }
        let key_file = std::fs::read_to_string(self.folder.path().join("data.key")).unwrap();
        let key = key_file.trim().rsplit(':').next().unwrap().to_owned();
        let key_bytes = STANDARD_NO_PAD.decode(&key).expect("a key is base64");
        let mut secrets = vec![
            Secret {
                name: "the connection's token",
                text: connection_token,
            },
            Secret {
                name: "an own token",
                text: own_token,
            },
            Secret {
                name: "a token of another organization",
                text: foreign_token,
            },
            Secret {
                name: "a wrong token",
                text: WRONG_TOKEN.to_owned(),
            },
            Secret {
                name: "the webhook's secret",
                text: hook_secret,
            },
            Secret {
                name: "a share link's secret",
                text: link_secret,
            },
            Secret {
                name: "the password",
                text: PASSWORD.to_owned(),
            },
            Secret {
                name: "the new password",
                text: NEW_PASSWORD.to_owned(),
            },
            Secret {
                name: "a wrong password",
                text: WRONG_PASSWORD.to_owned(),
            },
            Secret {
                name: "the key file",
                text: key,
            },
            Secret {
                name: "the key",
                text: hex(&key_bytes),
            },
        ];
        for cookie in sessions.into_iter().chain([self.cookie()]) {
            let text = cookie.split_once('=').unwrap().1.to_owned();
            secrets.push(Secret {
                name: "a session",
                text,
            });
        }
        assert!(
            secrets.iter().all(|secret| secret.text.len() >= 20),
            "a canary too short to be looked for"
        );
        secrets
    }

    async fn set_up(&self) {
        let log = self.folder.path().join("log");
        let code = loop {
            let text = std::fs::read_to_string(&log).unwrap();
            if let Some((_, code)) = text.split_once("/setup?code=")
                && let Some((code, _)) = code.split_once('\n')
            {
                break code.trim().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let setup = |code: &str| json!({"code": code, "company_name": "Northquay", "name": "Ada Lovelace", "email": "ada@example.org", "password": PASSWORD});
        self.ask("POST", "/api/setup", Some(setup(WRONG_PASSWORD))).await;
        self.ask("POST", "/api/setup", Some(setup(&code))).await;
        let sign_in = |password: &str| json!({"email": "ada@example.org", "password": password});
        self.ask("POST", "/api/sign-in", Some(sign_in(WRONG_PASSWORD))).await;
        // The password in the wrong field.
        self.ask(
            "POST",
            "/api/sign-in",
            Some(json!({"email": PASSWORD, "password": "x", PASSWORD: PASSWORD})),
        )
        .await;
        self.ask("POST", "/api/sign-in", Some(sign_in(PASSWORD))).await;
        let change = |current: &str| json!({"current": current, "new": NEW_PASSWORD});
        self.ask("POST", "/api/me/password", Some(change(WRONG_PASSWORD))).await;
        self.ask("POST", "/api/me/password", Some(change(PASSWORD))).await;
        let member = json!({"name": "Ines", "email": "ines@example.org", "role": "member", "password": PASSWORD});
        self.ask("POST", "/api/members", Some(member)).await;
    }

    /// Hooks with the right secret, a wrong one and none.
    async fn hooks(&self, connection: &str) -> String {
        let reveal = format!("/api/connections/{connection}/webhook/reveal");
        // Shown on purpose, to an admin who asks.
        let webhook = self.send("POST", &reveal, Some(json!({})), &[]).await.1;
        let text = |name: &str| webhook[name].as_str().unwrap().to_owned();
        let (url, user, secret) = (text("url"), text("user_name"), text("secret"));
        self.ask("GET", &format!("/api/connections/{connection}/webhook"), None)
            .await;
        for event in ["created", "updated", "deleted"] {
            self.simulator.sim().subscribe(SubscriptionSpec {
                project: "Harbour".to_owned(),
                event_type: format!("workitem.{event}"),
                url: url.clone(),
                basic_auth: (user.clone(), secret.clone()),
            });
        }
        let path = url.strip_prefix(&self.url).unwrap().to_owned();
        let basic = |password: &str| format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        for authorization in [
            basic(WRONG_PASSWORD),
            basic(&secret),
            format!("Basic {secret}"),
            format!("Bearer {secret}"),
        ] {
            // A stranger's body is read by nobody; one that is let in is kept until it has had its effect.
            let said = if authorization == basic(&secret) { "" } else { &secret };
            let body =
                json!({"eventType": "workitem.updated", "resource": {"workItemId": "not a number", "said": said}});
            self.say(
                self.send("POST", &path, Some(body), &[("authorization", &authorization)])
                    .await,
            );
        }
        secret
    }

    /// A board is shared by a link, looked at and ended; half a link and one in the wrong place are tried.
    async fn share(&self, connection: &str) -> String {
        let (id, set_up) = (Uuid::now_v7(), crate::companies::a_set_up());
        let board =
            json!({"id": id, "name": "Shared", "connection_id": connection, "set_up": set_up, "write_mode": "hold"});
        self.ask("POST", "/api/boards", Some(board)).await;
        let links = format!("/api/boards/{id}/links");
        // Told once, to whoever makes it.
        let made = self.send("POST", &links, Some(json!({"days": 1})), &[]).await.1;
        let path = made["path"].as_str().unwrap().to_owned();
        let secret = path.strip_prefix("/shared#").unwrap().to_owned();
        self.ask("GET", &path, None).await;
        let link = format!("{links}/{}", made["link"]["id"].as_str().unwrap());
        for _ in ["open", "ended"] {
            for bearer in [
                format!("Bearer {secret}"),
                format!("Bearer {}", &secret[1..]),
                secret.clone(),
            ] {
                let headers = [("authorization", bearer.as_str())];
                self.say(self.send("GET", "/api/shared/board", None, &headers).await);
            }
            self.ask("GET", &links, None).await;
            self.ask("DELETE", &link, None).await;
        }
        secret
    }

    /// Work goes out and comes in; one thing is refused.
    async fn plan(&self, connection: &str) {
        let made = self
            .ask("POST", "/api/action-items", Some(json!({"title": "Order fibre"})))
            .await;
        let item = format!("/api/action-items/{}", made["id"].as_str().unwrap());
        let push = |area: Value| json!({"id": Uuid::now_v7(), "connection_id": connection, "project_id": "Harbour", "work_item_type": "Task", "area_path": area});
        self.ask("POST", &format!("{item}/push"), Some(push(json!("Harbour\\Nowhere"))))
            .await;
        let refused = self.until(&item, |d| d["item"]["sync"]["state"] == "refused").await;
        let edit = refused["item"]["open_edits"][0]["id"].as_str().unwrap().to_owned();
        let give_up = json!({"id": Uuid::now_v7(), "choice": "give_up"});
        self.ask("POST", &format!("/api/edits/{edit}/decide"), Some(give_up))
            .await;
        self.until(&item, |d| d["item"]["sync"]["state"] == "local").await;
        self.ask("POST", &format!("{item}/push"), Some(push(Value::Null))).await;
        let in_step = |d: &Value| d["item"]["sync"]["state"] == "in_lockstep" && d["item"]["work_item"]["id"].is_i64();
        let number = self.until(&item, in_step).await["item"]["work_item"]["id"]
            .as_i64()
            .unwrap();
        let now_us = jiff::Timestamp::now().as_microsecond();
        let changes = [("System.Title", json!("Order more fibre"))];
        self.simulator
            .sim()
            .person_update(now_us, AISHA, number, &changes)
            .unwrap();
        self.until(&item, |d| d["item"]["title"] == "Order more fibre").await;
    }

    async fn until(&self, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        loop {
            let answer = self.ask("GET", path, None).await;
            if holds(&answer) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let answer = self.send(method, path, body, &[]).await;
        let value = answer.1.clone();
        self.say(answer);
        value
    }

    async fn malformed(&self, path: &str, body: &str) {
        let request = self
            .request("POST", path)
            .header("content-type", "application/json")
            .body(body.to_owned());
        self.say(self.answer(request).await);
    }

    async fn send(&self, method: &str, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> (String, Value) {
        let mut request = self.request(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.answer(request).await
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = client.request(method.parse().unwrap(), format!("{}{path}", self.url));
        if let Some(cookie) = self.cookie.lock().unwrap().clone() {
            request = request.header("cookie", cookie);
        }
        request
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> (String, Value) {
        let response = request.send().await.unwrap();
        let mut said = String::new();
        for (name, value) in response.headers() {
            let value = value.to_str().unwrap();
            if name == "set-cookie" {
                // The one place a session belongs.
                let pair = value.split(';').next().unwrap().to_owned();
                *self.cookie.lock().unwrap() = Some(pair);
            } else {
                writeln!(said, "{name}: {value}").unwrap();
            }
        }
        let text = response.text().await.unwrap();
        said.push_str(&text);
        (said, serde_json::from_str(&text).unwrap_or_default())
    }

    fn say(&self, (said, _): (String, Value)) {
        writeln!(self.said.lock().unwrap(), "{said}").unwrap();
    }

    fn cookie(&self) -> String {
        self.cookie.lock().unwrap().clone().expect("somebody is signed in")
    }

    /// Stops the server and reads the whole database as text.
    async fn stopped_and_dumped(&mut self, database: &str) -> String {
        let stop = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status()
            .unwrap();
        assert!(stop.success() && self.process.wait().unwrap().success());
        if database.is_empty() {
            dumped_files(&self.folder.path().join("data"))
        } else {
            dumped_tables(database).await
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A story that failed leaves nothing behind.
        let _was_running = self.process.kill();
        let _ended = self.process.wait();
    }
}

/// Every byte of the data folder. SQLite keeps text as it is.
fn dumped_files(folder: &Path) -> String {
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned() + &hex(&bytes))
        .collect()
}

/// Every row of every table as text; binary columns come out in hex.
async fn dumped_tables(url: &str) -> String {
    let mut connection = sqlx::PgConnection::connect(url).await.unwrap();
    let tables = "select table_name::text from information_schema.tables where table_schema = 'public'";
    let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut connection).await.unwrap();
    let mut dump = String::new();
    for table in tables {
        let rows = sqlx::AssertSqlSafe(format!("select t::text from \"{table}\" t"));
        for row in sqlx::query(rows).fetch_all(&mut connection).await.unwrap() {
            writeln!(dump, "{}", row.get::<String, _>(0)).unwrap();
        }
    }
    dump
}

async fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

/// A wire to `target` that keeps what goes over it towards the target, without the header where tokens belong.
async fn listened_wire(target: SocketAddr, sent: Arc<Mutex<String>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let sent = sent.clone();
            tokio::spawn(async move {
                let (mut from, mut to) = stream.into_split();
                let (mut back, mut forth) = TcpStream::connect(target).await.unwrap().into_split();
                tokio::spawn(async move { tokio::io::copy(&mut back, &mut to).await });
                let mut whole = Vec::new();
                let mut part = [0; 16 * 1024];
                while let Ok(n) = from.read(&mut part).await
                    && n > 0
                {
                    whole.extend_from_slice(&part[..n]);
                    if forth.write_all(&part[..n]).await.is_err() {
                        break;
                    }
                }
                let text = String::from_utf8_lossy(&whole).into_owned();
                let kept = text
                    .lines()
                    .filter(|line| !line.to_lowercase().starts_with("authorization:"));
                let kept: Vec<&str> = kept.collect();
                writeln!(sent.lock().unwrap(), "{}", kept.join("\n")).unwrap();
            });
        }
    });
    address
}
