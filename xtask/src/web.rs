//! The web client's chores: its packages, its build.
//!
//! Both are skipped when nothing changed, by stamps that hold a fingerprint of what they were made from.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::step::step;
use crate::{folders, program, stamp};

/// The oldest Node.js whose packages we can take, major and minor.
const NODE_MIN: (u32, u32) = (20, 19);

/// What a build is made from, beside the packages.
const SOURCES: [&str; 6] = [
    "src",
    "public",
    "index.html",
    "package.json",
    "tsconfig.json",
    "vite.config.ts",
];

/// Installs packages and builds, where anything of that changed.
pub fn make_ready() -> Result<()> {
    if !has_packages()? {
        step("Installing the web client's packages (npm ci)", install_packages)?;
    }
    if !is_built()? {
        step("Building the web client (npm run build)", build)?;
    }
    Ok(())
}

/// Whether the installed packages are those of the lock file.
pub fn has_packages() -> Result<bool> {
    Ok(stamp::is_current(&packages_stamp(), &lock_fingerprint()?))
}

/// Installs the packages of the lock file; nothing else, and nothing newer.
pub fn install_packages() -> Result<()> {
    check_node()?;
    program::run(&mut program::npm(["ci", "--no-fund", "--no-audit"]))?;
    stamp::keep(&packages_stamp(), &lock_fingerprint()?)?;
    Ok(())
}

/// Whether `web/dist` was built from the sources as they are.
pub fn is_built() -> Result<bool> {
    Ok(folders::web().join("dist").join("index.html").exists()
        && stamp::is_current(&build_stamp(), &source_fingerprint()?))
}

/// Builds `web/dist`.
pub fn build() -> Result<()> {
    let made_from = source_fingerprint()?;
    program::run(&mut program::npm(["run", "--silent", "build"]))?;
    stamp::keep(&build_stamp(), &made_from)?;
    Ok(())
}

/// Keeps that `web/dist`, just built by somebody else's call of npm, is of the sources as they were at `made_from`.
pub fn keep_built(made_from: &str) -> Result<()> {
    Ok(stamp::keep(&build_stamp(), made_from)?)
}

/// Keeps that the packages, just installed by somebody else's call of npm, are those of the lock file.
pub fn keep_installed() -> Result<()> {
    Ok(stamp::keep(&packages_stamp(), &lock_fingerprint()?)?)
}

/// The fingerprint of everything a build is made from.
pub fn source_fingerprint() -> Result<String> {
    let mut made_from = SOURCES.map(|name| folders::web().join(name)).to_vec();
    made_from.push(folders::web().join("package-lock.json"));
    stamp::of(&made_from).context("could not read the web client's sources")
}

/// The browser journeys, as paths below `web`, in the order of their names.
pub fn journeys() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(folders::web().join("e2e"));
    let names = folder.into_iter().flatten().flatten().map(|entry| entry.file_name());
    let mut journeys: Vec<PathBuf> = names
        .filter(|name| name.to_string_lossy().ends_with(".journey.mjs"))
        .map(|name| PathBuf::from("e2e").join(name))
        .collect();
    journeys.sort();
    journeys
}

/// Says what is missing in words, before npm would in its own.
pub fn check_node() -> Result<()> {
    let Ok(version) = program::output(&mut program::node(["--version"])) else {
        bail!(
            "Node.js {}.{} or later is needed to build the web client",
            NODE_MIN.0,
            NODE_MIN.1
        );
    };
    let mut parts = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(|part| part.parse().unwrap_or(0));
    let has = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if has < NODE_MIN {
        bail!(
            "Node.js {} is too old: {}.{} or later is needed",
            version.trim(),
            NODE_MIN.0,
            NODE_MIN.1
        );
    }
    Ok(())
}

fn lock_fingerprint() -> Result<String> {
    stamp::of(&[folders::web().join("package-lock.json")]).context("could not read web/package-lock.json")
}

fn packages_stamp() -> PathBuf {
    folders::web().join("node_modules").join(".stamp")
}

/// Inside the build, so that removing the build removes the claim.
fn build_stamp() -> PathBuf {
    folders::web().join("dist").join(".stamp")
}
