//! Every chore of this repository: `cargo xtask demo | test | simulate | torture | bench | pi-event | openapi | shots`.
//!
//! This crate starts other programs (cargo, npm, node, PostgreSQL, a browser), says what it does, and stops what it
//! started. It holds nothing of the product and is never shipped.

use std::process::ExitCode;

use anyhow::{Result, bail};

mod arguments;
mod bench;
mod chromium;
mod demo;
mod folders;
mod layout;
mod licences;
mod loopback;
mod openapi;
mod pi_event;
mod postgres;
mod program;
mod reliability;
mod report;
mod shots;
mod simulate;
mod spdx;
mod stamp;
mod step;
mod tally;
mod test;
mod torture;
mod web;

use arguments::Arguments;

const USAGE: &str = "\
Chores of this repository:

  cargo xtask demo [--port N] [--no-open] [--cards N]
                                                   builds Lockstep and serves it with sample data, or with N cards
  cargo xtask test                                 every check; ends with `N passed, N failed`
  cargo xtask simulate [--seeds N] [--seed S]      the sync engine against a simulated Azure DevOps
  cargo xtask simulate --planted                   proves that the simulation finds bugs planted on purpose
  cargo xtask simulate --report [--seeds N]        runs both, and writes the figures into docs/reliability.md
  cargo xtask torture [--kills N] [--seconds-between S] [--database sqlite|postgres] [--seed N]
                                                   kills the program under load, behind a network that cuts; nothing is lost
  cargo xtask torture --creates N | --full-disk    creations whose answers are cut; a disk that is full for a while
  cargo xtask bench import [--items N,N] [--runs N] [--latency-ms N] [--no-peer]
                                                   how quickly a board fills, against the least there is to do
  cargo xtask bench board [--cards N,N] [--runs N] how quick a board is, against the smallest server and page of one
  cargo xtask pi-event [--minutes N] [--gestures N] [--clients N] [--browsers N]
                                                   a whole train plans on one board; nothing is lost, nothing comes twice
  cargo xtask pi-event --ledger FILE               checks again what was kept of such an event
  cargo xtask openapi                              writes web/openapi.json and web/src/api/schema.d.ts
  cargo xtask shots                                screenshots of every page into shots/
";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: Vec<String>) -> Result<ExitCode> {
    let Some((chore, rest)) = words.split_first() else {
        print!("{USAGE}");
        return Ok(ExitCode::FAILURE);
    };
    let mut arguments = Arguments::new(rest);
    match chore.as_str() {
        "demo" => demo::run(&demo::Options::parse(arguments)?),
        "test" => {
            arguments.finish()?;
            test::run()
        }
        "simulate" => simulate::run(&simulate::Options::parse(arguments)?),
        "torture" => torture::run(&torture::Options::parse(arguments)?),
        "bench" => bench::run(rest),
        "pi-event" => pi_event::run(&pi_event::Options::parse(arguments)?),
        "openapi" => {
            arguments.finish()?;
            openapi::run()
        }
        "shots" => {
            arguments.finish()?;
            shots::run()
        }
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("there is no chore `{other}`\n\n{USAGE}"),
    }
}
