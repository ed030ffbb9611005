//! `cargo xtask bench intake`: how many notifications a second are kept and answered, with 64 connections sending.
//!
//! Lockstep stands beside the smallest receiver that keeps each on disk before it answers
//! (`crates/lockstep-server/examples/intake_reference.rs`); both are measured in turn in one run.

use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::figures::{self, Figure, Goal};
use super::servers::{IntakeReference, Server, Simulator};
use crate::arguments::Arguments;
use crate::step::step;
use crate::{folders, program};

const N_CONNECTIONS: u64 = 64;
/// A bulk edit: all of them at once.
const N_BURST: u64 = 10_000;
const N_BURST_CONNECTIONS: u64 = 256;

const SHARE_OF_REFERENCE: f64 = 0.6;
const P99_TIMES_MAX: f64 = 2.0;

/// What the bench is told.
#[derive(Debug)]
pub struct Options {
    n_events: u64,
    n_runs: usize,
}

impl Options {
    /// Reads `--events 20000` and `--runs 5`.
    pub fn parse(mut arguments: Arguments) -> Result<Self> {
        let options = Self {
            n_events: arguments.value("--events")?.unwrap_or(20_000),
            n_runs: arguments.value::<usize>("--runs")?.unwrap_or(5).max(1),
        };
        arguments.finish()?;
        Ok(options)
    }
}

/// Where notifications go.
struct Target {
    url: String,
    user_name: String,
    secret: String,
}

/// How one load went.
struct Loaded {
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    ms: f64,
    n_kept: u64,
    n_not_kept: u64,
}

/// Builds, measures, prints a table and says what is missed.
pub fn run(options: &Options) -> Result<ExitCode> {
    step("Building the server and the reference (cargo build --release)", || {
        let wanted = [
            "--bin",
            "lockstep",
            "--example",
            "intake_reference",
            "--example",
            "intake_load",
        ];
        program::run(program::cargo(["build", "--release", "-p", "lockstep-server"]).args(wanted))
    })?;
    let simulator = Simulator::start("release", &["--items", "66"])?;
    let server = Server::start("release")?;
    let reference = IntakeReference::start("release")?;
    let ours = make_ready(&server, &simulator)?;
    let bare = Target {
        url: reference.url.clone(),
        user_name: String::new(),
        secret: String::new(),
    };
    let (mut of_ours, mut of_bare) = (Vec::new(), Vec::new());
    let mut first = 1;
    let title = format!(
        "{} rounds of {} notifications, {N_CONNECTIONS} connections",
        options.n_runs, options.n_events
    );
    step(&title, || {
        for _ in 0..options.n_runs {
            of_bare.push(load(&bare, N_CONNECTIONS, options.n_events, first)?);
            of_ours.push(load(&ours, N_CONNECTIONS, options.n_events, first)?);
            first += options.n_events;
        }
        Ok(())
    })?;
    let burst = step("A burst of 10,000", || load(&ours, N_BURST_CONNECTIONS, N_BURST, first))?;
    let n_sent = of_ours.iter().map(|one| one.n_kept).sum::<u64>() + burst.n_kept;
    // The counts are written beside the answers, within a second.
    std::thread::sleep(Duration::from_secs(3));
    let n_lost = n_sent as f64 - kept(&server)? as f64;
    let found = figures_of(&of_ours, &of_bare, &burst, n_lost);
    figures::print(&found);
    figures::keep("intake", &found)?;
    Ok(if figures::is_every_goal_reached(&found) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn make_ready(server: &Server, simulator: &Simulator) -> Result<Target> {
    let described = json!({
        "lockstep": server.url,
        "code": server.code,
        "organization": simulator.organization_url(),
        "token": simulator.token(),
    });
    let said = super::drive("intake.mjs", &described)?;
    let text = |name: &str| {
        said[name]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("no {name}"))
    };
    Ok(Target {
        url: text("url")?,
        user_name: text("user_name")?,
        secret: text("secret")?,
    })
}

fn load(target: &Target, n_connections: u64, n_events: u64, first: u64) -> Result<Loaded> {
    let mut command = Command::new(folders::built("release", "examples/intake_load"));
    command.args([&target.url, &target.user_name, &target.secret]);
    command.args([n_connections, n_events, first].map(|number| number.to_string()));
    let said: Value = serde_json::from_str(program::output(&mut command)?.trim())?;
    let number = |name: &str| said[name].as_f64().with_context(|| format!("no {name} in {said}"));
    Ok(Loaded {
        per_second: number("per_second")?,
        p50_ms: number("p50_ms")?,
        p99_ms: number("p99_ms")?,
        ms: number("ms")?,
        n_kept: number("n_kept")? as u64,
        n_not_kept: (number("n_put_off")? + number("n_refused")?) as u64,
    })
}

/// How many events the server has on disk.
fn kept(server: &Server) -> Result<u64> {
    let mut command = Command::new(folders::built("release", "examples/intake_load"));
    command.arg("count").arg(server.database());
    Ok(program::output(&mut command)?.trim().parse()?)
}

fn figures_of(ours: &[Loaded], bare: &[Loaded], burst: &Loaded, n_lost: f64) -> Vec<Figure> {
    let median = |of: &[Loaded], what: &dyn Fn(&Loaded) -> f64| {
        let mut values: Vec<f64> = of.iter().map(what).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let both = |name: &str, what: &dyn Fn(&Loaded) -> f64, unit| {
        Figure::new(name, median(ours, what), median(bare, what), unit)
    };
    let n_not_kept: u64 = ours.iter().map(|one| one.n_not_kept).sum();
    vec![
        both("notifications kept a second", &|one| one.per_second, "").aiming_at(Goal::ShareMin(SHARE_OF_REFERENCE)),
        both("answered, p50", &|one| one.p50_ms, "ms"),
        both("answered, p99", &|one| one.p99_ms, "ms").aiming_at(Goal::TimesMax(P99_TIMES_MAX)),
        Figure::new("not kept", n_not_kept as f64, None, "").aiming_at(Goal::Max(0.0)),
        Figure::new("a burst of 10,000: time", burst.ms, None, "ms"),
        Figure::new("a burst of 10,000: not kept", burst.n_not_kept as f64, None, "").aiming_at(Goal::Max(0.0)),
        Figure::new("answered, and not on disk", n_lost, None, "").aiming_at(Goal::Max(0.0)),
    ]
}
