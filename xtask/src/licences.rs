//! Licences of what Lockstep is built from: every crate in the lock file, every package that the web client ships.

use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{folders, spdx};

/// What may not be carried, one line each. `metadata` is that of cargo, for every platform.
pub fn problems(metadata: &Value) -> Result<Vec<String>> {
    let mut problems = of_crates(metadata);
    problems.extend(of_web_packages()?);
    Ok(problems)
}

fn of_crates(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter_map(|package| problem(&package["name"], &package["version"], &package["license"]))
        .collect()
}

/// Only what reaches a browser: tools that build and test stay at home.
fn of_web_packages() -> Result<Vec<String>> {
    let text = fs::read_to_string(folders::web().join("package-lock.json")).context("no web/package-lock.json")?;
    let lock: Value = serde_json::from_str(&text).context("web/package-lock.json is not JSON")?;
    let packages = lock["packages"].as_object().into_iter().flatten();
    let shipped = packages.filter(|(name, package)| {
        let stays_at_home = ["dev", "devOptional", "optional"]
            .iter()
            .any(|mark| package[mark] == true);
        !name.is_empty() && !stays_at_home
    });
    Ok(shipped
        .filter_map(|(name, package)| problem(&Value::from(name.as_str()), &package["version"], &package["license"]))
        .collect())
}

fn problem(name: &Value, version: &Value, licence: &Value) -> Option<String> {
    let licence = licence.as_str().unwrap_or_default();
    let said = if licence.is_empty() { "no licence" } else { licence };
    let (name, version) = (name.as_str().unwrap_or_default(), version.as_str().unwrap_or_default());
    (!spdx::is_allowed(licence)).then(|| format!("{name} {version}: {said} is not on the list of allowed licences"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_without_an_allowed_licence_is_named() {
        let metadata = serde_json::json!({ "packages": [
            { "name": "fine", "version": "1.0.0", "license": "MIT OR Apache-2.0" },
            { "name": "bare", "version": "2.0.0", "license": null },
        ]});
        let problems = of_crates(&metadata);
        assert_eq!(
            problems,
            ["bare 2.0.0: no licence is not on the list of allowed licences"]
        );
    }
}
