//! `cargo xtask torture`: the shipped program under kills, a bad network, a database that goes away and a full disk, and
//! whether anything acknowledged was lost or anything came twice.
//!
//! The work is done by `crates/lockstep-server/examples/torture`; here it is built and given its database.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::postgres::Watched;
use crate::step::step;
use crate::{folders, program};

/// What it is told.
#[derive(Debug)]
pub struct Options {
    on_postgres: bool,
    /// As built by cargo; the build that is quick to make unless said.
    is_release: bool,
    words: Vec<String>,
}

impl Options {
    /// Reads `--kills N`, `--freezes N` (of one of two instances), `--seconds-between S`, `--creates N`, `--full-disk`, `--seed N`, `--database sqlite` or
    /// `postgres`, and `--release`.
    pub fn parse(mut arguments: Arguments) -> Result<Self> {
        let database: String = arguments.value("--database")?.unwrap_or_else(|| "sqlite".to_owned());
        let is_release = arguments.flag("--release");
        let mut words = Vec::new();
        let mut has_work = false;
        for name in ["--kills", "--freezes", "--creates"] {
            if let Some(n) = arguments.value::<usize>(name)? {
                has_work = true;
                words.extend([name.to_owned(), n.to_string()]);
            }
        }
        for name in ["--seconds-between", "--seed"] {
            if let Some(n) = arguments.value::<f64>(name)? {
                words.extend([name.to_owned(), n.to_string()]);
            }
        }
        if arguments.flag("--full-disk") {
            has_work = true;
            words.push("--full-disk".to_owned());
        }
        arguments.finish()?;
        if !has_work {
            words.extend(["--kills", "100", "--full-disk"].map(str::to_owned));
        }
        let on_postgres = match database.as_str() {
            "sqlite" => false,
            "postgres" => true,
            other => bail!("`{other}` is no database; `sqlite` and `postgres` are"),
        };
        Ok(Self {
            on_postgres,
            is_release,
            words,
        })
    }
}

/// Builds, tortures, and says what came of it.
pub fn run(options: &Options) -> Result<ExitCode> {
    let profile = if options.is_release { "release" } else { "debug" };
    let words = [
        "build",
        "-p",
        "lockstep-server",
        "--bin",
        "lockstep",
        "--example",
        "torture",
    ];
    step("Building the server and what tortures it", || {
        let mut build = program::cargo(words);
        build.args(options.is_release.then_some("--release"));
        program::run(&mut build)
    })?;
    let mut torture = Command::new(folders::built(profile, "examples/torture"));
    torture.arg("--server").arg(folders::built(profile, "lockstep"));
    torture.args(&options.words);
    let kept = folders::root().join("target").join("bench");
    std::fs::create_dir_all(&kept)?;
    torture.arg("--figures").arg(kept.join("torture.json"));
    let watched = match options.on_postgres {
        true => Some(Watched::start()?.context("there is no PostgreSQL here")?),
        false => None,
    };
    if let Some(watched) = &watched {
        torture.args(["--database", watched.url()]);
        torture.arg("--postmaster").arg(watched.postmaster());
    }
    println!("== Torturing: {}", options.words.join(" "));
    let status = torture.status().context("could not start what tortures")?;
    drop(watched);
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
