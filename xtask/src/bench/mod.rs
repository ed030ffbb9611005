//! `cargo xtask bench`: Lockstep held against the smallest program that does the same, and against a peer, in one run.
//!
//! A figure alone says more about the machine than about Lockstep; the ratios of one run are what counts.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::arguments::Arguments;

mod board;
pub mod figures;
mod import;
mod intake;
pub mod servers;

/// Runs the bench named first.
pub fn run(words: &[String]) -> Result<ExitCode> {
    match words.split_first() {
        Some((name, rest)) if name == "import" => import::run(&import::Options::parse(Arguments::new(rest))?),
        Some((name, rest)) if name == "board" => board::run(&board::Options::parse(Arguments::new(rest))?),
        Some((name, rest)) if name == "intake" => intake::run(&intake::Options::parse(Arguments::new(rest))?),
        Some((name, _)) => bail!("there is no bench `{name}`; there are `import`, `board` and `intake`"),
        None => bail!("name a bench: `import`, `board` or `intake`"),
    }
}
