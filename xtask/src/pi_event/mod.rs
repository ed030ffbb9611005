//! `cargo xtask pi-event`: a planning event of a whole release train on one board, and whether everything anybody did came out
//! once, in Azure DevOps and on the board.
//!
//! Planners are programs with a stream each, and some browsers that drag with a mouse. Half-way and in the end everything is
//! published. The check needs nobody's word: it holds the gestures against what the simulated Azure DevOps accepted.

use std::path::PathBuf;
use std::process::{ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::bench::figures::{self, Figure, Goal};
use crate::bench::servers::{Server, Simulator};
use crate::step::step;
use crate::{chromium, folders, program, web};

mod check;
mod expected;

/// Work items of the train: few enough for eight teams and five iterations.
const N_ITEMS: usize = 1_200;
/// The generated organization has so many teams and iterations.
const TRAIN: (usize, usize) = (8, 5);
/// How soon the others have to see a gesture, for 95 of a hundred.
const SEEN_MS_MAX: f64 = 300.0;
/// How soon their browsers have to paint it: within a second, on a machine that runs the browsers, too.
const PAINTED_MS_MAX: f64 = 1_000.0;
/// What was found wrong is told so far; the rest is counted.
const N_TOLD_MAX: usize = 12;

/// What the event is told.
#[derive(Debug)]
pub struct Options {
    minutes: f64,
    n_gestures: usize,
    n_clients: usize,
    n_browsers: usize,
    /// An event that has been: it is only checked again.
    ledger: Option<PathBuf>,
}

impl Options {
    /// Reads `--minutes 20`, `--gestures 6000`, `--clients 120` and `--browsers 8`; or `--ledger FILE`.
    pub fn parse(mut arguments: Arguments) -> Result<Self> {
        let options = Self {
            minutes: arguments.value("--minutes")?.unwrap_or(20.0),
            n_gestures: arguments.value("--gestures")?.unwrap_or(6_000),
            n_clients: arguments.value("--clients")?.unwrap_or(120),
            n_browsers: arguments.value("--browsers")?.unwrap_or(8),
            ledger: arguments.value("--ledger")?,
        };
        arguments.finish()?;
        if options.n_clients < options.n_browsers + 2 {
            bail!("at least two of the clients are no browsers");
        }
        Ok(options)
    }
}

/// Builds, plans, publishes, checks.
pub fn run(options: &Options) -> Result<ExitCode> {
    let ledger = match &options.ledger {
        Some(ledger) => ledger.clone(),
        None => hold(options)?,
    };
    let text = std::fs::read_to_string(&ledger).context("the event left no ledger")?;
    let ledger: Value = serde_json::from_str(&text)?;
    let found = check::check(&ledger)?;
    for (what, list) in [
        ("lost", &found.lost),
        ("twice", &found.twice),
        ("written too often", &found.too_often),
        ("apart", &found.apart),
    ] {
        for words in list.iter().take(N_TOLD_MAX) {
            println!("   {what}: {words}");
        }
    }
    let figures = figures_of(options, &ledger, &found);
    figures::print(&figures);
    figures::keep("pi-event", &figures)?;
    Ok(if figures::is_every_goal_reached(&figures) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Holds the event; gives the file of what was done in it.
fn hold(options: &Options) -> Result<PathBuf> {
    let Some(chromium) = chromium::find() else {
        bail!("a Chromium is needed; name one in {}", chromium::SETTING);
    };
    web::make_ready()?;
    step("Building the server (cargo build --release)", || {
        let words = ["build", "--release", "-p", "lockstep-server", "--bin", "lockstep"];
        program::run(&mut program::cargo(words))
    })?;
    let (n_items, n_guests) = (N_ITEMS.to_string(), options.n_clients.to_string());
    let simulator = Simulator::start("release", &["--items", &n_items, "--generated", "--guests", &n_guests])?;
    let server = Server::start("release")?;
    let folder = folders::root().join("target").join("bench");
    std::fs::create_dir_all(&folder)?;
    let ledger = folder.join("pi-event-ledger.json");
    let (teams, iterations) = TRAIN;
    let title = format!("{teams} teams, {iterations} iterations, {} planners", options.n_clients);
    step(&title, || {
        let mut driver = program::node([]);
        driver.arg(folders::root().join("xtask/src/pi_event/event.mjs"));
        // Not as an argument: the tokens in it would be printed with the command that failed.
        driver.env("LOCKSTEP_EVENT", described(options, &simulator, &server).to_string());
        driver
            .arg(&ledger)
            .env(chromium::SETTING, &chromium)
            .stdin(Stdio::null());
        program::run(&mut driver)
    })?;
    Ok(ledger)
}

fn described(options: &Options, simulator: &Simulator, server: &Server) -> Value {
    let guests: Vec<Value> = simulator.guests(options.n_clients).collect();
    json!({
        "minutes": options.minutes,
        "n_gestures": options.n_gestures,
        "n_browsers": options.n_browsers,
        "seed": 26,
        "lockstep": server.url,
        "code": server.code,
        "organization": simulator.organization_url(),
        "token": simulator.token(),
        "guests": guests,
    })
}

fn figures_of(options: &Options, ledger: &Value, found: &check::Found) -> Vec<Figure> {
    let count = |what: &str, n: usize| Figure::new(what, n as f64, None, "");
    let none = |what: &str, list: &[String]| count(what, list.len()).aiming_at(Goal::Max(0.0));
    let of = |name: &str, part: &str| ledger[name][part].as_f64().unwrap_or(f64::NAN);
    let acks = sorted(ledger["gestures"].as_array(), |gesture| gesture["ack_ms"].as_f64());
    let publishes = sorted(ledger["publishes"].as_array(), |publish| publish["ms"].as_f64());
    let n_taken = acks.len();
    let n_refused = ledger["refused"].as_array().map_or(0, Vec::len);
    let n_left = ledger["review"].as_array().map_or(0, Vec::len);
    let ms = |what: &str, value: f64| Figure::new(what, value, None, "ms");
    let mut figures = vec![
        count("gestures taken", n_taken),
        count("gestures refused", n_refused),
        none("lost", &found.lost),
        none("twice, or of nobody", &found.twice),
        none(
            "written more than once for an item, author and publish",
            &found.too_often,
        ),
        none("cards apart from Azure DevOps in the end", &found.apart),
        count("work items left unpublished", n_left).aiming_at(Goal::Max(0.0)),
        ms("acknowledged, p50", at(&acks, 0.5)),
        ms("acknowledged, p95", at(&acks, 0.95)),
        ms("seen by others, p50", of("seen_ms", "p50")),
        ms("seen by others, p95", of("seen_ms", "p95")).aiming_at(Goal::Max(SEEN_MS_MAX)),
        ms("seen by others, p99", of("seen_ms", "p99")),
        ms("a publish, longest", at(&publishes, 1.0)),
        ms(
            "a gesture began late by, at most",
            ledger["late_ms"].as_f64().unwrap_or(f64::NAN),
        ),
    ];
    if options.n_browsers > 0 {
        figures.push(ms("painted by others' browsers, p50", of("painted_ms", "p50")));
        figures
            .push(ms("painted by others' browsers, p95", of("painted_ms", "p95")).aiming_at(Goal::Max(PAINTED_MS_MAX)));
    }
    figures
}

fn sorted(list: Option<&Vec<Value>>, of: impl Fn(&Value) -> Option<f64>) -> Vec<f64> {
    let mut values: Vec<f64> = list.into_iter().flatten().filter_map(of).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The value that this share of the values doesn't exceed; of none, no number.
fn at(sorted: &[f64], share: f64) -> f64 {
    let index = ((sorted.len() as f64 * share).ceil() as usize).saturating_sub(1);
    sorted.get(index).copied().unwrap_or(f64::NAN)
}
