//! `cargo xtask simulate`: the sync engine against a simulated Azure DevOps and seeded trouble, run to quiet.
//!
//! The simulation itself is a test of `lockstep-sync`; this only builds it in the `sim` profile and hands on the seeds.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::arguments::Arguments;
use crate::program;

/// The test that runs the seeds, and the one that runs them with planted bugs.
pub const TEST: &str = "simulation::simulation";
const PLANTED: &str = "simulation::planted";

/// Seeds of a run that names no number.
pub const N_SEEDS_DEFAULT: u64 = 2000;

/// Which seeds, and whether to plant bugs.
#[derive(Debug, Default)]
pub struct Options {
    /// How many seeds to run.
    pub n_seeds: Option<u64>,
    /// One seed alone, told as a story.
    pub seed: Option<u64>,
    /// Runs with each planted bug in turn, which must be found.
    pub is_planted: bool,
}

impl Options {
    /// Reads `--seeds N`, `--seed S` and `--planted`.
    pub fn parse(mut arguments: Arguments) -> Result<Self> {
        let n_seeds = arguments.value("--seeds")?;
        let seed = arguments.value("--seed")?;
        let options = Self {
            n_seeds,
            seed,
            is_planted: arguments.flag("--planted"),
        };
        arguments.finish()?;
        Ok(options)
    }
}

/// Runs the simulation; its own output is passed through.
pub fn run(options: &Options) -> Result<ExitCode> {
    let status = command(options).status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
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
