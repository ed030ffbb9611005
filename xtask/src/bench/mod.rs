//! `cargo xtask bench`: Lockstep held against the smallest program that does the same, and against a peer, in one run.
//!
//! A figure alone says more about the machine than about Lockstep; the ratios of one run are what counts.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::arguments::Arguments;
use crate::{folders, program};

mod board;
pub mod figures;
mod idle;
mod import;
mod intake;
mod reconcile;
pub mod servers;

/// Runs a script beside this file with what it is told, and gives what it says.
fn drive(script: &str, told: &Value) -> Result<Value> {
    let mut driver = program::node([]);
    driver.arg(folders::root().join("xtask/src/bench").join(script));
    // Not as an argument: the token in it would be printed with the command that failed.
    driver.env("LOCKSTEP_BENCH", told.to_string());
    serde_json::from_str(program::output(&mut driver)?.trim()).context("the driver said nothing")
}

const BENCHES: &str = "`import`, `board`, `intake`, `reconcile` and `idle`";

/// Runs the bench named first.
pub fn run(words: &[String]) -> Result<ExitCode> {
    match words.split_first() {
        Some((name, rest)) if name == "import" => import::run(&import::Options::parse(Arguments::new(rest))?),
        Some((name, rest)) if name == "board" => board::run(&board::Options::parse(Arguments::new(rest))?),
        Some((name, rest)) if name == "intake" => intake::run(&intake::Options::parse(Arguments::new(rest))?),
        Some((name, rest)) if name == "reconcile" => reconcile::run(&reconcile::Options::parse(Arguments::new(rest))?),
        Some((name, rest)) if name == "idle" => idle::run(&idle::Options::parse(Arguments::new(rest))?),
        Some((name, _)) => bail!("there is no bench `{name}`; there are {BENCHES}"),
        None => bail!("name a bench: {BENCHES}"),
    }
}
