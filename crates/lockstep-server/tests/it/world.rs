//! A server of its own for each story: in this process, on a free port, with an empty database.
//!
//! `on_both(async |world| { .. })` tells the story on SQLite and on PostgreSQL. PostgreSQL is the server at
//! `LOCKSTEP_TEST_PG`, where databases may be created; without it that half is skipped loudly, and fails where `CI` is set.

use std::net::SocketAddr;

use lockstep_server::app::{App, Flavour};
use lockstep_server::config::Config;
use lockstep_server::serve;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use uuid::Uuid;

/// The password of everybody in a story.
pub const PASSWORD: &str = "a train of thought";

/// Tells the story on both databases.
pub async fn on_both(story: impl AsyncFn(&World)) {
    on_both_with(|_config, _flavour| {}, story).await;
}

/// Tells the story on both databases, with other settings.
pub async fn on_both_with(change: impl Fn(&mut Config, &mut Flavour), story: impl AsyncFn(&World)) {
    for url in [Some(String::new()), postgres_url().await].into_iter().flatten() {
        let world = World::start(url, &change).await;
        story(&world).await;
        world.stop().await;
    }
}

/// A fresh PostgreSQL database, if there is a server for them.
pub async fn postgres_url() -> Option<String> {
    let Ok(server) = std::env::var("LOCKSTEP_TEST_PG") else {
        assert!(
            std::env::var_os("CI").is_none(),
            "LOCKSTEP_TEST_PG must be set where CI is"
        );
        eprintln!(
            "SKIPPED ON POSTGRESQL: set LOCKSTEP_TEST_PG to the address of a server where databases may be created"
        );
        return None;
    };
    use sqlx::{ConnectOptions, Connection, Executor};
    let options: sqlx::postgres::PgConnectOptions = server.parse().expect("LOCKSTEP_TEST_PG is an address");
    let mut connection = options.connect().await.expect("the server at LOCKSTEP_TEST_PG answers");
    let name = format!("t_{}", Uuid::now_v7().simple());
    let create = sqlx::AssertSqlSafe(format!("create database {name}"));
    connection
        .execute(sqlx::query(create))
        .await
        .expect("databases may be created at LOCKSTEP_TEST_PG");
    connection.close().await.expect("the connection closes");
    let mut url = url::Url::parse(&server).expect("LOCKSTEP_TEST_PG is an address");
    url.set_path(&name);
    Some(url.into())
}

/// A running server and what is around it.
pub struct World {
    /// The server's inside.
    pub app: App,
    /// Where it listens, without a slash at the end.
    pub url: String,
    server: tokio::task::JoinHandle<anyhow::Result<()>>,
    folder: TempDir,
}

impl World {
    /// Starts a server with the database at `database`; an empty text is a fresh SQLite file.
    pub async fn start(database: String, change: impl Fn(&mut Config, &mut Flavour)) -> Self {
        let _is_first = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let mut config = Config {
            listen: address,
            data_dir: folder.path().join("data"),
            database,
            allow_loopback_addresses: true,
            sign_in_source_burst: 1000,
            lease_ms: 1500,
            ..Config::default()
        };
        let mut flavour = Flavour {
            has_cheap_passwords: true,
            ..Flavour::default()
        };
        change(&mut config, &mut flavour);
        let app = App::open(config.checked().expect("settings within bounds"), flavour)
            .await
            .expect("the app opens");
        let server = tokio::spawn(serve::run(app.clone(), listener, JoinSet::new()));
        Self {
            app,
            url: format!("http://{address}"),
            server,
            folder,
        }
    }

    /// The folder that goes when the story ends.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Stops the server as SIGTERM would, and waits for its end.
    pub async fn stop(self) {
        self.app.shutdown.cancel();
        self.server
            .await
            .expect("the server does not panic")
            .expect("the server ends well");
    }

    /// Stops the server and keeps its folder and its database for another start.
    pub async fn pause(self) -> (TempDir, Config) {
        let Self {
            app, server, folder, ..
        } = self;
        let config = (*app.config).clone();
        app.shutdown.cancel();
        server
            .await
            .expect("the server does not panic")
            .expect("the server ends well");
        (folder, config)
    }

    /// A browser in which nobody is signed in.
    pub fn visitor(&self) -> Browser {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client");
        Browser {
            client,
            url: self.url.clone(),
            cookie: Arc::default(),
        }
    }

    /// Sets the server up; a browser with the company's first administrator, Ada.
    pub async fn admin(&self) -> Browser {
        let browser = self.visitor();
        let url = self.app.setup_url().expect("the set-up is open");
        let code = url.split_once("code=").expect("a code").1.to_owned();
        browser
            .post(
                "/api/setup",
                json!({"code": code, "company_name": "Northquay", "name": "Ada Lovelace", "email": "ada@example.org", "password": PASSWORD}),
            )
            .await
            .expect(200);
        browser
    }

    /// A browser with a new member of the role; `admin` adds it. The address is `<name>@example.org`.
    pub async fn member(&self, admin: &Browser, name: &str, role: &str) -> Browser {
        let email = format!("{}@example.org", name.to_lowercase());
        let input = json!({"name": name, "email": email, "role": role, "password": PASSWORD});
        admin.post("/api/members", input).await.expect(201);
        let browser = self.visitor();
        browser.sign_in(&email, PASSWORD).await.expect(200);
        browser
    }
}

/// A browser: keeps its cookie, says nothing about other sites.
#[derive(Clone)]
pub struct Browser {
    client: reqwest::Client,
    url: String,
    cookie: Arc<Mutex<Option<String>>>,
}

impl Browser {
    /// Sends a request with a JSON body.
    pub async fn send(&self, method: &str, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.request(method, path, headers);
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.answer(request).await
    }

    /// The same browser, at another server.
    pub fn at(&self, world: &World) -> Self {
        Self {
            url: world.url.clone(),
            ..self.clone()
        }
    }

    /// A request with the browser's cookie.
    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let method = method.parse().expect("a method");
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(cookie) = self.cookie() {
            request = request.header("cookie", cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request
    }

    /// Sends the request, keeps the cookie of the answer and reads it whole.
    pub async fn answer(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        self.keep_cookie(response.headers());
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer {
            status,
            headers,
            text: response.text().await.expect("a whole answer"),
        }
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, &[]).await
    }
    /// `POST` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body), &[]).await
    }
    /// `PATCH` with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(body), &[]).await
    }
    /// `PUT` with a JSON body.
    #[allow(dead_code, reason = "used by slices that put")]
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, Some(body), &[]).await
    }
    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None, &[]).await
    }

    /// Signs in.
    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.post("/api/sign-in", json!({"email": email, "password": password}))
            .await
    }

    /// The id of the member who is signed in.
    pub async fn my_id(&self) -> String {
        self.get("/api/session").await.expect(200)["me"]["id"]
            .as_str()
            .expect("somebody is signed in")
            .to_owned()
    }

    /// Opens the live stream; `after` resumes.
    pub async fn events(&self, after: Option<i64>) -> Events {
        let path = after.map_or_else(
            || "/api/events".to_owned(),
            |after| format!("/api/events?after={after}"),
        );
        let response = self.request("GET", &path, &[]).send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), 200);
        Events {
            response,
            waiting: String::new(),
        }
    }

    /// `name=value` as the browser sends it.
    pub fn cookie(&self) -> Option<String> {
        self.cookie.lock().expect("the cookie").clone()
    }

    /// Puts another cookie into the browser.
    pub fn set_cookie(&self, cookie: Option<String>) {
        *self.cookie.lock().expect("the cookie") = cookie;
    }

    fn keep_cookie(&self, headers: &HeaderMap) {
        for value in headers.get_all("set-cookie") {
            let text = value.to_str().expect("a cookie is text");
            let pair = text.split(';').next().unwrap_or_default();
            self.set_cookie((!pair.ends_with('=')).then(|| pair.to_owned()));
        }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap<HeaderValue>,
    /// The whole body.
    pub text: String,
}

impl Answer {
    /// The body as JSON, provided the status is this one; an empty body is null.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// The body as JSON; an empty body is null.
    pub fn json(&self) -> Value {
        if self.text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&self.text).unwrap_or(Value::Null)
        }
    }

    /// The code of a problem with this status.
    #[track_caller]
    pub fn problem(self, status: u16) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        self.expect(status)["code"]
            .as_str()
            .expect("a problem has a code")
            .to_owned()
    }

    /// A header's text, empty when it is missing.
    pub fn header(&self, name: &str) -> String {
        let name: HeaderName = name.parse().expect("a header name");
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("text").to_owned())
            .unwrap_or_default()
    }
}

/// A live stream being read.
pub struct Events {
    response: reqwest::Response,
    waiting: String,
}

/// One server-sent event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its name.
    pub event: String,
    /// Its id, empty when it has none.
    pub id: String,
    /// Its data.
    pub data: Value,
}

impl Events {
    /// The next event, or nothing once the stream has ended. A test that waits for what never comes is stopped by its runner.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some((block, rest)) = self.waiting.split_once("\n\n") {
                let event = parsed(block);
                self.waiting = rest.to_owned();
                if event.is_some() {
                    return event;
                }
            }
            let chunk = self.response.chunk().await.ok()??;
            self.waiting
                .push_str(std::str::from_utf8(&chunk).expect("events are text"));
        }
    }
}

fn parsed(block: &str) -> Option<Event> {
    let field = |name: &str| {
        block
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    // A keep-alive comment has no name.
    let (event, data) = (field("event"), field("data"));
    (!event.is_empty()).then(|| Event {
        event,
        id: field("id"),
        data: serde_json::from_str(&data).expect("data is JSON"),
    })
}
