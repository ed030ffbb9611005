//! `lockstep demo`: the product beside a simulated Azure DevOps, with sample data, in a folder that is gone afterwards.
//!
//! Everything in it is made through the same routes a browser uses, and synced by the same driver. Nobody has a
//! password: the address that is printed signs in once, and the page switches people. It listens on this machine alone.

mod action_items;
mod board;
mod northquay;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, header};
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use northquay::Northquay;

use crate::access::Role;
use crate::accounts::sessions;
use crate::app::{App, Flavour, random_bytes};
use crate::config::Config;
use crate::error::{ApiError, Problem};
use crate::extract::Query;
use crate::ids::{CompanyId, MemberId};
use crate::serve;
use crate::simulator::{self, SimulatorConfig, SimulatorHandle};
use crate::store::audit::AuditEntry;
use crate::sync::driver;

/// How often the demo's connection is asked what changed.
const POLL_INTERVAL_MS: u64 = 5_000;
/// Name of the simulated organization.
const ORGANIZATION: &str = "northquay";
/// Work items of the sample world.
const N_WORK_ITEMS: usize = 66;
/// Most cards of a generated board.
const N_CARDS_MAX: usize = 50_000;

/// The secret of the address that signs in once.
static KEY: Mutex<Option<String>> = Mutex::new(None);

/// Arguments of `lockstep demo`.
#[derive(Debug, Clone, clap::Args)]
pub struct DemoArgs {
    /// Port to serve on, on this machine alone; 0 takes a free one.
    #[arg(long, default_value_t = 8484)]
    pub port: u16,
    /// Leave the browser alone.
    #[arg(long)]
    pub no_open: bool,
    /// Instead of the sample plan, a generated one with so many cards on one board.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=N_CARDS_MAX as i64))]
    pub cards: Option<u32>,
}

/// The slice's route; outside a demo there is nothing behind it.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(open))
}

/// Serves the demo until Ctrl-C, and takes its folder away.
pub async fn run(args: DemoArgs) -> anyhow::Result<()> {
    let address = SocketAddr::from(([127, 0, 0, 1], args.port));
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("port {} is not free; choose another one with --port", args.port))?;
    let folder = Folder::make()?;
    let simulator = simulator::spawn(world(args.cards)).await?;
    let app = open_app(&folder, listener.local_addr()?, simulator.organization_url()).await?;
    serve::stop_on_signal(&app)?;
    let mut tasks = JoinSet::new();
    tasks.spawn(driver::run(app.clone()));
    eprintln!("\n  Filling Lockstep with sample data ...");
    tokio::select! {
        filled = fill(&app, &simulator, args.cards.is_some()) => filled.context("filling the demo with sample data")?,
        () = app.shutdown.cancelled() => {}
    }
    let url = one_time_address(&app);
    eprintln!("\n  Lockstep                 {url}");
    eprintln!("  Simulated Azure DevOps   {}", simulator.organization_url());
    eprintln!("\n  Nothing leaves this machine. Stop with Ctrl+C; everything is made anew at the next start.\n");
    if !args.no_open && !app.shutdown.is_cancelled() {
        open_browser(&url);
    }
    let served = serve::run(app, listener, tasks).await;
    simulator.stop().await;
    served
}

/// The simulated organization: the sample plan, or a generated one of `n_cards` that Northquay's people can plan in too.
fn world(n_cards: Option<u32>) -> SimulatorConfig {
    let sample = SimulatorConfig {
        organization: ORGANIZATION.to_owned(),
        n_items: N_WORK_ITEMS,
        ..SimulatorConfig::default()
    };
    match n_cards {
        None => sample,
        Some(n_cards) => SimulatorConfig {
            n_items: n_cards as usize,
            is_generated: true,
            guests: northquay::PEOPLE
                .map(|(name, ..)| (name.to_owned(), northquay::mail(name)))
                .to_vec(),
            ..sample
        },
    }
}

/// Fills an empty demo.
async fn fill(app: &App, simulator: &SimulatorHandle, is_generated: bool) -> anyhow::Result<()> {
    let mut northquay = Northquay::found(app, simulator).await?;
    northquay.connect().await?;
    northquay.subscribe().await?;
    if is_generated {
        return northquay.fill_large_board().await;
    }
    action_items::fill(&northquay).await?;
    northquay.fill_boards().await
}

async fn open_app(folder: &Folder, address: SocketAddr, azure_devops: String) -> anyhow::Result<App> {
    let config = Config {
        listen: address,
        data_dir: folder.path().join("data"),
        poll_interval_ms: POLL_INTERVAL_MS,
        allow_loopback_addresses: true,
        ..Config::default()
    };
    let flavour = Flavour {
        is_demo: true,
        demo_azure_devops_url: Some(azure_devops),
        has_cheap_passwords: true,
    };
    App::open(config.checked()?, flavour).await
}

fn one_time_address(app: &App) -> String {
    let key = URL_SAFE_NO_PAD.encode(random_bytes::<16>());
    let url = format!("{}/demo?key={key}", app.config.public_url);
    *slot() = Some(key);
    url
}

fn slot() -> std::sync::MutexGuard<'static, Option<String>> {
    KEY.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The address that was printed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Key {
    /// Its secret.
    #[serde(default)]
    key: String,
}

/// In a demo: signs in as its admin, once. Elsewhere there is nothing here.
#[utoipa::path(get, path = "/demo", operation_id = "demo_open", tag = "accounts", params(Key), responses(
    (status = 303, description = "To the first page"),
    (status = 404, body = Problem, content_type = "application/problem+json"),
))]
async fn open(State(app): State<App>, Query(given): Query<Key>, headers: HeaderMap) -> Result<Response, ApiError> {
    if !app.is_demo {
        return Err(ApiError::NotFound);
    }
    let is_right = {
        let mut key = slot();
        let is_right = key
            .as_ref()
            .is_some_and(|key| key.as_bytes().ct_eq(given.key.as_bytes()).into());
        if is_right {
            *key = None;
        }
        is_right
    };
    // Used up: the sign-in page has everybody to choose from.
    if !is_right {
        return Ok(Redirect::to("/").into_response());
    }
    let companies = app.store.companies().await?;
    let company = companies
        .first()
        .map(|row| CompanyId(row.id))
        .ok_or(ApiError::NotFound)?;
    let members = app.store.members(company).await?;
    let admin = members
        .iter()
        .find(|row| row.role == Role::CompanyAdmin)
        .ok_or(ApiError::NotFound)?;
    let admin = MemberId(admin.id);
    let mut tx = app.store.begin().await?;
    let cookie = sessions::begin(&mut tx, &app.config, company, admin, &headers, app.now_us()).await?;
    let entry = AuditEntry {
        by: Some(admin),
        act: "session.demo_opened",
        subject: Some(admin.0),
        detail: json!({}),
    };
    tx.audit(company, entry).await?;
    tx.commit().await?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

/// Opens the browser, if there is one; the address was printed in any case.
fn open_browser(url: &str) {
    let mut command = if cfg!(target_os = "macos") {
        std::process::Command::new("open")
    } else if cfg!(windows) {
        let mut command = std::process::Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else {
        std::process::Command::new("xdg-open")
    };
    use std::process::Stdio;
    let opened = command
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if opened.is_err() {
        eprintln!("  No browser could be opened; open the first address yourself.\n");
    }
}

/// A folder of its own among the system's temporary ones, gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn make() -> anyhow::Result<Self> {
        let name = format!("lockstep-demo-{}", URL_SAFE_NO_PAD.encode(random_bytes::<9>()));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).with_context(|| format!("making the folder {}", path.display()))?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("  The folder {} could not be removed: {error}", self.0.display());
        }
    }
}
