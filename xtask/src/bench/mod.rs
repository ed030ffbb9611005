//! `cargo xtask bench`: Lockstep held against the smallest program that does the same, and against a peer, in one run.
//!
//! A figure alone says more about the machine than about Lockstep; the ratios of one run are what counts.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::arguments::Arguments;

mod board;
pub mod figures;
mod idle;
mod import;
mod intake;
mod reconcile;
pub mod servers;

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
