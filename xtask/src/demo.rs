//! `cargo xtask demo`: builds what changed and serves Lockstep with sample data.

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::arguments::Arguments;
use crate::step::step;
use crate::{program, web};

/// What the server is told.
#[derive(Debug, Default)]
pub struct Options {
    /// The port to serve on, if not the usual one.
    pub port: Option<u16>,
    /// Leaves the browser alone.
    pub no_open: bool,
    /// So many cards on one generated board, instead of the sample plan.
    pub n_cards: Option<u32>,
}

impl Options {
    /// Reads `--port N`, `--no-open` and `--cards N`.
    pub fn parse(mut arguments: Arguments) -> Result<Self> {
        let options = Self {
            port: arguments.value("--port")?,
            no_open: arguments.flag("--no-open"),
            n_cards: arguments.value("--cards")?,
        };
        arguments.finish()?;
        Ok(options)
    }
}

/// Builds and serves, until stopped.
pub fn run(options: &Options) -> Result<ExitCode> {
    println!("Lockstep with sample data and an Azure DevOps simulated on this machine; nothing leaves it.");
    println!("The first start builds the web client and the server and takes minutes; later ones take seconds.");
    build()?;
    println!("== serving; stop with Ctrl+C");
    become_program(&mut serve(options))
}

/// Builds the web client, where its sources changed, and the server.
pub fn build() -> Result<()> {
    web::make_ready()?;
    step("Building the server (cargo build --profile demo)", || {
        program::run(&mut program::cargo([
            "build",
            "--profile",
            "demo",
            "-p",
            "lockstep-server",
        ]))
    })
}

/// The server with sample data, not yet started.
pub fn serve(options: &Options) -> Command {
    let mut command = program::lockstep("demo", ["demo"]);
    if let Some(port) = options.port {
        command.arg("--port").arg(port.to_string());
    }
    if options.no_open {
        command.arg("--no-open");
    }
    if let Some(n_cards) = options.n_cards {
        command.arg("--cards").arg(n_cards.to_string());
    }
    command
}

/// Takes our place, so that Ctrl+C reaches the server itself and nothing stays behind.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(anyhow::Error::from(command.exec()).context(format!("could not start `{}`", program::line(command))))
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<ExitCode> {
    program::run(command)?;
    Ok(ExitCode::SUCCESS)
}
