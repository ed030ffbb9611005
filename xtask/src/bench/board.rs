//! `cargo xtask bench board`: how quick a board is, from the server to the screen, at three sizes.
//!
//! Every board stands beside the smallest server and page with the same cards
//! (`crates/lockstep-server/examples/board_reference.rs`), and both are measured in turn in one run.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::figures::{self, Figure, Goal};
use super::servers::{BoardReference, Server, Simulator};
use crate::arguments::Arguments;
use crate::step::step;
use crate::{chromium, folders, program, web};

/// The size that the bounds are for.
const LARGEST: usize = 10_000;

const SNAPSHOT_BUILT: Goal = Goal::MaxOrTimes(40.0, 2.0);
const SNAPSHOT_CACHED: Goal = Goal::MaxOrTimes(2.0, 2.0);
const SNAPSHOT_KB: Goal = Goal::Max(500.0);
const SHOWN: Goal = Goal::TimesMax(2.0);
const FRAME: Goal = Goal::MaxWhereReferenceDoes(20.0);
const NODES: Goal = Goal::Max(3_000.0);
const ASSETS_KB: Goal = Goal::Max(200.0);
const ACK: Goal = Goal::TimesMax(3.0);
const ACK_GROWTH: Goal = Goal::Max(1.3);
const PAINTED_P50: Goal = Goal::Max(100.0);
const PAINTED_P99: Goal = Goal::Max(300.0);

/// What the bench is told.
#[derive(Debug)]
pub struct Options {
    sizes: Vec<usize>,
    n_runs: usize,
}

impl Options {
    /// Reads `--cards 200,2000,10000` and `--runs 5`.
    pub fn parse(mut arguments: Arguments) -> Result<Self> {
        let sizes = arguments
            .value::<String>("--cards")?
            .unwrap_or_else(|| format!("200,2000,{LARGEST}"));
        let sizes = sizes
            .split(',')
            .map(|size| size.trim().parse().context("`--cards` takes numbers"));
        let options = Self {
            sizes: sizes.collect::<Result<_>>()?,
            n_runs: arguments.value::<usize>("--runs")?.unwrap_or(5).max(1),
        };
        arguments.finish()?;
        Ok(options)
    }
}

/// One board with what is behind it and beside it.
struct World {
    size: usize,
    simulator: Simulator,
    server: Server,
    reference: BoardReference,
}

/// Builds, measures, prints a table and says what is missed.
pub fn run(options: &Options) -> Result<ExitCode> {
    let Some(chromium) = chromium::find() else {
        bail!("a Chromium is needed; name one in {}", chromium::SETTING);
    };
    web::make_ready()?;
    step("Building the server and the reference (cargo build --release)", || {
        let wanted = ["--bin", "lockstep", "--example", "board_reference"];
        program::run(program::cargo(["build", "--release", "-p", "lockstep-server"]).args(wanted))
    })?;
    let worlds = step("Starting organizations, servers and references", || {
        options
            .sizes
            .iter()
            .map(|size| World::start(*size))
            .collect::<Result<Vec<_>>>()
    })?;
    let said = step("Measuring", || {
        let mut driver = program::node([]);
        driver.arg(folders::root().join("xtask/src/bench/board.mjs"));
        // Not as an argument: the tokens in it would be printed with the command that failed.
        driver
            .env("LOCKSTEP_BENCH", described(options, &worlds).to_string())
            .env(chromium::SETTING, &chromium)
            .stderr(std::process::Stdio::inherit());
        program::output(&mut driver)
    })?;
    let said: Value =
        serde_json::from_str(said.lines().last().unwrap_or_default()).context("the driver said nothing")?;
    let found = figures_of(options, &said)?;
    figures::print(&found);
    figures::keep("board", &found)?;
    Ok(if figures::is_every_goal_reached(&found) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

impl World {
    fn start(size: usize) -> Result<Self> {
        Ok(Self {
            size,
            simulator: Simulator::start("release", &["--items", &size.to_string(), "--generated"])?,
            server: Server::start("release")?,
            reference: BoardReference::start("release")?,
        })
    }
}

fn described(options: &Options, worlds: &[World]) -> Value {
    let worlds: Vec<Value> = worlds
        .iter()
        .map(|world| {
            json!({
                "n": world.size,
                "lockstep": world.server.url,
                "code": world.server.code,
                "organization": world.simulator.organization_url(),
                "token": world.simulator.token(),
                "reference": world.reference.url,
            })
        })
        .collect();
    json!({"runs": options.n_runs, "worlds": worlds})
}

fn figures_of(options: &Options, said: &Value) -> Result<Vec<Figure>> {
    let mut found = Vec::new();
    for size in &options.sizes {
        let of = &said[size.to_string()];
        let is_largest = *size >= LARGEST;
        let only_largest = |figure: Figure, goal: Goal| if is_largest { figure.aiming_at(goal) } else { figure };
        let name = |what: &str| format!("{size} cards: {what}");
        let both = |what: &str, of: &Value, share: f64| -> Result<Figure> {
            let side = |side: &str| quantile(&of[side], share).with_context(|| format!("{what}: nothing of {side}"));
            Ok(Figure::new(name(what), side("lockstep")?, side("reference")?, "ms"))
        };
        let (snapshot, pages) = (&of["snapshot"], &of["pages"]);
        found.push(only_largest(
            both("snapshot built", &snapshot["built"], 0.5)?,
            SNAPSHOT_BUILT,
        ));
        found.push(only_largest(
            both("snapshot cached", &snapshot["cached"], 0.5)?,
            SNAPSHOT_CACHED,
        ));
        let kilobytes = number(&snapshot["bytes"])? / 1000.0;
        found.push(only_largest(
            Figure::new(name("snapshot packed"), kilobytes, None, "KB"),
            SNAPSHOT_KB,
        ));
        found.push(both("shown, first visit", &pages["first"], 0.5)?.aiming_at(SHOWN));
        found.push(both("shown, later visit", &pages["again"], 0.5)?.aiming_at(SHOWN));
        found.push(both("scroll, frame p95", &pages["scroll"], 0.5)?.aiming_at(FRAME));
        found.push(both("drag, frame p95", &pages["drag"], 0.5)?.aiming_at(FRAME));
        let nodes = &pages["nodes"];
        let (ours, reference) = (number(&nodes["lockstep"])?, number(&nodes["reference"])?);
        found.push(Figure::new(name("nodes"), ours, reference, "").aiming_at(NODES));
        let assets = number(&pages["files"]["bytes"])? / 1000.0;
        found
            .push(Figure::new(name("scripts and styles until shown, packed"), assets, None, "KB").aiming_at(ASSETS_KB));
        let later = number(&pages["files"]["later"])? / 1000.0;
        found.push(Figure::new(name("scripts and styles after that"), later, None, "KB"));
        found.push(both("move acknowledged, p50", &of["ack"], 0.5)?.aiming_at(ACK));
        found.push(both("move acknowledged, p99", &of["ack"], 0.99)?);
        found.push(both("webhook to painted, p50", &of["painted"], 0.5)?.aiming_at(PAINTED_P50));
        found.push(both("webhook to painted, p99", &of["painted"], 0.99)?.aiming_at(PAINTED_P99));
        let lost = number(&of["painted"]["n_lost"])?;
        found.push(Figure::new(name("changes never painted"), lost, None, "").aiming_at(Goal::Max(0.0)));
    }
    if let [smallest, .., largest] = options.sizes.as_slice() {
        let ack = |size: &usize, side: &str| quantile(&said[size.to_string()]["ack"][side], 0.5);
        let growth = |side: &str| Some(ack(largest, side)? / ack(smallest, side)?);
        let name = format!("move acknowledged, {largest} cards against {smallest}");
        let ours = growth("lockstep").context("moves were acknowledged")?;
        found.push(Figure::new(name, ours, growth("reference"), "x").aiming_at(ACK_GROWTH));
    }
    Ok(found)
}

fn number(value: &Value) -> Result<f64> {
    value.as_f64().with_context(|| format!("{value} is no number"))
}

/// The value that this share of the values doesn't exceed; half of them: the median.
fn quantile(values: &Value, share: f64) -> Option<f64> {
    let mut values: Vec<f64> = values.as_array()?.iter().filter_map(Value::as_f64).collect();
    values.sort_by(f64::total_cmp);
    let at = ((values.len() as f64 * share).ceil() as usize).saturating_sub(1);
    values.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_one_of_the_values() {
        let values = json!([5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!(quantile(&values, 0.5), Some(3.0));
        assert_eq!(quantile(&values, 0.99), Some(5.0));
        assert_eq!(quantile(&json!([]), 0.5), None);
    }
}
