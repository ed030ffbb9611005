//! `cargo xtask simulate`: the sync engine against a simulated Azure DevOps and seeded trouble, run to quiet.
//!
//! The simulation itself is a test of `lockstep-sync`; this only builds it in the `sim` profile and hands on the seeds.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::arguments::Arguments;
use crate::program;

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
    command.args(["--test", "it", "--"]);
    command
        .arg(if options.is_planted { "planted" } else { "simulation" })
        .arg("--nocapture");
    command.env("LOCKSTEP_SEEDS", options.n_seeds.unwrap_or(N_SEEDS_DEFAULT).to_string());
    match options.seed {
        Some(seed) => command.env("LOCKSTEP_SEED", seed.to_string()),
        None => command.env_remove("LOCKSTEP_SEED"),
    };
    if options.is_planted {
        command.env("LOCKSTEP_PLANTED", "1");
    }
    command
}
