//! A simulated Azure DevOps on a socket: the REST routes, pages for people, and the sender of its service hooks.
//!
//! All that Azure DevOps would know and decide is in the crate `azdo-sim`; here are its clock, its socket, its pages and
//! its outgoing notifications. For trying Lockstep out and for tests: it keeps everything in memory and shows its tokens.

mod hook_sender;
mod pages;
mod socket;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use azdo_sim::{Doubts, Sim, SimConfig, TokenInfo, TokenSpec};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Up to here the harbour of the sample company is large enough.
pub const HARBOUR_MAX: usize = 400;
/// Rights of a guest's token: the two that planning needs.
const GUEST_SCOPES: [&str; 2] = ["vso.work_write", "vso.project"];
/// How long requests under way may take when the simulator is stopped.
const STOP_MS_MAX: u64 = 2_000;

/// Arguments of `lockstep simulate-azure-devops`.
#[derive(Debug, Clone, clap::Args)]
pub struct SimulatorArgs {
    /// Address and port; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8181")]
    pub listen: SocketAddr,
    /// Which product it plays.
    #[arg(long, value_enum, default_value_t = Flavor::Services)]
    pub flavor: Flavor,
    /// Name of the organization.
    #[arg(long, default_value = "harbour")]
    pub organization: String,
    /// How large the organization is at the start. Below 60: so many cards of the harbour's plan, each with its stories; 60
    /// to 400: the whole plan, about 400 work items; above: a generated organization of exactly so many work items.
    #[arg(long, default_value_t = 66)]
    pub items: usize,
    /// Generate the organization, however few its work items are.
    #[arg(long)]
    pub generated: bool,
    /// So many people beside those of the world, each with a token.
    #[arg(long, default_value_t = 0)]
    pub guests: u32,
    /// How long every REST answer is held back, in milliseconds.
    #[arg(long, default_value_t = 0)]
    pub latency_ms: u64,
    /// Decides ids and tokens; the same seed gives the same ones.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// The products that can be simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Flavor {
    /// Azure DevOps Services, REST 7.1.
    Services,
}

/// What a simulator is started with.
#[derive(Debug, Clone)]
pub struct SimulatorConfig {
    /// Address and port; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Name of the organization.
    pub organization: String,
    /// How large the world is: up to [`HARBOUR_MAX`] the harbour's plan (so many cards of it; all from 60 on), above that
    /// a generated organization of so many work items.
    pub n_items: usize,
    /// How long every REST answer is held back.
    pub latency: Duration,
    /// A generated organization even where the harbour's plan would be large enough.
    pub is_generated: bool,
    /// People beside those of the world, by display name and unique name, each with a token of that display name.
    pub guests: Vec<(String, String)>,
    /// Decides ids and tokens.
    pub seed: u64,
    /// The sides of what nobody could check.
    pub doubts: Doubts,
}

impl Default for SimulatorConfig {
    /// The sample world on a free port, with the likely side of every doubt.
    fn default() -> Self {
        SimulatorConfig {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            organization: "harbour".to_owned(),
            n_items: 66,
            latency: Duration::ZERO,
            is_generated: false,
            guests: Vec::new(),
            seed: 1,
            doubts: Doubts::likely(),
        }
    }
}

/// A running simulator. Dropping it stops it at once; [`SimulatorHandle::stop`] lets requests finish.
pub struct SimulatorHandle {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its tokens, the one named `connection` first.
    pub tokens: Vec<TokenInfo>,
    /// The organization itself, to act in and to look into.
    pub sim: Arc<Mutex<Sim>>,
    stopping: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl SimulatorHandle {
    /// `http://127.0.0.1:8181`
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a connection is made with: `http://127.0.0.1:8181/harbour`.
    pub fn organization_url(&self) -> String {
        format!("{}/{}", self.base_url(), self.sim().organization_name())
    }

    /// The text of the token of this name, empty if there is none. Everybody's own token has their display name.
    pub fn token(&self, name: &str) -> &str {
        self.tokens
            .iter()
            .find(|token| token.name == name)
            .map_or("", |token| token.token.as_str())
    }

    /// The organization, locked. Don't hold it across an `.await`.
    pub fn sim(&self) -> MutexGuard<'_, Sim> {
        lock(&self.sim)
    }

    /// Stops listening and sending, letting requests under way finish for a moment.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        for task in self.tasks.drain(..) {
            let abort = task.abort_handle();
            if tokio::time::timeout(Duration::from_millis(STOP_MS_MAX), task)
                .await
                .is_err()
            {
                abort.abort();
            }
        }
    }
}

impl Drop for SimulatorHandle {
    fn drop(&mut self) {
        self.stopping.cancel();
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Serves until Ctrl-C. Prints one line of JSON when ready: `base_url`, `organization` and the tokens.
pub async fn run(args: SimulatorArgs) -> anyhow::Result<()> {
    let config = SimulatorConfig {
        listen: args.listen,
        organization: args.organization,
        n_items: args.items,
        latency: Duration::from_millis(args.latency_ms),
        is_generated: args.generated,
        guests: (1..=args.guests)
            .map(|n| (format!("Guest {n}"), format!("guest.{n}@northquay.example")))
            .collect(),
        seed: args.seed,
        doubts: Doubts::likely(),
    };
    let handle = spawn(config).await?;
    let tokens: Vec<serde_json::Value> = handle
        .tokens
        .iter()
        .map(|token| {
            serde_json::json!({
                "name": token.name,
                "token": token.token,
                "scopes": token.scopes,
                "user": token.person,
            })
        })
        .collect();
    let organization = handle.sim().organization_name().to_owned();
    println!(
        "{}",
        serde_json::json!({"base_url": handle.base_url(), "organization": organization, "tokens": tokens})
    );
    tokio::signal::ctrl_c().await?;
    handle.stop().await;
    Ok(())
}

/// Starts a simulator with the sample world; it serves until its handle is stopped or dropped.
///
/// Errors: the address can't be listened on.
pub async fn spawn(config: SimulatorConfig) -> anyhow::Result<SimulatorHandle> {
    // The HTTP client takes the process's provider; where somebody installed one already, that one stays.
    let _is_first = rustls::crypto::ring::default_provider().install_default();
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("listening on {}", config.listen))?;
    let address = listener.local_addr()?;
    let world = SimConfig {
        seed: config.seed,
        organization: config.organization,
        base_url: format!("http://{address}"),
        doubts: config.doubts,
        start_us: now_us(),
    };
    let mut sim = match config.n_items {
        0..=HARBOUR_MAX if !config.is_generated => Sim::harbour(world, config.n_items),
        n_items => Sim::large_world(world, n_items),
    };
    for (name, unique_name) in config.guests {
        sim.add_person(&name, &unique_name, false);
        sim.add_token(TokenSpec {
            name,
            person: unique_name,
            scopes: GUEST_SCOPES.map(str::to_owned).to_vec(),
            organization: None,
            expires_us: None,
        });
    }
    let tokens = sim.tokens();
    let shared = Shared {
        sim: Arc::new(Mutex::new(sim)),
        latency: config.latency,
        changed: Arc::new(Notify::new()),
    };
    let stopping = CancellationToken::new();
    let socket = tokio::spawn(socket::serve(listener, shared.clone(), stopping.clone()));
    let sender = tokio::spawn(hook_sender::run(
        hook_sender::client()?,
        shared.clone(),
        stopping.clone(),
    ));
    Ok(SimulatorHandle {
        address,
        tokens,
        sim: shared.sim,
        stopping,
        tasks: vec![socket, sender],
    })
}

/// What the socket, the pages and the hook sender share.
#[derive(Clone)]
struct Shared {
    sim: Arc<Mutex<Sim>>,
    latency: Duration,
    /// Told after every request: perhaps a notification is due.
    changed: Arc<Notify>,
}

impl Shared {
    fn sim(&self) -> MutexGuard<'_, Sim> {
        lock(&self.sim)
    }
}

/// A panic elsewhere while it was locked leaves a world that is still worth looking at.
fn lock(sim: &Mutex<Sim>) -> MutexGuard<'_, Sim> {
    sim.lock().unwrap_or_else(PoisonError::into_inner)
}

fn now_us() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}
