//! What every story begins with: a simulated Azure DevOps behind a bad network, and a Lockstep with people in it.

use std::path::Path;

use anyhow::Context;
use azdo_sim::{AcceptedKind, SubscriptionSpec};
use lockstep_server::app::now_us;
use lockstep_server::simulator::{SimulatorConfig, SimulatorHandle, spawn};
use serde_json::{Value, json};

use crate::Options;
use crate::cutter::Cutter;
use crate::people::{PASSWORD, Person};
use crate::process::Instance;

/// People who edit.
pub const N_PEOPLE: usize = 4;
/// A work item nobody here follows: its changes keep the feed going, as a busy organization does.
const BYSTANDER: i64 = 4102;
const SOMEBODY: &str = "mara.lindqvist@northquay.example";
const EVENTS: [&str; 4] = [
    "workitem.created",
    "workitem.updated",
    "workitem.deleted",
    "workitem.restored",
];

/// The servers, and who is on them.
pub struct Scene {
    /// The simulated Azure DevOps.
    pub simulator: SimulatorHandle,
    /// What stands between.
    pub cutter: Cutter,
    /// The program.
    pub instance: Instance,
    /// The administrator.
    pub admin: Person,
    /// Who edits.
    pub people: Vec<Person>,
    /// The connection's id.
    pub connection: String,
    /// Where its notifications go, with user name and secret.
    pub webhook: Webhook,
}

/// Where notifications go.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// Path of the address.
    pub path: String,
    /// User name and secret.
    pub basic: (String, String),
}

impl Scene {
    /// Starts everything, with data and log in `folder`. The ways are good until somebody spoils them.
    pub async fn start(options: &Options, folder: &Path) -> anyhow::Result<Self> {
        Self::start_with(options, folder, &[]).await
    }

    /// The same, with settings of the program.
    pub async fn start_with(
        options: &Options,
        folder: &Path,
        settings: &[(&'static str, String)],
    ) -> anyhow::Result<Self> {
        let guests = (1..=N_PEOPLE).map(|n| (format!("Guest {n}"), format!("guest.{n}@northquay.example")));
        let simulator = spawn(SimulatorConfig {
            // Long enough for an end to fall between a request and its answer.
            latency: std::time::Duration::from_millis(15),
            guests: guests.collect(),
            ..SimulatorConfig::default()
        })
        .await?;
        let cutter = Cutter::start(simulator.address, options.seed).await?;
        let mut instance = Instance::new(&options.server, folder, options.database.clone())?;
        for (name, value) in settings {
            instance.set(name, value.clone());
        }
        instance.start().await?;
        let admin = Person::new(instance.url())?;
        let said = instance.said();
        let (_, code) = said.split_once("/setup?code=").context("the program names the code")?;
        let code = code.split_whitespace().next().unwrap_or_default();
        let input = json!({"code": code, "company_name": "Northquay", "name": "Ada Lovelace", "email": "ada@example.org", "password": PASSWORD});
        admin.act("POST", "/api/setup", input).await?;
        let input = json!({
            "label": "Northquay cloud",
            "server_url": format!("http://{}/harbour", cutter.address),
            "token": simulator.token("connection"),
            "without_own_token": "hold",
            "allows_plain_http": true,
        });
        let made = admin.act("POST", "/api/connections", input).await?;
        let connection = made["id"].as_str().context("the connection has an id")?.to_owned();
        let path = format!("/api/connections/{connection}/webhook/reveal");
        let webhook = admin.act("POST", &path, json!({})).await?;
        let text = |name: &str| webhook[name].as_str().unwrap_or_default().to_owned();
        let (address, basic) = (text("url"), (text("user_name"), text("secret")));
        for event_type in EVENTS {
            simulator.sim().subscribe(SubscriptionSpec {
                project: "Harbour".to_owned(),
                event_type: event_type.to_owned(),
                url: address.clone(),
                basic_auth: basic.clone(),
            });
        }
        let path = url::Url::parse(&address)?.path().to_owned();
        let mut scene = Self {
            simulator,
            cutter,
            instance,
            admin,
            people: Vec::new(),
            connection,
            webhook: Webhook { path, basic },
        };
        for n in 1..=N_PEOPLE {
            let person = scene.person(n).await?;
            scene.people.push(person);
        }
        Ok(scene)
    }

    async fn person(&self, n: usize) -> anyhow::Result<Person> {
        let (name, email) = (format!("Guest {n}"), format!("guest.{n}@northquay.example"));
        let input = json!({"name": name, "email": email, "role": "member", "password": PASSWORD});
        self.admin.act("POST", "/api/members", input).await?;
        let person = Person::new(self.instance.url())?;
        person
            .act("POST", "/api/sign-in", json!({"email": email, "password": PASSWORD}))
            .await?;
        let token = json!({"token": self.simulator.token(&name)});
        person
            .act("PUT", &format!("/api/me/tokens/{}", self.connection), token)
            .await?;
        Ok(person)
    }

    /// Somebody changes something that Lockstep doesn't follow.
    pub fn stir(&self, n: u64) -> anyhow::Result<()> {
        let points = json!(n % 100);
        let mut sim = self.simulator.sim();
        let changes = [("Microsoft.VSTS.Scheduling.Effort", points)];
        sim.person_update(now_us(), SOMEBODY, BYSTANDER, &changes)
            .map_err(|error| anyhow::anyhow!("{error:?}"))?;
        Ok(())
    }

    /// Somebody changes another field of a work item that Lockstep made.
    pub fn meddle(&self, n: u64) {
        let ours = self.made_by_lockstep();
        if let Some(id) = ours.get((n % ours.len().max(1) as u64) as usize) {
            let changes = [("Microsoft.VSTS.Common.Priority", json!(1 + n % 4))];
            // It may be gone, or not take this: then nothing happened.
            let _is_done = self.simulator.sim().person_update(now_us(), SOMEBODY, *id, &changes);
        }
    }

    /// Work items that a request with a token created.
    pub fn made_by_lockstep(&self) -> Vec<i64> {
        let sim = self.simulator.sim();
        let truth = sim.ground_truth().iter();
        truth
            .filter(|accepted| accepted.kind == AcceptedKind::Created && accepted.token_name.is_some())
            .map(|accepted| accepted.work_item_id)
            .collect()
    }

    /// A field of a work item as it stands there.
    pub fn there(&self, id: i64, field: &str) -> Value {
        let snapshot = self.simulator.sim().work_item_snapshot(id);
        snapshot
            .and_then(|snapshot| snapshot.fields.get(field).cloned())
            .unwrap_or(Value::Null)
    }
}
