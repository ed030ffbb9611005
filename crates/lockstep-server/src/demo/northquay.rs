//! Northquay, the company of the demo: its people, their tokens, its connection, and a way to act as any of them through the
//! product's own routes.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Body;
use azdo_sim::SubscriptionSpec;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, header};
use http_body_util::BodyExt;
use jiff::ToSpan;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::app::{App, random_bytes};
use crate::simulator::SimulatorHandle;

/// Name, role, whether they have stored a token of their own and for how many days it is good.
pub(super) const PEOPLE: [(&str, &str, Option<i32>); 8] = [
    ("Mara Lindqvist", "company_admin", Some(116)),
    ("Tom Okafor", "board_admin", Some(61)),
    ("Ines Duarte", "member", None),
    ("Ravi Shah", "member", Some(6)),
    ("Aisha Bello", "member", Some(204)),
    ("Jonas Weber", "member", None),
    ("Yuki Tanabe", "member", None),
    ("Elena Petrova", "viewer", None),
];

/// How long the sample data may take to come into step before the demo starts all the same.
const SETTLE_TRIES: u32 = 300;
const SETTLE_EVERY: Duration = Duration::from_millis(100);

/// The company, its people's sessions, and the way in.
pub(super) struct Northquay<'a> {
    pub(super) app: &'a App,
    pub(super) simulator: &'a SimulatorHandle,
    router: Router,
    cookies: BTreeMap<&'static str, String>,
    pub(super) ids: BTreeMap<&'static str, String>,
    pub(super) connection: String,
}

impl<'a> Northquay<'a> {
    pub(super) async fn found(app: &'a App, simulator: &'a SimulatorHandle) -> anyhow::Result<Self> {
        let router = crate::api::router(app.clone());
        let mut northquay = Self {
            app,
            simulator,
            router,
            cookies: BTreeMap::new(),
            ids: BTreeMap::new(),
            connection: String::new(),
        };
        let url = app.setup_url().context("an empty server waits for its set-up")?;
        let code = url.split_once("code=").context("the set-up has a code")?.1;
        let admin = PEOPLE[0].0;
        let setup = json!({"code": code, "company_name": "Northquay", "name": admin, "email": mail(admin), "password": password()});
        let (session, cookie) = northquay.send("POST", "/api/setup", None, setup).await?;
        northquay.signed_in(admin, &session, cookie)?;
        for (name, role, _) in PEOPLE.into_iter().skip(1) {
            let member = json!({"name": name, "email": mail(name), "role": role, "password": password()});
            let member = northquay.ask(admin, "POST", "/api/members", member).await?;
            let become_person = json!({"member_id": member["id"]});
            let (session, cookie) = northquay.send("POST", "/api/demo/person", None, become_person).await?;
            northquay.signed_in(name, &session, cookie)?;
        }
        Ok(northquay)
    }

    fn signed_in(&mut self, name: &'static str, session: &Value, cookie: Option<String>) -> anyhow::Result<()> {
        self.cookies.insert(name, cookie.context("a session has a cookie")?);
        self.ids.insert(name, text(&session["me"]["id"])?);
        Ok(())
    }

    pub(super) async fn connect(&mut self) -> anyhow::Result<()> {
        let connection = json!({
            "label": "Northquay cloud",
            "server_url": self.simulator.organization_url(),
            "token": self.simulator.token("connection"),
            "expires_on": day(116)?,
            "without_own_token": "hold",
            "allows_plain_http": true,
        });
        let made = self.ask(PEOPLE[0].0, "POST", "/api/connections", connection).await?;
        self.connection = text(&made["id"])?;
        let path = format!("/api/me/tokens/{}", self.connection);
        for (name, _, days) in PEOPLE {
            if let Some(days) = days {
                let token = json!({"token": self.simulator.token(name), "expires_on": day(days)?});
                self.ask(name, "PUT", &path, token).await?;
            }
        }
        let project = self
            .simulator
            .sim()
            .projects()
            .into_iter()
            .find(|project| project.name == "Harbour");
        let project = project.context("the sample world has Harbour")?;
        let defaults = json!({"project_id": project.id, "project": "Harbour", "work_item_type": "Task", "area_path": null, "iteration_path": null});
        let path = format!("/api/connections/{}", self.connection);
        self.ask(PEOPLE[0].0, "PATCH", &path, json!({"defaults": defaults}))
            .await?;
        Ok(())
    }

    pub(super) async fn subscribe(&self) -> anyhow::Result<()> {
        let path = format!("/api/connections/{}/webhook/reveal", self.connection);
        let webhook = self.ask(PEOPLE[0].0, "POST", &path, json!({})).await?;
        for event in ["created", "updated", "deleted", "restored"] {
            self.simulator.sim().subscribe(SubscriptionSpec {
                project: "Harbour".to_owned(),
                event_type: format!("workitem.{event}"),
                url: text(&webhook["url"])?,
                basic_auth: (text(&webhook["user_name"])?, text(&webhook["secret"])?),
            });
        }
        Ok(())
    }

    /// Asks until the answer is as wanted; after a while the demo starts without.
    pub(super) async fn wait(&self, path: &str, holds: impl Fn(&Value) -> bool) -> anyhow::Result<()> {
        for _ in 0..SETTLE_TRIES {
            if holds(&self.ask(PEOPLE[0].0, "GET", path, Value::Null).await?) {
                return Ok(());
            }
            tokio::time::sleep(SETTLE_EVERY).await;
        }
        tracing::warn!("The sample data did not come into step in time");
        Ok(())
    }

    pub(super) async fn ask(&self, who: &str, method: &str, path: &str, body: Value) -> anyhow::Result<Value> {
        Ok(self.send(method, path, self.cookies.get(who), body).await?.0)
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        cookie: Option<&String>,
        body: Value,
    ) -> anyhow::Result<(Value, Option<String>)> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = if body.is_null() {
            request.body(Body::empty())?
        } else {
            request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string()))?
        };
        let response = self.router.clone().oneshot(request).await?;
        let status = response.status();
        let cookie = response
            .headers()
            .get(header::SET_COOKIE)
            .and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|cookie| Some(cookie.split_once(';')?.0.to_owned()));
        let answer = response.into_body().collect().await?.to_bytes();
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        if !status.is_success() {
            bail!("{method} {path} was answered with {status}: {}", answer["title"]);
        }
        Ok((answer, cookie))
    }
}

pub(super) fn mail(name: &str) -> String {
    format!("{}@northquay.example", name.to_lowercase().replace(' ', "."))
}

/// Nobody is to know it: in the demo people are switched.
fn password() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<24>())
}

pub(super) fn day(days_from_today: i32) -> anyhow::Result<String> {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    Ok(today.checked_add(days_from_today.days())?.to_string())
}

pub(super) fn text(value: &Value) -> anyhow::Result<String> {
    Ok(value.as_str().context("a text was expected")?.to_owned())
}
