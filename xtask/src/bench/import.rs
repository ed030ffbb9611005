//! `cargo xtask bench import`: how long a board takes to fill, with answers of Azure DevOps held back as a network does.
//!
//! Three importers read the same simulated organization, given out at the speed of a network and not of the simulator: Lockstep, the smallest program that does the core of the work
//! (`crates/lockstep-server/examples/import_reference.rs`), and Microsoft's client for Node, used naively and in batches.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::figures::{self, Figure, Goal};
use super::servers::{Server, Simulator};
use crate::arguments::Arguments;
use crate::folders::{self, Temporary};
use crate::program;
use crate::step::step;

/// Microsoft's client for Node.
const PEER: &str = "azure-devops-node-api@17.0.1";
/// Work items from which the fixed cost of an import no longer hides its own.
const LARGE: usize = 10_000;
/// Work items up to which the naive way is waited for.
const NAIVE_MAX: usize = 10_000;
/// What is read: everything that is planned in the program increment.
const WIQL: &str = "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = 'Harbour' \
    AND [System.WorkItemType] IN ('Feature', 'User Story', 'Bug') AND [System.IterationPath] UNDER 'Harbour\\PI 26.4'";

/// What Lockstep is to reach.
const TIMES_REFERENCE_MAX: f64 = 2.0;
const TIMES_NAIVE_MIN: f64 = 30.0;
const REQUESTS_BEYOND_BATCHES_MAX: u64 = 5;
const RSS_GROWTH_MIB_MAX: f64 = 64.0;

/// What the bench is told.
#[derive(Debug)]
pub struct Options {
    sizes: Vec<usize>,
    latency_ms: u64,
    n_runs: usize,
    has_peer: bool,
}

impl Options {
    /// Reads `--items 1000,10000`, `--latency-ms 40`, `--runs 3` and `--no-peer`.
    pub fn parse(mut arguments: Arguments) -> Result<Self> {
        let sizes = arguments
            .value::<String>("--items")?
            .unwrap_or_else(|| "1000,10000,50000".to_owned());
        let sizes = sizes
            .split(',')
            .map(|size| size.trim().parse().context("`--items` takes numbers"));
        let options = Self {
            sizes: sizes.collect::<Result<_>>()?,
            latency_ms: arguments.value("--latency-ms")?.unwrap_or(40),
            n_runs: arguments.value::<usize>("--runs")?.unwrap_or(3).max(1),
            has_peer: !arguments.flag("--no-peer"),
        };
        arguments.finish()?;
        Ok(options)
    }
}

/// What one importer did in one run.
#[derive(Debug, Clone)]
struct Measured {
    ms: f64,
    items: u64,
    requests: u64,
    rss_growth_mib: f64,
}

/// Builds, measures each size, prints a table and says what is missed.
pub fn run(options: &Options) -> Result<ExitCode> {
    step("Building the server and the reference (cargo build --release)", || {
        let examples = [
            "--bin",
            "lockstep",
            "--example",
            "import_reference",
            "--example",
            "replay_azure_devops",
        ];
        program::run(program::cargo(["build", "--release", "-p", "lockstep-server"]).args(examples))
    })?;
    let peer = if options.has_peer { Some(install_peer()?) } else { None };
    let mut found = Vec::new();
    for size in &options.sizes {
        let title = format!("{size} work items, answers after {} ms", options.latency_ms);
        let results = step(&title, || measure(options, *size, peer.as_ref()))?;
        print_table(&results);
        found.extend(figures_of(*size, &results));
    }
    figures::print(&found);
    figures::keep("import", &found)?;
    Ok(if figures::is_every_goal_reached(&found) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The peer, in a folder below `target`.
fn install_peer() -> Result<PathBuf> {
    let folder = folders::root().join("target").join("bench");
    std::fs::create_dir_all(&folder)?;
    if !folder.join("node_modules/azure-devops-node-api").is_dir() {
        step("Installing Microsoft's client (npm)", || {
            let mut install = program::npm(["install", "--no-save", "--no-package-lock", "--no-audit", "--prefix"]);
            install.arg(&folder).arg(PEER).current_dir(&folder);
            program::output(&mut install).map(|_said| ())
        })?;
    }
    Ok(folder)
}

fn measure(options: &Options, size: usize, peer: Option<&PathBuf>) -> Result<BTreeMap<&'static str, Measured>> {
    let simulator = Simulator::start("release", &["--items", &size.to_string()])?;
    let simulator = simulator.replayed("release", options.latency_ms)?;
    let mut runs: BTreeMap<&'static str, Vec<Measured>> = BTreeMap::new();
    // Side by side in time: what disturbs one disturbs the other.
    for _ in 0..options.n_runs {
        runs.entry("reference").or_default().push(reference(&simulator)?);
        runs.entry("Lockstep").or_default().push(lockstep(&simulator)?);
        if let Some(folder) = peer {
            runs.entry("Node, 8 batches at once")
                .or_default()
                .push(node(folder, &simulator, "batches", 8)?);
        }
    }
    if let Some(folder) = peer {
        runs.insert("Node, 1 batch at once", vec![node(folder, &simulator, "batches", 1)?]);
        if size <= NAIVE_MAX {
            runs.insert(
                "Node, one by one, 10 at once",
                vec![node(folder, &simulator, "naive", 10)?],
            );
        }
    }
    Ok(runs.into_iter().map(|(name, runs)| (name, median(runs))).collect())
}

fn reference(simulator: &Simulator) -> Result<Measured> {
    let folder = Temporary::make("reference")?;
    let mut command = Command::new(folders::built("release", "examples/import_reference"));
    command.args([simulator.organization_url(), simulator.token(), WIQL]);
    command.arg(folder.join("reference.db"));
    read(&program::output(&mut command)?)
}

fn lockstep(simulator: &Simulator) -> Result<Measured> {
    let server = Server::start("release")?;
    let mut driver = program::node([]);
    driver
        .arg(folders::root().join("xtask/src/bench/import.mjs"))
        .arg("lockstep");
    driver.args([
        simulator.organization_url(),
        simulator.token(),
        &server.url,
        &server.code,
    ]);
    driver.arg(server.pid().to_string());
    read(&program::output(&mut driver)?)
}

fn node(folder: &PathBuf, simulator: &Simulator, way: &str, at_once: usize) -> Result<Measured> {
    let script = folder.join("import.mjs");
    std::fs::copy(folders::root().join("xtask/src/bench/import.mjs"), &script)?;
    let mut driver = program::node([]);
    driver.arg(script).arg(way).current_dir(folder);
    driver.args([
        simulator.organization_url(),
        simulator.token(),
        WIQL,
        &at_once.to_string(),
    ]);
    read(&program::output(&mut driver)?)
}

fn read(said: &str) -> Result<Measured> {
    let line = said.lines().last().unwrap_or_default();
    let said: Value = serde_json::from_str(line).with_context(|| format!("not understood: {line}"))?;
    let number = |name: &str| said[name].as_u64().with_context(|| format!("no {name} in {line}"));
    let measured = Measured {
        ms: number("ms")? as f64,
        items: number("items")?,
        requests: number("requests")?,
        rss_growth_mib: number("rss_growth_kib")? as f64 / 1024.0,
    };
    if measured.items == 0 {
        bail!("nothing was read: {line}");
    }
    Ok(measured)
}

fn median(mut runs: Vec<Measured>) -> Measured {
    runs.sort_by(|a, b| a.ms.total_cmp(&b.ms));
    let most = runs.iter().map(|run| run.rss_growth_mib).fold(0.0, f64::max);
    let requests = runs.iter().map(|run| run.requests).max().unwrap_or(0);
    Measured {
        rss_growth_mib: most,
        requests,
        ..runs[runs.len() / 2].clone()
    }
}

fn print_table(results: &BTreeMap<&'static str, Measured>) {
    let reference_ms = results.get("reference").map_or(f64::NAN, |reference| reference.ms);
    println!(
        "   {:<30} {:>10} {:>9} {:>9} {:>12} {:>13}",
        "importer", "time", "items", "requests", "memory grown", "x reference"
    );
    for (name, measured) in results {
        println!(
            "   {name:<30} {:>8.2} s {:>9} {:>9} {:>8.0} MiB {:>13.2}",
            measured.ms / 1000.0,
            measured.items,
            measured.requests,
            measured.rss_growth_mib,
            measured.ms / reference_ms,
        );
    }
}

/// What Lockstep is to reach at a size.
fn figures_of(size: usize, results: &BTreeMap<&'static str, Measured>) -> Vec<Figure> {
    let (Some(ours), Some(reference)) = (results.get("Lockstep"), results.get("reference")) else {
        return Vec::new();
    };
    // A second of fixed cost says nothing about an import that takes less.
    let only_large = |figure: Figure, goal: Goal| {
        if size >= LARGE { figure.aiming_at(goal) } else { figure }
    };
    let name = |what: &str| format!("{size} work items: {what}");
    let n_missing = (ours.items as f64 - reference.items as f64).abs();
    let requests_max = (ours.items.div_ceil(200) + REQUESTS_BEYOND_BATCHES_MAX) as f64;
    let mut found = vec![
        only_large(
            Figure::new(name("board filled"), ours.ms, reference.ms, "ms"),
            Goal::TimesMax(TIMES_REFERENCE_MAX),
        ),
        Figure::new(name("cards missing"), n_missing, None, "").aiming_at(Goal::Max(0.0)),
        Figure::new(
            name("requests for items"),
            ours.requests as f64,
            reference.requests as f64,
            "",
        )
        .aiming_at(Goal::Max(requests_max)),
        Figure::new(
            name("memory grown"),
            ours.rss_growth_mib,
            reference.rss_growth_mib,
            "MiB",
        )
        .aiming_at(Goal::Max(RSS_GROWTH_MIB_MAX)),
    ];
    if let Some(naive) = results.get("Node, one by one, 10 at once") {
        found.push(only_large(
            Figure::new(name("board filled, against one by one"), ours.ms, naive.ms, "ms"),
            Goal::TimesLessMin(TIMES_NAIVE_MIN),
        ));
    }
    found
}
