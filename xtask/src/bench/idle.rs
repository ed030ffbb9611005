//! `cargo xtask bench idle`: what a Lockstep costs that nobody uses: requests to Azure DevOps, memory, disk, its start.
//!
//! Two servers stand side by side for the same minutes, one with few work items and one with many: what is asked must not
//! grow with them. The smallest receiver of notifications stands beside them for what a process costs at all.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;

use super::figures::{self, Figure, Goal};
use super::servers::{IntakeReference, Server, Simulator};
use crate::arguments::Arguments;
use crate::step::step;
use crate::{folders, loopback, program};

const FEW: usize = 500;
const MANY: usize = 10_000;
/// As a server polls that nobody told otherwise.
const POLL_MS: u64 = 60_000;
const N_STARTS: usize = 7;

const REQUESTS_A_MINUTE_MAX: f64 = 2.5;
const RSS_MB_MAX: f64 = 40.0;
const START_MS_MAX: f64 = 150.0;
const BINARY_MB_MAX: f64 = 30.0;
const DISK_MB_MAX: f64 = 15.0;

/// What the bench is told.
#[derive(Debug)]
pub struct Options {
    minutes: u64,
}

impl Options {
    /// Reads `--minutes 10`.
    pub fn parse(mut arguments: Arguments) -> Result<Self> {
        let options = Self {
            minutes: arguments.value::<u64>("--minutes")?.unwrap_or(10).max(1),
        };
        arguments.finish()?;
        Ok(options)
    }
}

/// Builds, measures, prints a table and says what is missed.
pub fn run(options: &Options) -> Result<ExitCode> {
    step(
        "Building the server as it is given out (cargo build --profile dist)",
        || {
            program::run(&mut program::cargo([
                "build",
                "--profile",
                "dist",
                "-p",
                "lockstep-server",
                "--bin",
                "lockstep",
            ]))?;
            let example = [
                "build",
                "--release",
                "-p",
                "lockstep-server",
                "--example",
                "intake_reference",
            ];
            program::run(&mut program::cargo(example))
        },
    )?;
    let simulators = [FEW, MANY].map(|n| Simulator::start("dist", &["--items", &n.to_string(), "--generated"]));
    let [few_simulator, many_simulator] = simulators.map(|simulator| simulator.context("a simulator"));
    let (few_simulator, many_simulator) = (few_simulator?, many_simulator?);
    let (few, mut many) = (
        Server::start_polling("dist", POLL_MS)?,
        Server::start_polling("dist", POLL_MS)?,
    );
    let n_cards = step("Filling a small and a large board", || {
        fill(&few, &few_simulator)?;
        fill(&many, &many_simulator)
    })?;
    let starts_ms = step(&format!("{N_STARTS} starts"), || {
        (0..N_STARTS)
            .map(|_| start_again(&mut many))
            .collect::<Result<Vec<_>>>()
    })?;
    let reference_ms = (0..N_STARTS).map(|_| reference_start()).collect::<Result<Vec<_>>>()?;
    let requests = step(&format!("{} idle minutes", options.minutes), || {
        idle(&few, &many, options.minutes)
    })?;
    let binary = std::fs::metadata(folders::built("dist", "lockstep"))?.len();
    let found = vec![
        Figure::new(
            format!("{n_cards} work items: requests a minute"),
            requests.1,
            requests.0,
            "",
        )
        .aiming_at(Goal::Max(REQUESTS_A_MINUTE_MAX)),
        Figure::new("memory after it", resident_mb(many.pid())?, None, "MB").aiming_at(Goal::Max(RSS_MB_MAX)),
        Figure::new(
            "start to the first answer",
            median(starts_ms),
            median(reference_ms),
            "ms",
        )
        .aiming_at(Goal::Max(START_MS_MAX)),
        Figure::new("the program", binary as f64 / 1e6, None, "MB").aiming_at(Goal::Max(BINARY_MB_MAX)),
        Figure::new(
            "disk for 10,000 work items",
            disk_mb(&many)? * MANY as f64 / n_cards.max(1.0),
            None,
            "MB",
        )
        .aiming_at(Goal::Max(DISK_MB_MAX)),
    ];
    figures::print(&found);
    figures::keep("idle", &found)?;
    Ok(if figures::is_every_goal_reached(&found) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Fills a board; how many cards it has.
fn fill(server: &Server, simulator: &Simulator) -> Result<f64> {
    let described = json!({
        "lockstep": server.url,
        "code": server.code,
        "organization": simulator.organization_url(),
        "token": simulator.token(),
    });
    let said = super::drive("idle.mjs", &described)?;
    said["n_cards"].as_f64().context("no cards were counted")
}

/// Kills a server and starts it with what it has; how long until it answers, milliseconds.
fn start_again(server: &mut Server) -> Result<f64> {
    let began = Instant::now();
    server.start_again("dist")?;
    Ok(began.elapsed().as_secs_f64() * 1000.0)
}

fn reference_start() -> Result<f64> {
    let began = Instant::now();
    let reference = IntakeReference::start("release")?;
    loopback::get(&reference.url)?;
    Ok(began.elapsed().as_secs_f64() * 1000.0)
}

/// Requests a minute of both.
fn idle(few: &Server, many: &Server, minutes: u64) -> Result<(f64, f64)> {
    // What a start asks is over by then.
    std::thread::sleep(Duration::from_secs(20));
    let before = (requests(few)?, requests(many)?);
    std::thread::sleep(Duration::from_secs(60 * minutes));
    let after = (requests(few)?, requests(many)?);
    let a_minute = |before: f64, after: f64| (after - before) / minutes as f64;
    Ok((a_minute(before.0, after.0), a_minute(before.1, after.1)))
}

/// Requests to Azure DevOps since the start.
fn requests(server: &Server) -> Result<f64> {
    let text = loopback::get(&format!("{}/metrics", server.url))?;
    let lines = text
        .lines()
        .filter(|line| line.starts_with("lockstep_azure_devops_requests_total"));
    Ok(lines
        .filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
        .sum())
}

/// Memory in use, MB.
fn resident_mb(pid: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).context("the system doesn't say")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .context("no VmRSS")?;
    Ok(kib * 1024.0 / 1e6)
}

/// The database with its log, folded together, MB.
fn disk_mb(server: &Server) -> Result<f64> {
    let mut command = Command::new(folders::built("dist", "lockstep"));
    let copy = server.database().with_extension("copy");
    command
        .args(["backup", "--data-dir"])
        .arg(server.folder())
        .arg("--to")
        .arg(&copy);
    program::output(&mut command)?;
    Ok(std::fs::metadata(&copy)?.len() as f64 / 1e6)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
