//! `cargo xtask openapi`: the server's description of its own API, and the web client's types made from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::step::step;
use crate::{folders, program, web};

/// The two generated files, below `web`.
const DOCUMENT: &str = "openapi.json";
const TYPES: &str = "src/api/schema.d.ts";

/// Writes both files.
pub fn run() -> Result<ExitCode> {
    if !web::has_packages()? {
        step("Installing the web client's packages (npm ci)", web::install_packages)?;
    }
    step("Building the server", || {
        program::run(&mut program::cargo(["build", "-p", "lockstep-server"]))
    })?;
    step("Writing web/openapi.json and web/src/api/schema.d.ts", || {
        write(&folders::web().join(DOCUMENT), &folders::web().join(TYPES))
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What is stale: the generated files that differ from those made anew. The server must have been built.
pub fn stale_files() -> Result<Vec<String>> {
    let folder = folders::Temporary::make("openapi")?;
    let (document, types) = (folder.join(DOCUMENT), folder.join("schema.d.ts"));
    write(&document, &types)?;
    let mut stale = Vec::new();
    for (made, kept) in [(document, DOCUMENT), (types, TYPES)] {
        if fs::read(&made)? != fs::read(folders::web().join(kept)).unwrap_or_default() {
            stale.push(format!("web/{kept} is stale: run `cargo xtask openapi`"));
        }
    }
    Ok(stale)
}

fn write(document: &Path, types: &Path) -> Result<()> {
    let mut text = program::output(&mut program::lockstep("debug", ["openapi"]))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    fs::write(document, text).with_context(|| format!("could not write {}", document.display()))?;
    let mut generate = program::node([]);
    generate.arg(generator()).arg(document).arg("--output").arg(types);
    program::output(&mut generate)?;
    Ok(())
}

/// The generator's own script, so that no shell wrapper is needed on any system.
fn generator() -> PathBuf {
    folders::web()
        .join("node_modules")
        .join("openapi-typescript")
        .join("bin")
        .join("cli.js")
}
