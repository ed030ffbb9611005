//! The contract suite: what a client may rely on, as cases that run against this simulator and against a real
//! organization alike.
//!
//! A case talks only over requests and answers and cleans up after itself; it needs one project, a token that may write
//! work items, and nobody else at work on what it makes. What is doubtful is no case: see [`crate::Doubts`].

mod basics;
mod planning;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::http::{HttpRequest, HttpResponse};

/// Who answers: the simulator, or a transport to a real organization.
pub type Answers<'a> = dyn FnMut(&HttpRequest) -> HttpResponse + 'a;

/// Where the cases run.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Name of the organization, the first segment of every path.
    pub organization: String,
    /// Name of a project where work items may be made and destroyed.
    pub project: String,
    /// A token with Work Items (read & write) and Project and Team (read).
    pub token: String,
}

/// How one case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The claim.
    pub name: &'static str,
    /// What was answered instead, if the claim does not hold.
    pub broken: Option<String>,
}

type Case = fn(&mut Peer) -> Result<(), String>;

const CASES: &[(&str, Case)] = &[
    ("connection data names the owner of the token", basics::owner_is_named),
    ("a new work item is at rev 1", basics::first_rev),
    (
        "a write at a stale rev is refused with 412 and changes nothing",
        basics::stale_rev,
    ),
    ("a write at the current rev makes the next one", basics::current_rev),
    ("an empty title is refused as a rule error", basics::empty_title),
    (
        "an unknown state is refused as a rule error that names the state",
        basics::unknown_state,
    ),
    ("an unknown work item is TF401232 with 404", basics::unknown_item),
    ("a batch answers null for what is not there", basics::batch_null),
    ("a link is seen from both ends", basics::mirrored_link),
    ("a comment written as history counts", basics::comment_counts),
    (
        "a deleted work item is in the recycle bin and comes back",
        basics::recycle_bin,
    ),
    ("the revisions feed reaches its last batch", basics::feed_ends),
    ("a query finds a new work item by its id", basics::query_finds),
    (
        "the default team tells its backlog iteration and its areas",
        planning::settings_of_default_team,
    ),
    (
        "the process names its levels and the field of the effort",
        planning::effort_is_named,
    ),
    (
        "saved queries are a tree of one's own and shared ones",
        planning::shared_queries_are_listed,
    ),
    (
        "a query with an unknown field is refused with TF51005",
        planning::unknown_field_of_a_query,
    ),
    (
        "a query with an unknown area is refused with TF51011",
        planning::unknown_area_of_a_query,
    ),
    ("a query is read in pages by id", planning::pages_by_id),
    ("a dry update checks everything and saves nothing", planning::dry_update),
    ("a dry creation makes no work item", planning::dry_creation),
    (
        "the comment of a link is seen from both ends and changed in one write",
        planning::comment_of_a_link,
    ),
    (
        "a renamed iteration keeps its id, and the paths of its work items follow",
        planning::renamed_iteration,
    ),
];

/// Runs every case; each makes what it needs and removes it again.
pub fn run(ground: &Ground, answers: &mut Answers) -> Vec<Outcome> {
    let case = |(name, case): &(&'static str, Case)| {
        let mut peer = Peer {
            ground,
            answers: &mut *answers,
            made: Vec::new(),
        };
        let broken = case(&mut peer).err();
        peer.clean_up();
        Outcome { name, broken }
    };
    CASES.iter().map(case).collect()
}

struct Peer<'a, 'b> {
    ground: &'a Ground,
    answers: &'a mut Answers<'b>,
    made: Vec<i64>,
}

const JSON: &str = "application/json";
const PATCH: &str = "application/json-patch+json";

impl Peer<'_, '_> {
    fn send(&mut self, method: &str, path: &str, content_type: &str, body: &Value) -> HttpResponse {
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        let request = HttpRequest {
            method: method.to_owned(),
            path_and_query: format!("/{}/{path}", self.ground.organization),
            headers: vec![
                (
                    "Authorization".to_owned(),
                    format!("Basic {}", STANDARD.encode(format!(":{}", self.ground.token))),
                ),
                ("Accept".to_owned(), JSON.to_owned()),
                ("Content-Type".to_owned(), content_type.to_owned()),
                ("X-TFS-FedAuthRedirect".to_owned(), "Suppress".to_owned()),
            ],
            body,
        };
        (self.answers)(&request)
    }

    fn get(&mut self, path: &str) -> Result<Value, String> {
        let answer = self.send("GET", path, JSON, &Value::Null);
        expect(answer.status == 200, &answer)?;
        Ok(answer.json())
    }

    fn create(&mut self, title: &str) -> Result<i64, String> {
        let body = json!([{"op": "add", "path": "/fields/System.Title", "value": title}]);
        let path = format!(
            "{}/_apis/wit/workitems/$Task?api-version=7.1",
            self.ground.project.replace(' ', "%20")
        );
        let answer = self.send("POST", &path, PATCH, &body);
        expect(answer.status == 200, &answer)?;
        let id = answer.json()["id"].as_i64().ok_or("the answer has no id")?;
        self.made.push(id);
        Ok(id)
    }

    fn patch(&mut self, id: i64, operations: Value) -> HttpResponse {
        self.send(
            "PATCH",
            &format!("_apis/wit/workitems/{id}?api-version=7.1"),
            PATCH,
            &operations,
        )
    }

    /// As it stands in a path.
    fn project(&self) -> String {
        self.ground.project.replace(' ', "%20")
    }

    fn query(&mut self, wiql: &str) -> HttpResponse {
        self.query_top(wiql, 1000)
    }

    fn query_top(&mut self, wiql: &str, top: usize) -> HttpResponse {
        let path = format!("{}/_apis/wit/wiql?$top={top}&api-version=7.1", self.project());
        self.send("POST", &path, JSON, &json!({"query": wiql}))
    }

    fn item(&mut self, id: i64) -> Result<Value, String> {
        self.get(&format!("_apis/wit/workitems/{id}?$expand=all&api-version=7.1"))
    }

    fn clean_up(&mut self) {
        for id in std::mem::take(&mut self.made) {
            self.send(
                "DELETE",
                &format!("_apis/wit/workitems/{id}?api-version=7.1"),
                JSON,
                &Value::Null,
            );
        }
    }
}

fn expect(holds: bool, answer: &HttpResponse) -> Result<(), String> {
    if holds {
        return Ok(());
    }
    let body = answer.json();
    Err(format!(
        "{} {} {}",
        answer.status,
        body["typeKey"].as_str().unwrap_or_default(),
        body["message"].as_str().unwrap_or_default()
    ))
}

fn claim(holds: bool, seen: &Value) -> Result<(), String> {
    if holds { Ok(()) } else { Err(seen.to_string()) }
}

fn set(field: &str, value: &str) -> Value {
    json!({"op": "add", "path": format!("/fields/{field}"), "value": value})
}

#[cfg(test)]
mod tests {
    use super::{Ground, run};
    use crate::{Doubts, Sim, SimConfig};

    #[test]
    fn the_simulator_keeps_the_contract_on_every_side_of_the_doubts() {
        for seed in 0..40 {
            let config = SimConfig {
                seed,
                organization: "northquay".to_owned(),
                base_url: "http://127.0.0.1:8181".to_owned(),
                doubts: Doubts::from_seed(seed),
                start_us: 1_792_400_000_000_000,
            };
            let mut sim = Sim::harbour(config, 12);
            let ground = Ground {
                organization: "northquay".to_owned(),
                project: "Gate pilot".to_owned(),
                token: sim.tokens()[0].token.clone(),
            };
            let outcomes = run(&ground, &mut |request| sim.handle(1_792_500_000_000_000, request));
            let broken: Vec<_> = outcomes.iter().filter(|outcome| outcome.broken.is_some()).collect();
            assert!(broken.is_empty(), "seed {seed}: {broken:?}");
        }
    }
}
