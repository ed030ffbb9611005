//! Tortures the shipped program: kills, graceful stops, a network that cuts and swallows, a database that goes away, a full
//! disk; while people edit and service hooks tell. Then everything is left to come to rest, and the simulated Azure
//! DevOps' ground truth is held against what was acknowledged. `cargo xtask torture` runs it.
//!
//! When a kill falls is not repeatable, so a seed decides what is done and not when it lands.

mod check;
mod creates;
mod cutter;
mod database;
mod figures;
mod freezes;
mod full_disk;
mod kills;
mod notices;
mod people;
mod process;
mod scene;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// What to do, and how much of it.
#[derive(Debug, Clone, Parser)]
pub struct Options {
    /// The program: `lockstep` as it was built.
    #[arg(long)]
    server: PathBuf,
    /// A `postgres://` address of an empty database; without it SQLite in a temporary folder.
    #[arg(long)]
    database: Option<String>,
    /// The process of the PostgreSQL server; somebody starts it again when it ends.
    #[arg(long)]
    postmaster: Option<PathBuf>,
    /// Decides what is done.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// So many ends of the program, by kill -9 and by SIGTERM in turn as the dice fall.
    #[arg(long, default_value_t = 0)]
    kills: usize,
    /// The longest life of a process, in seconds.
    #[arg(long, default_value_t = 3.0)]
    seconds_between: f64,
    /// So many creations whose answers are cut.
    #[arg(long, default_value_t = 0)]
    creates: usize,
    /// So many times one of two instances on a PostgreSQL database is frozen and goes on.
    #[arg(long, default_value_t = 0)]
    freezes: usize,
    /// A disk that is full for a while.
    #[arg(long)]
    full_disk: bool,
    /// Where the figures go, as JSON.
    #[arg(long)]
    figures: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("torture: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> anyhow::Result<bool> {
    let mut figures = figures::Figures::default();
    if options.kills > 0 {
        kills::run(options, &mut figures).await?;
    }
    if options.freezes > 0 {
        freezes::run(options, &mut figures).await?;
    }
    if options.creates > 0 {
        creates::run(options, &mut figures).await?;
    }
    if options.full_disk {
        full_disk::run(options, &mut figures).await?;
    }
    figures.print();
    if let Some(file) = &options.figures {
        figures.keep(file)?;
    }
    Ok(figures.is_clean())
}
