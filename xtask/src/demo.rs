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
}

impl Options {
    /// Reads `--port N` and `--no-open`.
    pub fn parse(mut arguments: Arguments) -> Result<Self> {
        let options = Self {
            port: arguments.value("--port")?,
            no_open: arguments.flag("--no-open"),
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
    if !web::has_packages()? {
        step("Installing the web client's packages (npm ci)", web::install_packages)?;
    }
    if !web::is_built()? {
        step("Building the web client (npm run build)", web::build)?;
    }
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
