//! A small world for tests: one project, two people, one token, and requests by name.

use azdo_sim::{Doubts, HttpRequest, HttpResponse, Sim, SimConfig, TokenSpec};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

pub const START_US: i64 = 1_792_400_000_000_000;
pub const MARA: &str = "mara@northquay.example";
pub const TOM: &str = "tom@northquay.example";

pub struct World {
    pub sim: Sim,
    pub token: String,
    pub now_us: i64,
}

pub fn config(doubts: Doubts) -> SimConfig {
    SimConfig {
        seed: 7,
        organization: "northquay".to_owned(),
        base_url: "http://127.0.0.1:8181".to_owned(),
        doubts,
        start_us: START_US,
    }
}

pub fn world(doubts: Doubts) -> World {
    let mut sim = Sim::new(config(doubts));
    sim.add_person("Mara Lindqvist", MARA, true);
    sim.add_person("Tom Okafor", TOM, false);
    sim.add_project("Harbour");
    sim.add_area("Harbour\\Quay");
    sim.add_iteration("Harbour\\PI 1\\Sprint 1", Some(("2026-10-12", "2026-10-23")));
    let token = sim.add_token(TokenSpec {
        name: "connection".to_owned(),
        person: MARA.to_owned(),
        scopes: vec!["vso.work_full".to_owned(), "vso.project".to_owned()],
        organization: None,
        expires_us: None,
    });
    World {
        sim,
        token,
        now_us: START_US,
    }
}

pub fn likely() -> World {
    world(Doubts::likely())
}

impl World {
    /// A second later.
    pub fn tick(&mut self) -> i64 {
        self.now_us += 1_000_000;
        self.now_us
    }

    pub fn send(&mut self, method: &str, path: &str, content_type: &str, body: &str) -> HttpResponse {
        let request = request(method, path, &self.token, content_type, body);
        let now_us = self.tick();
        self.sim.handle(now_us, &request)
    }

    pub fn get(&mut self, path: &str) -> Value {
        let answer = self.send("GET", path, "", "");
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    pub fn post(&mut self, path: &str, body: &Value) -> HttpResponse {
        self.send("POST", &with_version(path), "application/json", &body.to_string())
    }

    pub fn patch(&mut self, id: i64, operations: &Value) -> HttpResponse {
        let path = format!("_apis/wit/workitems/{id}?api-version=7.1");
        self.send("PATCH", &path, "application/json-patch+json", &operations.to_string())
    }

    /// A work item with this title; its id.
    pub fn create(&mut self, type_name: &str, title: &str) -> i64 {
        let body = json!([{"op": "add", "path": "/fields/System.Title", "value": title}]);
        let path = format!(
            "Harbour/_apis/wit/workitems/${}?api-version=7.1",
            type_name.replace(' ', "%20")
        );
        let answer = self.send("POST", &path, "application/json-patch+json", &body.to_string());
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        answer.json()["id"].as_i64().unwrap()
    }

    pub fn item(&mut self, id: i64) -> Value {
        self.get(&format!("_apis/wit/workitems/{id}?$expand=all&api-version=7.1"))
    }

    pub fn add_link(&mut self, source: i64, rel: &str, target: i64) -> HttpResponse {
        let url = format!("http://127.0.0.1:8181/northquay/_apis/wit/workItems/{target}");
        self.patch(
            source,
            &json!([{"op": "add", "path": "/relations/-", "value": {"rel": rel, "url": url}}]),
        )
    }
}

pub fn request(method: &str, path: &str, token: &str, content_type: &str, body: &str) -> HttpRequest {
    let mut headers = vec![("Accept".to_owned(), "application/json".to_owned())];
    if !token.is_empty() {
        headers.push((
            "Authorization".to_owned(),
            format!("Basic {}", STANDARD.encode(format!(":{token}"))),
        ));
    }
    if !content_type.is_empty() {
        headers.push(("Content-Type".to_owned(), content_type.to_owned()));
    }
    HttpRequest {
        method: method.to_owned(),
        path_and_query: format!("/northquay/{path}"),
        headers,
        body: body.as_bytes().to_vec(),
    }
}

fn with_version(path: &str) -> String {
    format!("{path}{}api-version=7.1", if path.contains('?') { "&" } else { "?" })
}
