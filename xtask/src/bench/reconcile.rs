//! `cargo xtask bench reconcile`: how many requests and how long it takes to be in step again, with as many changes among
//! few work items and among many.
//!
//! Beside Lockstep stands the smallest reconciler: it reads the same feed and the work items that it names, and keeps nothing.

use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::figures::{self, Figure, Goal};
use super::servers::{Server, Simulator};
use crate::arguments::Arguments;
use crate::program;
use crate::step::step;

/// Between two polls; long enough for the changes to fall between them.
const POLL_MS: u64 = 9000;

/// One project: its revisions, its links, its recycle bin.
const REQUESTS_NOTHING_MAX: f64 = 3.0;
const REQUESTS_CHANGED_MAX: f64 = 12.0;
const MS_MAX: f64 = 1000.0;
/// The time for the same number of changes, against that among the fewest work items.
const TIMES_SMALLEST_MAX: f64 = 1.2;

/// What the bench is told.
#[derive(Debug)]
pub struct Options {
    sizes: Vec<usize>,
    n_changed: usize,
    latency_ms: u64,
    n_runs: usize,
}

impl Options {
    /// Reads `--items 10000,50000`, `--changed 500`, `--latency-ms 40` and `--runs 3`.
    pub fn parse(mut arguments: Arguments) -> Result<Self> {
        let sizes: String = arguments.value("--items")?.unwrap_or_else(|| "10000,50000".to_owned());
        let sizes = sizes
            .split(',')
            .map(|size| size.trim().parse().context("`--items` takes numbers"));
        let options = Self {
            sizes: sizes.collect::<Result<_>>()?,
            n_changed: arguments.value("--changed")?.unwrap_or(500),
            latency_ms: arguments.value("--latency-ms")?.unwrap_or(40),
            n_runs: arguments.value::<usize>("--runs")?.unwrap_or(3).max(1),
        };
        arguments.finish()?;
        Ok(options)
    }
}

/// One run over one size.
struct Measured {
    requests_nothing: f64,
    requests: f64,
    ms: f64,
    reference_requests: f64,
    reference_ms: f64,
}

/// Builds, measures each size, prints a table and says what is missed.
pub fn run(options: &Options) -> Result<ExitCode> {
    step("Building the server (cargo build --release)", || {
        program::run(&mut program::cargo([
            "build",
            "--release",
            "-p",
            "lockstep-server",
            "--bin",
            "lockstep",
        ]))
    })?;
    let mut found = Vec::new();
    let mut smallest_ms = None;
    for size in &options.sizes {
        let title = format!(
            "{size} work items, {} of them changed, {} runs",
            options.n_changed, options.n_runs
        );
        let runs = step(&title, || {
            (0..options.n_runs)
                .map(|_| measure(options, *size))
                .collect::<Result<Vec<_>>>()
        })?;
        found.extend(figures_of(*size, options.n_changed, &runs, &mut smallest_ms));
    }
    figures::print(&found);
    figures::keep("reconcile", &found)?;
    Ok(if figures::is_every_goal_reached(&found) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn measure(options: &Options, size: usize) -> Result<Measured> {
    let words = [
        "--items",
        &size.to_string(),
        "--latency-ms",
        &options.latency_ms.to_string(),
    ];
    let simulator = Simulator::start("release", &words)?;
    let server = Server::start_polling("release", POLL_MS)?;
    let described = json!({
        "lockstep": server.url,
        "code": server.code,
        "organization": simulator.organization_url(),
        "token": simulator.token(),
        "poll_ms": POLL_MS,
        "n_changed": options.n_changed,
    });
    let said = super::drive("reconcile.mjs", &described)?;
    let number = |path: &str| {
        said.pointer(path)
            .and_then(Value::as_f64)
            .with_context(|| format!("no {path} in {said}"))
    };
    Ok(Measured {
        requests_nothing: number("/nothing/requests")?,
        requests: number("/changed/requests")?,
        ms: number("/changed/ms")?,
        reference_requests: number("/reference/requests")?,
        reference_ms: number("/reference/ms")?,
    })
}

fn figures_of(size: usize, n_changed: usize, runs: &[Measured], smallest_ms: &mut Option<f64>) -> Vec<Figure> {
    let median = |what: &dyn Fn(&Measured) -> f64| {
        let mut values: Vec<f64> = runs.iter().map(what).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let ms = median(&|run| run.ms);
    let first_ms = *smallest_ms.get_or_insert(ms);
    let of = |what: &str| format!("{size} work items: {what}");
    let changed = format!("{n_changed} changed");
    vec![
        Figure::new(
            of("requests of a poll that finds nothing"),
            median(&|run| run.requests_nothing),
            None,
            "",
        )
        .aiming_at(Goal::Max(REQUESTS_NOTHING_MAX)),
        Figure::new(
            of(&format!("{changed}, requests")),
            median(&|run| run.requests),
            median(&|run| run.reference_requests),
            "",
        )
        .aiming_at(Goal::Max(REQUESTS_CHANGED_MAX)),
        Figure::new(
            of(&format!("{changed}, in step again")),
            ms,
            median(&|run| run.reference_ms),
            "ms",
        )
        .aiming_at(Goal::Max(MS_MAX)),
        Figure::new(
            of(&format!("{changed}, against the fewest work items")),
            ms,
            first_ms,
            "ms",
        )
        .aiming_at(Goal::TimesMax(TIMES_SMALLEST_MAX)),
    ]
}
