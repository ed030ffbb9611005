//! `cargo xtask simulate`: the sync engine against a simulated Azure DevOps and seeded trouble, run to quiet.
//!
//! The simulation itself is a test of `lockstep-sync`; this only builds it in the `sim` profile and hands on the seeds.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, ensure};

use crate::arguments::Arguments;
use crate::{folders, program, reliability};

/// The test that runs the seeds, and the one that runs them with planted bugs.
pub const TEST: &str = "simulation::simulation";
const PLANTED: &str = "simulation::planted";

/// Seeds of a run that names no number.
pub const N_SEEDS_DEFAULT: u64 = 2000;

/// Seeds from which the rare planted bugs are looked for, too.
const RARE_FROM: u64 = 5000;

/// Which seeds, and whether to plant bugs.
#[derive(Debug, Default)]
pub struct Options {
    /// How many seeds to run.
    pub n_seeds: Option<u64>,
    /// One seed alone, told as a story.
    pub seed: Option<u64>,
    /// Runs with each planted bug in turn, which must be found.
    pub is_planted: bool,
    /// Runs both, and writes the figures into `docs/reliability.md`.
    pub is_report: bool,
}

impl Options {
    /// Reads `--seeds N`, `--seed S`, `--planted` and `--report`.
    pub fn parse(mut arguments: Arguments) -> Result<Self> {
        let n_seeds = arguments.value("--seeds")?;
        let seed = arguments.value("--seed")?;
        let options = Self {
            n_seeds,
            seed,
            is_planted: arguments.flag("--planted"),
            is_report: arguments.flag("--report"),
        };
        arguments.finish()?;
        Ok(options)
    }
}

/// Runs the simulation; its own output is passed through.
pub fn run(options: &Options) -> Result<ExitCode> {
    if options.is_report {
        return report(options);
    }
    let status = command(options).status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs the seeds and the planted bugs, and writes what they did into the page.
fn report(options: &Options) -> Result<ExitCode> {
    let seeds = output(&Options {
        n_seeds: options.n_seeds,
        ..Options::default()
    })?;
    let planted = output(&Options {
        n_seeds: options.n_seeds.map(|n_seeds| n_seeds.max(RARE_FROM)),
        is_planted: true,
        ..Options::default()
    })?;
    let commit = program::output(Command::new("git").args(["rev-parse", "--short", "HEAD"]))?;
    let path = folders::root().join("docs/reliability.md");
    let page = std::fs::read_to_string(&path)?;
    let figures = reliability::figures(commit.trim(), &seeds, &planted)?;
    std::fs::write(&path, reliability::with_figures(&page, &figures)?)?;
    println!("The figures are in docs/reliability.md.");
    Ok(ExitCode::SUCCESS)
}

/// What a run printed, which is passed on line by line.
fn output(options: &Options) -> Result<String> {
    let mut child = command(options).stdout(Stdio::piped()).spawn()?;
    let mut printed = String::new();
    for line in BufReader::new(child.stdout.take().context("its output is piped")?).lines() {
        let line = line?;
        println!("{line}");
        printed.push_str(&line);
        printed.push('\n');
    }
    ensure!(child.wait()?.success(), "the simulation ended badly");
    Ok(printed)
}

/// The simulation, not yet started.
pub fn command(options: &Options) -> Command {
    let mut command = program::cargo([
        "test",
        "--profile",
        "sim",
        "-p",
        "lockstep-sync",
        "--features",
        "planted",
    ]);
    let test = if options.is_planted { PLANTED } else { TEST };
    command.args(["--test", "it", "--", "--nocapture", "--exact", test]);
    match options.n_seeds.or((!options.is_planted).then_some(N_SEEDS_DEFAULT)) {
        Some(n_seeds) => command.env("LOCKSTEP_SEEDS", n_seeds.to_string()),
        // A planted bug is looked for until it is found; how long at most, the test says.
        None => command.env_remove("LOCKSTEP_SEEDS"),
    };
    match options.seed {
        Some(seed) => command.env("LOCKSTEP_SEED", seed.to_string()),
        None => command.env_remove("LOCKSTEP_SEED"),
    };
    command
}
